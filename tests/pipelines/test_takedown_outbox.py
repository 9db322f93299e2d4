from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.delivery import MailServer as Settings
from crawler.directory import recipient_problems
from crawler.errors import InputError, MachineError, NotAllowedError
from crawler.running import running
from crawler.store.database import now, writing
from crawler.store.ledger import find_entries
from crawler.store.notice_events import find_notice_events, record_notice_event
from crawler.store.outbox import find_outgoing, find_standing, find_step, record_sending
from crawler.takedown import Channel, Recipient
from crawler.workspace import Workspace, make_workspace
from pipelines.takedown.attachments import Attachment
from pipelines.takedown.delivery import deliver_due
from pipelines.takedown.outbox import (
    cancel_notice,
    hand_over_notice,
    outbox_folder,
    queue_notice,
    resolve_notice,
)
from pipelines.takedown.webhook import sign_webhook
from tests.servers.mail import MailServer
from tests.servers.notices import approve, approved_notices
from tests.servers.tiny_shop import Answer, TinyShop

AT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
PDF = Attachment(name="通知.pdf", media_type="application/pdf", data=b"%PDF\r\n\x00\xff")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(tmp_path) as server:
        yield server


@pytest.fixture
def office(tmp_path: Path, server: MailServer) -> Workspace:
    workspace = make_workspace(tmp_path / "w")
    smtp = Settings(host="127.0.0.1", port=server.port, security="none", timeout=10)
    return with_delivery(workspace, address="notices@harbour.example", smtp=smtp)


def with_delivery(workspace: Workspace, **changes: Any) -> Workspace:
    delivery = replace(workspace.config.delivery, **changes)
    return Workspace(folder=workspace.folder, config=replace(workspace.config, delivery=delivery))


def queue(office: Workspace, *notices: str, at_once: bool = True, **more: Any) -> None:
    with office.store() as db:
        for notice in notices:
            queue_notice(office, db, notice, by="mei", at_once=at_once, **more)


def deliver(office: Workspace) -> list[tuple[str, str]]:
    return [(one.notice, one.result) for one in deliver_due(office)]


def steps(office: Workspace, notice: str) -> list[str]:
    with office.store() as db:
        return [event.event for event in find_notice_events(db, notice)]


def record(office: Workspace, notice: str) -> dict[str, Any]:
    with office.store() as db:
        step = find_step(db, notice)
    assert step is not None
    return dict(step.record)


def test_what_was_kept_is_what_arrives(office: Workspace, server: MailServer) -> None:
    [notice] = approved_notices(office.folder)
    queue(office, notice, attachments=[PDF])
    assert deliver(office) == [(notice, "sent")]
    assert steps(office, notice) == ["approved", "queued", "sending", "sent"]
    [taken] = server.taken
    digest = hashlib.sha256(taken.content).hexdigest()
    with office.store() as db:
        outgoing = find_outgoing(db, notice)
        entries = [entry.kind for entry in find_entries(db, subject=notice)]
    assert outgoing is not None
    assert outgoing.sha256 == digest == record(office, notice)["sha256"]
    assert (outbox_folder(office) / digest).stat().st_mode & 0o777 == 0o600
    before = ["notice-drafted", "approval"]
    assert entries == [*before, *(f"notice-{step}" for step in steps(office, notice))]
    assert taken.sender.startswith(f"notices+{notice.lower()}.")
    assert deliver(office) == []


def test_what_is_not_approved_or_by_its_author_alone_is_not_queued(office: Workspace) -> None:
    [notice] = approved_notices(office.folder)
    with office.store() as db:
        for table in ("notice_events", "approvals"):
            db.execute(f"DROP TRIGGER {table}_refuses_delete")
            db.execute(f"DELETE FROM {table}")
        db.conn.commit()
        with pytest.raises(NotAllowedError, match="nobody has approved it"):
            queue_notice(office, db, notice, by="wei")
        with pytest.raises(NotAllowedError, match="author of a notice cannot"), writing(db):
            approve(db, notice, by="wei")
        with pytest.raises(NotAllowedError, match="nobody has approved it"):
            queue_notice(office, db, notice, by="wei")


