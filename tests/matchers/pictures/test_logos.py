"""Logos inside other pictures, and what is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps

from matchers.candidate import FoundPicture
from matchers.explain import picture_finding
from matchers.pictures.hashing import find_maker, fingerprint
from matchers.pictures.index import PictureIndex
from matchers.pictures.matches import PictureMatch
from matchers.pictures.prints import dump_fingerprint, parse_fingerprint
from tests.matchers.pictures.test_index import draw_scene

Encode = Callable[..., bytes]


def draw_logo(seed: int) -> Image.Image:
    """Return a few strokes and dots of one colour on white."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (256, 256), "white")
    draw = ImageDraw.Draw(image)
    colour = tuple(int(value) for value in rng.integers(0, 140, 3))
    for _ in range(7):
        (x, y), (u, v) = (rng.integers(20, 236, 2).tolist() for _ in range(2))
        draw.line((x, y, u, v), colour, 18)
        draw.ellipse((x - 16, y - 16, x + 16, y + 16), colour)
    return image


def lay(logo: Image.Image, seed: int = 900, width: int = 120) -> Image.Image:
    """Return a scene with a logo on it."""
    scene = draw_scene(seed, (1000, 750))
    scene.paste(logo.resize((width, width), Image.Resampling.LANCZOS), (610, 330))
    return scene


@pytest.fixture(scope="module")
def index(encode: Encode) -> PictureIndex:
    return PictureIndex([fingerprint(encode(draw_logo(seed)), "logo") for seed in range(5)])


def _find(index: PictureIndex, image: Image.Image, encode: Encode) -> Sequence[PictureMatch]:
    return index.find(fingerprint(encode(image, "JPEG", quality=80), "scene"))


@pytest.mark.parametrize(("width", "verdict"), [(100, "logo"), (200, "logo"), (400, "copy")])
def test_finds_a_logo_in_a_scene(
    index: PictureIndex, width: int, verdict: str, encode: Encode
) -> None:
    """A large one lies there with its white box: the registered picture itself, in a picture."""
    best = _find(index, lay(draw_logo(2), width=width), encode)[0]
    assert (best.entry, best.verdict) == (2, verdict)
    x, y, wide, high = best.region
    assert 600 <= x <= x + wide <= 620 + width
    assert 320 <= y <= y + high <= 340 + width
    found = picture_finding(FoundPicture("a.jpg", "logo.png", best), also=False)
    assert (found.feature, found.verdict) == ("picture", verdict)
    assert found.weight > 6
    what = {"logo": "the registered logo", "copy": "the registered picture"}[verdict]
    assert f"{what} logo.png" in (found.detail or "")


@pytest.mark.parametrize("alter", [ImageOps.mirror, ImageOps.invert, lambda i: i.rotate(35)])
def test_finds_it_altered(
    index: PictureIndex, alter: Callable[[Image.Image], Image.Image], encode: Encode
) -> None:
    logo = ImageOps.expand(draw_logo(2), 40, "white")
    assert _find(index, lay(alter(logo), width=250), encode)[0].entry == 2


def test_other_scenes_do_not_show_it(index: PictureIndex, encode: Encode) -> None:
    for seed in range(300, 306):
        found = _find(index, draw_scene(seed, (1000, 750)), encode)
        assert [match for match in found if match.strength > 2.5 or match.verdict != "logo"] == []


def test_where_one_logo_surely_is_no_other_is_seen(index: PictureIndex, encode: Encode) -> None:
    for seed in range(5):
        found = _find(index, lay(draw_logo(seed), width=250), encode)
        assert [match.entry for match in found] == [seed]


