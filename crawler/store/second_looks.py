"""Second looks: what was put aside is looked at once more by somebody who does not know why.

A draw takes a random sample of what came since the draw before: of the newest judgements that say
``unrelated`` or ``licensed``, and of the hits below the threshold that nobody judged. The seed is
an entry of the ledger before anybody looks, and the sample follows from it: those of the population
whose SHA-256 of seed and name is smallest. So anybody can draw it again, and nobody chose it.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from crawler.accounts import Account, Actor
from crawler.causes import check_cause
from crawler.draws import digest_of_names, rank
from crawler.errors import InputError, NotAllowedError, NotFoundError
from crawler.model import JudgementKind
from crawler.store.database import timestamp
from crawler.store.disputes import is_name_of
from crawler.store.ledger import append_entry
from crawler.store.queue_rows import refresh_queue

REJECTED: tuple[JudgementKind, ...] = ("unrelated", "licensed")
"""Decisions after which nothing is done."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """What may be looked at a second time."""

    hit: str
    findings: int
    """Number of the findings that were judged, or were not flagged."""
    judgement: str | None
    """The first look; None where nobody judged, as the hit was not flagged."""

    @property
    def name(self) -> str:
        """What the draw knows it by: the judgement, else hit and findings."""
        return self.judgement or f"{self.hit}/{self.findings}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw:
    """One sample."""

    id: str
    share: float
    seed: int
    rejected: int
    """Size of the population of judgements that put a hit aside."""
    dismissed: int
    """Size of the population of hits that were not flagged and nobody judged."""
    drawn: tuple[Candidate, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """One hit that waits for its second look; without what was decided of it."""

    id: str
    hit: str
    findings: int
    drawn_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A second look, beside the first."""

    look: str
    hit: str
    right: str
    first: JudgementKind | None
    """None where nobody judged, as the hit was not flagged."""
    first_by: str | None
    second: JudgementKind
    second_by: str
    reason: str
    at: datetime


def draw_sample(population: Sequence[Candidate], share: float, seed: int) -> list[Candidate]:
    """Return that share of a population, at least one if there is any; the same for each seed.

    :raises InputError: when the share is not over 0 and at most 1
    """
    if not 0 < share <= 1:
        raise InputError(f"expected a share over 0 and at most 1, got {share}")
    count = math.ceil(round(share * len(population), 9))
    ordered = sorted(population, key=lambda candidate: rank(seed, candidate.name))
    return sorted(ordered[:count], key=lambda candidate: candidate.name)


def record_draw(
    db: Database,
    *,
    share: float,
    seed: int | None = None,
    sweep: str | None = None,
    by: str,
    at: datetime,
) -> Draw | None:
    """Draw a sample of what came since the draw before; inside the caller's transaction.

    :param seed: a random one unless given
    :returns: None where nothing came, and nothing is recorded
    :raises InputError: when the share is not over 0 and at most 1
    """
    seed = secrets.randbits(53) if seed is None else seed
    first = _ends_of_last(db)
    last = _ends_now(db)
    rejected = _find_rejected(db, first[0], last[0])
    dismissed = _find_dismissed(db, first[1], last[1])
    drawn = [*draw_sample(rejected, share, seed), *draw_sample(dismissed, share, seed)]
    if not drawn:
        return None
    draw = Draw(
        id=f"sd-{secrets.token_hex(8)}",
        share=share,
        seed=seed,
        rejected=len(rejected),
        dismissed=len(dismissed),
        drawn=tuple(drawn),
    )
    record = {
        "share": share,
        "seed": seed,
        "sweep": sweep,
        "rejected": _told(rejected),
        "dismissed": _told(dismissed),
        "judgements": [first[0] + 1, last[0]],
        "findings": [first[1] + 1, last[1]],
        "drawn": [candidate.name for candidate in drawn],
    }
    entry = append_entry(db, "second-looks-drawn", draw.id, record, by=by, at=at)
    db.execute(
        "INSERT INTO second_look_draws (id, share, seed, sweep, last_judgement, last_findings, by,"
        " at, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [draw.id, share, seed, sweep, *last, by, timestamp(at), entry.number],
    )
    for candidate in drawn:
        db.execute(
            "INSERT INTO second_looks (id, draw, hit, judgement, findings) VALUES (?, ?, ?, ?, ?)",
            [
                *(f"sl-{secrets.token_hex(8)}", draw.id),
                *(candidate.hit, candidate.judgement, candidate.findings),
            ],
        )
    return draw


