"""When a page is looked at again: the oftener it changed, the sooner."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

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
