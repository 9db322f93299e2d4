"""Pictures of little detail, compared pixel by pixel at 32 x 32.

Where nothing but an outline is to be seen, and above all where it is symmetrical, half of the bits
of a DCT hash are noise, and there are no points to find again. There the correlation of shades
tells nearly equal pictures from others (their colours are looked at besides).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from matchers.pictures.phash import turn
from matchers.pictures.prints import GREY_SIDE, ORIENTATIONS, Fingerprint

Shades = npt.NDArray[np.float32]

MOST_APART = 0.02
"""What may lack to a correlation of 1. Measured on clip art and on goods on a plain ground: nine of
ten recompressed, recoloured or blurred copies lack less than 0.01; three of four other pictures
have no other within 0.19, but drawings of one series (stars of nine and ten points) do."""


class ShadeRows:
    """Small grey pictures of references."""

    def __init__(self, entries: Sequence[Fingerprint]) -> None:
        """Take the references; those that show much are left to hashes and points."""
        self._entries = [place for place, entry in enumerate(entries) if entry.look != "rich"]
        self._rows = np.array(
            [_normal(_read(entries[place])) for place in self._entries], np.float32
        ).reshape(-1, GREY_SIDE**2)

    def near(self, picture: Fingerprint) -> Iterator[tuple[int, str, float]]:
        """Yield entry, our orientation that is like it, and what lacks to a correlation of 1."""
        if not self._entries:
            return
        shades = _read(picture)
        turned = np.stack([_normal(turn(shades, orientation)) for orientation in ORIENTATIONS])
        apart = 1 - self._rows @ turned.T
        best = apart.argmin(axis=1)
        for row in np.flatnonzero(apart[np.arange(len(best)), best] <= MOST_APART).tolist():
            yield self._entries[row], ORIENTATIONS[best[row]], float(apart[row, best[row]])


def _read(picture: Fingerprint) -> Shades:
    shades = np.frombuffer(picture.grey, np.uint8).reshape(GREY_SIDE, GREY_SIDE)
    return shades.astype(np.float32)


def _normal(shades: Shades) -> Shades:
    """Return shades in a row, with mean 0 and length 1."""
    row = (shades - shades.mean()).reshape(-1)
    normal: Shades = row / max(float(np.linalg.norm(row)), 1e-6)
    return normal
