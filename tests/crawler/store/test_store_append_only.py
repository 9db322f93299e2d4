from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.campaign import Campaign
from crawler.errors import NotFoundError
from crawler.model import (
    Hit,
    Judgement,
    Listing,
    Outcome,
    PictureOutcome,
    Right,
    Sighting,
    TargetState,
    hit_id,
)
from crawler.pictures import PictureFolder
from crawler.report import report_on
from crawler.store import figures_schema, queue_schema, tips_schema
from crawler.store.database import open_store
from crawler.store.hits import (
    find_hit_id,
    find_hits,
    load_hit,
    record_hits,
    record_judgement,
)
from crawler.store.listings import find_listings, record_sighting
from crawler.store.rights import record_rights
from crawler.store.sweeps import record_outcomes, record_sweep, record_sweep_end

NO_RECORDS = {
    "frontier",
    "visits",
    "picture_visits",
    "lastmods",
    "doubts",
    "site_requests",
    "site_spent",
    "web_sessions",
    "sign_in_tries",
    "preferences",
    *queue_schema.NO_RECORDS,
    *figures_schema.NO_RECORDS,
    *tips_schema.NO_RECORDS,
    "listing_keys",
    "listing_keys_read",
}
"""What is still to be fetched, what was there last time, who is signed in and what they prefer,
what waits."""
AT = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
URL = "https://shop.example/1"
LISTING = Listing(
    url=URL, site="shop.example", title="奥雷利奥 bag", images=("https://i.example/1",)
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_store(tmp_path / "markhound.db")
    yield db
    db.close()


@pytest.fixture
def pictures(tmp_path: Path) -> PictureFolder:
    return PictureFolder(root=tmp_path / "pictures")


def record_one_hit(db: Database, sweep: str = "w-1", score: float = 0.9) -> str:
    right = Right(id="TM-1", kind="trademark", name="Aurelio")
    record_rights(db, [(right, {"logo.png": "ab" * 32})], source="rights.jsonl", at=AT)
    seeds = ("https://shop.example/",)
    record_sweep(db, sweep, Campaign(name="night", seeds=seeds), AT)
    sighting = Sighting(
        id=f"s-{sweep}",
        listing=LISTING.id,
        sweep=sweep,
        seen_at=AT,
        record=LISTING,
        pictures=(PictureOutcome(url="https://i.example/1", sha256="cd" * 32),),
    )
    hit = Hit(
        id=hit_id("listing", URL, "TM-1"),
        target="listing",
        listing=URL,
        right="TM-1",
        score=score,
        flagged=score >= 0.5,
        findings=(),
    )
    with db.atomic():
        record_sighting(db, sighting)
        record_hits(db, sighting, [hit], {"TM-1"})
        outcome = Outcome(url=URL, site="shop.example", state=TargetState.SEEN, kind="listing")
        record_outcomes(db, sweep, [outcome])
    return hit.id


def test_the_store_is_durable_and_checks_references(db: Database) -> None:
    assert next(db.query("PRAGMA journal_mode"))["journal_mode"] == "wal"
    assert next(db.query("PRAGMA foreign_keys"))["foreign_keys"] == 1
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        db.execute("INSERT INTO sweep_ends VALUES (1, 'no-sweep', 'finished', NULL, 'now')")


def test_every_table_refuses_update_and_delete(db: Database) -> None:
    hit = record_one_hit(db)
    record_sweep_end(db, "w-1", "finished", None, AT)
    judgement = Judgement(
        id="j-1",
        hit=hit,
        findings=1,
        decision="unsure",
        by="Li",
        authenticated=False,
        reason="?",
        judged_at=AT,
    )
    record_judgement(db, judgement)
    names = {name for name in db.table_names() if name[0] != "_"} - NO_RECORDS
    filled = [name for name in names if db.table(name).count]
    assert {"sightings", "hit_findings", "judgements", "sweep_ends", "right_versions"} <= {*filled}
    for table in set(filled) - NO_RECORDS:
        column = db.table(table).columns[0].name
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
            with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
                db.execute(statement)


def test_all_tables_but_sqlites_own_are_append_only(db: Database) -> None:
    guarded = {t.table for t in db.triggers if t.name == f"{t.table}_refuses_update"}
    ours = {name for name in db.table_names() if not name.startswith(("_sqlite", "sqlite_"))}
    assert guarded == ours - NO_RECORDS


def test_hit_comes_back_whole(db: Database, pictures: PictureFolder) -> None:
    hit = record_one_hit(db)
    [stored] = find_hits(db, pictures, flagged_only=True)
    assert (stored.hit.id, stored.listing, stored.right.name) == (hit, LISTING, "Aurelio")
    assert stored.picture_files == {"https://i.example/1": pictures.path_of("cd" * 32)}
    assert stored.reference_files == {"logo.png": pictures.path_of("ab" * 32)}
    assert (stored.seen_at, stored.first_seen_at, stored.sweep) == (AT, AT, "w-1")


def test_newest_findings_and_newest_judgement_count(db: Database, pictures: PictureFolder) -> None:
    hit = record_one_hit(db)
    record_one_hit(db, sweep="w-2", score=0.2)
    for number, decision in enumerate(("infringing", "licensed")):
        judgement = Judgement(
            id=f"j-{number}",
            hit=hit,
            findings=1,
            decision=decision,  # type: ignore[arg-type]
            by="Li",
            authenticated=False,
            reason="looked",
            judged_at=AT,
        )
        record_judgement(db, judgement)
    assert find_hits(db, pictures, flagged_only=True) == []
    [stored] = find_hits(db, pictures)
    assert (stored.hit.score, stored.sweep) == (0.2, "w-2")
    assert stored.judgement is not None
    assert stored.judgement.decision == "licensed"
    assert (stored.findings, stored.changed) == (2, True)
    [earlier] = find_hits(db, pictures, sweep="w-1")
    assert (earlier.hit.score, earlier.changed) == (0.9, False)
    assert len(find_listings(db)) == 1


@pytest.mark.parametrize(
    ("right", "site", "sweep", "count"),
    [
        (None, None, None, 1),
        ("TM-1", "shop.example", "w-1", 1),
        ("TM-2", None, None, 0),
        (None, "other.example", None, 0),
        (None, None, "w-9", 0),
    ],
)
def test_hits_are_selected(
    db: Database,
    pictures: PictureFolder,
    right: str | None,
    site: str | None,
    sweep: str | None,
    count: int,
) -> None:
    record_one_hit(db)
    assert len(find_hits(db, pictures, right=right, site=site, sweep=sweep)) == count


def test_start_of_an_id_is_enough(db: Database) -> None:
    hit = record_one_hit(db)
    assert find_hit_id(db, hit[:6]) == hit
    with pytest.raises(NotFoundError, match="no hit has the id 'h-zz'"):
        find_hit_id(db, "h-zz")


def test_start_that_fits_several_is_refused(db: Database) -> None:
    record_one_hit(db)
    for number in range(5):
        db.execute(f"INSERT INTO hits VALUES ('h-same{number}', 'listing', 'u', 'TM-1')")
    with pytest.raises(NotFoundError, match="several hits start with 'h-same'"):
        find_hit_id(db, "h-same")


def test_report_is_made_from_the_store_alone(db: Database) -> None:
    record_one_hit(db)
    assert report_on(db, "w-1").state == "unfinished"
    record_sweep_end(db, "w-1", "finished", None, AT)
    report = report_on(db, "w-1")
    assert (report.state, report.listings, report.pictures) == ("finished", 1, 1)
    assert (report.hits, report.flagged, report.targets) == (1, 1, {"seen": 1})
    assert report.warnings == ()


def test_batch_is_written_whole_or_not_at_all(db: Database) -> None:
    record_one_hit(db)
    sighting = Sighting(id="s-2", listing=LISTING.id, sweep="w-1", seen_at=AT, record=LISTING)

    def record_both() -> None:
        with db.atomic():
            assert record_sighting(db, sighting)
            record_sighting(db, replace(sighting, id="s-3", sweep="no-sweep"))

    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        record_both()
    assert next(db.query("SELECT count(*) AS n FROM sightings"))["n"] == 1


def test_a_listing_is_sighted_once_in_a_sweep(db: Database) -> None:
    record_one_hit(db)
    again = Sighting(id="s-w-1", listing=LISTING.id, sweep="w-1", seen_at=AT, record=LISTING)
    with db.atomic():
        assert not record_sighting(db, again)
    assert next(db.query("SELECT count(*) AS n FROM sightings"))["n"] == 1


def test_hit_that_is_not_found_any_more_is_current_no_longer(
    db: Database, pictures: PictureFolder
) -> None:
    hit = record_one_hit(db)
    seeds = ("https://shop.example/",)
    for number, covered in enumerate((set[str](), {"TM-1"}, {"TM-1"})):
        sweep = f"w-next-{number}"
        record_sweep(db, sweep, Campaign(name="night", seeds=seeds), AT)
        sighting = Sighting(
            id=f"s-{sweep}", listing=LISTING.id, sweep=sweep, seen_at=AT, record=LISTING
        )
        with db.atomic():
            record_sighting(db, sighting)
            record_hits(db, sighting, [], covered)
        assert [s.hit.id for s in find_hits(db, pictures)] == ([] if covered else [hit])
    assert next(db.query("SELECT count(*) AS n FROM hit_findings"))["n"] == 2
    with pytest.raises(NotFoundError, match="none any more"):
        load_hit(db, pictures, hit)


def test_what_the_ledger_vouches_for_is_never_replaced(db: Database) -> None:
    """INSERT OR REPLACE deletes without a trigger's leave, on a connection that does not ask."""
    triggers = {
        row["name"] for row in db.query("SELECT name FROM sqlite_master WHERE type='trigger'")
    }
    kept = {
        table
        for table in db.table_names()
        if f"{table}_refuses_delete" in triggers
        and any(column.name == "entry" for column in db.table(table).columns)
    }
    assert {"looks", "outbox", "answers", "captures", "approvals", "stamps"} <= kept
    assert {table for table in kept if f"{table}_refuses_replace" not in triggers} == set()
