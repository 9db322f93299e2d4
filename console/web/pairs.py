"""A picture of a listing beside one of a right: what matches, and how one lies on the other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from console.hit_parts import ChosenPair, file_caption, is_part
from console.web.thumbnails import Thumbnails
from crawler.store.hits import StoredHit
from matchers.pictures.prints import Box

UNIT = 1000
"""Side of the square through which a registered region is laid over the listing's."""

_TURNS: dict[str, tuple[int, int, int, int, int, int]] = {
    "mirror": (-1, 0, 0, 1, 1, 0),
    "flip": (1, 0, 0, -1, 0, 1),
    "rotate-90": (0, 1, -1, 0, 1, 0),
    "rotate-180": (-1, 0, 0, -1, 1, 1),
    "rotate-270": (0, -1, 1, 0, 0, 1),
    "transpose": (0, 1, 1, 0, 0, 0),
    "transverse": (0, -1, -1, 0, 1, 1),
}
"""How a picture was turned -> the matrix (as SVG has it) that does the same to the unit square."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """One side of a pair: a picture of the workspace, or the words that stand in its place."""

    sha256: str = ""
    width: int = 0
    height: int = 0
    """Of the picture itself in pixels, upright; 0 where it cannot be shown."""
    region: Box | None = None
    """What of it matches, unless that is all of it."""
    missing: str = ""
    """Key of the words that say why there is none."""
    problem: str = ""
    """Why one that is there cannot be shown."""
    name: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether there is a picture to show."""
        return self.width > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A picture of the listing beside one of the right."""

    listing: Picture
    reference: Picture
    caption: str
    """How the listing's was altered, or what was read in it."""
    is_matched: bool
    over: str = ""
    """SVG transform that lays the unit square over the listing's region; empty = no comparison."""
    seen: Box = (0, 0, 0, 0)
    """What of the right's picture is laid there."""


def make_pair(stored: StoredHit, thumbnails: Thumbnails, pair: ChosenPair) -> Pair:
    """Return a pair with the sizes of its pictures, which their outlines need."""
    listing = _picture(
        thumbnails,
        stored.picture_files.get(pair.image or ""),
        pair.region,
        missing="not_stored" if pair.image else "no_picture",
    )
    reference = _picture(
        thumbnails,
        stored.reference_files.get(pair.reference or ""),
        pair.reference_region,
        missing="not_stored" if pair.reference else "no_reference",
        name=file_caption(pair.reference),
    )
    compared = pair.finding is not None and pair.finding.reference is not None
    over, seen = "", (0, 0, 0, 0)
    if compared and listing.is_shown and reference.is_shown:
        here = pair.region or (0, 0, listing.width, listing.height)
        seen = pair.reference_region or (0, 0, reference.width, reference.height)
        over = lay_over(here, pair.finding.transform if pair.finding else None)
    return Pair(
        listing=listing,
        reference=reference,
        caption=pair.caption,
        is_matched=pair.finding is not None,
        over=over,
        seen=seen,
    )


def _picture(
    thumbnails: Thumbnails, file: Path | None, region: Box | None, *, missing: str, name: str = ""
) -> Picture:
    if file is None:
        return Picture(missing=missing, name=name)
    measured = thumbnails.measure(file)
    if measured.problem:
        return Picture(sha256=file.name, problem=measured.problem, missing="broken", name=name)
    size = (measured.width, measured.height)
    return Picture(
        sha256=file.name,
        width=measured.width,
        height=measured.height,
        region=region if region and is_part(region, size) else None,
        name=name,
    )


def lay_over(here: Box, transform: str | None) -> str:
    """Return the SVG transform that lays a square of ``UNIT`` over a region, turned as it was.

    :param transform: as in ``Finding.transform``; what is no turn in it is left out
    """
    x, y, width, height = here
    parts = (transform or "").split("+")
    a, b, c, d, e, f = next((_TURNS[part] for part in parts if part in _TURNS), (1, 0, 0, 1, 0, 0))
    wide, high = width / UNIT, height / UNIT
    values = (wide * a, high * b, wide * c, high * d, x + width * e, y + height * f)
    return f"matrix({' '.join(f'{value:g}' for value in values)})"
