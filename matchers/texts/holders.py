"""By how many holders a passage is held: boilerplate, quotations, and editions.

What two holders share counts half, what three or more share nothing: a notice, a set phrase, a
quotation. Only runs of some length are held in common; the phrases of a language that stand in many
texts are parts of passages like other words.

Two editions of one text are no boilerplate. Texts that share at least half of the shorter one, and
``EDITION`` fingerprints, are editions of each other, and their owners count as one holder, so that
each is found. What more than ``OWNERS`` owners have says nothing of editions: else a licence that
is most of fifty manuals would make editions of them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from matchers.texts.reading import Ints, Points

OWNERS: Final = 8
EDITION: Final = 100
"""About 250 words, or as many characters."""
SHARED: Final = 48
"""Parts of a word in a row that are held in common at the least: 12 words, 24 Han characters."""


def find_held(
    hashes: NDArray[np.uint32],
    places: Points,
    lengths: NDArray[np.uint8],
    text_of: Ints,
    owners: Ints,
    parts: NDArray[np.uint8],
) -> NDArray[np.uint8]:
    """Return 1, 2 or 3 for each token: one holder, two, or more.

    :param hashes: of all fingerprints, in order; ``places``, ``lengths``, ``text_of``: their tokens
    :param owners: of each text
    :param parts: what each token carries
    """
    held = np.ones(len(parts), np.uint8)
    if not len(hashes) or len(np.unique(owners)) < 2:
        return held
    group = np.zeros(len(hashes), np.int64)
    np.cumsum(np.diff(hashes) != 0, out=group[1:])
    families = _find_families(group, text_of, owners)
    counts = _count(group, families[text_of])[group]
    common = np.flatnonzero(counts > 1)
    for step in range(int(lengths.max())):
        those = common[lengths[common] > step]
        tokens = places[those] + np.uint32(step)
        held[tokens] = np.maximum(held[tokens], np.minimum(counts[those], 3))
    for level in (3, 2):
        _drop_short(held, level, parts)
    return held


def _count(group: Ints, family: Ints) -> Ints:
    """Return how many families each group of fingerprints belongs to."""
    width = int(family.max()) + 1
    pairs = np.sort(group * width + family)
    return np.bincount(pairs[np.diff(pairs, prepend=-1) != 0] // width)


def _drop_short(held: NDArray[np.uint8], level: int, parts: NDArray[np.uint8]) -> None:
    """Lower runs of tokens that too many hold by one, where they are short."""
    high = np.flatnonzero(np.diff(held >= level, prepend=False, append=False))
    starts, ends = high[::2], high[1::2]
    sums = np.zeros(len(parts) + 1, np.int64)
    np.cumsum(parts, out=sums[1:])
    for start, end in zip(starts, ends, strict=True):
        if sums[end] - sums[start] < SHARED:
            part = held[start:end]
            part[part == level] = level - 1


def _find_families(group: Ints, text_of: Ints, owners: Ints) -> Ints:
    """Return a number for each text; those of owners with editions of one text have the same."""
    new = np.ones(len(group), np.bool_)
    new[1:] = (np.diff(group) != 0) | (np.diff(text_of) != 0)
    groups, texts = group[new], text_of[new]
    sizes = np.bincount(texts, minlength=len(owners))
    ranks = np.unique(owners, return_inverse=True)[1]
    few = _count(groups, ranks[texts])[groups] <= OWNERS
    groups, texts = groups[few], texts[few]
    keys = []
    for step in range(1, OWNERS):
        same = np.flatnonzero(groups[step:] == groups[:-step])
        one, other = texts[same], texts[same + step]
        apart = owners[one] != owners[other]
        keys.append(np.minimum(one, other)[apart] * len(owners) + np.maximum(one, other)[apart])
    pairs, shared = np.unique(np.concatenate(keys), return_counts=True)
    one, other = pairs // len(owners), pairs % len(owners)
    editions = (shared >= EDITION) & (2 * shared >= np.minimum(sizes[one], sizes[other]))
    return _join_owners(owners, one[editions], other[editions])


def _join_owners(owners: Ints, ones: Ints, others: Ints) -> Ints:
    parent: dict[int, int] = {}

    def find(owner: int) -> int:
        while parent.get(owner, owner) != owner:
            owner = parent[owner]
        return owner

    for one, other in zip(owners[ones].tolist(), owners[others].tolist(), strict=True):
        parent[find(max(one, other))] = find(min(one, other))
    families = [find(owner) for owner in owners.tolist()]
    return np.unique(families, return_inverse=True)[1].astype(np.int64)
