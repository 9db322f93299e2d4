"""A word that a person found generic counts for nothing there, and only there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from crawler.model import GenericWord, Hit, Listing, Right
from matchers.judge import Matcher, Subject
from matchers.pictures.lines import Line
from matchers.taught import GENERIC
from matchers.wording import SENTENCES

MARK = Right(
    id="TM-1",
    kind="trademark",
    name="Lanterna",
    variants=("云雀灯",),
    classes=(25,),
    goods=("shoes",),
)
OTHER = Right(id="TM-2", kind="trademark", name="Nordwind", classes=(25,))


def find(
    title: str,
    *words: GenericWord,
    lines: Mapping[str, Sequence[Line]] | None = None,
    **fields: Any,
) -> Hit:
    """Return the hit of the mark, whatever its score."""
    matcher = Matcher([MARK, OTHER], generic={"TM-1": words} if words else {})
    listing = Listing(url="https://shop.example/1", title=title, **fields)
    subject = Subject(listing=listing, pictures={}, lines=lines or {})
    found = list(matcher.find_candidates(subject))
    return next(matcher.judge(c) for c in found if c.right.id == "TM-1")


def taught(hit: Hit) -> list[str]:
    return [f.feature for f in hit.findings if f.feature in GENERIC]


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("Lanterna running shoes", GenericWord(word="Lanterna", nice_class=25)),
        ("LANTERNA shoes", GenericWord(word="lanterna", nice_class=25)),
        ("Lanterna lamp", GenericWord(word="Lanterna")),
        ("新款云雀灯运动鞋", GenericWord(word="云雀灯", nice_class=25)),
    ],
)
def test_it_flags_nothing_on_its_own(title: str, word: GenericWord) -> None:
    assert find(title).flagged
    hit = find(title, word)
    assert not hit.flagged
    assert len(taught(hit)) == 1
    assert word.word in (hit.findings[0].detail or "")


@pytest.mark.parametrize(
    ("title", "word"),
    [
        # of another class, of goods that are not told, another word, another right's
        ("Lanterna running shoes", GenericWord(word="Lanterna", nice_class=30)),
        ("Lanterna X200", GenericWord(word="Lanterna", nice_class=25)),
        ("Lanterna running shoes", GenericWord(word="云雀灯", nice_class=25)),
        # nobody writes a general word so that it is not found
        ("Lаntеrnа running shoes", GenericWord(word="Lanterna", nice_class=25)),
    ],
)
def test_elsewhere_it_counts_as_before(title: str, word: GenericWord) -> None:
    assert find(title).flagged
    assert find(title, word) == find(title)


def test_words_of_copies_and_other_names_still_count() -> None:
    word = GenericWord(word="Lanterna", nice_class=25)
    both = find("Lanterna shoes 云雀灯", word)
    assert both.flagged
    assert taught(both) == ["generic_in_class"]
    assert find("Lanterna shoes 1:1 replica", word).score > find("Lanterna shoes", word).score


def test_the_same_word_in_a_picture_counts_for_nothing_too() -> None:
    word = GenericWord(word="Lanterna", nice_class=25)
    lines = {"https://i.example/1": (Line("Lanterna", (0, 0, 90, 20), 0.9),)}
    assert find("shoes, new", lines=lines).flagged
    assert not find("shoes, new", word, lines=lines).flagged


def test_of_another_right_the_word_says_what_it_did() -> None:
    matcher = Matcher([MARK, OTHER], generic={"TM-1": [GenericWord(word="Nordwind")]})
    listing = Listing(url="https://shop.example/1", title="Nordwind running shoes")
    [hit] = matcher.match([Subject(listing=listing, pictures={})])
    assert hit.flagged
    assert hit.right == "TM-2"


def test_both_features_have_words() -> None:
    assert SENTENCES["en"].keys() >= GENERIC
    assert SENTENCES["zh"].keys() >= GENERIC
