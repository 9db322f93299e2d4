"""A workspace of an older version is brought up to date, and loses nothing of what it knew."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.store.database import now, open_store
from crawler.store.decisions import Choice, record_decision
from crawler.store.schema import migrations
from crawler.store.visits import StoredVisits
from crawler.workspace import make_workspace
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
    file = tmp_path / "old.db"
    old = Database(sqlite3.connect(file))
    migrations.apply(old, stop_before="m0012_queue")
    old.execute("ATTACH ? AS made", [str(workspace.database)])
    for table in STORED:
        names = ", ".join(column.name for column in old.table(table).columns)
        old.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM made.{table}")
    old.conn.commit()
    old.close()
    db = open_store(file)
    assert derived_rows(db) == made
    assert [row["state"] for row in made["queue"]].count("judged") == 1
    db.close()
