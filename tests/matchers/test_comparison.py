from __future__ import annotations

import pytest

from matchers.comparison import compared, denied, free_ride
from matchers.referential import referential
from tests.matchers.candidates import make_candidate


@pytest.mark.parametrize(
    ("title", "word", "strong"),
    [
        ("Dupe for Aurelio sandals", "Dupe for", True),
        ("Inspired by Aurelio no 5 oil", "Inspired by", True),
        ("Duftzwilling Aurelio", "Duftzwilling", True),
        ("Inspiré de Aurelio parfum", "Inspiré de", True),
        ("奥雷利奥 平替 口红", "平替", True),
        ("奥雷利奥同款链条包", "同款", False),
        ("奥雷利奥风链条包", "风", False),
        ("Aurelio style bag", "style", False),
        ("Bag looks like Aurelio", "looks like", False),
        ("Aurelio bag, style code 123", None, False),
        ("Aurelio 防风夹克", None, False),
        ("明星同款 奥雷利奥 女包", None, False),
        ("Aurelio bag", None, False),
    ],
)
def test_free_ride(title: str, word: str | None, strong: bool) -> None:
    finding = free_ride(make_candidate(title))
    assert (finding and finding.text) == word
    assert finding is None or (finding.weight > 2) == strong


def test_a_dupe_for_a_mark_does_not_fit_it() -> None:
    assert referential(make_candidate("Dupe for Aurelio sandals")) is None


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("Plain clogs, not Aurelio", "not"),
        ("Unlike Aurelio this pillow stays cool", "Unlike"),
        ("非奥雷利奥 拼装积木", "非"),
        ("Kein Aurelio, Tasche", "Kein"),
        ("Aurelio bag, not Aurelio shoes", None),
        ("Not authentic Aurelio", None),
        ("非正品 奥雷利奥", None),
        ("非洲 奥雷利奥", None),
        ("Non-slip Aurelio mat", None),
    ],
)
def test_denied(title: str, word: str | None) -> None:
    finding = denied(make_candidate(title))
    assert (finding and finding.text) == word
    assert finding is None or finding.weight < -3


def test_compared() -> None:
    finding = compared(make_candidate("Zorvex vs Aurelio vacuum"))
    assert finding is not None
    assert (finding.text, finding.weight < 0) == ("vs", True)
    assert compared(make_candidate("Aurelio vs Zorvex vacuum")) is None
