"""Two pictures beside each other with what they share outlined, as one picture file."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from crawler.files import whole_file
from matchers.decoding import decode
from matchers.pictures.prints import Box

_SIDE = 800
"""Most pixels of the longer side of each."""
_GAP = 16
_LEAST = 8
"""Pixels of each side of an outline at the least."""
_GROUND, _DARK, _BRIGHT = "#ffffff", "#101010", "#ffd400"


def write_side_by_side(
    target: Path, listing: tuple[Path, Box | None], registered: tuple[Path, Box | None]
) -> None:
    """Write the listing's picture on the left and the registered one on the right, as PNG.

    :param listing: the file, and the region in its pixels (x, y, width, height); None = all of it
    :param registered: the same
    :raises PictureError: when one cannot be decoded within the limits of ``matchers.decoding``
    :raises InputError: when the target cannot be written
    """
    left, right = (_outline(path, box) for path, box in (listing, registered))
    size = (left.width + right.width + 3 * _GAP, max(left.height, right.height) + 2 * _GAP)
    both = Image.new("RGB", size, _GROUND)
    both.paste(left, (_GAP, _GAP))
    both.paste(right, (left.width + 2 * _GAP, _GAP))
    with whole_file(target) as file:
        both.save(file, "PNG")


def _outline(path: Path, box: Box | None) -> Image.Image:
    """Return a picture, made small, with a region outlined, light on dark."""
    picture = decode(path.read_bytes(), _SIDE)
    image = picture.colour
    x, y, width, height = box or (0, 0, *picture.size)
    across, down = image.width / picture.size[0], image.height / picture.size[1]
    left, top = round(x * across), round(y * down)
    right, bottom = round((x + width) * across) - 1, round((y + height) * down) - 1
    draw = ImageDraw.Draw(image)
    corners = (left, top, max(left + _LEAST, right), max(top + _LEAST, bottom))
    draw.rectangle(corners, outline=_DARK, width=6)
    draw.rectangle(
        [corners[0] + 2, corners[1] + 2, *(c - 2 for c in corners[2:])], None, _BRIGHT, 3
    )
    return image
