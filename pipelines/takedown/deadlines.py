"""Deadlines that run after a notice: rules as data, and the days on which they end.

Days are those of the place where the clock runs; what a rule says is the law's, or told as
information or house rule. Nothing here decides: a person acts.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler.config import TakedownConfig
from crawler.errors import InputError
from crawler.store.notice_events import NoticeEvent
from crawler.takedown import SpanUnit, parse_span
from pipelines.takedown.calendars import (
    Calendar,
    UnpublishedError,
    add_working_days,
    next_working_day,
)
from pipelines.takedown.kinds.record import NoticeKind

Unit = SpanUnit | Literal["months"]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeadlineRule:
    """A clock that an event starts."""

    id: str
    event: str
    """Name of the notice event that starts it: ``countered``, ``decided``, ``sent``, ..."""
    start: str
    """What exactly starts it, in words; the moment to give."""
    length: int | None
    """How long it runs, in ``unit``; None for a rule that bars something for good."""
    unit: Unit = "days"
    calendar: Calendar | None = None
    """Whose working days count, and whose days off move an end."""
    latest: int | None = None
    """Where the law has a span: its far end, in ``unit``."""
    extension: int | None = None
    """Working days by which it may be longer in the cases of ``note``."""
    action: str
    """What to do before it ends."""
    note: str = ""
    basis: str
    zone: str
    """IANA name of the place whose days count, unless told another."""
    binding: bool = True
    """Whether a law says so; else it is information, or a rule of the house."""


_NOTARISATION = (
    "Time that notarisation or legalisation takes beyond the owner's control is not counted, at"
    " most 20 working days (Fa Shi [2020] 9)."
)
_OUR_LENGTH = "How long it runs is set by this office (takedown.cn_ecl_43)."

RULES: Sequence[DeadlineRule] = (
    DeadlineRule(
        id="DMCA_COUNTER",
        event="countered",
        start="the platform received the counter notice",
        length=10,
        latest=14,
        unit="working days",
        calendar="US",
        action="file an action for a court order and tell the designated agent before this day, or"
        " close the case; from this day the material is put back",
        basis="17 USC 512(g)(2)(C)",
        zone="America/New_York",
    ),
    DeadlineRule(
        id="CN_ECL_43",
        event="countered",
        start="the seller's declaration reached the owner",
        length=15,
        calendar="CN",
        extension=20,
        action="tell the platform that a complaint or an action was filed, or close the case; else"
        " the platform ends its measures",
        note=f"{_NOTARISATION} Whether the 15 days were changed since 2019 is to be confirmed by"
        " counsel.",
        basis="E-Commerce Law of China, Article 43(2); Civil Code, Articles 201 and 203",
        zone="Asia/Shanghai",
    ),
    DeadlineRule(
        id="CN_RTC_17",
        event="restored",
        start="the provider put the work back after the user's written statement",
        length=None,
        action="do not notify the same provider about this work at this address again; the way is"
        " to the authority or the court",
        basis="Information Network Regulations of China, Article 17",
        zone="Asia/Shanghai",
    ),
    DeadlineRule(
        id="DSA_20",
        event="decided",
        start="the platform told its decision",
        length=6,
        unit="months",
        action="complain through the platform's internal system if the decision is wrong; it is"
        " open for at least this long (not with micro and small platforms, Article 19)",
        basis="Regulation (EU) 2022/2065, Article 20(1)-(2)",
        zone="Europe/Brussels",
    ),
    DeadlineRule(
        id="SHOPIFY_TM",
        event="sent",
        start="the report was sent",
        length=2,
        action="nothing: Shopify gives the merchant this long to answer before it removes",
        basis="help.shopify.com, trademark policy",
        zone="America/Toronto",
        binding=False,
    ),
)

_HOUSE = DeadlineRule(
    id="HOUSE_ANSWER",
    event="sent",
    start="the notice was sent",
    length=0,
    action="bring the notice up again: no answer so far",
    basis="rule of the house, [takedown] answer_days",
    zone="UTC",
    binding=False,
)


_ENDS = frozenset({"restored", "withdrawn", "closed"})
_ANSWERS = frozenset({"decided", "countered", "bounced", *_ENDS})
"""Events that are an answer, or after which none is waited for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """A clock that runs."""

    rule: DeadlineRule
    started_on: date
    """The day of the start, at the place."""
    due: date | None
    """The day by which to act, on the safe side; None for a bar without an end."""
    latest: date | None = None
    """The last day by the law's own count, where it is not ``due``."""
    extended: date | None = None
    """The last day with the whole extension of the rule."""
    zone: str
    notes: tuple[str, ...] = ()


