"""Drawings of little detail, of which hashes are noise."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from matchers.explain import weigh_picture
from matchers.pictures.hashing import fingerprint
from matchers.pictures.index import PictureIndex
from matchers.pictures.phash import turn
from matchers.pictures.prints import GREY_SIDE, ORIENTATIONS
from matchers.pictures.shades import MOST_APART, ShadeRows
from matchers.weights import PRIOR

Encode = Callable[..., bytes]


def draw_star(points: int, step: int) -> Image.Image:
    """Return a star of thin lines with a margin."""
    image = Image.new("L", (400, 400), "white")
    draw = ImageDraw.Draw(image)
    corners = [
        (
            200 + 160 * math.cos(2 * math.pi * at / points),
            200 + 160 * math.sin(2 * math.pi * at / points),
        )
        for at in range(points)
    ]
    for at in range(points):
        draw.line((corners[at], corners[(at + step) % points]), fill="black", width=4)
    return image.resize((100, 100), Image.Resampling.LANCZOS)


def draw_flag() -> Image.Image:
    """Return three stripes with a disc, of which a decoder may see a part as a border."""
    image = Image.new("RGB", (800, 533), "#bb1133")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 133, 800, 400), fill="#113377")
    draw.ellipse((295, 160, 505, 370), fill="white")
    return image


@pytest.mark.parametrize("quality", [92, 85, 80, 60])
@pytest.mark.parametrize("draw", [lambda: draw_star(91, 30), draw_flag], ids=["star", "flag"])
def test_a_recompressed_drawing_is_found(
    quality: int, draw: Callable[[], Image.Image], encode: Encode
) -> None:
    index = PictureIndex([fingerprint(encode(draw(), "PNG"), "work")])
    found = index.find(fingerprint(encode(draw(), "JPEG", quality=quality)))
    assert [match.verdict for match in found] == ["copy"]
    assert found[0].apart is not None
    assert found[0].apart <= MOST_APART


def test_each_reference_is_told_once_and_others_are_not(encode: Encode) -> None:
    prints = [fingerprint(encode(draw_star(*star), "PNG"), "work") for star in ((5, 2), (91, 30))]
    assert len(prints[1].greys) == 2
    assert [
        near.entry for near in ShadeRows(prints).near(fingerprint(encode(draw_star(91, 30))))
    ] == [1]


def test_the_part_that_is_alike_is_the_region(encode: Encode) -> None:
    framed = Image.new("L", (160, 160), "black")
    framed.paste(draw_star(91, 30).crop((8, 8, 92, 92)), (38, 38))
    reference = fingerprint(encode(draw_star(91, 30).crop((8, 8, 92, 92)), "PNG"), "work")
    (match,) = PictureIndex([reference]).find_hashed(fingerprint(encode(framed))).values()
    assert (match.transform, match.recoloured) == ("border", False)
    x, y, width, height = match.region
    assert all(abs(side - 38) <= 2 for side in (x, y))
    assert all(abs(side - 84) <= 4 for side in (width, height))


def test_all_that_is_near_is_found_as_by_comparing_all(encode: Encode) -> None:
    rng = np.random.default_rng(5)
    plain = fingerprint(encode(draw_star(91, 30)), "hashes")
    base = np.frombuffer(plain.greys[0], np.uint8).astype(float)
    squares = [base + rng.normal(0, noise, base.shape) for noise in np.linspace(0, 40, 60)]
    greys = [square.clip(0, 255).astype(np.uint8).tobytes() for square in squares]
    rows = [replace(plain, look="flat", greys=(grey,)) for grey in greys]
    seen = replace(plain, greys=(greys[3],))
    turned = [turn(_shades(greys[3]), orientation).reshape(-1) for orientation in ORIENTATIONS]
    apart = [1 - np.corrcoef([_shades(grey).reshape(-1), *turned])[0, 1:].max() for grey in greys]
    wanted = [at for at in np.argsort(apart).tolist() if apart[at] <= MOST_APART]
    found = list(ShadeRows(rows).near(seen))
    assert [near.entry for near in found] == wanted
    assert 2 < len(wanted) < 50
    for near in found:
        assert near.apart == pytest.approx(apart[near.entry], abs=1e-5)


def _shades(grey: bytes) -> npt.NDArray[np.uint8]:
    return np.frombuffer(grey, np.uint8).reshape(GREY_SIDE, GREY_SIDE)


def _weigh(reference: Image.Image, image: Image.Image, encode: Encode) -> list[float]:
    index = PictureIndex([fingerprint(encode(reference, "PNG"), "work")])
    return [weigh_picture(match) for match in index.find(fingerprint(encode(image, "PNG")))]


@pytest.mark.parametrize(
    ("registered", "other"), [((86, 7), (93, 8)), ((86, 7), (79, 6)), ((86, 5), (68, 3))]
)
def test_a_ring_is_not_flagged_for_another_ring(
    registered: tuple[int, int], other: tuple[int, int], encode: Encode
) -> None:
    bits = _weigh(draw_star(*registered), draw_star(*other), encode)
    assert bits
    assert max(bits) + PRIOR < 0
    assert max(_weigh(draw_star(*registered), draw_star(*registered), encode)) + PRIOR >= 0
