"""Codes of local features: near for near descriptors, and equal for mirrored and negative ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageOps

from matchers.pictures.codes import encode
from matchers.pictures.local import find_features
from matchers.pictures.votes import count_bits

Draw = Callable[[int], Image.Image]


def test_the_same_bits_on_every_machine() -> None:
    """A change here means: every stored fingerprint has to be made again."""
    ramp = np.arange(256, dtype=np.float32).reshape(2, 128)
    codes = encode(ramp)
    assert codes.shape == (4, 2, 4)
    assert [f"{word:016x}" for word in codes[0, 0]] == GOLDEN


GOLDEN = ["7a88d1de4a06fd44", "a8d13d5078120056", "058e69e9ea019963", "155ccd6f7a72a127"]


def test_near_descriptors_have_near_codes() -> None:
    rng = np.random.default_rng(1)
    some = rng.gamma(0.5, 40, (200, 128)).astype(np.float32)
    near = np.clip(some + rng.normal(0, 4, some.shape), 0, 255).astype(np.float32)
    apart = count_bits(encode(some)[0] ^ encode(near)[0])
    others = count_bits(encode(some)[0] ^ encode(np.roll(some, 1, axis=0))[0])
    assert np.median(apart) < 45
    assert np.median(others) > 90


@pytest.mark.parametrize(
    ("variant", "alter"),
    [
        (1, ImageOps.mirror),
        (2, ImageOps.invert),
        (3, lambda i: ImageOps.invert(ImageOps.mirror(i))),
    ],
    ids=["mirrored", "negative", "both"],
)
def test_variants_are_what_the_altered_picture_has(
    variant: int, alter: Callable[[Image.Image], Image.Image], draw: Draw
) -> None:
    image = draw(4).convert("L").resize((512, 384))
    plain, altered = find_features(image), find_features(alter(image))
    gaps = count_bits(plain.codes[variant][:, None] ^ altered.codes[0][None])
    assert len(plain.places) > 50
    assert (gaps.min(axis=1) <= 8).mean() > 0.6
    others = count_bits(plain.codes[0][:, None] ^ altered.codes[0][None])
    assert (others.min(axis=1) <= 8).mean() < 0.1
