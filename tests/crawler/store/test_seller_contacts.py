"""Who offers what is noted with each sighting, and of older sightings by the migration."""

from __future__ import annotations

from pathlib import Path

from crawler.sellers import seller_id
from crawler.store.seller_contacts import find_contacts, find_seller, find_sellers_of_listing
from tests.servers.desk import BEST, LISTINGS
from tests.servers.judged import fill_workspace, see

TABLES = ("seller_contacts", "seller_listings")
INDEXES = (
    "cases_by_opening", "case_hits_by_hit", "notices_by_case", "notice_hits_by_hit",
    "judgements_by_decision", "relistings_by_finding",
)  # fmt: skip


def test_a_seller_is_known_by_its_sightings(tmp_path: Path) -> None:
    workspace, _ = fill_workspace(tmp_path / "w", listings=LISTINGS)
    with workspace.store() as db:
        see(db, "w-2", LISTINGS)  # seen again, it is noted once
        best = seller_id(LISTINGS[0])
        assert find_sellers_of_listing(db, LISTINGS[0].id) == [best]
        assert find_contacts(db, best) == sorted(BEST.contacts)
        known = find_seller(db, best)
        assert known is not None
        assert (known.name, known.site, known.listings) == (BEST.name, "shop.example", 2)
        assert find_seller(db, "se-0000000000000000") is None


def test_older_sightings_are_read_when_the_store_is_opened_anew(tmp_path: Path) -> None:
    workspace, _ = fill_workspace(tmp_path / "w", listings=LISTINGS)
    with workspace.store() as db:
        before = {table: list(db.query(f"SELECT * FROM {table}")) for table in TABLES}
        for index in INDEXES:
            db.execute(f"DROP INDEX {index}")
        for table in TABLES:
            db.execute(f"DROP TABLE {table}")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0012_desk'")
        db.conn.commit()
    with workspace.store() as db:
        assert {table: list(db.query(f"SELECT * FROM {table}")) for table in TABLES} == before
        assert len(before["seller_contacts"]) == 3
