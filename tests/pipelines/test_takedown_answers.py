from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from crawler.config import TakedownConfig
from crawler.errors import InputError, NotAllowedError, NotFoundError
from crawler.store.answers import Answer, find_answers, load_answer
from crawler.store.database import now, writing
from crawler.store.ledger import find_entries
from crawler.store.notice_events import find_notice_events, record_notice_event
from crawler.store.notices import load_notice
from crawler.workspace import Workspace, make_workspace
from pipelines.evidence.bundle import export_case
from pipelines.takedown.answers import decide_answer, dismiss_answer, receive_mail
from pipelines.takedown.clocks import find_clocks
from pipelines.takedown.mail_ids import load_mail_key
from pipelines.takedown.outbox import queue_notice
from tests.servers.notices import approved_notices

SENDER = '\n[sender]\nname = "Li Wei"\nemail = "notices@harbour.example"\n'
NOTICE, OTHER = "N-2026-000001", "N-2026-000002"

NO_DAYS = TakedownConfig(answer_days=())


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    folder = tmp_path / "w"
    make_workspace(folder)
    settings = folder / "markhound.toml"
    settings.write_text(settings.read_text().replace("\n[sender]\n", SENDER))
    workspace = make_workspace(folder)
    approved_notices(folder, 2)
    with workspace.store() as db:
        for notice in (NOTICE, OTHER):
            queue_notice(workspace, db, notice, by="mei")
            with writing(db):
                for step in ("sending", "sent"):
                    record_notice_event(db, notice, step, {}, by="markhound", at=now())
    return workspace


@pytest.fixture
def db(office: Workspace) -> Iterator[Database]:
    with office.store() as db:
        yield db


def reply_to(office: Workspace, notice: str = NOTICE, purpose: str = "reply") -> str:
    return load_mail_key(office.folder).address("notices@harbour.example", purpose, notice)


def message_id(office: Workspace, notice: str = NOTICE) -> str:
    return load_mail_key(office.folder).message_id("notices@harbour.example", notice)


def mail(text: str = "Thank you.", **headers: str) -> bytes:
    message = EmailMessage()
    digest = hashlib.sha256((text + str(headers)).encode()).hexdigest()[:12]
    given = {
        "From": "desk@shop.example", "To": "notices@harbour.example", "Subject": "Re",
        "Message_ID": f"<{digest}@shop.example>",
    } | headers  # fmt: skip
    for name, value in given.items():
        if value:
            message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def take(office: Workspace, db: Database, raw: bytes) -> Answer:
    answer = receive_mail(office, db, raw, source="test")
    assert answer is not None
    return answer


def steps(db: Database, notice: str = NOTICE) -> list[str]:
    return [event.event for event in find_notice_events(db, notice)][4:]


# -- to which notice -------------------------------------------------------------------


def test_a_mail_is_matched_by_what_proves_most(office: Workspace, db: Database) -> None:
    for headers, expected in (
        ({"To": reply_to(office), "Subject": f"Re: [{OTHER}]"}, (NOTICE, "signed")),
        ({"Delivered_To": reply_to(office).upper()}, (NOTICE, "signed")),
        ({"In_Reply_To": message_id(office)}, (NOTICE, "thread")),
        ({"References": f"<a@b> {message_id(office, OTHER)}"}, (OTHER, "thread")),
        ({"Subject": f"AW: 回复: [{NOTICE.lower()}] x"}, (NOTICE, "subject")),
        ({"Subject": f"[{NOTICE}]", "From": "desk@mail.shop.example"}, (NOTICE, "subject")),
        ({"Subject": f"[{NOTICE}]", "From": "seller@evil.example"}, (None, None)),
        ({"Subject": "[N-2026-999999]"}, (None, None)),
        ({"Subject": "hello"}, (None, None)),
    ):
        answer = take(office, db, mail(**headers))
        assert (answer.notice, answer.matched_by) == expected, headers


def test_a_forged_address_matches_nothing_and_is_told(office: Workspace, db: Database) -> None:
    genuine = reply_to(office)
    local, _, mark = genuine.partition("@")[0].rpartition(".")
    forged = f"{local}.{'a' * len(mark)}@harbour.example"
    answer = take(office, db, mail(To=forged, From="x@evil.example"))
    assert (answer.notice, answer.record["forged"]) == (None, forged)
    swapped = genuine.replace(NOTICE.lower(), OTHER.lower())
    assert take(office, db, mail(To=swapped, From="x@evil.example")).notice is None


def test_a_platform_s_ticket_is_known_again(office: Workspace, db: Database) -> None:
    decide_answer(db, NOTICE, "acknowledged", by="mei", reason="by form", ticket="TB-778812")
    assert take(office, db, mail("您的投诉 TB-778812 已受理")).matched_by == "ticket"
    assert take(office, db, mail("your TB-7788121 and XTB-778812")).notice is None
    assert take(office, db, mail("TB-778812", From="a@evil.example")).notice is None


