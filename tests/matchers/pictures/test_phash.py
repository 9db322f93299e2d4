"""Hashes made in one go are those of imagehash."""

from __future__ import annotations

import imagehash
import numpy as np
import pytest
from PIL import Image

from matchers.pictures.hashing import WINDOWS
from matchers.pictures.phash import SIDE, hash_turned, hash_windows, turn
from matchers.pictures.prints import HASH_SIDE, ORIENTATIONS
from tests.matchers.conftest import draw_picture
from tests.matchers.test_pictures import TURNS


def _square(picture: Image.Image) -> Image.Image:
    return picture.convert("L").resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _slow(picture: Image.Image) -> bytes:
    return np.packbits(imagehash.phash(picture, hash_size=HASH_SIDE).hash).tobytes()


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_orientations(orientation: str) -> None:
    method = TURNS[orientation]
    for seed in range(4):
        square = _square(draw_picture(seed))
        turned = square if method is None else square.transpose(method)
        pixels = np.asarray(square, np.float64)
        assert (turn(pixels, orientation) == np.asarray(turned)).all()
        assert hash_turned(pixels)[ORIENTATIONS.index(orientation)] == _slow(turned)


def test_windows_are_nearly_those_of_parts() -> None:
    for seed in range(4):
        picture = draw_picture(seed)
        made = hash_windows(np.asarray(_square(picture), np.float64), WINDOWS)
        for (left, top, right, bottom), bits in zip(WINDOWS, made, strict=True):
            (width, height) = picture.size
            part = picture.crop(
                (
                    round(left * width),
                    round(top * height),
                    round(right * width),
                    round(bottom * height),
                )
            )
            different = int.from_bytes(bits) ^ int.from_bytes(_slow(part))
            assert different.bit_count() <= 10
