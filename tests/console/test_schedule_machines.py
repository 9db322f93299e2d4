"""What is exported is what systemd, cron and Kubernetes take, by their own tools or rules."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from cronsim import CronSim

from console.schedule_export import Target, exports, on_calendar
from console.schedule_files import Scheduled
from crawler.campaign import Campaign
from crawler.planning import Schedule

ANALYZE = shutil.which("systemd-analyze")
TARGET = Target(command=(sys.executable,), workspace="/srv/ip 50%", image="registry.example/m:1")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLANS = [
    Scheduled(
        campaign=Campaign(
            name=name,
            seeds=("https://a.example/",),
            schedule=Schedule(cron=cron, zone=zone),
        ),
        file=f"campaigns/{number}.toml",
    )
    for number, (name, cron, zone) in enumerate(
        (
            ('50% off "$x"', "30 2 * * *", "Europe/Berlin"),
            ("展会 $(x): a", "0 2 1 * 1", "Asia/Shanghai"),
            ("quarters", "*/20 1-5 1,15 6 *", "America/New_York"),
            ("sundays", "15 3 * * 7", "UTC"),
        )
    )
]
needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not there")


@needs_systemd
def test_systemd_finds_nothing_wrong_in_its_units(tmp_path: Path) -> None:
    for wanted in ("systemd", "systemd-service"):
        for name, text in exports(TARGET, wanted, PLANS).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
    units = sorted(str(path) for path in tmp_path.iterdir())
    assert len(units) == 2 * len(PLANS) + 1
    done = subprocess.run(
        [str(ANALYZE), "verify", *units], capture_output=True, text=True, check=False
    )
    named = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert (done.returncode, named) == (0, []), done.stderr


@needs_systemd
@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.file)
def test_systemd_means_the_same_times_as_the_cron_expression(plan: Scheduled) -> None:
    schedule = plan.campaign.schedule
    told: set[datetime] = set()
    for line in on_calendar(plan):
        options = ("--iterations=5", f"--base-time=@{NOW.timestamp():.0f}")
        said = subprocess.run(
            [str(ANALYZE), "calendar", *options, line],
            capture_output=True, text=True, check=True, env={"TZ": "UTC"},
        ).stdout  # fmt: skip
        for found in re.findall(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", said):
            told.add(datetime.fromisoformat(f"{found}+00:00"))
    zone = ZoneInfo(schedule.zone)
    meant = [
        at.astimezone(UTC) for at in islice(CronSim(str(schedule.cron), NOW.astimezone(zone)), 5)
    ]
    assert sorted(told)[:5] == meant


def test_a_cron_reads_the_crontab() -> None:
    [text] = exports(TARGET, "crontab", PLANS).values()
    [line] = [one for one in text.splitlines() if not one.startswith("#")]
    fields, command = " ".join(line.split(" ", 5)[:5]), line.split(" ", 5)[5]
    first = next(CronSim(fields, NOW))
    assert first == NOW.replace(minute=5)
    assert not re.search(r"(?<!\\)%", command)  # a bare one ends the command


TEXT, NUMBER = (str,), (int,)
CRON_JOB: dict[str, Any] = {
    "apiVersion": TEXT,
    "kind": TEXT,
    "metadata": {"name": TEXT, "annotations": {"markhound/campaign": TEXT}},
    "spec": {
        "schedule": TEXT, "timeZone": TEXT, "concurrencyPolicy": TEXT,
        "startingDeadlineSeconds": NUMBER,
        "jobTemplate": {"spec": {"backoffLimit": NUMBER, "template": {"spec": {
            "restartPolicy": TEXT, "terminationGracePeriodSeconds": NUMBER,
            "containers": [{"name": TEXT, "image": TEXT, "command": [TEXT],
                            "volumeMounts": [{"name": TEXT, "mountPath": TEXT}]}],
            "volumes": [{"name": TEXT, "persistentVolumeClaim": {"claimName": TEXT}}],
        }}}},
    },
}  # fmt: skip
"""The members that are written, as the API reference of batch/v1 CronJob has them."""


def test_kubernetes_takes_the_cron_jobs() -> None:
    yaml = pytest.importorskip("yaml")
    [text] = exports(TARGET, "kubernetes", PLANS).values()
    jobs = list(yaml.safe_load_all(text))
    assert len(jobs) == len(PLANS)
    for job, plan in zip(jobs, PLANS, strict=True):
        check(job, CRON_JOB, "job")
        assert (job["apiVersion"], job["kind"]) == ("batch/v1", "CronJob")
        assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?", job["metadata"]["name"])
        assert job["spec"]["timeZone"] in available_timezones()
        assert next(CronSim(job["spec"]["schedule"], NOW)) == next(
            CronSim(str(plan.campaign.schedule.cron), NOW)
        )
        pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        assert pod["restartPolicy"] in ("Never", "OnFailure")  # a Job takes no other
        [container], [volume] = pod["containers"], pod["volumes"]
        assert container["volumeMounts"][0]["name"] == volume["name"]
        assert container["command"][-1].replace("$$(", "$(") == plan.campaign.name


def check(value: object, rule: object, place: str) -> None:
    """Assert that a value has the members of a rule, all and no others, of its types."""
    if isinstance(rule, dict):
        assert isinstance(value, dict), place
        assert value.keys() == rule.keys(), place
        for key, inner in rule.items():
            check(value[key], inner, f"{place}.{key}")
    elif isinstance(rule, list):
        assert isinstance(value, list), place
        assert value, place
        for one in value:
            check(one, rule[0], place)
    else:
        assert type(value) in rule, place  # type: ignore[operator]  # a tuple of types
