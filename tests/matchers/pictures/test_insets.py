"""Pictures inside a picture: where they are, and that they are found by what lies in them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from matchers.explain import weigh_picture
from matchers.pictures.hashing import fingerprint
from matchers.pictures.index import PictureIndex
from matchers.pictures.insets import MOST, find_insets
from matchers.weights import PRIOR

Encode = Callable[..., bytes]


def draw_symbol(corners: int) -> Image.Image:
    """Return a symbol of few strokes, 100 pixels, that looks otherwise when it is turned."""
    image = Image.new("RGB", (100, 100), "white")
    draw = ImageDraw.Draw(image)
    draw.regular_polygon((45, 40, 30), corners, fill="#224488")
    draw.rectangle((20, 63, 60 + 4 * corners, 90), fill="#aa3322")
    return image


def draw_noise(width: int, height: int) -> Image.Image:
    """Return a picture without a plain row or column."""
    shades = np.random.default_rng(5).integers(0, 255, (height // 8, width // 8, 3), dtype=np.uint8)
    return Image.fromarray(shades).resize((width, height), Image.Resampling.NEAREST)


def draw_screenshot(picture: Image.Image) -> Image.Image:
    """Return a page with a bar, the picture at (30, 40), and lines below."""
    screen = Image.new("RGB", (160, 300), "white")
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 160, 14), fill="#222222")
    screen.paste(picture, (30, 40))
    for line in range(160, 290, 14):
        draw.text((10, line), "Only today, free delivery", "#333333")
    return screen


def is_near(box: tuple[int, ...], wanted: tuple[int, ...], within: int = 3) -> bool:
    return all(abs(a - b) <= within for a, b in zip(box, wanted, strict=True))


def test_the_picture_of_a_screenshot_is_cut_out() -> None:
    picture = draw_noise(96, 96)
    boxes = find_insets(draw_screenshot(picture).convert("L"))
    assert any(is_near(box, (30, 40, 96, 96)) for box in boxes)


def test_what_fills_the_width_of_a_part_is_no_gap() -> None:
    page = draw_screenshot(draw_symbol(4)).convert("L")
    assert any(is_near(box, (50, 58, 57, 73)) for box in find_insets(page))


def test_each_picture_of_a_collage_is_cut_out() -> None:
    square = Image.new("RGB", (206, 206), "white")
    corners = [(0, 0), (106, 0), (0, 106), (106, 106)]
    for corner in corners:
        square.paste(draw_noise(100, 100), corner)
    assert sorted(find_insets(square.convert("L"))) == sorted((*c, 100, 100) for c in corners)


def test_a_white_box_in_another_picture_is_cut_out() -> None:
    other = draw_noise(320, 240)
    other.paste(draw_symbol(5), (180, 60))
    assert any(is_near(box, (180, 60, 100, 100)) for box in find_insets(other.convert("L")))


@pytest.mark.parametrize("known", [(), ((40, 40, 96, 96),)])
def test_what_is_looked_at_anyway_is_no_inset(known: tuple[tuple[int, int, int, int], ...]) -> None:
    framed = Image.new("L", (176, 176), "white")
    framed.paste(draw_noise(96, 96).convert("L"), (40, 40))
    assert bool(find_insets(framed, known)) == (not known)
    assert find_insets(draw_noise(400, 300).convert("L")) == []


@settings(max_examples=40, deadline=None)
@given(st.integers(32, 90), st.integers(32, 90), st.integers(1, 12), st.integers(0, 255))
def test_boxes_lie_in_the_picture(width: int, height: int, step: int, shade: int) -> None:
    pixels = np.full((height, width), shade, np.uint8)
    pixels[::step, :: step + 1] = 255 - shade
    boxes = find_insets(Image.fromarray(pixels))
    assert len(boxes) <= MOST
    for x, y, across, down in boxes:
        assert 0 <= x <= x + across <= width
        assert 0 <= y <= y + down <= height


def test_a_symbol_in_a_screenshot_is_found_and_no_other(encode: Encode) -> None:
    symbols = [draw_symbol(corners) for corners in (3, 4, 6)]
    index = PictureIndex([fingerprint(encode(symbol, "PNG"), "work") for symbol in symbols])
    page = fingerprint(encode(draw_screenshot(symbols[1])))
    flagged = {
        number: match
        for number, match in index.find_hashed(page).items()
        if weigh_picture(match) + PRIOR >= 0
    }
    assert list(flagged) == [1]
    assert flagged[1].transform == "inside"
    x, y, width, height = flagged[1].region
    assert 30 <= x < x + width <= 131
    assert 40 <= y < y + height <= 141


def test_pictures_in_a_reference_are_not_the_reference(encode: Encode) -> None:
    """A right's screenshot of a symbol says nothing of the symbol alone."""
    page = fingerprint(encode(draw_screenshot(draw_symbol(4))))
    assert any(view.part == "inset" for view in page.views)
    index = PictureIndex([page])
    assert index.find_hashed(fingerprint(encode(draw_symbol(4)), "hashes")) == {}
