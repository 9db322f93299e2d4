"""When a page is looked at again: the oftener it changed, the sooner; lost ones, ever later."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import blake2b

from crawler.store.visits import Visit

LONGEST = timedelta(days=14)
"""However steady a page was, it is looked at again after so long."""
_PRIOR_CHANGES, _PRIOR_DAYS = 0.5, 1.0
"""What is assumed of a page before it was looked at twice: a change in two days."""


def due_at(visit: Visit) -> datetime:
    """Return from when on it is as likely as not that the page has changed.

    Changes come as a Poisson process, whose rate is estimated from the changes seen since the first
    look, with a Gamma prior (the mean of the posterior). That a page changed several times between
    two looks is not seen, so the rate of pages that change daily is a lower bound; see J. Cho and
    H. Garcia-Molina, "Estimating frequency of change", ACM TOIT 3 (2003).
    """
    first, last = datetime.fromisoformat(visit.first_at), datetime.fromisoformat(visit.seen_at)
    days = (last - first) / timedelta(days=1)
    rate = (visit.changes + _PRIOR_CHANGES) / (days + _PRIOR_DAYS)
    return last + min(timedelta(days=math.log(2) / rate), LONGEST)


LONGEST_GONE, LONGEST_GONE_HIT = timedelta(days=30), timedelta(days=7)
"""However long a listing has been gone, it is asked for again after so long; with a hit sooner."""
SOON = timedelta(hours=12)
"""What was read in full within so long is in no sample."""


def gone_until(visit: Visit, *, has_hit: bool) -> datetime | None:
    """Return from when on what is gone is asked for again; None = at once.

    In the next sweep, then after a day, and each time twice as long.
    """
    return _again_at(visit.gone, visit.gone_at, has_hit=has_hit)


def missed_until(visit: Visit, *, has_hit: bool) -> datetime | None:
    """Return from when on what failed, or was refused, is asked for again, as if it were gone."""
    return _again_at(visit.missed, visit.missed_at, has_hit=has_hit)


def rests_until(visit: Visit, has_hit: Callable[[Visit], bool]) -> datetime | None:
    """Return from when on a page is asked for again though nothing leads there; None = at once.

    :param has_hit: tells whether a hit was ever recorded there
    """
    if visit.gone < 2 and visit.missed < 2:
        return None
    hit = has_hit(visit)
    gone, missed = gone_until(visit, has_hit=hit), missed_until(visit, has_hit=hit)
    return max((until for until in (gone, missed) if until is not None), default=None)


def _again_at(times: int, last: str | None, *, has_hit: bool) -> datetime | None:
    if times < 2 or last is None:
        return None
    longest = LONGEST_GONE_HIT if has_hit else LONGEST_GONE
    wait = timedelta(days=2 ** min(times - 2, 10))
    return datetime.fromisoformat(last) + min(wait, longest)


def is_full_look_due(visit: Visit, at: datetime, sweep: str, days: float, share: float) -> bool:
    """Tell whether a page is to be read in full, whatever its site says of it, and its pictures.

    :param days: after which each page is
    :param share: of the pages, by a draw of each sweep
    """
    if not visit.read_at:
        return True
    ago = at - datetime.fromisoformat(visit.looked_at or visit.read_at)
    if ago >= timedelta(days=days):
        return True
    drawn = int.from_bytes(blake2b(f"{sweep} {visit.url}".encode(), digest_size=8).digest())
    return ago >= SOON and drawn < share * 2**64
