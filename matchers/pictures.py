"""Perceptual hashes of pictures, and an index that finds altered copies of the rights' pictures.

A hash of 16 x 16 frequencies sees coarse shapes in light and dark, and nothing else: neither colour
nor fine detail nor what a picture means. Two plain T-shirts have one hash. So every view also keeps
its colours in a 4 x 4 layout, and a picture that shows little is found only very near its reference
(``LIMITS``) and counts for less (``matchers.weights``).

A fingerprint holds 256-bit pHashes (``imagehash.phash``, the DCT hash of Zauner 2010) of

- the picture, and the picture without a plain border, each in its eight orientations, and
- windows inside it, upright: centre crops, and the picture with a strip of one side cut off.

Two fingerprints are compared both ways: the orientations of one against the windows of the other,
so a copy that is mirrored or turned, and framed or cropped on top of that, still has a close pair.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import imagehash
import numpy as np
import numpy.typing as npt
import PIL
from PIL import Image, features

from crawler.errors import PictureError
from matchers.decoding import WorkingPicture, decode
from matchers.looks import (
    GRID,
    MAX_COLOUR_DIFFERENCE,
    Look,
    compare_colours,
    find_colours,
    find_detail,
    find_look,
)

Box = tuple[int, int, int, int]
"""x, y, width, height."""

HASH_SIDE = 16
BITS = HASH_SIDE * HASH_SIDE
MAX_DISTANCE = 48
"""Bits that may differ. Measured: copies that a shop re-cut (a sixteenth off every side) keep
within 20, other crops in the middle down to 80%, frames and turned copies within 40; photographs
of other goods come no nearer than 64. Simple pictures come nearer to each other: ``LIMITS``."""
LIMITS: Mapping[Look, int] = {"flat": 12, "plain": 28, "rich": MAX_DISTANCE}
"""Bits that may differ from a reference, by how much the reference shows."""
MIN_DETAIL = 10.0
"""Least detail of a picture that is compared; see ``find_detail``."""

ORIENTATIONS: dict[str, Image.Transpose | None] = {
    "same": None,
    "mirror": Image.Transpose.FLIP_LEFT_RIGHT,
    "flip": Image.Transpose.FLIP_TOP_BOTTOM,
    "rotate-90": Image.Transpose.ROTATE_270,
    "rotate-180": Image.Transpose.ROTATE_180,
    "rotate-270": Image.Transpose.ROTATE_90,
    "transpose": Image.Transpose.TRANSPOSE,
    "transverse": Image.Transpose.TRANSVERSE,
}
"""How a copy was turned, clockwise, relative to its original. Pillow turns the other way round."""

_INVERSE = {"rotate-90": "rotate-270", "rotate-270": "rotate-90"}

PARTS = ("whole", "trimmed", "window")

CENTRE_CROPS = (0.96, 0.92, 0.88, 0.84, 0.80)
"""Share of width and height that a window in the middle keeps."""
CUT_STRIP = 0.10
"""Share of the height or width that is cut off at one side."""

MIN_KEPT, MOST_KEPT = 0.3, 0.98
"""A border is cut off when it leaves at least and at most this share of width and height."""

MAKER = (
    f"phash256-2 pillow-{PIL.__version__} imagehash-{imagehash.__version__}"
    f" jpeg-{features.version('libjpeg_turbo') or features.version('jpg')}"
)
"""What made a fingerprint. Another decoder moves some bits: hash again when this has changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HashedView:
    """The hash of a part of a picture in one orientation."""

    part: str
    """``whole``, ``trimmed`` (without a plain border) or ``window``."""
    box: Box
    """The part, in pixels of the upright picture."""
    orientation: str
    """Key of ``ORIENTATIONS``; how the part was turned before it was hashed."""
    bits: bytes
    """256 bits, packed, row by row."""
    colours: bytes
    """Mean colours of 4 x 4 cells, turned like the part: red, green, blue, row by row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fingerprint:
    """What is kept of a picture to compare it. ``str()`` of it is read by ``parse_fingerprint``."""

    maker: str
    size: tuple[int, int]
    """Width and height in pixels, upright."""
    look: Look
    """How much the picture shows."""
    views: tuple[HashedView, ...]

    def __str__(self) -> str:
        """Return one line of ASCII: maker, size, look and views, set apart by ``|``."""
        views = (
            f"{view.part} {','.join(map(str, view.box))} {view.orientation}"
            f" {view.bits.hex()} {view.colours.hex()}"
            for view in self.views
        )
        return "|".join((self.maker, f"{self.size[0]}x{self.size[1]}", self.look, *views))


def parse_fingerprint(text: str) -> Fingerprint:
    """Return the fingerprint whose ``str()`` was ``text``.

    :raises ValueError: when it is not one
    """
    maker, size, look, *views = text.split("|")
    width, height = map(int, size.split("x"))
    return Fingerprint(
        maker=maker,
        size=(width, height),
        look=_parse_look(look),
        views=tuple(_parse_view(view) for view in views),
    )


def _parse_look(text: str) -> Look:
    for look in LIMITS:
        if look == text:
            return look
    raise ValueError(f"expected one of {', '.join(LIMITS)}, got {text!r:.80}")


def _parse_view(text: str) -> HashedView:
    part, box, orientation, bits, colours = text.split(" ")
    x, y, width, height = map(int, box.split(","))
    sizes = len(bits), len(colours)
    if part not in PARTS or orientation not in ORIENTATIONS or sizes != (BITS // 4, GRID**2 * 6):
        raise ValueError(f"not a view of a fingerprint: {text!r:.80}")
    return HashedView(
        part=part,
        box=(x, y, width, height),
        orientation=orientation,
        bits=bytes.fromhex(bits),
        colours=bytes.fromhex(colours),
    )


def fingerprint(data: bytes) -> Fingerprint:
    """Decode a picture and hash it.

    :param data: the file as it was fetched (JPEG, PNG, WebP, GIF, AVIF)
    :raises PictureError: when it cannot be decoded within the limits of ``matchers.decoding``,
        or shows so little (one colour, a smooth shade) that it would match anything
    """
    picture = decode(data)
    detail = find_detail(picture.image)
    if detail < MIN_DETAIL:
        raise PictureError(
            f"too plain to be compared: detail {detail:.0f}, at least {MIN_DETAIL:.0f} is needed"
        )
    return Fingerprint(
        maker=MAKER,
        size=picture.size,
        look=find_look(picture.image),
        views=tuple(_views(picture)),
    )


def _views(picture: WorkingPicture) -> Iterator[HashedView]:
    image, size = picture.image, picture.size
    whole = (0, 0, image.width, image.height)
    trimmed = find_plain_border(image)
    parts = [("whole", whole)] if trimmed is None else [("whole", whole), ("trimmed", trimmed)]
    across, down = size[0] / image.width, size[1] / image.height
    for part, box in parts:
        square, colour = _square(image, box), _square(picture.colour, box)
        for orientation in ORIENTATIONS:
            yield _view(square, colour, part, _scale(box, across, down), orientation)
    for _, box in parts:
        for window in _windows(box):
            square, colour = _square(image, window), _square(picture.colour, window)
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
    turn = ORIENTATIONS[orientation]
    if turn is not None:
        square, colour = square.transpose(turn), colour.transpose(turn)
    bits = imagehash.phash(square, hash_size=HASH_SIDE).hash
    return HashedView(
        part=part,
        box=box,
        orientation=orientation,
        bits=np.packbits(bits).tobytes(),
        colours=find_colours(colour),
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


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureMatch:
    """One reference that a picture is a copy of."""

    entry: int
    """Position of the reference in the index."""
    distance: int
    """Bits of ``BITS`` that differ."""
    region: Box
    """Where in the listing's picture, in its pixels."""
    transform: str | None
    """How the picture was altered (``mirror``, ``crop``, ``mirror+border``); None = not at all."""
    look: Look
    """How much the reference shows."""
    recoloured: bool
    """Whether the colours differ, so that it may be another thing of the same shape."""


