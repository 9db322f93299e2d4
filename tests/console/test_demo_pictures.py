from __future__ import annotations

import io
from itertools import combinations

import imagehash
import pytest
from PIL import Image

from console.demo.pictures import ALTERATIONS, LOGOS, PICTURES, draw, encode_jpeg, encode_reference
from console.demo.pictures.drawing import hexa, linear, noise, path, smooth
from console.demo.pictures.wear import running_shoe


@pytest.fixture(scope="module")
def hashes() -> dict[str, imagehash.ImageHash]:
    return {name: imagehash.phash(draw(name), hash_size=16) for name in [*PICTURES, *LOGOS]}


def _hash(data: bytes) -> imagehash.ImageHash:
    return imagehash.phash(Image.open(io.BytesIO(data)), hash_size=16)


def test_different_pictures_are_far_apart(hashes: dict[str, imagehash.ImageHash]) -> None:
    near = [(a, b) for a, b in combinations(hashes, 2) if hashes[a] - hashes[b] <= 90]
    assert not near


def test_drawing_again_gives_the_same_picture() -> None:
    assert running_shoe().tobytes() == running_shoe().tobytes()


def test_a_drawn_picture_cannot_be_spoilt_by_its_user() -> None:
    draw("teapot").paste((0, 0, 0), (0, 0, 800, 800))
    assert draw("teapot").getextrema() != ((0, 0), (0, 0), (0, 0))


@pytest.mark.parametrize("alteration", ["none", "recompressed", "small", "recoloured", "striped"])
def test_light_alterations_stay_near(
    alteration: str, hashes: dict[str, imagehash.ImageHash]
) -> None:
    assert _hash(encode_jpeg("saddle_bag", alteration)) - hashes["saddle_bag"] < 50


@pytest.mark.parametrize("alteration", ["mirrored", "rotated", "recut", "framed"])
def test_strong_alterations_are_really_strong(
    alteration: str, hashes: dict[str, imagehash.ImageHash]
) -> None:
    assert _hash(encode_jpeg("tote_bag", alteration)) - hashes["tote_bag"] > 50


def test_every_alteration_gives_a_readable_jpeg() -> None:
    for alteration in ALTERATIONS:
        picture = Image.open(io.BytesIO(encode_jpeg("umbrella", alteration)))
        picture.load()
        assert picture.format == "JPEG"
        assert min(picture.size) >= 400


def test_a_reference_is_kept_without_loss_as_png() -> None:
    kept = Image.open(io.BytesIO(encode_reference("logo_aurelio", ".png")))
    assert kept.tobytes() == draw("logo_aurelio").tobytes()


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(KeyError, match="no_such_picture"):
        draw("no_such_picture")


def test_paths_and_curves_go_through_their_points() -> None:
    points = path("0 0, 10 0, 10.5 10")
    assert points == [(0, 0), (10, 0), (10.5, 10)]
    assert set(points) <= set(smooth(points, closed=False))
    assert set(points) <= set(smooth(points))


def test_colours_are_read_from_hexadecimal() -> None:
    assert hexa("ff8000") == ((255, 128, 0),)
    assert linear("000000", "ffffff").stops == ((0, 0, 0), (255, 255, 255))


def test_noise_depends_on_its_seed_only() -> None:
    first, again, other = (noise((64, 64), (4, 4), seed).tobytes() for seed in (1, 1, 2))
    assert first == again != other
