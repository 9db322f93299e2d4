"""Runs of equal tokens joined into passages.

Runs of one text belong together when they stand near on the page and in the text, in whatever
order. What lies between two runs costs half of what it could have carried, the lesser of both
sides: a changed word costs little; a sentence that was put in or left out costs nothing, as one
side has no gap there; going back in the text costs a few words. Phrases that two texts share here
and there cost more than they bring and stay apart.

What comes again belongs to a passage of its own: a run joins only for the tokens that the passage
does not hold yet, on the page and in the text, and only where both together carry more than either
alone. So a text that is copied many times counts what its best copy does.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matchers.texts.reading import WORD, Ints, Points
from matchers.texts.runs import Runs
from matchers.texts.tables import PARTS, WHOLE, Tables

GAP: Final = 150
"""Tokens between two runs of one passage, on the page and in the text, at the most."""
GAP_COST: Final = 0.5
JUMP: Final = 4.0
"""What going back in the text costs, in words."""
OPEN: Final = 8
"""Passages of one text that may go on at one place of the page."""
MOST: Final = 100
"""Passages of one text that are told, the strongest."""
MEASURED: Final = 2000
"""Passages of a page that are looked at, the strongest."""
REPEATED: Final = 4
"""What is told again and again carries at most so many times what its different tokens do."""
_SHARES: Final = np.array([0.0, 1.0, 0.5, 0.0])
"""What tokens count that are held by none, one, two or more, see ``matchers.texts.holders``."""


class Piece(NamedTuple):
    """A passage of a text, in tokens."""

    text: int
    here: tuple[int, int]
    """On the page, the end excluded."""
    there: tuple[int, int]
    """In the registry."""
    tokens: int
    characters: int
    """Of the tokens, those that are single characters."""
    longest: int
    units: float
    """What the equal tokens carry, in words."""
    counted: float
    """The same less gaps, repetitions, and what others hold too."""


class _Run(NamedTuple):
    row: int
    here: int
    there: int
    size: int
    gain: int


class _Held:
    """Tokens of the registry that a passage holds: stretches apart from each other, in order."""

    def __init__(self, start: int, end: int) -> None:
        self.starts, self.ends = [start], [end]

    def count_fresh(self, start: int, end: int) -> int:
        """Return how many tokens of a stretch are not held."""
        fresh = end - start
        for at in range(bisect_right(self.ends, start), bisect_left(self.starts, end)):
            fresh -= min(self.ends[at], end) - max(self.starts[at], start)
        return fresh

    def add(self, start: int, end: int) -> None:
        """Hold a stretch too."""
        first, after = bisect_left(self.ends, start), bisect_right(self.starts, end)
        if first < after:
            start, end = min(start, self.starts[first]), max(end, self.ends[after - 1])
        self.starts[first:after] = [start]
        self.ends[first:after] = [end]


class _Open:
    """A passage that is being put together."""

    def __init__(self, run: _Run) -> None:
        self.end = run.here + run.size
        self.held = _Held(run.there, run.there + run.size)
        self.at = run.there + run.size
        self.gain = run.gain
        self.cost = 0.0
        self.rows = [run.row]

    def find_cost(self, run: _Run) -> tuple[float, float] | None:
        """Return what it costs to join a run; None when it does not belong here.

        First with what the passage holds of it already, which says where it belongs, then without.
        """
        on_page = max(run.here - self.end, 0)
        gain = self._find_gain(run)
        step = run.there - self.at
        cost = GAP_COST * min(on_page, abs(step)) * run.gain / run.size
        if step + run.size <= 0:
            cost += JUMP * WHOLE
        lost = run.gain - gain
        return (cost + lost, cost) if cost < min(gain, self.gain - self.cost - lost) else None

    def is_near(self, run: _Run) -> bool:
        """Whether a run is near enough to belong here, on the page and in the text."""
        before, after = self.held.starts[0] - run.there - run.size, run.there - self.held.ends[-1]
        return max(run.here - self.end, before, after) <= GAP

    def spans(self, run: _Run) -> bool:
        """Whether all of a run stands in one that is there: a refrain, found elsewhere."""
        return run.here + run.size <= self.end

    def _find_gain(self, run: _Run) -> int:
        """Return what a run carries beyond what the passage holds, on the page and in the text."""
        on_page = run.here + run.size - max(self.end, run.here)
        in_text = self.held.count_fresh(run.there, run.there + run.size)
        return run.gain * min(on_page, in_text) // run.size

    def join(self, run: _Run, cost: float) -> None:
        """Add a run that is not spanned."""
        self.gain += self._find_gain(run)
        self.end = run.here + run.size
        self.at = run.there + run.size
        self.held.add(run.there, self.at)
        self.cost += cost
        self.rows.append(run.row)


def join_runs(
    tokens: Points, kinds: NDArray[np.uint8], runs: Runs, tables: Tables, least: float
) -> list[Piece]:
    """Return the passages of a page, the strongest first; none tells what another has told.

    :param kinds: of the page's tokens
    :param least: words that a passage counts at the least
    """
    sums = np.append(0, np.cumsum(PARTS[kinds], dtype=np.int64))
    gains = sums[runs.here + runs.sizes] - sums[runs.here]
    joined = [one for one in _join(runs, gains) if one.gain - one.cost >= least * WHOLE]
    joined.sort(key=lambda one: one.cost - one.gain)
    pieces = []
    for passage in joined[:MEASURED]:
        text = int(runs.texts[passage.rows[0]])
        piece = _measure(text, passage, runs, tokens, kinds, tables)
        if piece.counted >= least:
            pieces.append(piece)
    pieces.sort(key=lambda piece: (-piece.counted, piece.text, piece.here))
    return _tell_once(pieces)


def _join(runs: Runs, gains: Ints) -> Iterator[_Open]:
    """Yield the runs of each text that belong together."""
    going: list[_Open] = []
    last = -1
    columns = (runs.texts, runs.here, runs.there, runs.sizes, gains)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for row, (text, *run) in enumerate(rows):
        if text != last:
            yield from going
            going, last = [], text
        one = _Run(row, *run)
        _add(going, one)
        over = [open_ for open_ in going if open_.end + GAP < one.here]
        if over:
            yield from over
            going = [open_ for open_ in going if open_.end + GAP >= one.here]
        if len(going) > OPEN:
            weakest = min(going, key=lambda open_: open_.gain)
            going.remove(weakest)
            yield weakest
    yield from going


def _add(going: list[_Open], run: _Run) -> None:
    """Add a run to the passage where it costs least, or begin one with it.

    To the one that is nearest on the page too: an earlier copy may lack just this. And who goes
    back in the text may begin it again.
    """
    near = [open_ for open_ in going if open_.is_near(run)]
    able = [
        (*costs, place)
        for place, open_ in enumerate(near)
        if not open_.spans(run) and (costs := open_.find_cost(run)) is not None
    ]
    if any(open_.spans(run) for open_ in near) and not (able and min(able)[0] == 0):
        return
    begins = not able
    if able:
        nearest = min(able, key=lambda one: (-near[one[2]].end, one))
        for _, cost, place in {min(able), nearest}:
            begins |= run.there < near[place].at
            near[place].join(run, cost)
    if begins:
        going.append(_Open(run))


def _measure(
    text: int,
    passage: _Open,
    runs: Runs,
    tokens: Points,
    kinds: NDArray[np.uint8],
    tables: Tables,
) -> Piece:
    rows = np.array(passage.rows)
    sizes = runs.sizes[rows]
    here = _spread(runs.here[rows], sizes)
    there = _spread(runs.there[rows], sizes)
    carried = PARTS[kinds[here]]
    units = min(int(carried.sum()), int(PARTS[tables.kinds[there]].sum()))
    different = PARTS[kinds[here[np.unique(tokens[here], return_index=True)[1]]]].sum()
    own = float((PARTS[tables.kinds[there]] * _SHARES[tables.held[there]]).sum())
    counted = min(units, REPEATED * int(different), own) - passage.cost
    return Piece(
        text=text,
        here=(int(here[0]), int(here[-1]) + 1),
        there=(int(there[0]), int(there[-1]) + 1),
        tokens=min(len(here), len(there)),
        characters=min(int((kinds[here] > WORD).sum()), int((tables.kinds[there] > WORD).sum())),
        longest=int(sizes.max()),
        units=units / WHOLE,
        counted=counted / WHOLE,
    )


def _spread(starts: Ints, sizes: Ints) -> Ints:
    """Return all tokens of some runs, each once, in order."""
    run = np.repeat(np.arange(len(starts)), sizes)
    tokens = np.sort(np.arange(len(run)) - (np.cumsum(sizes) - sizes)[run] + starts[run])
    once: Ints = tokens[np.diff(tokens, prepend=-1) != 0]
    return once


def _tell_once(pieces: list[Piece]) -> list[Piece]:
    """Return the passages of which less than half stands in a stronger one of the same text.

    On the page, and in the text: what is copied twice is told where it is strongest.
    """
    kept: dict[int, list[Piece]] = {}
    found = []
    for piece in pieces:
        told = kept.setdefault(piece.text, [])
        if len(told) == MOST:
            continue
        if not any(
            _repeats(piece.here, one.here) or _repeats(piece.there, one.there) for one in told
        ):
            told.append(piece)
            found.append(piece)
    return found


def _repeats(span: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether at least half of a stretch stands in another."""
    return 2 * (min(span[1], other[1]) - max(span[0], other[0])) >= span[1] - span[0]
