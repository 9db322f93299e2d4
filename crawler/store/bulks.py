"""Bulk decisions: many hits of one seller and one right, after looking at some drawn by lot.

The store draws the sample and records that the person looked at each of it. One that does not fit
ends the bulk. Then every hit gets a judgement of its own that names the bulk; a trigger refuses one
without its sample.
"""

from __future__ import annotations

import json
import math
import random
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from crawler.accounts import Account, Actor
from crawler.causes import check_cause
from crawler.errors import ChangedError, InputError, NotAllowedError, NotFoundError
from crawler.model import Judgement, JudgementKind
from crawler.store.database import timestamp, writing
from crawler.store.decisions import (
    Choice,
    append_decision,
    append_undoing,
    refuse_changed,
)
from crawler.store.hits import find_judgement
from crawler.store.leases import take_lease
from crawler.store.ledger import append_entry, canonical

FEWEST = 3
"""Hits for which deciding in bulk is worth its sample."""
MOST = 500
"""Hits of one bulk; of more the riskiest come first."""
_LOT = random.SystemRandom()


@dataclass(frozen=True, kw_only=True, slots=True)
class Bulk:
    """Hits that are to be decided alike, and what of them was looked at."""

    id: str
    group: str
    decision: JudgementKind
    cause: str
    hits: Mapping[str, int]
    """Hit -> number of its findings when the bulk was drawn."""
    sample: tuple[str, ...]
    looked: Mapping[str, bool]
    """Hit of the sample -> whether it fits."""
    by: str
    account: str
    at: datetime
    judged: tuple[str, ...]
    """Judgements of it that stand."""

    @property
    def next_look(self) -> str | None:
        """The hit of the sample that is to be looked at next."""
        return next((hit for hit in self.sample if hit not in self.looked), None)

    @property
    def failed(self) -> bool:
        """Whether one of the sample does not fit."""
        return not all(self.looked.values())


def sample_size(count: int) -> int:
    """Return how many of so many hits are looked at: all up to 5, then the square root, 5 to 20."""
    return count if count <= 5 else min(20, max(5, math.ceil(math.sqrt(count))))


def draw_bulk(
    db: Database,
    group: str,
    account: Account,
    *,
    decision: JudgementKind,
    cause: str,
    at: datetime,
) -> Bulk:
    """Draw a sample of what waits in a group, which the person then looks at.

    :raises InputError: when the cause is not of the decision, or too few hits wait
    :raises LeasedError: when somebody else has the group in hand
    """
    check_cause(decision, cause)
    with writing(db):
        take_lease(db, group, account, at=at)
        hits = dict(
            db.execute(
                "SELECT hit, findings FROM queue WHERE grp = ? AND waiting = 1"
                " AND state <> 'disputed'"
                " ORDER BY base DESC, hit LIMIT ?",
                [group, MOST],
            ).fetchall()
        )
        if len(hits) < FEWEST:
            raise InputError(f"expected {FEWEST} hits or more that wait, got {len(hits)}")
        sample = _LOT.sample(sorted(hits), sample_size(len(hits)))
        bulk = f"b-{secrets.token_hex(8)}"
        record = {
            "bulk": bulk,
            "decision": decision,
            "cause": cause,
            "hits": hits,
            "sample": sample,
        }
        entry = append_entry(db, "bulk-drawn", group, record, by=account.name, at=at)
        db.execute(
            "INSERT INTO bulks (id, grp, decision, cause, hits, sample, by, account, at, entry)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(bulk, group, decision, cause),
                *(canonical(hits).decode(), canonical(sample).decode()),
                *(account.name, account.id, timestamp(at), entry.number),
            ],
        )
    return load_bulk(db, bulk)


def load_bulk(db: Database, bulk: str) -> Bulk:
    """Return a bulk.

    :raises NotFoundError: when there is none of that id
    """
    for row in db.query("SELECT * FROM bulks WHERE id = ?", [bulk]):
        return _bulk(db, row)
    raise NotFoundError(f"no bulk decision has the id {bulk!r}")


def find_bulks(db: Database, group: str, *, limit: int = 5) -> list[Bulk]:
    """Return the newest bulks of a group that were decided and stand, newest first."""
    rows = db.query(
        "SELECT * FROM bulks b WHERE grp = ? AND EXISTS (SELECT 1 FROM judgements j"
        " WHERE j.bulk = b.id AND j.id NOT IN (SELECT judgement FROM undone_judgements))"
        " ORDER BY b.at DESC LIMIT ?",
        [group, limit],
    )
    return [_bulk(db, row) for row in list(rows)]


