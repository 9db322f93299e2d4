"""Every rule stops a notice by itself, and names what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.config import TakedownConfig
from crawler.model import Finding, Licensee, TargetState
from crawler.store.approvals import Consideration, Draft
from crawler.store.notice_events import NoticeEvent
from crawler.store.observations import Observation
from crawler.takedown import Recipient, StandingLimits
from pipelines.takedown.cases import draft_case
from pipelines.takedown.checking import EXCEPTIONS, OtherNotice, Situation, blocking, check_notice
from pipelines.takedown.draft import draft_notice
from pipelines.takedown.kinds import KINDS, find_kind
from pipelines.takedown.standing import Standing
from tests.pipelines.noticed import SENDER
from tests.servers.stored_hits import MARK, NAME, WORK, a_hit

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
HIT = a_hit()
assert HIT.judgement is not None
HIT = replace(HIT, judgement=replace(HIT.judgement, authenticated=True))
URL = HIT.listing.url
RECIPIENT = Recipient(
    site="shop.example",
    name="Shop Example",
    email="notices@shop.example",
    address="1 Road",
    verified_at=date(2026, 11, 1),
)
STANDING = Standing(
    recipient="Shop Example",
    limits=StandingLimits(),
    decided=100,
    accepted=100,
    countered=0,
    withdrawn=0,
    pending=3,
)


def considered(exception: str, *, hit: str = HIT.hit.id, applies: bool = False) -> Consideration:
    return Consideration(
        notice="N-1",
        hit=hit,
        exception=exception,
        applies=applies,
        result="已考虑",
        by="张伟",
        at=NOW,
    )


def seen(state: TargetState = TargetState.SEEN, hours: float = 1) -> Observation:
    return Observation(url=URL, state=state, reason=None, at=NOW - timedelta(hours=hours))


def situation(kind: str = "dsa") -> Situation:
    case = draft_case([HIT], opened_at=NOW)
    notice_kind = find_kind(kind)
    notice = draft_notice(
        notice_kind,
        [HIT],
        SENDER,
        RECIPIENT,
        drafted_by="张伟",
        drafted_at=NOW - timedelta(hours=1),
        notice_id="N-1",
        case=case,
    )
    return Situation(
        notice=notice,
        case=case,
        kind=notice_kind,
        draft=Draft(sha256="ab" * 32, account="a-1"),
        hits=(HIT,),
        sender=SENDER,
        recipient=RECIPIENT,
        considerations=tuple(
            considered(name) for name in notice_kind.considerations_for(["trademark"])
        ),
        others=(),
        observations={URL: [seen()]},
        standing=STANDING,
        limits=TakedownConfig(),
        now=NOW,
    )


GOOD = situation()


def step(event: str, number: int = 1) -> NoticeEvent:
    return NoticeEvent(
        id=number, notice="N-0", event=event, record={}, by="x", at=NOW, entry=number
    )


def other(*events: str, kind: str = "dsa") -> OtherNotice:
    steps = tuple(step(event, number) for number, event in enumerate(events))
    return OtherNotice(id="N-0", kind=kind, hits=(HIT.hit.id,), events=steps)


def with_hit(**changes: object) -> Situation:
    return replace(GOOD, hits=(replace(HIT, **changes),))  # type: ignore[arg-type] # its fields


def with_recipient(recipient: Recipient | None) -> Situation:
    return replace(GOOD, recipient=recipient)


def with_looks(*looks: Observation) -> Situation:
    return replace(GOOD, observations={URL: looks})


OTHER_CLASS = Finding(
    feature="other_class", weight=-3, field="title", text="phone case", form="18, 25"
)

STOPPED: dict[str, tuple[Situation, str, str]] = {
    "no account": (
        replace(GOOD, draft=Draft(sha256="x", account=None)),
        "author",
        "which no account proved",
    ),
    "older version": (replace(GOOD, draft=None), "author", "draft it again as one"),
    "no hit any more": (replace(GOOD, hits=()), "facts", "is no hit any more"),
    "a fact of the sender": (
        replace(GOOD, sender=replace(SENDER, email=None)),
        "facts",
        "sender.email: ",
    ),
    "lapsed since": (
        with_hit(right=replace(MARK, expires=date(2026, 11, 21))),
        "facts",
        "TM-0001 has lapsed (expired on 2026-11-21)",
    ),
    "another country": (
        with_hit(right=replace(MARK, jurisdictions=("US",))),
        "facts",
        "in force in US only",
    ),
    "judged otherwise": (
        with_hit(judgement=a_hit(decision="unrelated").judgement),
        "facts",
        "was judged 'unrelated'",
    ),
    "changed since": (with_hit(changed=True), "facts", "has changed since it was judged"),
    "no recipient": (with_recipient(None), "facts", "recipient: who receives notices"),
    "other recipient": (
        with_recipient(replace(RECIPIENT, email="new@shop.example")),
        "recipient",
        "another entry for it now",
    ),
    "never verified": (
        with_recipient(replace(RECIPIENT, verified_at=None)),
        "recipient",
        "nobody verified Shop Example",
    ),
    "verified long ago": (
        with_recipient(replace(RECIPIENT, verified_at=date(2026, 8, 23))),
        "recipient",
        "more than 90 days ago",
    ),
    "verified tomorrow": (
        with_recipient(replace(RECIPIENT, verified_at=date(2026, 11, 23))),
        "recipient",
        "yet to come",
    ),
    "never seen": (replace(GOOD, observations={}), "still-up", "was never looked at"),
    "seen by a clock that was ahead": (
        with_looks(seen(hours=30), seen(hours=-24)),
        "still-up",
        "more than 24 h ago",
    ),
    "seen by such a clock alone": (
        with_looks(seen(hours=-24)),
        "still-up",
        "never looked at; 2026-11-23 01:00 UTC is yet to come",
    ),
    "gone, and seen by such a clock": (
        with_looks(seen(TargetState.GONE), seen(hours=-24)),
        "still-up",
        "is gone",
    ),
    "seen long ago": (with_looks(seen(hours=25)), "still-up", "more than 24 h ago"),
    "changed": (with_looks(seen(), replace(seen(), changed=True)), "still-up", "shows no listing"),
    "gone": (with_looks(seen(), seen(TargetState.GONE, 0.5)), "still-up", "is gone"),
    "blocked": (with_looks(seen(TargetState.BLOCKED)), "still-up", "could not be seen: blocked"),
    "failed": (with_looks(seen(), seen(TargetState.FAILED, 0.5)), "still-up", "failed"),
    "other goods": (
        with_hit(hit=replace(HIT.hit, findings=(NAME, OTHER_CLASS))),
        "classes",
        "'phone case' is not of the classes of TM-0001 (18, 25)",
    ),
    "licensee": (
        with_hit(
            right=replace(MARK, licensees=(Licensee(seller="Best Bags 优品", site="shop.example"),))
        ),
        "licensees",
        "TM-0001 is licensed to Best Bags 优品 on shop.example",
    ),
    "nothing considered": (
        replace(GOOD, considerations=()),
        "exceptions",
        "nobody considered 'referential'",
    ),
    "of another hit": (
        replace(GOOD, considerations=tuple(considered(e, hit="h-0") for e in EXCEPTIONS)),
        "exceptions",
        "nobody considered 'exhaustion'",
    ),
    "an exception applies": (
        replace(
            GOOD, considerations=(*GOOD.considerations, considered("exhaustion", applies=True))
        ),
        "exceptions",
        "'exhaustion' applies, as 张伟 found on 2026-11-22: 已考虑",
    ),
    "one that nobody asked for": (
        replace(GOOD, considerations=(*GOOD.considerations, considered("parody", applies=True))),
        "exceptions",
        "'parody' applies",
    ),
    "noticed already": (
        replace(GOOD, others=(other("approved", "queued", "sent"),)),
        "noticed",
        "N-0 is sent, and not decided yet",
    ),
    "approved already": (replace(GOOD, others=(other("approved"),)), "noticed", "N-0 is approved"),
    "countered": (
        replace(GOOD, others=(other("sent", "decided", "countered"),)),
        "noticed",
        "N-0 is countered",
    ),
}


def test_what_is_right_passes() -> None:
    lines = check_notice(GOOD)
    assert blocking(lines) == []
    assert [line.state for line in lines if line.rule != "law"] == ["ok"] * (len(lines) - 1)
    sure = replace(GOOD, kind=replace(GOOD.kind, unconfirmed=()))
    assert {line.state for line in check_notice(sure)} == {"ok"}


def test_what_nobody_read_in_the_law_or_on_the_form_is_told() -> None:
    unsure = replace(GOOD, kind=replace(GOOD.kind, unconfirmed=("Article 99", "Article 100")))
    told = [line for line in check_notice(unsure) if line.rule == "law"]
    assert [line.state for line in told] == ["warning", "warning"]
    assert "Article 99" in told[0].text
    for profile, text in (("etsy", "were not compared with"), ("no-such", "no platform is called")):
        [line] = [
            line
            for line in check_notice(with_recipient(replace(RECIPIENT, profile=profile)))
            if line.rule == "profile"
        ]
        assert (line.state, text in line.text) == ("warning", True)


@pytest.mark.parametrize(("wrong", "rule", "text"), STOPPED.values(), ids=STOPPED.keys())
def test_each_rule_stops_it_by_name(wrong: Situation, rule: str, text: str) -> None:
    stopped = blocking(check_notice(wrong))
    assert any(line.rule == rule and text in line.text for line in stopped), stopped


@pytest.mark.parametrize(
    "change",
    [
        lambda: with_looks(seen(hours=23.9)),
        lambda: with_looks(seen(TargetState.BLOCKED, 5), seen(TargetState.UNCHANGED)),
        lambda: replace(GOOD, others=(other("sent", "withdrawn"),)),
        lambda: replace(GOOD, others=(other(),)),
        lambda: replace(GOOD, others=(other("sent", "bounced"),)),
        lambda: replace(GOOD, others=(other("sent", "decided"),)),
        lambda: replace(GOOD, others=(replace(other("sent"), hits=("h-0",)),)),
        lambda: with_recipient(replace(RECIPIENT, standing=StandingLimits(least=5))),
        lambda: replace(
            with_hit(hit=replace(HIT.hit, findings=(NAME, OTHER_CLASS))),
            considerations=(*GOOD.considerations, considered("other-goods")),
        ),
    ],
)
def test_what_only_looks_wrong_passes(change: Callable[[], Situation]) -> None:
    assert blocking(check_notice(change())) == []


def test_a_later_consideration_counts() -> None:
    again = (considered("referential", applies=True), considered("referential"))
    assert (
        blocking(check_notice(replace(GOOD, considerations=(*GOOD.considerations, *again)))) == []
    )


def test_what_was_put_back_is_not_notified_again() -> None:
    work = replace(HIT, right=WORK, hit=replace(HIT.hit, right=WORK.id))
    restored = other("sent", "decided", "countered", "restored", kind="cn-copyright")
    notice = replace(GOOD.notice, kind="cn-copyright")
    wrong = replace(
        GOOD, notice=notice, kind=find_kind("cn-copyright"), hits=(work,), others=(restored,)
    )
    assert any("Article 17" in line.text for line in blocking(check_notice(wrong)))
    by_other_law = replace(GOOD, others=(restored,))
    assert blocking(check_notice(by_other_law)) == []
    warned = [line.text for line in check_notice(by_other_law) if line.state == "warning"]
    assert any("N-0 was about it as well (restored)" in text for text in warned)


def test_warnings_stop_nothing() -> None:
    assert HIT.judgement is not None
    unproved = replace(HIT.judgement, authenticated=False)
    later_text = replace(MARK, variants=("奥雷利奥", "Aurélio"))
    wrong = with_hit(judgement=unproved, right=later_text)
    lines = [line for line in check_notice(wrong) if line.state == "warning"]
    assert [line.rule for line in lines] == ["facts", "judgements", "law"]
    assert blocking(check_notice(wrong)) == []


def test_uk_asks_for_the_legal_role_and_a_bad_standing_says_so() -> None:
    uk = replace(GOOD, kind=replace(GOOD.kind, needs_legal=True))
    [line] = [line for line in check_notice(uk) if line.state == "need"]
    assert line.rule == "legal"
    bad = replace(GOOD, standing=replace(STANDING, accepted=80))
    [line] = [line for line in check_notice(bad) if line.state == "need"]
    assert (line.rule, "20 of 100 (20.0%)" in line.text) == ("standing", True)
    few = replace(GOOD, standing=replace(STANDING, decided=3, accepted=0))
    assert [line.rule for line in check_notice(few) if line.state == "warning"] == [
        "law",
        "standing",
    ]


def test_every_exception_that_a_kind_asks_for_can_be_considered() -> None:
    assert {e for kind in KINDS for e in kind.considerations} <= {*EXCEPTIONS}
