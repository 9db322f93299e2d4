"""Deciding, undoing and deciding in bulk: what is refused, and what is left as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from crawler.accounts import Account, Actor
from crawler.errors import (
    ChangedError,
    InputError,
    LeasedError,
    NotAllowedError,
    NotFoundError,
)
from crawler.store.bulks import (
    Bulk,
    decide_bulk,
    draw_bulk,
    load_bulk,
    record_bulk_look,
    sample_size,
    undo_bulk,
)
from crawler.store.database import writing
from crawler.store.decisions import Choice, record_decision, undo_judgement
from crawler.store.hits import find_judgement, record_judgement
from crawler.store.leases import LONG, find_lease, release_lease, take_lease
from crawler.store.ledger import find_entries
from crawler.store.queue import Filter, find_groups
from crawler.store.queued_hits import find_queued
from crawler.workspace import make_workspace
from pipelines.evidence.row_checks import check_rows
from tests.servers.console import an_account
from tests.servers.filled import fill
from tests.servers.queues import check_derived

AT = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)


class Office:
    """A filled store and two who work in it."""

    def __init__(self, db: Database, li: Account, wu: Account) -> None:
        self.db, self.li, self.wu = db, li, wu
        self.group = find_groups(db, Filter(), account=li, at=AT)[0].id
        self.hits = [queued.hit for queued in find_queued(db, self.group)]

    def choice(self, number: int = 0, **changes: Any) -> Choice:
        queued = find_queued(self.db, self.group)[number]
        choice = Choice(
            hit=queued.hit,
            decision="infringing",
            findings=queued.findings,
            cause="counterfeit",
            known=queued.judgement or "",
        )
        return replace(choice, **changes)

    def decide(self, who: Account, choice: Choice, *, at: datetime = AT) -> str:
        return record_decision(self.db, choice, Actor(name=who.name, account=who), at=at).id

    def find_otherwise(self, hit: str) -> None:
        """A later sweep finds something else."""
        self.db.execute(
            "INSERT INTO hit_findings (hit, sighting, right_version, record, score, flagged)"
            " SELECT hit, sighting, right_version, replace(record, 'Aurelio', 'Aurelia'), score,"
            " flagged FROM hit_findings WHERE hit = ? ORDER BY id DESC LIMIT 1",
            [hit],
        )

    def find_again(self, hit: str) -> None:
        """A later sweep finds the same."""
        self.db.execute(
            "INSERT INTO hit_findings (hit, sighting, right_version, record, score, flagged)"
            " SELECT hit, sighting, right_version, record, score, flagged FROM hit_findings"
            " WHERE hit = ? ORDER BY id DESC LIMIT 1",
            [hit],
        )

    def judgements(self) -> int:
        [(count,)] = self.db.execute("SELECT count(*) FROM judgements").fetchall()
        return int(count)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    workspace = make_workspace(tmp_path / "w")
    fill(workspace, 60, sellers=["店甲"])
    li, wu = an_account(workspace, "李伟"), an_account(workspace, "吴芳")
    with workspace.store() as db:
        yield Office(db, li, wu)
        db.rollback()
        broken = [check for check in check_rows(db) if check.state == "broken"]
        assert broken == []


def test_a_decision_has_its_cause_and_takes_the_group_in_hand(office: Office) -> None:
    made = office.decide(office.li, office.choice())
    judgement = find_judgement(office.db, office.hits[0])
    assert judgement is not None
    assert (judgement.id, judgement.cause, judgement.by) == (made, "counterfeit", "李伟")
    assert judgement.reason == "Imitation goods under the mark"
    lease = find_lease(office.db, office.group, at=AT)
    assert lease is not None
    assert (lease.name, lease.until) == ("李伟", AT + LONG)
    [entry] = find_entries(office.db, subject=office.hits[0])
    assert '"cause":"counterfeit"' in entry.record
    check_derived(office.db)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cause": "licensee"}, "expected a cause of 'infringing'"),
        ({"cause": "nonsense"}, "got 'nonsense'"),
        ({"cause": None}, "expected a cause or a reason"),
        ({"findings": 10**9}, "expected the number of findings"),
    ],
)
def test_a_choice_that_cannot_be_meant_is_refused(
    office: Office, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        office.decide(office.li, office.choice(**changes))
    assert office.judgements() == 0


def test_a_hit_that_is_none_is_not_decided(office: Office) -> None:
    with pytest.raises(NotFoundError, match="no hit has the id 'h-x'"):
        office.decide(office.li, office.choice(hit="h-x"))


def test_nothing_is_decided_in_a_group_that_another_has_in_hand(office: Office) -> None:
    office.decide(office.li, office.choice(0))
    with pytest.raises(LeasedError, match="李伟 has it in hand until 2026-11-25 01:15 UTC"):
        office.decide(office.wu, office.choice(1))
    with pytest.raises(LeasedError):
        record_decision(office.db, office.choice(1), Actor(name="eve"), at=AT)
    assert office.judgements() == 1
    office.decide(office.wu, office.choice(1), at=AT + LONG)
    lease = find_lease(office.db, office.group, at=AT + LONG)
    assert lease is not None
    assert lease.name == "吴芳"


def test_a_decision_that_was_sent_twice_is_made_once(office: Office) -> None:
    choice = office.choice()
    assert office.decide(office.li, choice) == office.decide(office.li, choice)
    assert office.judgements() == 1


def test_what_another_decided_meanwhile_is_not_overruled_unseen(office: Office) -> None:
    seen, unsaid = office.choice(), office.choice(known=None)
    office.decide(office.li, office.choice(decision="licensed", cause="licensee"))
    later = AT + LONG
    with pytest.raises(ChangedError, match="李伟 judged it 'licensed'"):
        office.decide(office.wu, seen, at=later)
    with pytest.raises(ChangedError, match="李伟 judged it 'licensed'"):
        office.decide(office.wu, unsaid, at=later)
    assert office.judgements() == 1
    office.decide(office.wu, office.choice(), at=later)
    assert office.judgements() == 2


def test_findings_that_changed_are_looked_at_first(office: Office) -> None:
    choice = office.choice()
    office.find_again(choice.hit)
    office.find_otherwise(choice.hit)
    with pytest.raises(ChangedError, match="other things were found") as caught:
        office.decide(office.li, choice)
    assert caught.value.seen == choice.findings
    assert caught.value.current > choice.findings
    assert office.judgements() == 0
    assert find_lease(office.db, office.group, at=AT) is None


def test_findings_that_were_found_again_are_those_that_were_seen(office: Office) -> None:
    choice = office.choice()
    office.find_again(choice.hit)
    office.decide(office.li, choice)
    assert office.judgements() == 1


def test_undoing_leaves_the_hit_open_and_the_judgement_in_the_records(office: Office) -> None:
    first = office.decide(office.li, office.choice(decision="licensed", cause="licensee"))
    second = office.decide(office.li, office.choice())
    actor = Actor(name="李伟", account=office.li)
    undo_judgement(office.db, second, actor, reason="wrong key", at=AT)
    standing = find_judgement(office.db, office.hits[0])
    assert standing is not None
    assert standing.id == first
    with pytest.raises(NotAllowedError, match="only the newest"):
        undo_judgement(office.db, second, actor, reason="again", at=AT)
    undo_judgement(office.db, first, actor, reason="wrong too", at=AT)
    assert find_judgement(office.db, office.hits[0]) is None
    assert find_queued(office.db, office.group)[0].state == "open"
    assert office.judgements() == 2
    kinds = [entry.kind for entry in find_entries(office.db, subject=office.hits[0])]
    assert kinds == ["judgement", "judgement", "judgement-undone", "judgement-undone"]
    check_derived(office.db)


def test_only_the_newest_of_ones_own_is_undone(office: Office) -> None:
    first = office.decide(office.li, office.choice())
    later = AT + LONG
    with pytest.raises(NotAllowedError, match="was judged by 李伟"):
        undo_judgement(
            office.db, first, Actor(name="吴芳", account=office.wu), reason="no", at=later
        )
    office.decide(office.wu, office.choice(decision="unsure", cause="expert"), at=later)
    with pytest.raises(NotAllowedError, match="only the newest"):
        undo_judgement(
            office.db,
            first,
            Actor(name="李伟", account=office.li),
            reason="no",
            at=later + LONG,
        )
    with pytest.raises(NotFoundError):
        undo_judgement(office.db, "j-x", Actor(name="李伟"), reason="no", at=later)


def test_what_a_notice_stands_on_is_not_undone(office: Office) -> None:
    made = office.decide(office.li, office.choice())
    with writing(office.db):
        office.db.execute("INSERT INTO cases VALUES ('c-1', 's', 'x', 'h', 'at')")
        office.db.execute("INSERT INTO notices VALUES ('N-1', 'c-1', 'dmca', '{}', 'li', 'at')")
        office.db.execute("INSERT INTO notice_hits VALUES ('N-1', ?, ?)", [office.hits[0], made])
    with pytest.raises(NotAllowedError, match="a notice stands on the judgement"):
        undo_judgement(office.db, made, Actor(name="李伟", account=office.li), reason="no", at=AT)
    assert find_judgement(office.db, office.hits[0]) is not None


def test_a_lease_is_given_up_by_its_holder_alone_and_as_it_was_seen(office: Office) -> None:
    db = office.db
    with writing(db):
        lease = take_lease(db, office.group, office.li, at=AT)
    with writing(db):
        assert not release_lease(db, office.group, office.wu)
        renewed = take_lease(db, office.group, office.li, at=AT + timedelta(minutes=1))
        assert not release_lease(db, office.group, office.li, until=lease.until)
        assert (renewed.since, renewed.until) == (AT, lease.until + timedelta(minutes=1))
        assert release_lease(db, office.group, office.li, until=renewed.until)
    assert find_lease(db, office.group, at=AT) is None


@pytest.mark.parametrize(
    ("count", "size"), [(3, 3), (5, 5), (6, 5), (25, 5), (26, 6), (100, 10), (500, 20)]
)
def test_the_sample_grows_with_the_root(count: int, size: int) -> None:
    assert sample_size(count) == size


def drawn(office: Office) -> Bulk:
    return draw_bulk(
        office.db, office.group, office.li, decision="infringing", cause="counterfeit", at=AT
    )


def looked(office: Office) -> Bulk:
    bulk = drawn(office)
    for hit in bulk.sample:
        bulk = record_bulk_look(office.db, bulk.id, hit, office.li, fits=True, at=AT)
    return bulk


def test_a_bulk_judges_every_hit_by_itself_and_is_undone_as_a_whole(office: Office) -> None:
    bulk = looked(office)
    assert (len(bulk.hits), len(bulk.sample)) == (len(office.hits), sample_size(len(bulk.hits)))
    assert set(bulk.sample) <= set(office.hits)
    made, left = decide_bulk(office.db, bulk.id, office.li, reason="all alike", at=AT)
    assert (len(made), left) == (len(office.hits), [])
    for hit in office.hits:
        judgement = find_judgement(office.db, hit)
        assert judgement is not None
        assert (judgement.bulk, judgement.reason) == (bulk.id, "all alike")
    assert decide_bulk(office.db, bulk.id, office.li, reason="again", at=AT) == ([], [])
    check_derived(office.db)
    assert len(undo_bulk(office.db, bulk.id, office.li, reason="wrong", at=AT)) == len(made)
    assert {find_judgement(office.db, hit) for hit in office.hits} == {None}
    check_derived(office.db)


def test_a_bulk_waits_for_its_sample(office: Office) -> None:
    bulk = drawn(office)
    with pytest.raises(NotAllowedError, match="its sample was not looked at"):
        decide_bulk(office.db, bulk.id, office.li, reason="", at=AT)
    with pytest.raises(NotAllowedError, match="not what is looked at next"):
        record_bulk_look(office.db, bulk.id, bulk.sample[1], office.li, fits=True, at=AT)
    with pytest.raises(NotAllowedError, match="is of 李伟"):
        record_bulk_look(office.db, bulk.id, bulk.sample[0], office.wu, fits=True, at=AT)
    record_bulk_look(office.db, bulk.id, bulk.sample[0], office.li, fits=False, at=AT)
    assert load_bulk(office.db, bulk.id).failed
    with pytest.raises(NotAllowedError, match="not all of it fits"):
        decide_bulk(office.db, bulk.id, office.li, reason="", at=AT)
    assert office.judgements() == 0


def test_the_store_refuses_a_bulk_judgement_without_its_sample(office: Office) -> None:
    bulk = drawn(office)
    choice = office.choice()
    judgement = record_decision(office.db, choice, Actor(name="李伟", account=office.li), at=AT)
    for forged, message in (
        (replace(judgement, id="j-f", bulk=bulk.id), "was not looked at"),
        (replace(judgement, id="j-f", bulk=bulk.id, cause="mark-use"), "is none of those"),
        (replace(judgement, id="j-f", bulk="b-none"), "is none of those"),
    ):
        with pytest.raises(sqlite3.IntegrityError, match=message), writing(office.db):
            record_judgement(office.db, forged)


def test_a_bulk_leaves_alone_what_changed_meanwhile(office: Office) -> None:
    bulk = looked(office)
    first, second = list(bulk.hits)[:2]
    office.find_otherwise(first)
    other = office.choice(hit=second, findings=bulk.hits[second], known="")
    office.decide(office.li, replace(other, decision="licensed", cause="licensee"))
    made, left = decide_bulk(office.db, bulk.id, office.li, reason="", at=AT)
    assert left == [first, second]
    assert len(made) == len(office.hits) - 2
    undone = undo_bulk(office.db, bulk.id, office.li, reason="wrong", at=AT)
    assert len(undone) == len(made)
    kept = find_judgement(office.db, second)
    assert kept is not None
    assert kept.decision == "licensed"


def test_few_hits_are_decided_one_by_one(office: Office) -> None:
    for number in range(len(office.hits) - 2):
        office.decide(office.li, office.choice(number))
    with pytest.raises(InputError, match="expected 3 hits or more that wait, got 2"):
        drawn(office)
