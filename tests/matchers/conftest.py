"""Pictures made by Pillow, the same on every machine."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw

Encode = Callable[..., bytes]


def draw_picture(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Return a picture of soft and hard shapes that depends on ``seed`` alone."""
    numbers = np.random.default_rng(seed)
    coarse = numbers.integers(40, 216, (6, 8, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        x, y = (int(numbers.integers(0, side)) for side in size)
        width, height = (int(numbers.integers(30, side // 3)) for side in size)
        colour = tuple(int(value) for value in numbers.integers(0, 256, 3))
        shape = draw.ellipse if numbers.integers(2) else draw.rectangle
        shape((x, y, x + width, y + height), fill=colour)
    return image


def encode_picture(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """Return the picture as a file."""
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


@pytest.fixture(scope="session")
def draw() -> Callable[[int], Image.Image]:
    return draw_picture


@pytest.fixture(scope="session")
def encode() -> Encode:
    return encode_picture
