"""How far a recipient has reason to believe us: what became of the notices that it decided.

Alibaba's good-faith mechanism drops who falls below 90 % accepted, or has more than 5 % upheld
counter-notices, within three months; Regulation (EU) 2022/2065, Article 23(2)-(3) lets platforms
suspend who often sends manifestly unfounded notices, by number and share. So both shares are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from crawler.store.notice_events import NoticeEvent
from crawler.takedown import StandingLimits
from pipelines.intervals import Interval, wilson

Decision = Literal["accepted", "refused", "countered", "withdrawn"]
"""``countered``: put back after a counter-notice; ``withdrawn``: by ourselves, once it was sent."""

_EPSILON = 1e-9
"""1 - 0.9 is a little less than 0.1 in binary; a share at its limit is within it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What one recipient decided within its window."""

    recipient: str
    limits: StandingLimits
    decided: int
    """Notices with a decision in the window, those withdrawn after they were sent included."""
    accepted: int
    """Those of them that were accepted, whole or in part, and not withdrawn."""
    countered: int
    """Those of them that were put back after a counter-notice."""
    withdrawn: int
    """Those of them that we withdrew ourselves."""
    pending: int
    """Notices sent, and not decided yet."""

    @property
    def accepted_share(self) -> float | None:
        """Of the decided; None when there are none."""
        return self.accepted / self.decided if self.decided else None

    @property
    def countered_share(self) -> float | None:
        """Of the decided; None when there are none."""
        return self.countered / self.decided if self.decided else None

    @property
    def accepted_interval(self) -> Interval | None:
        """Where the true share lies in 95 of 100 cases."""
        return wilson(self.accepted, self.decided)

    @property
    def countered_interval(self) -> Interval | None:
        """Where the true share lies in 95 of 100 cases."""
        return wilson(self.countered, self.decided)

    @property
    def too_few(self) -> bool:
        """Whether so little was decided that the shares say nothing yet."""
        return self.decided < self.limits.least


def standing_with(
    recipient: str,
    limits: StandingLimits,
    histories: Iterable[Sequence[NoticeEvent]],
    *,
    now: datetime,
) -> Standing:
    """Return the standing with a recipient.

    :param histories: the steps of each notice to it, oldest first; retractions are none of them
    """
    start = now - timedelta(days=limits.days)
    decided = accepted = countered = withdrawn = pending = 0
    for events in histories:
        outcome = find_decision(events)
        if outcome is None:
            pending += any(e.event in ("sent", "uncertain") for e in events)
            continue
        what, at = outcome
        if at < start:  # what is dated ahead counts: a clock that was set back hides no refusal
            continue
        decided += 1
        accepted += what == "accepted"
        countered += what == "countered"
        withdrawn += what == "withdrawn"
    return Standing(
        recipient=recipient,
        limits=limits,
        decided=decided,
        accepted=accepted,
        countered=countered,
        withdrawn=withdrawn,
        pending=pending,
    )


def find_decision(events: Sequence[NoticeEvent]) -> tuple[Decision, datetime] | None:
    """Return what became of a notice, and when; None while it is not decided or was not sent."""
    outcome: tuple[Decision, datetime] | None = None
    sent = has_counter = False
    for event in events:
        if event.event in ("sent", "uncertain"):
            sent = True
        elif event.event == "decided":
            refused = event.record.get("outcome") == "refused"
            outcome = ("refused" if refused else "accepted", event.at)
        elif event.event == "countered":
            has_counter = True
        elif event.event == "restored" and has_counter:
            outcome = ("countered", event.at)
        elif event.event == "withdrawn" and sent:
            return "withdrawn", event.at  # nothing that follows makes a wrong notice right
    return outcome


def find_danger(standing: Standing) -> str | None:
    """Say what one more notice puts at risk; None when nothing, or too little is known to tell.

    That is a share beyond its limit already, or one that would be if that notice failed.
    """
    if standing.too_few:
        return None
    limits, total = standing.limits, standing.decided
    reasons = []
    for what, failed, now in (
        ("not accepted", 1 - limits.accepted, total - standing.accepted),
        ("upheld counter-notices", limits.countered, standing.countered),
    ):
        most, after = f"{failed:.1%} at the most", now + 1
        if now / total > failed + _EPSILON:
            reasons.append(f"{what}: {now} of {total} ({now / total:.1%}), {most}")
        elif after / (total + 1) > failed + _EPSILON:
            share = f"{after} of {total + 1} ({after / (total + 1):.1%})"
            reasons.append(f"{what}: {now} of {total}, and {share} if this one failed, {most}")
    return "; ".join(reasons) or None
