"""The ways to alter pictures give pictures, others than before, and the same again."""

from __future__ import annotations

import random

import numpy as np
import pytest
from PIL import Image, ImageChops

from benchmarks.manipulations import MANIPULATIONS, MILD


def _photo(width: int, height: int) -> Image.Image:
    numbers = np.random.default_rng(5).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(numbers).resize((width, height), Image.Resampling.BICUBIC)


def test_there_are_enough_of_each_sort() -> None:
    assert len(MANIPULATIONS) >= 40
    assert set(MILD) <= set(MANIPULATIONS)


@pytest.mark.parametrize("kind", MANIPULATIONS)
@pytest.mark.parametrize("size", [(200, 150), (90, 240)])
def test_each_alters_a_picture_and_can_be_repeated(kind: str, size: tuple[int, int]) -> None:
    photo = _photo(*size)
    before = photo.tobytes()
    altered, again = (MANIPULATIONS[kind](photo, random.Random(7)) for _ in range(2))
    assert photo.tobytes() == before
    assert altered.mode == "RGB"
    assert min(altered.size) >= 32
    assert altered.tobytes() == again.tobytes()
    same = altered.size == photo.size and not ImageChops.difference(altered, photo).getbbox()
    assert not same


@pytest.mark.parametrize("kind", MILD)
def test_mild_ones_leave_every_part_where_it_was(kind: str) -> None:
    photo = _photo(200, 150)
    altered = MANIPULATIONS[kind](photo, random.Random(7)).convert("L").resize((200, 150))
    grey = photo.convert("L")
    pixels = [np.asarray(image).ravel().astype(float) for image in (altered, grey)]
    assert np.corrcoef(pixels)[0, 1] > 0.3
