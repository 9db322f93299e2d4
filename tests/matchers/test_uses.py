"""Uses of a right's names: ranked by what they say, told in findings of the same weights."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from matchers.candidate import Candidate
from matchers.uses import Use, find_uses
from matchers.weights import ALSO_NAMED, BRAND_FIELD
from tests.matchers.candidates import make_candidate


def _told(uses: Sequence[Use]) -> list[float]:
    return [finding.weight for use in uses for finding in use.tell()]


@pytest.mark.parametrize(
    "candidate",
    [
        make_candidate("Aurelio bag, 奥雷利奥"),
        make_candidate("leather bag Aureilo", brand="Aurelio"),
        make_candidate("Apple phone apple", right={"name": "Apple"}),
        make_candidate("bag", brand="Aurelio 奥雷利奥"),
    ],
)
def test_findings_have_the_weights_that_were_added_up(candidate: Candidate) -> None:
    uses = find_uses(candidate)
    assert uses
    assert sum(_told(uses)) == pytest.approx(sum(use.total for use in uses))


def test_of_one_form_the_use_that_says_most_is_kept() -> None:
    [use] = find_uses(make_candidate("pear apple APPLE MacBook", right={"name": "Apple"}))
    assert use.match.text == "APPLE"


def test_a_second_form_in_the_same_field_says_little_more() -> None:
    first, second = find_uses(make_candidate("Aurelio 奥雷利奥 bag"))
    assert (first.also, second.also) == (False, True)
    assert second.total == ALSO_NAMED
    [finding] = second.tell()
    assert (finding.detail or "").startswith("The title also ")


def test_each_field_has_a_first_use() -> None:
    title, brand = find_uses(make_candidate("Aurelio bag", brand="Aurelio"))
    assert (title.field, title.also, brand.field, brand.also) == ("title", False, "brand", False)
    assert brand.total == BRAND_FIELD
    assert not brand.standing
