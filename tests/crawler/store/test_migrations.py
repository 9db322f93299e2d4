"""A workspace of an older version is brought up to date, and loses nothing of what it knew."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.store import database
from crawler.store.database import now, open_store
from crawler.store.decisions import Choice, record_decision
from crawler.store.schema import migrations
from crawler.store.visits import StoredVisits
from crawler.workspace import Workspace, make_workspace
from tests.servers.filled import fill
from tests.servers.queues import derived_rows

STORED = (
    *("rights", "right_versions", "sweeps", "listings", "sightings", "hits", "hit_findings"),
    "judgements",
)
FIRST, LAST = "2026-11-01T00:00:00.000000Z", "2026-11-20T00:00:00.000000Z"
TOLD = {
    "/p/1": (None, None),
    "/products.json": (
        {"callback": "parse_catalogue", "depth": 1},
        {"callback": "parse_catalogue", "depth": 1, "headers": {"Accept": "application/json"}},
    ),
    "/graphql": (
        {"callback": "parse_catalogue", "body": "{}", "content_type": "application/json"},
        {
            "callback": "parse_catalogue",
            "body": "{}",
            "headers": {"Content-Type": "application/json", "Accept": "application/json"},
        },
    ),
    "/about": ({"depth": 2}, {"depth": 2}),
}
"""Path -> how it was asked for, as the version before and as this one keeps it."""


def test_visits_of_the_version_before_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    old = Database(sqlite3.connect(file))
    migrations.apply(old, stop_before="m0005_nights")
    for path, (request, _) in TOLD.items():
        old.execute(
            "INSERT INTO visits (url, site, kind, plan, seen_at, priority, request, first_at,"
            " changes) VALUES (?, 'shop.example', ?, '', ?, 0, ?, ?, 0)",
            [path, "listing" if path == "/p/1" else "page", LAST, request and json.dumps(request),
             FIRST],
        )  # fmt: skip
    old.conn.commit()
    old.close()
    db = open_store(file)
    visits = {visit.url: visit for visit in StoredVisits(db).of_site("shop.example")}
    db.close()
    assert {u: v.request and json.loads(v.request) for u, v in visits.items()} == {
        path: request for path, (_, request) in TOLD.items()
    }
    # when they were last read in full is not known: not before the first time
    assert {visit.read_at for visit in visits.values()} == {FIRST}
    assert [visit.address for visit in visits.values() if visit.kind == "listing"] == ["/p/1"]


def test_what_was_stored_before_there_was_a_queue_is_in_it(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    [hit, *_] = fill(workspace, 10)
    with workspace.store() as db:
        [(findings,)] = db.execute("SELECT id FROM hit_findings WHERE hit = ?", [hit]).fetchall()
        choice = Choice(hit=hit, decision="infringing", findings=findings, reason="r")
        record_decision(db, choice, Actor(name="li"), at=now())
        made = derived_rows(db)
    db = open_store(older(workspace, tmp_path / "old.db"))
    assert derived_rows(db) == made
    assert [row["state"] for row in made["queue"]].count("judged") == 1
    db.close()


def older(workspace: Workspace, file: Path) -> Path:
    """Make a database of the version before there was a queue, with what the workspace knows."""
    old = Database(sqlite3.connect(file))
    old.enable_wal()
    migrations.apply(old, stop_before="m0012_queue")
    old.execute("ATTACH ? AS made", [str(workspace.database)])
    for table in STORED:
        names = ", ".join(column.name for column in old.table(table).columns)
        old.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM made.{table}")
    old.conn.commit()
    old.close()
    return file


KILLED = """
import os, signal, sys
from pathlib import Path
from crawler.store import database, schema
schema.record_known_sellers = lambda db: os.kill(os.getpid(), signal.SIGKILL)
database.open_store(Path(sys.argv[1]))
"""


def test_a_killed_migration_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    fill(workspace, 10)
    with workspace.store() as db:
        made = derived_rows(db)
    file = older(workspace, tmp_path / "old.db")
    killed = subprocess.run([sys.executable, "-c", KILLED, file], check=False)
    assert killed.returncode == -signal.SIGKILL
    left = Database(sqlite3.connect(file))
    assert not left.table("queue").exists()  # which is made before sellers are
    left.close()
    db = open_store(file)
    assert derived_rows(db) == made
    db.close()


def test_commands_that_find_an_old_database_at_once_do_not_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = make_workspace(tmp_path / "w")
    fill(workspace, 10)
    file = older(workspace, tmp_path / "old.db")
    all_found_it, apply = Barrier(3), database._bring_up_to_date

    def together(db: Database, path: Path) -> None:
        all_found_it.wait()
        apply(db, path)

    def open_it(_: int) -> int:
        db = open_store(file)
        [(count,)] = db.execute("SELECT count(*) FROM queue").fetchall()
        db.close()
        return int(count)

    monkeypatch.setattr(database, "_bring_up_to_date", together)
    with ThreadPoolExecutor(3) as threads:
        assert [*threads.map(open_it, range(3))] == [10, 10, 10]


@pytest.mark.parametrize("told_from", [10, 11])
def test_bringing_a_large_database_up_to_date_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    told_from: int,
) -> None:
    workspace = make_workspace(tmp_path / "w")
    fill(workspace, 10)
    file = older(workspace, tmp_path / "old.db")
    monkeypatch.setattr(database, "TOLD_FROM", told_from)
    for _ in range(2):  # once only
        open_store(file).close()
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == (2 if told_from == 10 else 0)
    assert all(str(file) in message for message in told)
