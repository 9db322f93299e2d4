"""A passage is told with its bits and in words."""

from __future__ import annotations

import pytest

from matchers.texts.finding import SHOWN, passage_finding, passage_findings, weigh_passage
from matchers.texts.index import PassageMatch, TextIndex
from matchers.weights import PRIOR
from tests.matchers.texts.written import write_han, write_words

WORK = write_words(1000, 1)


def _match(counted: float, share: float = 0.01) -> PassageMatch:
    return PassageMatch(
        owner=0,
        number=0,
        span=(0, 9),
        work_span=(0, 9),
        tokens=9,
        characters=0,
        longest=9,
        units=counted,
        counted=counted,
        share=share,
        page_share=1.0,
    )


@pytest.mark.parametrize(
    ("counted", "share", "flagged"),
    [
        (12, 0.01, False),
        (24.9, 1.0, False),
        (25, 0.5, False),
        (41.9, 0.01, False),
        (25, 0.95, True),
        (42, 0.01, True),
        (5000, 0.3, True),
    ],
)
def test_quotations_are_not_flagged_and_copies_are(
    counted: float, share: float, flagged: bool
) -> None:
    assert (PRIOR + weigh_passage(_match(counted, share)) > 0) == flagged


def test_longer_passages_never_weigh_less() -> None:
    weights = [weigh_passage(_match(counted)) for counted in range(12, 400)]
    assert weights == sorted(weights)


def test_what_is_told() -> None:
    words = WORK.split()
    page = " ".join([*write_words(30, 2).split(), *words[100:150]])
    (match,) = TextIndex([(0, WORK)]).find(page)
    finding = passage_finding(match, field="description", text=page, work=WORK)
    copied = " ".join(words[100:150]).rstrip(".")
    assert (finding.feature, finding.field) == ("passage", "description")
    assert (finding.text, finding.form) == (copied, copied)
    assert finding.span is not None
    assert page[slice(*finding.span)] == copied
    assert finding.detail == (
        "The description has 50 words in common with the registered text, at most 50 in a row:"
        " 5% of that text."
    )


def test_long_passages_are_cut_and_their_spans_are_whole() -> None:
    work = write_han(900, 1)
    (match,) = TextIndex([(0, work)]).find(work)
    finding = passage_finding(match, field="text", text=work, work=work)
    assert finding.text == finding.form == work[: SHOWN - 1] + "…"
    assert finding.span == (0, 999)
    assert finding.detail == (
        "The page text has 900 characters in common with the registered text, at most 900 in a"
        " row: 100% of that text."
    )


def test_several_short_quotations_are_not_flagged_together() -> None:
    words = WORK.split()
    quoted = [" ".join(words[at : at + 30]) for at in (0, 200, 400, 600, 800)]
    page = f" {write_words(200, 2)} ".join(quoted)
    found = passage_findings(
        TextIndex([(0, WORK)]).find(page), field="text", text=page, works=[WORK]
    )
    assert len(found) == 5
    assert PRIOR + sum(finding.weight for finding in found) < 0


def test_further_passages_add_a_little() -> None:
    words = WORK.split()
    page = " ".join([*words[:80], *write_words(300, 2).split(), *words[500:560]])
    found = passage_findings(
        TextIndex([(0, WORK)]).find(page), field="text", text=page, works=[WORK]
    )
    assert [finding.weight for finding in found] == [8.0, 0.2]
