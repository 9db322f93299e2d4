"""What became of a listing: derived from the steps of its notices and from looks at it.

A listing is gone only when two looks some hours apart say so and none in between saw it: a shop
that is down, a challenge, a page that was not reached is not "removed".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Literal, get_args

from crawler.model import TargetState
from crawler.store.notice_events import NoticeEvent
from crawler.store.observations import Observation

OutcomeState = Literal[
    "open",
    "noticed",
    "removed",
    "gone-before",
    "delisted",
    "blocked",
    "refused",
    "restored",
    "relisted",
    "settled",
    "withdrawn",
]
"""``removed`` after our notice, ``gone-before`` it, ``delisted`` by the seller, ``blocked`` to us;
``open`` and ``noticed`` are those of which nothing is known yet."""

SAID: tuple[OutcomeState, ...] = tuple(
    state for state in get_args(OutcomeState) if state not in ("open", "noticed")
)
"""The outcomes that a person may state."""

APART = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """An outcome as a person stated it."""

    state: OutcomeState
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ListingOutcome:
    """What became of one listing, and how that is known."""

    state: OutcomeState
    reason: str
    at: datetime | None
    """Since when; None while nothing happened."""


@dataclass
class _Course:
    """What is known so far, while steps and looks are gone through in the order of time."""

    apart: timedelta
    state: OutcomeState = "open"
    reason: str = "nothing was sent about it"
    at: datetime | None = None
    sent: dict[str, datetime] = field(default_factory=dict)
    """Notices that reached their recipient as far as is known, and when each was sent."""
    withdrawn: set[str] = field(default_factory=set)
    decision: str | None = None
    gone_at: datetime | None = None
    """The first look that found it gone, with none since that saw it."""
    seen_at: datetime | None = None
    before_blocked: OutcomeState | None = None

    def become(self, state: OutcomeState, reason: str, at: datetime) -> None:
        """Take on a state; one that goes on keeps its beginning."""
        if state != self.state:
            self.state, self.at = state, at
        self.reason = reason

    def step(self, event: NoticeEvent) -> None:
        """Take in a step of a notice."""
        name, notice = event.event, event.notice
        if notice in self.withdrawn:
            return  # an answer to what we claim no longer
        if name in ("sent", "uncertain"):
            self.sent.setdefault(notice, event.at)
            if self.state not in ("gone-before", "removed"):
                self.become("noticed", f"{notice} was sent", event.at)
        elif name in ("failed", "bounced") and self.sent.pop(notice, None) is not None:
            if self.state == "noticed" and not self.sent:
                self.become("open", f"{notice} did not reach its recipient ({name})", event.at)
        elif name == "decided":
            self.decision = str(event.record.get("outcome"))
            self._decided(event)
        elif name == "restored":
            self.gone_at = None
            self.become("restored", f"put back after {notice}", event.at)
        elif name == "withdrawn":
            self.withdrawn.add(notice)
            if self.sent.pop(notice, None) is not None and not self.sent:
                self.become("withdrawn", f"{notice} was withdrawn", event.at)

    def _decided(self, event: NoticeEvent) -> None:
        if self.state in ("removed", "gone-before"):
            return
        if self.decision == "refused":
            self.become("refused", f"{event.notice} was refused", event.at)
        else:
            said = f"the recipient of {event.notice} says: {self.decision}; not seen gone yet"
            self.become("noticed", said, event.at)

    def look(self, look: Observation) -> None:
        """Take in a look at the address."""
        if look.changed:
            self._changed(look.at)
        elif look.is_up:
            self._up(look.at)
        elif look.state is TargetState.GONE:
            self._gone(look.at)
        elif look.state is TargetState.BLOCKED and self.state in ("noticed", "refused"):
            self.before_blocked = self.state
            self.become("blocked", f"it is not shown to us: {look.reason or 'blocked'}", look.at)

    def _changed(self, at: datetime) -> None:
        if self.state in _NOT_GONE:
            self.gone_at = None
        if self.state in ("noticed", "refused"):
            day = f"{at:%Y-%m-%d}"
            self.reason = f"a page stood there {day} that shows no listing, or another; look at it"

    def _up(self, at: datetime) -> None:
        was_gone = self.gone_at
        self.gone_at, self.seen_at = None, at
        if self.state in ("removed", "gone-before", "delisted", "relisted"):
            since = f", gone {was_gone:%Y-%m-%d}" if was_gone else ""
            self.become("restored", f"seen again {at:%Y-%m-%d}{since}", at)
        elif self.state == "blocked":
            self.become(self.before_blocked or "open", "seen again", at)

    def _gone(self, at: datetime) -> None:
        if self.gone_at is None:  # one look proves nothing, however little they need be apart
            self.gone_at = at
            return
        if at - self.gone_at < self.apart or self.state not in _NOT_GONE:
            return
        seen = f"seen last {self.seen_at:%Y-%m-%d %H:%M}, " if self.seen_at else ""
        looks = f"{seen}gone {self.gone_at:%Y-%m-%d %H:%M} and {at:%Y-%m-%d %H:%M} (UTC)"
        if not self.sent or self.gone_at < min(self.sent.values()):
            self.become("gone-before", looks, self.gone_at)
        else:
            by = "the recipient says so" if self.decision in ("removed", "partly") else ""
            by = by or "by whom is not known"
            self.become("removed", f"{looks}; {by}", self.gone_at)

    def say(self, said: Said) -> None:
        """Take in what a person stated."""
        self.become(said.state, f"{said.reason} ({said.by})", said.at)


_NOT_GONE: tuple[OutcomeState, ...] = ("open", "noticed", "refused", "blocked", "restored")
"""States that two looks can turn into one of being gone; the others say more already."""


def derive_outcome(
    events: Iterable[NoticeEvent],
    looks: Iterable[Observation],
    said: Iterable[Said] = (),
    *,
    apart: timedelta = APART,
) -> ListingOutcome:
    """Return what became of a listing.

    :param events: the steps of all notices about it
    :param looks: at its address
    :param said: outcomes that people stated; a later look that sees the listing overrules one
    :param apart: how long after the first look that finds it gone another has to agree
    """
    course = _Course(apart=apart)
    happened: list[tuple[datetime, int, int, Callable[[], None]]] = [
        *((event.at, 0, event.id, partial(course.step, event)) for event in events),
        *((look.at, 1, n, partial(course.look, look)) for n, look in enumerate(looks)),
        *((one.at, 2, n, partial(course.say, one)) for n, one in enumerate(said)),
    ]
    for *_, take_in in sorted(happened, key=lambda item: item[:3]):
        take_in()
    return ListingOutcome(state=course.state, reason=course.reason, at=course.at)
