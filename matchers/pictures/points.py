"""Index over local features: references of which the points lie in a picture as they should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matchers.pictures import logos
from matchers.pictures.geometry import SPOT, Fit, Points, count_spots, find_fit
from matchers.pictures.hull import find_hull, hull_area, is_inside
from matchers.pictures.matches import PictureMatch, Verdict, describe_fit, find_box, unmirrored
from matchers.pictures.prints import Depth, Fingerprint, Look, Places
from matchers.pictures.repeats import find_rarity
from matchers.pictures.votes import Numbers, Tables, find_like

_LEAST_VOTES, _LEAST_PAIRS = 1.5, 4
_LOOKED_AT, _SMALL_LOOKED_AT = 6, 12
"""References that are looked at in vain, for each picture."""
_MOST = 100
"""References that are looked at at all, for each variant of a picture."""
_LEAST_POINTS = 6
_LEAST_LIKENESS, _LEAST_OF_PART = -0.1, 0.1
"""Least mean of what points say (``logos.find_likeness``), of anything and of a shared part: noise
that lies alike by chance often has -0.2 and less, a copy that was stretched a little under 0."""
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


_RARE = 0.75
"""Power of the rarity of points by which strength falls. Measured on stars of many points, which
are most alike: with 1, two in a hundred copies less are found, with 0.5 stars become each other."""
_LEAST_SHARE, _LEAST_STRENGTH = 0.3, 4.0
"""Share of the places of a work of few strokes, and strength, from which it is the same picture."""
_REPEATED, _SURE_STRENGTH, _SURE_SUPPORT = 0.15, 8.0, 20.0
"""Rarity below which a reference is the same few strokes many times, and the strength (of a work of
few strokes) and support (of others) that are then asked for. Measured on stars of many points: what
one shares with another has up to 6 and 14."""


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

    @cached_property
    def owners(self) -> npt.NDArray[np.int32]:
        """Picture of each point of the tables."""
        counts = np.diff(self.tables.starts)
        return np.repeat(np.arange(len(counts), dtype=np.int32), counts)


class _Candidate(NamedTuple):
    """A reference that shares points with a picture."""

    share: float
    """Of its votes, as far as they are its alone."""
    votes: _Votes
    place: int
    """Number of the picture in the part."""


class PointIndex:
    """The points of all references."""

    def __init__(self, entries: Sequence[Fingerprint], parts: Sequence[Part]) -> None:
        """Take the references and the tables of their points."""
        self._entries = entries
        self._parts = [part for part in parts if len(part.tables.places)]
        self._small = [
            np.array([bool(same) and entries[same[0]].is_small for same in part.entries])
            for part in self._parts
        ]

    def find(
        self, picture: Fingerprint, doubts: frozenset[int], settled: set[int]
    ) -> Iterator[PictureMatch]:
        """Yield the references whose points lie in the picture as they should.

        :param doubts: references that are looked at also where fewer points speak for them
        :param settled: those that need no second look
        """
        if not picture.local.codes.shape[1]:
            return
        large: list[_Candidate] = []
        small: list[_Candidate] = []
        for part, is_small in zip(self._parts, self._small, strict=True):
            for variant in range(len(picture.local.codes)):
                votes = _Votes(part, picture, variant)
                large += votes.find(~is_small, _LEAST_PAIRS, _LEAST_VOTES, doubts)
                small += votes.find(is_small, logos.LEAST_PAIRS, 0.0, doubts)
        yield from self._look_at_best(large, _LOOKED_AT, picture, settled)
        found = list(self._look_at_best(small, _SMALL_LOOKED_AT, picture, settled))
        outdone = {match.entry for match in logos.find_outdone(found)}
        yield from (match for match in found if match.entry not in outdone)

    def _look_at_best(
        self, candidates: list[_Candidate], misses: int, picture: Fingerprint, settled: set[int]
    ) -> Iterator[PictureMatch]:
        """Look at those with most votes, until so many in all were nothing.

        One picture may be registered many times, so what is found does not count.
        """
        seen = set(settled)
        for candidate in sorted(candidates, key=_by_votes):
            entries = candidate.votes.part.entries[candidate.place]
            if not seen.isdisjoint(entries):
                continue
            found = list(self._look_at(candidate, picture))
            seen.update(match.entry for match in found)
            yield from found
            misses -= not found
            if not misses:
                return

    def _look_at(self, candidate: _Candidate, picture: Fingerprint) -> Iterator[PictureMatch]:
        """Compare the points of a reference and of the picture."""
        _, votes, place = candidate
        part, variant, ours = votes.part, votes.variant, votes.points
        tables, entries = part.tables, part.entries[place]
        first, last = tables.starts[place : place + 2]
        theirs = Points(tables.places[first:last], tables.codes[first:last])
        fit = find_fit(theirs, ours, votes.find_pairs(place))
        likeness = None if fit is None else logos.find_likeness(fit, theirs, ours)
        if fit is None or likeness is None or likeness.mean() < _LEAST_LIKENESS:
            return
        reference = self._entries[entries[0]]
        (shown, covered), density = _measure(fit, theirs, ours)
        # Strokes of a logo are alike, and it has few of them; how alike the points are tells more.
        rarity = 1.0 if reference.depth == "logo" else find_rarity(theirs, fit.theirs)
        # Two words in one type share letters; a part of a photograph is like no other.
        area = max(shown, covered) if reference.look == "rich" else shown
        strength = 0.0
        if reference.is_small:
            strength = logos.find_strength(likeness, fit, theirs, shown, density)
            strength *= rarity**_RARE
        if reference.is_small and strength < logos.LEAST:
            return
        seen = _Seen(len(fit.theirs), rarity, area, density)
        verdict = _judge(reference, seen, strength, max(shown, covered), shown * density)
        if verdict is None or (verdict == "part" and likeness.mean() < _LEAST_OF_PART):
            return
        region, their_region, transform = describe_fit(fit, variant, reference, picture)
        if verdict != "copy":
            mine = ours.places[fit.ours[fit.fine], :2].astype(np.float64)
            region = find_box(unmirrored(mine, variant, picture), picture)
            shared = theirs.places[fit.theirs[fit.fine], :2].astype(np.float64)
            their_region = find_box(shared, reference)
        if verdict == "logo" and max(region[2:]) < logos.LEAST_SIZE * max(picture.size):
            return
        for entry in entries:
            yield PictureMatch(
                entry=entry,
                method="features",
                verdict=verdict,
                region=region,
                reference_region=their_region,
                transform=transform,
                look=reference.look,
                points=len(fit.theirs),
                area=round(area, 3),
                density=round(density, 3),
                rarity=round(rarity, 3),
                strength=round(strength, 2),
            )


class _Votes:
    """Which references in a part share points with a picture, and how many."""

    def __init__(self, part: Part, picture: Fingerprint, variant: int) -> None:
        """Look the points up, of a picture in a variant."""
        self.part, self.variant = part, variant
        self.points = Points(_altered(picture, variant), picture.local.codes[variant])
        ours, theirs = find_like(part.tables, self.points.codes)
        owners = part.owners.take(theirs)
        if not part.there.all():
            there = part.there[owners]
            ours, theirs, owners = ours[there], theirs[there], owners[there]
        self._theirs, self._ours, self._owners = theirs, ours, owners
        # They are in order, so one point's pairs with one reference stand together.
        changed = (np.diff(ours) != 0) | (np.diff(owners) != 0)
        first = np.flatnonzero(np.concatenate([np.ones(min(1, len(ours)), bool), changed]))
        point, owner = ours[first], owners[first]
        # A point that many references have says little for each.
        crowd, count = np.bincount(point), len(part.entries)
        self._counts = np.bincount(owner, minlength=count)
        self._votes = np.bincount(owner, weights=1 / crowd[point], minlength=count)

    def find(
        self,
        wanted: npt.NDArray[np.bool_],
        least_pairs: int,
        least_votes: float,
        doubts: frozenset[int],
    ) -> Iterator[_Candidate]:
        """Yield those with most votes.

        :param wanted: which pictures of the part are asked for
        """
        (places,) = np.nonzero(wanted & (self._counts >= least_pairs))
        best = places[np.argsort(-self._votes[places], kind="stable")][:_MOST]
        for place in best.tolist():
            votes = float(self._votes[place])
            if votes >= least_votes or not doubts.isdisjoint(self.part.entries[place]):
                yield _Candidate(votes, self, place)

    def find_pairs(self, place: int) -> tuple[Numbers, Numbers]:
        """Return the points of a reference, and of the picture, that look alike."""
        mine = self._owners == place
        return self._theirs[mine] - self.part.tables.starts[place], self._ours[mine]


class _Seen(NamedTuple):
    """How much of a reference is seen in a picture."""

    points: int
    rarity: float
    """How much these count; see ``matchers.pictures.repeats``."""
    area: float
    density: float

    @property
    def support(self) -> float:
        """How much they say for it."""
        return self.points * self.rarity * self.area * self.density


def _judge(
    reference: Fingerprint, seen: _Seen, strength: float, reach: float, share: float
) -> Verdict | None:
    """Return what it is that shows so many points of a reference; None where they are too few.

    :param reach: share of the reference or of the picture over which they spread
    :param share: of the places of the reference that were found again
    """
    verdict = None
    if reference.depth != "logo" and reach >= _LEAST_AREA:
        verdict = _judge_points(reference.look, seen)
    if reference.is_small and (verdict != "copy" or strength < logos.SURE):
        verdict = _judge_small(reference.depth, strength, share)
    if verdict == "copy" and seen.rarity < _REPEATED:
        sure = strength >= _SURE_STRENGTH if reference.is_small else seen.support >= _SURE_SUPPORT
        verdict = "copy" if sure else "part"
    return verdict


def _judge_points(look: Look, seen: _Seen) -> Verdict | None:
    """Return what it is that shows so many points of a picture; None where they are too few."""
    counted, density, support = seen.points * seen.rarity, seen.density, seen.support
    if counted < _LEAST_POINTS or density < _LEAST_DENSITY or support < _LEAST_SUPPORT:
        return None
    return "copy" if _is_copy(look, support, seen.area, density) else "part"


def _judge_small(depth: Depth, strength: float, share: float) -> Verdict:
    """Return what it is that shows few points of a logo, or of a work of few strokes.

    :param share: of the places of the reference that were found again
    """
    if depth == "logo":
        return "logo"
    return "copy" if strength >= _LEAST_STRENGTH and share >= _LEAST_SHARE else "part"


def _is_copy(look: Look, support: float, area: float, density: float) -> bool:
    """Whether so many places, so close together, make it the same picture."""
    share = area * density
    if look == "rich" and support >= _MUCH and share >= _FEW_GAPS:
        return True
    return support >= _SUPPORT[look] and share >= _SHARE[look] and density >= _DENSITY


def _by_votes(candidate: _Candidate) -> tuple[float, int, int]:
    return -candidate.share, candidate.place, candidate.votes.variant


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
