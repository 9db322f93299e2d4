"""Noticed listings that came back, and deadlines that are near."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from crawler.config import TakedownConfig
from crawler.store.database import timestamp
from crawler.store.digest_hits import Scope
from crawler.store.digest_sweeps import find_notices_of, find_returned, find_urls_of
from crawler.store.digests import DigestItem
from crawler.store.looks import find_stored_relistings
from crawler.store.notice_list import AWAY, find_changes, find_kinds
from pipelines.takedown.clocks import find_clocks_of
from pipelines.takedown.deadlines import Deadline

NEAR = 3
"""Days before a clock of the law ends in which it is told first; it is told once more on its last
day, and once when it is past."""
LONG_PAST = 14
"""Days after its end from which a clock is told no more."""


def find_back_items(db: Database, since: datetime, scope: Scope) -> Iterator[DigestItem]:
    """Yield what came back since then: at its own address, or at another one."""
    returned = list(find_returned(db, since))
    elsewhere = [one for one in find_stored_relistings(db) if one.found_at >= since]
    urls = {look.url for look in returned} | {one.old for one in elsewhere}
    urls = find_urls_of(db, urls, scope)
    for look in returned:
        if look.url in urls:
            yield DigestItem(
                kind="back",
                key=f"{look.notice} {look.url} {timestamp(look.at)}",
                state="",
                words="back_again",
                facts={"url": look.url, "notice": look.notice},
            )
    for one in reversed(elsewhere):
        if one.old in urls:
            yield DigestItem(
                kind="back",
                key=one.id,
                state="",
                words="back_elsewhere",
                facts={"url": one.new, "old": one.old, "case": one.case},
            )


def find_deadline_items(
    db: Database, takedown: TakedownConfig, moment: datetime, scope: Scope
) -> list[DigestItem]:
    """Return the clocks that end soon, or ended lately, the soonest first."""
    away = {notice for notice, tray in find_changes(db).trays.items() if tray in AWAY}
    kinds = find_kinds(db, away)
    found = [
        (notice, clock)
        for notice in sorted(away)
        for clock in find_clocks_of(db, notice, kinds[notice], takedown)
    ]
    near = [(notice, clock, stage) for notice, clock in found if (stage := stage_of(clock, moment))]
    ours = find_notices_of(db, {notice for notice, _, _ in near}, scope)
    # of a rule's several days, as those on which an answer is asked for again, the last counts
    last = {(notice, clock.rule.id): (notice, clock, stage) for notice, clock, stage in near}
    items = [_deadline_item(*one) for one in last.values() if one[0] in ours]
    return sorted(items, key=lambda item: (item.facts["due"], item.key))


def stage_of(clock: Deadline, moment: datetime) -> str | None:
    """Return ``near``, ``last`` (its last day) or ``past``; None while it is far, or long past.

    One that no law sets is ``due`` from its day on, and nothing before.
    """
    if clock.due is None:
        return None
    today: date = moment.astimezone(ZoneInfo(clock.zone)).date()
    days = (clock.due - today) / timedelta(days=1)
    if days > NEAR or days < -LONG_PAST:
        return None
    if not clock.rule.binding:
        return "due" if days <= 0 else None
    if days > 0:
        return "near"
    return "last" if days == 0 else "past"


def _deadline_item(notice: str, clock: Deadline, stage: str) -> DigestItem:
    assert clock.due is not None
    return DigestItem(
        kind="deadline",
        key=f"{notice} {clock.rule.id} {clock.started_on}",
        state=f"{clock.due} {stage}",
        words=f"deadline_{stage}",
        facts={
            "notice": notice,
            "due": clock.due.isoformat(),
            "rule": clock.rule.id,
            "action": clock.rule.action,
            "basis": clock.rule.basis,
            "binding": int(clock.rule.binding),
        },
    )
