"""The commands of a night: which there are, one after the other, and how each is given."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from sqlite_utils import Database

from crawler.campaign import Campaign
from crawler.store.looks import find_noticed
from crawler.workspace import Workspace
from pipelines.scheduling import goes_on

SWEEP, FOLLOW_UP, RETENTION, DIGEST = "sweep", "follow-up", "retention", "digest"
PUT_OFF = 3
"""Status of erasing that was put off, as other work went on; the next night does it."""


def plan_steps(db: Database, workspace: Workspace, campaign: Campaign) -> deque[str]:
    """Return the steps of a run, in their order; people are told last."""
    retention = workspace.config.retention
    steps = deque([SWEEP])
    if any(find_noticed(db)):
        steps.append(FOLLOW_UP)
    if retention.by and (retention.captures_days or retention.pictures_days):
        steps.append(RETENTION)
    if campaign.tell.to or workspace.config.tell:
        steps.append(DIGEST)
    return steps


def command_of(
    step: str, db: Database, workspace: Workspace, campaign: Campaign, file: str, at: datetime
) -> list[str]:
    """Return the arguments of the command of a step.

    :param file: of the campaign, from the workspace's folder
    :param at: when the step begins
    """
    chosen = ["--workspace", str(workspace.folder), step]
    if step == SWEEP:
        chosen.append(str(workspace.folder / file))
        if goes_on(db, campaign.name, at):
            chosen.append("--resume")
        if campaign.schedule.minutes is not None:
            chosen += ["--run-minutes", str(campaign.schedule.minutes)]
    elif step == FOLLOW_UP and campaign.allow_private:
        chosen.append("--allow-private")
    elif step == RETENTION:
        chosen += ["apply", "--by", workspace.config.retention.by, "--unless-busy"]
    elif step == DIGEST:
        chosen += ["--campaign", campaign.name, "--send"]
    return chosen
