"""An index over pictures: the hashes first, then local features where hashes leave a doubt.

Two fingerprints' hashes are compared both ways: the orientations of one against the windows of the
other, so a copy that is mirrored or turned, and framed or cropped on top of that, still has a close
pair. A near hash of a picture that shows much settles it. Else the references that share points
with the picture, and those whose hash is near but shows little, are looked at point by point.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matchers.pictures.colours import MAX_COLOUR_DIFFERENCE, compare_colours
from matchers.pictures.geometry import SPOT, Fit, Points, count_spots, find_fit
from matchers.pictures.hull import find_hull, hull_area, is_inside
from matchers.pictures.matches import (
    PictureMatch,
    describe_fit,
    find_box,
    name_transform,
    name_turn,
    unmirrored,
)
from matchers.pictures.prints import Codes, Fingerprint, HashedView, Look, Places
from matchers.pictures.rows import Rows
from matchers.pictures.shades import ShadeRows
from matchers.pictures.vectors import VectorRows, is_stronger
from matchers.pictures.votes import Numbers, Tables, build_tables, distinct, find_like

MAX_DISTANCE = 48
"""Bits that may differ. Measured: copies that a shop re-cut (a sixteenth off every side) keep
within 20, other crops in the middle down to 80%, frames and turned copies within 40; photographs
of other goods come no nearer than 64. Simple pictures come nearer to each other: ``LIMITS``."""
LIMITS: Mapping[Look, int] = {"flat": 12, "plain": 28, "rich": MAX_DISTANCE}
"""Bits that may differ from a reference, by how much the reference shows."""

_LEAST_VOTES = 1.5
_LEAST_PAIRS = 4
_LOOKED_AT = 6
"""References of which the points are compared, for each picture."""
_LEAST_POINTS = 6
_MUCH, _FEW_GAPS = 25.0, 0.2
"""Support from which a rich picture is the same although many places between were not found, and
the least share of them. Measured: photographs of other goods on one ground have up to 22."""
_SUPPORT: Mapping[Look, float] = {"flat": 12.0, "plain": 10.0, "rich": 10.0}
_SHARE: Mapping[Look, float] = {"flat": 0.6, "plain": 0.5, "rich": 0.4}
_DENSITY = 0.45
"""Support, and shares of places found again over the whole and where they lie, from which it is the
same picture although few were found."""
_LEAST_AREA, _LEAST_DENSITY, _LEAST_SUPPORT = 0.1, 0.2, 6.0
"""Share of one of the pictures that a part must have at the least, of places found again, and its
support: drawings of the same few shapes have less by chance."""


@dataclass(frozen=True)
class Part:
    """A part of an index over local features."""

    tables: Tables
    entries: Sequence[Sequence[int]]
    """Picture of the tables -> positions of the references with it; none where all are gone."""

    @cached_property
    def there(self) -> npt.NDArray[np.bool_]:
        """Which pictures of the tables are still references."""
        return np.array([bool(entries) for entries in self.entries])


class _Candidate(NamedTuple):
    """A reference that shares points with a picture."""

    votes: float
    part: Part
    place: int
    """Number of the picture in the part."""
    variant: int
    pairs: tuple[Numbers, Numbers]
    """Points of the reference, and of the picture."""


class PictureIndex:
    """References, and what it takes to compare a picture with all of them."""

    def __init__(
        self,
        entries: Sequence[Fingerprint],
        limits: Mapping[Look, int] = LIMITS,
        parts: Sequence[Part] | None = None,
        owners: Sequence[object] | None = None,
    ) -> None:
        """Take the references.

        :param limits: the bits that may differ, by how much a reference shows
        :param parts: tables of the references' local features; None builds them
        :param owners: the right of each reference; None = each has its own
        """
        self._entries = entries
        self._limits = limits
        turned = [(i, v) for i, entry in enumerate(entries) for v in _turned(entry)]
        windows = [(i, v) for i, entry in enumerate(entries) for v in _windowed(entry)]
        self._turned, self._windows = Rows(turned), Rows(windows)
        self._shades = ShadeRows(entries)
        self._vectors = VectorRows(entries, owners)
        if parts is None:
            tables = build_tables([entry.local for entry in entries])
            parts = [Part(tables, [[place] for place in range(len(entries))])]
        self._parts = [part for part in parts if len(part.tables.places)]

    def find(self, picture: Fingerprint) -> list[PictureMatch]:
        """Return every reference that the picture copies or shares a part with, nearest first."""
        hashed = self.find_hashed(picture)
        settled = {entry for entry, match in hashed.items() if _is_settled(match)}
        found = dict(hashed)
        near = self._vectors.near(picture)
        doubts = {*hashed, *(one.entry for one in near)}
        for match in self._find_features(picture, doubts, settled):
            known = found.get(match.entry)
            if known is None:
                found[match.entry] = match
            elif match.verdict == "copy" and (known.look == "rich" or not known.recoloured):
                # Goods of one shape in other colours have many points in common, too.
                # How it lies, hashes tell better.
                found[match.entry] = replace(
                    known,
                    method="features",
                    points=match.points,
                    area=match.area,
                    density=match.density,
                )
        for match in self._vectors.judge(near, picture):
            if is_stronger(match, found.get(match.entry)):
                found[match.entry] = match
        return sorted(found.values(), key=_by_distance)

    def find_hashed(self, picture: Fingerprint) -> dict[int, PictureMatch]:
        """Return every reference to which a hash of the picture is near, by its position."""
        upright = [view for view in picture.views if view.orientation == "same"]
        best: dict[int, PictureMatch] = {}
        for ours, rows in ((upright, self._turned), (list(_turned(picture)), self._windows)):
            for distance, view, entry, reference in rows.near(ours, max(self._limits.values())):
                look, known = self._entries[entry].look, best.get(entry)
                if distance > self._limits[look]:
                    continue
                if known is None or known.distance is None or distance < known.distance:
                    apart = compare_colours(view.colours, reference.colours)
                    best[entry] = PictureMatch(
                        entry=entry,
                        method="hash",
                        verdict="copy",
                        distance=distance,
                        region=view.box,
                        reference_region=reference.box,
                        transform=name_transform(view, reference),
                        look=look,
                        recoloured=apart > MAX_COLOUR_DIFFERENCE,
                    )
        for entry, orientation, lacking in self._shades.near(picture):
            match = self._match_shades(picture, entry, orientation, lacking)
            known = best.get(entry)
            if known is None or not match.recoloured:
                best[entry] = replace(match, distance=None if known is None else known.distance)
        return best

    def _match_shades(
        self, picture: Fingerprint, entry: int, orientation: str, apart: float
    ) -> PictureMatch:
        """Return the match of a picture that is like a reference when turned."""
        reference = self._entries[entry]
        ours = [view for view in _turned(picture) if view.orientation == orientation][-1]
        theirs = [view for view in _turned(reference) if view.orientation == "same"][-1]
        colours = compare_colours(ours.colours, theirs.colours)
        return PictureMatch(
            entry=entry,
            method="shades",
            verdict="copy",
            region=ours.box,
            reference_region=theirs.box,
            transform=name_turn(orientation),
            look=reference.look,
            recoloured=colours > MAX_COLOUR_DIFFERENCE,
            apart=round(apart, 4),
        )

    def _find_features(
        self, picture: Fingerprint, doubts: Iterable[int], settled: set[int]
    ) -> Iterator[PictureMatch]:
        """Yield the references whose points lie in the picture as they should.

        :param settled: those that need no second look
        """
        codes, doubted = picture.local.codes, frozenset(doubts)
        if not codes.shape[1]:
            return
        ranked = [
            candidate
            for part in self._parts
            for variant in range(len(codes))
            for candidate in _find_candidates(part, codes[variant], variant, doubted)
            if not settled.issuperset(part.entries[candidate.place])
        ]
        ranked.sort(key=_by_votes)
        seen: set[int] = set()
        for candidate in ranked[:_LOOKED_AT]:
            entries = candidate.part.entries[candidate.place]
            if not seen.isdisjoint(entries):
                continue
            for match in self._look_at(candidate, picture):
                seen.add(match.entry)
                yield match

    def _look_at(self, candidate: _Candidate, picture: Fingerprint) -> Iterator[PictureMatch]:
        """Compare the points of a reference and of the picture."""
        _, part, place, variant, pairs = candidate
        tables, entries = part.tables, part.entries
        first, last = tables.starts[place : place + 2]
        theirs = Points(tables.places[first:last], tables.codes[first:last])
        ours = Points(_altered(picture, variant), picture.local.codes[variant])
        fit = find_fit(theirs, ours, pairs)
        if fit is None or len(fit.theirs) < _LEAST_POINTS:
            return
        reference = self._entries[entries[place][0]]
        (shown, covered), density = _measure(fit, theirs, ours)
        # Two words in one type share letters; a part of a photograph is like no other.
        area = max(shown, covered) if reference.look == "rich" else shown
        support = len(fit.theirs) * area * density
        if max(shown, covered) < _LEAST_AREA or density < _LEAST_DENSITY:
            return
        if support < _LEAST_SUPPORT:
            return
        copy = _is_copy(reference.look, support, area, density)
        region, their_region, transform = describe_fit(fit, variant, reference, picture)
        if not copy:
            mine = unmirrored(
                ours.places[fit.ours[fit.fine], :2].astype(np.float64), variant, picture
            )
            region = find_box(mine, picture)
            their_region = find_box(
                theirs.places[fit.theirs[fit.fine], :2].astype(np.float64), reference
            )
        for entry in entries[place]:
            yield PictureMatch(
                entry=entry,
                method="features",
                verdict="copy" if copy else "part",
                region=region,
                reference_region=their_region,
                transform=transform,
                look=reference.look,
                points=len(fit.theirs),
                area=round(area, 3),
                density=round(density, 3),
            )


def _find_candidates(
    part: Part, codes: Codes, variant: int, doubts: frozenset[int]
) -> Iterator[_Candidate]:
    """Yield the references that share most points with a picture.

    :param codes: of the picture in that variant
    :param doubts: references that are looked at also where fewer points speak for them
    """
    starts = part.tables.starts
    ours, theirs = find_like(part.tables, codes)
    owners = np.searchsorted(starts, theirs, "right") - 1
    there = part.there[owners]
    ours, theirs, owners = ours[there], theirs[there], owners[there]
    # A point that many references have says little for each.
    pairs = distinct(ours * len(starts) + owners)
    point, owner = pairs // len(starts), pairs % len(starts)
    crowd = np.bincount(point, minlength=len(codes))
    votes = np.bincount(owner, weights=1 / crowd[point], minlength=len(starts))
    counts = np.bincount(owner, minlength=len(starts))
    for place in np.argsort(-votes, kind="stable")[:_LOOKED_AT].tolist():
        if counts[place] < _LEAST_PAIRS:
            continue
        if votes[place] < _LEAST_VOTES and doubts.isdisjoint(part.entries[place]):
            continue
        mine = owners == place
        yield _Candidate(
            float(votes[place]), part, place, variant, (theirs[mine] - starts[place], ours[mine])
        )


def _is_copy(look: Look, support: float, area: float, density: float) -> bool:
    """Whether so many places, so close together, make it the same picture."""
    share = area * density
    if look == "rich" and support >= _MUCH and share >= _FEW_GAPS:
        return True
    return support >= _SUPPORT[look] and share >= _SHARE[look] and density >= _DENSITY


def _is_settled(match: PictureMatch) -> bool:
    """Whether a near hash needs no second look."""
    return match.look == "rich" and not match.recoloured


def _by_votes(candidate: _Candidate) -> tuple[float, int, int]:
    return -candidate.votes, candidate.place, candidate.variant


def _by_distance(match: PictureMatch) -> tuple[bool, int, float, int]:
    distance = 0 if match.distance is None else match.distance
    return match.verdict != "copy", distance, -match.support, match.entry


def _altered(picture: Fingerprint, variant: int) -> Places:
    """Return the places of a picture's points as they are in a variant of it."""
    places = picture.local.places
    if variant & 1:
        width = picture.size[0] / max(picture.size)
        places = places * _row(-1, 1, 1, -1) + _row(width, 0, 0, np.pi)
    return places + _row(0, 0, 0, np.pi) if variant & 2 else places


def _row(*numbers: float) -> Places:
    return np.array(numbers, np.float32)


def _measure(fit: Fit, theirs: Points, ours: Points) -> tuple[tuple[float, float], float]:
    """Return over which shares of both the points spread, and the share found of those there."""
    shares, counts = [], []
    for points, chosen in ((theirs, fit.theirs), (ours, fit.ours)):
        places = points.places[:, :2].astype(np.float64)
        hull = find_hull(places[chosen])
        whole = hull_area(find_hull(places))
        shares.append(hull_area(hull) / whole if whole > 0 else 0.0)
        counts.append(count_spots(places[is_inside(places, hull)], SPOT))
    return (shares[0], shares[1]), min(1.0, len(fit.theirs) / max(1, min(counts)))


def _turned(picture: Fingerprint) -> Iterator[HashedView]:
    return (view for view in picture.views if view.part != "window")


def _windowed(picture: Fingerprint) -> Iterator[HashedView]:
    return (view for view in picture.views if view.part == "window")
