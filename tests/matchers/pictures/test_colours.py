"""Colours that are other ones, and the same in another light."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from matchers.pictures.colours import (
    CELLS,
    MAX_COLOUR_DIFFERENCE,
    compare_colours,
    find_layouts,
)

WHOLE = ((0.0, 0.0, 1.0, 1.0),)


def _layout(image: Image.Image) -> bytes:
    cells = np.asarray(image.resize((CELLS, CELLS), Image.Resampling.BOX))
    return bytes(find_layouts(cells, WHOLE)[0].tobytes())


def _shirt(colour: str) -> Image.Image:
    image = Image.new("RGB", (400, 400), "white")
    ImageDraw.Draw(image).rectangle((100, 60, 300, 360), colour)
    return image


def _are_same(one: Image.Image, other: Image.Image) -> bool:
    return compare_colours(_layout(one), _layout(other)) <= MAX_COLOUR_DIFFERENCE


@pytest.mark.parametrize("colour", ["#a02020", "#2040a0", "#444444"])
def test_another_light_is_no_other_colour(colour: str) -> None:
    shirt = _shirt(colour)
    for factor in (0.6, 0.8, 1.3):
        assert _are_same(shirt, ImageEnhance.Brightness(shirt).enhance(factor))
    for factor in (0.6, 0.8):
        assert _are_same(shirt, ImageEnhance.Contrast(shirt).enhance(factor))


@pytest.mark.parametrize("colour", ["#2040a0", "#206020", "#202020", "#e0e0e0"])
def test_other_goods_have_other_colours(colour: str) -> None:
    assert not _are_same(_shirt("#a02020"), _shirt(colour))
    assert not _are_same(_shirt(colour), _shirt("#a02020"))


def test_dark_goods_are_not_light_ones() -> None:
    assert not _are_same(_shirt("#202020"), _shirt("#b0b0b0"))
    assert not _are_same(_shirt("#a02020"), ImageOps.invert(_shirt("#a02020")))


def test_layouts_are_means_of_cells() -> None:
    cells = np.random.default_rng(1).integers(0, 256, (CELLS, CELLS, 3), dtype=np.uint8)
    (layout,) = find_layouts(cells, ((0.2, 0.0, 1.0, 0.5),))
    part = cells[: CELLS // 2, CELLS // 5 :].astype(np.float64)  # 20 rows, 32 columns
    wanted = part.reshape(4, 5, 4, 8, 3).mean(axis=(1, 3))
    assert np.abs(layout - wanted).max() <= 1
