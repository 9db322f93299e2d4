"""Runs of equal tokens of a page and of registered texts.

Grams that both have lead to places; the tokens around each pair of places are then compared one by
one along its diagonal, so that a hash says nothing by itself. What is looked at is bounded: places
of one gram on the page, pairs in all.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchers.texts.fingerprints import LONGEST_GRAM, Grams
from matchers.texts.reading import Ints, Points
from matchers.texts.tables import Tables, rank_within

ON_PAGE: Final = 8
"""Places of one gram on a page that are looked up."""
PAIRS: Final = 500_000
"""Pairs of places that are compared; those of grams that stand in fewest places come first."""
AROUND: Final = 16
"""Tokens before and after equal grams that are compared too."""
LEAST: Final = 3
"""Equal tokens of a run."""
_NEAR: Final = 7
"""Bits of how far apart two grams of a passage may stand in the registered text."""


class Runs(NamedTuple):
    """Equal runs, in the order of the texts, then of the page."""

    texts: Ints
    here: Ints
    """The first token on the page."""
    there: Ints
    """The first token in the registry."""
    sizes: Ints


def find_runs(tokens: Points, grams: Grams, tables: Tables) -> Runs:
    """Return the runs of a page's tokens that registered texts have too."""
    here, there = _verify(tokens, grams, tables, *_look_up(grams, tables))
    texts = np.searchsorted(tables.bounds, there, side="right") - 1
    near = _have_neighbours(here, there)
    here, there, texts = here[near], there[near], texts[near]
    starts, ends, shifts, texts = _widen(here, there, texts, len(tokens), tables)
    return _compare(tokens, starts, ends, shifts, texts, tables)


def _look_up(grams: Grams, tables: Tables) -> tuple[Ints, Ints]:
    """Return pairs of a gram of the page and a place with the same hash."""
    order = np.argsort(grams.hashes, kind="stable")
    begins = np.ones(len(order), np.bool_)
    begins[1:] = np.diff(grams.hashes[order]) != 0
    order = order[rank_within(begins) < ON_PAGE]
    wanted = grams.hashes[order]
    first = np.searchsorted(tables.hashes, wanted)
    counts = np.searchsorted(tables.hashes, wanted, side="right") - first
    found = np.flatnonzero(counts)
    found = found[np.argsort(counts[found], kind="stable")]
    found = found[np.cumsum(counts[found]) <= PAIRS]
    counts = counts[found]
    pair = np.repeat(np.arange(len(found)), counts)
    within = np.arange(len(pair)) - (np.cumsum(counts) - counts)[pair]
    return order[found][pair], tables.places[first[found][pair] + within].astype(np.int64)


def _verify(
    tokens: Points, grams: Grams, tables: Tables, here: Ints, there: Ints
) -> tuple[Ints, Ints]:
    """Return the pairs whose grams are equal, token by token."""
    sizes = grams.ends[here] - here
    limits = tables.bounds[np.searchsorted(tables.bounds, there, side="right")]
    same = there + sizes <= limits
    here, there, sizes = here[same], there[same], sizes[same]
    same = np.ones(len(here), np.bool_)
    for step in range(LONGEST_GRAM):
        those = np.flatnonzero(sizes > step)
        same[those] &= tokens[here[those] + step] == tables.tokens[there[those] + step]
    return here[same], there[same]


def _have_neighbours(here: Ints, there: Ints) -> NDArray[np.bool_]:
    """Whether another gram of the page stands near in the registry; one alone is no passage."""
    blocks, which = np.unique(there >> _NEAR, return_inverse=True)
    if not len(blocks):
        return np.zeros(0, np.bool_)
    low = np.full(len(blocks), np.iinfo(np.int64).max)
    high = np.full(len(blocks), -1)
    np.minimum.at(low, which, here)
    np.maximum.at(high, which, here)
    joined_low, joined_high = low.copy(), high.copy()
    beside = np.flatnonzero(np.diff(blocks) == 1)
    joined_low[beside] = np.minimum(low[beside], low[beside + 1])
    joined_high[beside] = np.maximum(high[beside], high[beside + 1])
    joined_low[beside + 1] = np.minimum(joined_low[beside + 1], low[beside])
    joined_high[beside + 1] = np.maximum(joined_high[beside + 1], high[beside])
    return (joined_low < joined_high)[which]


def _widen(
    here: Ints, there: Ints, texts: Ints, size: int, tables: Tables
) -> tuple[Ints, Ints, Ints, Ints]:
    """Return stretches of the page to compare: start, end, shift to the registry, text."""
    shifts = there - here
    order = np.lexsort((here, shifts, texts))
    here, shifts, texts = here[order], shifts[order], texts[order]
    begins = np.ones(len(here), np.bool_)
    begins[1:] = (
        (np.diff(shifts) != 0) | (np.diff(texts) != 0) | (np.diff(here) > 2 * AROUND + LONGEST_GRAM)
    )
    heads = np.flatnonzero(begins)
    tails = np.append(heads[1:], len(here))[: len(heads)] - 1
    shifts, texts = shifts[heads], texts[heads]
    starts = np.maximum(here[heads] - AROUND, np.maximum(0, tables.bounds[texts] - shifts))
    ends = here[tails] + LONGEST_GRAM + AROUND
    ends = np.minimum(ends, np.minimum(size, tables.bounds[texts + 1] - shifts))
    return starts, ends, shifts, texts


def _compare(
    tokens: Points, starts: Ints, ends: Ints, shifts: Ints, texts: Ints, tables: Tables
) -> Runs:
    sizes = ends - starts
    stretch = np.repeat(np.arange(len(starts)), sizes)
    here = np.arange(len(stretch)) - (np.cumsum(sizes) - sizes)[stretch] + starts[stretch]
    same = tokens[here] == tables.tokens[here + shifts[stretch]]
    begins, stops = same.copy(), same.copy()
    again = same[1:] & same[:-1] & (np.diff(stretch) == 0)
    begins[1:] &= ~again
    stops[:-1] &= ~again
    heads, tails = np.flatnonzero(begins), np.flatnonzero(stops)
    long = tails - heads + 1 >= LEAST
    heads, tails = heads[long], tails[long]
    which = stretch[heads]
    found = Runs(texts[which], here[heads], here[heads] + shifts[which], tails - heads + 1)
    order = np.lexsort((found.there, found.here, found.texts))
    return Runs(*(column[order] for column in found))