# -- kept ------------------------------------------------------------------------------


def test_the_mail_is_kept_as_it_came_and_stands_in_the_ledger(
    office: Workspace, db: Database
) -> None:
    raw = mail("原文", To=reply_to(office))
    answer = take(office, db, raw)
    assert answer.id == hashlib.sha256(raw).hexdigest()
    assert (office.folder / answer.file).read_bytes() == raw
    [entry] = [e for e in find_entries(db, subject=NOTICE) if e.kind == "answer"]
    assert answer.id in entry.record


def test_the_same_mail_by_two_ways_counts_once(office: Workspace, db: Database) -> None:
    raw = mail(To=reply_to(office), Auto_Submitted="auto-replied")
    take(office, db, raw)
    by_another_way = b"Received: from a by b\r\n" + raw.replace(b"\n", b"\r\n")
    assert receive_mail(office, db, raw, source="test") is None
    assert receive_mail(office, db, by_another_way, source="test") is None
    assert steps(db) == ["acknowledged"]
    same_id = raw.replace(b"Thank you.", b"It has been removed.")
    assert receive_mail(office, db, same_id, source="test") is not None


def test_answers_are_append_only(office: Workspace, db: Database) -> None:
    take(office, db, mail())
    with pytest.raises(sqlite3.IntegrityError, match="answers is append-only"):
        db.execute("UPDATE answers SET notice = NULL")


# -- what it is ------------------------------------------------------------------------


def bounce(original: str, action: str = "failed", to: str = "notices@harbour.example") -> bytes:
    return (
        f"From: MAILER-DAEMON@relay.example\r\nTo: {to}\r\nSubject: Undelivered\r\n"
        "MIME-Version: 1.0\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThe item has been removed.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; relay.example\r\n\r\n"
        f"Final-Recipient: rfc822; desk@shop.example\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 no such\r\n mailbox\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {original}\r\n"
        "Subject: x\r\n\r\nbody\r\n--b--\r\n"
    ).encode()


def test_a_bounce_is_told_with_the_server_s_words(office: Workspace, db: Database) -> None:
    answer = take(office, db, bounce(message_id(office)))
    assert (answer.kind, answer.notice, answer.matched_by) == ("bounce", NOTICE, "thread")
    assert (answer.record["status"], answer.record["diagnostic"]) == (
        "5.1.1", "smtp; 550 no such mailbox",
    )  # fmt: skip
    assert (answer.suggestion, steps(db)) == (None, ["bounced"])


def test_a_bounce_to_the_envelope_s_address_needs_no_copy(office: Workspace, db: Database) -> None:
    answer = take(office, db, bounce("<x@y.example>", to=reply_to(office, purpose="bounce")))
    assert (answer.kind, answer.matched_by, steps(db)) == ("bounce", "signed", ["bounced"])


def test_a_bounce_to_the_address_that_the_notice_shows_is_believed_by_a_person_alone(
    office: Workspace, db: Database
) -> None:
    for original in ("<x@y.example>", message_id(office)):
        answer = take(office, db, bounce(original, to=reply_to(office)))
        assert (answer.kind, answer.notice, steps(db)) == ("bounce", NOTICE, [])
        assert answer.id in {a.id for a in find_answers(db, open_only=True)}


@pytest.mark.parametrize(
    "text",
    [
        "I am out of the office until Monday.",
        "This mailbox is not monitored.",
        "自动回复：本人休假中，请联系同事。",
        "该邮箱已停用",
    ],
)
def test_an_automatic_answer_that_nobody_reads_it_is_no_acknowledgement(
    office: Workspace, db: Database, text: str
) -> None:
    answer = take(office, db, mail(text, To=reply_to(office), Auto_Submitted="auto-replied"))
    assert (answer.kind, steps(db)) == ("reply", [])
    assert answer.id in {a.id for a in find_answers(db, open_only=True)}


def test_a_report_that_proves_nothing_changes_nothing(office: Workspace, db: Database) -> None:
    assert take(office, db, bounce("<forged@shop.example>")).notice is None
    assert take(office, db, bounce(message_id(office), "delayed")).kind == "delayed"
    assert take(office, db, bounce(message_id(office), "delivered")).kind == "delivered"
    assert steps(db) == []


