"""An index over pictures: the hashes first, then local features where hashes leave a doubt.

Two fingerprints' hashes are compared both ways: the orientations of one against the windows of the
other, so a copy that is mirrored or turned, and framed or cropped on top of that, still has a close
pair. A near hash of a picture that shows much settles it. Else the references that share points
with the picture, and those whose hash is near but shows little, are looked at point by point.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from matchers.pictures import logos
from matchers.pictures.colours import MAX_COLOUR_DIFFERENCE, compare_colours
from matchers.pictures.matches import PictureMatch, Verdict, name_transform
from matchers.pictures.points import Part, PointIndex
from matchers.pictures.prints import REFERENCE_PARTS, Fingerprint, HashedView, Look
from matchers.pictures.rows import Rows
from matchers.pictures.shades import Near, ShadeRows
from matchers.pictures.vectors import VectorRows, is_stronger
from matchers.pictures.votes import build_tables

MAX_DISTANCE = 48
"""Bits that may differ. Measured: copies that a shop re-cut (a sixteenth off every side) keep
within 20, other crops in the middle down to 80%, frames and turned copies within 40; photographs
of other goods come no nearer than 64. Simple pictures come nearer to each other: ``LIMITS``."""
LIMITS: Mapping[Look, int] = {"flat": 12, "plain": 28, "rich": MAX_DISTANCE}
"""Bits that may differ from a reference, by how much the reference shows."""


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
        turned = [(i, v) for i, entry in enumerate(entries) for v in _whole(entry)]
        windows = [(i, v) for i, entry in enumerate(entries) for v in _windowed(entry)]
        self._turned, self._windows = Rows(turned), Rows(windows)
        self._shades = ShadeRows(entries)
        self._vectors = VectorRows(entries, owners)
        if parts is None:
            tables = build_tables([entry.local for entry in entries])
            parts = [Part(tables, [[place] for place in range(len(entries))])]
        self._points = PointIndex(entries, parts)
        self.has_logos = any(entry.depth == "logo" for entry in entries)
        """Whether pictures are to be described as scenes in which there may be logos."""

    def find(self, picture: Fingerprint) -> list[PictureMatch]:
        """Return every reference that the picture copies or shares a part with, nearest first.

        A logo may be there twice: as nearly the whole picture, and as a logo in it.
        """
        hashed = self.find_hashed(picture)
        settled = {entry for entry, match in hashed.items() if _is_settled(match)}
        found, shown = dict(hashed), []
        near = self._vectors.near(picture)
        doubts = frozenset([*hashed, *(one.entry for one in near)])
        for match in self._points.find(picture, doubts, settled):
            known = found.get(match.entry)
            if known is None:
                found[match.entry] = match
            elif match.verdict == "logo" and (known.recoloured or match.strength < logos.SURE):
                shown.append(match)
            elif match.verdict != "part" and (
                known.look == "rich" or not (known.recoloured or known.common)
            ):
                # Goods of one shape in other colours have many points in common, too, and so have
                # rings.
                # How it lies, hashes tell better.
                found[match.entry] = replace(
                    known,
                    method="features",
                    points=match.points,
                    area=match.area,
                    density=match.density,
                    rarity=match.rarity,
                    strength=match.strength,
                )
        for match in self._vectors.judge(near, picture):
            if is_stronger(match, found.get(match.entry)):
                found[match.entry] = match
        return sorted([*found.values(), *shown], key=_by_distance)

    def find_hashed(self, picture: Fingerprint) -> dict[int, PictureMatch]:
        """Return every reference to which a hash of the picture is near, by its position."""
        upright = [view for view in picture.views if view.orientation == "same"]
        # A picture in it is compared whole: a part of one would tell a part of where it lies.
        best: dict[int, PictureMatch] = {}
        for ours, rows in ((upright, self._turned), (list(_whole(picture)), self._windows)):
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
        for near in self._shades.near(picture):
            match = self._match_shades(picture, near)
            known = best.get(near.entry)
            if known is None or not match.recoloured:
                bits = None if known is None else known.distance
                best[near.entry] = replace(match, distance=bits)
        return best

    def _match_shades(self, picture: Fingerprint, near: Near) -> PictureMatch:
        """Return the match of a picture that is like a reference when turned."""
        reference = self._entries[near.entry]
        ours = [v for v in _turned(picture) if v.orientation == near.orientation][near.ours]
        theirs = [v for v in _turned(reference) if v.orientation == "same"][near.theirs]
        colours = compare_colours(ours.colours, theirs.colours)
        return PictureMatch(
            entry=near.entry,
            method="shades",
            verdict="copy",
            region=ours.box,
            reference_region=theirs.box,
            transform=name_transform(ours, theirs),
            look=reference.look,
            recoloured=colours > MAX_COLOUR_DIFFERENCE,
            apart=round(near.apart, 4),
            common=near.common,
        )


_RANKS: Mapping[Verdict, int] = {"copy": 0, "logo": 1, "part": 2, "lookalike": 3}


def _is_settled(match: PictureMatch) -> bool:
    """Whether a near hash needs no second look."""
    return match.look == "rich" and not match.recoloured


def _by_distance(match: PictureMatch) -> tuple[int, int, float, int]:
    distance = 0 if match.distance is None else match.distance
    return _RANKS[match.verdict], distance, -match.support, match.entry


def _turned(picture: Fingerprint) -> Iterator[HashedView]:
    return (view for view in picture.views if view.part != "window")


def _whole(picture: Fingerprint) -> Iterator[HashedView]:
    return (view for view in picture.views if view.part in REFERENCE_PARTS)


def _windowed(picture: Fingerprint) -> Iterator[HashedView]:
    return (view for view in picture.views if view.part == "window")