def _told(population: Sequence[Candidate]) -> dict[str, object]:
    """Return what the ledger is told of what the sample was drawn from."""
    digest = digest_of_names(candidate.name for candidate in population)
    return {"count": len(population), "sha256": digest}


def find_rejects(db: Database) -> list[tuple[str, str]]:
    """Return the hits whose newest judgement puts them aside, and who judged so."""
    rows = db.query(
        "SELECT j.hit, j.judged_by FROM standing_judgements j"
        " WHERE j.decision IN ('unrelated', 'licensed') AND j.number ="
        " (SELECT max(n.number) FROM standing_judgements n WHERE n.hit = j.hit) ORDER BY j.hit"
    )
    return [(row["hit"], row["judged_by"]) for row in rows]


def _ends_of_last(db: Database) -> tuple[int, int]:
    row = next(
        db.query(
            "SELECT coalesce(max(last_judgement), 0) AS judgement,"
            " coalesce(max(last_findings), 0) AS findings FROM second_look_draws"
        )
    )
    return row["judgement"], row["findings"]


def _ends_now(db: Database) -> tuple[int, int]:
    row = next(
        db.query(
            "SELECT (SELECT coalesce(max(rowid), 0) FROM judgements) AS judgement,"
            " (SELECT coalesce(max(id), 0) FROM hit_findings) AS findings"
        )
    )
    return row["judgement"], row["findings"]


def _find_rejected(db: Database, after: int, last: int) -> list[Candidate]:
    """Return the judgements of a range that put a hit aside and are the newest of their hit."""
    rows = db.query(
        "SELECT j.id, j.hit, j.findings FROM standing_judgements j"
        " WHERE j.number > :after AND j.number <= :last AND j.decision IN ('unrelated', 'licensed')"
        " AND j.number = (SELECT max(n.number) FROM standing_judgements n WHERE n.hit = j.hit)",
        {"after": after, "last": last},
    )
    return [Candidate(hit=r["hit"], findings=r["findings"], judgement=r["id"]) for r in rows]


def _find_dismissed(db: Database, after: int, last: int) -> list[Candidate]:
    """Return the hits whose newest findings lie in a range and were not flagged.

    Left out are those that somebody judged, and those that could have been drawn before with the
    very same findings.
    """
    rows = db.query(
        "SELECT f.id, f.hit FROM hit_findings f"
        " WHERE f.id > :after AND f.id <= :last AND f.flagged = 0 AND f.score > 0"
        " AND f.id = (SELECT max(id) FROM hit_findings WHERE hit = f.hit)"
        " AND NOT EXISTS (SELECT 1 FROM standing_judgements WHERE hit = f.hit)"
        " AND NOT EXISTS (SELECT 1 FROM hit_findings p WHERE p.hit = f.hit AND p.id <= :after"
        "   AND p.record = f.record)",
        {"after": after, "last": last},
    )
    return [Candidate(hit=row["hit"], findings=row["id"], judgement=None) for row in rows]


_MAY_LOOK = """
    a.look IS NULL AND NOT EXISTS (SELECT 1 FROM judgements j JOIN account_changes c
        ON c.name = j.judged_by AND c.account = :account WHERE j.id = s.judgement)
"""
_WAITING = "FROM second_looks s LEFT JOIN second_look_answers a ON a.look = s.id"
_STANDS = "(s.judgement IS NULL OR s.judgement NOT IN (SELECT judgement FROM undone_judgements))"
"""Whose first judgement was taken back waits in the queue, and for no second look."""


def count_looks(db: Database, account: Account) -> tuple[int, int]:
    """Return how many wait for a second look, and how many of them the account may give."""
    row = next(
        db.query(
            f"SELECT count(*) AS waiting, coalesce(sum({_MAY_LOOK}), 0) AS own {_WAITING}"
            f" WHERE a.look IS NULL AND {_STANDS}",
            {"account": account.id},
        )
    )
    return row["waiting"], row["own"]


