"""Room for the work of a search, made once and used for every text."""

from __future__ import annotations

import threading
from typing import NamedTuple

from matchers.index.compiled import Buffer, empty, hold
from matchers.index.near import Near, new_near
from matchers.index.views import Run, View, new_run, new_view


class Room(NamedTuple):
    """Room for the work on one text."""

    plain: View
    skeleton: View
    other: View
    run: Run
    near: Near


class SearchRoom(NamedTuple):
    """What one search needs at a time."""

    room: Room
    out: Buffer
    """Room for the rows that it writes; never read where it did not write."""


def new_room(size: int, longest: int) -> Room:
    """Return room for texts of up to ``size`` characters as read, and names up to ``longest``."""
    return Room(
        plain=new_view(size),
        skeleton=new_view(size),
        other=new_view(size),
        run=new_run(size),
        near=new_near(size, longest),
    )


class _Mine(threading.local):
    """The room that a thread used last."""

    found: SearchRoom | None = None
    sizes = (0, 0, 0)


_mine = _Mine()
_MOST_KEPT = 1 << 15
"""Characters up to which room is kept for the next search; longer texts are seldom."""


def search_room(size: int, longest: int, out: int) -> SearchRoom:
    """Return room of at least these sizes: what the thread used last, where it is large enough.

    What is found must be taken out of it before the thread searches again.

    :param size: characters of the longest text, as read
    :param longest: letters of the longest name
    :param out: entries for rows
    """
    sizes = (size, longest, out)
    before = _mine.sizes
    if _mine.found is not None and all(map(int.__le__, sizes, before)):
        return _mine.found
    kept = size <= _MOST_KEPT
    if kept:
        sizes = (max(size, before[0]), max(longest, before[1]), max(out, before[2]))
    made = SearchRoom(hold(new_room(sizes[0], sizes[1])), empty(sizes[2]))
    if kept:
        _mine.found, _mine.sizes = made, sizes
    return made
