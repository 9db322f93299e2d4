"""Perceptual hashes of pictures, and an index that finds altered copies of the rights' pictures.

A fingerprint holds 256-bit pHashes (``imagehash.phash``, the DCT hash of Zauner 2010) of

- the picture, and the picture without a plain border, each in its eight orientations, and
- windows inside it, upright: centre crops, and the picture with a strip of one side cut off.

Two fingerprints are compared both ways: the orientations of one against the windows of the other,
so a copy that is mirrored or turned, and framed or cropped on top of that, still has a close pair.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import imagehash
import numpy as np
import numpy.typing as npt
import PIL
from PIL import Image, features

from crawler.errors import PictureError
from matchers.decoding import decode

Box = tuple[int, int, int, int]
"""x, y, width, height."""

HASH_SIDE = 16
BITS = HASH_SIDE * HASH_SIDE
MAX_DISTANCE = 48
"""Bits that may differ. Measured: copies that a shop re-cut (a sixteenth off every side) keep
within 20, other crops in the middle down to 80%, frames and turned copies within 40; photographs
of other goods come no nearer than 64. Only simple repeating patterns come nearer to each other."""
MIN_DETAIL = 10.0
"""Least detail of a picture that is compared; see ``_detail``."""
EDGE = 4
"""Least step of brightness, in percent, that counts as an edge."""

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
    f"phash256-1 pillow-{PIL.__version__} imagehash-{imagehash.__version__}"
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Fingerprint:
    """What is kept of a picture to compare it. ``str()`` of it is read by ``parse_fingerprint``."""

    maker: str
    size: tuple[int, int]
    """Width and height in pixels, upright."""
    views: tuple[HashedView, ...]

    def __str__(self) -> str:
        """Return one line of ASCII: maker, size and views, set apart by ``|``."""
        views = (
            f"{view.part} {','.join(map(str, view.box))} {view.orientation} {view.bits.hex()}"
            for view in self.views
        )
        return "|".join((self.maker, f"{self.size[0]}x{self.size[1]}", *views))


def parse_fingerprint(text: str) -> Fingerprint:
    """Return the fingerprint whose ``str()`` was ``text``.

    :raises ValueError: when it is not one
    """
    maker, size, *views = text.split("|")
    width, height = map(int, size.split("x"))
    return Fingerprint(
        maker=maker, size=(width, height), views=tuple(_parse_view(view) for view in views)
    )


def _parse_view(text: str) -> HashedView:
    part, box, orientation, bits = text.split(" ")
    x, y, width, height = map(int, box.split(","))
    if part not in PARTS or orientation not in ORIENTATIONS or len(bits) != BITS // 4:
        raise ValueError(f"not a view of a fingerprint: {text!r:.80}")
    return HashedView(
        part=part,
        box=(x, y, width, height),
        orientation=orientation,
        bits=bytes.fromhex(bits),
    )


def fingerprint(data: bytes) -> Fingerprint:
    """Decode a picture and hash it.

    :param data: the file as it was fetched (JPEG, PNG, WebP, GIF, AVIF)
    :raises PictureError: when it cannot be decoded within the limits of ``matchers.decoding``,
        or shows so little (one colour, a smooth shade) that it would match anything
    """
    picture = decode(data)
    detail = _detail(picture.image)
    if detail < MIN_DETAIL:
        raise PictureError(
            f"too plain to be compared: detail {detail:.0f}, at least {MIN_DETAIL:.0f} is needed"
        )
    return Fingerprint(
        maker=MAKER, size=picture.size, views=tuple(_views(picture.image, picture.size))
    )


def _detail(image: Image.Image) -> float:
    """Return how much there is to see: 0 for one colour or a smooth shade, 100 and more for photos.

    The sum of the steps between neighbouring pixels at 64 x 64, as in PDQ's quality metric
    (Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019),
    but without the small steps, of which shades and noise consist.
    """
    pixels = np.asarray(image.resize((64, 64), Image.Resampling.BOX)).astype(np.int32)
    total = 0
    for axis in (0, 1):
        steps = np.abs(np.diff(pixels, axis=axis)) * 100 // 255
        total += int(steps[steps >= EDGE].sum())
    return total / 90


def _views(image: Image.Image, size: tuple[int, int]) -> Iterator[HashedView]:
    whole = (0, 0, image.width, image.height)
    trimmed = find_plain_border(image)
    parts = [("whole", whole)] if trimmed is None else [("whole", whole), ("trimmed", trimmed)]
    across, down = size[0] / image.width, size[1] / image.height
    for part, box in parts:
        square = _square(image, box)
        for orientation in ORIENTATIONS:
            yield _view(square, part, _scale(box, across, down), orientation)
    for _, box in parts:
        for window in _windows(box):
            yield _view(_square(image, window), "window", _scale(window, across, down), "same")


def _square(image: Image.Image, box: Box) -> Image.Image:
    """Return a part of the picture, squeezed to the square of which pHash takes the DCT."""
    x, y, width, height = box
    side = HASH_SIDE * 4
    return image.resize((side, side), Image.Resampling.LANCZOS, (x, y, x + width, y + height))


def _scale(box: Box, across: float, down: float) -> Box:
    x, y, width, height = box
    return round(x * across), round(y * down), round(width * across), round(height * down)


def _view(square: Image.Image, part: str, box: Box, orientation: str) -> HashedView:
    turn = ORIENTATIONS[orientation]
    turned = square if turn is None else square.transpose(turn)
    bits = imagehash.phash(turned, hash_size=HASH_SIDE).hash
    packed = np.packbits(bits).tobytes()
    return HashedView(part=part, box=box, orientation=orientation, bits=packed)


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


class PictureIndex:
    """References as arrays of bits; every picture is compared with all of them.

    Comparing all is the fastest exact way up to about 100,000 views on one core.
    """

    def __init__(self, entries: Sequence[Fingerprint], max_distance: int = MAX_DISTANCE) -> None:
        self.max_distance = max_distance
        turned = [(i, v) for i, entry in enumerate(entries) for v in _turned(entry)]
        windows = [(i, v) for i, entry in enumerate(entries) for v in _windowed(entry)]
        self._turned, self._windows = _Rows(turned), _Rows(windows)

    def find(self, picture: Fingerprint) -> list[PictureMatch]:
        """Return every reference that the picture is near to, nearest first."""
        upright = [view for view in picture.views if view.orientation == "same"]
        best: dict[int, PictureMatch] = {}
        for ours, rows in ((upright, self._turned), (list(_turned(picture)), self._windows)):
            for distance, view, entry, reference in rows.near(ours, self.max_distance):
                if entry not in best or distance < best[entry].distance:
                    best[entry] = PictureMatch(
                        entry=entry,
                        distance=distance,
                        region=view.box,
                        transform=_transform(view, reference),
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