def test_a_queued_notice_waits_and_can_be_cancelled(office: Workspace, server: MailServer) -> None:
    [notice] = approved_notices(office.folder)
    queue(office, notice, at_once=False)
    assert deliver(office) == [(notice, "waits")]
    with office.store() as db:
        with pytest.raises(NotAllowedError, match="is queued already"):
            queue_notice(office, db, notice, by="mei")
        cancel_notice(db, notice, by="mei", reason="wrong seller")
        with pytest.raises(NotAllowedError, match="is cancelled, and only what is queued"):
            cancel_notice(db, notice, by="mei", reason="again")
    assert deliver(office) == []
    assert server.taken == []
    queue(office, notice)
    assert deliver(office) == [(notice, "sent")]
    with office.store() as db, pytest.raises(NotAllowedError, match="only what is queued"):
        cancel_notice(db, notice, by="mei", reason="too late")


def test_the_store_itself_lets_nothing_out_twice(office: Workspace) -> None:
    first, second = approved_notices(office.folder, 2)
    queue(office, first)
    with office.store() as db:
        [(outgoing, step)] = find_standing(db, "queued")
        with writing(db):
            record_sending(db, outgoing, step, "d-1", now())
        for event, subject in (
            ("sending", first), ("sending", second), ("sent", second),
        ):  # fmt: skip
            with pytest.raises(sqlite3.IntegrityError, match="only a notice that is"), writing(db):
                record_notice_event(db, subject, event, {}, by="x", at=now())
        with writing(db):
            record_notice_event(db, first, "sent", {}, by="x", at=now())
        with pytest.raises(sqlite3.IntegrityError, match="is not queued again"), writing(db):
            record_notice_event(db, first, "queued", {}, by="x", at=now())


def test_what_a_killed_program_left_waits_for_a_person(
    office: Workspace, server: MailServer
) -> None:
    [notice] = approved_notices(office.folder)
    queue(office, notice)
    with office.store() as db:
        [(outgoing, step)] = find_standing(db, "queued")
        with writing(db):
            record_sending(db, outgoing, step, "d-dead", now())
    with running("d-dead", outbox_folder(office)):  # it is at it still
        assert deliver(office) == []
    [told] = deliver_due(office)
    assert (told.result, outgoing.message_id in told.words) == ("uncertain", True)
    assert deliver(office) == []
    with office.store() as db:
        with pytest.raises(NotAllowedError, match="notice resolve"):
            queue_notice(office, db, notice, by="mei")
        resolve_notice(db, notice, sent=False, by="mei", reason="not in the relay's log")
        with pytest.raises(NotAllowedError, match="only what is uncertain"):
            resolve_notice(db, notice, sent=True, by="mei", reason="twice")
    queue(office, notice)
    assert deliver(office) == [(notice, "sent")]
    assert len(server.taken) == 1


def test_a_person_may_find_out_that_it_was_sent(office: Workspace, server: MailServer) -> None:
    [notice] = approved_notices(office.folder)
    queue(office, notice)
    server.handler.hang_up = True
    assert deliver(office) == [(notice, "uncertain")]
    with office.store() as db:
        resolve_notice(db, notice, sent=True, by="mei", reason="it is in the relay's log")
    assert record(office, notice)["resolved"] is True
    assert deliver(office) == []


def test_what_is_put_off_is_offered_again_ever_later_and_then_fails(
    office: Workspace, server: MailServer
) -> None:
    office = with_delivery(office, attempts=3, retry_minutes=0)
    [notice] = approved_notices(office.folder)
    queue(office, notice)
    server.handler.to_recipient = lambda _: "451 greylisted"
    assert [deliver(office) for _ in range(4)] == [
        [(notice, "put_off")], [(notice, "put_off")], [(notice, "failed")], [],
    ]  # fmt: skip
    assert record(office, notice)["words"] == "451 greylisted"
    assert steps(office, notice).count("sending") == 3


