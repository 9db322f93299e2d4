"""Telling on real channels: mail to a real server, a webhook and a service on loopback."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from crawler.delivery import MailServer as Settings
from crawler.store.database import now, writing
from crawler.store.digests import (
    DigestItem,
    find_digests,
    find_items,
    new_digest_id,
    record_digest,
)
from crawler.store.ledger import find_entries
from crawler.telling import TellChannel, TellKind
from crawler.workspace import Workspace, make_workspace
from pipelines.digests.audiences import Audience, find_audiences
from pipelines.digests.gathering import Sources
from pipelines.digests.letters import Letter
from pipelines.digests.telling import Told, tell
from pipelines.evidence.row_checks import check_rows
from tests.servers.mail import MailServer
from tests.servers.nightly import CAMPAIGN, see

SOURCES = Sources()


class Hook:
    """Takes what is posted to it, and answers with ``status``."""

    def __init__(self) -> None:
        self.status = 200
        self.elsewhere = ""
        self.taken: list[tuple[dict[str, str], dict[str, Any]]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if hook.status == 200:
                    hook.taken.append((dict(self.headers), json.loads(body)))
                said = f"{self.command} {self.path}".encode()
                self.send_response(hook.status)
                if hook.elsewhere:
                    self.send_header("Location", hook.elsewhere)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with MailServer(tmp_path_factory.mktemp("mail")) as server:
        yield server


@pytest.fixture
def server(mail: MailServer) -> MailServer:
    mail.taken.clear()
    return mail


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.close()


@pytest.fixture
def office(tmp_path: Path, server: MailServer) -> Workspace:
    workspace = make_workspace(tmp_path / "w")
    smtp = Settings(host="127.0.0.1", port=server.port, security="none", timeout=10)
    delivery = replace(workspace.config.delivery, address="ip@harbour.example", smtp=smtp)
    config = replace(workspace.config, delivery=delivery)
    found(workspace, 1)
    return Workspace(folder=workspace.folder, config=config)


def found(workspace: Workspace, number: int) -> None:
    """Let a sweep of now find a hit of a new seller."""
    sweep, at = f"sw-{number}", now()
    with workspace.store() as db:
        db.execute(
            "INSERT INTO sweeps (id, campaign, plan, started_at) VALUES (?, ?, ?, ?)",
            [sweep, CAMPAIGN.name, '{"name": "夜巡 night", "seeds": []}', at.isoformat()],
        )
        db.conn.commit()
        see(db, sweep, f"p/{number}", at, seller=f"店 {number}")
        db.execute(
            "INSERT INTO sweep_ends (sweep, state, ended_at) VALUES (?, 'finished', ?)",
            [sweep, at.isoformat()],
        )
        db.conn.commit()


def audiences(*channels: tuple[str, TellKind, str]) -> list[Audience]:
    made = [TellChannel(name=name, kind=kind, address=to) for name, kind, to in channels]
    return find_audiences(made, [])[0]


DESK: tuple[str, TellKind, str] = ("desk", "mail", "desk@firm.example")


def plain(audience: Audience, items: Sequence[DigestItem], _: datetime) -> Letter:
    lines = [f"{item.kind}: {item.facts.get('seller') or item.key}" for item in items]
    text = "\n".join(lines) + "\n"
    told = tuple({"kind": item.kind, "text": line} for item, line in zip(items, lines, strict=True))
    return Letter(subject=f"给 {audience.name}", text=text, html=f"<p>{text}</p>", items=told)


def results(told: Sequence[Told]) -> list[tuple[str, str]]:
    return [(one.channel, one.result) for one in told]


def bodies(server: MailServer) -> list[str]:
    return [text_of(taken.parsed) for taken in server.taken]


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_a_mail_says_each_thing_once(office: Workspace, server: MailServer) -> None:
    desk = audiences(DESK)
    assert results(tell(office, desk, SOURCES, plain)) == [("desk", "sent")]
    [taken] = server.taken
    message = taken.parsed
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert (message["Subject"], message["Auto-Submitted"]) == ("给 desk", "auto-generated")
    assert taken.recipients == ["desk@firm.example"]
    assert text_of(message) == "seller: 店 1\n"
    assert results(tell(office, desk, SOURCES, plain)) == [("desk", "quiet")]
    found(office, 2)
    tell(office, desk, SOURCES, plain)
    assert bodies(server)[1:] == ["seller: 店 2\n"]
    with office.store() as db:
        kinds = [entry.kind for entry in find_entries(db)]
        assert kinds == ["digest", "digest-sending", "digest-sent"] * 2
        assert {check.state for check in check_rows(db) if "digest" in check.what} == {"holds"}


def test_a_webhook_is_signed_and_a_service_told(
    office: Workspace, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", "geheim/密")
    monkeypatch.setenv("KEY", "key of the hook")
    delivery = replace(office.config.delivery, webhook_key_env="KEY")
    office = Workspace(folder=office.folder, config=replace(office.config, delivery=delivery))
    both = audiences(
        ("hook", "webhook", f"http://{hook.place}/{{env:HOOK}}"),
        ("chat", "apprise", f"json://{hook.place}/x"),
    )
    assert results(tell(office, both, SOURCES, plain)) == [("hook", "sent"), ("chat", "sent")]
    (headers, posted), (_, chat) = hook.taken
    assert headers["Markhound-Signature"].startswith("t=")
    assert headers["Idempotency-Key"] == posted["id"]
    assert posted["items"] == [{"kind": "seller", "text": "seller: 店 1"}]
    assert (chat["title"], chat["message"]) == ("给 chat", "seller: 店 1")
    with office.store() as db:
        kept = [(one.address, one.words) for one in find_digests(db, channel="hook")]
    assert kept == [(f"http://{hook.place}/{{env:HOOK}}", "HTTP 200 POST /{env:HOOK}")]


def test_a_channel_that_fails_is_told_of_and_tried_again_alone(
    office: Workspace, server: MailServer, hook: Hook
) -> None:
    both = audiences(("hook", "webhook", f"http://{hook.place}/"), DESK)
    hook.status = 404
    told = tell(office, both, SOURCES, plain)
    assert results(told) == [("hook", "failed"), ("desk", "sent")]
    assert "404" in told[0].words
    assert bodies(server) == ["channel: hook\nseller: 店 1\n"]
    assert results(tell(office, both, SOURCES, plain)) == [("hook", "failed"), ("desk", "quiet")]
    hook.status = 200
    assert results(tell(office, both, SOURCES, plain)) == [("hook", "sent"), ("desk", "quiet")]
    assert [one["text"] for one in hook.taken[0][1]["items"]] == ["seller: 店 1"]
    hook.status = 500  # it may have taken it
    found(office, 2)
    assert results(tell(office, both, SOURCES, plain)) == [
        ("hook", "uncertain"),
        ("desk", "sent"),
    ]


def test_of_a_channel_of_which_nobody_knows_others_hear_once(
    office: Workspace, server: MailServer, hook: Hook
) -> None:
    """It answers 500 whatever it gets: each message to it says that the one before may be lost."""
    both = audiences(("hook", "webhook", f"http://{hook.place}/"), DESK)
    hook.status = 500
    told = [results(tell(office, both, SOURCES, plain)) for _ in range(4)]
    assert told[0] == [("hook", "uncertain"), ("desk", "sent")]
    assert told[1] == [("hook", "uncertain"), ("desk", "quiet")]
    assert told[2] == told[3] == [("hook", "quiet"), ("desk", "quiet")]
    found(office, 2)
    assert results(tell(office, both, SOURCES, plain)) == [("hook", "uncertain"), ("desk", "sent")]
    assert len(server.taken) == 2


def test_a_channel_that_fails_for_long_is_told_of_once(
    office: Workspace, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.digests.gathering.LOOK_BACK", 3)
    both = audiences(("hook", "webhook", "http://127.0.0.1:9/"), DESK)
    for _ in range(6):
        tell(office, both, SOURCES, plain)
    assert bodies(server) == ["channel: hook\nseller: 店 1\n"]


def test_nothing_is_told_to_whom_a_service_sends_us(office: Workspace, hook: Hook) -> None:
    elsewhere = Hook()
    hook.status, hook.elsewhere = 307, f"http://{elsewhere.place}/private"
    both = audiences(
        ("hook", "webhook", f"http://{hook.place}/"), ("chat", "apprise", f"json://{hook.place}/x")
    )
    told = tell(office, both, SOURCES, plain)
    elsewhere.close()
    assert {one.result for one in told} == {"failed"}
    assert elsewhere.taken == []


def test_what_fails_after_the_others_were_told_is_told_them_at_once(
    office: Workspace, server: MailServer
) -> None:
    both = audiences(DESK, ("chat", "apprise", "nosuchservice://x"))
    told = tell(office, both, SOURCES, plain)
    assert results(told) == [("desk", "sent"), ("chat", "failed"), ("desk", "sent")]
    assert "knows no service" in told[1].words
    assert bodies(server) == ["seller: 店 1\n", "channel: chat\n"]


def test_settings_that_lack_something_fail_their_channel_alone(office: Workspace) -> None:
    delivery = replace(office.config.delivery, smtp=None)
    office = Workspace(folder=office.folder, config=replace(office.config, delivery=delivery))
    hook: tuple[str, TellKind, str] = (
        "hook",
        "webhook",
        "https://hooks.example/{env:NO_SUCH_SECRET}",
    )
    told = tell(office, audiences(DESK, hook), SOURCES, plain)
    assert results(told) == [("desk", "failed"), ("hook", "failed")]
    assert "[delivery.smtp]" in told[0].words
    assert "NO_SUCH_SECRET" in told[1].words


def killed_while_connecting(office: Workspace, desk: Sequence[Audience]) -> None:
    """Tell in a process of its own that is killed after the claim, before anything goes out."""
    child = os.fork()
    if child == 0:
        sys.addaudithook(
            lambda event, _: (
                os.kill(os.getpid(), signal.SIGKILL) if event == "socket.connect" else None
            )
        )
        tell(office, desk, SOURCES, plain)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


def test_killed_between_claim_and_sending_nothing_is_told_twice(
    office: Workspace, server: MailServer
) -> None:
    desk = audiences(DESK)
    killed_while_connecting(office, desk)
    assert server.taken == []
    told = tell(office, desk, SOURCES, plain)
    assert results(told) == [("desk", "uncertain"), ("desk", "sent")]
    with office.store() as db:
        lost = find_digests(db)[-1]
        assert [item.facts["seller"] for item in find_items(db, lost.id)] == ["店 1"]
    assert bodies(server) == [f"channel: {lost.id}\n"]
    assert results(tell(office, desk, SOURCES, plain)) == [("desk", "quiet")]


def test_two_programs_tell_it_once(office: Workspace, server: MailServer) -> None:
    """The second has gathered the same, and claims it when the first has ended."""
    desk = audiences(DESK)

    def slow(audience: Audience, items: Sequence[DigestItem], at: datetime) -> Letter:
        tell(office, desk, SOURCES, plain)
        return plain(audience, items, at)

    assert results(tell(office, desk, SOURCES, slow)) == [("desk", "busy")]
    assert len(server.taken) == 1


def test_the_store_keeps_what_was_told(office: Workspace) -> None:
    tell(office, audiences(DESK), SOURCES, plain)
    with office.store() as db:
        [digest] = find_digests(db)
        for change in (
            "DELETE FROM digest_items",
            "UPDATE digests SET channel = 'x'",
            "INSERT INTO digest_events (digest, event, record, by, at, entry)"
            f" VALUES ('{digest.id}', 'failed', '{{}}', 'x', 'x', 1)",
        ):
            with pytest.raises(Exception, match=r"append-only|can end"):
                db.execute(change)
            db.conn.rollback()
        again = replace(digest, id=new_digest_id())
        with pytest.raises(Exception, match=r"UNIQUE|append-only"), writing(db):
            record_digest(db, again, [])
