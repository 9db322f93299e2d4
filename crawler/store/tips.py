"""Tips: taken in once, told apart from those that say the same, and erased of who told them."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.errors import InputError, NotAllowedError, NotFoundError
from crawler.sites import canonical_url, site_of
from crawler.store.database import timestamp
from crawler.store.ledger import append_entry, canonical
from crawler.tips import Lead, Refusal, TipKind, TipWay, check_lead, find_refusal

TipEventKind = Literal["refused", "answering", "answered", "unanswered", "uncertain", "erased"]

SAME_FOR = timedelta(days=30)
"""How long a further tip of the same address is a duplicate, once the address was looked at: what
is told half a year later may have come back."""
CONCLUSIVE = ("seen", "unchanged", "gone")
"""How a target ends that was had, or is proven gone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tip:
    """One lead, without what may tell who gave it."""

    id: str
    """Also the receipt by which its outcome can be asked: nobody can guess it."""
    url: str | None
    """Canonical; None where what was told is no address that can be looked at."""
    site: str
    kind: TipKind
    right: str | None
    way: TipWay
    duplicate_of: str | None
    """Id of the first tip of the same address."""
    refused: Refusal | None
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TipTexts:
    """What was told in words, and by whom."""

    given: str
    """The address as it was told."""
    words: str
    contact: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TipEvent:
    """One thing that was done with a tip."""

    event: TipEventKind
    record: Mapping[str, Any]
    by: str
    at: datetime


def record_tip(
    db: Database,
    lead: Lead,
    actor: Actor,
    *,
    way: TipWay,
    allow_private: bool = False,
    at: datetime,
) -> Tip:
    """Append a lead; inside the caller's transaction, which must hold the write lock.

    What is no address that can be looked at is kept as refused, with the reason; what repeats a
    tip, as its duplicate.

    :raises InputError: when a text of it is too long
    :raises NotFoundError: when no right has its id
    """
    check_lead(lead)
    if lead.right is not None and not is_right(db, lead.right):
        raise NotFoundError(f"no right has the id {lead.right!r}; `markhound registry list`")
    refused = find_refusal(lead.url, allow_private=allow_private)
    url = None if refused else canonical_url(lead.url)
    salt = secrets.token_hex(16)
    tip = Tip(
        id=f"tip-{secrets.token_hex(10)}",
        url=url,
        site=site_of(url) if url else "",
        kind=lead.kind,
        right=lead.right,
        way=way,
        duplicate_of=_find_original(db, url, at) if url else None,
        refused=refused,
        by=actor.name,
        at=at,
    )
    given = lead.url.strip()[:2083]
    texts = {"given": given, "words": lead.words, "contact": lead.contact, "salt": salt}
    told = {
        "url": tip.url,
        "kind": tip.kind,
        "right": tip.right,
        "way": way,
        "duplicate_of": tip.duplicate_of,
        "refused": refused,
        "texts_sha256": hashlib.sha256(canonical(texts)).hexdigest(),
    }
    entry = append_entry(db, "tip", tip.id, told, by=actor.name, at=at)
    db.execute(
        "INSERT INTO tips (id, url, site, kind, right_id, way, duplicate_of, refused, texts_sha256,"
        " by, account, at, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(tip.id, tip.url, tip.site, tip.kind, tip.right, way, tip.duplicate_of, refused),
            *(told["texts_sha256"], actor.name, actor.account.id if actor.account else None),
            *(timestamp(at), entry.number),
        ],
    )
    db.execute(
        "INSERT INTO tip_texts (tip, given, words, contact, salt) VALUES (?, ?, ?, ?, ?)",
        [tip.id, *texts.values()],
    )
    return tip


def is_right(db: Database, right: str) -> bool:
    """Tell whether a right has that id."""
    return any(db.query("SELECT 1 FROM rights WHERE id = ?", [right]))


_REFUSED = "EXISTS (SELECT 1 FROM tip_events WHERE tip = t.id AND event = 'refused')"
_LOOKED_AT = (
    "EXISTS (SELECT 1 FROM outcomes o JOIN sweeps s ON s.id = o.sweep"
    " WHERE o.url = t.url AND s.started_at >= t.at{})"
)
_HAD = _LOOKED_AT.format(f" AND o.state IN {CONCLUSIVE!r}")
_WAITS = (
    f"t.url IS NOT NULL AND t.duplicate_of IS NULL AND NOT {_REFUSED}"
    f" AND NOT {_LOOKED_AT.format('')}"
)


