"""Retention: which files nobody needs any more, why the others stay, and what was erased.

A file goes only after its erasure is recorded, with its digest and its entry of the ledger; so
what is missing without one is still told as missing. Which rows are of a case is asked of the
store alone, in the transaction that records the erasure, and again by its triggers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.store.database import timestamp
from crawler.store.ledger import append_entry

RuleName = Literal["captures", "pictures"]
LONGEST_WAIT = 60
"""Seconds between a moment of which a record speaks and its being written, at the most: twice what
a writer waits for another one."""

Why = Literal[
    "young",
    "case",
    "notice",
    "handed_over",
    "second_look",
    "dispute",
    "judged",
    "follow_up",
    "relisting",
    "registry",
    "missing",
]
"""Why a file stays."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasable:
    """A file that nobody needs."""

    file: str
    """Path inside the workspace."""
    sha256: str
    used_at: datetime
    """When a record last spoke of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasure:
    """A file that was erased by a rule."""

    file: str
    sha256: str
    bytes: int
    rule: RuleName
    days: int
    used_at: datetime
    by: str
    at: datetime
    entry: int
    """Number of its entry of the ledger."""


_FILES: Mapping[RuleName, str] = MappingProxyType(
    {
        "captures": """
            SELECT file, max(sha256) AS sha256, max(at) AS used_at,
                max(coalesce(hit IN (SELECT hit FROM kept_hits), 0)
                    OR url IN (SELECT url FROM kept_urls)) AS kept
            FROM captures GROUP BY file
            """,
        "pictures": """
            SELECT 'pictures/' || substr(p.sha256, 1, 2) || '/' || p.sha256 AS file, p.sha256,
                max(s.seen_at,
                    coalesce((SELECT max(v.seen_at) FROM visits v WHERE v.url = l.url), ''),
                    coalesce((SELECT max(v.seen_at) FROM visits v WHERE v.address = l.url), ''))
                    AS used_at,
                l.url IN (SELECT url FROM kept_urls)
                    OR p.sha256 IN (SELECT sha256 FROM right_pictures) AS kept
            FROM sighting_pictures p JOIN sightings s ON s.id = p.sighting
            JOIN listings l ON l.id = s.listing WHERE p.sha256 IS NOT NULL
            """,
    }
)
"""Rule -> every file it could be of, one row or several each, with whether it is kept."""

_GONE: Mapping[RuleName, str] = MappingProxyType(
    {
        "captures": "file IN (SELECT file FROM erasures WHERE rule = 'captures')",
        "pictures": (
            "used_at <= coalesce((SELECT max(e.at) FROM erasures e WHERE e.file = found.file), '')"
        ),
    }
)
"""Rule -> tells a file that was erased; a picture may come again."""


def find_erasable(
    db: Database, rule: RuleName, before: datetime, *, limit: int = -1
) -> list[Erasable]:
    """Return the files that a rule erases, those that were not of use since a moment.

    :param limit: files at the most; -1 = all
    """
    rows = db.execute(
        "SELECT file, max(sha256), max(used_at) AS used_at"
        f" FROM ({_FILES[rule]}) AS found GROUP BY file"
        f" HAVING max(kept) = 0 AND max(used_at) < ? AND NOT ({_GONE[rule]})"
        " ORDER BY used_at, file LIMIT ?",
        [timestamp(before), limit],
    )
    return [
        Erasable(file=file, sha256=sha256, used_at=datetime.fromisoformat(used_at))
        for file, sha256, used_at in rows
    ]


_WHY: Mapping[RuleName, str] = MappingProxyType(
    {
        "captures": """
            SELECT c.file, k.why FROM captures c JOIN kept_hits k ON k.hit = c.hit
            UNION SELECT c.file, k.why FROM captures c JOIN kept_urls k ON k.url = c.url
            """,
        "pictures": """
            SELECT p.sha256, k.why FROM sighting_pictures p JOIN sightings s ON s.id = p.sighting
            JOIN listings l ON l.id = s.listing JOIN kept_urls k ON k.url = l.url
            WHERE p.sha256 IS NOT NULL
            UNION SELECT sha256, 'registry' FROM right_pictures
            """,
    }
)


def count_kept(db: Database, rule: RuleName, before: datetime) -> dict[str, int]:
    """Return why -> how many files stay for that reason; a file may have several."""
    found = {
        str(why): int(count)
        for why, count in db.execute(f"SELECT why, count(*) FROM ({_WHY[rule]}) GROUP BY why")
    }
    [young] = db.execute(
        "SELECT count(*) FROM (SELECT file, max(used_at) AS used_at"
        f" FROM ({_FILES[rule]}) AS found GROUP BY file"
        f" HAVING max(kept) = 0 AND max(used_at) >= ? AND NOT ({_GONE[rule]}))",
        [timestamp(before)],
    ).fetchone()
    return {**found, "young": int(young)} if young else found


def is_needed(db: Database, one: Erasure) -> bool:
    """Tell whether a file that a rule was to erase is needed now, as what it is of came to count.

    Only then does that matter when the erasure was recorded and not carried out.
    """
    column, value = ("file", one.file) if one.rule == "captures" else ("sha256", one.sha256)
    found = db.execute(f"SELECT 1 FROM ({_WHY[one.rule]}) WHERE {column} = ? LIMIT 1", [value])
    return found.fetchone() is not None


def record_erasure(
    db: Database, one: Erasable, *, rule: RuleName, days: int, size: int, by: Actor, at: datetime
) -> int:
    """Record that a file is erased, before it is; inside the caller's transaction.

    :param size: of the file, in bytes
    :returns: the number of its entry of the ledger
    :raises sqlite3.IntegrityError: when it is of a case, or is needed otherwise, or too young
    """
    what = {
        "file": one.file,
        "sha256": one.sha256,
        "bytes": size,
        "rule": rule,
        "days": days,
        "used_at": timestamp(one.used_at),
        "account": by.account.id if by.account else None,
    }
    entry = append_entry(db, "erased", one.file, what, by=by.name, at=at)
    row = {**what, "by": by.name, "at": timestamp(at), "entry": entry.number}
    columns, values = ", ".join(row), ", ".join(f":{column}" for column in row)
    db.execute(f"INSERT INTO erasures ({columns}) VALUES ({values})", row)
    return entry.number


def find_erasures(db: Database, *, file: str | None = None) -> Iterator[Erasure]:
    """Yield what was erased, in the order in which it was; of one file, or of all."""
    where, values = ("WHERE file = ?", [file]) if file is not None else ("", [])
    columns = "file, sha256, bytes, rule, days, used_at, by, at, entry"
    for row in db.query(f"SELECT {columns} FROM erasures {where} ORDER BY id", values):
        for name in ("used_at", "at"):
            row[name] = datetime.fromisoformat(row[name])
        yield Erasure(**row)


@dataclass(frozen=True, kw_only=True, slots=True)
class ErasedFiles:
    """What a rule erased in some time."""

    rule: RuleName
    files: int
    bytes: int
    days: int
    """Of the rule, the last time."""
    by: tuple[str, ...]
    newest: int
    """Entry of the ledger of the last file."""


def count_erased(db: Database, rule: RuleName, since: datetime, after: int) -> ErasedFiles | None:
    """Return what a rule erased since a moment, after an entry of the ledger; None = nothing."""
    where, values = "rule = ? AND at >= ? AND entry > ?", [rule, timestamp(since), after]
    row = db.execute(
        f"SELECT count(*), sum(bytes), max(entry) FROM erasures WHERE {where}", values
    ).fetchone()
    if not row[0]:
        return None
    [days] = db.execute("SELECT days FROM erasures WHERE entry = ?", [row[2]]).fetchone()
    names = db.execute(f"SELECT DISTINCT by FROM erasures WHERE {where} ORDER BY by", values)
    return ErasedFiles(
        rule=rule,
        files=row[0],
        bytes=row[1],
        days=days,
        by=tuple(str(name) for (name,) in names),
        newest=row[2],
    )


def find_wrong_erasures(db: Database) -> Iterator[tuple[str, str]]:
    """Yield (file, why) of what was erased though it was needed by then.

    The triggers refuse that; who holds the database can take them away and put them back. What
    counts again only because a judgement was taken back since was not needed then, nor what a
    person decided just before and could record only after it, when the database was free again.
    """
    undone_since = (
        "EXISTS (SELECT 1 FROM undone_judgements u JOIN hits h ON h.id = u.hit"
        " WHERE (h.id = c.hit OR h.url = c.url) AND u.at > e.at)"
    )
    by_then = f"strftime('%Y-%m-%dT%H:%M:%fZ', e.at, '-{LONGEST_WAIT} seconds')"
    ways = [
        f"SELECT e.file, k.why FROM erasures e JOIN captures c ON c.file = e.file"
        f" JOIN {view} k ON k.{column} = c.{column}"
        f" WHERE e.rule = 'captures' AND k.at < {by_then}"
        f" AND NOT (k.why IN ('judged', 'dispute') AND {undone_since})"
        for view, column in (("kept_hits", "hit"), ("kept_urls", "url"))
    ]
    yield from db.execute(f"{' UNION '.join(ways)} ORDER BY 1, 2")
