"""The queue as it is read: groups of a seller and a right, riskiest first.

Every list is paged by key, so that page 400 costs what page 1 does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlite_utils import Database

from crawler.accounts import Account
from crawler.errors import NotFoundError
from crawler.model import RightKind
from crawler.risk import Risk, reach_factor, repeat_factor
from crawler.store.database import timestamp, writing
from crawler.store.leases import Lease, take_lease
from crawler.store.queue_rows import fold_seller
from crawler.store.queued_hits import QueuedHit, find_queued_hit

Wanted = Literal["waiting", "open", "changed", "unsure", "judged", "all"]

PAGE = 50
"""Groups of a page."""
_STATES: Mapping[Wanted, str] = {
    "waiting": "g.waiting > 0",
    "open": "g.open > 0",
    "changed": "g.changed > 0",
    "unsure": "g.unsure > 0",
    "judged": "g.judged > 0",
    "all": "1",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Which groups are wanted: those in which something fits each of these."""

    right: str | None = None
    site: str | None = None
    seller: str | None = None
    """A part of the seller's name, in any case and width."""
    kind: RightKind | None = None
    holder: str | None = None
    score: float | None = None
    """At least this, of the highest that waits."""
    unflagged: bool = False
    """Whether groups come too in which nothing that waits is flagged."""
    longer: timedelta | None = None
    """Something has waited longer than this."""
    state: Wanted = "waiting"
    mine: bool = False
    """Only groups that the person has in hand, or began."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """What waits of one seller against one right."""

    id: str
    seller: str
    seller_name: str
    site: str
    right: str
    right_name: str
    kind: RightKind
    holder: str
    """Empty where the registry names none."""
    open: int
    changed: int
    judged: int
    unsure: int
    """How many of the judged ones are judged so."""
    ended: int
    """Hits that are hits no longer."""
    flagged: int
    """How many of those that wait are flagged."""
    waiting_since: datetime | None
    repeat: int
    """Hits of the seller that are judged infringing, against whatever right."""
    risk: float
    top_hit: str | None
    top: Risk | None
    """The parts of the risk, of the riskiest that waits."""
    lease: Lease | None

    @property
    def waiting(self) -> int:
        """How many wait for a decision."""
        return self.open + self.changed

    @property
    def reach(self) -> int:
        """How many offers of the seller hit the right now."""
        return self.open + self.changed + self.judged


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """What is left to do."""

    groups: int
    hits: int
    flagged: int
    overdue: int
    """Groups in which something has waited for too long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """Where a page of groups ends."""

    risk: float
    group: str


def find_groups(
    db: Database,
    wanted: Filter,
    *,
    account: Account,
    at: datetime,
    after: Key | None = None,
    before: Key | None = None,
    limit: int = PAGE,
) -> list[Group]:
    """Return groups, riskiest first, behind one of the keys, or those just before the other."""
    condition, values = _condition(wanted, account, at)
    order, turned = "g.risk DESC, g.grp", False
    if after is not None:
        condition += " AND (g.risk < :risk OR g.risk = :risk AND g.grp > :grp)"
        condition += " AND g.risk <= :risk"
        values |= {"risk": after.risk, "grp": after.group}
    elif before is not None:
        condition += " AND (g.risk > :risk OR g.risk = :risk AND g.grp < :grp)"
        condition += " AND g.risk >= :risk"
        values |= {"risk": before.risk, "grp": before.group}
        order, turned = "g.risk, g.grp DESC", True
    values["limit"] = limit
    chosen = f"SELECT g.grp FROM {_SCANNED} WHERE {condition} ORDER BY {order} LIMIT :limit"
    rows = db.query(f"{_GROUPS} WHERE g.grp IN ({chosen}) ORDER BY {order}", values)
    groups = [_group(row) for row in rows]
    return groups[::-1] if turned else groups


def load_group(db: Database, group: str, *, at: datetime) -> Group:
    """Return one group.

    :raises NotFoundError: when there is none of that id
    """
    values = {"grp": group, "at": timestamp(at)}
    for row in db.query(f"{_GROUPS} WHERE g.grp = :grp", values):
        return _group(row)
    raise NotFoundError(f"no seller and right of the queue have the id {group!r}")


def count_left(
    db: Database, wanted: Filter, *, account: Account, at: datetime, overdue: timedelta
) -> Left:
    """Count what the filter leaves.

    :param overdue: how long a hit may wait
    """
    condition, values = _condition(wanted, account, at)
    values["late"] = timestamp(at - overdue)
    row = next(
        db.query(
            "SELECT count(*) AS groups, coalesce(sum(g.waiting), 0) AS hits,"
            " coalesce(sum(g.flagged), 0) AS flagged,"
            " coalesce(sum(g.waiting_since < :late), 0) AS overdue"
            f" FROM {_SCANNED} WHERE {condition}",
            values,
        )
    )
    return Left(**row)


