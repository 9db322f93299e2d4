from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from crawler.campaign import Campaign
from crawler.frontier import HEADS, Frontier
from crawler.store.database import open_store, writing
from crawler.store.frontier import (
    StoredRows,
    count_rows,
    find_last_number,
    record_frontier,
    record_rest,
    reopen_frontier,
)
from crawler.store.sweeps import find_site_outcomes, record_sweep

AT = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
SWEEP = "w-1"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_store(tmp_path / "markhound.db")
    record_sweep(db, SWEEP, Campaign(name="n", seeds=("https://a.example/",)), AT)
    yield db
    db.close()


def on_disk(db: Database, *, ahead: int = 2, active_sites: int = 400) -> Frontier:
    frontier = Frontier(
        StoredRows(db, SWEEP),
        ahead=ahead,
        active_sites=active_sites,
        first_number=find_last_number(db, SWEEP) + 1,
    )
    frontier.restore(count_rows(db, SWEEP))

    def flush() -> None:
        with writing(db):
            record_frontier(db, SWEEP, frontier.changes)
        frontier.written()

    frontier.flush = flush
    return frontier


def drain(frontier: Frontier) -> list[str]:
    """Fetch everything, one after the other."""
    order = []
    while row := frontier.pop():
        order.append(row.target)
        frontier.end(row.target)
    assert not frontier.has_next
    return order


def test_higher_priority_first_then_as_found(db: Database) -> None:
    frontier = on_disk(db)
    for number in range(50):
        frontier.add("a.example", f"low {number}", priority=1)
        frontier.add("a.example", f"high {number}", priority=2)
    expected = [f"high {n}" for n in range(50)] + [f"low {n}" for n in range(50)]
    assert drain(frontier) == expected


def test_a_site_is_not_handed_out_more_than_may_be_under_way(db: Database) -> None:
    frontier = on_disk(db, ahead=2)
    for number in range(5):
        frontier.add("a.example", f"{number}")
    first = frontier.pop()
    assert first is not None
    assert frontier.pop() is not None
    assert frontier.pop() is None
    assert frontier.has_next
    frontier.fetched(first.target)
    assert frontier.pop() is not None
    frontier.fetching(first.target)
    frontier.fetched("1")
    assert frontier.pop() is None


def test_sites_take_turns_and_only_so_many_are_worked_on(db: Database) -> None:
    frontier = on_disk(db, ahead=1, active_sites=2)
    for site in ("a.example", "b.example", "c.example"):
        for number in range(2):
            frontier.add(site, f"{site} {number}")
    a, b = frontier.pop(), frontier.pop()
    assert (a and a.site, b and b.site) == ("a.example", "b.example")
    assert frontier.pop() is None
    frontier.end("a.example 0")
    assert (row := frontier.pop())
    assert row.target == "a.example 1"
    frontier.end("a.example 1")
    assert (row := frontier.pop())
    assert row.target == "c.example 0"


def test_what_waits_or_was_under_way_is_there_after_a_kill(db: Database) -> None:
    frontier = on_disk(db)
    for number in range(30):
        frontier.add("a.example", f"{number}", request=f'{{"depth":{number}}}')
    done, under_way = frontier.pop(), frontier.pop()
    assert done is not None
    assert under_way is not None
    frontier.end(done.target)
    frontier.flush()
    after = on_disk(db)
    assert after.total == 29
    row = after.pop()
    assert row is not None
    assert row == under_way
    after.end(row.target)
    after.add("a.example", "new")
    assert drain(after) == [*(f"{n}" for n in range(2, 30)), "new"]


def test_what_is_left_is_told_with_its_reason_until_it_goes_on(db: Database) -> None:
    frontier = on_disk(db)
    for number in range(20):
        frontier.add("a.example", f"a{number}")
        frontier.add("b.example", f"b{number}")
    row = frontier.pop()
    assert row is not None
    frontier.leave("a.example", "over budget")
    frontier.put_back(row.target)
    frontier.add("a.example", "later")
    assert {r.site for _ in range(5) if (r := frontier.pop())} == {"b.example"}
    frontier.tell_left()
    frontier.flush()
    with writing(db):
        record_rest(db, SWEEP, "stopped")
    told = {site.site: dict(site.reasons) for site in find_site_outcomes(db, SWEEP)}
    assert told == {
        "a.example": {"not_reached: over budget": 21},
        "b.example": {"not_reached: stopped": 20},
    }
    with writing(db):
        reopen_frontier(db, SWEEP)
    assert len(drain(on_disk(db))) == 41


