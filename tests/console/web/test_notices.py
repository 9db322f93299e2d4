"""The notices desk: from a draft to what became of it, and what is refused on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from console.web.desk_memory import DeskMemory
from console.web.words import load_words
from crawler.config import TakedownConfig
from crawler.store.database import writing
from crawler.store.lessons import find_lessons
from crawler.store.notice_events import record_notice_event
from crawler.store.notices import find_notices
from crawler.workspace import Workspace
from pipelines.takedown.checking import RULES
from tests.servers.console import signed_in
from tests.servers.desk import judged_workspace, wait_for
from tests.servers.judged import now
from tests.servers.mail import MailServer


@dataclass
class Office:
    """Two people at one desk, and a mail server."""

    workspace: Workspace
    hits: list[str]
    mail: MailServer
    wei: TestClient
    """Who drafts."""
    fang: TestClient
    """Who approves."""

    def draft(self, kind: str = "dsa", *hits: str) -> str:
        chosen = hits or self.hits[:2]
        case = self.wei.post("/cases", data={"hit": chosen}).url.path.rpartition("/")[2]
        fields = {"case": case, "hit": chosen, "kind": kind}
        answer = self.wei.post("/notices", data=fields)
        assert answer.status_code == 200, answer.text
        return answer.url.path.rpartition("/")[2]

    def ready(self) -> str:
        """Return a notice that may be approved."""
        name = self.draft()
        for exception in ("referential", "exhaustion"):
            self.do(name, "consider", exception=exception, result="不适用")
        assert "every rule holds" in self.do(name, "check", look="no").text
        return name

    def do(self, name: str, what: str, **fields: str) -> Response:
        return do(self.wei, name, what, **fields)

    def approve(self, name: str) -> Response:
        return do(self.fang, name, "approve", kind="ordinary", reason="看过 looked at")

    def sent(self) -> str:
        """Return a notice that was sent."""
        name = self.ready()
        assert self.approve(name).status_code == 200
        self.do(name, "send")
        assert "is queued for notices@shop.example" in wait_for(self.wei, name)
        self.wei.post("/notices/deliver", data={"notice": name})
        assert f"{name} sent: 250 taken as 4711" in wait_for(self.wei, "outbox")
        return name

    def receive(self, text: str, subject: str = "Re: your notice") -> str:
        to = self.mail.taken[-1].parsed["Reply-To"]
        raw = f"From: <desk@shop.example>\r\nTo: {to}\r\nSubject: {subject}\r\n\r\n{text}\r\n"
        page = self.wei.post("/notices/receive", files={"mail": ("a.eml", raw.encode())}).text
        return page.partition("/notices/answers/")[2].partition('"')[0]


def do(client: TestClient, name: str, what: str, **fields: str) -> Response:
    return client.post(f"/notices/{name}/{what}", data=fields)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with ExitStack() as stack:
        mail = stack.enter_context(MailServer(tmp_path))
        workspace, hits = judged_workspace(tmp_path / "w", mail)
        wei = stack.enter_context(signed_in(workspace, "李伟", "approver"))
        fang = stack.enter_context(signed_in(workspace, "王芳", "approver"))
        yield Office(workspace, hits, mail, wei, fang)


def test_what_is_missing_is_named_with_where_it_belongs(office: Office) -> None:
    file = office.workspace.folder / "recipients.toml"
    file.write_text("", encoding="utf-8")
    case = office.wei.post("/cases", data={"hit": office.hits[:2]}).url.path.rpartition("/")[2]
    fields = {"case": case, "hit": office.hits[:2], "kind": "dsa"}
    asked = office.wei.get("/notices/new", params={**fields, "check": "1"})
    drafted = office.wei.post("/notices", data=fields)
    assert (asked.status_code, drafted.status_code) == (200, 422)
    for page in (asked.text, drafted.text):
        assert "recipients.toml, a [[recipients]] table with its site" in page
    with office.workspace.store() as db:
        assert find_notices(db) == []
    wrong = office.wei.post("/notices", data={**fields, "kind": "dmca"})
    assert "is for a copyright work only" in wrong.text


def test_the_author_is_refused_and_told_so_before(office: Office) -> None:
    name = office.ready()
    page = office.wei.get(f"/notices/{name}").text
    assert "You drafted this notice." in page
    assert f"/notices/{name}/approve" not in page
    refused = office.do(name, "approve", kind="ordinary", reason="I like it")
    assert refused.status_code == 403
    assert "the author of a notice cannot approve it" in refused.text  # the store says so
    assert "counsel" in office.fang.get(f"/notices/{name}").text
    assert "Approved; it may be sent." in office.approve(name).text
    again = office.approve(name)
    assert (again.status_code, "has it already" in again.text) == (403, True)


def test_a_rule_stops_an_approval_and_is_told(office: Office) -> None:
    name = office.draft()
    stopped = office.approve(name)
    assert stopped.status_code == 403
    assert "nobody considered &#39;exhaustion&#39;" in stopped.text
    applies = {"exception": "referential", "result": "fits only", "applies": "yes"}
    office.do(name, "consider", **applies)
    assert (
        "&#39;referential&#39; applies, as 李伟 found" in office.do(name, "check", look="no").text
    )
    assert f'"/notices/{name}"' in office.wei.get("/notices?tray=missing").text


def test_what_a_rule_found_is_told_in_chinese_as_well(office: Office) -> None:
    name = office.draft()
    with signed_in(office.workspace, "赵敏", "approver", language="zh") as zhao:
        page = do(zhao, name, "check", look="no").text
    assert "有例外情形尚未考虑" in page
    words = load_words()
    rules = [rule.replace("-", "_") for rule, *_ in RULES]
    for what in ("rule", "holds", "lacks"):
        assert [r for r in rules if f"notices.{what}_{r}" not in words] == []


def test_roles_are_kept_to(office: Office) -> None:
    name = office.ready()
    with signed_in(office.workspace, "Ann", "analyst") as ann:
        page = ann.get(f"/notices/{name}").text
        assert "one of these roles: admin, approver, legal" in page
        assert do(ann, name, "approve", kind="ordinary", reason="x").status_code == 403
    legal = do(office.fang, name, "approve", kind="legal", reason="x")
    assert (legal.status_code, "one of these roles: legal" in legal.text) == (403, True)
    with signed_in(office.workspace, "Audit", "auditor") as audit:
        main = audit.get(f"/notices/{name}").text.partition("<main")[2].partition("</main>")[0]
        assert "<button" not in main
        for what in ("check", "consider", "approve", "send", "withdraw"):
            assert do(audit, name, what, reason="x").status_code == 403


def test_from_approval_to_an_answer_that_is_shown(office: Office) -> None:
    name = office.sent()
    [taken] = office.mail.taken
    exact = office.wei.get(f"/notices/{name}/message")
    assert exact.content == taken.content
    assert exact.headers["content-security-policy"] == "sandbox; default-src 'none'"
    pdf = office.wei.get(f"/notices/{name}/files/{name}.pdf")
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["content-disposition"] == f'attachment; filename="{name}.pdf"'
    assert office.wei.get(f"/notices/{name}/files/nothing").status_code == 404

    answer = office.receive("Here is the counter-notice.\n<script>alert(1)</script>\u202e")
    page = office.wei.get(f"/notices/answers/{answer}").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;[U+202E]" in page
    assert "<script>alert" not in page
    assert "counter-notice?" in office.wei.get(f"/notices/{name}").text
    decided = {"notice": name, "answer": answer, "meaning": "countered", "reason": "卖家否认"}
    shown = office.wei.post(f"/notices/answers/{answer}/reply", data=decided)
    assert shown.url.path == f"/notices/{name}"
    assert "卖家否认" in shown.text
    assert f'"/notices/{name}"' in office.wei.get("/notices?tray=countered").text
    assert "No answer waits" not in office.wei.get("/notices?tray=answers").text
    assert answer not in office.wei.get("/notices?tray=answers").text


def test_what_is_queued_can_be_taken_back(office: Office) -> None:
    name = office.ready()
    early = office.do(name, "send")
    assert early.status_code == 200
    assert "nobody has approved it" in wait_for(office.wei, name)
    office.approve(name)
    office.do(name, "send")
    wait_for(office.wei, name)
    assert "due: it goes with the next sending" in office.wei.get("/notices?tray=queued").text
    assert office.do(name, "cancel", reason=" ").status_code == 422
    assert "Taken back" in office.do(name, "cancel", reason="wait for counsel").text
    late = office.do(name, "cancel", reason="again")
    assert (late.status_code, "is cancelled, and only what is queued" in late.text) == (403, True)
    assert f'value="{name}"' in office.wei.get("/notices?tray=ready").text
    assert office.mail.taken == []


def test_an_uncertain_sending_waits_for_a_person(office: Office) -> None:
    office.mail.handler.hang_up = True
    name = office.ready()
    office.approve(name)
    office.wei.post("/notices/send", data={"notice": name})
    wait_for(office.wei, "outbox")
    office.wei.post("/notices/deliver")
    assert "uncertain" in wait_for(office.wei, "outbox")
    assert f'"/notices/{name}"' in office.wei.get("/notices?tray=uncertain").text
    assert "It is never sent again by itself." in office.wei.get(f"/notices/{name}").text
    office.mail.handler.hang_up = False
    assert "Queue it" not in office.wei.get(f"/notices/{name}").text
    page = office.do(name, "resolve", found="not-sent", reason="the relay never had it").text
    assert "Queue it for sending" in page
    office.do(name, "send")
    wait_for(office.wei, name)
    office.wei.post("/notices/deliver")
    wait_for(office.wei, "outbox")
    assert f'"/notices/{name}"' in office.wei.get("/notices?tray=sent").text


def test_a_wrong_notice_is_withdrawn_in_one_step_and_its_seller_licensed(office: Office) -> None:
    name = office.sent()
    wrong = {"reason": "卖家有授权", "overturned": "licensed", "licensee": "yes"}
    page = office.do(name, "withdraw", **wrong)
    retraction = page.url.path.rpartition("/")[2]
    assert retraction != name
    assert "Withdrawn. This retraction tells the recipient" in page.text
    with office.workspace.store() as db:
        [lesson] = find_lessons(db)
    assert "卖家有授权" in lesson.reason
    office.do(retraction, "send")
    wait_for(office.wei, retraction)
    office.wei.post("/notices/deliver")
    wait_for(office.wei, "outbox")
    assert len(office.mail.taken) == 2
    assert office.do(name, "withdraw", **wrong).status_code == 403


def test_a_mail_that_answers_nothing_is_put_aside(office: Office) -> None:
    office.sent()
    answer = office.receive("Buy our lamps.")
    office.wei.post(f"/notices/answers/{answer}/dismiss", data={"reason": "advertising"})
    assert answer not in office.wei.get("/notices?tray=answers").text
    mail = office.wei.get(f"/notices/answers/{answer}/mail")
    assert b"Buy our lamps." in mail.content
    assert mail.headers["content-disposition"] == f'attachment; filename="{answer[:12]}.eml"'


def test_what_is_not_there_is_told(office: Office) -> None:
    for path in ("N-2026-000009", "N-2026-000009/message", "answers/ffff", "progress/N-1"):
        assert office.wei.get(f"/notices/{path}").status_code == 404, path
    assert office.wei.get("/notices/new?case=c-none").status_code == 404
    assert office.wei.post("/notices/send", data={}).status_code == 422
    assert office.wei.post("/notices/receive", data={}).status_code == 422


def test_the_desk_remembers_no_more_than_happened(office: Office) -> None:
    memory, days = DeskMemory(), TakedownConfig(answer_days=(3,))
    with office.workspace.store() as db:
        assert not any(memory.count(db).values())
        name = office.draft()
        assert memory.find(db, "unchecked") == [name]
        for event, tray in (
            ("checked", "missing"), ("bounced", "returned"), ("countered", "countered"),
            ("restored", "restored"), ("withdrawn", "closed"), ("countered", "closed"),
        ):  # fmt: skip
            with writing(db):
                record_notice_event(
                    db, name, event, {"holds": False, "lines": []}, by="x", at=now()
                )
            assert memory.find(db, tray) == DeskMemory().find(db, tray) == [name], event
            assert memory.clocks(db, days) == DeskMemory().clocks(db, days), event
        assert sum(memory.count(db).values()) == 1
