"""The schedule's runner: what starts when, what does not, and what is told of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from console.machine import MachineProcess
from console.schedule import Runner
from console.schedule_health import find_health
from crawler.store.schedule import PlannedRun, find_runs
from crawler.workspace import Workspace, make_workspace
from tests.servers.command import invoke, start
from tests.servers.tiny_shop import Answer, TinyShop, links_page, listing_page

START = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
NIGHTLY = '[schedule]\ncron = "0 2 * * *"\n'


class StandingClock:
    """Stands until it is told to leap."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def wait(self, until: datetime, at_most: timedelta) -> None:
        self.at = min(until, self.at + at_most)


class Command:
    """A command that runs until the test says how it ended."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.arguments = list(arguments)
        self.pid, self.began = 1, 0
        self.status: int | None = None
        self.asked = 0
        self.killed = False

    def poll(self) -> int | None:
        return self.status

    def ask_to_stop(self) -> None:
        self.asked += 1

    def kill(self) -> None:
        self.killed = True


class Night:
    """A workspace, a clock, and runners that start nothing."""

    def __init__(self, workspace: Workspace, db: Database) -> None:
        self.workspace = workspace
        self.db = db
        self.clock = StandingClock()
        self.commands: list[Command] = []
        self.told: list[str] = []

    def plan(self, name: str, more: str = NIGHTLY, site: str = "") -> None:
        folder = self.workspace.folder / "campaigns"
        folder.mkdir(exist_ok=True)
        text = f'name = "{name}"\nseeds = ["https://{site or name}.example/"]\n{more}'
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")

    def runner(self, at_once: int = 2) -> Runner:
        return Runner(
            self.workspace,
            self.db,
            clock=self.clock,
            start=self.start,
            tell=self.told.append,
            at_once=at_once,
        )

    def start(self, arguments: Sequence[str], output: Path) -> Command:  # noqa: ARG002 (a real one has it)
        self.commands.append(Command(arguments))
        return self.commands[-1]

    def look(self, runner: Runner, *, hours: float = 0) -> None:
        self.clock.at += timedelta(hours=hours)
        runner.look()

    def outcomes(self, campaign: str = "") -> list[tuple[str, str | None]]:
        runs = find_runs(self.db, campaign=campaign, limit=1000)[::-1]
        return [(f"{run.due:%d %H:%M}", run.outcome) for run in runs]


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    workspace = make_workspace(tmp_path / "w")
    with workspace.store() as db:
        yield Night(workspace, db)


def test_a_run_starts_at_its_time_and_not_before(night: Night) -> None:
    night.plan("夜间")
    runner = night.runner()
    night.look(runner)
    night.look(runner, hours=1.9)
    assert not night.commands
    night.look(runner, hours=0.1)
    [sweep] = night.commands
    assert sweep.arguments[2:] == ["sweep", str(night.workspace.folder / "campaigns/夜间.toml")]
    night.look(runner, hours=1)
    assert night.outcomes() == [("22 02:00", None)]
    sweep.status = 0
    night.look(runner)
    night.look(runner)
    assert night.outcomes() == [("22 02:00", "done")]
    assert len(night.commands) == 1


def test_of_two_runners_one_runs_what_is_due(night: Night) -> None:
    night.plan("a")
    night.plan("b")
    one, other = night.runner(), night.runner()
    for runner in (one, other):
        night.look(runner)
    night.look(one, hours=2)
    night.look(other)
    assert len(night.commands) == 2
    for command in night.commands:
        command.status = 0
    for runner in (one, other, one, other):
        night.look(runner)
    assert len(night.commands) == 2
    assert night.outcomes() == [("22 02:00", "done")] * 2


def test_sites_are_not_asked_by_two_campaigns_at_once(night: Night) -> None:
    night.plan("a", site="shop")
    night.plan("b", site="shop")
    night.plan("c")
    night.plan("d")
    runner = night.runner()
    night.look(runner)
    night.look(runner, hours=2)
    running = [Path(command.arguments[3]).stem for command in night.commands]
    assert running == ["a", "c"]
    night.commands[0].status = 0
    night.look(runner)
    assert Path(night.commands[2].arguments[3]).stem == "b"
    night.commands[1].status = 0
    night.look(runner)
    assert Path(night.commands[3].arguments[3]).stem == "d"


def test_what_waits_until_its_next_time_is_skipped(night: Night) -> None:
    night.plan("a")
    night.plan("b", '[schedule]\ncron = "0 */2 * * *"\n', site="a")
    runner = night.runner()
    night.look(runner)
    night.look(runner, hours=2)  # both are due, and have one site
    night.look(runner, hours=2)
    assert night.outcomes("b") == [("22 02:00", "skipped")]
    night.commands[0].status = 0
    night.look(runner)
    assert night.outcomes("b") == [("22 02:00", "skipped"), ("22 04:00", None)]


@pytest.mark.parametrize(
    ("rule", "last"), [("catch-up", [("25 02:00", None)]), ("skip", [("25 02:00", "missed")])]
)
def test_missed_times_are_told_and_the_newest_made_good_by_rule(
    night: Night, rule: str, last: list[tuple[str, str | None]]
) -> None:
    night.plan("a", f'{NIGHTLY}when_missed = "{rule}"\n')
    night.look(night.runner())
    night.look(night.runner(), hours=24 * 3 + 12)  # at noon, when nobody had run for three nights
    missed = [(f"{day} 02:00", "missed") for day in (22, 23, 24)]
    assert night.outcomes() == [*missed, *last]
    assert find_runs(night.db, limit=1)[0].why == ("catch-up" if rule == "catch-up" else "due")


def test_missed_times_without_number_are_not_all_recorded(night: Night) -> None:
    night.plan("a", '[schedule]\ncron = "* * * * *"\n')
    night.look(night.runner())
    night.look(night.runner(), hours=24)
    runs = find_runs(night.db, limit=1000)[::-1]
    assert len(runs) == 101
    assert runs[0].reason.endswith("so did 1339 times before")


def test_a_new_or_changed_schedule_begins_when_it_is_seen(night: Night) -> None:
    night.clock.at = START.replace(hour=2, minute=5)
    night.plan("a")
    runner = night.runner()
    night.look(runner)
    night.plan("a", '[schedule]\ncron = "4 2 * * *"\n')
    night.look(runner)
    assert not night.commands
    night.look(runner, hours=24)
    assert night.outcomes() == [("23 02:04", None)]


def test_people_are_told_even_when_the_sweep_failed(night: Night) -> None:
    night.plan("a", f'{NIGHTLY}[tell]\nto = ["mailto:ip@firm.example"]\n')
    runner = night.runner()
    night.look(runner)
    night.look(runner, hours=2)
    night.commands[0].status = 2
    night.look(runner)
    assert night.commands[1].arguments[2:] == ["digest", "--campaign", "a", "--send"]
    night.commands[1].status = 2
    night.look(runner)
    [run] = find_runs(night.db, limit=9)
    assert (run.outcome, run.reason) == ("failed", "the sweep ended with status 2")
    assert [(step.step, step.status) for step in run.steps] == [("sweep", 2), ("digest", 2)]
    assert runner.failed == 1
    problems = find_health(night.db, night.workspace, night.clock.at, timers=False).problems
    assert problems == ("a: failed (the sweep ended with status 2)",)


def test_a_digest_that_fails_makes_the_run_fail(night: Night) -> None:
    night.plan("a", f'{NIGHTLY}[tell]\nto = ["chat"]\n')
    runner = night.runner()
    night.look(runner)
    night.look(runner, hours=2)
    night.commands[0].status = 0
    night.look(runner)
    night.commands[1].status = 1
    night.look(runner)
    [run] = find_runs(night.db, limit=9)
    assert (run.outcome, run.reason) == ("failed", "digest ended with status 1")


def test_a_sweep_that_does_not_heed_its_time_is_ended(night: Night) -> None:
    night.plan("a", f"{NIGHTLY}minutes = 60\n")
    runner = night.runner()
    night.look(runner)
    night.look(runner, hours=2)
    [sweep] = night.commands
    assert sweep.arguments[4:] == ["--run-minutes", "60.0"]
    night.look(runner, hours=1.2)
    assert (sweep.asked, sweep.killed) == (0, False)
    night.look(runner, hours=0.1)
    night.look(runner)
    assert (sweep.asked, sweep.killed) == (1, False)
    night.look(runner, hours=0.3)
    assert sweep.killed
    sweep.status = -9
    night.look(runner)
    [run] = find_runs(night.db, limit=9)
    assert (run.outcome, run.reason) == ("interrupted", "the sweep was killed by signal 9")


def test_files_that_are_wrong_are_told_once_and_make_the_schedule_unwell(night: Night) -> None:
    night.plan("a", '[schedule]\ncron = "at night"\n')
    night.plan("b")
    copied = night.workspace.folder / "campaigns" / "copy of b.toml"
    copied.write_text((copied.parent / "b.toml").read_text())
    runner = night.runner()
    night.look(runner)
    night.look(runner, hours=2)
    assert not night.commands
    assert len(night.told) == 2
    assert "expected five fields" in night.told[0]
    assert "two files have the campaign b" in night.told[1]
    health = find_health(night.db, night.workspace, night.clock.at, timers=False)
    assert not health.well
    copied.unlink()
    night.look(runner)
    assert night.outcomes() == []  # what was not scheduled at its time was not planned
    night.look(runner, hours=24)
    assert night.outcomes() == [("23 02:00", None)]


def test_health_needs_signs_of_life_and_runs_on_time(night: Night) -> None:
    night.plan("a")
    runner = night.runner()

    def problems(*, timers: bool = False) -> tuple[str, ...]:
        return find_health(night.db, night.workspace, night.clock.at, timers=timers).problems

    [never] = problems()
    assert never.endswith("it never gave one")
    assert problems(timers=True) == ()
    night.look(runner)
    assert problems() == ()
    night.clock.at += timedelta(hours=3)
    assert [words.partition(":")[0] for words in problems()] == [
        "no sign of life of `markhound schedule run`",
        "a",
    ]
    assert problems(timers=True) == ("a: due at 2026-11-22 02:00 UTC, and nothing ran",)


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


def until(happened: object) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)


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
        with start("schedule", "run", workspace=folder, env=env) as runner:
            assert manager.recv(99) == b"READY=1"
            assert manager.recv(99) == b"WATCHDOG=1"
            runner.send_signal(signal.SIGTERM)
            _, said = runner.communicate(timeout=PATIENCE)
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
        with start("schedule", "run", "--once", workspace=workspace, env=env) as runner:
            until(lambda: asked)
            runner.send_signal(signal.SIGTERM)
            _, said = runner.communicate(timeout=PATIENCE)
    assert runner.returncode == 3, said
    newest = planned(workspace)[0]
    assert (newest.outcome, newest.reason) == ("stopped", "stopped by a signal")
    assert "often: stopped (stopped by a signal)" in said


def test_a_process_of_the_machine_is_stopped_and_told(tmp_path: Path) -> None:
    process = MachineProcess(["--version"], tmp_path, tmp_path / "logs" / "v.out")
    until(lambda: process.poll() is not None)
    assert process.poll() == 0
    assert "markhound" in (tmp_path / "logs" / "v.out").read_text()
    process.ask_to_stop()  # of one that has ended nothing happens, whoever has its number now
    assert os.getpid() != process.pid
