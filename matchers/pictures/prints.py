"""What is kept of a picture to compare it: hashes of its views, and local features.

Plain data, so that nothing here loads what decodes pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
import orjson

Box = tuple[int, int, int, int]
"""x, y, width, height."""
TOO_PLAIN = "too plain to be compared"
"""How the reason begins for which a picture is refused that shows hardly anything."""

Look = Literal["flat", "plain", "rich"]
"""How much a picture shows: little more than an outline, something on a plain ground, or more."""
Depth = Literal["hashes", "points", "scene", "work", "logo"]
"""What is described: hashes alone; or local features too, of a listing's picture, of one in which
there may be logos, of a registered work, or of a logo."""
LOOKS: Final[tuple[Look, ...]] = ("flat", "plain", "rich")

HASH_SIDE: Final = 16
BITS: Final = HASH_SIDE * HASH_SIDE
COLOURS: Final = 48
"""Bytes of a colour layout."""

ORIENTATIONS: Final = (
    "same", "mirror", "flip", "rotate-90", "rotate-180", "rotate-270", "transpose", "transverse",
)  # fmt: skip
"""How a copy may be turned, clockwise, relative to its original."""
PARTS: Final = ("whole", "trimmed", "window", "inset")
REFERENCE_PARTS: Final = ("whole", "trimmed")
VECTOR_PARTS: Final = ("whole", "trimmed", "window", "mirrored")
"""Parts that a descriptor model is asked about; ``mirrored``: the whole as in a mirror."""

GREY_SIDE: Final = 32
"""Pixels of each side of the small grey picture that is kept."""

VARIANTS: Final = ("as it is", "mirrored", "negative", "mirrored negative")
"""Ways in which local features are described, so that copies altered so are found."""
WORDS: Final = 4
"""64-bit words of a hash or of a code."""

Places = npt.NDArray[np.float32]
Codes = npt.NDArray[np.uint64]


@dataclass(frozen=True, kw_only=True, slots=True)
class HashedView:
    """The hash of a part of a picture in one orientation."""

    part: str
    """``whole``, ``trimmed`` (without a plain border), ``window``; ``inset``: a picture in it."""
    box: Box
    """The part, in pixels of the upright picture."""
    orientation: str
    """One of ``ORIENTATIONS``; how the part was turned before it was hashed."""
    bits: bytes
    """256 bits, packed, row by row."""
    colours: bytes
    """Mean colours of 4 x 4 cells, turned like the part: red, green, blue, row by row."""


class LocalFeatures(NamedTuple):
    """Points of a picture that are found again in altered copies."""

    places: Places
    """Shape (points, 4): x, y and size in units of the longer side, and angle in radians, clockwise
    from the right."""
    codes: Codes
    """Shape (variants, points, 4): what each point looks like in 256 bits, for the first or all of
    ``VARIANTS``."""


NO_FEATURES: Final = LocalFeatures(np.zeros((0, 4), np.float32), np.zeros((1, 0, WORDS), np.uint64))


class Vectors(NamedTuple):
    """What a descriptor model says of a picture and of parts of it."""

    parts: tuple[tuple[str, Box], ...]
    """One of ``VECTOR_PARTS``, and where it lies in pixels of the upright picture."""
    values: npt.NDArray[np.int8]
    """Shape (parts, size): what the model says, scaled to whole numbers; only directions count."""


NO_VECTORS: Final = Vectors((), np.zeros((0, 0), np.int8))


@dataclass(frozen=True, kw_only=True, slots=True)
class Fingerprint:
    """What is kept of a picture to compare it."""

    maker: str
    size: tuple[int, int]
    """Width and height in pixels, upright."""
    look: Look
    """How much the picture shows."""
    views: tuple[HashedView, ...]
    greys: tuple[bytes, ...]
    """The whole, what is left without a plain border if it has one, and insets, upright, each as
    32 x 32 shades of grey, row by row."""
    local: LocalFeatures = field(default=NO_FEATURES, compare=False, repr=False)
    vectors: Vectors = field(default=NO_VECTORS, compare=False, repr=False)
    depth: Depth = "hashes"

    @property
    def is_small(self) -> bool:
        """Whether it is of a reference that is found by few points: a logo, or a few strokes."""
        return self.depth == "logo" or (self.depth == "work" and self.look != "rich")


def dump_fingerprint(print_: Fingerprint, *, reference: bool = False) -> bytes:
    """Return a fingerprint as ``parse_fingerprint`` reads it: a line of JSON, then arrays.

    :param reference: whether only what references need is written: one variant of local features,
        and no vectors of windows
    """
    places, codes = print_.local
    codes = codes[:1] if reference else codes
    vectors = keep_reference_parts(print_.vectors) if reference else print_.vectors
    head = {
        "maker": print_.maker,
        "size": print_.size,
        "look": print_.look,
        "greys": len(print_.greys),
        "views": [[view.part, view.box, view.orientation] for view in print_.views],
        "points": codes.shape[:2],
        "vectors": [*vectors.values.shape, *vectors.parts],
        "depth": print_.depth,
    }
    bits = b"".join(view.bits + view.colours for view in print_.views)
    arrays = (*print_.greys, bits, places.tobytes(), codes.tobytes(), vectors.values.tobytes())
    return b"%s\n%s" % (orjson.dumps(head), b"".join(arrays))


def parse_fingerprint(data: bytes) -> Fingerprint:
    """Return the fingerprint of which ``dump_fingerprint`` made the bytes.

    :raises ValueError: when they are none
    """
    line, _, body = data.partition(b"\n")
    try:
        head = orjson.loads(line)
        views, greys = head["views"], int(head["greys"])
        variants, points = head["points"]
        width, height = head["size"]
        maker, look, depth = str(head["maker"]), head["look"], head["depth"]
        kept, length, *parts = head["vectors"]
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not a fingerprint: {line[:60]!r} ({error})") from error
    step = BITS // 8 + COLOURS
    grey = GREY_SIDE**2
    start = grey * greys
    first = start + step * len(views)
    second = first + points * 16
    third = second + variants * points * WORDS * 8
    whole = third + kept * length
    if look not in LOOKS or depth not in get_args(Depth) or len(body) != whole:
        raise ValueError(f"not a fingerprint: expected {whole} bytes, got {len(body)}")
    return Fingerprint(
        maker=maker,
        size=(width, height),
        look=look,
        views=tuple(
            _parse_view(view, body[start + at * step : start + (at + 1) * step])
            for at, view in enumerate(views)
        ),
        greys=tuple(body[at * grey : (at + 1) * grey] for at in range(greys)),
        local=LocalFeatures(
            np.frombuffer(body[first:second], np.float32).reshape(points, 4),
            np.frombuffer(body[second:third], np.uint64).reshape(variants, points, WORDS),
        ),
        vectors=_parse_vectors(parts, np.frombuffer(body[third:], np.int8).reshape(kept, length)),
        depth=depth,
    )


def keep_reference_parts(vectors: Vectors) -> Vectors:
    """Return the vectors that are kept of a reference: of the whole, and without its border."""
    kept = [at for at, (part, _) in enumerate(vectors.parts) if part in REFERENCE_PARTS]
    return Vectors(tuple(vectors.parts[at] for at in kept), vectors.values[kept])


def _parse_vectors(parts: Sequence[Sequence[Any]], values: npt.NDArray[np.int8]) -> Vectors:
    if len(parts) != len(values) or any(part not in VECTOR_PARTS for part, _ in parts):
        raise ValueError(f"not the vectors of a fingerprint: {parts!r:.80}")
    return Vectors(tuple((part, _parse_box(box)) for part, box in parts), values)


def _parse_box(box: Sequence[int]) -> Box:
    x, y, width, height = map(int, box)
    return x, y, width, height


def _parse_view(head: list[object], body: bytes) -> HashedView:
    part, box, orientation = head
    if part not in PARTS or orientation not in ORIENTATIONS or not isinstance(box, list):
        raise ValueError(f"not a view of a fingerprint: {head!r:.80}")
    return HashedView(
        part=str(part),
        box=_parse_box(box),
        orientation=str(orientation),
        bits=body[: BITS // 8],
        colours=body[BITS // 8 :],
    )
