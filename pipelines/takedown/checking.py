"""What must hold before a notice is approved; each rule names what is missing.

The rules are pure: ``situations`` gathers what they look at. Approval runs the same rules again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from crawler.config import TakedownConfig
from crawler.errors import InputError, MissingFactsError, NotAllowedError
from crawler.model import TargetState
from crawler.store.approvals import Consideration, Draft
from crawler.store.hits import StoredHit
from crawler.store.notice_events import NoticeEvent
from crawler.store.observations import Observation
from crawler.takedown import Case, Notice, Recipient, Sender, status_of
from matchers.licence import is_licensee
from pipelines.takedown.batches import load_platform
from pipelines.takedown.draft import draft_notice
from pipelines.takedown.kinds import NoticeKind
from pipelines.takedown.kinds.record import CONSIDERATIONS
from pipelines.takedown.standing import Standing, find_danger

State = Literal["ok", "warning", "missing", "need"]

EXCEPTIONS = (*CONSIDERATIONS, "parody", "other-goods", "none")
"""What is considered before a notice. Besides what kinds of notices ask for: ``other-goods``, that
the mark does not reach goods beyond its classes; ``none``, that something else allows the use."""

NOT_AGAIN = {"cn-copyright": "Information Network Regulations, Article 17"}
"""Kinds of notices that may not be sent again for what was put back -> the provision."""

AHEAD = timedelta(minutes=5)
"""How far a look may be dated ahead, by clocks of several machines; beyond, it says nothing of how
fresh it is."""

OPEN = ("approved", "queued", "sending", "sent", "uncertain", "acknowledged", "countered")
"""Where a notice stands while its recipient has still to decide."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckLine:
    """What one rule found."""

    rule: str
    state: State
    """``missing`` stops the notice, ``need`` asks for a further approval."""
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherNotice:
    """Another notice about some of the same hits."""

    id: str
    kind: str
    hits: tuple[str, ...]
    events: tuple[NoticeEvent, ...]

    @property
    def status(self) -> str:
        """Where it stands."""
        return status_of(event.event for event in self.events)


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """A notice, and everything that is known about it today."""

    notice: Notice
    case: Case
    kind: NoticeKind
    draft: Draft | None
    hits: tuple[StoredHit, ...]
    """Those that are hits still, with their rights as they stand in the registry today."""
    sender: Sender
    recipient: Recipient | None
    """As recipients.toml has it today."""
    considerations: tuple[Consideration, ...]
    others: tuple[OtherNotice, ...]
    observations: Mapping[str, Sequence[Observation]]
    """URL -> looks at it, oldest first."""
    standing: Standing
    limits: TakedownConfig
    now: datetime


Rule = Callable[[Situation], Iterator[CheckLine]]


def check_notice(situation: Situation) -> tuple[CheckLine, ...]:
    """Return what every rule finds; a rule that finds nothing says that it holds."""
    lines: list[CheckLine] = []
    for name, holds, rule in RULES:
        found = [replace(line, rule=name) for line in rule(situation)]
        lines += found or [CheckLine(rule=name, state="ok", text=holds)]
    return tuple(lines)


def blocking(lines: Iterable[CheckLine]) -> list[CheckLine]:
    """Return the lines that stop the notice."""
    return [line for line in lines if line.state == "missing"]


def dump_lines(lines: Iterable[CheckLine]) -> list[dict[str, Any]]:
    """Return the lines as they go into the record of a step."""
    return [{"rule": line.rule, "state": line.state, "text": line.text} for line in lines]


def _line(state: State, text: str) -> CheckLine:
    return CheckLine(rule="", state=state, text=text)


def _author(situation: Situation) -> Iterator[CheckLine]:
    if situation.draft is None or situation.draft.account is None:
        author = situation.notice.drafted_by
        yield _line(
            "missing", f"{author!r} drafted it, which no account proved; draft it again as one"
        )