def test_only_a_machine_s_answer_is_a_step_by_itself(office: Workspace, db: Database) -> None:
    for said, kind in (("no", "reply"), ("auto-replied; x", "acknowledgement")):
        answer = take(office, db, mail(said, To=reply_to(office), Auto_Submitted=said))
        assert answer.kind == kind
    assert steps(db) == ["acknowledged"]
    weak = mail(Subject=f"[{OTHER}]", Auto_Submitted="auto-generated")
    assert take(office, db, weak).matched_by == "subject"
    assert steps(db, OTHER) == []


def test_the_clock_of_a_counter_notice_runs_from_its_mail(office: Workspace, db: Database) -> None:
    sent = now() - timedelta(days=2)
    take(office, db, mail("removed", To=reply_to(office)))
    answer = take(
        office, db,
        mail("卖家已提交反通知", To=reply_to(office), Date=f"{sent:%a, %d %b %Y %H:%M:%S} +0000"),
    )  # fmt: skip
    assert answer.clock_from == sent.replace(microsecond=0)
    first, *_ = find_answers(db, open_only=True)
    assert (first.id, steps(db)) == (answer.id, [])
    decide_answer(db, NOTICE, "countered", by="mei", reason="read", answer=answer.id[:8])
    [event] = [e for e in find_notice_events(db, NOTICE) if e.event == "countered"]
    assert event.record["received_at"].startswith(f"{sent:%Y-%m-%dT%H:%M}")
    assert answer.id not in {a.id for a in find_answers(db, open_only=True)}


@pytest.mark.parametrize(
    "date", ["Mon, 01 Jan 1990 00:00:00 +0000", "Fri, 01 Jan 2100 00:00:00 +0000", "x"]
)
def test_a_date_that_cannot_be_is_not_believed(office: Workspace, db: Database, date: str) -> None:
    answer = take(office, db, mail("counter notice", To=reply_to(office), Date=date))
    assert answer.clock_from == answer.received_at


# -- a person decides ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("meaning", "event"),
    [("removed", "decided"), ("partly", "decided"), ("refused", "decided"),
     ("restored", "restored"), ("acknowledged", "acknowledged")],
)  # fmt: skip
def test_a_person_s_word_is_a_step(db: Database, meaning: Any, event: str) -> None:
    decide_answer(db, NOTICE, meaning, by="mei", reason="by telephone")
    [*_, last] = find_notice_events(db, NOTICE)
    assert (last.event, last.by) == (event, "mei")
    assert last.record.get("outcome") == (meaning if event == "decided" else None)


def test_an_answer_to_what_was_not_sent_is_refused(db: Database) -> None:
    with writing(db):
        db.execute(
            "INSERT INTO notices SELECT 'N-2026-000009', case_id, kind, record, drafted_by,"
            " drafted_at FROM notices LIMIT 1"
        )
    with pytest.raises(NotAllowedError, match="was never sent"):
        decide_answer(db, "N-2026-000009", "removed", by="mei", reason="x")
    with pytest.raises(NotFoundError):
        decide_answer(db, "N-2026-000010", "removed", by="mei", reason="x")
    with pytest.raises(InputError, match="a time that is past"):
        decide_answer(
            db, NOTICE, "countered", by="mei", reason="x", received_at=now() + timedelta(days=1)
        )


def test_a_mail_that_answers_nothing_is_dismissed_and_kept(office: Workspace, db: Database) -> None:
    answer = take(office, db, mail("buy now", From="spam@evil.example"))
    assert [a.id for a in find_answers(db, open_only=True)] == [answer.id]
    dismiss_answer(db, answer.id[:6], by="mei", reason="spam")
    assert list(find_answers(db, open_only=True)) == []
    assert load_answer(db, answer.id).decided == "nothing: spam"
    assert (office.folder / answer.file).exists()


# -- hostile mails ---------------------------------------------------------------------


def nested(depth: int) -> bytes:
    inner = b"Content-Type: text/plain\r\n\r\nhas been removed\r\n"
    for number in range(depth):
        edge = b"b%d" % number
        inner = (
            b"Content-Type: multipart/mixed; boundary=" + edge + b"\r\n\r\n--" + edge + b"\r\n"
            + inner + b"\r\n--" + edge + b"--\r\n"
        )  # fmt: skip
    return b"From: a@shop.example\r\nSubject: nested\r\nMIME-Version: 1.0\r\n" + inner


