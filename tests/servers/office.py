"""A workspace in which a team has worked: something of everything that the console shows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from crawler.accounts import Actor, Role
from crawler.model import GenericWord, Licensee
from crawler.store.accounts import load_account
from crawler.store.database import now, writing
from crawler.store.draws import DrawList, record_lots
from crawler.store.lessons import record_lesson
from crawler.store.tips import record_tip
from crawler.tips import Lead
from crawler.workspace import Workspace
from tests.servers.console import an_account, signed_in
from tests.servers.desk import judged_workspace
from tests.servers.filled import fill
from tests.servers.reviewed import answer_looks, draw_looks, judge_hits

TEAM: Mapping[str, Role] = {
    "王芳": "analyst",
    "李伟": "approver",
    "陈静": "legal",
    "Ada": "admin",
    "周宁": "auditor",
}


def an_office(folder: Path) -> Workspace:
    """Return a workspace with hits that wait, judgements, second looks, lessons, a case, a notice
    that is approved and one that is drafted."""
    workspace, judged = judged_workspace(folder)
    for name, role in TEAM.items():
        an_account(workspace, name, role)
    with signed_in(workspace, "王芳") as fang, signed_in(workspace, "李伟", "approver") as wei:
        for hits in (judged[:2], judged[2:]):
            case = fang.post("/cases", data={"hit": hits}).url.path.rpartition("/")[2]
            drafted = fang.post("/notices", data={"case": case, "hit": hits, "kind": "dsa"})
        notice = drafted.url.path
        for exception in ("referential", "exhaustion"):
            fang.post(f"{notice}/consider", data={"exception": exception, "result": "不适用"})
        fang.post(f"{notice}/check", data={"look": "no"})
        wei.post(f"{notice}/approve", data={"kind": "ordinary", "reason": "看过 looked at"})
        approved = wei.get(notice)
        assert approved.status_code == 200, approved.text
        assert "No approval is lacking" in approved.text
    put_aside = fill(workspace, 60)[:12]
    judge_hits(workspace, put_aside, "王芳")
    draw_looks(workspace)
    answer_looks(workspace, "李伟", ["unrelated", "infringing"])
    with workspace.store() as db, writing(db):
        actor = Actor(name="王芳", account=load_account(db, "王芳"))
        for value in (GenericWord(word="Aurelio", nice_class=30), Licensee(site="m.example")):
            record_lesson(db, "TM-0001", value, actor, reason="授权书已核", at=now())
        lead = Lead(url="https://shop.example/p/1", kind="trademark", words="假货")
        record_tip(db, lead, actor, way="console", at=now())
        listed = DrawList(targets=tuple(put_aside), inspectors=tuple(TEAM), conflicts=())
        record_lots(db, listed, actor, source="rejects", count=6, at=now())
    return workspace