def _facts(situation: Situation) -> Iterator[CheckLine]:
    """Facts, judgements, terms and territories, by drafting the notice again as of its day."""
    notice = situation.notice
    lost = sorted({*notice.hits} - {stored.hit.id for stored in situation.hits})
    for hit in lost:
        yield _line("missing", f"{hit}: its listing as last seen is no hit any more")
    if lost:
        return
    for day in dict.fromkeys((situation.now, notice.drafted_at)):
        try:
            again = draft_notice(
                situation.kind,
                situation.hits,
                situation.sender,
                situation.recipient,
                drafted_by=notice.drafted_by,
                drafted_at=day,
                notice_id=notice.id,
                case=situation.case,
                language=notice.language,
            )
        except NotAllowedError as error:
            yield from (_line("missing", reason) for reason in str(error).splitlines())
            return
        except MissingFactsError as error:
            yield from (_line("missing", fact) for fact in error.facts)
            return
    if again.text != notice.text:
        yield _line(
            "warning",
            "drafted today it would read otherwise: the registry, the sender, the recipient or the"
            " listing changed since; look whether what it says still holds, or draft it again",
        )


def _recipient(situation: Situation) -> Iterator[CheckLine]:
    then, today = situation.notice.recipient, situation.recipient
    if today is None:
        yield _line("missing", f"recipients.toml has no recipient for {then.site} any more")
        return
    if replace(then, verified_at=today.verified_at, standing=today.standing) != today:
        yield _line("missing", "recipients.toml has another entry for it now; draft it again")
    day = situation.now.astimezone(UTC).date()
    most = situation.limits.recipient_days
    verified = today.verified_at
    if verified is None:
        yield _line(
            "missing",
            f"nobody verified {today.name}; make sure that it takes such notices, then set"
            f" verified_at in recipients.toml, the entry for {today.site!r}",
        )
    elif verified > day:
        yield _line("missing", f"verified_at of {today.name} is {verified}, which is yet to come")
    elif (day - verified).days > most:
        yield _line(
            "missing",
            f"{today.name} was last verified on {verified}, more than {most} days ago;"
            " make sure again, and set verified_at in recipients.toml",
        )


def _still_up(situation: Situation) -> Iterator[CheckLine]:
    most = situation.limits.fresh_hours
    for url in dict.fromkeys(stored.listing.url for stored in situation.hits):
        known = situation.observations.get(url, ())
        looks = [look for look in known if look.at <= situation.now + AHEAD]
        if not looks:
            ahead = f"; {known[0].at:%Y-%m-%d %H:%M} UTC is yet to come" if known else ""
            yield _line("missing", f"{url} was never looked at{ahead}")
            continue
        newest = looks[-1]
        at, reason = f"{newest.at:%Y-%m-%d %H:%M} UTC", newest.reason or newest.state.value
        if newest.state is TargetState.GONE:
            yield _line("missing", f"{url} is gone ({reason}, {at}); there is nothing to take down")
        elif newest.changed:
            yield _line(
                "missing",
                f"{url} shows no listing any more, or another ({reason}, {at}); look at it",
            )
        elif not newest.is_up:
            yield _line(
                "missing", f"{url} could not be seen: {newest.state.value} ({reason}, {at})"
            )
        elif situation.now - newest.at > timedelta(hours=most):
            yield _line(
                "missing", f"{url} was last seen {at}, more than {most} h ago; look at it again"
            )


def _classes(situation: Situation) -> Iterator[CheckLine]:
    for stored in situation.hits:
        for finding in stored.hit.findings:
            if finding.feature == "other_goods":
                yield _line(
                    "warning",
                    f"{stored.hit.id}: {finding.text!r} names none of the goods of"
                    f" {stored.right.id} ({finding.form})",
                )
            if finding.feature != "other_class":
                continue
            if _considered(situation, stored.hit.id, "other-goods") is None:
                yield _line(
                    "missing",
                    f"{stored.hit.id}: {finding.text!r} is not of the classes of"
                    f" {stored.right.id} ({finding.form}); a person must consider whether its"
                    " protection reaches so far (--exception other-goods)",
                )


def _licensees(situation: Situation) -> Iterator[CheckLine]:
    for stored in situation.hits:
        for licensee in stored.right.licensees:
            if is_licensee(licensee, stored.listing):
                who = " on ".join(part for part in (licensee.seller, licensee.site) if part)
                yield _line("missing", f"{stored.hit.id}: {stored.right.id} is licensed to {who}")


