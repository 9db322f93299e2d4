"""What a descriptor model says of references, compared with a picture and its parts at once.

How near is near depends on the model, and on the reference. Of one model, two pictures of anything
are 1.0 apart, of another 0.5: so the limits are shares of what is usual between the references. A
registry of few pictures does not tell that, and has to do with low limits. And a star is like any
other star: so a picture has to be much nearer to a reference than that is to those of other rights,
and of what shows little a hash has to agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matchers.pictures.colours import MAX_COLOUR_DIFFERENCE, compare_colours
from matchers.pictures.matches import PictureMatch
from matchers.pictures.prints import (
    REFERENCE_PARTS,
    Box,
    Fingerprint,
    Vectors,
    keep_reference_parts,
)
from matchers.pictures.rows import find_words
from matchers.pictures.votes import count_bits

Rows = npt.NDArray[np.float32]

COPY, ALIKE = 0.26, 0.33
"""Shares of the usual distance up to which a picture is a copy, and looks alike. Measured with SSCD
(arXiv:2202.10261) and EfficientNet-Lite0: beyond, other photographs begin."""
MOST_COPY = 0.26
"""Cosine distance beyond which nothing is a copy, whatever is usual."""
RIVAL = 0.5
"""Share of the distance from a reference to the nearest of another right that a copy may have."""
SUPPORT = 60
"""Bits of a hash that may differ from a reference that shows little, where the descriptor is near,
too. By its descriptor alone a star is as near to other stars as to its copies."""
FEW = 16
"""References with vectors below which they do not tell what is usual."""
FEW_USUAL = 0.4
_SURE_BITS, _SURE_APART = 16, 0.01
"""Bits of the hash, of something on a plain ground, and what lacks to a correlation of shades, of a
mere outline, up to which these say as much as a descriptor does."""
_SAME = 1e-3
"""Distance of references that are one picture, registered twice."""
_REPEATED, _REPEATED_BITS = 0.06, 8
"""Distance, and bits of the hash, up to which references are one picture that was saved again."""
_EQUAL = 1e-5
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

    def __init__(
        self, entries: Sequence[Fingerprint], owners: Sequence[object] | None = None
    ) -> None:
        """Take the references; those without vectors are passed over.

        :param owners: the right of each reference; None = each has its own
        """
        self._entries = entries
        numbers = {owner: number for number, owner in enumerate(owners or ())}
        rights = [numbers[o] for o in owners] if owners else range(len(entries))
        self._rights = np.array(rights, np.int64)
        kept = [keep_reference_parts(entry.vectors) for entry in entries]
        self._owners = np.repeat(
            np.arange(len(kept)), np.array([len(v.values) for v in kept], np.int64)
        )
        self._boxes = [box for vectors in kept for _, box in vectors.parts]
        rows = [_normal(vectors) for vectors in kept if len(vectors.values)]
        self._rows = np.concatenate(rows) if rows else np.zeros((0, 0), np.float32)
        self._rivals: dict[int, float] = {}
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
        apart = (1 - some @ some.T)[above]
        apart = apart[apart > _REPEATED]  # one picture may be registered many times
        return FEW_USUAL if len(apart) < FEW * (FEW - 1) // 2 else float(np.median(apart))

    def near(self, picture: Fingerprint) -> list[Near]:
        """Return the nearest references that may be alike, nearest first, each once."""
        vectors = picture.vectors
        if not len(self._rows) or not len(vectors.values):
            return []
        apart = 1 - _normal(vectors) @ self._rows.T
        best = apart.min(axis=0)
        found: dict[int, Near] = {}
        pictures, last = 0, -1.0
        for row in np.argsort(best, kind="stable"):
            entry, distance = int(self._owners[row]), float(best[row])
            if entry in found:
                continue
            if distance - last > _EQUAL:  # one picture may be registered for several rights
                pictures, last = pictures + 1, distance
                if pictures > _LOOKED_AT:
                    break
            part, region = vectors.parts[int(apart[:, row].argmin())]
            found[entry] = Near(entry, distance, part, region, self._boxes[row])
        return list(found.values())

    def _find_rival(self, entry: int) -> float:
        """Return how far the nearest reference of another right is; 2 where there is none."""
        if entry not in self._rivals:
            mine = self._rows[self._owners == entry]
            others = self._rights[self._owners] != self._rights[entry]
            apart = (1 - mine @ self._rows.T).min(axis=0)
            (rows,) = np.nonzero(others & (apart > _SAME))
            nearest = (
                float(apart[row])
                for row in rows[np.argsort(apart[rows], kind="stable")].tolist()
                if apart[row] > _REPEATED or not self._is_repeated(entry, int(self._owners[row]))
            )
            self._rivals[entry] = next(nearest, 2.0)
        return self._rivals[entry]

    def _is_repeated(self, entry: int, other: int) -> bool:
        """Whether two references are one picture, saved again."""
        return _count_differing(self._entries[entry], self._entries[other]) <= _REPEATED_BITS

    def judge(self, near: Iterable[Near], picture: Fingerprint) -> Iterator[PictureMatch]:
        """Yield a match for each reference that is near enough to be a copy, or to look alike."""
        for one in near:
            copy = self._is_copy(one, picture)
            alike = one.part != "window" and one.distance <= min(
                ALIKE * self.usual, self._find_rival(one.entry)
            )
            if copy or alike:
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

    def _is_copy(self, near: Near, picture: Fingerprint) -> bool:
        """Whether a picture is so near that it is a copy by itself, or with a hash's support."""
        if near.distance > min(COPY * self.usual, MOST_COPY):
            return False
        reference = self._entries[near.entry]
        if reference.look == "rich":
            return near.distance <= RIVAL * self._find_rival(near.entry)
        if near.part == "window" or _differ_in_colour(picture, reference):
            return False
        return _count_differing(picture, reference) <= SUPPORT


def is_stronger(match: PictureMatch, known: PictureMatch | None) -> bool:
    """Whether what a descriptor says of a reference says more than what is known of it."""
    if known is None:
        return True
    if match.verdict != "copy":
        return False
    if known.verdict == "part":
        return True
    if known.verdict == "logo" or known.look == "rich":
        return False
    if known.recoloured:  # by what is less exact: the descriptor's own colours agree
        return True
    if known.look == "flat":
        return known.apart is None or known.apart > _SURE_APART
    return known.method == "hash" and (known.distance or 0) > _SURE_BITS


def _differ_in_colour(picture: Fingerprint, reference: Fingerprint) -> bool:
    ours, theirs = (
        [v for v in print_.views if v.orientation == "same" and v.part in REFERENCE_PARTS]
        for print_ in (picture, reference)
    )
    pairs = [compare_colours(a.colours, b.colours) for a in ours for b in theirs]
    return min(pairs, default=0) > MAX_COLOUR_DIFFERENCE


def _count_differing(picture: Fingerprint, reference: Fingerprint) -> int:
    """Return the fewest bits in which hashes of the two differ, as the index compares them."""
    fewest = 256
    for one, other in ((picture, reference), (reference, picture)):
        upright = [v for v in one.views if v.orientation == "same" and v.part != "inset"]
        turned = [view for view in other.views if view.part in REFERENCE_PARTS]
        if upright and turned:
            apart = count_bits(find_words(upright)[:, None] ^ find_words(turned)[None])
            fewest = min(fewest, int(apart.min()))
    return fewest


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