HOSTILE = {
    "empty": b"",
    "no headers": b"\r\n\r\nhello",
    "no message id": mail(Message_ID=""),
    "bytes": bytes(range(256)) * 50,
    "zeros": b"From: a\x00b@shop.example\r\nSubject: \x00\r\n\r\n\x00",
    "nested": nested(60),
    "nested without end": nested(3000),
    "attached without end": b"Content-Type: message/rfc822\r\n\r\n" * 3000 + b"x",
    "broken words": b"Subject: =?utf-8?b?!!!!?= =?x-nothing?q?=FF?=\r\nFrom: =?gb2312?B?z\r\n\r\n",
    "many headers": b"X: y\r\n" * 50_000 + b"\r\nx",
    "long header": b"Subject: " + b"a" * 2_000_000 + b"\r\n\r\nx",
    "many addresses": b"To: " + b"a@b.example, " * 50_000 + b"\r\n\r\nx",
    "many parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\n\r\nx\r\n" * 20_000,
    "broken html": b"Content-Type: text/html\r\n\r\n" + b"<div><table>" * 5_000,
    "wrong charset": b"Content-Type: text/plain; charset=nothing\r\n\r\n\xff\xfe has been removed",
    "charset as a list": b"Content-Type: text/plain; charset*=utf-8''%FF\r\n\r\nx",
    "bad base64": b"Content-Transfer-Encoding: base64\r\n\r\n%%%%",
    "status without form": b"Content-Type: message/delivery-status\r\n\r\nnothing\r\n\r\nAction",
    "surrogates": "Subject: \ud800\r\n\r\n\ud800".encode("utf-8", "surrogatepass"),
    "date": b"Date: Mon, 99 Foo 99999 99:99:99 +9999\r\n\r\n",
}  # fmt: skip


def test_a_hostile_mail_is_kept_and_listed(office: Workspace, db: Database) -> None:
    for name, raw in HOSTILE.items():
        answer = take(office, db, raw)
        assert (answer.notice, answer.size) == (None, len(raw)), name
        assert answer.id in {a.id for a in find_answers(db)}, name


def test_the_clock_of_a_counter_notice_is_told_before_anybody_has_read_it(
    office: Workspace, db: Database
) -> None:
    notice = replace(load_notice(db, NOTICE), kind="dmca")
    assert find_clocks(db, notice, NO_DAYS) == []
    answer = take(
        office,
        db,
        mail("We received a counter notification.", To=reply_to(office), Subject="Counter notice"),
    )
    assert answer.suggestion == "countered"
    assert find_clocks(db, replace(notice, kind="retraction"), TakedownConfig()) == []
    [clock] = find_clocks(db, notice, NO_DAYS)
    assert (clock.rule.id, clock.due is not None) == ("DMCA_COUNTER", True)
    assert answer.id[:12] in clock.notes[0]
    decide_answer(db, NOTICE, "countered", by="mei", reason="read", answer=answer.id)
    [known] = find_clocks(db, notice, NO_DAYS)
    assert known == replace(clock, notes=clock.notes[1:])


def test_a_mail_that_is_no_counter_notice_stops_its_clock(office: Workspace, db: Database) -> None:
    notice = replace(load_notice(db, NOTICE), kind="dmca")
    answer = take(office, db, mail("Our counter notice form.", To=reply_to(office)))
    assert [clock.rule.id for clock in find_clocks(db, notice, NO_DAYS)] == ["DMCA_COUNTER"]
    dismiss_answer(db, answer.id, by="mei", reason="an advertisement")
    assert find_clocks(db, notice, NO_DAYS) == []


@pytest.mark.parametrize("way", ["signed", "thread"])
def test_what_a_bundle_holds_proves_no_answer_from_then_on(
    office: Workspace, db: Database, tmp_path: Path, way: str
) -> None:
    """Whoever got the case can write to its signed address, and name its Message-ID."""

    def to(notice: str) -> dict[str, str]:
        if way == "signed":
            return {"To": reply_to(office, notice)}
        return {"In_Reply_To": message_id(office, notice)}

    done = export_case(db, office, load_notice(db, NOTICE).case, tmp_path / "b", by="li", at=now())
    [sent] = [p for p in (done.path / "data" / "files").iterdir() if NOTICE in p.read_text()]
    mark = reply_to(office) if way == "signed" else message_id(office)
    assert mark in sent.read_text(), "it is handed over as it was sent"
    forged = take(office, db, mail(**to(NOTICE), Auto_Submitted="auto-replied"))
    assert (forged.notice, forged.matched_by, steps(db)) == (NOTICE, "shared", [])
    assert [answer.id for answer in find_answers(db, open_only=True)] == [forged.id]
    decide_answer(db, NOTICE, "acknowledged", by="mei", reason="by telephone", answer=forged.id)
    assert steps(db) == ["acknowledged"]


def test_an_answer_before_the_case_was_handed_over_is_proven_as_ever(
    office: Workspace, db: Database, tmp_path: Path
) -> None:
    automatic = {"Auto_Submitted": "auto-replied"}
    assert take(office, db, mail(To=reply_to(office), **automatic)).matched_by == "signed"
    export_case(db, office, load_notice(db, NOTICE).case, tmp_path / "b", by="li", at=now())
    assert steps(db) == ["acknowledged"]
