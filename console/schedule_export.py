"""The schedule in the words of what starts programs: systemd, cron, Kubernetes.

All of them start ``markhound schedule run --once``, which asks the store what is due and what was
claimed; so a timer that fires twice, late, or by another idea of a clock change starts nothing
twice, and leaves nothing out unseen.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from cronsim import CronSim

from console.schedule_files import Scheduled
from crawler.errors import InputError

ExportFormat = Literal["systemd", "systemd-service", "crontab", "kubernetes"]
DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
MINUTES, HOURS, MONTH_DAYS, MONTHS, WEEK_DAYS = (
    frozenset(range(60)),
    frozenset(range(24)),
    frozenset(range(1, 32)),
    frozenset(range(1, 13)),
    frozenset(range(7)),
)
MOUNTED = "/workspace"
"""Where a pod has the workspace."""
LONGEST_NAME = 40
"""Characters of a unit's or an object's name; Kubernetes takes 52 of a CronJob's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What is started, and where."""

    command: tuple[str, ...]
    """``markhound``, as it is called on the machine."""
    workspace: str
    """The workspace's folder."""
    image: str = ""
    """Container image, for Kubernetes."""
    claim: str = "markhound"
    """PersistentVolumeClaim that holds the workspace, for Kubernetes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Times:
    """A cron expression, read: numbers that each field takes."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    week_days: frozenset[int]
    """0 = Sunday."""
    both: bool
    """Whether day of the month and day of the week must both hold, not one of them."""


def exports(target: Target, wanted: ExportFormat, plans: Sequence[Scheduled]) -> dict[str, str]:
    """Return file name -> text.

    :param plans: the scheduled campaigns, one at least
    :raises InputError: when the format cannot say when a campaign is due
    """
    for plan in plans:
        if not plan.campaign.name.isprintable():
            raise InputError(f"expected a campaign's name of one line, got {plan.campaign.name!r}")
    if wanted == "systemd":
        return dict(_timers(target, plans))
    if wanted == "systemd-service":
        return {"markhound-schedule.service": _service(target)}
    if wanted == "crontab":
        return {"markhound.crontab": _crontab(target, plans)}
    if not target.image:
        raise InputError("expected --image, the container image that holds Markhound, got none")
    jobs = (_cron_job(target, plan) for plan in plans)
    return {"markhound-cronjobs.yaml": "---\n".join(jobs)}


def unit_name(campaign: str) -> str:
    """Return a name of ASCII letters, digits and hyphens for a campaign, different for each."""
    plain = re.sub(r"[^a-z0-9]+", "-", campaign.lower()).strip("-")[:LONGEST_NAME].strip("-")
    if plain == campaign:
        return f"markhound-{plain}"
    digest = hashlib.sha256(campaign.encode()).hexdigest()[:8]
    return "-".join(part for part in ("markhound", plain[: LONGEST_NAME - 9], digest) if part)


def _read(plan: Scheduled, format_name: str) -> _Times:
    """Read a campaign's cron expression.

    :raises InputError: when it means days that no list of numbers says
    """
    cron = plan.campaign.schedule.cron or ""
    parsed = CronSim(cron, datetime(2024, 1, 1, tzinfo=UTC))
    fields = (parsed.minutes, parsed.hours, parsed.days, parsed.months, parsed.weekdays)
    if any(isinstance(item, tuple) or item < 0 for field in fields for item in field):
        raise InputError(
            f"schedule.cron of the campaign {plan.campaign.name}: {format_name} has no words for L,"
            f" W and # as in {cron!r}; `markhound schedule run` has"
        )
    minutes, hours, days, months, week_days = (
        frozenset(item for item in field if isinstance(item, int)) for field in fields
    )
    return _Times(
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        week_days=frozenset(day % 7 for day in week_days),
        both=parsed.day_and,
    )


def _list(taken: frozenset[int], all_of: frozenset[int]) -> str:
    return "*" if taken == all_of else ",".join(map(str, sorted(taken)))


# -- systemd -------------------------------------------------------------------------------
def on_calendar(plan: Scheduled) -> tuple[str, ...]:
    """Return when a campaign is due as systemd has it (systemd.time(7)), in its time zone.

    :raises InputError: when systemd has no words for it
    """
    times = _read(plan, "systemd")
    zone = plan.campaign.schedule.zone
    clock = f"{_list(times.hours, HOURS)}:{_list(times.minutes, MINUTES)}:00 {zone}"
    months = _list(times.months, MONTHS)
    by_day = f"*-{months}-{_list(times.days, MONTH_DAYS)} {clock}"
    names = ",".join(DAYS[day] for day in sorted(times.week_days))
    if times.week_days == WEEK_DAYS:
        return (by_day,)
    if times.both or times.days == MONTH_DAYS:
        return (f"{names} {by_day}",)
    return (by_day, f"{names} *-{months}-* {clock}")


