"""Perceptual hashes of pictures.

A hash of 16 x 16 frequencies sees coarse shapes in light and dark, and nothing else: neither colour
nor fine detail nor what a picture means. Two plain T-shirts have one hash. So every view also keeps
its colours in a 4 x 4 layout, and a picture that shows little is found only very near its reference
and counts for less (``matchers.weights``).

A fingerprint holds 256-bit pHashes (``imagehash.phash``, the DCT hash of Zauner 2010) of

- the picture, and the picture without a plain border, each in its eight orientations, and
- windows inside it, upright: centre crops, and the picture with a strip of one side cut off;

and the picture's local features (``matchers.pictures.local``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import imagehash
import numpy as np
import PIL
from PIL import Image, features

from crawler.errors import PictureError
from matchers.decoding import WorkingPicture, decode
from matchers.looks import MIN_DETAIL, find_colours, find_detail, find_look
from matchers.pictures import local
from matchers.pictures.descriptor import Descriptor
from matchers.pictures.prints import (
    GREY_SIDE,
    HASH_SIDE,
    NO_FEATURES,
    NO_VECTORS,
    ORIENTATIONS,
    Box,
    Fingerprint,
    HashedView,
    Vectors,
)

_TURNS: Mapping[str, Image.Transpose] = {
    "mirror": Image.Transpose.FLIP_LEFT_RIGHT,
    "flip": Image.Transpose.FLIP_TOP_BOTTOM,
    "rotate-90": Image.Transpose.ROTATE_270,
    "rotate-180": Image.Transpose.ROTATE_180,
    "rotate-270": Image.Transpose.ROTATE_90,
    "transpose": Image.Transpose.TRANSPOSE,
    "transverse": Image.Transpose.TRANSVERSE,
}
"""``ORIENTATIONS``, clockwise; Pillow turns the other way round."""

MIN_POINTS = 40
"""Points of a picture that shows much; drawings of a few shapes have fewer, however they fill it,
and near hashes: those of symmetrical ones are half noise."""

CENTRE_CROPS = (0.96, 0.92, 0.88, 0.84, 0.80)
"""Share of width and height that a window in the middle keeps."""
CUT_STRIP = 0.10
"""Share of the height or width that is cut off at one side."""

MIN_KEPT, MOST_KEPT = 0.3, 0.98
"""A border is cut off when it leaves at least and at most this share of width and height."""

MAKER = (
    f"phash256-5 pillow-{PIL.__version__} imagehash-{imagehash.__version__}"
    f" jpeg-{features.version('libjpeg_turbo') or features.version('jpg')}"
)


def find_maker(*, hashes_only: bool = False, descriptor: Descriptor | None = None) -> str:
    """Return what makes a fingerprint.

    Another decoder moves some bits: compare, and hash again, when this has changed.
    """
    makers = [MAKER]
    makers += [] if hashes_only else [local.MAKER]
    makers += [] if descriptor is None else [descriptor.maker]
    return " ".join(makers)


def fingerprint(
    data: bytes, *, hashes_only: bool = False, descriptor: Descriptor | None = None
) -> Fingerprint:
    """Decode a picture, hash it, and describe it whole and by its local features.

    :param data: the file as it was fetched (JPEG, PNG, WebP, GIF, AVIF)
    :param hashes_only: whether local features, which take ten times as long, are left out
    :param descriptor: a model that is asked about it besides
    :raises PictureError: when it cannot be decoded within the limits of ``matchers.decoding``,
        or shows so little (one colour, a smooth shade) that it would match anything
    """
    picture = decode(data)
    detail = find_detail(picture.image)
    if detail < MIN_DETAIL:
        raise PictureError(
            f"too plain to be compared: detail {detail:.0f}, at least {MIN_DETAIL:.0f} is needed"
        )
    larger = picture if hashes_only and descriptor is None else decode(data, local.SIDE)
    points = NO_FEATURES if hashes_only else local.find_features(larger.image, picture.size)
    look, border = find_look(picture.image), find_plain_border(picture.image)
    if look == "rich" and not hashes_only and len(points.places) < MIN_POINTS:
        look = "plain"
    return Fingerprint(
        maker=find_maker(hashes_only=hashes_only, descriptor=descriptor),
        size=picture.size,
        look=look,
        views=tuple(_views(picture, border)),
        grey=_find_grey(picture.image, border),
        local=points,
        vectors=NO_VECTORS if descriptor is None else _describe(descriptor, larger),
    )


def _describe(descriptor: Descriptor, picture: WorkingPicture) -> Vectors:
    border = find_plain_border(picture.image)
    return descriptor.describe(picture.colour, picture.size, border)


def _find_grey(image: Image.Image, border: Box | None) -> bytes:
    """Return the picture without a plain border as 32 x 32 shades of grey."""
    x, y, width, height = border or (0, 0, *image.size)
    small = (GREY_SIDE, GREY_SIDE)
    return image.resize(small, Image.Resampling.BOX, (x, y, x + width, y + height)).tobytes()


def _views(picture: WorkingPicture, trimmed: Box | None) -> Iterator[HashedView]:
    image, size = picture.image, picture.size
    whole = (0, 0, image.width, image.height)
    parts = [("whole", whole)] if trimmed is None else [("whole", whole), ("trimmed", trimmed)]
    across, down = size[0] / image.width, size[1] / image.height
    for part, box in parts:
        square, colour = _square(image, box), find_colours(picture.colour, box)
        for orientation in ORIENTATIONS:
            yield _view(square, colour, part, _scale(box, across, down), orientation)
    for _, box in parts:
        for window in _windows(box):
            square, colour = _square(image, window), find_colours(picture.colour, window)
            yield _view(square, colour, "window", _scale(window, across, down), "same")


def _square(image: Image.Image, box: Box) -> Image.Image:
    """Return a part of the picture, squeezed to the square of which pHash takes the DCT."""
    x, y, width, height = box
    side = HASH_SIDE * 4
    return image.resize((side, side), Image.Resampling.LANCZOS, (x, y, x + width, y + height))


def _scale(box: Box, across: float, down: float) -> Box:
    x, y, width, height = box
    return round(x * across), round(y * down), round(width * across), round(height * down)


def _view(
    square: Image.Image, colour: Image.Image, part: str, box: Box, orientation: str
) -> HashedView:
    turn = _TURNS.get(orientation)
    if turn is not None:
        square, colour = square.transpose(turn), colour.transpose(turn)
    bits = imagehash.phash(square, hash_size=HASH_SIDE).hash
    return HashedView(
        part=part,
        box=box,
        orientation=orientation,
        bits=np.packbits(bits).tobytes(),
        colours=colour.tobytes(),
    )


def _windows(box: Box) -> Iterator[Box]:
    x, y, width, height = box
    for kept in CENTRE_CROPS:
        w, h = round(width * kept), round(height * kept)
        yield x + (width - w) // 2, y + (height - h) // 2, w, h
    across, down = round(width * CUT_STRIP), round(height * CUT_STRIP)
    yield x + across, y, width - across, height
    yield x, y, width - across, height
    yield x, y + down, width, height - down
    yield x, y, width, height - down


def find_plain_border(image: Image.Image, tolerance: int = 12) -> Box | None:
    """Return what a border of one shade surrounds, or None when there is none worth cutting.

    :param image: mode L
    :param tolerance: how far a shade may stray within the border, 0 to 255
    """
    pixels = np.asarray(image).astype(np.int16)
    inside = np.abs(pixels - pixels[0, 0]) > tolerance
    # A stray pixel of compression noise is no content.
    rows = np.flatnonzero(inside.mean(axis=1) > 0.01)
    columns = np.flatnonzero(inside.mean(axis=0) > 0.01)
    if not rows.size or not columns.size:
        return None
    x, y = int(columns[0]), int(rows[0])
    width, height = int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y
    too_small = width < MIN_KEPT * image.width or height < MIN_KEPT * image.height
    too_like = width > MOST_KEPT * image.width and height > MOST_KEPT * image.height
    return None if too_small or too_like else (x, y, width, height)
