"""Perceptual hashes of pictures.

A hash of 16 x 16 frequencies sees coarse shapes in light and dark, and nothing else: neither colour
nor fine detail nor what a picture means. Two plain T-shirts have one hash. So every view also keeps
its colours in a 4 x 4 layout, and a picture that shows little is found only very near its reference
and counts for less (``matchers.weights``).

A fingerprint holds 256-bit pHashes (``imagehash.phash``, the DCT hash of Zauner 2010) of

- the picture, and the picture without a plain border, each in its eight orientations, and
- windows inside it, upright: centre crops, and the picture with a strip of one side cut off, and
- of a listing's picture of which more than hashes is kept, the pictures in it
  (``matchers.pictures.insets``), in eight orientations;

and the picture's local features (``matchers.pictures.local``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import imagehash
import numpy as np
import numpy.typing as npt
import PIL
from PIL import Image, features

from crawler.errors import PictureError
from matchers.decoding import WorkingPicture, decode
from matchers.looks import MIN_DETAIL, find_detail, find_look, find_steps
from matchers.pictures import local
from matchers.pictures.colours import CELLS, find_layouts
from matchers.pictures.descriptor import Descriptor
from matchers.pictures.insets import find_insets
from matchers.pictures.phash import SIDE, Share, hash_turned, hash_windows, turn
from matchers.pictures.prints import (
    GREY_SIDE,
    NO_FEATURES,
    NO_VECTORS,
    ORIENTATIONS,
    TOO_PLAIN,
    Box,
    Depth,
    Fingerprint,
    HashedView,
    Vectors,
)

FINE_SIDE = 256
"""Pixels of the longer side of a picture that shows little."""

MODEL_SIDE = 512
"""The same of one that only a descriptor model is asked about."""

MIN_POINTS = 40
"""Points of a picture that shows much; drawings of a few shapes have fewer, however they fill it,
and near hashes: those of symmetrical ones are half noise."""

_WHOLE: Share = (0.0, 0.0, 1.0, 1.0)
WINDOWS: tuple[Share, ...] = (
    *((cut, cut, 1 - cut, 1 - cut) for cut in (0.02, 0.04, 0.06, 0.08, 0.10)),
    (0.1, 0.0, 1.0, 1.0), (0.0, 0.0, 0.9, 1.0), (0.0, 0.1, 1.0, 1.0), (0.0, 0.0, 1.0, 0.9),
)  # fmt: skip
"""Windows inside a picture: something is cut off all around, or at one side."""

MIN_KEPT, MOST_KEPT = 0.3, 0.98
"""A border is cut off when it leaves at least and at most this share of width and height."""

MAKER = (
    f"phash256-8 pillow-{PIL.__version__} imagehash-{imagehash.__version__}"
    f" jpeg-{features.version('libjpeg_turbo') or features.version('jpg')}"
)


def find_maker(depth: Depth = "points", descriptor: Descriptor | None = None) -> str:
    """Return what makes a fingerprint.

    Another decoder moves some bits: compare, and hash again, when this has changed.
    """
    makers = [MAKER]
    makers += [] if depth == "hashes" else [local.MAKER, depth]
    makers += [] if descriptor is None else [descriptor.maker]
    return " ".join(makers)


def fingerprint(
    data: bytes, depth: Depth = "points", descriptor: Descriptor | None = None
) -> Fingerprint:
    """Decode a picture, hash it, and describe it whole and by its local features.

    :param data: the file as it was fetched (JPEG, PNG, WebP, GIF, AVIF)
    :param depth: what is described; local features take ten times as long as hashes alone
    :param descriptor: a model that is asked about it besides
    :raises PictureError: when it cannot be decoded within the limits of ``matchers.decoding``,
        or shows so little (one colour, a smooth shade) that it would match anything
    """
    picture = decode(data)
    whole = _Part.of(picture)
    steps = find_steps(whole.square)
    look = find_look(whole.square, steps)
    if look != "rich":  # where little is to be seen, its edges matter
        picture = decode(data, FINE_SIDE)
        whole = _Part.of(picture)
        steps = find_steps(whole.square)
        look = find_look(whole.square, steps)
    detail = find_detail(whole.square, steps)
    if detail < MIN_DETAIL:
        raise PictureError(f"{TOO_PLAIN}: detail {detail:.0f}, at least {MIN_DETAIL:.0f} is needed")
    points, larger = NO_FEATURES, picture
    border = find_plain_border(picture.image)
    if depth != "hashes":
        plan = local.PLANS[depth]
        # What has few points to be found by (logos, works of few strokes) needs a finer decode.
        grey = descriptor is None and depth == "points"
        larger = decode(data, plan.levels[0].side, grey=grey)
        points = local.find_features(larger.image, picture.size, plan)
        if look == "rich" and len(points.places) < MIN_POINTS:
            look = "plain"
        if look != "rich" and depth == "work":
            points = local.find_features(larger.image, picture.size, local.SMALL)
        if depth != "logo":  # small scribbles of a logo say too little
            points = local.add_enlarged(points, larger.image, picture.size)
    elif descriptor is not None:
        larger = decode(data, MODEL_SIDE)
    parts = [("whole", whole)] + ([("trimmed", _Part.of(picture, border))] if border else [])
    insets = []
    if depth in ("points", "scene"):
        insets = list(_find_insets(larger, picture, [part.box for _, part in parts[1:]]))
    return Fingerprint(
        maker=find_maker(depth, descriptor),
        size=picture.size,
        look=look,
        views=tuple(
            view
            for make in (_turned, _windowed)
            for name, part in [*parts, *insets]
            for view in make(name, part)
        ),
        greys=tuple(part.grey for _, part in [*parts, *insets]),
        local=points,
        vectors=NO_VECTORS if descriptor is None else _describe(descriptor, larger, depth),
        depth=depth,
    )


def _describe(descriptor: Descriptor, picture: WorkingPicture, depth: Depth) -> Vectors:
    border = find_plain_border(picture.image)
    whole_only = depth in ("work", "logo")  # of references nothing else is kept
    return descriptor.describe(picture.colour, picture.size, border, whole_only=whole_only)


class _Part(NamedTuple):
    """A part of a picture, squeezed to squares."""

    box: Box
    """In pixels of the picture itself."""
    square: npt.NDArray[np.uint8]
    """Shades of grey, shape (64, 64)."""
    cells: npt.NDArray[np.uint8]
    """Colours, shape (40, 40, 3)."""

    @classmethod
    def of(
        cls, picture: WorkingPicture, box: Box | None = None, colour: Image.Image | None = None
    ) -> _Part:
        """Return a part.

        :param box: in pixels of the working picture; None = the whole
        :param colour: the picture in colours, of another size, where the working picture has none
        """
        x, y, width, height = box = box or (0, 0, *picture.image.size)
        corners = (x, y, x + width, y + height)
        square = picture.image.resize((SIDE, SIDE), Image.Resampling.LANCZOS, corners)
        colour = colour or picture.colour
        across, down = (a / b for a, b in zip(colour.size, picture.image.size, strict=True))
        scaled = (x * across, y * down, (x + width) * across, (y + height) * down)
        cells = colour.resize((CELLS, CELLS), Image.Resampling.BOX, scaled)
        across, down = (a / b for a, b in zip(picture.size, picture.image.size, strict=True))
        return cls(_scale(box, across, down), np.asarray(square), np.asarray(cells))

    @property
    def grey(self) -> bytes:
        """Shades of grey, 32 x 32."""
        pairs = self.square.reshape(GREY_SIDE, 2, GREY_SIDE, 2).mean(axis=(1, 3))
        return bytes(pairs.round().astype(np.uint8).tobytes())

    def find_box(self, share: Share) -> Box:
        """Return where a window lies, in pixels of the picture itself."""
        x, y, width, height = self.box
        left, top = round(x + width * share[0]), round(y + height * share[1])
        right, bottom = round(x + width * share[2]), round(y + height * share[3])
        return left, top, right - left, bottom - top


def _find_insets(
    picture: WorkingPicture, coloured: WorkingPicture, known: Sequence[Box]
) -> Iterator[tuple[str, _Part]]:
    """Yield the pictures that lie in a picture, also without a plain border, if they show enough.

    :param coloured: the same picture in colours, of any size
    :param known: parts that are compared anyway, in pixels of the picture itself
    """
    across, down = (a / b for a, b in zip(picture.image.size, picture.size, strict=True))
    for box in find_insets(picture.image, [_scale(box, across, down) for box in known]):
        for inside in (box, _trim(picture.image, box)):
            part = _Part.of(picture, inside, coloured.colour) if inside else None
            if part is not None and find_detail(part.square) >= MIN_DETAIL:
                yield "inset", part


def _trim(image: Image.Image, box: Box) -> Box | None:
    """Return what a border of one shade surrounds in a part of a picture; None without a border."""
    x, y, width, height = box
    edge = 1 + max(width, height) // 100  # shades of what is around run in
    inner = find_plain_border(image.crop((x + edge, y + edge, x + width - edge, y + height - edge)))
    return inner and (inner[0] + x + edge, inner[1] + y + edge, inner[2], inner[3])


def _turned(name: str, part: _Part) -> Iterator[HashedView]:
    """Yield the views of a part in all orientations."""
    (layout,) = find_layouts(part.cells, (_WHOLE,))
    for orientation, bits in zip(ORIENTATIONS, hash_turned(part.square), strict=True):
        yield HashedView(
            part=name,
            box=part.box,
            orientation=orientation,
            bits=bits,
            colours=turn(layout, orientation).tobytes(),
        )


def _windowed(name: str, part: _Part) -> Iterator[HashedView]:
    """Yield the views of the windows in a part, upright; an inset is a window itself."""
    if name == "inset":
        return
    hashes, layouts = hash_windows(part.square, WINDOWS), find_layouts(part.cells, WINDOWS)
    for share, bits, layout in zip(WINDOWS, hashes, layouts, strict=True):
        yield HashedView(
            part="window",
            box=part.find_box(share),
            orientation="same",
            bits=bits,
            colours=layout.tobytes(),
        )


def _scale(box: Box, across: float, down: float) -> Box:
    x, y, width, height = box
    return round(x * across), round(y * down), round(width * across), round(height * down)


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
