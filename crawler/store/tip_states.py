"""How far tips have come, worked out from what sweeps, judgements and notices recorded.

Nothing is written when a tip comes further, so nothing can be forgotten by a program that was
killed: each question reads the records anew.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from crawler.model import JudgementKind, TargetState
from crawler.store.database import timestamp
from crawler.store.tips import CONCLUSIVE, Tip, find_tip_events, find_tips, load_tip
from crawler.tips import TipKind, TipState

_ELSEWHERE = re.compile(r"\b(?:another address of|redirected to a page of its own:) (\S+)")
"""Where what an address leads to was read: words of ``crawler.targets``, ``crawler.redirect``."""
_UNREAD: frozenset[TargetState] = frozenset(TargetState) - {
    TargetState.SEEN,
    TargetState.UNCHANGED,
    TargetState.GONE,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TipLook:
    """What became of a tip's address in a sweep that began after it came."""

    sweep: str
    state: TargetState
    reason: str | None
    kind: str | None
    """``listing`` or ``page``; None when nothing was read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TipHit:
    """A hit at a tip's address, as it was last seen."""

    hit: str
    right: str
    score: float
    flagged: bool
    decision: JudgementKind | None
    """The newest judgement; None while nobody has judged it."""
    noticed: bool
    """Whether a notice of it was sent and not withdrawn."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TipStatus:
    """Where a tip stands."""

    state: TipState
    why: str | None
    """Why it is refused, or was not had."""
    look: TipLook | None
    """The first that had the page, or else the last one; None while there was none."""
    hits: tuple[TipHit, ...]
    answered_at: datetime | None
    """When its outcome was last told back."""
    answered_state: TipState | None
    """What was told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TipCount:
    """How many tips of a kind came, and how far they have come."""

    kind: TipKind
    total: int
    duplicates: int
    """Of these, how many repeat another; they count under what that one has come to."""
    answered: int
    states: Mapping[TipState, int]


def find_tip_status(db: Database, tip: Tip) -> TipStatus:
    """Return where a tip stands; of a duplicate, where the tip stands that it repeats."""
    original = tip if tip.duplicate_of is None else load_tip(db, tip.duplicate_of)
    answered_at, answered = _answered(db, tip.id)
    look = _find_look(db, original)
    hits = _find_hits(db, original, look)
    refused = _refusal(db, original)
    state: TipState = "refused" if refused else _state(look, hits)
    why = refused or (look.reason if look and state == "not_had" else None)
    return TipStatus(
        state=state,
        why=why,
        look=look,
        hits=hits,
        answered_at=answered_at,
        answered_state=answered,
    )


def _state(look: TipLook | None, hits: Sequence[TipHit]) -> TipState:
    """Return how far a tip has come that was not refused.

    What is known of its address from before counts only when the address was looked at since.
    """
    if look is None:
        return "waiting"
    if any(hit.noticed for hit in hits):
        return "noticed"
    if any(hit.decision for hit in hits):
        return "judged"
    if look.state in _UNREAD:
        return "not_had"
    if look.state is TargetState.GONE:
        return "gone"
    return "hit_found" if any(hit.flagged for hit in hits) else "nothing_found"


def _refusal(db: Database, tip: Tip) -> str | None:
    if tip.refused is not None:
        return tip.refused
    for event in find_tip_events(db, tip.id):
        if event.event == "refused":
            return str(event.record["reason"])
    return None


def _answered(db: Database, tip: str) -> tuple[datetime | None, TipState | None]:
    for event in reversed(find_tip_events(db, tip)):
        if event.event == "answered":
            return event.at, event.record["state"]
    return None, None