def _find_original(db: Database, url: str, at: datetime) -> str | None:
    """Return the tip that one of this address repeats; None where it says something new."""
    rows = db.query(
        f"SELECT t.id, t.at, {_HAD} AS had FROM tips t WHERE t.url = ? AND t.duplicate_of IS NULL"
        f" AND NOT {_REFUSED} ORDER BY t.rowid DESC LIMIT 1",
        [url],
    )
    for row in rows:
        if not row["had"] or datetime.fromisoformat(row["at"]) > at - SAME_FOR:
            return str(row["id"])
    return None


def record_tip_event(
    db: Database,
    tip: str,
    event: TipEventKind,
    record: Mapping[str, Any],
    *,
    by: str,
    at: datetime,
) -> None:
    """Append what was done with a tip; inside the caller's transaction, with its lock."""
    entry = append_entry(db, f"tip-{event}", tip, record, by=by, at=at)
    db.execute(
        "INSERT INTO tip_events (tip, event, record, by, at, entry) VALUES (?, ?, ?, ?, ?, ?)",
        [tip, event, canonical(record).decode(), by, timestamp(at), entry.number],
    )


def refuse_tip(db: Database, tip: str, actor: Actor, *, reason: str, at: datetime) -> None:
    """Append that a person will not have a tip looked at; inside the caller's transaction.

    :raises NotFoundError: when there is none of that id
    :raises NotAllowedError: when it is refused already, or is a duplicate
    :raises InputError: when no reason is given
    """
    if not reason.strip():
        raise InputError("refusing a tip needs a reason; got none")
    found = load_tip(db, tip)
    if found.duplicate_of is not None:
        raise NotAllowedError(f"{tip} repeats {found.duplicate_of}; refuse that one")
    if is_refused(db, found):
        raise NotAllowedError(f"{tip} is refused already")
    record_tip_event(db, tip, "refused", {"reason": reason.strip()}, by=actor.name, at=at)


def is_refused(db: Database, tip: Tip) -> bool:
    """Tell whether a tip is refused, by its address or by a person."""
    return tip.refused is not None or any(
        event.event == "refused" for event in find_tip_events(db, tip.id)
    )


def erase_texts(
    db: Database, tip: str, actor: Actor, *, everything: bool, reason: str, at: datetime
) -> bool:
    """Erase who told a tip, or all that was told in words; inside the caller's transaction.

    The digest of the texts remains. With the contact goes the salt, so that it fits no guess.

    :param everything: the words and the address as it was told, too
    :returns: whether there was something to erase
    :raises NotFoundError: when there is none of that id
    :raises InputError: when no reason is given
    """
    if not reason.strip():
        raise InputError("erasing needs a reason; got none")
    load_tip(db, tip)
    db.execute("PRAGMA secure_delete = ON")  # else the bytes stay in the file until it is reused
    sets = "contact = '', salt = ''" + (", words = '', given = ''" if everything else "")
    left = "contact <> ''" + (" OR words <> '' OR given <> ''" if everything else "")
    cursor = db.execute(f"UPDATE tip_texts SET {sets} WHERE tip = ? AND ({left})", [tip])
    if not cursor.rowcount:
        return False
    record = {"what": "texts" if everything else "contact", "reason": reason.strip()}
    record_tip_event(db, tip, "erased", record, by=actor.name, at=at)
    return True


def load_tip(db: Database, tip: str) -> Tip:
    """Return one tip.

    :raises NotFoundError: when there is none of that id
    """
    for row in db.query("SELECT * FROM tips WHERE id = ?", [tip]):
        return _tip(row)
    raise NotFoundError(f"no tip has the id {tip!r:.80}; `markhound tip list` has all")


