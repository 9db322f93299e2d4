"""How often passphrases were tried: of an account, and from an address, whatever the name.

An account's own tries (``crawler.store.accounts.sign_in``) do not hold who tries one common
passphrase for many names. So tries are counted by the address too, wrong ones and those for names
that nobody has; a good one is taken back. A whole office may stand behind one address, hence the
larger number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

from sqlite_utils import Database

from crawler.errors import NotAllowedError
from crawler.store.accounts import wait_after
from crawler.store.database import timestamp, writing
from crawler.store.ledger import append_entry

TRIES = 20
"""Wrong passphrases from one address within ``WINDOW``; after that it has to wait."""
WINDOW = timedelta(minutes=15)
_SITE_BITS = 64
"""Of an IPv6 address: what one line is given (RFC 6177), whose holder can change the rest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TriedAddress:
    """An address from which wrong passphrases came within ``WINDOW``."""

    address: str
    tries: int
    held_until: datetime | None
    """When the next one may come; None while there are tries left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TriedAccount:
    """An account for which wrong passphrases were given since the last good one."""

    account: str
    """Its id."""
    tries: int
    held_until: datetime | None
    """When the next one may be given; None where it may be given now."""


def address_group(text: str) -> str:
    """Return the address that tries are counted by: an IPv4 address, an IPv6 line (/64)."""
    try:
        address = ip_address(text)
    except ValueError:
        return text[:80] or "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(IPv6Network((address, _SITE_BITS), strict=False))
    return str(address)


def begin_try(db: Database, address: str, *, at: datetime) -> int:
    """Count a try before the passphrase is looked at; return its number, for ``take_back``.

    :raises NotAllowedError: when too many came from that address of late
    """
    group = address_group(address)
    with writing(db):
        db.execute("DELETE FROM sign_in_tries WHERE at <= ?", [timestamp(at - WINDOW)])
        [(tries,)] = db.execute("SELECT count(*) FROM sign_in_tries WHERE address = ?", [group])
        if tries < TRIES:
            cursor = db.execute(
                "INSERT INTO sign_in_tries (address, at) VALUES (?, ?)", [group, timestamp(at)]
            )
            if tries + 1 == TRIES:
                told = {"tries": TRIES, "minutes": WINDOW.total_seconds() / 60}
                append_entry(db, "sign-ins-held", group, told, by="markhound", at=at)
            return int(cursor.lastrowid or 0)
    raise NotAllowedError(f"{tries} wrong passphrases from {group} within {WINDOW}")


def take_back(db: Database, number: int) -> None:
    """Take back a try that was a good one."""
    with writing(db):
        db.execute("DELETE FROM sign_in_tries WHERE id = ?", [number])


def find_tried_addresses(db: Database, *, at: datetime) -> list[TriedAddress]:
    """Return the addresses of late tries, those with the most first."""
    rows = db.query(
        "SELECT address, count(*) AS tries, min(at) AS first FROM sign_in_tries WHERE at > ?"
        " GROUP BY address ORDER BY tries DESC, address LIMIT 50",
        [timestamp(at - WINDOW)],
    )
    return [
        TriedAddress(
            address=row["address"],
            tries=row["tries"],
            held_until=datetime.fromisoformat(row["first"]) + WINDOW
            if row["tries"] >= TRIES
            else None,
        )
        for row in rows
    ]


def find_tried_accounts(db: Database, *, at: datetime) -> dict[str, TriedAccount]:
    """Return the accounts with wrong passphrases since the last good one, by id."""
    rows = db.query(
        "SELECT s.account, count(*) AS tries, max(s.at) AS last FROM accounts a JOIN sign_ins s"
        " ON s.account = a.id AND s.id > coalesce((SELECT max(id) FROM sign_ins"
        " WHERE account = a.id AND outcome = 'passed'), 0) GROUP BY s.account"
    )
    return {row["account"]: _tried(row["account"], row["tries"], row["last"], at) for row in rows}


def _tried(account: str, tries: int, last: str, at: datetime) -> TriedAccount:
    until = datetime.fromisoformat(last) + wait_after(tries)
    return TriedAccount(account=account, tries=tries, held_until=until if until > at else None)
