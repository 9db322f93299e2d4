"""Pictures for pages: re-encoded small, so nothing else of a seller's file is kept or sent."""

from __future__ import annotations

import base64
import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, Image, UnidentifiedImageError

from crawler.errors import PictureError
from crawler.pictures import MAX_BYTES
from matchers.decoding import FORMATS, MAX_PIXELS, MAX_SCANS, MAX_SIDE, UPRIGHT, eight_bit

QUALITY = 78
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error)
"""What Pillow's readers raise on broken files, beside its own two for bombs."""
_SIDEWAYS = range(5, 9)
"""EXIF orientations in which width and height change places (EXIF 2.32, tag 0x0112)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SmallPicture:
    """A small WebP made from a picture."""

    data: bytes
    width: int
    height: int
    original: tuple[int, int]
    """Width and height of the picture itself in pixels, upright."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Thumbnail:
    """A small WebP made from a stored picture, or why there is none."""

    file: Path
    width: int = 0
    height: int = 0
    original: tuple[int, int] = (0, 0)
    """Width and height of the picture itself in pixels, upright."""
    uri: str = ""
    """``data:`` URI; empty when the picture cannot be shown."""
    problem: str | None = None
    """Why it cannot be shown."""


def load_thumbnail(file: Path, side: int) -> Thumbnail:
    """Return the file's first frame, upright, with its longer side at most ``side`` pixels."""
    try:
        small = shrink_picture(file, side)
    except PictureError as error:
        return Thumbnail(file=file, problem=str(error))
    return Thumbnail(
        file=file,
        width=small.width,
        height=small.height,
        original=small.original,
        uri=f"data:image/webp;base64,{base64.b64encode(small.data).decode('ascii')}",
    )


def shrink_picture(file: Path, side: int) -> SmallPicture:
    """Return the file's first frame, upright, with its longer side at most ``side`` pixels.

    :raises PictureError: when it cannot be shown, within the limits of ``matchers.decoding``
    """
    with _opened(file) as (image, _):
        return _shrink(image, side)


def measure_picture(file: Path) -> tuple[int, int]:
    """Return width and height of a picture, upright, from the head of its file.

    :raises PictureError: when it is no picture, within the limits of ``matchers.decoding``
    """
    with _opened(file) as (image, data):
        # Pillow decodes a whole PNG to learn that it has none
        has_exif = image.format != "PNG" or b"eXIf" in data or b"exif" in data
        turn = image.getexif().get(ExifTags.Base.Orientation, 1) if has_exif else 1
        width, height = image.size
        return (height, width) if turn in _SIDEWAYS else (width, height)


@contextmanager
def _opened(file: Path) -> Iterator[tuple[Image.Image, bytes]]:
    """Open a picture whose head is within the limits; what goes wrong with it is one error."""
    try:
        data = _read(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged metadata only warns
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
                    raise PictureError(f"{image.width} × {image.height} px")
                yield image, data
    except FileNotFoundError:
        raise PictureError("no such file") from None
    except UnidentifiedImageError:
        raise PictureError(f"not {', '.join(FORMATS)}") from None
    except (Image.DecompressionBombError, *_BROKEN) as error:
        raise PictureError(str(error) or type(error).__name__) from error


def _read(file: Path) -> bytes:
    if file.stat().st_size > MAX_BYTES:
        raise PictureError(f"{file.stat().st_size:,} bytes; up to {MAX_BYTES:,} are shown")
    data = file.read_bytes()
    if data[:2] == b"\xff\xd8" and data.count(b"\xff\xda") > MAX_SCANS:
        raise PictureError(f"a JPEG with more than {MAX_SCANS} scans")
    return data


def _shrink(image: Image.Image, side: int) -> SmallPicture:
    size = image.size
    turn = image.getexif().get(ExifTags.Base.Orientation, 1)
    image.draft("RGB", (side, side))
    if image.mode.startswith("I") or image.mode == "F":
        small = eight_bit(image)
    else:
        small = image.convert("RGBA" if image.has_transparency_data else "RGB")
    small.thumbnail((side, side))
    if small.mode == "RGBA":  # over white, as the matchers see it
        small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small)
    if turn in UPRIGHT:
        small = small.transpose(UPRIGHT[turn])
    target = io.BytesIO()
    small.convert("RGB").save(target, "WEBP", quality=QUALITY, method=2)
    return SmallPicture(
        data=target.getvalue(),
        width=small.width,
        height=small.height,
        original=(size[1], size[0]) if turn in _SIDEWAYS else size,
    )
