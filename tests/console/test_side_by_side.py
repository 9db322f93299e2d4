"""`markhound explain --picture`: both pictures, with what they share outlined."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image, ImageOps

from console.side_by_side import write_side_by_side
from tests.console.test_cli import write_lines
from tests.matchers.pictures.test_index import draw_scene
from tests.servers.command import run


def _files(folder: Path, picture: Image.Image) -> tuple[Path, Path]:
    (folder / "作品").mkdir()
    draw_scene(3).save(folder / "作品" / "一.png")
    picture.save(folder / "a.jpg", quality=80)
    rights = write_lines(
        folder / "r.jsonl", {"id": "W-1", "kind": "work", "images": ["作品/一.png"]}
    )
    listing = {"url": "https://s.example/1", "title": "x", "images": ["a.jpg"]}
    return rights, write_lines(folder / "l.jsonl", listing)


def _is_outlined(image: Image.Image, x: int, y: int) -> bool:
    """Whether a bright line runs near a place."""
    near = [image.getpixel((x + dx, y + dy)) for dx in range(-9, 10) for dy in range(-9, 10)]
    return (255, 212, 0) in near


def test_the_shared_part_is_outlined_in_both(tmp_path: Path) -> None:
    scene = draw_scene(900, (1000, 800))
    scene.paste(ImageOps.mirror(draw_scene(3)).resize((400, 300)), (500, 400))
    rights, listings = _files(tmp_path, scene)
    target = tmp_path / "both.png"
    done = run(
        "explain", "https://s.example/1", "--right", "W-1", "--listings", listings,
        "--registry", rights, "--picture", target, "--json",
    )  # fmt: skip
    (step,) = json.loads(done.out)["steps"]
    assert step["finding"]["transform"] == "mirror+inside"
    with Image.open(target) as image:
        both = image.convert("RGB")
    assert both.size == (800 + 640 + 3 * 16, 640 + 2 * 16)
    for x, y in ((500, 400), (900, 700)):
        assert _is_outlined(both, 16 + round(x * 0.8), 16 + round(y * 0.8))
    assert _is_outlined(both, 800 + 2 * 16 + 2, 16 + 2)
    assert not _is_outlined(both, 16 + 200, 16 + 200)


def test_without_a_shared_picture_nothing_is_written(tmp_path: Path) -> None:
    rights, listings = _files(tmp_path, draw_scene(77))
    target = tmp_path / "both.png"
    done = run(
        "explain", "https://s.example/1", "--right", "W-1", "--listings", listings,
        "--registry", rights, "--picture", target,
    )  # fmt: skip
    assert "No picture of the listing shows one of the right" in done.err
    assert not target.exists()


def test_what_is_read_is_not_written_over(tmp_path: Path) -> None:
    rights, listings = _files(tmp_path, draw_scene(3))
    for target in (rights, listings, tmp_path / "a.jpg", tmp_path / "作品" / "一.png"):
        before = target.read_bytes()
        done = run(
            "explain", "https://s.example/1", "--right", "W-1", "--listings", listings,
            "--registry", rights, "--picture", target, expect=2,
        )  # fmt: skip
        assert "is one of the files to be read" in done.err
        assert target.read_bytes() == before


def test_a_thin_region_is_outlined(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    draw_scene(3, (3000, 200)).save(path)
    for box in ((100, 100, 2, 90), (0, 0, 1, 1), (2999, 199, 1, 1), None):
        write_side_by_side(tmp_path / "both.png", (path, box), (path, None))
        with Image.open(tmp_path / "both.png") as both:
            assert both.format == "PNG"