def take_next_group(
    db: Database, wanted: Filter, account: Account, *, at: datetime, but: str = ""
) -> str | None:
    """Take the riskiest group that waits and nobody else has in hand; None when there is none.

    In a transaction of its own.

    :param but: a group that is left for now
    """
    condition, values = _condition(wanted, account, at)
    values |= {"but": but}
    with writing(db):
        rows = db.execute(
            f"SELECT g.grp FROM {_SCANNED} WHERE {condition} AND g.waiting > 0"
            " AND g.grp <> :but AND NOT EXISTS (SELECT 1 FROM queue_leases l"
            " WHERE l.grp = g.grp AND l.until > :at AND l.account <> :account)"
            " ORDER BY g.risk DESC, g.grp LIMIT 1",
            values,
        )
        for (group,) in rows.fetchall():
            take_lease(db, group, account, at=at)
            return str(group)
    return None


def find_filter_values(db: Database, *, most: int = 200) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen of rights, sites and holders that wait: (value, words)."""
    return {
        name: [(value, words or value) for value, words in db.execute(sql, [most]) if value]
        for name, sql in _VALUES.items()
    }


def _distinct(column: str, words: str) -> str:
    """Return SQL that goes from value to value of an index, not through all of its rows."""
    least = f"SELECT min({column}) FROM queue_groups WHERE waiting > 0"
    return (
        f"WITH RECURSIVE found(value) AS ({least} UNION ALL"
        f" SELECT ({least} AND {column} > value) FROM found WHERE value IS NOT NULL LIMIT ?)"
        f" SELECT value, {words} AS words FROM found WHERE value IS NOT NULL ORDER BY words, value"
    )


_NAME = """
(SELECT right_name FROM queue_groups WHERE waiting > 0 AND right_id = value LIMIT 1)
"""
_VALUES = {
    "right": _distinct("right_id", _NAME),
    "site": _distinct("site", "value"),
    "holder": _distinct("holder", "value"),
}


def find_riskiest(
    db: Database, *, account: Account, at: datetime, limit: int = 5
) -> list[tuple[Group, QueuedHit]]:
    """Return the riskiest hit of each of the riskiest groups, whatever the filter says."""
    found = []
    for group in find_groups(db, Filter(unflagged=True), account=account, at=at, limit=limit):
        queued = find_queued_hit(db, group.top_hit) if group.top_hit else None
        if queued is not None:
            found.append((group, queued))
    return found


_SCANNED = "queue_groups g INDEXED BY queue_groups_by_risk"
_GROUPS = """
SELECT g.*, t.score, t.price_factor, t.words_factor, l.account AS lease_account,
    a.name AS lease_name, l.since AS lease_since, l.until AS lease_until
FROM queue_groups g
LEFT JOIN queue t ON t.hit = g.top_hit
LEFT JOIN queue_leases l ON l.grp = g.grp AND l.until > :at
LEFT JOIN current_accounts a ON a.account = l.account
"""


def _condition(wanted: Filter, account: Account, at: datetime) -> tuple[str, dict[str, Any]]:
    terms = [_STATES[wanted.state]]
    values: dict[str, Any] = {"at": timestamp(at), "account": account.id}
    for column, value in (
        ("right_id", wanted.right),
        ("site", wanted.site),
        ("kind", wanted.kind),
        ("holder", wanted.holder),
    ):
        if value is not None:
            terms.append(f"g.{column} = :{column}")
            values[column] = value
    if wanted.seller:
        terms.append("instr(g.seller_folded, :seller) > 0")
        values["seller"] = fold_seller(wanted.seller)
    if wanted.score is not None:
        terms.append("g.top_score >= :score")
        values["score"] = wanted.score
    if not wanted.unflagged and wanted.state in {"waiting", "open", "changed"}:
        terms.append("g.flagged > 0")
    if wanted.longer is not None:
        terms.append("g.waiting_since < :since")
        values["since"] = timestamp(at - wanted.longer)
    if wanted.mine:
        terms.append(
            "g.grp IN (SELECT grp FROM queue_leases WHERE account = :account AND until > :at"
            " UNION SELECT grp FROM queue_places WHERE account = :account)"
        )
    return " AND ".join(terms), values


def _group(row: Mapping[str, Any]) -> Group:
    lease, top = None, None
    reach = row["open"] + row["changed"] + row["judged"]
    if row["lease_account"] is not None:
        lease = Lease(
            group=row["grp"],
            account=row["lease_account"],
            name=row["lease_name"],
            since=datetime.fromisoformat(row["lease_since"]),
            until=datetime.fromisoformat(row["lease_until"]),
        )
    if row["top_hit"] is not None:
        top = Risk(
            score=row["score"],
            price=row["price_factor"],
            words=row["words_factor"],
            reach=reach_factor(reach),
            repeat=repeat_factor(row["repeat"]),
        )
    since = row["waiting_since"]
    return Group(
        id=row["grp"],
        seller=row["seller"],
        seller_name=row["seller_name"],
        site=row["site"],
        right=row["right_id"],
        right_name=row["right_name"],
        kind=row["kind"],
        holder=row["holder"],
        open=row["open"],
        changed=row["changed"],
        judged=row["judged"],
        unsure=row["unsure"],
        ended=row["ended"],
        flagged=row["flagged"],
        waiting_since=None if since is None else datetime.fromisoformat(since),
        repeat=row["repeat"],
        risk=row["risk"],
        top_hit=row["top_hit"],
        top=top,
        lease=lease,
    )