class PictureIndex:
    """References as arrays of bits; every picture is compared with all of them.

    Comparing all is the fastest exact way up to about 100,000 views on one core.
    """

    def __init__(self, entries: Sequence[Fingerprint], limits: Mapping[Look, int] = LIMITS) -> None:
        """Take the references; ``limits`` are the bits that may differ, by how much they show."""
        self._looks = [entry.look for entry in entries]
        self._limits = limits
        turned = [(i, v) for i, entry in enumerate(entries) for v in _turned(entry)]
        windows = [(i, v) for i, entry in enumerate(entries) for v in _windowed(entry)]
        self._turned, self._windows = _Rows(turned), _Rows(windows)

    def find(self, picture: Fingerprint) -> list[PictureMatch]:
        """Return every reference that the picture is near to, nearest first."""
        upright = [view for view in picture.views if view.orientation == "same"]
        best: dict[int, PictureMatch] = {}
        for ours, rows in ((upright, self._turned), (list(_turned(picture)), self._windows)):
            for distance, view, entry, reference in rows.near(ours, max(self._limits.values())):
                look = self._looks[entry]
                nearer = entry not in best or distance < best[entry].distance
                if distance <= self._limits[look] and nearer:
                    apart = compare_colours(view.colours, reference.colours)
                    best[entry] = PictureMatch(
                        entry=entry,
                        distance=distance,
                        region=view.box,
                        transform=_transform(view, reference),
                        look=look,
                        recoloured=apart > MAX_COLOUR_DIFFERENCE,
                    )
        return sorted(best.values(), key=lambda match: (match.distance, match.entry))


def _turned(picture: Fingerprint) -> Iterator[HashedView]:
    return (view for view in picture.views if view.part != "window")


def _windowed(picture: Fingerprint) -> Iterator[HashedView]:
    return (view for view in picture.views if view.part == "window")


def _transform(view: HashedView, reference: HashedView) -> str | None:
    turn = reference.orientation
    if turn == "same":
        turn = _INVERSE.get(view.orientation, view.orientation)
    words = [] if turn == "same" else [turn]
    if reference.part == "window":
        words.append("crop")
    elif view.part == "window" or (view.part == "trimmed" and reference.part == "whole"):
        words.append("border")
    return "+".join(words) or None


class _Rows:
    """Views of many references as one array of 64-bit words."""

    def __init__(self, rows: Sequence[tuple[int, HashedView]]) -> None:
        self._rows = rows
        self._words = _words([view for _, view in rows])

    def near(
        self, views: Sequence[HashedView], limit: int
    ) -> Iterator[tuple[int, HashedView, int, HashedView]]:
        """Yield (distance, our view, entry, its view) of every pair within ``limit``."""
        for view, words in zip(views, _words(views), strict=True):
            distances = np.bitwise_count(self._words ^ words).sum(axis=1)
            for row in np.flatnonzero(distances <= limit):
                entry, reference = self._rows[int(row)]
                yield int(distances[row]), view, entry, reference


def _words(views: Sequence[HashedView]) -> npt.NDArray[np.uint64]:
    """Return the bits of the views as an array of shape (views, 4)."""
    return np.frombuffer(b"".join(view.bits for view in views), np.uint64).reshape(-1, BITS // 64)
