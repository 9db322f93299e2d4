"""The clocks that run for a notice, from the store: also those of answers nobody has read yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlite_utils import Database

from crawler.config import TakedownConfig
from crawler.store.answers import find_answers
from crawler.store.notice_events import find_notice_events
from crawler.takedown import Notice
from pipelines.takedown.deadlines import Deadline, deadlines_of, rules_of, running_deadlines
from pipelines.takedown.kinds import find_kind
from pipelines.takedown.situations import RETRACTION


def find_clocks(db: Database, notice: Notice, takedown: TakedownConfig) -> list[Deadline]:
    """Return the clocks that run for a notice, soonest first; none for a retraction.

    A mail that reads like a counter-notice starts its clock when it comes: the law does not wait
    until somebody has read it. Such a clock says so, and ends when a person takes the mail for
    something else.
    """
    return find_clocks_of(db, notice.id, notice.kind, takedown)


def find_clocks_of(
    db: Database, notice: str, kind_name: str, takedown: TakedownConfig
) -> list[Deadline]:
    """Return the same of a notice by its id and the name of its kind."""
    if kind_name == RETRACTION:
        return []
    kind = find_kind(kind_name)
    events = list(find_notice_events(db, notice))
    rules = rules_of(takedown)
    running = running_deadlines(kind, events, takedown.answer_days, rules)
    if any(event.event in ("withdrawn", "closed") for event in events):
        return running
    by_rule = {one.rule.id: one for one in running if one.rule.event == "countered"}
    others = [one for one in running if one.rule.id not in by_rule]
    for answer in find_answers(db, notice=notice, open_only=True):
        if answer.clock_from is None or answer.suggestion is None:
            continue
        unread = (
            f"Nobody has read the answer {answer.id[:12]} yet, which may be a counter-notice"
            f" (markhound notice reply {notice} --as WHAT --answer {answer.id[:12]}).",
        )
        for clock in deadlines_of(kind, answer.suggestion, answer.clock_from, rules):
            known = by_rule.get(clock.rule.id)
            if known is None or (clock.due or date.max) < (known.due or date.max):
                by_rule[clock.rule.id] = replace(clock, notes=(*unread, *clock.notes))
    return sorted([*others, *by_rule.values()], key=lambda one: (one.due or date.max, one.rule.id))
