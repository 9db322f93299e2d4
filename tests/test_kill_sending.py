"""Sending survives kill -9: nothing is lost, nothing sent twice, one uncertain a kill at most."""

from __future__ import annotations

import random
import signal
import sqlite3
import time
from collections import Counter
from pathlib import Path

import pytest

from crawler.store.ledger import FIRST, digest_of, find_entries
from crawler.store.notice_events import find_notice_events
from crawler.workspace import open_workspace
from tests.servers.command import run, start
from tests.servers.mail import MailServer, use
from tests.servers.notices import approved_notices, proving


@pytest.fixture
def workspace(workspace: Path) -> Path:
    """Return one whose listings are not captured once more: nothing stands at their addresses."""
    file = workspace / "markhound.toml"
    text = file.read_text(encoding="utf-8")
    assert 'capture = "flagged"' in text
    file.write_text(text.replace('capture = "flagged"', 'capture = "off"'), encoding="utf-8")
    return workspace


def statuses(workspace: Path) -> dict[str, str]:
    db = sqlite3.connect(workspace / "markhound.db")
    rows = db.execute(
        "SELECT notice, event FROM notice_events WHERE id IN"
        " (SELECT max(id) FROM notice_events GROUP BY notice)"
    ).fetchall()
    db.close()
    return dict(rows)


def check_ledger(workspace: Path) -> None:
    with open_workspace(workspace).store() as db:
        previous = FIRST
        for e in find_entries(db):
            assert e.digest == digest_of(
                e.number, e.kind, e.subject, e.record, e.by, e.at, previous
            )
            previous = e.digest
        steps = [event.entry for event in find_notice_events(db)]
        assert len(set(steps)) == len(steps)


def all_sent_but_known(workspace: Path, server: MailServer, notices: list[str], kills: int) -> None:
    ended = statuses(workspace)
    check_ledger(workspace)
    counted = Counter(mail.parsed["Message-ID"] for mail in server.taken)
    assert set(counted.values()) == {1}, "sent twice"
    uncertain = {notice for notice in notices if ended[notice] == "uncertain"}
    assert {ended[notice] for notice in notices} <= {"sent", "uncertain"}
    assert len(uncertain) <= kills
    taken = {notice for notice in notices if any(f"<{notice}." in name for name in counted)}
    assert set(notices) - uncertain <= taken, "lost"


@pytest.mark.parametrize(
    ("count", "kills"), [(20, 3), pytest.param(200, 10, marks=pytest.mark.long)]
)
def test_killed_while_sending(workspace: Path, tmp_path: Path, count: int, kills: int) -> None:
    notices = approved_notices(workspace, count)
    drawn = random.Random(count)
    with MailServer(tmp_path) as server:
        use(workspace, server)
        server.handler.seconds = 0.02
        run(
            *("notice", "send", *notices, "--now", "--queue-only"),
            workspace=workspace,
            env=proving(workspace, "mei"),
        )
        for number in range(kills):
            process = start("notice", "deliver", workspace=workspace)
            share = (number + drawn.random()) / kills
            wait_for(server, int(share * count))
            time.sleep(drawn.random() * 0.03)  # in the midst of a message, before or after one
            process.kill()
            process.communicate()
        run("notice", "deliver", workspace=workspace, expect=None)
        all_sent_but_known(workspace, server, notices, kills)
        before = len(server.taken)
        run("notice", "deliver", workspace=workspace)
        assert len(server.taken) == before


def wait_for(server: MailServer, count: int) -> None:
    """Wait until the server took so many messages."""
    ends = time.monotonic() + 60
    while len(server.taken) < count:
        assert time.monotonic() < ends, f"{len(server.taken)} of {count} messages after a minute"
        time.sleep(0.005)


def test_two_programs_at_once_send_each_notice_once(workspace: Path, tmp_path: Path) -> None:
    notices = approved_notices(workspace, 30)
    with MailServer(tmp_path) as server:
        use(workspace, server)
        server.handler.seconds = 0.01
        run(
            *("notice", "send", *notices, "--now", "--queue-only"),
            workspace=workspace,
            env=proving(workspace, "mei"),
        )
        programs = [start("notice", "deliver", "--json", workspace=workspace) for _ in range(2)]
        told = [program.communicate(timeout=60) for program in programs]
        assert [program.returncode for program in programs] == [0, 0], told
        sent = [out.count('"sent"') for out, _ in told]
        assert sum(sent) == 30
        all_sent_but_known(workspace, server, notices, kills=0)


@pytest.mark.long
def test_a_signal_stops_it_after_the_message_under_way(workspace: Path, tmp_path: Path) -> None:
    notices = approved_notices(workspace, 30)
    with MailServer(tmp_path) as server:
        use(workspace, server)
        server.handler.seconds = 0.1
        run(
            *("notice", "send", *notices, "--now", "--queue-only"),
            workspace=workspace,
            env=proving(workspace, "mei"),
        )
        process = start("notice", "deliver", workspace=workspace)
        wait_for(server, 3)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 3, said
        server.handler.seconds = 0
        assert set(statuses(workspace).values()) == {"sent", "queued"}
        run("notice", "deliver", workspace=workspace)
        all_sent_but_known(workspace, server, notices, kills=0)
