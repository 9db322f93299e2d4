"""Pictures for the page of hits: re-encoded small, so nothing else of a seller's file is kept."""

from __future__ import annotations

import base64
import io
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from matchers.decoding import FORMATS, MAX_PIXELS

QUALITY = 78
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error)
"""What Pillow's readers raise on broken files, beside its own two for bombs."""


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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged metadata only warns
            with Image.open(file, formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    return Thumbnail(file=file, problem=f"{image.width} × {image.height} px")
                return _shrink(file, image, side)
    except FileNotFoundError:
        return Thumbnail(file=file, problem="no such file")
    except UnidentifiedImageError:
        return Thumbnail(file=file, problem=f"not {', '.join(FORMATS)}")
    except (Image.DecompressionBombError, *_BROKEN) as error:
        return Thumbnail(file=file, problem=str(error) or type(error).__name__)


def _shrink(file: Path, image: Image.Image, side: int) -> Thumbnail:
    width, height = image.size
    image.draft("RGB", (side, side))
    upright = ImageOps.exif_transpose(image)
    if (upright.width > upright.height) != (image.width > image.height):
        width, height = height, width
    if upright.has_transparency_data:  # over white, as the matchers see it
        clear = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    small = upright.convert("RGB")
    small.thumbnail((side, side))
    target = io.BytesIO()
    small.save(target, "WEBP", quality=QUALITY, method=2)
    data = base64.b64encode(target.getvalue()).decode("ascii")
    return Thumbnail(
        file=file,
        width=small.width,
        height=small.height,
        original=(width, height),
        uri=f"data:image/webp;base64,{data}",
    )
