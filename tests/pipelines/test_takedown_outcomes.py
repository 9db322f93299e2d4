"""What became of a listing; "not seen" is never "removed"."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.model import TargetState
from crawler.store.notice_events import NoticeEvent
from crawler.store.observations import Observation
from pipelines.takedown.outcomes import SAID, OutcomeState, Said, derive_outcome

START = datetime(2026, 11, 1, tzinfo=UTC)
LOOKS = {state.value: state for state in TargetState}


def outcome(course: str) -> tuple[OutcomeState, str]:
    """Derive from a course such as ``seen sent gone +13 gone decided:removed say:settled``.

    Each happening is an hour after the one before; ``+13`` lets 13 hours go by.
    """
    at, events, looks, said, was = START, [], [], [], ""
    for number, word in enumerate(course.split()):
        at += timedelta(hours=int(word) if word[0] == "+" else 1)
        name, _, more = word.partition(":")
        if word == "changed":
            seen = TargetState.SEEN
            looks.append(Observation(url="u", state=seen, reason=None, at=at, changed=True))
        elif word in LOOKS and (word != "failed" or was != "uncertain"):
            looks.append(Observation(url="u", state=LOOKS[word], reason=None, at=at))
        elif name == "say":
            said.append(Said(state=more, reason="as told", by="wei", at=at))  # type: ignore[arg-type] # from SAID
        elif word[0] != "+":
            name, _, notice = name.partition("@")
            record = {"outcome": more} if more else {}
            events.append(
                NoticeEvent(
                    id=number,
                    notice=notice or "N-1",
                    event=name,
                    record=record,
                    by="wei",
                    at=at,
                    entry=1,
                )
            )
        was = word
    found = derive_outcome(events, looks, said)
    return found.state, found.reason


@pytest.mark.parametrize(
    ("course", "state"),
    [
        ("", "open"),
        ("seen", "open"),
        ("seen approved queued", "open"),
        ("seen sent", "noticed"),
        ("seen uncertain", "noticed"),
        ("seen sent acknowledged seen", "noticed"),
        # not seen is not removed
        ("seen sent failed +48 failed", "noticed"),
        ("seen sent not_reached +48 not_reached", "noticed"),
        ("seen sent skipped +48 skipped", "noticed"),
        ("seen sent blocked +48 blocked", "blocked"),
        ("seen sent gone", "noticed"),
        ("seen sent gone gone", "noticed"),
        ("seen sent gone +10 seen gone", "noticed"),
        ("seen sent decided:removed", "noticed"),
        ("seen sent decided:removed seen", "noticed"),
        ("seen sent decided:removed blocked", "blocked"),
        # removed
        ("seen sent gone +13 gone", "removed"),
        ("seen sent gone +6 failed +6 blocked gone", "removed"),
        ("seen sent decided:removed gone +13 gone", "removed"),
        ("seen sent decided:refused gone +13 gone", "removed"),
        ("seen sent blocked gone +13 gone", "removed"),
        # gone before it
        ("seen gone +13 gone", "gone-before"),
        ("seen gone +13 gone sent", "gone-before"),
        ("seen gone sent +13 gone", "gone-before"),
        ("seen gone +13 gone sent decided:removed", "gone-before"),
        # refused, put back, back again
        ("seen sent decided:refused", "refused"),
        ("seen sent decided:refused seen", "refused"),
        ("seen sent decided:removed countered restored", "restored"),
        ("seen sent gone +13 gone seen", "restored"),
        ("seen sent gone +13 gone seen gone +13 gone", "removed"),
        ("seen sent gone +13 gone say:relisted seen", "restored"),
        ("seen sent blocked seen", "noticed"),
        # a page without the listing is neither
        ("seen sent changed", "noticed"),
        ("seen sent gone changed +13 gone", "noticed"),
        ("seen sent gone +13 gone changed", "removed"),
        # what never arrived took nothing down
        ("seen uncertain failed", "open"),
        ("seen uncertain failed gone +13 gone", "gone-before"),
        ("seen uncertain failed sending sent gone +13 gone", "removed"),
        ("seen sent bounced", "open"),
        ("seen sent sent@N-2 bounced gone +13 gone", "removed"),
        ("seen sent sent@N-2 withdrawn", "noticed"),
        ("seen sent withdrawn decided:removed", "withdrawn"),
        ("seen sent withdrawn decided:refused", "withdrawn"),
        # withdrawn
        ("seen sent withdrawn", "withdrawn"),
        ("seen sent withdrawn gone +13 gone", "withdrawn"),
        ("seen withdrawn", "open"),
        # what people say
        ("seen sent say:settled", "settled"),
        ("seen sent say:settled gone +13 gone", "settled"),
        ("seen sent say:delisted gone +13 gone", "delisted"),
        ("seen sent say:delisted seen", "restored"),
        ("seen sent gone +13 gone say:relisted", "relisted"),
    ],
)
def test_outcome_of_a_course(course: str, state: OutcomeState) -> None:
    assert outcome(course)[0] == state


def test_one_look_proves_nothing_when_two_need_not_be_apart() -> None:
    gone = [
        Observation(url="u", state=TargetState.GONE, reason=None, at=START + timedelta(hours=hour))
        for hour in (0, 1)
    ]
    assert derive_outcome([], gone[:1], apart=timedelta(0)).state == "open"
    assert derive_outcome([], gone, apart=timedelta(0)).state == "gone-before"


def test_every_outcome_says_how_it_is_known() -> None:
    assert "by whom is not known" in outcome("seen sent gone +13 gone")[1]
    assert "the recipient says so" in outcome("seen sent decided:removed gone +13 gone")[1]
    assert "not seen gone yet" in outcome("seen sent decided:partly")[1]
    assert outcome("seen sent say:settled")[1] == "as told (wei)"


def test_people_can_state_every_outcome_that_is_one() -> None:
    assert set(SAID) == {
        *("removed", "gone-before", "delisted", "blocked", "refused", "restored", "relisted"),
        *("settled", "withdrawn"),
    }
