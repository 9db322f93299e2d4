"""Room for the work of a search, made once and used for every text."""

from __future__ import annotations

from typing import NamedTuple

from matchers.index.near import Near, new_near
from matchers.index.views import Run, View, new_run, new_view


class Room(NamedTuple):
    """Room for the work on one text."""

    plain: View
    skeleton: View
    other: View
    run: Run
    near: Near


def new_room(size: int, longest: int) -> Room:
    """Return room for texts of up to ``size`` characters as read, and names up to ``longest``."""
    return Room(
        plain=new_view(size),
        skeleton=new_view(size),
        other=new_view(size),
        run=new_run(size),
        near=new_near(size, longest),
    )
