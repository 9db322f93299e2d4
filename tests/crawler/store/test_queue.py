"""The queue follows from the records: kept up to date it is what it would be when made anew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from crawler.accounts import Account
from crawler.model import (
    TargetKind,
    hit_id,
)
from crawler.risk import Risk, reach_factor, repeat_factor
from crawler.store.accounts import record_account
from crawler.store.database import open_store, writing
from crawler.store.queue import (
    Filter,
    find_groups,
    take_next_group,
)
from crawler.store.queue_rows import rebuild_queue, refresh_queue
from crawler.store.queue_views import drop_view, find_place, find_views, keep_place, record_view
from crawler.workspace import make_workspace
from tests.servers.filled import fill
from tests.servers.queue_nights import AT, Nights
from tests.servers.queues import DERIVED, check_derived, derived_rows
from tests.servers.stored_hits import MARK, WORK


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("queue") / "a.db"
    open_store(path).close()
    return path


def test_a_page_that_became_a_listing_is_one_hit(template: Path, tmp_path: Path) -> None:
    db = open_store(Path(shutil.copy(template, tmp_path)))
    nights = Nights(db)
    found = {MARK.id: (0.9, False)}
    targets: tuple[TargetKind, ...] = ("page", "listing", "page")
    for target in targets:
        nights.see(1, "a", found, target)
        states = dict(db.execute("SELECT target, state FROM queue"))
        assert states.pop(target) != "ended"
        assert set(states.values()) <= {"ended"}
    check_derived(db)
    db.close()


SEEN = st.tuples(
    st.just("see"),
    st.integers(0, 3),
    st.sampled_from(["甲店", "Shop B"]),
    st.dictionaries(
        st.sampled_from([MARK.id, WORK.id]),
        st.tuples(st.sampled_from([0.3, 0.6, 0.9]), st.booleans()),
    ),
)
JUDGED = st.tuples(
    st.just("judge"), st.integers(0, 3), st.sampled_from(["infringing", "licensed", "unsure"])
)
UNDONE = st.tuples(st.just("undo"), st.integers(0, 3))
RENAMED = st.tuples(
    st.just("rename"), st.sampled_from(["Aurelio", "Vela"]), st.sampled_from(["A", "B"])
)


@given(steps=st.lists(st.one_of(SEEN, SEEN, JUDGED, UNDONE, RENAMED), max_size=14))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_happens_the_queue_is_what_the_records_say(
    template: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Any, ...]]
) -> None:
    path = tmp_path_factory.mktemp("q") / "a.db"
    shutil.copy(template, path)
    db = open_store(path)
    nights = Nights(db)
    for verb, *values in steps:
        getattr(nights, verb)(*values)
    check_derived(db)
    db.close()


@pytest.fixture
def db(template: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(template, tmp_path / "a.db")
    db = open_store(tmp_path / "a.db")
    yield db
    db.close()


def state_of(db: Database, number: int) -> tuple[str, str | None, int, int]:
    hit = hit_id("listing", f"https://shop.example/p/{number}", MARK.id)
    query = (
        "SELECT q.state, q.waiting_since, g.waiting, g.repeat FROM queue q"
        " JOIN queue_groups g ON g.grp = q.grp WHERE hit = ?"
    )
    return tuple(db.execute(query, [hit]).fetchone())


def test_a_hit_waits_is_judged_waits_when_it_changes_and_ends(db: Database) -> None:
    nights = Nights(db)
    first, fifth, sixth = (f"2026-11-22T0{1 + n}:02:03.000000Z" for n in (1, 4, 6))
    nights.see(1, "甲店", {MARK.id: (0.9, False)})
    nights.see(1, "甲店", {MARK.id: (0.9, False)})
    assert state_of(db, 1) == ("open", first, 1, 0)
    nights.judge(1, "infringing")
    assert state_of(db, 1) == ("judged", None, 0, 1)
    nights.see(1, "甲店", {MARK.id: (0.9, False)})
    assert state_of(db, 1) == ("judged", None, 0, 1)
    nights.see(1, "甲店", {MARK.id: (0.9, True)})
    nights.see(1, "甲店", {MARK.id: (0.9, True)})
    assert state_of(db, 1) == ("changed", fifth, 1, 1)
    nights.undo(1)
    assert state_of(db, 1) == ("open", first, 1, 0)
    nights.judge(1, "licensed")
    nights.see(1, "甲店", {})
    assert state_of(db, 1) == ("ended", None, 0, 0)
    assert sixth > fifth
    check_derived(db)


def test_a_right_of_another_holder_is_so_in_the_queue_at_once(db: Database) -> None:
    nights = Nights(db)
    nights.see(0, "甲店", {MARK.id: (0.9, False), WORK.id: (0.9, False)})
    nights.rename("Vela", "Vela Ltd")
    for table in ("queue", "queue_groups"):
        rows = db.execute(f"SELECT right_id, right_name, holder FROM {table} ORDER BY 1").fetchall()
        assert rows == [
            (MARK.id, "Vela", "Vela Ltd"),
            (WORK.id, "Heron at Dusk", "Aurelio S.p.A."),
        ]
    check_derived(db)


def test_risk_is_the_score_times_what_makes_it_worse(db: Database) -> None:
    nights = Nights(db)
    for number in range(4):
        nights.see(number, "甲店", {MARK.id: (0.6, number == 2)})
    account = an_account_in(db)
    [group] = find_groups(db, Filter(), account=account, at=AT)
    assert group.top == Risk(score=0.6, words=2.0, reach=1.5)
    assert (group.risk, group.reach, group.waiting) == (1.8, 4, 4)
    nights.judge(2, "infringing")
    [group] = find_groups(db, Filter(), account=account, at=AT)
    assert group.top == Risk(score=0.6, reach=1.5, repeat=1.5)
    assert group.risk == group.top.value == 1.35
    assert (reach_factor(16), repeat_factor(3), repeat_factor(0)) == (2.0, 2.0, 1.0)


def an_account_in(db: Database, name: str = "li") -> Account:
    with writing(db):
        return record_account(db, name, "analyst", "x", by="admin", at=AT)


def test_each_takes_another_next_group_until_the_lease_is_over(db: Database) -> None:
    nights = Nights(db)
    for number in range(3):
        nights.see(number, f"店 {number}", {MARK.id: (0.9 - number / 10, False)})
    li, wu = an_account_in(db), an_account_in(db, "wu")
    first = take_next_group(db, Filter(), li, at=AT)
    second = take_next_group(db, Filter(), wu, at=AT)
    assert first is not None
    assert second not in {None, first}
    assert take_next_group(db, Filter(), wu, at=AT, but=second or "") not in {first, second}
    assert take_next_group(db, Filter(), wu, at=AT + timedelta(minutes=16)) == first
    assert [g.id for g in find_groups(db, Filter(mine=True), account=wu, at=AT)][:1] == [first]


def test_a_place_and_views_are_kept(db: Database) -> None:
    nights = Nights(db)
    nights.see(1, "甲店", {MARK.id: (0.9, False)})
    li, wu = an_account_in(db), an_account_in(db, "wu")
    [group] = find_groups(db, Filter(), account=li, at=AT)
    assert find_place(db, li) is None
    with writing(db):
        keep_place(db, li, group.id, group.top_hit or "", at=AT)
    place = find_place(db, li)
    assert place is not None
    assert (place.group, place.hit) == (group.id, group.top_hit)
    assert find_place(db, wu) is None
    record_view(db, li, "上海 high", "score=0.9", shared=False, at=AT)
    record_view(db, li, "上海 high", "score=0.8", shared=False, at=AT)
    shared = record_view(db, wu, "marks", "kind=trademark", shared=True, at=AT)
    assert [(v.name, v.query, v.own) for v in find_views(db, li)] == [
        ("marks", "kind=trademark", False),
        ("上海 high", "score=0.8", True),
    ]
    assert [v.name for v in find_views(db, wu)] == ["marks"]
    with pytest.raises(Exception, match="another's"):
        drop_view(db, li, shared.id, at=AT)
    drop_view(db, wu, shared.id, at=AT)
    assert find_views(db, wu) == []


def test_what_was_stored_before_is_in_the_queue(tmp_path: Path) -> None:
    """A migration makes the queue of a workspace that has none."""
    workspace = make_workspace(tmp_path / "w")
    fill(workspace, 10)
    with workspace.store() as db:
        kept = derived_rows(db)
        assert len(kept["queue"]) == 10
        for table in DERIVED:
            db.execute(f"DELETE FROM {table}")
        db.conn.commit()
        with writing(db):
            rebuild_queue(db)
        assert derived_rows(db) == kept


def test_refreshing_a_hit_that_is_none_changes_nothing(db: Database) -> None:
    refresh_queue(db, ["h-none"])
    assert derived_rows(db) == {table: [] for table in DERIVED}
