"""The schedule's runner: what starts when, what does not, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from console.schedule_health import find_health
from crawler.store.schedule import find_runs
from crawler.workspace import make_workspace, open_workspace
from tests.servers.standing import NIGHTLY, START, Command, Night


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


def test_what_nobody_needs_is_erased_before_people_are_told(night: Night) -> None:
    with (night.workspace.folder / "markhound.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[retention]\ncaptures_days = 90\nby = "李伟"\n')
    night.workspace = open_workspace(night.workspace.folder)
    night.plan("a", f'{NIGHTLY}[tell]\nto = ["chat"]\n')
    runner = night.runner()
    night.look(runner)
    night.look(runner, hours=2)
    for status in (0, 3, 0):  # erasing is put off
        night.commands[-1].status = status
        night.look(runner)
    given = [command.arguments[2:] for command in night.commands]
    assert given[1:] == [
        ["retention", "apply", "--by", "李伟", "--unless-busy"],
        ["digest", "--campaign", "a", "--send"],
    ]
    assert night.outcomes() == [("22 02:00", "done")]
    night.look(runner, hours=24)
    for status in (0, 2, 0):
        night.commands[-1].status = status
        night.look(runner)
    [run, _] = find_runs(night.db, limit=9)
    assert (run.outcome, run.reason) == ("failed", "retention ended with status 2")


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


def test_what_waits_is_told_when_its_schedule_goes(night: Night) -> None:
    for name in ("a", "b", "c"):
        night.plan(name, site="shop")
    runner = night.runner()
    night.look(runner)
    night.look(runner, hours=2)
    night.plan("b", '[schedule]\ncron = "0 3 * * *"\n', site="shop")
    (night.workspace.folder / "campaigns" / "c.toml").unlink()
    night.look(runner)
    assert night.outcomes("b") == night.outcomes("c") == [("22 02:00", "skipped")]
    assert len(night.commands) == 1


def test_a_machine_that_starts_nothing_makes_the_run_fail(night: Night) -> None:
    night.plan("a")

    def refuse(*_: object) -> Command:
        raise OSError(11, "Resource temporarily unavailable")

    night.start = refuse  # type: ignore[method-assign, assignment]  # so it fails
    runner = night.runner()
    night.look(runner)
    night.look(runner, hours=2)
    [run] = find_runs(night.db, limit=9)
    assert run.outcome == "failed"
    assert run.reason.startswith("sweep cannot be started: ")
    assert not list(night.workspace.logs.glob("*.lock"))


def test_a_leap_of_the_clock_into_the_future_ends_no_nights(night: Night) -> None:
    """An hour of a wrong clock leaves records of years to come, which say nothing of tonight."""
    night.plan("a")
    runner = night.runner()
    night.look(runner)
    night.clock.at += timedelta(days=20_000)
    night.look(runner)
    night.commands[0].status = 1
    night.look(runner)
    night.clock.at -= timedelta(days=20_000)
    for again in (runner, night.runner(), night.runner(once=True)):
        night.look(again)
        night.look(again, hours=3)
        assert len(night.commands) == 2, again
    night.look(runner)
    assert find_health(night.db, night.workspace, night.clock.at).problems == ()
    night.commands[1].status = 0
    night.look(runner)
    [newest] = find_runs(night.db, until=night.clock.at, limit=1)
    assert (newest.due, newest.outcome) == (START + timedelta(hours=2), "done")


def test_a_schedule_that_a_wrong_clock_saw_first_begins_when_that_is_right(night: Night) -> None:
    night.plan("a")
    night.clock.at += timedelta(days=20_000)
    night.look(night.runner())
    night.clock.at -= timedelta(days=20_000)
    runner = night.runner()
    night.look(runner)
    night.look(runner, hours=2)
    assert len(night.commands) == 1


def test_a_clock_that_is_set_back_a_little_starts_and_skips_nothing_twice(night: Night) -> None:
    night.plan("a", site="shop")
    night.plan("b", site="shop")
    runner = night.runner()
    night.look(runner)
    for hours in (2, -0.5, 0.5, -1, 1):
        night.look(runner, hours=hours)
    assert len(night.commands) == 1
    night.commands[0].status = 0
    night.look(runner)
    assert len(night.commands) == 2
    assert night.outcomes() == [("22 02:00", "done"), ("22 02:00", None)]


def test_what_waits_in_a_run_of_once_may_lose_its_file(night: Night) -> None:
    for name in ("a", "b"):
        night.plan(name, site="shop")
    night.look(night.runner())
    night.clock.at += timedelta(hours=2)
    once = night.runner(once=True)
    night.look(once)
    (night.workspace.folder / "campaigns" / "b.toml").unlink()
    night.look(once)
    assert night.outcomes("b") == [("22 02:00", "skipped")]
    night.commands[0].status = 0
    assert once.look()
