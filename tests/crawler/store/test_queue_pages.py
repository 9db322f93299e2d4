"""What of the queue a page shows: by key, by filters, with neighbours."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crawler.errors import NotFoundError
from crawler.store.queue import (
    Filter,
    Key,
    count_left,
    find_filter_values,
    find_groups,
    load_group,
)
from crawler.store.queued_hits import find_beside, find_next_waiting, find_queued
from crawler.workspace import Workspace, make_workspace
from tests.servers.console import an_account
from tests.servers.filled import fill
from tests.servers.queue_nights import AT, Nights
from tests.servers.stored_hits import MARK, WORK


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


def test_what_can_be_chosen_is_what_waits(filled: Workspace, tmp_path: Path) -> None:
    with filled.store() as full:
        assert find_filter_values(full) == {
            "right": [(MARK.id, "Aurelio"), (WORK.id, "Heron at Dusk")],
            "site": [("shop.example", "shop.example")],
            "holder": [("Aurelio S.p.A.", "Aurelio S.p.A.")],
        }
        assert find_filter_values(full, most=1)["right"] == [(MARK.id, "Aurelio")]
    with make_workspace(tmp_path / "empty").store() as db:
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