def find_look(db: Database, account: Account) -> Look | None:
    """Return the one that the account should look at now; None where none waits for it.

    Each account has an order of its own, so that two at once rarely meet at the same one.
    """
    rows = db.query(
        f"SELECT s.id {_WAITING} WHERE {_MAY_LOOK} AND {_STANDS} ORDER BY s.rowid LIMIT 200",
        {"account": account.id},
    )
    found = sorted((str(row["id"]) for row in rows), key=lambda look: rank(0, account.id + look))
    return load_look(db, found[0]) if found else None


def load_look(db: Database, look: str) -> Look:
    """Return one that was drawn, answered or not.

    :raises NotFoundError: when there is none of that id
    """
    rows = db.query(
        "SELECT s.id, s.hit, s.findings, d.at FROM second_looks s"
        " JOIN second_look_draws d ON d.id = s.draw WHERE s.id = ?",
        [look],
    )
    for row in rows:
        at = datetime.fromisoformat(row["at"])
        return Look(id=row["id"], hit=row["hit"], findings=row["findings"], drawn_at=at)
    raise NotFoundError(f"no second look has the id {look!a:.40}")


def record_answer(
    db: Database,
    look: Look,
    decision: JudgementKind,
    actor: Actor,
    *,
    reason: str,
    cause: str | None = None,
    seen: int | None = None,
    at: datetime,
) -> bool:
    """Append what the second person says, beside the first; inside the caller's transaction.

    The very same answer sent twice is recorded once.

    :param seen: number of the findings that they saw; those that were drawn unless given
    :returns: whether it agrees; else the hit is disputed until a third person judges it
    :raises InputError: when no reason is given, or the cause is none of that decision
    :raises NotAllowedError: when it is no account, the first person's own, or somebody was quicker
    """
    check_cause(decision, cause)
    if not reason.strip():
        raise InputError("a second look needs a reason; got none")
    if actor.account is None:
        raise NotAllowedError("a second look is an account's; the name was not proved")
    row = next(
        db.query(
            "SELECT s.judgement, j.decision, j.judged_by, a.by AS quicker, a.account,"
            " a.decision AS said FROM second_looks s"
            " LEFT JOIN judgements j ON j.id = s.judgement"
            " LEFT JOIN second_look_answers a ON a.look = s.id WHERE s.id = ?",
            [look.id],
        )
    )
    first = row["decision"]
    agrees = decision in REJECTED if first is None else decision == first
    if (row["account"], row["said"]) == (actor.account.id, decision):
        return agrees
    if row["quicker"] is not None:
        raise NotAllowedError(f"{row['quicker']} was quicker: this one has its second look")
    if row["judged_by"] is not None and is_name_of(db, row["judged_by"], actor.account):
        raise NotAllowedError("a second look is by another person than the first")
    record = {
        "look": look.id,
        "decision": decision,
        "findings": look.findings if seen is None else seen,
        "judgement": row["judgement"],
        "agrees": agrees,
        "cause": cause,
        "reason": reason,
    }
    entry = append_entry(db, "second-look", look.hit, record, by=actor.name, at=at)
    db.execute(
        "INSERT INTO second_look_answers (look, decision, cause, reason, by, account, at,"
        " entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(look.id, decision, cause, reason, actor.name),
            *(actor.account.id, timestamp(at), entry.number),
        ],
    )
    refresh_queue(db, [look.hit])
    return agrees


def find_answers(db: Database) -> list[Answer]:
    """Return all second looks, oldest first."""
    rows = db.query(
        "SELECT a.*, s.hit, h.right_id, j.decision AS first, j.judged_by AS first_by"
        " FROM second_look_answers a JOIN second_looks s ON s.id = a.look"
        " JOIN hits h ON h.id = s.hit LEFT JOIN judgements j ON j.id = s.judgement"
        " ORDER BY a.entry"
    )
    return [_answer(row) for row in rows]


def _answer(row: Mapping[str, Any]) -> Answer:
    return Answer(
        look=row["look"],
        hit=row["hit"],
        right=row["right_id"],
        first=row["first"],
        first_by=row["first_by"],
        second=row["decision"],
        second_by=row["by"],
        reason=row["reason"],
        at=datetime.fromisoformat(row["at"]),
    )
