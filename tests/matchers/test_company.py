from __future__ import annotations

import pytest

from matchers.company import product_follows, unit_of_measure, used_as_word
from tests.matchers.candidates import make_candidate


@pytest.mark.parametrize(
    ("name", "title", "said"),
    [
        ("Boss", "mug for my boss", "word_before"),
        ("Coach", "whistle for a coach", "word_before"),
        ("Boss", "mug for my Boss", None),
        ("Aurelio", "mug for my aurelio", None),
        ("The North Face", "the north face of the Eiger", "phrase_goes_on"),
        ("Express", "express shipping 3 days", "phrase_goes_on"),
        ("The North Face", "The North Face of the Eiger", None),
        ("Aurelio", "aurelio of Milano", None),
        ("Shell", "shell necklace, sea shell", "repeated_word"),
        ("Shell", "Shell oil, sea shell", None),
        ("Aurelio", "aurelio bag, aurelio", None),
        ("Sony", "my sony camera", None),
        ("Gap", "mind my gap", "word_before"),
        ("360", "game 360 points 360", None),
        ("Target", "Archery Paper target Range", "small_letters"),
        ("Target", "archery paper target", None),
        ("Target", "Archery Paper Target Range", None),
        ("Coach", "Coach bag for a coach", None),
        ("苹果", "新鲜苹果 10斤", "word_before"),
        ("大众", "大众口味火锅底料", "phrase_goes_on"),
        ("苹果", "apple/苹果 手机 苹果", None),
    ],
)
def test_used_as_word(name: str, title: str, said: str | None) -> None:
    finding = used_as_word(make_candidate(title, right={"name": name}))
    assert (finding and finding.feature) == said
    assert finding is None or finding.weight < 0


@pytest.mark.parametrize(
    ("name", "title", "said"),
    [
        ("Apple", "Apple MacBook Pro 14", "MacBook"),
        ("Shell", "Shell Helix Ultra engine oil", "Helix"),
        ("Shell", "Shell Necklace Boho", None),
        ("Shell", "Shell Necklace for Women", None),
        ("Shell", "Shell necklace Boho", None),
        ("Shell", "shell Necklace boho", None),
        ("Aurelio", "Aurelio MacBook Pro 14", None),
    ],
)
def test_product_follows(name: str, title: str, said: str | None) -> None:
    finding = product_follows(make_candidate(title, right={"name": name}))
    assert (finding and finding.text) == said
    assert finding is None or finding.weight > 0


@pytest.mark.parametrize(
    ("name", "title", "unit"),
    [
        ("HP", "5 hp water pump", True),
        ("LV", "level 5 lv lamp", True),
        ("HP", "ink for hp 302", False),
        ("HP", "15 HP notebooks", False),
        ("Gap", "hp 5 gap", True),
        ("Aurelio", "5 aurelio bags", False),
        ("HP", "hp ink, 5 hp motor", False),
    ],
)
def test_unit_of_measure(name: str, title: str, unit: bool) -> None:
    finding = unit_of_measure(make_candidate(title, right={"name": name}))
    assert (finding is not None) == unit
