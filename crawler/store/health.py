"""How a workspace stands: what waits, how sweeps ended, how old stamps and backups are.

Everything is read from what is counted as it happens, or by an index: it is asked every minute.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from crawler.store.audit import find_ledger_state
from crawler.store.database import timestamp
from crawler.store.figures import DECISIONS
from crawler.store.sweep_figures import count_sweep, find_kept_reports
from crawler.store.sweeps import StoredSweep, find_some_sweeps

AGES: Mapping[str, timedelta] = {
    "under_1d": timedelta(days=1),
    "1d_to_3d": timedelta(days=3),
    "3d_to_7d": timedelta(days=7),
    "7d_to_30d": timedelta(days=30),
}
OLDER = "over_30d"
MOST_CAMPAIGNS = 100
"""Campaigns that are told apart, those that were swept last: each is a time series or ten."""
LAST_SWEEPS = 1000
"""Sweeps among which the last one of each campaign is looked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CampaignHealth:
    """The last sweep of a campaign."""

    sweep: str
    state: str
    """``finished``, ``stopped``, ``failed``, or ``unfinished``: it runs, or was killed."""
    started_at: datetime
    ended_at: datetime | None
    targets: Mapping[str, int]
    """State -> targets that ended so."""
    alarms: int
    """Sites that yield less than they used to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerHealth:
    """The ledger, and who vouches for it."""

    entries: int
    unstamped: int
    """Entries after the last one that a stamp covers."""
    stamped_at: datetime | None
    """When the last stamp was made of which an answer came that holds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backed:
    """The last backup that was recorded."""

    at: datetime
    file: str
    """Where it was written; empty where an older version did not tell."""
    bytes: int
    """Of the files in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreHealth:
    """What the database tells of how the workspace stands."""

    waiting: Mapping[str, int]
    """Age -> flagged hits that wait for a decision for so long."""
    oldest: datetime | None
    """Since when the one waits that waits longest."""
    hits: int
    flagged: int
    judged: Mapping[str, int]
    """Decision -> hits on which it is the newest."""
    second_looks: int
    """Drawn, and not answered yet."""
    disputes: int
    sweeps: Mapping[str, int]
    """State -> sweeps that ended so; ``unfinished``: they run, or were killed."""
    campaigns: Mapping[str, CampaignHealth]
    outbox: Mapping[str, int]
    """Step -> notices that stand at it: ``queued``, ``sending``, ``uncertain``, ``failed``."""
    ledger: LedgerHealth
    backup: Backed | None


def find_health(db: Database, at: datetime) -> StoreHealth:
    """Return how the workspace stands at a moment."""
    waiting, oldest = _find_waiting(db, at)
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in ("hits", "flagged", *DECISIONS))
    hits, flagged, *judged = db.execute(f"SELECT {sums} FROM right_figures").fetchone()
    return StoreHealth(
        waiting=waiting,
        oldest=oldest,
        hits=hits,
        flagged=flagged,
        judged=dict(zip(DECISIONS, judged, strict=True)),
        second_looks=_count(
            db, "second_looks WHERE id NOT IN (SELECT look FROM second_look_answers)"
        ),
        disputes=_count(db, "disputed_hits"),
        sweeps=_find_sweeps(db),
        campaigns=_find_campaigns(db),
        outbox=_find_outbox(db),
        ledger=find_ledger_health(db),
        backup=find_backup(db),
    )


def find_backup(db: Database) -> Backed | None:
    """Return the last backup that was recorded; None where none was."""
    sql = "SELECT at, record FROM ledger WHERE kind = 'backup' ORDER BY number DESC LIMIT 1"
    for at, text in db.execute(sql):
        record = json.loads(text)
        return Backed(
            at=datetime.fromisoformat(at),
            file=str(record.get("file", "")),
            bytes=int(record.get("bytes", 0)),
        )
    return None


def find_ledger_health(db: Database) -> LedgerHealth:
    """Return how long the ledger is, and how much of it others vouch for."""
    state = find_ledger_state(db)
    [stamped_at] = db.execute(
        "SELECT max(gen_time) FROM stamp_receipts WHERE state = 'granted'"
    ).fetchone()
    return LedgerHealth(
        entries=state.entries,
        unstamped=state.unstamped,
        stamped_at=None if stamped_at is None else datetime.fromisoformat(stamped_at),
    )


def find_notice_kinds(db: Database) -> list[tuple[str, str]]:
    """Return id and kind of every notice, without its text."""
    return [(str(id_), str(kind)) for id_, kind in db.execute("SELECT id, kind FROM notices")]


def _count(db: Database, what: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {what}").fetchone()[0])


def _find_waiting(db: Database, at: datetime) -> tuple[dict[str, int], datetime | None]:
    """Return the flagged hits that wait, by age."""
    flagged = "FROM queue WHERE waiting = 1 AND flagged = 1"  # an index holds these alone
    later = [
        f"(SELECT count(*) {flagged} AND waiting_since > ?{number})"
        for number in range(1, len(AGES) + 1)
    ]
    row = db.execute(
        f"SELECT (SELECT count(*) {flagged}), (SELECT min(waiting_since) {flagged}),"
        f" {', '.join(later)}",
        [timestamp(at - age) for age in AGES.values()],
    ).fetchone()
    count, oldest, *younger = row
    waiting, before = {}, 0
    for name, upto in zip(AGES, younger, strict=True):
        waiting[name] = (upto or 0) - before
        before = upto or 0
    waiting[OLDER] = count - before
    return waiting, None if oldest is None else datetime.fromisoformat(oldest)


def _find_sweeps(db: Database) -> dict[str, int]:
    return dict(
        db.execute(
            "SELECT coalesce(e.state, 'unfinished'), count(*) FROM sweeps s LEFT JOIN sweep_ends e"
            " ON e.id = (SELECT max(id) FROM sweep_ends WHERE sweep = s.id) GROUP BY 1"
        ).fetchall()
    )


def _find_campaigns(db: Database) -> dict[str, CampaignHealth]:
    found: dict[str, StoredSweep] = {}
    for stored in find_some_sweeps(db, limit=LAST_SWEEPS):
        if stored.campaign.name not in found and len(found) < MOST_CAMPAIGNS:
            found[stored.campaign.name] = stored
    kept = find_kept_reports(db, list(found.values()))
    return {
        name: CampaignHealth(
            sweep=stored.id,
            state=stored.state,
            started_at=stored.started_at,
            ended_at=stored.ended_at,
            targets=(
                kept[stored.id].figures if stored.id in kept else count_sweep(db, stored.id)
            ).targets,
            alarms=len(kept[stored.id].alarms) if stored.id in kept else 0,
        )
        for name, stored in found.items()
    }


def _find_outbox(db: Database) -> dict[str, int]:
    rows = db.execute(
        "SELECT e.event FROM (SELECT DISTINCT notice FROM outbox) o JOIN notice_events e ON e.id ="
        " (SELECT max(id) FROM notice_events WHERE notice = o.notice AND event != 'checked')"
        " WHERE e.event IN ('queued', 'sending', 'uncertain', 'failed')"
    )
    return dict(Counter(str(event) for (event,) in rows))