def _exceptions(situation: Situation) -> Iterator[CheckLine]:
    for stored in situation.hits:
        hit = stored.hit.id
        asked = situation.kind.considerations_for([stored.right.kind])
        for exception in dict.fromkeys((*asked, *EXCEPTIONS)):
            considered = _considered(situation, hit, exception)
            if considered is None:
                if exception in asked:
                    yield _line(
                        "missing",
                        f"{hit}: nobody considered {exception!r} (markhound notice consider"
                        f" {situation.notice.id} --exception {exception} --result TEXT --by NAME)",
                    )
            elif considered.applies:
                yield _line(
                    "missing",
                    f"{hit}: {exception!r} applies, as {considered.by} found on"
                    f" {considered.at:%Y-%m-%d}: {considered.result}",
                )


def _considered(situation: Situation, hit: str, exception: str) -> Consideration | None:
    """Return the newest consideration of the exception for the hit."""
    for found in reversed(situation.considerations):
        if (found.hit, found.exception) == (hit, exception):
            return found
    return None


def _noticed(situation: Situation) -> Iterator[CheckLine]:
    for other in situation.others:
        shared = ", ".join(hit for hit in situation.notice.hits if hit in other.hits)
        if not shared:
            continue
        restored = any(event.event == "restored" for event in other.events)
        provision = NOT_AGAIN.get(situation.notice.kind)
        if other.status in OPEN:
            yield _line("missing", f"{shared}: {other.id} is {other.status}, and not decided yet")
        elif restored and provision and other.kind == situation.notice.kind:
            yield _line(
                "missing",
                f"{shared}: put back after {other.id}; it may not be notified again ({provision})",
            )
        elif other.status in ("decided", "restored"):
            yield _line("warning", f"{shared}: {other.id} was about it as well ({other.status})")


def _judged(situation: Situation) -> Iterator[CheckLine]:
    for stored in situation.hits:
        judgement = stored.judgement
        if judgement is not None and not judgement.authenticated:
            yield _line(
                "warning", f"{stored.hit.id} was judged by {judgement.by!r}, which nobody proved"
            )


def _legal(situation: Situation) -> Iterator[CheckLine]:
    if situation.kind.needs_legal:
        yield _line("need", f"an approval by the legal role (--as legal): {situation.kind.title}")


def _law(situation: Situation) -> Iterator[CheckLine]:
    for text in situation.kind.unconfirmed:
        yield _line("warning", f"counsel has still to confirm: {text}")


def _profile(situation: Situation) -> Iterator[CheckLine]:
    recipient = situation.recipient or situation.notice.recipient
    if recipient.profile is None:
        return
    try:
        platform = load_platform(recipient.profile)
    except InputError as error:
        yield _line("warning", f"recipients.toml, profile of {recipient.name}: {error}")
        return
    if not platform.checked:
        yield _line(
            "warning",
            f"the columns of {recipient.profile} were not compared with the platform's own form"
            f" ({platform.source}); look at them before you hand its tables over",
        )


def _standing(situation: Situation) -> Iterator[CheckLine]:
    standing = situation.standing
    if danger := find_danger(standing):
        yield _line(
            "need", f"an approval that says so (--as standing): {standing.recipient}: {danger}"
        )
    elif standing.too_few:
        least = standing.limits.least
        yield _line(
            "warning",
            f"{standing.recipient} decided {standing.decided} notices in {standing.limits.days}"
            f" days; below {least} that is too few to tell",
        )


RULES: tuple[tuple[str, str, Rule], ...] = (
    ("author", "drafted by an account", _author),
    ("facts", "every fact is there, the right is in force, the hits are judged", _facts),
    ("recipient", "the recipient is verified", _recipient),
    ("still-up", "every listing was seen within the time", _still_up),
    ("classes", "the goods are of the right's classes, as far as known", _classes),
    ("licensees", "no seller is a licensee", _licensees),
    ("exceptions", "the exceptions were considered", _exceptions),
    ("noticed", "no other notice about these hits is open", _noticed),
    ("judgements", "the hits were judged", _judged),
    ("law", "what the text rests on was read in the law itself", _law),
    ("profile", "no table of a platform, or one that was compared with its form", _profile),
    ("legal", "no approval by the legal role is needed", _legal),
    ("standing", "the standing with the recipient is not endangered", _standing),
)
"""Name, what it means that the rule holds, and the rule."""
