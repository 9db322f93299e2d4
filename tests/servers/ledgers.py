"""Workspaces with entries in the ledger, and a person with the database at hand."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.store.database import now, timestamp, writing
from crawler.store.ledger import append_entry, digest_of
from crawler.workspace import Workspace, make_workspace, open_workspace
from pipelines.evidence.checks import Check
from pipelines.evidence.trust import load_trust
from pipelines.evidence.verify import check_workspace
from tests.servers.tsa import Authority


def workspace_with(folder: Path, *authorities: Authority, entries: int = 0) -> Workspace:
    """Make a workspace whose settings name the authorities, in their order, as 甲 TSA 1, 2, ..."""
    made = make_workspace(folder)
    ask(made, *authorities)
    record_entries(open_workspace(folder), entries)
    return open_workspace(folder)


def ask(workspace: Workspace, *authorities: Authority, more: str = "") -> Workspace:
    """Set whom a workspace asks, and return it as its settings are now."""
    file = workspace.folder / "markhound.toml"
    text = file.read_text().split("[evidence]")[0] + f"[evidence]\n{more}\n"
    for number, authority in enumerate(authorities, start=1):
        text += (
            f'[[evidence.stamp_authorities]]\nname = "甲 TSA {number}"\n'
            f'url = "{authority.url}"\nroot = "{authority.root}"\n'
        )
    file.write_text(text)
    return open_workspace(workspace.folder)


def record_entries(workspace: Workspace, count: int) -> None:
    with workspace.store() as db, writing(db):
        for number in range(count):
            what = {"decision": "侵权", "number": number}
            append_entry(db, "judgement", f"h-{number}", what, by="安娜", at=now())


def record_capture(workspace: Workspace, id_: str, content: bytes, *, proof: bool = True) -> Path:
    """Record a capture whose file holds some bytes, and return the file."""
    file = workspace.folder / "evidence" / "captures" / f"{id_}.wacz"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    name, digest = str(file.relative_to(workspace.folder)), hashlib.sha256(content).hexdigest()
    with workspace.store() as db, writing(db):
        entry = append_entry(
            db, "capture", id_, {"file": name, "sha256": digest}, by="markhound", at=now()
        )
        db.execute(
            "INSERT INTO captures (id, url, purpose, at, file, sha256, proof, record, entry)"
            " VALUES (?, 'https://shop.example/1', 'flagged', ?, ?, ?, ?, '{}', ?)",
            [id_, timestamp(now()), name, digest, proof, entry.number],
        )
    return file


@contextmanager
def at_hand(workspace: Workspace) -> Iterator[sqlite3.Connection]:
    """Open the database as somebody who can write the file: no trigger, no foreign key holds."""
    db = sqlite3.connect(workspace.database)
    triggers = list(db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    for name, _ in triggers:
        db.execute(f"DROP TRIGGER {name}")
    yield db
    for _, sql in triggers:
        db.execute(sql)
    db.commit()
    db.close()


def chain_anew(db: sqlite3.Connection) -> None:
    """Make numbers and digests of the ledger fit what its entries say now."""
    columns = "rowid, number, kind, subject, record, by, at"
    rows = db.execute(f"SELECT {columns} FROM ledger ORDER BY number").fetchall()
    previous = "0" * 64
    for new, (rowid, _, kind, subject, record, by, at) in enumerate(rows, start=1):
        digest = digest_of(new, kind, subject, record, by, at, previous)
        db.execute(
            "UPDATE ledger SET number = ?, previous = ?, digest = ? WHERE rowid = ?",
            [new, previous, digest, rowid],
        )
        previous = digest


def verified(workspace: Workspace) -> list[Check]:
    """Check the whole workspace, trusting whom its settings trust."""
    return list(check_workspace(workspace, load_trust(workspace)))


def broken(checks: list[Check]) -> list[str]:
    """Return what is broken: what, of what, why."""
    return [f"{c.what}: {c.subject}: {c.detail}" for c in checks if c.state == "broken"]
