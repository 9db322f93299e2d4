"""When an address was asked for, and what came of it: from the targets and sightings of sweeps."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from crawler.model import TargetState
from crawler.sites import canonical_url
from crawler.store.captures import Capture, find_captures

_ELSEWHERE = re.compile(r"\b(?:redirected to|another address of) ([^\s;]+)")
"""Where a look ended, in the words of ``crawler.targets``."""
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """One look at an address."""

    url: str
    state: TargetState
    reason: str | None
    at: datetime
    """When it was seen; where nothing was read, when the sweep began."""
    changed: bool = False
    """Whether a page that shows no listing, or another one, stands where a listing stood."""

    @property
    def is_up(self) -> bool:
        """Whether what stood there is there."""
        return self.state in (TargetState.SEEN, TargetState.UNCHANGED) and not self.changed


def observation_of(capture: Capture) -> Observation:
    """Return a capture as the look that it is."""
    return Observation(
        url=capture.url,
        state=capture.state,
        reason="; ".join(capture.doubts) or None,
        at=capture.at,
        changed=capture.shows_other,
    )


def find_newest_look(db: Database, url: str) -> Observation | None:
    """Return the newest look at the address, by a sweep or a capture; None when nobody looked."""
    captured = map(observation_of, find_captures(db, url=url))
    looks = [*find_observations(db, url), *captured]
    return max(looks, key=lambda look: look.at, default=None)


def find_observations(db: Database, url: str) -> list[Observation]:
    """Return every look of every sweep at the address, oldest first.

    A listing that was read elsewhere (from an interface, a feed) has been seen as well.
    """
    # The plus has SQLite look among the listing's few sightings, not among all of the sweep.
    rows = db.query(
        "SELECT o.state, o.reason, o.kind, coalesce(s.seen_at, w.started_at) AS at FROM outcomes o"
        " JOIN sweeps w ON w.id = o.sweep"
        " LEFT JOIN listings l ON l.url = o.url"
        " LEFT JOIN sightings s ON s.listing = l.id AND +s.sweep = o.sweep"
        " WHERE o.url = :url"
        " UNION SELECT 'seen', NULL, s.target, s.seen_at FROM sightings s"
        " JOIN listings l ON l.id = s.listing WHERE l.url = :url ORDER BY at",
        {"url": url},
    )
    found, was_listing = [], False
    for row in rows:
        was_listing = was_listing or row["kind"] == "listing"
        changed = (was_listing and row["kind"] == "page") or shows_another(db, url, row["reason"])
        found.append(
            Observation(
                url=url,
                state=TargetState(row["state"]),
                reason=row["reason"],
                at=datetime.fromisoformat(row["at"]),
                changed=changed,
            )
        )
    return found


def shows_another(db: Database, url: str, reason: str | None) -> bool:
    """Tell whether another listing was shown in place of the one at the address.

    Shops send who asks for what is gone to other goods, and who asks for an old address to the new
    one; the titles tell which it was.

    :param reason: of the look
    """
    elsewhere = _ELSEWHERE.search(reason or "")
    if elsewhere is None:
        return False
    was, shown = (_find_title(db, address) for address in (url, elsewhere[1]))
    return was is not None and shown is not None and not _share_words(was, shown)


def _find_title(db: Database, url: str) -> str | None:
    rows = db.execute(
        "SELECT s.record ->> '$.title' FROM sightings s JOIN listings l ON l.id = s.listing"
        " WHERE l.url IN (?, ?) AND s.target = 'listing' ORDER BY s.seen_at DESC LIMIT 1",
        [url, canonical_url(url)],
    )
    return next((str(title) for (title,) in rows), None)


def _share_words(one: str, other: str) -> bool:
    """Tell whether at least half of the shorter's words, or Chinese characters, are in both."""
    words = [
        set(_WORD.findall(unicodedata.normalize("NFKC", title).casefold()))
        for title in (one, other)
    ]
    return 2 * len(words[0] & words[1]) >= min(map(len, words))