def rules_of(takedown: TakedownConfig) -> Sequence[DeadlineRule]:
    """Return the rules as this workspace wants them: with the length that its counsel confirmed."""
    length, unit = parse_span(takedown.cn_ecl_43)
    return [
        replace(rule, length=length, unit=unit, note=f"{_NOTARISATION} {_OUR_LENGTH}")
        if rule.id == "CN_ECL_43" and (length, unit) != (rule.length, rule.unit)
        else rule
        for rule in RULES
    ]


def find_rule(name: str, rules: Sequence[DeadlineRule] = RULES) -> DeadlineRule:
    """Return the rule of that id.

    :raises InputError: when there is none
    """
    for rule in rules:
        if rule.id == name:
            return rule
    known = ", ".join(rule.id for rule in rules)
    raise InputError(f"no deadline rule is called {name!r}; expected one of: {known}")


def run_deadline(rule: DeadlineRule, start: datetime, zone: str | None = None) -> Deadline:
    """Return when the clock ends; the day of the start does not count.

    :param start: with time zone
    :param zone: IANA name of the place whose days count, the rule's own unless given
    :raises InputError: when ``start`` has no time zone, or there is no such place
    """
    place = zone or rule.zone
    day = _day_at(start, place)
    notes = [rule.note] if rule.note else []
    if rule.length is None:
        return Deadline(rule=rule, started_on=day, due=None, zone=place, notes=tuple(notes))
    due = latest = extended = None
    try:
        due = _end(rule, day, rule.length)
        latest = _latest(rule, day, due)
        if rule.extension and rule.calendar:
            extended = add_working_days(latest or due, rule.extension, rule.calendar)
    except UnpublishedError as error:
        notes.append(f"{error}; ask for the day again later")
    return Deadline(
        rule=rule,
        started_on=day,
        due=due,
        latest=latest if latest != due else None,
        extended=extended,
        zone=place,
        notes=tuple(notes),
    )


def _day_at(moment: datetime, zone: str) -> date:
    if moment.tzinfo is None:
        raise InputError(f"expected a start with a time zone, got {moment.isoformat()}")
    try:
        return moment.astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputError(f"expected an IANA time zone as in Asia/Shanghai, got {zone!r}") from error


def _end(rule: DeadlineRule, day: date, length: int) -> date:
    if rule.unit == "working days":
        if rule.calendar is None:
            raise ValueError(f"{rule.id} counts working days of no calendar")
        return add_working_days(day, length, rule.calendar)
    if rule.unit == "months":
        return _add_months(day, length)
    return day + timedelta(days=length)


def _latest(rule: DeadlineRule, day: date, due: date) -> date | None:
    if rule.latest is not None:
        return _end(rule, day, rule.latest)
    if rule.calendar is not None and rule.unit != "working days":
        return next_working_day(due, rule.calendar)  # an end on a day off moves on
    return None


def _add_months(day: date, months: int) -> date:
    """Return the same day so many months on, or that month's last (Regulation 1182/71, Art. 3)."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def deadlines_of(
    kind: NoticeKind, event: str, start: datetime, rules: Sequence[DeadlineRule] = RULES
) -> list[Deadline]:
    """Return the clocks that an event starts after a notice of the kind."""
    found = [find_rule(name, rules) for name in kind.deadlines]
    return [run_deadline(rule, start) for rule in found if rule.event == event]


def running_deadlines(
    kind: NoticeKind,
    events: Iterable[NoticeEvent],
    answer_days: Iterable[int],
    rules: Sequence[DeadlineRule] = RULES,
) -> list[Deadline]:
    """Return the clocks that still run for a notice, soonest first, bars at the end.

    A clock starts when the recipient had what the event tells (``received_at`` of its record), else
    at the event. It ends when the notice is withdrawn or closed, or the listing restored; a bar
    stays, and what comes after a withdrawal starts none. An acknowledgement is no answer yet.

    :param events: of the notice, oldest first
    """
    running: list[Deadline] = []
    for event in events:
        if event.event in _ENDS:
            running = [one for one in running if one.rule.length is None]
        if event.event in ("withdrawn", "closed"):
            break
        if event.event in _ANSWERS:
            running = [one for one in running if one.rule.id != _HOUSE.id]
        told = event.record.get("received_at")
        start = datetime.fromisoformat(told) if isinstance(told, str) else event.at
        started = deadlines_of(kind, event.event, start, rules)
        if event.event == _HOUSE.event:
            started += answer_deadlines(start, answer_days)
        again = {one.rule.id for one in started}
        running = [one for one in running if one.rule.id not in again] + started
    return sorted(running, key=lambda one: (one.due or date.max, one.rule.id))


def answer_deadlines(sent_at: datetime, days: Iterable[int], zone: str = "UTC") -> list[Deadline]:
    """Return when a notice without an answer is brought up again.

    :param days: after the sending, from ``[takedown] answer_days``
    """
    return [run_deadline(replace(_HOUSE, length=length), sent_at, zone) for length in days]
