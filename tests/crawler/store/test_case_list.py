"""Which hits may be put into a case, and which cases wait: by what stands of their judgements."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.errors import NotAllowedError
from crawler.model import JudgementKind
from crawler.store.approvals import record_approval
from crawler.store.case_list import CaseFilter, find_case_rows, find_loose_hits
from crawler.store.database import now, writing
from crawler.store.decisions import NONE_SEEN, Choice, record_decision, undo_judgement
from crawler.store.hits import load_hit
from crawler.store.notice_events import record_notice_event
from crawler.workspace import Workspace, open_workspace
from pipelines.takedown.approval import approval_problem
from pipelines.takedown.drafting import draft_and_keep, open_case_of
from tests.servers.console import an_account
from tests.servers.judged import fill_workspace
from tests.servers.reviewed import answer_looks, draw_looks
from tests.servers.stored_hits import LISTING


def decide(
    workspace: Workspace, hit: str, decision: JudgementKind, by: str, at: datetime | None = None
) -> str:
    """Judge a hit an hour ago; return the judgement's id."""
    actor = Actor(name=by, account=an_account(workspace, by))
    with workspace.store() as db:
        found = load_hit(db, workspace.pictures, hit)
        choice = Choice(
            hit=hit,
            decision=decision,
            findings=found.findings,
            reason="r",
            known=found.judgement.id if found.judgement else NONE_SEEN,
        )
        at = at or now() - timedelta(hours=1)
        return record_decision(db, choice, actor, at=at, despite_lease=True).id


def undo(workspace: Workspace, judgement: str, by: str) -> None:
    actor = Actor(name=by, account=an_account(workspace, by))
    with workspace.store() as db:
        undo_judgement(db, judgement, actor, reason="too quick", at=now())


def loose(db: Database) -> list[str]:
    return [one.hit for one in find_loose_hits(db)]


def waiting(db: Database) -> list[str]:
    return [row.case.id for row in find_case_rows(db, CaseFilter(waiting="notice"))]


def test_what_was_taken_back_is_neither_to_be_put_into_a_case_nor_waits_for_a_notice(
    tmp_path: Path,
) -> None:
    workspace, [hit] = fill_workspace(tmp_path / "w")
    first = decide(workspace, hit, "infringing", "王芳")
    with workspace.store() as db:
        assert loose(db) == [hit]
    second = decide(workspace, hit, "unrelated", "王芳")
    with workspace.store() as db:
        assert loose(db) == []
    undo(workspace, second, "王芳")  # the first stands again
    with workspace.store() as db:
        assert loose(db) == [hit]
    undo(workspace, first, "王芳")
    with workspace.store() as db:
        assert loose(db) == []
    last = decide(workspace, hit, "infringing", "王芳")
    with workspace.store() as db:
        case = open_case_of(workspace, db, [hit], Actor(name="王芳")).id
        assert waiting(db) == [case]
    undo(workspace, last, "王芳")
    with workspace.store() as db:
        assert waiting(db) == []


def test_of_what_two_people_disagree_on_no_notice_is_made_or_sent(tmp_path: Path) -> None:
    [hit] = fill_workspace(tmp_path / "w")[1]
    workspace = open_workspace(tmp_path / "w")
    decide(workspace, hit, "licensed", "王芳")
    draw_looks(workspace)
    decide(workspace, hit, "infringing", "王芳")  # who saw more since
    author = Actor(name="王芳", account=an_account(workspace, "王芳"))
    boss = an_account(workspace, "赵敏", "approver")
    with workspace.store() as db:
        notice = draft_and_keep(workspace, db, [hit], "dsa", author)
        open_case_of(workspace, db, [hit], author)
        with writing(db):
            record_approval(db, notice, "ordinary", boss, "looked at", at=now())
        assert approval_problem(db, notice.id) is None
    an_account(workspace, "李伟")
    answer_looks(workspace, "李伟", ["unsure"])
    with workspace.store() as db:
        assert "third person" in str(approval_problem(db, notice.id))
        with pytest.raises(NotAllowedError, match="disputed"):
            open_case_of(workspace, db, [hit], author)
        for event in ("approved", "queued", "sending"):
            with pytest.raises(sqlite3.IntegrityError, match="two people disagree"), writing(db):
                record_notice_event(db, notice.id, event, {}, by="x", at=now())
    decide(workspace, hit, "infringing", "孙丽", at=now())
    with workspace.store() as db:
        assert approval_problem(db, notice.id) is None
        with writing(db):
            record_notice_event(db, notice.id, "queued", {}, by="x", at=now())


def test_what_is_disputed_is_not_to_be_put_into_a_case(tmp_path: Path) -> None:
    workspace, [one, other] = fill_workspace(
        tmp_path / "w", listings=[LISTING, replace(LISTING, url="https://shop.example/p/2")]
    )
    for hit in (one, other):
        decide(workspace, hit, "licensed", "王芳")
    draw_looks(workspace)
    for hit in (one, other):
        decide(workspace, hit, "infringing", "王芳")
    with workspace.store() as db:
        case = open_case_of(workspace, db, [one], Actor(name="王芳")).id
        assert (loose(db), waiting(db)) == ([other], [case])
    an_account(workspace, "李伟")
    answer_looks(workspace, "李伟", ["unsure", "unsure"])
    with workspace.store() as db:
        assert (loose(db), waiting(db)) == ([], [])
