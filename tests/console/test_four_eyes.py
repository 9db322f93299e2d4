"""From a hit to an approved notice by the command line, with accounts."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from crawler.accounts import Role
from crawler.errors import NotAllowedError
from crawler.store.approvals import record_approval
from crawler.store.database import writing
from crawler.store.notice_events import record_notice_event
from crawler.store.notices import load_notice
from pipelines.takedown.approval import approval_problem
from tests.servers.command import Finished, invoke
from tests.servers.judged import add_account, fill_workspace, now

WHY = ("--reason", "假冒：品牌从未生产过此款")


@pytest.fixture
def office(tmp_path: Path) -> dict[str, dict[str, str]]:
    """Return account -> its environment, of a workspace in ``w`` with one hit."""
    workspace, _ = fill_workspace(tmp_path / "w")
    roles: dict[str, Role] = {
        "张伟": "analyst",
        "Ann Roux": "approver",
        "Leo": "legal",
        "Audit": "auditor",
    }
    with workspace.store() as db:
        return {name: add_account(db, name, role)[1] for name, role in roles.items()}


def test_from_hit_to_approval(tmp_path: Path, office: dict[str, dict[str, str]]) -> None:
    folder = tmp_path / "w"

    def do(who: str, *words: str, expect: int = 0) -> Finished:
        return invoke(*words, workspace=folder, env=office[who], expect=expect)

    hit = do("张伟", "hits", "--json").json["id"]
    judge = ("judge", hit, "--as", "infringing", *WHY)
    refused = do("Audit", *judge, "--by", "Audit", expect=2)
    assert "Audit is auditor" in refused.err
    assert "not of 张伟" in do("Ann Roux", *judge, "--by", "张伟", expect=2).err
    assert "not authenticated" not in do("张伟", *judge, "--by", "张伟").err

    drafted = do("张伟", "notice", "draft", hit, "--kind", "dsa")
    [notice] = do("Audit", "notice", "status", "--json").lines
    assert (notice["status"], notice["drafted_by"]) == ("draft", "张伟")
    assert (notice["text"], notice["lacking"]) == (drafted.out, ["ordinary"])
    name = notice["id"]

    approve = ("notice", "approve", name, *WHY)
    checked = do("Audit", "notice", "check", name, "--no-fetch", expect=1)
    assert "missing: exceptions:" in checked.out
    assert "nobody considered 'exhaustion'" in checked.out
    assert "cannot be approved" in do("Ann Roux", *approve, expect=2).err
    for exception in ("referential", "exhaustion"):
        do("张伟", "notice", "consider", name, "--exception", exception, "--result", "不适用")
    assert do("Audit", "notice", "check", name, "--no-fetch").out.count("missing:") == 0

    assert "张伟 is analyst" in do("张伟", *approve, expect=2).err
    told = do("Ann Roux", *approve).err
    assert "may be sent" in told
    assert told.startswith("warning: law: counsel has still to confirm: Regulation (EU) 2017/1001")
    assert "has it already" in do("Leo", *approve, expect=2).err

    shown = do("Audit", "notice", "show", name, "--json").json
    assert (shown["status"], shown["lacking"]) == ("approved", [])
    assert [a["name"] for a in shown["approvals"]] == ["Ann Roux"]
    assert [e["event"] for e in shown["events"]] == [
        *["checked"] * 4,
        "approved",
    ]
    words = do("Audit", "notice", "show", name)
    assert words.out == drafted.out
    assert "approved (ordinary), Ann Roux (approver): 假冒" in words.err
    assert "counsel has still to confirm: Regulation (EU) 2017/1001" in words.err

    withdrawn = do("张伟", "notice", "withdraw", name, "--reason", "卖家有授权", "--licensee")
    assert "hits judged anew: 1" in withdrawn.err
    assert "TM-0001 has a licensee more" in withdrawn.err
    assert do("Audit", "hits", "--json").json["judgement"] == "licensed"
    assert do("Audit", "notice", "status", "--json").json["status"] == "withdrawn"
    right = do("Audit", "registry", "show", "TM-0001", "--json").json
    assert right["licensees"] == [{"seller": "Best Bags 优品", "site": "shop.example"}]

    case = do("Audit", "case", "list", "--json").json
    assert (case["id"], case["hits"]) == (notice["case"], [hit])
    view = do("Audit", "case", "show", case["id"][:6], "--json").json
    kinds = [entry["kind"] for entry in view["timeline"]]
    for kind in ("judgement", "case-opened", "notice-drafted", "approval", "notice-withdrawn"):
        assert kind in kinds


def test_doubts_after_the_approval_hold_it_back(tmp_path: Path) -> None:
    workspace, [hit] = fill_workspace(tmp_path / "w")
    with workspace.store() as db:
        _, env = add_account(db, "张伟", "analyst")
        ann, _ = add_account(db, "Ann", "approver")
    folder = workspace.folder

    def judge(decision: str) -> None:
        words = ("judge", hit, "--as", decision, "--by", "张伟", *WHY)
        invoke(*words, workspace=folder, env=env)

    judge("infringing")
    invoke("notice", "draft", hit, "--kind", "dsa", workspace=folder, env=env)
    name = invoke("notice", "status", "--json", workspace=folder).json["id"]
    with workspace.store() as db, writing(db):
        record_approval(db, load_notice(db, name), "ordinary", ann, "seen", at=now())

    def problem() -> str:
        with workspace.store() as db:
            said = approval_problem(db, name)
            try:
                with writing(db):
                    record_notice_event(db, name, "queued", {}, by="x", at=now())
                    raise NotAllowedError("undone")
            except sqlite3.IntegrityError as refused:
                return f"{said}; {refused}"
            except NotAllowedError:
                assert said is None
                return ""

    assert problem() == ""
    judge("licensed")
    assert "not judged infringing any more; a hit of the notice is not judged" in problem()
    judge("infringing")
    consider = ("notice", "consider", name, "--exception", "parody", "--result", "戏仿")
    invoke(*consider, "--applies", workspace=folder, env=env)
    assert "parody applies to" in problem()
    assert "an exception was found to apply" in problem()
    invoke(*consider, workspace=folder, env=env)
    assert problem() == ""
