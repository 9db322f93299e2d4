"""The queue's filter as it stands in the address, and the words for how long something waits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar, get_args
from urllib.parse import urlencode

from console.web.visits import Visit
from crawler.errors import InputError
from crawler.model import RightKind
from crawler.store.queue import Filter, Key, Wanted

NAMES = ("right", "site", "seller", "kind", "holder", "score", "all", "days", "state", "mine")
"""Parameters of the address, in the order in which they are written."""
KINDS: tuple[RightKind, ...] = get_args(RightKind)
STATES: tuple[Wanted, ...] = get_args(Wanted)
LONGEST = 200
Value = TypeVar("Value", bound=str)


def parse_filter(visit: Visit, given: Mapping[str, str]) -> Filter:
    """Return the filter that the parameters say.

    :raises InputError: when one is not what it can be
    """
    kept = {name: given.get(name, "").strip()[:LONGEST] for name in NAMES}
    return Filter(
        right=kept["right"] or None,
        site=kept["site"] or None,
        seller=kept["seller"] or None,
        kind=_one_of(visit, "kind", kept["kind"], KINDS),
        holder=kept["holder"] or None,
        score=_number(visit, "score", kept["score"], 1.0),
        unflagged=kept["all"] == "1",
        longer=_days(visit, kept["days"]),
        state=_one_of(visit, "state", kept["state"], STATES) or "waiting",
        mine=kept["mine"] == "1",
    )


def filter_query(given: Mapping[str, str]) -> str:
    """Return the parameters of a filter alone, always in the same order, without ``?``."""
    kept = {name: given.get(name, "").strip()[:LONGEST] for name in NAMES}
    return urlencode({name: value for name, value in kept.items() if value})


def parse_key(text: str) -> Key | None:
    """Return where a page ends, from ``risk~group``; None where the text is no key."""
    risk, _, group = text.partition("~")
    try:
        value = float(risk)
    except ValueError:
        return None
    return Key(risk=value, group=group) if math.isfinite(value) and group else None


def waited(visit: Visit, since: datetime | None, at: datetime) -> str:
    """Say for how long something has waited; empty where it does not."""
    if since is None:
        return ""
    hours = max(0, int((at - since).total_seconds() // 3600))
    if hours >= 48:
        return visit.say("queue.days", count=hours // 24)
    return visit.say("queue.hours", count=hours)


def _one_of(visit: Visit, name: str, value: str, known: tuple[Value, ...]) -> Value | None:
    if not value:
        return None
    for one in known:
        if one == value:
            return one
    raise _wrong(visit, name, value, ", ".join(known))


def _number(visit: Visit, name: str, value: str, most: float) -> float | None:
    if not value:
        return None
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 <= number <= most:
        raise _wrong(visit, name, value, f"0 – {most:g}")
    return number


def _days(visit: Visit, value: str) -> timedelta | None:
    days = _number(visit, "days", value, 3650)
    return None if days is None else timedelta(days=days)


def _wrong(visit: Visit, name: str, value: str, expected: str) -> InputError:
    said = visit.say(f"queue.{name}")
    return InputError(visit.say("queue.bad_filter", name=said, got=value, expected=expected))
