"""Bytes of a picture from anywhere -> a small picture, within limits.

The header is read first and decides; only then are pixels made. JPEGs are decoded at a reduced
size (libjpeg's own scaling), which takes half the time of a full decode and is enough for a hash.
"""

from __future__ import annotations

import io
import math
import struct
import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

from crawler.errors import PictureError
from crawler.pictures import MAX_BYTES

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
MAX_PIXELS = 50_000_000
MAX_SIDE = 16_000
MIN_SIDE = 32
MAX_SCANS = 100
"""A progressive JPEG may have thousands of scans that cost seconds; real ones have about ten."""

WORKING_SIDE = 100
"""Least pixels of the longer side of a working picture, which may have up to twice as many: so that
libjpeg alone makes most pictures small, which is what decoding costs least by."""

_NEARLY = 15 / 16
"""Share of the side asked for that will do where libjpeg alone comes to it: half of 1,000 pixels
instead of 512."""

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation -> how to set the picture upright (EXIF 2.32, tag 0x0112)."""

_SIDEWAYS = (
    Image.Transpose.TRANSPOSE,
    Image.Transpose.ROTATE_270,
    Image.Transpose.TRANSVERSE,
    Image.Transpose.ROTATE_90,
)

_DECODE_ERRORS = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error)
"""What Pillow's readers raise on broken files, beside its decompression-bomb error."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkingPicture:
    """A small stand-in for a picture."""

    image: Image.Image
    """Mode L, upright."""
    colour: Image.Image
    """The same in mode RGB; in mode L where no colours were asked for."""
    size: tuple[int, int]
    """Width and height of the picture itself in pixels, upright."""


def decode(data: bytes, side: int | None = None, *, grey: bool = False) -> WorkingPicture:
    """Decode the first frame, upright, transparency over white, small.

    :param side: most pixels of the longer side; see ``WORKING_SIDE`` for what it is else
    :param grey: no colours are asked for, and a side a little shorter will do (``_NEARLY``): many
        JPEGs are decoded in a third of the time
    :raises PictureError: when the format, the size or the content is not acceptable
    """
    if len(data) > MAX_BYTES:
        raise PictureError(f"{len(data):,} bytes; pictures up to {MAX_BYTES:,} are read")
    if data[:2] == b"\xff\xd8" and data.count(b"\xff\xda") > MAX_SCANS:
        raise PictureError(f"a JPEG with more than {MAX_SCANS} scans")
    try:
        with warnings.catch_warnings():
            # Damaged metadata only warns; a bomb must not get any further.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                _check_size(image)
                return _shrink(image, side, grey=grey)
    except UnidentifiedImageError:
        raise PictureError(f"not a picture in one of the formats {', '.join(FORMATS)}") from None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise PictureError(f"more than {MAX_PIXELS:,} pixels") from None
    except _DECODE_ERRORS as error:
        raise PictureError(f"cannot be decoded: {error}") from error


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise PictureError(
            f"{width} x {height} pixels; up to {MAX_PIXELS:,} and sides up to {MAX_SIDE:,} are read"
        )
    if min(width, height) < MIN_SIDE:
        raise PictureError(f"{width} x {height} pixels; sides from {MIN_SIDE} are compared")


def _shrink(image: Image.Image, wanted: int | None, *, grey: bool) -> WorkingPicture:
    width, height = image.size
    side = WORKING_SIDE if wanted is None else wanted
    turn = UPRIGHT.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    if grey:
        share = _NEARLY * side / max(image.size)
        least = [max(MIN_SIDE, math.ceil(pixels * share)) for pixels in image.size]
        image.draft("L", (least[0], least[1]))
    else:
        image.draft("RGB", (side, side))
    image.load()
    upright = _small(image, side, "L" if grey else "RGB")
    if wanted is not None or max(upright.size) > 2 * side or min(upright.size) < MIN_SIDE:
        upright = _fit(upright, side)
    if turn is not None:
        upright = upright.transpose(turn)
        if turn in _SIDEWAYS:
            width, height = height, width
    return WorkingPicture(image=upright.convert("L"), colour=upright, size=(width, height))


def _small(image: Image.Image, side: int, mode: Literal["L", "RGB"]) -> Image.Image:
    """Return the picture small and in a mode without transparency, transparent parts white."""
    # Palettes cannot be averaged, so they are spread out first.
    if image.mode in ("P", "PA", "1"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    elif image.mode in ("RGB", "L") and "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode.startswith("I") or image.mode == "F":
        image = eight_bit(image)
    image = image.reduce(max(1, min(max(image.size) // side, min(image.size) // MIN_SIDE)))
    if image.mode in ("RGBA", "LA"):
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    return image.convert(mode)


def _fit(image: Image.Image, side: int) -> Image.Image:
    scale = min(1.0, side / max(image.size))
    width, height = (max(round(pixels * scale), MIN_SIDE) for pixels in image.size)
    return image.resize((width, height), Image.Resampling.HAMMING)


def eight_bit(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey to 8 bits; Pillow's own conversion would clip it to white."""
    return Image.fromarray((np.asarray(image).astype(np.int32) >> 8).clip(0, 255).astype(np.uint8))