def test_a_plain_shape_does_not_match_the_world(encode: Encode) -> None:
    ring = Image.new("RGB", (256, 256), "white")
    ImageDraw.Draw(ring).ellipse((40, 40, 216, 216), "red", "red")
    cross = Image.new("RGB", (256, 256), "white")
    ImageDraw.Draw(cross).line((128, 20, 128, 236), "black", 40)
    ImageDraw.Draw(cross).line((20, 128, 236, 128), "black", 40)
    index = PictureIndex([fingerprint(encode(image), "logo") for image in (ring, cross)])
    for seed in range(20, 26):
        scene = draw_scene(seed, (1000, 750))
        draw = ImageDraw.Draw(scene)
        draw.ellipse((300, 200, 500, 400), "red")
        draw.rectangle((600, 100, 800, 300), "black")
        assert not [m for m in _find(index, scene, encode) if m.strength > 2.5]


def test_a_picture_with_a_logo_is_no_copy_of_a_work(encode: Encode) -> None:
    logo = fingerprint(encode(draw_logo(1)), "logo")
    work = fingerprint(encode(draw_scene(1)))
    index = PictureIndex([work, logo])
    assert index.has_logos
    found = {
        match.entry: match.verdict for match in _find(index, lay(draw_logo(1), seed=7), encode)
    }
    assert found == {1: "logo"}


def test_is_kept_with_its_fingerprint(encode: Encode) -> None:
    print_ = fingerprint(encode(draw_logo(1)), "logo")
    assert parse_fingerprint(dump_fingerprint(print_)) == print_
    assert print_.is_small
    assert print_.maker == find_maker("logo") != find_maker("points")


def test_a_work_of_few_strokes_is_found_in_a_scene(encode: Encode) -> None:
    works = [fingerprint(encode(draw_logo(seed)), "work") for seed in range(5)]
    assert all(work.look != "rich" and work.is_small for work in works)
    index = PictureIndex(works)
    assert not index.has_logos
    picture = fingerprint(encode(lay(draw_logo(3), width=300), "JPEG", quality=80))
    best = index.find(picture)[0]
    assert (best.entry, best.verdict, best.method) == (3, "copy", "features")
    other = fingerprint(encode(draw_scene(41, (1000, 750)), "JPEG", quality=80))
    assert [match for match in index.find(other) if match.verdict == "copy"] == []


def _write(text: str, at: tuple[int, int] = (60, 60)) -> Image.Image:
    image = Image.new("RGB", (700, 220), "white")
    ImageDraw.Draw(image).text(at, text, "#202020", ImageFont.load_default(size=100))
    return image


def test_other_words_of_one_typeface_are_not_the_wordmark(encode: Encode) -> None:
    index = PictureIndex([fingerprint(encode(_write("Brandolux")), "logo")])
    for text in ("Brand new", "Grand Lux", "Orlando", "Random", "soldux", "Brand deluxe"):
        found = _find(index, _write(text, (90, 70)), encode)
        assert [match for match in found if match.strength > 2.5] == [], text
    scene = draw_scene(901, (1000, 750))
    scene.paste(_write("Brandolux").resize((350, 110), Image.Resampling.LANCZOS), (300, 300))
    assert [m.strength > 2.5 for m in _find(index, scene, encode)] == [True]


@pytest.mark.parametrize(("seed", "width"), [(3, 36), (4, 40)])
def test_a_work_of_an_icons_size_is_found_in_a_page(seed: int, width: int, encode: Encode) -> None:
    icon = draw_logo(seed).resize((width, width), Image.Resampling.LANCZOS)
    page = Image.new("RGB", (2 * width, width * 3 // 2), "#b03040")
    page.paste(icon, (width // 2, width // 4))
    ImageDraw.Draw(page).text((4, 4), "SALE", "white")
    index = PictureIndex([fingerprint(encode(icon, "PNG"), "work")])
    (match,) = index.find(fingerprint(encode(page, "JPEG", quality=85)))
    found = picture_finding(FoundPicture("a.jpg", "icon.png", match), also=False)
    assert match.verdict == "copy"
    assert found.weight > 6
    assert abs(match.region[0] - width // 2) <= 4
