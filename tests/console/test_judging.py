"""``markhound judge``: causes, and the rules of the queue."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.store.database import now, writing
from crawler.store.leases import find_lease, release_lease, take_lease
from crawler.workspace import Workspace, make_workspace
from tests.servers.command import Finished, invoke
from tests.servers.filled import fill
from tests.servers.judged import add_account
from tests.servers.stored_hits import MARK


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = make_workspace(tmp_path / "w")
    fill(workspace, 3, rights=(MARK,), sellers=["店甲"])
    return workspace


def judge(workspace: Workspace, *more: str, by: str = "li", expect: int = 0) -> Finished:
    with workspace.store() as db:
        [hit, *_] = [hit for (hit,) in db.execute("SELECT id FROM hits ORDER BY id")]
    words = ("judge", hit, "--as", "infringing", "--by", by, "--reason", "假冒", *more)
    return invoke(*words, workspace=workspace.folder, expect=expect)


def test_a_cause_is_one_of_the_decision(workspace: Workspace) -> None:
    judge(workspace, "--cause", "counterfeit")
    refused = judge(workspace, "--cause", "licensee", expect=2)
    assert "expected a cause of 'infringing'" in refused.err
    with workspace.store() as db:
        rows = db.execute("SELECT cause, reason FROM judgements").fetchall()
    assert rows == [("counterfeit", "假冒")]


def test_a_group_in_anothers_hand_is_left_alone_unless_asked(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with workspace.store() as db:
        (li, env), (wu, _) = (add_account(db, name, "analyst") for name in ("li", "wu"))
        monkeypatch.setenv("MARKHOUND_TOKEN", env["MARKHOUND_TOKEN"])
        [(group,)] = db.execute("SELECT DISTINCT grp FROM queue").fetchall()
        with writing(db):
            take_lease(db, group, wu, at=now())
    refused = judge(workspace, expect=2)
    assert "wu has it in hand until" in refused.err
    assert "--despite-lease" in refused.err
    judge(workspace, "--despite-lease")
    with workspace.store() as db:
        lease = find_lease(db, group, at=now())
        assert lease is not None
        assert lease.account == wu.id
        with writing(db):
            release_lease(db, group, wu)
    judge(workspace)
    with workspace.store() as db:
        lease = find_lease(db, group, at=now())
        assert lease is not None
        assert lease.account == li.id
        assert db.execute("SELECT count(*) FROM judgements").fetchone() == (2,)