def test_the_wait_doubles(office: Workspace, server: MailServer) -> None:
    office = with_delivery(office, retry_minutes=5)
    [notice] = approved_notices(office.folder)
    queue(office, notice)
    server.handler.to_recipient = lambda _: "451 greylisted"
    before = now()
    deliver(office)
    with office.store() as db:
        step = find_step(db, notice)
    assert step is not None
    assert timedelta(minutes=4.9) < step.not_before - before < timedelta(minutes=5.5)
    assert (step.record["attempt"], step.record["after"]) == (2, "451 greylisted")
    assert deliver(office) == [(notice, "waits")]


def test_a_rule_of_the_store_is_told(office: Workspace, server: MailServer) -> None:
    [notice] = approved_notices(office.folder)
    queue(office, notice)
    with office.store() as db:
        db.execute(
            "CREATE TRIGGER t BEFORE INSERT ON notice_events WHEN NEW.event = 'sending'"
            " BEGIN SELECT RAISE(ABORT, 'its approval was taken back'); END"
        )
    [told] = deliver_due(office)
    assert (told.result, told.words) == ("waits", "its approval was taken back")
    assert server.taken == []


def test_a_recipient_gets_so_many_an_hour(office: Workspace, server: MailServer) -> None:
    office = with_delivery(office, per_recipient_per_hour=2)
    notices = approved_notices(office.folder, 3)
    queue(office, *notices)
    assert [result for _, result in deliver(office)] == ["sent", "sent", "waits"]
    assert len(server.taken) == 2


def test_a_relay_that_cannot_be_used_leaves_all_as_it_is(office: Workspace) -> None:
    [notice] = approved_notices(office.folder)
    queue(office, notice)
    no_tls = replace(office.config.delivery.smtp or Settings(host="x"), security="starttls")
    with pytest.raises(MachineError, match="STARTTLS"):
        deliver(with_delivery(office, smtp=no_tls))
    with pytest.raises(InputError, match=r"\[delivery\.smtp\]"):
        deliver(with_delivery(office, smtp=None))
    assert steps(office, notice)[-1] == "queued"
    assert deliver(office) == [(notice, "sent")]


def test_a_message_that_was_changed_on_the_disk_is_not_sent(
    office: Workspace, server: MailServer
) -> None:
    bad, good = approved_notices(office.folder, 2)
    queue(office, bad, good)
    with office.store() as db:
        outgoing = find_outgoing(db, bad)
    assert outgoing is not None
    path = outbox_folder(office) / outgoing.sha256
    path.write_bytes(path.read_bytes().replace(b"Reply-To", b"Reply-Xo"))
    assert deliver(office) == [(bad, "failed"), (good, "sent")]
    assert "was changed" in record(office, bad)["words"]
    assert len(server.taken) == 1


def test_a_recipient_that_was_changed_since_the_draft_needs_a_new_draft(office: Workspace) -> None:
    [notice] = approved_notices(office.folder)
    (office.folder / "recipients.toml").write_text(
        '[[recipients]]\nsite = "shop.example"\nname = "x"\nemail = "other@shop.example"\n'
    )
    with office.store() as db, pytest.raises(NotAllowedError, match="draft it anew"):
        queue_notice(office, db, notice, by="mei")
    with (office.folder / "recipients.toml").open("a") as file:  # one of several is enough
        file.write(
            '[[recipients]]\nsite = "shop.example"\nname = "y"\nemail = "desk@shop.example"\n'
        )
    queue(office, notice)


# -- other ways ------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["portal", "post"])
def test_what_a_person_hands_over_is_sent_when_they_say_so(
    office: Workspace, channel: Channel
) -> None:
    recipient = Recipient(
        site="shop.example", name="Desk", portal="https://shop.example/report",
        address="1 Road", channel=channel,
    )  # fmt: skip
    [notice] = approved_notices(office.folder, recipient=recipient)
    queue(office, notice, attachments=[PDF])
    assert deliver(office) == [(notice, "by_hand")]
    folder = office.folder / "handover" / notice
    assert (folder / "notice.txt").read_text("utf-8") == "Please remove.\n请删除。\n"
    assert (folder / PDF.name).read_bytes() == PDF.data
    assert steps(office, notice)[-1] == "queued"
    with office.store() as db:
        hand_over_notice(db, notice, by="mei", ticket="CASE-4711", at=AT)
    assert steps(office, notice)[-2:] == ["sending", "sent"]
    assert record(office, notice)["ticket"] == "CASE-4711"
    assert deliver(office) == []