def record_bulk_look(
    db: Database, bulk: str, hit: str, account: Account, *, fits: bool, at: datetime
) -> Bulk:
    """Record that the person looked at a hit of the sample, and whether it fits.

    :raises NotAllowedError: when the bulk is another's, or the hit is not the next of its sample
    """
    with writing(db):
        found = load_bulk(db, bulk)
        _refuse_others(found, account)
        take_lease(db, found.group, account, at=at)
        if found.failed or found.next_look != hit:
            raise NotAllowedError(f"{hit} is not what is looked at next for {found.id}")
        record = {"bulk": bulk, "fits": int(fits)}
        entry = append_entry(db, "bulk-look", hit, record, by=account.name, at=at)
        db.execute(
            "INSERT INTO bulk_looks (bulk, hit, fits, by, at, entry) VALUES (?, ?, ?, ?, ?, ?)",
            [bulk, hit, int(fits), account.name, timestamp(at), entry.number],
        )
    return load_bulk(db, bulk)


def decide_bulk(
    db: Database, bulk: str, account: Account, *, reason: str, at: datetime
) -> tuple[list[Judgement], list[str]]:
    """Judge every hit of a bulk that is as it was; return the judgements, and what was left alone.

    :raises NotAllowedError: when the bulk is another's, or its sample is not looked at or failed
    :raises LeasedError: when somebody else has the group in hand
    """
    actor = Actor(name=account.name, account=account)
    made: list[Judgement] = []
    left: list[str] = []
    with writing(db):
        found = load_bulk(db, bulk)
        _refuse_others(found, account)
        take_lease(db, found.group, account, at=at)
        if found.next_look is not None or found.failed:
            raise NotAllowedError(
                f"{bulk}: its sample was not looked at, or not all of it fits; decide one by one"
            )
        if found.judged:
            return [], []  # sent twice
        for hit, findings in found.hits.items():
            choice = Choice(
                hit=hit,
                decision=found.decision,
                findings=findings,
                cause=found.cause,
                reason=reason,
            )
            if _is_as_it_was(db, choice, found, actor):
                made.append(_append(db, choice, actor, bulk, at))
            else:
                left.append(hit)
    return made, left


def undo_bulk(
    db: Database, bulk: str, account: Account, *, reason: str, at: datetime
) -> list[Judgement]:
    """Take back every judgement of a bulk that stands and that nobody overruled; all or none.

    :raises NotAllowedError: when it is another's, or a notice stands on one of them
    """
    actor = Actor(name=account.name, account=account)
    with writing(db):
        found = load_bulk(db, bulk)
        take_lease(db, found.group, account, at=at)
        newest = {hit: find_judgement(db, hit) for hit in found.hits}
        return [
            append_undoing(db, judgement.id, actor, reason=reason, at=at)
            for judgement in newest.values()
            if judgement is not None and judgement.bulk == bulk
        ]


def _is_as_it_was(db: Database, choice: Choice, bulk: Bulk, actor: Actor) -> bool:
    """Tell whether a hit still waits in the group, with the findings that it had."""
    row = next(db.query("SELECT grp, waiting FROM queue WHERE hit = ?", [choice.hit]), None)
    if row is None or row["grp"] != bulk.group or not row["waiting"]:
        return False
    newest = find_judgement(db, choice.hit)
    try:
        refuse_changed(db, choice, newest, actor)
    except ChangedError:
        return False
    return newest is None or newest.judged_at <= bulk.at


def _append(db: Database, choice: Choice, actor: Actor, bulk: str, at: datetime) -> Judgement:
    try:
        return append_decision(db, choice, actor, at=at, bulk=bulk)
    except sqlite3.IntegrityError as error:
        raise NotAllowedError(f"{bulk}: {choice.hit}: {error}") from error


def _refuse_others(bulk: Bulk, account: Account) -> None:
    if bulk.account != account.id:
        raise NotAllowedError(f"{bulk.id} is of {bulk.by}, who looked at its sample")


def _bulk(db: Database, row: Mapping[str, Any]) -> Bulk:
    looked = db.execute("SELECT hit, fits FROM bulk_looks WHERE bulk = ? ORDER BY id", [row["id"]])
    judged = db.execute("SELECT id FROM standing_judgements WHERE bulk = ?", [row["id"]])
    return Bulk(
        id=row["id"],
        group=row["grp"],
        decision=row["decision"],
        cause=row["cause"],
        hits=json.loads(row["hits"]),
        sample=tuple(json.loads(row["sample"])),
        looked={hit: bool(fits) for hit, fits in looked},
        by=row["by"],
        account=row["account"],
        at=datetime.fromisoformat(row["at"]),
        judged=tuple(judgement for (judgement,) in judged),
    )
