"""Figures over a time: what came in, what waits, what people decided, what was taken down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlite_utils import Database

from crawler.model import JudgementKind
from crawler.store.database import timestamp

DECISIONS: tuple[JudgementKind, ...] = get_args(JudgementKind)

Became = Literal["gone", "gone once", "up", "back", "changed", "unknown", "not looked"]
"""What the last look that proved something found of a noticed listing (``crawler.store.looks``);
``unknown``: none proved anything, ``not looked``: there was none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """What waits in the queue."""

    count: int
    """Flagged hits."""
    oldest: datetime | None
    """Since when something waits in a group that has some of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """A listing that a notice names, and what became of it."""

    notice: str
    sent_at: datetime
    became: Became
    gone_at: datetime | None
    """The first look that found it gone, with none since that saw it."""


def find_came(db: Database, since: datetime, until: datetime) -> list[tuple[datetime, int, int]]:
    """Return (hour, hits found for the first time in it, how many were ever flagged)."""
    rows = db.execute(
        "SELECT hour, hits, flagged FROM came_figures WHERE hour >= ? AND hour < ? ORDER BY hour",
        [_hour(since), _hour(until)],
    )
    return [(_moment(hour), hits, flagged) for hour, hits, flagged in rows if hits]


def find_decided(db: Database, since: datetime, until: datetime) -> list[tuple[datetime, str, int]]:
    """Return (hour, decision, hits on which it is the newest and was made in that hour)."""
    rows = db.execute(
        "SELECT hour, decision, n FROM decided_figures WHERE hour >= ? AND hour < ? AND n > 0"
        " ORDER BY hour",
        [_hour(since), _hour(until)],
    )
    return [(_moment(hour), decision, n) for hour, decision, n in rows]


def find_decisions_by_right(
    db: Database, since: datetime, until: datetime
) -> dict[str, dict[str, int]]:
    """Return right -> decision -> hits; the time is that of whole thirds of a day."""
    return _decisions(db, "right_decisions", "right_id", since, until)


def find_decisions_by_sources(
    db: Database, since: datetime, until: datetime
) -> dict[str, dict[str, int]]:
    """Return by what hits were found (names with blanks between) -> decision -> hits."""
    return _decisions(db, "source_decisions", "sources", since, until)


def _decisions(
    db: Database, table: str, column: str, since: datetime, until: datetime
) -> dict[str, dict[str, int]]:
    rows = db.execute(
        f"SELECT {column}, decision, sum(n) FROM {table} WHERE third >= ? AND third < ?"
        f" GROUP BY {column}, decision",
        [_third(since), _third(until)],
    )
    found: dict[str, dict[str, int]] = {}
    for key, decision, n in rows:
        if n:
            found.setdefault(key, {})[decision] = n
    return found


def find_waiting(db: Database) -> Waiting:
    """Return what waits for a decision now."""
    [count, oldest] = db.execute(
        "SELECT coalesce(sum(flagged), 0), min(waiting_since) FROM queue_groups WHERE flagged > 0"
    ).fetchone()
    return Waiting(count=count, oldest=None if oldest is None else datetime.fromisoformat(oldest))


_REMOVALS = """
WITH sent AS (
    SELECT e.notice, min(e.at) AS at FROM notice_events e
    WHERE e.event IN ('sent', 'uncertain') AND e.at >= :since AND e.at < :until
    AND NOT (e.event = 'uncertain' AND EXISTS (SELECT 1 FROM notice_events f
        WHERE f.notice = e.notice AND f.id > e.id AND f.event IN ('failed', 'sent')))
    AND NOT EXISTS (SELECT 1 FROM notice_events w
        WHERE w.notice = e.notice AND w.event = 'withdrawn')
    GROUP BY e.notice
), named AS (
    SELECT DISTINCT s.notice, s.at, h.url FROM sent s
    JOIN notice_hits n ON n.notice = s.notice JOIN hits h ON h.id = n.hit
), last AS (
    SELECT named.*, (SELECT max(id) FROM looks l WHERE l.notice = named.notice
        AND l.url = named.url AND l.verdict != 'unknown') AS look FROM named
)
SELECT last.notice, last.at, l.verdict, EXISTS (SELECT 1 FROM looks a
    WHERE a.notice = last.notice AND a.url = last.url) AS looked,
    iif(l.verdict = 'gone', (SELECT min(g.at) FROM looks g WHERE g.notice = last.notice
        AND g.url = last.url AND g.verdict IN ('gone once', 'gone')
        AND g.id > coalesce((SELECT max(id) FROM looks u WHERE u.notice = last.notice
            AND u.url = last.url AND u.verdict NOT IN ('gone once', 'gone', 'unknown')), 0)),
        NULL) AS gone_at
FROM last LEFT JOIN looks l ON l.id = last.look
"""


def find_removals(db: Database, since: datetime, until: datetime) -> list[Removal]:
    """Return every listing of the notices that were sent in a time and not withdrawn."""
    rows = db.query(_REMOVALS, {"since": timestamp(since), "until": timestamp(until)})
    return [
        Removal(
            notice=row["notice"],
            sent_at=datetime.fromisoformat(row["at"]),
            became=row["verdict"] or ("unknown" if row["looked"] else "not looked"),
            gone_at=None if row["gone_at"] is None else datetime.fromisoformat(row["gone_at"]),
        )
        for row in rows
    ]


def count_relistings(db: Database, since: datetime, until: datetime) -> int:
    """Return how many noticed listings were found again at another address."""
    sql = "SELECT count(*) FROM relistings WHERE found_at >= ? AND found_at < ?"
    return int(db.execute(sql, [timestamp(since), timestamp(until)]).fetchone()[0])


def find_names(db: Database, rights: list[str]) -> Mapping[str, str]:
    """Return right -> its name, of those that have one."""
    marks = ", ".join("?" for _ in rights)
    rows = db.execute(
        "SELECT f.right_id, v.record ->> '$.name' FROM right_facts f"
        f" JOIN right_versions v ON v.id = f.version WHERE f.right_id IN ({marks})",
        rights,
    )
    return {right: name for right, name in rows if name}


def _hour(moment: datetime) -> str:
    return timestamp(moment)[:13]


def _third(moment: datetime) -> str:
    text = timestamp(moment)
    return f"{text[:11]}{int(text[11:13]) // 8 * 8:02d}"


def _moment(hour: str) -> datetime:
    return datetime.fromisoformat(f"{hour}:00:00+00:00")
