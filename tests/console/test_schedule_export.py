"""The schedule in the words of systemd, cron and Kubernetes."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from console.schedule_export import Target, exports, on_calendar, unit_name
from console.schedule_files import Scheduled
from crawler.campaign import Campaign
from crawler.errors import InputError
from crawler.planning import Schedule
from tests.servers.command import invoke

TARGET = Target(command=("/opt/m/bin/markhound",), workspace="/srv/ip 50%")


def plan(cron: str, zone: str = "Europe/Berlin", name: str = "night") -> Scheduled:
    schedule = Schedule(cron=cron, zone=zone)
    campaign = Campaign(name=name, seeds=("https://a.example/",), schedule=schedule)
    return Scheduled(campaign=campaign, file=f"campaigns/{name}.toml")


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("30 2 * * *", ("*-*-* 2:30:00 Europe/Berlin",)),
        ("*/20 * * * *", ("*-*-* *:0,20,40:00 Europe/Berlin",)),
        ("0 2 * * 1-5", ("Mon,Tue,Wed,Thu,Fri *-*-* 2:0:00 Europe/Berlin",)),
        ("0 2 * * 7", ("Sun *-*-* 2:0:00 Europe/Berlin",)),
        ("0 2 1,15 6 *", ("*-6-1,15 2:0:00 Europe/Berlin",)),
        # cron takes a day of the month and one of the week for one or the other
        ("0 2 1 * 1", ("*-*-1 2:0:00 Europe/Berlin", "Mon *-*-* 2:0:00 Europe/Berlin")),
        ("0 2 */31 * 1", ("Mon *-*-1 2:0:00 Europe/Berlin",)),
    ],
)
def test_cron_becomes_calendar_lines(cron: str, expected: tuple[str, ...]) -> None:
    assert on_calendar(plan(cron)) == expected


def test_a_timer_starts_the_campaign_and_no_character_steers_systemd() -> None:
    files = exports(TARGET, "systemd", [plan("30 2 * * *", name='50% off "$x"')])
    [name] = {name.rpartition(".")[0] for name in files}
    assert name.isascii()
    assert "Persistent=true" in files[f"{name}.timer"]
    [start] = [s for s in files[f"{name}.service"].splitlines() if s.startswith("ExecStart=")]
    assert start == (
        'ExecStart=/opt/m/bin/markhound --workspace "/srv/ip 50%%" schedule run --once'
        ' --campaign "50%% off \\"$$x\\""'
    )


def test_a_crontab_says_what_it_cannot_say() -> None:
    [text] = exports(TARGET, "crontab", [plan("30 2 * * *", name="展会")]).values()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert "#   展会: 30 2 * * * (Europe/Berlin)" in text
    [line] = lines
    times, command = line.split(" ", 5)[:5], line.split(" ", 5)[5]
    assert times == ["*/5", "*", "*", "*", "*"]
    words = shlex.split(command.replace("\\%", "%"))
    assert words[1:] == ["--workspace", "/srv/ip 50%", "schedule", "run", "--once"]


def test_a_cron_job_has_the_zone_and_the_meaning_of_days() -> None:
    target = Target(command=("markhound",), workspace="/w", image="registry.example/m:1")
    jobs = [plan("30 2 * * 7"), plan("0 2 1 * 1", zone="Asia/Shanghai", name="展会 $(x)")]
    [text] = exports(target, "kubernetes", jobs).values()
    first, second = text.split("---\n")
    assert 'schedule: "30 2 * * 0"' in first
    assert 'timeZone: "Europe/Berlin"' in first
    assert 'schedule: "0 2 1 * 1"' in second
    assert '"--campaign", "展会 $$(x)"]' in second
    assert "concurrencyPolicy: Forbid" in second


@pytest.mark.parametrize(
    ("wanted", "cron", "expected"),
    [
        ("systemd", "0 2 L * *", "systemd has no words for L, W and #"),
        ("systemd", "0 2 * * 1#2", "systemd has no words for L, W and #"),
        ("kubernetes", "0 2 */31 * 1", "Kubernetes takes a day of the month and a day of the week"),
    ],
)
def test_what_a_format_cannot_say_is_refused(wanted: str, cron: str, expected: str) -> None:
    target = Target(command=("markhound",), workspace="/w", image="i")
    with pytest.raises(InputError, match=expected):
        exports(target, wanted, [plan(cron)])  # type: ignore[arg-type]  # one of its targets


def test_names_of_units_are_plain_and_differ() -> None:
    assert unit_name("night-1") == "markhound-night-1"
    names = {unit_name(name) for name in ("展会", "展览", "Night 1", "night 1", "n" * 99, "n" * 98)}
    assert len(names) == 6
    assert all(name.isascii() and len(name) <= 52 for name in names)


def test_the_command_writes_files_or_says_why_not(workspace: Path) -> None:
    said = invoke("schedule", "export", "--format", "crontab", "--output", workspace / "x",
                  workspace=workspace, expect=2).err  # fmt: skip
    assert "expected a campaign with [schedule] cron, got none" in said
    (workspace / "night.toml").write_text(
        'name = "night"\nseeds = ["https://a.example/"]\n[schedule]\ncron = "0 2 * * *"\n'
    )
    done = invoke("schedule", "export", "--format", "systemd", "--output", workspace / "x",
                  workspace=workspace)  # fmt: skip
    assert {Path(line).name for line in done.out.splitlines()} == {
        "markhound-night.timer",
        "markhound-night.service",
    }
    assert all(Path(line).is_file() for line in done.out.splitlines())
    refused = invoke("schedule", "export", "--format", "kubernetes", "--output", workspace / "x",
                     workspace=workspace, expect=2)  # fmt: skip
    assert "expected --image" in refused.err
    assert (
        "expected the name of a campaign"
        in invoke("schedule", "run", "--campaign", "day", workspace=workspace, expect=2).err
    )
