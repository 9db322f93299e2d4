"""Which clocks run for a notice, by its steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from crawler.store.notice_events import NoticeEvent
from pipelines.takedown.deadlines import Deadline, answer_deadlines, deadlines_of
from pipelines.takedown.kinds import NoticeKind

_ANSWERED = ("decided", "countered", "restored", "bounced")
_OVER = ("withdrawn", "closed")
_ENDED_BY = {"sent": _ANSWERED, "countered": ("restored",)}
"""Step -> the later steps that end its clocks, besides those that end all."""


def find_clocks(
    kind: NoticeKind, events: Sequence[NoticeEvent], answer_days: Iterable[int]
) -> list[Deadline]:
    """Return the clocks that run, the first to end at the front, bars without an end last.

    :param events: the steps of the notice, oldest first
    :param answer_days: ``[takedown] answer_days``
    """
    clocks = list(_clocks(kind, events, answer_days))
    return sorted(clocks, key=lambda clock: (clock.due is None, clock.due or clock.started_on))


def _clocks(
    kind: NoticeKind, events: Sequence[NoticeEvent], answer_days: Iterable[int]
) -> Iterator[Deadline]:
    newest = {event.event: (number, event) for number, event in enumerate(events)}
    for name, (number, event) in newest.items():
        later = {other.event for other in events[number + 1 :]}
        if not later.isdisjoint((*_OVER, *_ENDED_BY.get(name, ()))):
            continue
        start = _start(event)
        yield from deadlines_of(kind, name, start)
        if name == "sent":
            yield from answer_deadlines(start, answer_days)


def _start(event: NoticeEvent) -> datetime:
    """Return when the clock began: what a person or a mail says, else when it was recorded."""
    told = event.record.get("received_at")
    return datetime.fromisoformat(told) if isinstance(told, str) else event.at
