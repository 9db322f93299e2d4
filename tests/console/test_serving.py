"""``markhound serve``: the first account, where it listens, and how it stops."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from crawler.store.accounts import find_accounts
from crawler.workspace import Workspace, make_workspace
from tests.servers.command import invoke
from tests.servers.console import PASSPHRASE, an_account

SHOWN = re.compile(rb"The console: http://127\.0\.0\.1:(\d+)/")
SECONDS = 60


class Terminal:
    """``markhound serve`` at a terminal."""

    def __init__(self, workspace: Workspace) -> None:
        self._leader, follower = pty.openpty()
        command = ["-m", "console.cli", "-w", str(workspace.folder), "serve", "--port", "0"]
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", *command], stdin=follower, stdout=follower,
            stderr=follower, start_new_session=True,
        )  # fmt: skip
        os.close(follower)
        self.said = b""

    def expect(self, pattern: bytes | re.Pattern[bytes]) -> re.Match[bytes]:
        """Wait until something new was said that matches."""
        until = time.monotonic() + SECONDS
        while not (found := re.search(pattern, self.said)):
            assert time.monotonic() < until, self.said
            if select.select([self._leader], [], [], 1)[0]:
                self.said += os.read(self._leader, 4096)
        self.said = self.said[found.end() :]
        return found

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self._leader, line.encode() + b"\n")

    def stop(self) -> int:
        """Press Ctrl-C; return the exit status."""
        os.kill(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=SECONDS)

    def close(self) -> None:
        """End it, however it stands."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._leader)


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


@pytest.fixture
def terminal(opened: Workspace) -> Iterator[Terminal]:
    started = Terminal(opened)
    yield started
    started.close()


def ask(port: int, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
    """Return status and page, or where it leads."""
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    headers = {"Sec-Fetch-Site": "same-origin"}
    if form is None:
        connection.request("GET", path, headers=headers)
    else:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST", path, urlencode(form), headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader("location") or text


def test_the_first_account_is_made_at_the_terminal(opened: Workspace, terminal: Terminal) -> None:
    terminal.expect(rb"The first one is an admin's")
    terminal.expect(rb"Your name")
    terminal.type("李伟")
    for words in (PASSPHRASE, "mistyped the second", PASSPHRASE, PASSPHRASE):
        terminal.expect(rb"A passphrase|Once more")
        terminal.type(words)
    port = int(terminal.expect(SHOWN)[1])
    assert PASSPHRASE.encode() not in terminal.said
    with opened.store() as db:
        assert [(a.name, a.role) for a in find_accounts(db)] == [("李伟", "admin")]
    status, page = ask(port, "/sign-in")
    assert (status, "no account yet" in page) == (200, False)
    form = {"name": "李伟", "passphrase": PASSPHRASE, "to": "/people"}
    assert ask(port, "/sign-in", form) == (303, "/people")
    assert terminal.stop() == 3


def test_a_passphrase_that_is_too_short_makes_no_account(
    opened: Workspace, terminal: Terminal
) -> None:
    terminal.expect(rb"Your name")
    terminal.type("Ada")
    for _ in range(2):
        terminal.expect(rb"A passphrase|Once more")
        terminal.type("short")
    terminal.expect(rb"expected a passphrase of 12 to 1024 characters")
    assert terminal.process.wait(timeout=SECONDS) == 2
    with opened.store() as db:
        assert find_accounts(db) == []


def test_elsewhere_it_says_how_to_make_the_first_account(opened: Workspace) -> None:
    command = ["-m", "console.cli", "-w", str(opened.folder), "serve", "--port", "0"]
    with subprocess.Popen(
        [sys.executable, "-W", "error", *command], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        said = b""
        while not (found := SHOWN.search(said)):
            line = process.stderr.readline()
            assert line, said
            said += line
        assert b"markhound user add NAME --role admin" in said
        assert "no account yet" in ask(int(found[1]), "/sign-in")[1]
        an_account(opened, "Ada", "admin")  # made while it runs
        assert "no account yet" not in ask(int(found[1]), "/sign-in")[1]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=SECONDS) == 3


def test_a_port_that_is_taken_is_told(opened: Workspace) -> None:
    an_account(opened, "Ada", "admin")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = invoke("serve", "--port", str(port), workspace=opened.folder, expect=2)
    assert f"cannot listen at 127.0.0.1:{port}" in done.err
    done = invoke("serve", "--host", "192.0.2.1", workspace=opened.folder, expect=2)
    assert "cannot listen at 192.0.2.1:8787" in done.err