def find_tips(
    db: Database,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    kind: TipKind | None = None,
    before: str | None = None,
    limit: int = -1,
) -> Iterator[Tip]:
    """Yield the tips of a time, newest first.

    :param until: not this moment itself
    :param before: id of the tip after which to go on
    :param limit: how many at the most; -1 = all
    """
    rows = db.query(
        "SELECT * FROM tips WHERE (:since IS NULL OR at >= :since)"
        " AND (:until IS NULL OR at < :until) AND (:kind IS NULL OR kind = :kind)"
        " AND (:before IS NULL OR rowid < (SELECT rowid FROM tips WHERE id = :before))"
        " ORDER BY rowid DESC LIMIT :limit",
        {
            "since": timestamp(since) if since else None,
            "until": timestamp(until) if until else None,
            "kind": kind,
            "before": before,
            "limit": limit,
        },
    )
    return map(_tip, rows)


def find_last_number(db: Database) -> int:
    """Return the number of the newest tip; 0 while there is none."""
    return int(db.execute("SELECT coalesce(max(rowid), 0) FROM tips").fetchone()[0])


def find_tips_after(db: Database, number: int) -> Iterator[Tip]:
    """Yield the tips that came after the one of that number, oldest first."""
    return map(_tip, db.query("SELECT * FROM tips WHERE rowid > ? ORDER BY rowid", [number]))


def find_waiting(db: Database, *, site: str, before: datetime) -> list[str]:
    """Return the addresses on a site that were told and not asked for since, oldest first.

    :param before: those that came later are left out: the start of the sweep that asks
    """
    rows = db.query(
        f"SELECT t.url FROM tips t WHERE t.site = ? AND t.at < ? AND {_WAITS} ORDER BY t.rowid",
        [site, timestamp(before)],
    )
    return [row["url"] for row in rows]


def find_unfetched(db: Database) -> list[Tip]:
    """Return the tips whose page nobody has had since, whether it was asked for or not."""
    rows = db.query(
        "SELECT t.* FROM tips t WHERE t.url IS NOT NULL AND t.duplicate_of IS NULL"
        f" AND NOT {_REFUSED} AND NOT {_HAD} ORDER BY t.rowid"
    )
    return [_tip(row) for row in rows]


def find_duplicates(db: Database, tip: str) -> list[Tip]:
    """Return the tips that repeat one, oldest first."""
    rows = db.query("SELECT * FROM tips WHERE duplicate_of = ? ORDER BY rowid", [tip])
    return [_tip(row) for row in rows]


def find_texts(db: Database, tip: str) -> TipTexts:
    """Return what was told in words; empty texts where they were erased."""
    for row in db.query("SELECT given, words, contact FROM tip_texts WHERE tip = ?", [tip]):
        return TipTexts(**row)
    return TipTexts(given="", words="", contact="")


def find_tip_events(db: Database, tip: str) -> list[TipEvent]:
    """Return what was done with a tip, oldest first."""
    rows = db.query("SELECT * FROM tip_events WHERE tip = ? ORDER BY id", [tip])
    return [
        TipEvent(
            event=row["event"],
            record=json.loads(row["record"]),
            by=row["by"],
            at=datetime.fromisoformat(row["at"]),
        )
        for row in rows
    ]


def count_kinds(db: Database, since: datetime) -> dict[TipKind, int]:
    """Return how many tips of each kind came since then, the most first."""
    rows = db.query(
        "SELECT kind, count(*) AS tips FROM tips WHERE at >= ? GROUP BY kind"
        " ORDER BY tips DESC, kind",
        [timestamp(since)],
    )
    return {row["kind"]: row["tips"] for row in rows}


def count_by_form(db: Database, since: datetime) -> int:
    """Return how many tips came by the form for everybody since then."""
    rows = db.query(
        "SELECT count(*) AS tips FROM tips WHERE at >= ? AND way = 'form'", [timestamp(since)]
    )
    return int(next(rows)["tips"])


def _tip(row: Mapping[str, Any]) -> Tip:
    return Tip(
        id=row["id"],
        url=row["url"],
        site=row["site"],
        kind=row["kind"],
        right=row["right_id"],
        way=row["way"],
        duplicate_of=row["duplicate_of"],
        refused=row["refused"],
        by=row["by"],
        at=datetime.fromisoformat(row["at"]),
    )
