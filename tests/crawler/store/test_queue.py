"""The queue follows from the records: kept up to date it is what it would be when made anew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from crawler.accounts import Account, Actor
from crawler.campaign import Campaign
from crawler.errors import NotFoundError
from crawler.model import (
    Finding,
    Hit,
    Holder,
    Listing,
    Seller,
    Sighting,
    TargetKind,
    hit_id,
    stable_id,
)
from crawler.risk import Risk, reach_factor, repeat_factor
from crawler.store.accounts import record_account
from crawler.store.database import open_store, writing
from crawler.store.decisions import Choice, record_decision, undo_judgement
from crawler.store.hits import append_hits, find_judgement
from crawler.store.listings import record_sighting
from crawler.store.queue import (
    Filter,
    Key,
    count_left,
    find_filter_values,
    find_groups,
    load_group,
    take_next_group,
)
from crawler.store.queue_rows import rebuild_queue, refresh_queue
from crawler.store.queue_views import drop_view, find_place, find_views, keep_place, record_view
from crawler.store.queued_hits import find_beside, find_next_waiting, find_queued
from crawler.store.rights import record_rights
from crawler.store.sweeps import record_sweep
from crawler.workspace import Workspace, make_workspace
from tests.servers.console import an_account
from tests.servers.filled import fill
from tests.servers.queues import DERIVED, check_derived, derived_rows
from tests.servers.stored_hits import MARK, NAME, WORK

AT = datetime.fromisoformat("2026-11-22T01:02:03+00:00")
COPIES = Finding(feature="counterfeit_words", weight=3.0, field="title", span=(0, 2), text="高仿")


class Nights:
    """A store in which hits are seen again and again."""

    def __init__(self, db: Database) -> None:
        self.db, self.night = db, 0
        record_rights(db, [(MARK, {}), (WORK, {})], source="r.jsonl", at=AT)

    def see(
        self,
        number: int,
        seller: str,
        hits: dict[str, tuple[float, bool]],
        target: TargetKind = "listing",
    ) -> None:
        """See an offer in a sweep of its own: right -> score, whether it speaks of copies."""
        self.night += 1
        sweep, url = f"sw-{self.night}", f"https://shop.example/p/{number}"
        at = AT + timedelta(hours=self.night)
        record_sweep(self.db, sweep, Campaign(name="n", seeds=("https://shop.example/",)), at)
        listing = Listing(
            url=url,
            title=f"bag {number}",
            site="shop.example",
            price=Decimal("9.90"),
            seller=Seller(name=seller),
            target=target,
        )
        sighting = Sighting(
            id=stable_id("s", sweep, url),
            listing=listing.id,
            sweep=sweep,
            seen_at=at,
            record=listing,
        )
        found = [
            Hit(
                id=hit_id(target, url, right),
                target=target,
                listing=url,
                right=right,
                score=score,
                flagged=score >= 0.5,
                findings=(NAME, COPIES) if copies else (NAME,),
            )
            for right, (score, copies) in hits.items()
        ]
        with writing(self.db):
            record_sighting(self.db, sighting)
            covered = {MARK.id, WORK.id}
            refresh_queue(self.db, append_hits(self.db, sighting, found, covered, is_new=True))

    def judge(self, number: int, decision: Any) -> None:
        hit = hit_id("listing", f"https://shop.example/p/{number}", MARK.id)
        newest = self.db.execute("SELECT max(id) FROM hit_findings WHERE hit = ?", [hit])
        [findings] = newest.fetchone()
        if findings is None:
            return
        known = find_judgement(self.db, hit)
        choice = Choice(
            hit=hit,
            decision=decision,
            findings=findings,
            reason="r",
            known=known.id if known else "",
        )
        try:
            record_decision(self.db, choice, Actor(name="li"), at=AT + timedelta(days=9))
        except NotFoundError:
            assert self.db.execute("SELECT state FROM queue WHERE hit = ?", [hit]).fetchone() in {
                None,
                ("ended",),
            }

    def undo(self, number: int) -> None:
        hit = hit_id("listing", f"https://shop.example/p/{number}", MARK.id)
        judgement = find_judgement(self.db, hit)
        if judgement is not None:
            undo_judgement(self.db, judgement.id, Actor(name="li"), reason="r", at=AT)

    def rename(self, name: str, holder: str) -> None:
        """Take in another version of the mark."""
        self.night += 1
        right = replace(MARK, name=name, holder=Holder(name=holder))
        at = AT + timedelta(hours=self.night)
        record_rights(self.db, [(right, {})], source="r.jsonl", at=at)


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


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = make_workspace(tmp_path_factory.mktemp("f") / "w")
    fill(workspace, 120, sellers=[f"店 {n}" for n in range(30)])
    with workspace.store() as db:
        nights = Nights(db)
        for number in range(5):
            nights.see(900 + number, f"shop {number}", {MARK.id: (0.4, False)})
    return workspace


def test_pages_by_key_are_the_whole_list_once_and_lead_back(filled: Workspace) -> None:
    account = an_account(filled, "li")
    with filled.store() as db:
        every = find_groups(db, Filter(unflagged=True), account=account, at=AT, limit=999)
        assert len(every) == 65
        paged, key = [], None
        while page := find_groups(
            db, Filter(unflagged=True), account=account, at=AT, after=key, limit=7
        ):
            paged += page
            key = Key(risk=page[-1].risk, group=page[-1].id)
        assert paged == every
        first = Key(risk=every[7].risk, group=every[7].id)
        back = find_groups(
            db, Filter(unflagged=True), account=account, at=AT, before=first, limit=7
        )
        assert back == every[:7]
        assert every == sorted(every, key=lambda g: (-g.risk, g.id))


@pytest.mark.parametrize(
    ("wanted", "groups", "hits"),
    [
        (Filter(unflagged=True), 65, 125),
        (Filter(right=MARK.id, unflagged=True), 35, 65),
        (Filter(right="TM-9"), 0, 0),
        (Filter(kind="work", unflagged=True), 30, 60),
        (Filter(site="shop.example", unflagged=True), 65, 125),
        (Filter(site="other.example", unflagged=True), 0, 0),
        (Filter(seller="店 29", unflagged=True), 2, 4),
        (Filter(seller="店　２９", unflagged=True), 2, 4),
        (Filter(holder="Aurelio S.p.A.", unflagged=True), 65, 125),
        (Filter(state="judged"), 0, 0),
        (Filter(mine=True), 0, 0),
        (Filter(longer=timedelta(days=1), unflagged=True), 60, 120),
        (Filter(longer=timedelta(days=9), unflagged=True), 0, 0),
    ],
)
def test_filters_leave(filled: Workspace, wanted: Filter, groups: int, hits: int) -> None:
    account = an_account(filled, "li")
    with filled.store() as db:
        left = count_left(db, wanted, account=account, at=AT, overdue=timedelta(days=1))
        assert (left.groups, left.hits) == (groups, hits)
        assert len(find_groups(db, wanted, account=account, at=AT, limit=999)) == groups


def test_what_can_be_chosen_is_what_waits(filled: Workspace, db: Database) -> None:
    with filled.store() as full:
        assert find_filter_values(full) == {
            "right": [(MARK.id, "Aurelio"), (WORK.id, "Heron at Dusk")],
            "site": [("shop.example", "shop.example")],
            "holder": [("Aurelio S.p.A.", "Aurelio S.p.A.")],
        }
        assert find_filter_values(full, most=1)["right"] == [(MARK.id, "Aurelio")]
    assert find_filter_values(db) == {"right": [], "site": [], "holder": []}


def test_flagged_and_score_leave_groups_that_have_such(filled: Workspace) -> None:
    account = an_account(filled, "li")
    with filled.store() as db:
        every = find_groups(db, Filter(unflagged=True), account=account, at=AT, limit=999)
        flagged = find_groups(db, Filter(), account=account, at=AT, limit=999)
        assert flagged == [g for g in every if g.flagged]
        assert len(flagged) < len(every)
        high = find_groups(db, Filter(score=0.9), account=account, at=AT, limit=999)
        assert high == [g for g in every if max(q.score for q in find_queued(db, g.id)) >= 0.9]
        assert 0 < len(high) < len(flagged)


def test_hits_of_a_group_have_neighbours_and_a_next_one(filled: Workspace) -> None:
    account = an_account(filled, "li")
    with filled.store() as db:
        [group, *_] = find_groups(db, Filter(seller="店 3"), account=account, at=AT)
        hits = [q.hit for q in find_queued(db, group.id)]
        assert len(hits) == group.waiting
        queued = find_queued(db, group.id)
        for number, one in enumerate(queued):
            before = hits[number - 1] if number else None
            behind = hits[number + 1] if number + 1 < len(hits) else None
            assert find_beside(db, one) == (before, behind)
            assert find_next_waiting(db, group.id, one.hit) == (behind or hits[0])
        assert [q.hit for q in find_queued(db, group.id, around=hits[-1])] == hits
        with pytest.raises(NotFoundError, match="no seller and right"):
            load_group(db, "g-x", at=AT)


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
