"""Sweeps that did not run, sites in trouble and rises, as the store has them night by night."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.campaign import Campaign
from crawler.model import TargetState
from crawler.planning import Schedule
from crawler.store.database import open_store
from crawler.store.digests import DigestItem, Memory
from pipelines.digests.audiences import Planned
from pipelines.digests.sweeps import (
    STREAK,
    find_broken_items,
    find_campaign_sweeps,
    find_last_due,
    find_overdue_items,
    find_rise_items,
    find_site_items,
)
from tests.servers.nightly import CAMPAIGN, FIRST_NIGHT, after, night

SEEN, BLOCKED, FAILED = TargetState.SEEN, TargetState.BLOCKED, TargetState.FAILED
ROOT = "https://shop.example/"
SOME = [(f"{ROOT}p/{n}", TargetState.UNCHANGED, None) for n in range(20)]
WALL = [(f"{ROOT}p/{n}", BLOCKED, "captcha 验证码") for n in range(20)]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_store(tmp_path / "markhound.db")
    yield opened
    opened.close()


def sites(db: Database) -> list[tuple[str, str, str]]:
    items = find_site_items(db, find_campaign_sweeps(db, CAMPAIGN.name, after(300)))
    return [(item.words, str(item.facts["site"]), item.state) for item in items]


def test_a_site_that_blocks_is_in_trouble_from_the_first_night_on(db: Database) -> None:
    night(db, 0, outcomes=SOME)
    assert sites(db) == []
    first = night(db, 1, outcomes=WALL)
    assert sites(db) == [("site_blocked", "shop.example", first)]
    night(db, 2, outcomes=[(ROOT, FAILED, "timeout")])
    assert sites(db) == [("site_failed", "shop.example", first)]  # the same trouble goes on
    night(db, 3, outcomes=SOME)
    assert sites(db) == []
    again = night(db, 4, outcomes=WALL)
    assert sites(db) == [("site_blocked", "shop.example", again)]


def test_a_site_that_yields_less_or_nothing_is_told(db: Database) -> None:
    for number in range(3):
        night(db, number, outcomes=SOME)
    fewer = night(db, 3, outcomes=SOME[:5])
    assert sites(db) == [("site_drop", "shop.example", fewer)]
    night(db, 4, outcomes=[(ROOT, SEEN, None)])
    assert sites(db) == [("site_drop", "shop.example", fewer)]


def test_a_seed_that_shows_nothing_or_was_not_reached_is_told(db: Database) -> None:
    two = replace(CAMPAIGN, seeds=(ROOT, "https://other.example/"))
    first = night(db, 0, campaign=two, outcomes=[("https://other.example/", SEEN, None)])
    assert sites(db) == [
        ("site_silent", "other.example", first),
        ("site_unreached", "shop.example", first),
    ]
    night(db, 1, campaign=two, state="stopped", outcomes=[("https://other.example/", SEEN, None)])
    assert sites(db) == [("site_silent", "other.example", first)]
    night(db, 2, campaign=two, outcomes=[("https://other.example/", SEEN, None)])
    assert sites(db)[1] == ("site_unreached", "shop.example", first)


def test_a_trouble_that_lasts_is_told_once_more(db: Database) -> None:
    for number in range(STREAK - 1):
        night(db, number, outcomes=WALL[:1])
    [(_, _, begun)] = sites(db)
    assert begun.endswith("-000")
    night(db, STREAK, outcomes=WALL[:1])
    [(_, _, long)] = sites(db)
    assert long == f"before the last {STREAK} sweeps"
    night(db, STREAK + 1, outcomes=WALL[:1])
    assert sites(db)[0][2] == long


def test_a_sweep_that_failed_or_was_killed_is_told(db: Database) -> None:
    def broken(alive: bool = False) -> list[tuple[str, str]]:
        items = find_broken_items(
            find_campaign_sweeps(db, CAMPAIGN.name, after(300)), lambda _: alive
        )
        return [(item.words, str(item.facts["why"])) for item in items]

    assert broken() == []
    night(db, 0, state="failed")
    assert broken() == [("sweep_failed", "the disk is full")]
    night(db, 1, state="unfinished")
    assert broken() == [("sweep_unfinished", "")]
    assert broken(alive=True) == []
    night(db, 2, state="stopped")
    assert broken() == []


def overdue(db: Database, moment: datetime, campaign: Campaign, changed: datetime) -> list[str]:
    one = Planned(campaign=campaign, file="campaigns/a.toml", changed_at=changed)
    return [item.words for item in find_overdue_items(db, [one], moment)]


def test_a_campaign_that_was_not_swept_when_it_was_due_is_told(db: Database) -> None:
    daily = replace(CAMPAIGN, schedule=Schedule(cron="0 1 * * *"))
    long_ago = FIRST_NIGHT - timedelta(days=9)
    assert overdue(db, after(0), daily, long_ago) == ["sweep_never"]
    assert overdue(db, after(0), daily, after(0)) == []  # written after it was due
    night(db, 0)
    assert overdue(db, after(0), daily, long_ago) == []
    assert overdue(db, FIRST_NIGHT + timedelta(days=1, minutes=30), daily, long_ago) == []
    assert overdue(db, after(1), daily, long_ago) == ["sweep_overdue"]
    assert overdue(db, after(1), CAMPAIGN, long_ago) == []  # planned by nobody
    one = Planned(campaign=daily, file="campaigns/a.toml", changed_at=long_ago)
    night(db, 1, state="unfinished")
    assert list(find_overdue_items(db, [one], after(2), lambda _: True)) == []  # it still runs
    assert overdue(db, after(2), daily, long_ago) == ["sweep_overdue"]
    night(db, 9_000, outcomes=WALL)  # by a clock that was wrong
    assert overdue(db, after(2), daily, long_ago) == ["sweep_overdue"]
    newest = find_campaign_sweeps(db, CAMPAIGN.name, after(2))[0]
    assert (newest.id, newest.state) == ("sw-夜巡 night-001", "unfinished")


@pytest.mark.parametrize(
    ("cron", "moment", "expected"),
    [
        ("30 2 * * *", "2026-03-29T12:00", "2026-03-29T01:00"),  # 2:30 is skipped; 3:00 is due
        ("30 2 * * *", "2026-10-25T12:00", "2026-10-25T00:30"),  # 2:30 comes twice; the first
        ("0 3 * * 1", "2026-11-04T12:00", "2026-11-02T02:00"),
        ("0 3 1 1 *", "2026-11-04T12:00", "2026-01-01T02:00"),
        ("*/5 * * * *", "2026-11-04T12:02", "2026-11-04T12:00"),
    ],
)
def test_the_last_due_time_goes_by_the_zone(cron: str, moment: str, expected: str) -> None:
    schedule = Schedule(cron=cron, zone="Europe/Berlin")
    due = find_last_due(schedule, datetime.fromisoformat(moment).replace(tzinfo=UTC))
    assert due == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def rises(db: Database, told_at: datetime, left_out: set[str] | None = None) -> list[DigestItem]:
    memory = Memory(newest="", floor=told_at, upto=0, at=told_at, told={})
    sweeps = find_campaign_sweeps(db, CAMPAIGN.name, after(300))
    return list(find_rise_items(db, sweeps, memory, left_out or set()))


def test_a_mark_that_rises_is_told_of_the_sweep_in_which_it_did(db: Database) -> None:
    for number in range(5):
        night(db, number, {"TM-1": 1, "TM-2": 2})
    steep = night(db, 5, {"TM-1": 15, "TM-2": 2})
    [item] = rises(db, after(4))
    assert item.facts["sweep"] == steep
    assert (item.facts["right_id"], item.facts["count"], item.facts["mean"]) == ("TM-1", 15, 1.0)
    assert rises(db, after(4), {"TM-1"}) == []
    night(db, 6, {"TM-1": 1})
    assert [one.facts["sweep"] for one in rises(db, after(4))] == [steep]
    assert rises(db, after(5)) == []