def test_a_late_target_waits_for_what_may_make_it_needless(db: Database) -> None:
    frontier = on_disk(db, ahead=3)
    for name, priority in (("catalogue", 100), ("late", -10), ("later", -10)):
        frontier.add("a", f"http://a/{name}", priority)
    catalogue = frontier.pop()
    assert catalogue is not None
    assert (catalogue.target, frontier.pop()) == ("http://a/catalogue", None)
    frontier.fetched(catalogue.target)
    assert frontier.pop() is None, "it was fetched, but is not read yet"
    frontier.drop("a", "http://a/late")
    frontier.end(catalogue.target)
    assert drain(frontier) == ["http://a/later"]


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("place", [0, HEADS + 3])
def test_a_target_read_elsewhere_is_not_handed_out(
    db: Database, place: int, *, written: bool
) -> None:
    frontier = on_disk(db)
    for number in range(20):
        frontier.add("a.example", f"{number}")
    if written:
        frontier.flush()
    assert frontier.waits("a.example", f"{place}")
    frontier.drop("a.example", f"{place}")
    assert not frontier.waits("a.example", f"{place}")
    assert f"{place}" not in drain(frontier)
    frontier.flush()
    assert count_rows(db, SWEEP) == {"a.example": 1}  # until what was read elsewhere is recorded
    assert on_disk(db).total == 1
    frontier.forget(f"{place}")
    frontier.flush()
    assert count_rows(db, SWEEP) == {}


def test_a_site_that_is_left_does_not_keep_its_place(db: Database) -> None:
    frontier = on_disk(db, ahead=1, active_sites=1)
    frontier.add("a.example", "a0")
    row = frontier.pop()
    assert row is not None
    frontier.fetched("a0")
    frontier.add("a.example", "a1")
    frontier.fetching("a0")
    frontier.leave("a.example", "over budget")
    frontier.put_back("a0")
    frontier.add("b.example", "b0")
    assert (row := frontier.pop())
    assert row.target == "b0"


def test_a_store_that_is_locked_holds_nothing_up(db: Database) -> None:
    frontier = on_disk(db)
    flush, frontier.flush = frontier.flush, lambda: None
    for number in range(40):
        frontier.add("a.example", f"{number}")
    assert drain(frontier) == [f"{n}" for n in range(40)]
    flush()
    assert count_rows(db, SWEEP) == {}


Step = tuple[str, int]
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 3)),
        st.tuples(st.sampled_from(["pop", "end", "flush", "kill", "drop"]), st.just(0)),
    ),
    max_size=120,
)


@settings(max_examples=60, deadline=None)
@given(steps=steps, sites=st.integers(1, 3))
def test_nothing_is_lost_or_handed_out_twice_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Step], sites: int
) -> None:
    db = open_store(tmp_path_factory.mktemp("frontier") / "markhound.db")
    record_sweep(db, SWEEP, Campaign(name="n", seeds=("https://a.example/",)), AT)
    frontier = on_disk(db, ahead=3)
    site_of: dict[str, str] = {}
    to_come: set[str] = set()
    out: list[str] = []
    for action, value in steps:
        if action == "add":
            target = f"t{len(site_of)}"
            site_of[target] = f"s{len(site_of) % sites}.example"
            to_come.add(target)
            frontier.add(site_of[target], target, priority=value)
        elif action == "pop" and (row := frontier.pop()):
            assert row.target in to_come
            assert row.target not in out
            out.append(row.target)
        elif action == "end" and out:
            to_come.remove(target := out.pop(0))
            assert frontier.end(target)
        elif action == "drop":
            waiting = [t for t in site_of if frontier.waits(site_of[t], t)]
            assert {*waiting} == to_come - {*out}
            if waiting:
                to_come.remove(waiting[-1])
                frontier.drop(site_of[waiting[-1]], waiting[-1])
                frontier.forget(waiting[-1])
        elif action == "flush":
            frontier.flush()
            assert waiting_on_disk(db) == to_come
        elif action == "kill":
            to_come, out = waiting_on_disk(db), []
            frontier = on_disk(db, ahead=3)
        assert frontier.total == len(to_come)
    for target in out:
        frontier.end(target)
    assert {*drain(frontier)} == to_come - {*out}
    frontier.flush()
    assert waiting_on_disk(db) == set()
    db.close()


def waiting_on_disk(db: Database) -> set[str]:
    return {url for (url,) in db.execute("SELECT url FROM frontier")}


@pytest.mark.parametrize("count", [3, 3 * HEADS])
def test_what_is_moved_up_comes_first_and_once(db: Database, count: int) -> None:
    frontier = on_disk(db)
    for number in range(count):
        frontier.add("a.example", f"/{number}", 30, '{"depth":1}')
    out = frontier.pop()
    assert out is not None
    last = [f"/{count - 1}", f"/{count - 2}"]
    frontier.move_up("a.example", ["/0", *last, "/never"], 35)
    frontier.end(out.target)
    assert frontier.total == count - 1
    rest = [f"/{number}" for number in range(1, count - 2)]
    assert drain(frontier) == [*last, *rest]
    frontier.flush()
    assert (frontier.total, count_rows(db, SWEEP)) == (0, {})
