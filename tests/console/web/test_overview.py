"""The overview: its figures are those that counting all records gives, in days of the zone."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from console.web.periods import parse_period
from console.web.routes.registry import precision_of
from crawler.accounts import Actor
from crawler.model import Judgement, JudgementKind, Sighting, TargetState
from crawler.store.database import open_store, timestamp, writing
from crawler.store.decisions import undo_judgement
from crawler.store.figures import (
    find_came,
    find_decided,
    find_decisions_by_right,
    find_decisions_by_sources,
    find_removals,
    find_waiting,
)
from crawler.store.figures_schema import NO_RECORDS
from crawler.store.hits import find_hit_url, record_hits, record_judgement
from crawler.store.listings import find_listings, record_sighting
from crawler.store.looks import StoredLook, Verdict, record_look
from crawler.store.right_facts import (
    RightFilter,
    count_right_ids,
    find_right_figures,
    find_right_ids,
)
from crawler.store.rights import record_rights
from crawler.store.schema import migrations
from crawler.workspace import Workspace, make_workspace
from tests.servers.console import an_account, signed_in
from tests.servers.filled import START, SWEEP, fill
from tests.servers.stored_hits import MARK

ALWAYS = (START - timedelta(days=9), START + timedelta(days=99))


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    workspace = make_workspace(tmp_path / "w")
    fill(workspace, 30)
    return workspace


def judge(db: Database, hit: str, decision: JudgementKind, at: datetime) -> None:
    [number] = db.execute("SELECT max(id) FROM hit_findings WHERE hit = ?", [hit]).fetchone()
    judgement = Judgement(
        id=f"j-{hit}-{timestamp(at)}",
        hit=hit,
        findings=number,
        decision=decision,
        by="wei",
        authenticated=False,
        reason="r",
        judged_at=at,
    )
    with writing(db):
        record_judgement(db, judgement)


def all_hits(db: Database) -> list[str]:
    return [row[0] for row in db.execute("SELECT id FROM hits ORDER BY id")]


def test_figures_follow_judgements_that_change(opened: Workspace) -> None:
    """Forty judgements at random, of thirty hits: the newest of each counts, the others do not."""
    chance, newest = random.Random(7), {}
    with opened.store() as db:
        ids = all_hits(db)
        for n in range(40):
            hit, decision = chance.choice(ids), chance.choice(get_args(JudgementKind))
            judge(db, hit, decision, at := START + timedelta(hours=n))
            newest[hit] = (decision, at)
        decided = find_decided(db, *ALWAYS)
        by_right = find_decisions_by_right(db, *ALWAYS)
        by_sources = find_decisions_by_sources(db, *ALWAYS)
        waiting = find_waiting(db)
        flagged = {r[0] for r in db.execute("SELECT hit FROM hit_findings WHERE flagged = 1")}
    expected = Counter(decision for decision, _ in newest.values())
    assert sum(n for _, _, n in decided) == len(newest)
    assert {(at, d) for at, d, _ in decided} == {(at, d) for d, at in newest.values()}
    for found in (by_right, by_sources):
        total = Counter[str]()
        for counts in found.values():
            total.update(counts)
        assert total == expected
    assert {*by_sources} == {"name", "name picture"}
    assert waiting.count == len(flagged - newest.keys())


def test_a_judgement_that_is_undone_counts_no_more(opened: Workspace) -> None:
    actor = Actor(name="wei", account=an_account(opened, "wei"))
    with opened.store() as db:
        [first, second] = all_hits(db)[:2]
        judge(db, first, "unrelated", START)
        judge(db, first, "infringing", START + timedelta(hours=3))
        judge(db, second, "infringing", START)
        before = find_waiting(db).count
        for hit in (first, second):
            [newest] = db.execute("SELECT max(id) FROM judgements WHERE hit = ?", [hit]).fetchone()
            undo_judgement(db, newest, actor, reason="a slip", at=START + timedelta(hours=5))
        assert find_decided(db, *ALWAYS) == [(START, "unrelated", 1)]
        counts = find_decisions_by_right(db, *ALWAYS).values()
        assert [*counts] == [{"unrelated": 1}]
        assert find_waiting(db).count == before + 1


def test_a_hit_that_ends_waits_no_more(opened: Workspace) -> None:
    with opened.store() as db:
        before = find_waiting(db).count
        [hit] = all_hits(db)[:1]
        [listing] = find_listings(db, name=find_hit_url(db, hit))
        sighting = Sighting(
            id="s-later",
            listing=listing.id,
            sweep=SWEEP,
            seen_at=START + timedelta(days=1),
            record=listing.listing,
        )
        with writing(db):
            record_sighting(db, sighting)
            record_hits(db, sighting, [], {"TM-0001", "WK-0001"})
        assert find_waiting(db).count == before - 1
        [[_, hits, flagged]] = find_came(db, *ALWAYS)
        assert (hits, flagged) == (30, 30)  # it came in all the same
        sources = db.execute("SELECT sources FROM hit_states WHERE hit = ?", [hit]).fetchone()[0]
        assert sources.startswith("name")


def test_an_older_workspace_is_counted_when_it_is_opened(opened: Workspace) -> None:
    with opened.store() as db:
        for n, hit in enumerate(all_hits(db)[:9]):
            judge(db, hit, "infringing" if n % 2 else "unsure", START + timedelta(hours=n))
        with writing(db):  # matched anew, with a registry that finds less
            db.execute(
                "INSERT INTO hit_findings (hit, sighting, right_version, record, score, flagged)"
                " SELECT hit, sighting, right_version, record, iif(id % 3, 0.2, 0), 0"
                " FROM hit_findings WHERE id <= 8"
            )
        kept = [table for table in NO_RECORDS if table != "sweep_reports"]
        before = {table: [*db.query(f"SELECT * FROM {table}")] for table in kept}
        for trigger in db.triggers:
            if "_refuses_" not in trigger.name and trigger.name.startswith(("hit_s", "site_")):
                db.execute(f"DROP TRIGGER {trigger.name}")
        for table in (*NO_RECORDS, "console_stops", "console_starts"):
            db.execute(f"DROP TABLE {table}")
        db.execute("DROP INDEX sweeps_by_start")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0012_console_sweeps'")
    with_all = open_store(opened.database)
    after = {table: [*with_all.query(f"SELECT * FROM {table}")] for table in kept}
    assert not migrations.pending(with_all)
    with_all.close()

    def filled(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in rows if row.get("n", 1)]

    assert {t: filled(rows) for t, rows in after.items()} == {
        t: filled(rows) for t, rows in before.items()
    }
    assert len(after["hit_states"]) == 30


# -- days ------------------------------------------------------------------------------

BEIJING = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("query", "first", "last", "wrong"),
    [
        ({}, "2026-11-01", "2026-11-30", False),
        ({"days": "7"}, "2026-11-24", "2026-11-30", False),
        ({"days": "1"}, "2026-11-30", "2026-11-30", False),
        ({"from": "2026-01-01", "to": "2026-02-01"}, "2026-01-01", "2026-02-01", False),
        ({"from": "2026-11-20"}, "2026-11-20", "2026-11-30", False),
        ({"to": "2026-10-30"}, "2026-10-01", "2026-10-30", False),
        ({"days": "0"}, "2026-11-01", "2026-11-30", True),
        ({"days": "99999999999"}, "2026-11-01", "2026-11-30", True),
        ({"days": "x"}, "2026-11-01", "2026-11-30", True),
        ({"days": "²"}, "2026-11-01", "2026-11-30", True),
        ({"from": "2026-02-30"}, "2026-11-01", "2026-11-30", True),
        ({"from": "2026-02-02", "to": "2026-02-01"}, "2026-11-01", "2026-11-30", True),
        ({"from": "1026-02-02", "to": "2026-02-01"}, "2026-11-01", "2026-11-30", True),
        ({"to": "0001-01-01"}, "2026-11-01", "2026-11-30", True),
    ],
)
def test_days_that_are_asked_for(query: dict[str, str], first: str, last: str, wrong: bool) -> None:
    period = parse_period(query, TODAY, BEIJING)
    assert (str(period.first), str(period.last), period.wrong) == (first, last, wrong)


def test_days_are_those_of_the_zone() -> None:
    period = parse_period({"days": "2"}, TODAY, BEIJING)
    assert period.since.astimezone(UTC) == datetime(2026, 11, 28, 16, tzinfo=UTC)
    assert period.until.astimezone(UTC) == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert period.place(datetime(2026, 11, 29, 15, 59, tzinfo=UTC)) == 0
    assert period.place(datetime(2026, 11, 29, 16, 0, tzinfo=UTC)) == 1
    assert len(parse_period({"days": "365"}, TODAY, BEIJING).starts) == 53


def test_a_share_has_its_interval() -> None:
    assert precision_of(0, 0).share is None
    assert precision_of(0, 0).interval is None
    low, high = precision_of(81, 263).interval or (0, 0)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)  # Newcombe 1998, table I


# -- removals --------------------------------------------------------------------------

SENT = START + timedelta(days=1)


def send(db: Database, notice: str, hits: list[str], at: datetime, *events: str) -> list[str]:
    """Put a notice of these hits into the store as one that was sent; return their addresses."""
    for hit in hits:
        db.execute("INSERT INTO notice_hits VALUES (?, ?, ?)", [notice, hit, f"j-{hit}"])
    for event in events:
        db.execute(
            "INSERT INTO notice_events (notice, event, record, by, at, entry)"
            " VALUES (?, ?, '{}', 'wei', ?, 1)",
            [notice, event, timestamp(at)],
        )
    urls = (db.execute("SELECT url FROM hits WHERE id = ?", [hit]).fetchone() for hit in hits)
    return [row[0] for row in urls]


def look(db: Database, notice: str, url: str, verdict: Verdict, hours: float) -> None:
    states = {
        "gone": TargetState.GONE,
        "gone once": TargetState.GONE,
        "unknown": TargetState.FAILED,
    }
    stored = StoredLook(
        notice=notice,
        url=url,
        state=states.get(verdict, TargetState.SEEN),
        kind=None,
        reason=None,
        verdict=verdict,
        sweep=SWEEP,
        sighting=None,
        at=SENT + timedelta(hours=hours),
    )
    with writing(db):
        record_look(db, stored)


LOOKS: list[tuple[list[tuple[Verdict, float]], str, float | None]] = [
    ([], "not looked", None),
    ([("unknown", 20)], "unknown", None),
    ([("up", 20)], "up", None),
    ([("up", 20), ("gone once", 50)], "gone once", None),
    ([("up", 20), ("gone once", 50), ("unknown", 60), ("gone", 70)], "gone", 50),
    ([("gone once", 5), ("up", 6), ("gone once", 50), ("gone", 70)], "gone", 50),
    ([("gone once", 5), ("gone", 30), ("back", 60)], "back", None),
    ([("gone once", 5), ("gone", 30), ("unknown", 60)], "gone", 5),
    ([("changed", 5)], "changed", None),
]
"""Looks at a listing (verdict, hours after sending), what became of it, hours until it was gone."""


def test_not_seen_is_never_removed(opened: Workspace) -> None:
    with opened.store() as db:
        for trigger in db.triggers:  # what forbids a sent notice that nobody drafted and approved
            if trigger.table in ("notice_events", "notice_hits", "notices"):
                db.execute(f"DROP TRIGGER {trigger.name}")
        db.execute("PRAGMA foreign_keys = OFF")
        hits = all_hits(db)
        urls = send(db, "N-1", hits[: len(LOOKS)], SENT, "sending", "sent")
        send(db, "N-2", hits[10:12], SENT, "sending", "sent", "withdrawn")
        send(db, "N-3", hits[12:14], SENT, "sending", "uncertain", "failed")
        send(db, "N-4", hits[14:15], SENT, "sending", "uncertain")
        send(db, "N-5", hits[15:16], SENT - timedelta(days=5), "sending", "sent")
        for url, (looks, _, _) in zip(urls, LOOKS, strict=True):
            for verdict, hours in looks:
                look(db, "N-1", url, verdict, hours)
        found = find_removals(db, SENT - timedelta(hours=1), SENT + timedelta(hours=1))
        named = find_removals(db, *ALWAYS)
    became = sorted((r.became, r.gone_at and r.gone_at - SENT) for r in found if r.notice == "N-1")
    expected = [(b, None if h is None else timedelta(hours=h)) for _, b, h in LOOKS]
    assert became == sorted(expected, key=lambda one: (one[0], one[1] or timedelta()))
    assert {r.notice for r in found} == {"N-1", "N-4"}
    assert {r.notice for r in named} == {"N-1", "N-4", "N-5"}
    day = f"{SENT:%Y-%m-%d}"
    with signed_in(opened) as client:
        page = client.get(f"/overview?from={day}&to={day}").text
    assert "10 listings of 2 notices" in page
    assert "3 of 10 listings" in page
    assert "<b>2.1 days</b>median" in page


def test_every_number_of_a_chart_stands_in_its_table(opened: Workspace) -> None:
    with opened.store() as db:
        for hit, decision in zip(all_hits(db), ["infringing"] * 3 + ["unrelated"], strict=False):
            judge(db, hit, decision, START)  # type: ignore[arg-type] # decisions
    for language, words in (("en", "New hits"), ("zh", "新增命中")):
        with signed_in(opened, language=language) as client:  # type: ignore[arg-type] # a language
            page = client.get("/overview?from=2026-11-19&to=2026-11-21").text
        assert words in page
        assert page.count("<svg viewBox") >= 3
        row = page.partition('<th scope="row">11-20</th>')[2].partition("</tr>")[0]
        assert row == '<td class="count">30</td><td class="count">0</td>'
        assert "<b>75 %</b>" in page
        assert "30 to 95 %" in page or language == "zh"
        assert "style=" not in page


def test_an_empty_workspace_has_an_overview(tmp_path: Path) -> None:
    with signed_in(make_workspace(tmp_path / "w"), role="auditor") as client:
        for query in ("", "?days=365", "?days=-1", "?from=x"):
            answer = client.get(f"/overview{query}")
            assert answer.status_code == 200
        assert "Expected two days" in answer.text


def test_rights_with_most_hits_come_first_page_by_page(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    rights = [replace(MARK, id=f"TM-{n}", name=f"Mark {n}") for n in range(7)]
    fill(workspace, 53, rights=rights)
    with workspace.store() as db:
        record_rights(db, [(replace(MARK, id="TM-9"), {})], source="r", at=START)
        wanted, found, after = RightFilter(order="hits"), [], ""
        while ids := find_right_ids(db, wanted, on=TODAY, after=after, limit=2):
            found += ids
            after = ids[-1]
        counts = [figures.hits for _, figures in sorted(find_right_figures(db, found).items())]
        number = count_right_ids(db, wanted, on=TODAY)
    of = dict(zip(sorted(found), counts, strict=True))
    assert found == sorted(of, key=lambda right: (-of[right], right))
    assert len(found) == number == 7
    assert sum(counts) == 53