def _find_look(db: Database, tip: Tip) -> TipLook | None:
    """Return the first look since the tip that had its page, or else the last look."""
    if tip.url is None:
        return None
    rows = list(
        db.query(
            "SELECT o.sweep, o.state, o.reason, o.kind FROM outcomes o"
            " JOIN sweeps s ON s.id = o.sweep WHERE o.url = ? AND s.started_at >= ?"
            " ORDER BY s.started_at, s.rowid",
            [tip.url, timestamp(tip.at)],
        )
    )
    for row in rows:
        row.update(_led_to(db, row["sweep"], row["reason"] or ""))
    if not rows:
        return None
    row = next((row for row in rows if row["state"] in CONCLUSIVE), rows[-1])
    return TipLook(**{**row, "state": TargetState(row["state"])})


def _led_to(db: Database, sweep: str, reason: str) -> Mapping[str, Any]:
    """Return how the page ended to which an address led; nothing where it led to none."""
    for url in _ELSEWHERE.findall(reason):
        for row in db.query(
            "SELECT state, kind FROM outcomes WHERE sweep = ? AND url = ?", [sweep, url]
        ):
            return row
    return {}


def _find_hits(db: Database, tip: Tip, look: TipLook | None) -> tuple[TipHit, ...]:
    """Return what is found at a tip's address, or where that led."""
    if tip.url is None:
        return ()
    there = {tip.url}
    there.update(_ELSEWHERE.findall((look and look.reason) or ""))
    rows = db.query("SELECT address FROM visits WHERE url = ? AND address <> ''", [tip.url])
    there.update(row["address"] for row in rows)
    marks = ", ".join("?" for _ in there)
    found = db.query(
        "SELECT h.id, h.right_id, f.score, f.flagged, (SELECT decision FROM standing_judgements"
        " WHERE hit = h.id ORDER BY number DESC LIMIT 1) AS decision, EXISTS (SELECT 1"
        " FROM notice_hits n JOIN notice_events e ON e.notice = n.notice AND e.event = 'sent'"
        " WHERE n.hit = h.id AND NOT EXISTS (SELECT 1 FROM notice_events w"
        " WHERE w.notice = n.notice AND w.event = 'withdrawn')) AS noticed FROM hits h"
        " JOIN hit_findings f ON f.id = (SELECT max(id) FROM hit_findings WHERE hit = h.id)"
        f" WHERE h.url IN ({marks}) ORDER BY f.score DESC, h.id",
        sorted(there),
    )
    return tuple(_hit(row) for row in found if row["score"] > 0 or row["decision"])


def _hit(row: Mapping[str, Any]) -> TipHit:
    return TipHit(
        hit=row["id"],
        right=row["right_id"],
        score=row["score"],
        flagged=bool(row["flagged"]),
        decision=row["decision"],
        noticed=bool(row["noticed"]),
    )


def with_status(
    db: Database, tips: Iterable[Tip], state: TipState | None = None
) -> Iterator[tuple[Tip, TipStatus]]:
    """Yield tips with where each stands.

    :param state: only those that have come just so far
    """
    for tip in tips:
        status = find_tip_status(db, tip)
        if state is None or status.state == state:
            yield tip, status


def count_tips(db: Database, since: datetime, until: datetime) -> list[TipCount]:
    """Return how many tips of each kind came within a time, and how far they have come by now.

    Duplicates count in the figures of their kind, as whoever told them is a person more.

    :param until: not this moment itself
    """
    states: dict[TipKind, Counter[TipState]] = {}
    repeated: Counter[TipKind] = Counter()
    answered: Counter[TipKind] = Counter()
    for tip, status in with_status(db, find_tips(db, since=since, until=until)):
        states.setdefault(tip.kind, Counter())[status.state] += 1
        repeated[tip.kind] += tip.duplicate_of is not None
        answered[tip.kind] += status.answered_at is not None
    counts = [
        TipCount(
            kind=kind,
            total=found.total(),
            duplicates=repeated[kind],
            answered=answered[kind],
            states=dict(found),
        )
        for kind, found in states.items()
    ]
    return sorted(counts, key=lambda count: (-count.total, count.kind))
