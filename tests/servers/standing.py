"""The schedule's runner by a clock that stands, with commands that end when a test says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from console.schedule import Runner
from crawler.store.schedule import find_runs
from crawler.workspace import Workspace

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

    def runner(self, at_once: int = 2, *, once: bool = False) -> Runner:
        return Runner(
            self.workspace,
            self.db,
            clock=self.clock,
            start=self.start,
            tell=self.told.append,
            at_once=at_once,
            once=once,
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
