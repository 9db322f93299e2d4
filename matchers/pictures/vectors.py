"""What a descriptor model says of references, compared with a picture and its parts at once.

How near is near depends on the model: of one, two pictures of anything are 1.0 apart, of another
0.5. So the limits are shares of what is usual between the references themselves, and a registry of
few pictures, which does not tell, has to do with low ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matchers.pictures.matches import PictureMatch
from matchers.pictures.prints import Box, Fingerprint, Vectors, keep_reference_parts

Rows = npt.NDArray[np.float32]

COPY, ALIKE = 0.25, 0.4
"""Shares of the usual distance up to which a picture is a copy, and looks alike."""
MOST_COPY = 0.25
"""Cosine distance beyond which nothing is a copy, whatever is usual."""
FEW = 16
"""References with vectors below which they do not tell what is usual."""
FEW_USUAL = 0.4
_SAMPLE = 512
"""Vectors that are compared with each other to learn what is usual."""
_LOOKED_AT = 6
"""References that are looked at closer, for each picture."""


class Near(NamedTuple):
    """A reference that is near a picture."""

    entry: int
    distance: float
    """Cosine distance, 0 to 2."""
    part: str
    """Of the picture, one of ``VECTOR_PARTS``."""
    region: Box
    """Where that part lies."""
    reference_region: Box


class VectorRows:
    """Vectors of many references."""

    def __init__(self, entries: Sequence[Fingerprint]) -> None:
        """Take the references; those without vectors are passed over."""
        self._entries = entries
        kept = [keep_reference_parts(entry.vectors) for entry in entries]
        self._owners = np.repeat(np.arange(len(kept)), [len(v.values) for v in kept])
        self._boxes = [box for vectors in kept for _, box in vectors.parts]
        rows = [_normal(vectors) for vectors in kept if len(vectors.values)]
        self._rows = np.concatenate(rows) if rows else np.zeros((0, 0), np.float32)
        self.usual = self._find_usual()

    def _find_usual(self) -> float:
        """Return the cosine distance that is usual between two references."""
        first = np.unique(self._owners, return_index=True)[1]
        if len(first) < FEW:
            return FEW_USUAL
        some = self._rows[
            first[np.linspace(0, len(first) - 1, min(len(first), _SAMPLE), dtype=int)]
        ]
        above = np.triu_indices(len(some), 1)
        return float(np.median(1 - (some @ some.T)[above]))

    def near(self, picture: Fingerprint) -> list[Near]:
        """Return the nearest references that may be alike, nearest first, each once."""
        vectors = picture.vectors
        if not len(self._rows) or not len(vectors.values):
            return []
        apart = 1 - _normal(vectors) @ self._rows.T
        best = apart.min(axis=0)
        found: dict[int, Near] = {}
        for row in np.argsort(best, kind="stable")[: 4 * _LOOKED_AT].tolist():
            entry = int(self._owners[row])
            if entry not in found and len(found) < _LOOKED_AT:
                part, region = vectors.parts[int(apart[:, row].argmin())]
                found[entry] = Near(entry, float(best[row]), part, region, self._boxes[row])
        return list(found.values())

    def judge(self, near: Iterable[Near], picture: Fingerprint) -> Iterator[PictureMatch]:
        """Yield a match for each reference that is near enough to be a copy, or to look alike."""
        for one in near:
            if one.distance > ALIKE * self.usual:
                continue
            copy = one.distance <= min(COPY * self.usual, MOST_COPY)
            yield PictureMatch(
                entry=one.entry,
                method="descriptor",
                verdict="copy" if copy else "lookalike",
                region=one.region,
                reference_region=one.reference_region,
                transform=_name_transform(one, picture),
                look=self._entries[one.entry].look,
                far=round(max(0.0, one.distance), 4),
            )


def is_stronger(match: PictureMatch, known: PictureMatch | None) -> bool:
    """Whether what a descriptor says of a reference says more than what is known of it."""
    if known is None:
        return True
    return match.verdict == "copy" and known.verdict == "part"


def _name_transform(near: Near, picture: Fingerprint) -> str | None:
    if near.part == "mirrored":
        return "mirror"
    if near.part == "trimmed":
        return "border"
    _, _, width, height = near.region
    share = width * height / (picture.size[0] * picture.size[1])
    return None if near.part == "whole" else "inside" if share < 0.6 else "border"


def _normal(vectors: Vectors) -> Rows:
    """Return the vectors with length 1."""
    rows = vectors.values.astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    normal: Rows = rows / np.maximum(lengths, 1)
    return normal
