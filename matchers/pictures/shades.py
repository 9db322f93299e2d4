"""Pictures of little detail, compared pixel by pixel at 32 x 32.

Where nothing but an outline is to be seen, and above all where it is symmetrical, half of the bits
of a DCT hash are noise, and there are no points to find again. There the correlation of shades
tells nearly equal pictures from others (their colours are looked at besides).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matchers.pictures.phash import turn
from matchers.pictures.prints import GREY_SIDE, ORIENTATIONS, REFERENCE_PARTS, Fingerprint

Shades = npt.NDArray[np.float32]

MOST_APART = 0.01
"""What may lack to a correlation of 1. Measured on clip art and on goods on a plain ground: nine of
ten recompressed, recoloured or blurred copies lack less than 0.01; three of four other pictures
have no other within 0.19, but drawings of one series (stars of nine and ten points) do."""

_COMMON, SURE_OF_COMMON = 0.02, 0.001
"""What lacks at the most between a picture and its own turns if it is a common figure: a ring, a
grid, a star of many points. Others of its kind come as near to it as 0.002, so only nearer than the
second number it is surely the same."""

_CELL = 4
_ROUNDING = 1e-4
"""Shades on a side of a cell, by which most are told apart, and what sums may be off by."""


class Near(NamedTuple):
    """A reference that is nearly equal to a picture."""

    entry: int
    """Position of the reference."""
    theirs: int
    """Which of its squares it is; see ``Fingerprint.greys``."""
    ours: int
    """Which of the picture's."""
    orientation: str
    """How ours was turned."""
    apart: float
    """What lacks to a correlation of 1."""
    common: bool
    """Whether the reference is a common figure, and others of its kind come as near."""


class ShadeRows:
    """Small grey pictures of references."""

    def __init__(self, entries: Sequence[Fingerprint]) -> None:
        """Take the references; those that show much are left to hashes and points."""
        greys = [
            (place, number, _normal(_read(grey)))
            for place, entry in enumerate(entries)
            if entry.look != "rich"
            for number, grey in enumerate(entry.greys[: _count_whole(entry)])
        ]
        self._entries = [(place, number) for place, number, _ in greys]
        self._rows = np.array([row for *_, row in greys], np.float32).reshape(-1, GREY_SIDE**2)
        self._coarse = _coarsen(self._rows)
        self._common = [_is_common(row) for row in self._rows]

    def near(self, picture: Fingerprint) -> Iterator[Near]:
        """Yield what is nearly equal, each entry at most once."""
        if not self._entries:
            return
        turned = [
            (number, orientation, _normal(turn(_read(grey), orientation)))
            for number, grey in enumerate(picture.greys)
            for orientation in ORIENTATIONS
        ]
        ours = np.stack([shades for *_, shades in turned])
        # Squares are no farther apart when their cells are averaged: few have to be compared whole.
        coarse = _coarsen(ours)
        lengths = (self._coarse**2).sum(axis=1)[:, None] + (coarse**2).sum(axis=1)
        maybe = lengths - 2 * self._coarse @ coarse.T <= 2 * MOST_APART + _ROUNDING
        rows = np.flatnonzero(maybe.any(axis=1))
        apart = 1 - self._rows[rows] @ ours.T
        best, least = apart.argmin(axis=1), apart.min(axis=1)
        (near,) = np.nonzero(least <= MOST_APART)
        seen = set()
        for at in near[np.argsort(least[near], kind="stable")].tolist():
            entry, theirs = self._entries[rows[at]]
            if entry not in seen:
                seen.add(entry)
                number, orientation, _ = turned[best[at]]
                lacking = float(least[at])
                common = self._common[rows[at]] and lacking > SURE_OF_COMMON
                yield Near(entry, theirs, number, orientation, lacking, common)


def _count_whole(reference: Fingerprint) -> int:
    """Return how many greys are of the reference as such: pictures in it come after these."""
    return sum(v.orientation == "same" and v.part in REFERENCE_PARTS for v in reference.views)


def _is_common(row: Shades) -> bool:
    """Return whether a picture stays what it is in all ``ORIENTATIONS``."""
    square = row.reshape(GREY_SIDE, GREY_SIDE)
    return all(float((square * turn(square, way)).sum()) >= 1 - _COMMON for way in ORIENTATIONS)


def _coarsen(rows: Shades) -> Shades:
    """Return rows of shades in cells of 4 x 4, shape (rows, 64), in lengths that compare."""
    side = GREY_SIDE // _CELL
    cells: Shades = rows.reshape(-1, side, _CELL, side, _CELL).sum(axis=(2, 4)) / np.float32(_CELL)
    return cells.reshape(-1, side**2)


def _read(grey: bytes) -> Shades:
    shades = np.frombuffer(grey, np.uint8).reshape(GREY_SIDE, GREY_SIDE)
    return shades.astype(np.float32)


def _normal(shades: Shades) -> Shades:
    """Return shades in a row, with mean 0 and length 1."""
    row = (shades - shades.mean()).reshape(-1)
    normal: Shades = row / max(float(np.linalg.norm(row)), 1e-6)
    return normal