def _timers(target: Target, plans: Sequence[Scheduled]) -> Iterator[tuple[str, str]]:
    for plan in plans:
        name, title = unit_name(plan.campaign.name), _unit_text(plan.campaign.name)
        lines = "".join(f"OnCalendar={line}\n" for line in on_calendar(plan))
        yield (
            f"{name}.timer",
            f"[Unit]\nDescription=Markhound campaign {title}\n\n"
            f"[Timer]\n{lines}Persistent=true\nAccuracySec=1s\n\n"
            "[Install]\nWantedBy=timers.target\n",
        )
        once = (*target.command, "--workspace", target.workspace, "schedule", "run", "--once")
        command = " ".join(map(_unit_word, (*once, "--campaign", plan.campaign.name)))
        yield (
            f"{name}.service",
            f"[Unit]\nDescription=Markhound campaign {title}\n"
            "Wants=network-online.target\nAfter=network-online.target\n\n"
            f"[Service]\nType=oneshot\nExecStart={command}\n"
            "TimeoutStartSec=infinity\nTimeoutStopSec=10min\nSuccessExitStatus=3\n"
            "KillMode=mixed\nNice=5\n",
        )


def _service(target: Target) -> str:
    words = (*target.command, "--workspace", target.workspace, "schedule", "run")
    return (
        "[Unit]\nDescription=Markhound schedule\n"
        "Wants=network-online.target\nAfter=network-online.target\n\n"
        f"[Service]\nType=notify\nExecStart={' '.join(map(_unit_word, words))}\n"
        "WatchdogSec=180\nRestart=always\nRestartSec=10\n"
        "TimeoutStopSec=10min\nSuccessExitStatus=3\nKillMode=mixed\n\n"
        "[Install]\nWantedBy=multi-user.target\n"
    )


def _unit_text(text: str) -> str:
    """Return text for a unit file in which ``%`` means nothing."""
    return text.replace("%", "%%")


def _unit_word(text: str) -> str:
    """Return one word of a command line of a unit, quoted where that is needed."""
    text = _unit_text(text).replace("$", "$$")
    if re.fullmatch(r"[\w@%+=:,./$-]+", text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# -- cron ----------------------------------------------------------------------------------
def _crontab(target: Target, plans: Sequence[Scheduled]) -> str:
    """Return a crontab that asks every five minutes what is due.

    Most crons know one time zone, that of the machine, and CRON_TZ is read by some and taken for a
    plain variable by others: so no line of it says when a campaign is due, the store does.
    """
    told = "".join(
        f"#   {plan.campaign.name}: {plan.campaign.schedule.cron} ({plan.campaign.schedule.zone})\n"
        for plan in plans
    )
    once = (*target.command, "--workspace", target.workspace, "schedule", "run", "--once")
    command = shlex.join(once).replace("%", "\\%")
    return (
        "# Markhound's schedule. A crontab has no time zones that all crons understand, so this\n"
        "# asks every five minutes whether a campaign is due by its own time and zone:\n"
        f"{told}"
        "# What is not due, or runs already, is not started.\n"
        f"*/5 * * * * {command}\n"
    )


# -- Kubernetes ----------------------------------------------------------------------------
def _cron_job(target: Target, plan: Scheduled) -> str:
    """Return a CronJob; strings are written as JSON, which YAML reads as such."""
    times = _read(plan, "Kubernetes")
    free = times.week_days == WEEK_DAYS or times.days == MONTH_DAYS
    if times.both and not free:
        raise InputError(
            f"schedule.cron of the campaign {plan.campaign.name}: Kubernetes takes a day of the"
            " month and a day of the week for one or the other, not for both, as"
            f" {plan.campaign.schedule.cron!r} means them"
        )
    fields = (
        _list(times.minutes, MINUTES),
        _list(times.hours, HOURS),
        _list(times.days, MONTH_DAYS),
        _list(times.months, MONTHS),
        _list(times.week_days, WEEK_DAYS),
    )
    once = ("--workspace", MOUNTED, "schedule", "run", "--once", "--campaign", plan.campaign.name)
    command = ", ".join(_yaml(word.replace("$(", "$$(")) for word in ("markhound", *once))
    return f"""\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {_yaml(unit_name(plan.campaign.name))}
  annotations:
    markhound/campaign: {_yaml(plan.campaign.name)}
spec:
  schedule: {_yaml(" ".join(fields))}
  timeZone: {_yaml(plan.campaign.schedule.zone)}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          terminationGracePeriodSeconds: 600
          containers:
            - name: markhound
              image: {_yaml(target.image)}
              command: [{command}]
              volumeMounts:
                - name: workspace
                  mountPath: {_yaml(MOUNTED)}
          volumes:
            - name: workspace
              persistentVolumeClaim:
                claimName: {_yaml(target.claim)}
"""


def _yaml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
