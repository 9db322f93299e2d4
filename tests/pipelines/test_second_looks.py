"""How far two people agree, measured as the sources say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.model import JudgementKind
from crawler.store.second_looks import Answer
from pipelines.second_looks import Rating, agreement_of, measure_agreement

AT = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)


def an_answer(
    first: JudgementKind | None,
    second: JudgementKind,
    *,
    first_by: str | None = "王芳",
    second_by: str = "李伟",
    right: str = "TM-0001",
) -> Answer:
    return Answer(
        look="sl-1",
        hit="h-1",
        right=right,
        first=first,
        first_by=None if first is None else first_by,
        second=second,
        second_by=second_by,
        reason="?",
        at=AT,
    )


def test_kappa_is_cohens() -> None:
    # both yes 20, one yes 5, other yes 10, both no 15: observed 0.7, by chance 0.5
    counts: dict[Rating, int] = {
        ("infringing", "infringing"): 20,
        ("infringing", "unrelated"): 5,
        ("unrelated", "infringing"): 10,
        ("unrelated", "unrelated"): 15,
    }
    ratings = [rating for rating, count in counts.items() for _ in range(count)]
    found = agreement_of(ratings)
    assert (found.looks, found.agreed) == (50, 35)
    assert found.kappa == pytest.approx(0.4)
    assert found.share == pytest.approx(0.7)
    assert found.interval == pytest.approx((0.562, 0.809), abs=1e-3)


@pytest.mark.parametrize(
    ("ratings", "kappa"),
    [
        ([], None),
        ([("unrelated", "unrelated")] * 9, None),
        ([("unrelated", "licensed")] * 9, 0),
        ([("unrelated", "licensed"), ("licensed", "unrelated")] * 4, -1),
        ([("unrelated", "unrelated"), ("licensed", "licensed")], 1),
    ],
)
def test_kappa_at_its_ends(ratings: list[Rating], kappa: float | None) -> None:
    assert agreement_of(ratings).kappa == kappa


def test_a_pair_is_one_whoever_looked_first() -> None:
    report = measure_agreement(
        [
            an_answer("unrelated", "licensed"),
            an_answer("licensed", "unrelated", first_by="李伟", second_by="王芳"),
            an_answer("unrelated", "unrelated", right="WK-0001"),
            an_answer(None, "infringing"),
            an_answer(None, "unsure"),
        ]
    )
    assert [*report.pairs] == [("李伟", "王芳")]
    [pair] = report.pairs.values()
    # 李伟 said licensed, licensed, unrelated; 王芳 unrelated, unrelated, unrelated
    assert (pair.looks, pair.agreed, pair.kappa) == (3, 1, 0)
    assert {right: value.looks for right, value in report.rights.items()} == {
        "TM-0001": 2,
        "WK-0001": 1,
    }
    assert report.table[("unrelated", "licensed")] == 1
    assert (report.missed.looks, report.missed.infringing) == (2, 1)
