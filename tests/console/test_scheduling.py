"""The commands of the schedule: what people read of it, and how it lives as a process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from console.machine import MachineClock, MachineProcess
from crawler.store.schedule import PlannedRun
from crawler.workspace import make_workspace
from tests.servers.command import invoke, start
from tests.servers.standing import NIGHTLY, Night
from tests.servers.tiny_shop import Answer, TinyShop, links_page, listing_page


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    workspace = make_workspace(tmp_path / "w")
    with workspace.store() as db:
        yield Night(workspace, db)


def test_the_list_says_when_each_is_due_and_how_it_ended(night: Night) -> None:
    night.plan("a", '[schedule]\ncron = "0 2 * * *"\nzone = "Asia/Shanghai"\n')
    night.plan("b", f"[window]\nlast_day = 2026-11-22\n{NIGHTLY}")
    night.plan("c", "")
    runner = night.runner()
    night.look(runner)
    night.look(runner, hours=2)
    night.commands[0].status = 0
    night.look(runner)
    lines = invoke("schedule", "list", "--json", workspace=night.workspace.folder).lines
    assert [line["campaign"] for line in lines] == ["a", "b"]
    assert (lines[1]["next_due"], lines[1]["last"]["outcome"]) == (None, "done")
    words = invoke("schedule", "list", workspace=night.workspace.folder).out
    assert "02:00 Asia/Shanghai" in words
    assert "never again" in words
    health = invoke("schedule", "health", "--json", workspace=night.workspace.folder, expect=1)
    assert json.loads(health.out)["scheduled"] == 2


# -- real processes ------------------------------------------------------------------------
PATIENCE = 120.0


def until(happened: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


@contextmanager
def started(
    *arguments: str, workspace: Path, env: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """Start a command; what still runs at the end of the block is killed."""
    with start(*arguments, workspace=workspace, env=env) as process:
        try:
            yield process
        finally:
            process.kill()


def planned(workspace: Path) -> list[PlannedRun]:
    lines = invoke("schedule", "runs", "--json", workspace=workspace).lines
    return [PlannedRun(**line) for line in lines]


def test_a_signal_ends_the_schedule_and_systemd_is_told(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w").folder
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        manager.settimeout(PATIENCE)
        env = {"NOTIFY_SOCKET": str(address)}
        with started("schedule", "run", workspace=folder, env=env) as runner:
            assert manager.recv(99) == b"READY=1"
            assert manager.recv(99) == b"WATCHDOG=1"
            runner.send_signal(signal.SIGTERM)
            said = runner.communicate(timeout=PATIENCE)[1]
        assert manager.recv(99) == b"STOPPING=1"
    assert (runner.returncode, said) == (3, "")
    assert json.loads((folder / "logs" / "schedule.json").read_text())["scheduled"] == 0


@pytest.mark.long
def test_a_signal_stops_the_sweep_and_the_schedule_cleanly(workspace: Path) -> None:
    """The runner tells what runs to stop, also when its service manager does not listen."""
    shop = TinyShop({"/": links_page("/p/0"), "/p/0": listing_page("Lamp")})
    page, asked = shop.routes["/p/0"], []

    def held() -> Answer:
        asked.append(1)
        time.sleep(1)
        assert isinstance(page, Answer)
        return page

    shop.routes["/p/0"] = held
    (workspace / "often.toml").write_text(
        f'name = "often"\nseeds = ["{shop.url}/"]\nallow_private = true\n'
        '[politeness]\ndelay = 0\n[schedule]\ncron = "* * * * *"\n'
    )
    address = workspace.parent / "notify"
    with shop, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        env = {"NOTIFY_SOCKET": str(address)}
        with started("schedule", "run", "--once", workspace=workspace, env=env) as runner:
            until(lambda: asked)
            runner.send_signal(signal.SIGTERM)
            said = runner.communicate(timeout=PATIENCE)[1]
    assert runner.returncode == 3, said
    newest = planned(workspace)[0]
    assert (newest.outcome, newest.reason) == ("stopped", "stopped by a signal")
    assert "often: stopped (stopped by a signal)" in said


def test_a_clock_that_is_woken_while_it_does_not_wait_waits_no_more() -> None:
    with closing(MachineClock()) as clock:
        clock.wake()
        clock.wait(clock.now() + timedelta(days=1), timedelta(seconds=PATIENCE))
        begun = time.monotonic()
        clock.wait(clock.now() + timedelta(days=1), timedelta(milliseconds=20))
        assert time.monotonic() - begun >= 0.02
        clock.wait(clock.now() - timedelta(days=1), timedelta(days=1))  # the clock was set


def test_a_process_of_the_machine_is_stopped_and_told(tmp_path: Path) -> None:
    process = MachineProcess(["--version"], tmp_path, tmp_path / "logs" / "v.out")
    until(lambda: process.poll() is not None)
    assert process.poll() == 0
    assert "markhound" in (tmp_path / "logs" / "v.out").read_text()
    process.ask_to_stop()  # of one that has ended nothing happens, whoever has its number now
    assert os.getpid() != process.pid


# -- what people read ----------------------------------------------------------------------
def test_a_check_tells_days_times_and_quiet_hours(night: Night) -> None:
    night.plan(
        "夜间",
        'theme = "世博会"\n[window]\nfirst_day = 2020-01-01\nlast_day = 2020-01-02\n'
        '[schedule]\ncron = "0 2 * * *"\n',
    )
    file = night.workspace.folder / "campaigns" / "夜间.toml"
    said = invoke("campaign", "check", file, workspace=night.workspace.folder).out
    assert "Theme: 世博会" in said
    assert "Window: 2020-01-01 to 2020-01-02 UTC (its window closed after 2020-01-02" in said
    assert "Schedule: never again UTC" in said
    night.plan("a", f'{NIGHTLY}[politeness]\nquiet_hours = ["01:00-03:00 UTC"]\n')
    checked = invoke(
        "campaign", "check", file.with_name("a.toml"), workspace=night.workspace.folder
    )
    assert "02:00 UTC" in checked.out
    assert "due in the quiet hours 01:00-03:00 UTC, nothing is asked" in checked.err


def test_a_campaign_is_not_swept_outside_of_its_window(night: Night) -> None:
    night.plan("a", "[window]\nlast_day = 2020-01-02\n")
    file = night.workspace.folder / "campaigns" / "a.toml"
    said = invoke("sweep", file, workspace=night.workspace.folder, expect=2).err
    assert "is not swept today: its window closed after 2020-01-02 (UTC)" in said


def test_a_time_without_offset_is_refused(night: Night) -> None:
    for text, expected in (("06:00", "expected a time such as"), ("2026-12-01T06:00", "an offset")):
        said = invoke(
            "schedule", "run", "--until", text, workspace=night.workspace.folder, expect=2
        )
        assert expected in said.err
