"""Second looks: drawn by a published seed, given by another person, disputed until a third."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from crawler.accounts import Account, Actor
from crawler.errors import InputError, NotAllowedError, NotFoundError
from crawler.model import JudgementKind
from crawler.store.accounts import load_account, record_account_change
from crawler.store.database import now, writing
from crawler.store.decisions import Choice, record_decision, undo_judgement
from crawler.store.disputes import find_disputes
from crawler.store.ledger import find_entries
from crawler.store.queue_rows import rebuild_queue
from crawler.store.queued_hits import find_queued_hit
from crawler.store.second_looks import (
    Candidate,
    count_looks,
    draw_sample,
    find_answers,
    find_look,
    load_look,
    record_answer,
    record_draw,
)
from crawler.workspace import Workspace, make_workspace
from tests.servers.console import an_account
from tests.servers.filled import fill
from tests.servers.reviewed import answer_looks, draw_looks, judge_hits


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    workspace = make_workspace(tmp_path / "w")
    for name in ("李伟", "王芳", "赵敏"):
        an_account(workspace, name)
    return workspace


def unflagged(workspace: Workspace) -> set[str]:
    """Return the hits below the threshold."""
    with workspace.store() as db:
        return {row["hit"] for row in db.query("SELECT hit FROM hit_findings WHERE flagged = 0")}


def candidates(count: int) -> list[Candidate]:
    return [Candidate(hit=f"h-{n}", findings=n, judgement=f"j-{n}") for n in range(count)]


@given(st.integers(0, 300), st.floats(0.001, 1), st.integers(0, 2**53 - 1), st.randoms())
def test_a_draw_follows_from_its_seed(count: int, share: float, seed: int, order: Random) -> None:
    population = candidates(count)
    drawn = draw_sample(population, share, seed)
    shuffled = population.copy()
    order.shuffle(shuffled)
    assert draw_sample(shuffled, share, seed) == drawn
    assert count * share <= len(drawn) + 1e-6 <= count * share + 1.1
    assert {*drawn} <= {*population}


def test_seeds_draw_evenly() -> None:
    population = candidates(20)
    often = dict.fromkeys((c.name for c in population), 0)
    for seed in range(1000):
        for candidate in draw_sample(population, 0.25, seed):
            often[candidate.name] += 1
    # 1000 draws of a quarter: 250 each, with a standard deviation of 13.7
    assert all(180 < count < 320 for count in often.values())


@pytest.mark.parametrize("share", [0, -0.1, 1.01])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(InputError, match="expected a share over 0 and at most 1"):
        draw_sample(candidates(3), share, 1)


def test_a_draw_is_of_what_was_put_aside_and_nobody_saw(opened: Workspace) -> None:
    ids = fill(opened, 75)
    assert unflagged(opened) == {ids[54], ids[64], ids[74]}
    judge_hits(opened, ids[:8], "王芳", ("unrelated", "infringing", "licensed", "unsure"))
    judge_hits(opened, [ids[54]], "王芳", ["unsure"])
    drawn = draw_looks(opened)
    assert drawn is not None
    assert (drawn.rejected, drawn.dismissed) == (4, 2)
    by_judgement = {c.hit for c in drawn.drawn if c.judgement}
    assert by_judgement == {ids[0], ids[2], ids[4], ids[6]}
    assert {c.hit for c in drawn.drawn if not c.judgement} == {ids[64], ids[74]}


def test_the_seed_is_in_the_ledger_and_draws_the_same_again(opened: Workspace) -> None:
    judge_hits(opened, fill(opened, 30), "王芳")
    drawn = draw_looks(opened, share=0.2, seed=11)
    assert drawn is not None
    with opened.store() as db:
        [entry] = [e for e in find_entries(db) if e.kind == "second-looks-drawn"]
        told = json.loads(entry.record)
        assert (told["seed"], told["share"], told["rejected"]["count"]) == (11, 0.2, 30)
        rows = db.query("SELECT id, hit, findings FROM judgements WHERE judged_by = '王芳'")
        population = [
            Candidate(hit=row["hit"], findings=row["findings"], judgement=row["id"]) for row in rows
        ]
    assert [c.name for c in draw_sample(population, 0.2, 11)] == told["drawn"]
    assert [c.name for c in drawn.drawn] == told["drawn"]


def test_nothing_is_drawn_twice(opened: Workspace) -> None:
    ids = fill(opened, 55)
    judge_hits(opened, ids[:6], "王芳")
    first = draw_looks(opened)
    assert draw_looks(opened) is None
    with opened.store() as db, db.atomic():  # seen again, with the very same findings
        db.execute(
            "INSERT INTO hit_findings (hit, sighting, right_version, record, score, flagged)"
            " SELECT hit, sighting, right_version, record, score, flagged FROM hit_findings"
        )
    assert draw_looks(opened) is None
    judge_hits(opened, ids[6:8], "王芳")
    second = draw_looks(opened)
    assert first is not None
    assert second is not None
    assert (second.rejected, second.dismissed) == (2, 0)
    assert not {c.name for c in first.drawn} & {c.name for c in second.drawn}


def test_a_second_look_is_not_the_first_persons(opened: Workspace) -> None:
    judge_hits(opened, fill(opened, 4), "王芳")
    draw_looks(opened)
    with opened.store() as db:
        first, other = load_account(db, "王芳"), load_account(db, "李伟")
        assert (count_looks(db, first), count_looks(db, other)) == ((4, 0), (4, 4))
        assert find_look(db, first) is None
        look = find_look(db, other)
        assert look is not None
        renamed = type(first)(
            id=first.id, name="王小芳", role=first.role, disabled=False, made_at=first.made_at
        )
        with writing(db):
            record_account_change(db, renamed, by="x", at=now())
        assert find_look(db, renamed) is None  # the name of then is hers too
        actor = Actor(name=renamed.name, account=renamed)
        with pytest.raises(NotAllowedError, match="another person"), writing(db):
            record_answer(db, look, "unrelated", actor, reason="again", at=now())
        with pytest.raises(sqlite3.IntegrityError, match="another person"):
            db.execute(
                "INSERT INTO second_look_answers VALUES (?, 'unrelated', 'r', 'x', ?, 'now', 1)",
                [look.id, first.id],
            )


def test_a_second_look_is_given_once(opened: Workspace) -> None:
    judge_hits(opened, fill(opened, 1), "王芳")
    draw_looks(opened)
    with opened.store() as db:
        look = find_look(db, load_account(db, "李伟"))
        assert look is not None
        for name, problem in (("李伟", None), ("赵敏", "李伟 was quicker")):
            actor = Actor(name=name, account=load_account(db, name))
            if problem is None:
                with writing(db):
                    assert record_answer(db, look, "unrelated", actor, reason="r", at=now())
                continue
            with pytest.raises(NotAllowedError, match=problem), writing(db):
                record_answer(db, look, "unrelated", actor, reason="r", at=now())
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute("UPDATE second_look_answers SET decision = 'licensed'")
        for actor, reason, kind in (
            (Actor(name="x"), "r", NotAllowedError),
            (Actor(name="李伟", account=load_account(db, "李伟")), " ", InputError),
        ):
            with pytest.raises(kind):
                record_answer(db, look, "unsure", actor, reason=reason, at=now())
        with pytest.raises(NotFoundError, match="no second look"):
            load_look(db, "sl-none")


@pytest.mark.parametrize(
    ("second", "disputed"),
    [("unrelated", False), ("licensed", True), ("infringing", True), ("unsure", True)],
)
def test_a_dispute_stands_until_a_third_person_judges(
    opened: Workspace, second: JudgementKind, *, disputed: bool
) -> None:
    [hit] = fill(opened, 1)
    judge_hits(opened, [hit], "王芳", ["unrelated"])
    draw_looks(opened)
    answer_looks(opened, "李伟", [second])
    with opened.store() as db:
        assert [d.hit for d in find_disputes(db)] == [hit] * disputed
        [answer] = find_answers(db)
    assert (answer.first, answer.first_by, answer.second) == ("unrelated", "王芳", second)
    if not disputed:
        return
    judge_hits(opened, [hit], "李伟", ["infringing"])  # no third person
    with opened.store() as db:
        assert find_disputes(db) != []
    judge_hits(opened, [hit], "赵敏", ["infringing"])
    with opened.store() as db:
        assert find_disputes(db) == []


@pytest.mark.parametrize(("second", "disputed"), [("unrelated", False), ("infringing", True)])
def test_what_was_not_flagged_comes_back_when_it_is_not_harmless(
    opened: Workspace, second: JudgementKind, *, disputed: bool
) -> None:
    fill(opened, 55)
    [hit] = unflagged(opened)
    draw_looks(opened)
    answer_looks(opened, "李伟", [second])
    with opened.store() as db:
        assert [d.hit for d in find_disputes(db)] == [hit] * disputed


def test_a_draw_of_nothing_leaves_no_trace(opened: Workspace) -> None:
    with opened.store() as db:
        before = len([*find_entries(db)])
        with writing(db):
            assert record_draw(db, share=0.5, by="x", at=now()) is None
        assert len([*find_entries(db)]) == before


def test_a_disputed_hit_waits_in_the_queue_for_a_third_person(opened: Workspace) -> None:
    ids = fill(opened, 55)
    [dismissed] = unflagged(opened)
    judge_hits(opened, ids[:2], "王芳", ["unrelated"])
    draw_looks(opened)
    answer_looks(opened, "李伟", ["infringing"] * 3)
    with opened.store() as db:
        for hit in (ids[0], dismissed):
            queued = find_queued_hit(db, hit)
            assert queued is not None
            assert (queued.state, queued.waiting, queued.flagged) == ("disputed", True, True)
            assert queued.waiting_since is not None
        assert queue_of(db) == rebuilt(db)
        for name, words in (("王芳", "王芳 is one of"), ("李伟", "李伟 is one of"), ("赵敏", None)):
            actor = Actor(name=name, account=load_account(db, name))
            queued = find_queued_hit(db, ids[0])
            assert queued is not None
            choice = Choice(
                hit=ids[0],
                findings=queued.findings,
                decision="infringing",
                reason="r",
                known=queued.judgement,
            )
            if words is None:
                record_decision(db, choice, actor, at=now())
                continue
            with pytest.raises(NotAllowedError, match=words):
                record_decision(db, choice, actor, at=now(), despite_lease=True)
        queued = find_queued_hit(db, ids[0])
        assert queued is not None
        assert (queued.state, queued.decision) == ("judged", "infringing")
        assert queue_of(db) == rebuilt(db)


def queue_of(db: Database) -> list[list[tuple[object, ...]]]:
    tables = ("queue", "queue_groups", "queue_sellers")
    return [sorted(db.execute(f"SELECT * FROM {table}")) for table in tables]


def rebuilt(db: Database) -> list[list[tuple[object, ...]]]:
    """Return the queue as it is made anew."""
    with writing(db):
        rebuild_queue(db)
    return queue_of(db)


def test_what_was_taken_back_is_neither_looked_at_nor_disputed(opened: Workspace) -> None:
    ids = fill(opened, 2)
    judge_hits(opened, ids, "王芳", ["unrelated"])
    draw_looks(opened)
    first = Actor(name="王芳", account=load_account_of(opened, "王芳"))
    with opened.store() as db:
        other = load_account(db, "李伟")
        undo_judgement(db, f"j-{ids[0]}-王芳", first, reason="too quick", at=now())
        assert count_looks(db, other) == (1, 1)
    answer_looks(opened, "李伟", ["infringing"])
    with opened.store() as db:
        assert [d.hit for d in find_disputes(db)] == [ids[1]]
        undo_judgement(db, f"j-{ids[1]}-王芳", first, reason="seen anew", at=now())
        assert find_disputes(db) == []
        queued = find_queued_hit(db, ids[1])
        assert queued is not None
        assert queued.state == "open"
        assert queue_of(db) == rebuilt(db)


def load_account_of(workspace: Workspace, name: str) -> Account:
    with workspace.store() as db:
        return load_account(db, name)