def test_what_goes_by_mail_is_not_handed_over(office: Workspace) -> None:
    [notice] = approved_notices(office.folder)
    queue(office, notice)
    with office.store() as db, pytest.raises(NotAllowedError, match="goes by email"):
        hand_over_notice(db, notice, by="mei", ticket="CASE-4711")


class Hook(TinyShop):
    """Takes webhooks."""

    def answer_to(self, path: str, body: bytes, headers: Any) -> Answer:
        self.bodies = [*getattr(self, "bodies", []), (body, dict(headers))]
        return self.answer(path, body)


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (Answer("ok", status=202), "sent"),
        (Answer("no such brand", status=422), "failed"),
        (Answer("", status=307, headers={"Location": "https://other.example/"}), "failed"),
        (Answer("slow down", status=429), "put_off"),
        (Answer("oops", status=500), "uncertain"),
        (Answer(status=0), "uncertain"),
    ],
)
def test_a_webhook_is_signed_and_its_answer_understood(
    office: Workspace, monkeypatch: pytest.MonkeyPatch, answer: Answer, result: str
) -> None:
    monkeypatch.setenv("HOOK_KEY", "secret")
    office = with_delivery(office, webhook_key_env="HOOK_KEY")
    with Hook({"/notices?x=1": answer}) as hook:
        url = f"{hook.url}/notices?x=1"
        recipient = Recipient(site="shop.example", name="Desk", webhook=url)
        [notice] = approved_notices(office.folder, recipient=recipient)
        queue(office, notice, attachments=[PDF])
        [told] = deliver_due(office)
        [(body, headers)] = hook.bodies
    assert told.result == result, told.words
    assert headers["Idempotency-Key"] == notice
    moment = int(headers["Markhound-Signature"].split(",")[0].removeprefix("t="))
    assert hmac.compare_digest(
        headers["Markhound-Signature"], sign_webhook(b"secret", moment, body)
    )
    told_json = json.loads(body)
    assert (told_json["id"], told_json["text"]) == (notice, "Please remove.\n请删除。\n")
    assert told_json["attachments"][0]["sha256"] == hashlib.sha256(PDF.data).hexdigest()


def test_a_webhook_that_is_not_there_is_put_off(office: Workspace) -> None:
    with Hook({}) as hook:
        url = f"{hook.url}/notices"
    recipient = Recipient(site="shop.example", name="Desk", webhook=url)
    [notice] = approved_notices(office.folder, recipient=recipient)
    queue(office, notice)
    [told] = deliver_due(office)
    assert (told.result, told.words[:13]) == ("put_off", "no connection")


def test_a_secret_of_a_webhook_is_sent_and_stands_nowhere(
    office: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Hook({"/notices?token=a%2Fb": Answer("ok", status=202)}) as hook:
        url = f"{hook.url}/notices?token={{env:SHOP_TOKEN}}"
        recipient = Recipient(site="shop.example", name="Desk", webhook=url)
        [notice] = approved_notices(office.folder, recipient=recipient)
        queue(office, notice)
        monkeypatch.delenv("SHOP_TOKEN", raising=False)
        with pytest.raises(InputError, match="in the variable SHOP_TOKEN"):
            deliver_due(office)
        assert not hasattr(hook, "bodies"), "it is told before anything is claimed"
        monkeypatch.setenv("SHOP_TOKEN", "a/b")
        [told] = deliver_due(office)
        assert (told.result, len(hook.bodies)) == ("sent", 1)
    with office.store() as db:
        text = "\n".join(db.conn.iterdump())
    assert "{env:SHOP_TOKEN}" in text
    assert "a/b" not in text.replace("data/b", "")


def test_a_password_in_a_webhook_is_refused_as_it_would_be_handed_over() -> None:
    recipient = Recipient(site="shop.example", name="Desk", webhook="https://u:pw@hook.example/")
    [(key, problem)] = recipient_problems(recipient)
    assert (key, "{env:NAME}" in problem) == ("webhook", True)
