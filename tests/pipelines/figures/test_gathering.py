"""A month's report: every number is the count of its records, parts add up, undone counts not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from sqlite_utils import Database

from crawler.errors import InputError
from crawler.model import Hit, Right, Sighting, hit_id, stable_id
from crawler.store.database import writing
from crawler.store.hits import record_hits
from crawler.store.listings import record_sighting
from crawler.store.period_records import COLUMNS, Population, Records, find_records
from crawler.store.period_tables import opened_period
from crawler.store.rights import record_rights
from crawler.workspace import Workspace, make_workspace
from pipelines.figures.gathering import FATES, evaluated, gathered
from pipelines.figures.numbers import Number, Report
from pipelines.figures.period import all_time, parse_period
from pipelines.takedown.became import find_outcomes
from tests.servers.filled import fill
from tests.servers.month import START, live_a_month
from tests.servers.nightly import after, night, see
from tests.servers.stored_hits import MARK, NAME, a_listing

NOVEMBER = parse_period("2026-11-01", "2026-11-30", "Asia/Shanghai")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = make_workspace(tmp_path_factory.mktemp("month") / "w")
    live_a_month(workspace, nights=23, listings=4)
    return workspace


@pytest.fixture(scope="module")
def open_month(lived: Workspace) -> Iterator[tuple[Database, Report]]:
    with gathered(lived, NOVEMBER) as opened:
        yield opened


@pytest.fixture(scope="module")
def report(open_month: tuple[Database, Report]) -> Report:
    return open_month[1]


@pytest.fixture(scope="module")
def numbers(report: Report) -> Mapping[str, Number]:
    return {number.id: number for number in report.numbers()}


def test_every_number_is_followed_to_as_many_records(open_month: tuple[Database, Report]) -> None:
    db, report = open_month
    followed = 0
    for number in report.numbers():
        found = [*find_records(db, number.records)]
        assert len(found) == number.count, number.id
        assert len({(one.id, one.parent) for one in found}) == len(found), number.id
        if number.unit == "count" and not number.estimated:
            assert number.value == number.count, number.id
        if number.of is not None:
            whole = [*find_records(db, number.of)]
            assert len(whole) == number.total, number.id
            assert {*found} <= {*whole}, number.id
        if number.unit == "share" and not number.estimated and number.total:
            assert number.value == number.count / number.total, number.id
        followed += 1
    assert followed > 400


def test_records_lie_in_the_period(open_month: tuple[Database, Report]) -> None:
    db, report = open_month
    for number in report.numbers():
        for found in find_records(db, number.records):
            assert NOVEMBER.since <= found.at < NOVEMBER.until, number.id


def test_parts_add_up(report: Report) -> None:
    """Every column of a table by part is the sum of its rows, those not known among them."""
    summed = 0
    for section in report.sections:
        for table in section.tables:
            if table.total is None:
                continue
            for at, whole in enumerate(table.total.numbers):
                rows = [row.numbers[at].count for row in table.rows]
                assert sum(rows) == whole.count, (table.key, whole.id)
                summed += 1
    assert summed > 50


def test_parts_of_a_whole_are_the_whole(numbers: Mapping[str, Number]) -> None:
    for whole, parts in (
        ("sweeps.run", "sweeps.finished sweeps.stopped sweeps.failed sweeps.unfinished"),
        ("notices.sent", " ".join(f"notices.{fate}" for fate in FATES)),
        ("judged.hits", "judged.infringing judged.licensed judged.unrelated judged.unsure"),
    ):
        assert sum(numbers[part].count for part in parts.split()) == numbers[whole].count > 0
    assert sum(n.count for i, n in numbers.items() if i.startswith("targets.")) == (
        2 * numbers["targets.all"].count
    )


def test_what_is_not_known_has_a_row(numbers: Mapping[str, Number]) -> None:
    """The work of the sample has no territory."""
    assert numbers["hits.found@territory="].count > 0
    assert numbers["hits.found@territory=CN EU"].count > 0


def test_sellers_that_share_a_contact_are_one_network(report: Report) -> None:
    [table] = [t for s in report.sections for t in s.tables if t.key == "by_network"]
    assert any(re.search(r" \+7 · se-[0-9a-f]{16}$", row.label) for row in table.rows)
    assert all(row.key in row.label for row in table.rows if not row.rest)


def test_undone_judgements_count_nowhere(
    open_month: tuple[Database, Report], numbers: Mapping[str, Number]
) -> None:
    db, _ = open_month
    undone = {row[0] for row in db.execute("SELECT judgement FROM undone_judgements")}
    judged = {found.id for found in find_records(db, numbers["judged.hits"].records)}
    assert len(undone) == numbers["judged.undone"].count > 0
    assert not undone & judged


def test_judgements_are_those_that_stand(
    open_month: tuple[Database, Report], numbers: Mapping[str, Number]
) -> None:
    """Counted in plain Python from the records themselves."""
    db, _ = open_month
    newest = dict(
        db.execute("SELECT hit, decision FROM standing_judgements ORDER BY number").fetchall()
    )
    counts = Counter(newest.values())
    for decision, count in counts.items():
        assert numbers[f"judged.{decision}"].count == count


def test_listings_became_what_their_cases_say(
    open_month: tuple[Database, Report], numbers: Mapping[str, Number]
) -> None:
    """Removed after the notice, gone before, blocked and back are kept apart."""
    db, _ = open_month
    cases: dict[str, set[str]] = {}
    for case, url in db.execute(
        "SELECT c.case_id, h.url FROM case_hits c JOIN hits h ON h.id = c.hit"
    ).fetchall():
        cases.setdefault(case, set()).add(url)
    states = Counter(
        outcome.state
        for case, urls in cases.items()
        for outcome in find_outcomes(
            db, case, urls, apart=timedelta(hours=12), known=NOVEMBER.known
        ).values()
    )
    assert {"removed", "blocked", "noticed"} <= {*states}
    for state, count in states.items():
        assert numbers[f"noticed.{state}"].count == count
    assert numbers["noticed.hours_median"].count == states["removed"]


def test_a_period_knows_nothing_of_what_came_later(lived: Workspace) -> None:
    """The report on two weeks stays as it is, and one as of later knows more."""
    with gathered(lived, parse_period("2026-11-01", "2026-11-14", "UTC")) as (_, then):
        early = {number.id: number.value for number in then.numbers()}
    later = parse_period("2026-11-01", "2026-11-14", "UTC", "2026-11-30")
    with gathered(lived, later) as (_, now):
        late = {number.id: number.value for number in now.numbers()}
    assert early["noticed.listings"] == late["noticed.listings"]
    assert (early["noticed.removed"] or 0) < (late["noticed.removed"] or 0)
    assert (early["notices.open"] or 0) > (late["notices.open"] or 0)


def test_two_halves_are_the_whole(lived: Workspace, numbers: Mapping[str, Number]) -> None:
    """What happens at one moment is of one period: the days are half open."""
    halves = Counter[str]()
    for days in (("2026-11-01", "2026-11-15"), ("2026-11-16", "2026-11-30")):
        with gathered(lived, parse_period(*days, "Asia/Shanghai")) as (_, half):
            for number in half.numbers():
                halves[number.id] += number.count
    for name in ("sweeps.run", "targets.all", "hits.found", "notices.sent", "relistings.found"):
        assert halves[name] == numbers[name].count > 0


def test_nothing_of_the_workspace_is_changed(lived: Workspace) -> None:
    with lived.store() as db:
        before = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        changes = db.conn.total_changes
    with gathered(lived, NOVEMBER) as (db, _):
        assert db.execute("SELECT count(*) FROM main.sqlite_master").fetchone() == before
    assert changes >= 0
    with lived.store() as db:
        assert list(db.query("SELECT name FROM temp.sqlite_master")) == []


def test_a_copy_that_is_only_read_has_a_report(lived: Workspace) -> None:
    """As of a workspace on a read-only disk, of which a copy is read."""
    with lived.store() as db:
        db.execute("PRAGMA query_only = ON")
        times = (NOVEMBER.since, NOVEMBER.until, NOVEMBER.known)
        with opened_period(db, *times, NOVEMBER.place):
            assert [*find_records(db, Records(population="hits"))]
        assert db.execute("PRAGMA query_only").fetchone() == (1,)


def test_an_empty_workspace_has_a_report(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    with gathered(workspace, NOVEMBER) as (db, report):
        for number in report.numbers():
            assert [*find_records(db, number.records)] == []
            assert number.value in (0, None), number.id
    with evaluated(workspace, all_time("UTC")) as (_, report):
        assert {number.value for number in report.numbers()} == {0, None}
        missed = [n for n in report.numbers() if n.id.startswith("missed.") and n.estimated]
    assert len(missed) == 4
    assert {(n.value, n.interval, n.base) for n in missed} == {(None, None, None)}  # not nothing


def test_many_parts_share_a_row(tmp_path: Path) -> None:
    """Of thirty rights nineteen have a row, and the others one that can be followed as well."""
    rights = [Right(id=f"TM-{n:02d}", kind="trademark", name=f"n{n}", images=("a.png",))
              for n in range(30)]  # fmt: skip
    workspace = make_workspace(tmp_path / "w")
    with workspace.store() as db, writing(db):
        record_rights(db, [(right, {}) for right in rights], source="r", at=START)
    fill(workspace, 60, rights=rights, sellers=("one",))
    with gathered(workspace, NOVEMBER) as (db, report):
        [table] = [t for s in report.sections for t in s.tables if t.key == "by_right_id"]
        assert [row.rest for row in table.rows] == [False] * 19 + [True]
        rest = table.rows[-1].numbers[0]
        assert rest.count == len([*find_records(db, rest.records)]) == 22
        assert rest.id == "hits.found@right_id!rest"


def test_tips_are_counted_where_they_are_taken_in(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    rows = (
        ("t1", "trademark", None, None),
        ("t2", "trademark", "t1", None),
        ("t3", "patent", None, "no_address"),
    )
    with workspace.store() as db:  # of its columns only those that are counted
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("DROP TABLE IF EXISTS tips")
        db.execute("CREATE TABLE tips (id, url, kind, duplicate_of, refused, at)")
        for name, kind, of, refused in rows:
            db.execute(
                "INSERT INTO tips VALUES (?, 'https://a.example/', ?, ?, ?,"
                " '2026-11-05T00:00:00.000000Z')",
                [name, kind, of, refused],
            )
        db.conn.commit()
    with gathered(workspace, NOVEMBER) as (_, report):
        counts = {number.id: number.count for number in report.numbers()}
    assert counts["tips.received"] == 3
    assert counts["tips.received@tip_kind=trademark"] == 2
    assert counts["tips.received@state=refused"] == counts["tips.received@state=duplicate"] == 1


def test_inspections_by_lot_count_by_their_newest_report(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    day = "2026-11-0{}T00:00:00.000000Z"
    reports = (
        ("a", "wei", "doubtful", 3),
        ("a", "wei", "in_order", 4),
        ("b", "mei", "in_order", 4),
    )
    with workspace.store() as db:  # of their columns only those that are counted
        db.execute("PRAGMA foreign_keys = OFF")
        for table, columns in (
            ("draws", "id, at"),
            ("drawn", "draw, target, inspector"),
            ("inspections", "id INTEGER PRIMARY KEY, draw, target, inspector, outcome, at"),
        ):
            db.execute(f"DROP TABLE IF EXISTS {table}")
            db.execute(f"CREATE TABLE {table} ({columns})")
        db.execute("INSERT INTO draws VALUES ('d-1', ?)", [day.format(2)])
        for target, inspector in (("a", "wei"), ("a", "mei"), ("b", "mei")):
            db.execute("INSERT INTO drawn VALUES ('d-1', ?, ?)", [target, inspector])
        for target, inspector, outcome, at in reports:
            db.execute(
                "INSERT INTO inspections (draw, target, inspector, outcome, at)"
                " VALUES ('d-1', ?, ?, ?, ?)",
                [target, inspector, outcome, day.format(at)],
            )
        db.conn.commit()
    with gathered(workspace, NOVEMBER) as (_, report):
        counts = {number.id: number.count for number in report.numbers()}
    assert (counts["lots.drawn"], counts["lots.reported"]) == (3, 2)
    assert (counts["lots.in_order"], counts["lots.doubtful"]) == (2, 0)


# -- periods and records ---------------------------------------------------------------


def test_days_are_those_of_the_zone() -> None:
    assert NOVEMBER.since == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert NOVEMBER.until == datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert NOVEMBER.place(datetime(2026, 11, 1, 17, tzinfo=UTC)) == "2026-11-02"
    year = parse_period("2026-01-01", "2026-12-31", "Europe/Berlin")
    assert (year.days, len(year.places)) == (365, 53)
    assert year.place(datetime(2026, 3, 29, 23, 30, tzinfo=UTC)) in year.places
    decade = parse_period("2017-02-03", "2026-12-31", "UTC")
    assert decade.places[:2] == ["2017-02-03", "2017-03-01"]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (("2026-11-31", "2026-12-01", "UTC", None), "--from"),
        (("2026-11-02", "x", "UTC", None), "--to"),
        (("2026-11-02", "2026-11-01", "UTC", None), "on or after --from"),
        (("2026-11-01", "2026-11-02", "UTC", "2026-11-01"), "on or after --to"),
        (("2026-11-01", "2026-11-02", "Mars/Olympus", None), "IANA"),
        (("1990-11-01", "2026-11-02", "UTC", None), "ten years"),
        (("0001-01-01", "2026-11-02", "UTC", None), "from 1970"),
    ],
)
def test_what_is_no_period_is_refused(days: tuple[str, str, str, str | None], words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse_period(*days)


def test_only_known_columns_choose_records() -> None:
    assert {*COLUMNS} == {*get_args(Population)}
    with pytest.raises(ValueError, match="not chosen by"):
        Records(population="hits").where("1 OR 1", 1)
    with pytest.raises(ValueError, match="no table"):
        Records(population="judgements")  # type: ignore[arg-type] # is refused


def counts_of(workspace: Workspace, first: str, last: str) -> dict[str, object]:
    with gathered(workspace, parse_period(first, last, "UTC")) as (_, report):
        return {n.id: (n.value, n.count, n.total, n.interval) for n in report.numbers()}


def test_a_month_that_is_over_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hits that are flagged, or end, or are found by a rematch, later on change nothing of it."""
    workspace = make_workspace(tmp_path / "w")
    with workspace.store() as db:
        sweep = night(db, 0)
        for path, score in (("p/1", 0.4), ("p/2", 0.6), ("p/3", 0.7)):
            see(db, sweep, path, after(0), score=score)
        see(db, sweep, "p/4", after(0), right="TM-OLD")
    november = counts_of(workspace, "2026-11-01", "2026-11-30")
    assert [november[f"hits.{name}"][:2] for name in ("found", "flagged")] == [(4, 4), (3, 3)]  # type: ignore[index]
    monkeypatch.setattr("crawler.store.hits.now", lambda: after(41))
    with workspace.store() as db:
        later = night(db, 40)
        see(db, later, "p/1", after(40), score=0.9)
        see(db, later, "p/2", after(40), score=0.2)
        listing = a_listing(url="https://shop.example/p/3", site="shop.example")
        sighting = Sighting(
            id="s-9", listing=listing.id, sweep=later, seen_at=after(40), record=listing
        )
        old = Sighting(
            id=stable_id("s", sweep, "https://shop.example/p/4"), listing="", sweep=sweep,
            seen_at=after(0), record=replace(listing, url="https://shop.example/p/4"),
        )  # fmt: skip
        new = replace(MARK, id="TM-NEW", images=())
        record_rights(db, [(new, {})], source="rights.jsonl", at=after(41))
        url = old.record.url
        hit = Hit(
            id=hit_id("listing", url, "TM-NEW"), target="listing", listing=url, right="TM-NEW",
            score=0.9, flagged=True, findings=(NAME,),
        )  # fmt: skip
        with writing(db):
            record_sighting(db, sighting)
            record_hits(db, sighting, [], {"TM-0001"})
            record_hits(db, old, [hit], {"TM-NEW"}, rematched=[hit.id])
    assert counts_of(workspace, "2026-11-01", "2026-11-30") == november
    december = parse_period("2026-12-01", "2026-12-31", "UTC")
    with gathered(workspace, december) as (db, report):
        [found] = [n for n in report.numbers() if n.id == "hits.found"]
        assert [(r.id, r.at) for r in find_records(db, found.records)] == [(hit.id, after(41))]
