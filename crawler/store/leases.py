"""Leases: one person has a group of the queue in hand for a while; work renews it, leaving ends it.

They keep two people from the same work. They are no records: what was decided is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from crawler.accounts import Account
from crawler.errors import LeasedError
from crawler.store.database import timestamp

LONG = timedelta(minutes=15)
"""How long a group stays in somebody's hand after the last thing they did in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """That somebody has a group in hand."""

    group: str
    account: str
    """Id of the account."""
    name: str
    since: datetime
    until: datetime


def find_lease(db: Database, group: str, *, at: datetime) -> Lease | None:
    """Return who has the group in hand; None when nobody has, or not any more."""
    rows = db.query(
        "SELECT l.grp, l.account, a.name, l.since, l.until FROM queue_leases l"
        " JOIN current_accounts a ON a.account = l.account WHERE l.grp = ? AND l.until > ?",
        [group, timestamp(at)],
    )
    for row in rows:
        return Lease(
            group=row["grp"],
            account=row["account"],
            name=row["name"],
            since=datetime.fromisoformat(row["since"]),
            until=datetime.fromisoformat(row["until"]),
        )
    return None


def refuse_leased(db: Database, group: str, account: Account | None, *, at: datetime) -> None:
    """Refuse what would be done in a group that somebody else has in hand.

    :raises LeasedError: saying who, and until when
    """
    lease = find_lease(db, group, at=at)
    if lease is not None and (account is None or lease.account != account.id):
        raise LeasedError(lease.name, lease.until)


def take_lease(db: Database, group: str, account: Account, *, at: datetime) -> Lease:
    """Take a group in hand, or keep it; inside the caller's transaction, with its lock.

    :raises LeasedError: when somebody else has it
    """
    refuse_leased(db, group, account, at=at)
    db.execute(
        "INSERT INTO queue_leases (grp, account, since, until)"
        " VALUES (:grp, :account, :at, :until) ON CONFLICT (grp) DO UPDATE SET"
        " since = CASE WHEN account = :account AND until > :at THEN since ELSE :at END,"
        " account = :account, until = :until",
        {
            "grp": group,
            "account": account.id,
            "at": timestamp(at),
            "until": timestamp(at + LONG),
        },
    )
    lease = find_lease(db, group, at=at)
    assert lease is not None
    return lease


def release_lease(
    db: Database, group: str, account: Account, *, until: datetime | None = None
) -> bool:
    """Give a group out of hand; inside the caller's transaction. False when nothing was given up.

    :param until: only a lease that ends just then. A page that is left says so late; what was
        renewed by the next page stays
    """
    moment = None if until is None else timestamp(until)
    done = db.execute(
        "DELETE FROM queue_leases WHERE grp = :grp AND account = :account"
        " AND (:until IS NULL OR until = :until)",
        {"grp": group, "account": account.id, "until": moment},
    )
    return bool(done.rowcount)
