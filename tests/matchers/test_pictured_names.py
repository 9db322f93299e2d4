"""What a name in the text of a picture says."""

from __future__ import annotations

import pytest

from crawler.model import Hit, Licensee, Listing, Right, Seller
from matchers.judge import Matcher, Subject
from matchers.pictures.lines import Line

RIGHTS = (
    Right(id="TM-1", kind="trademark", name="Aurelio", variants=("奥雷利奥",), goods=("bags",)),
    Right(id="TM-2", kind="trademark", name="Apple", goods=("bags",)),
    Right(id="TM-3", kind="trademark", name="K2", goods=("bags",)),
    Right(id="TM-4", kind="trademark", name="安踏", goods=("bags",)),
    Right(
        id="TM-5",
        kind="trademark",
        name="Karvenno",
        licensees=(Licensee(seller="Karvenno Store"),),
    ),
    Right(id="TM-6", kind="trademark", name="Karva Lindo", goods=("bags",)),
    Right(id="TM-7", kind="trademark", name="Overland", goods=("bags",)),
)
MATCHER = Matcher(RIGHTS)
BOX = (10, 20, 300, 40)


def find(*texts: str, title: str = "leather bag", seller: str | None = None) -> list[Hit]:
    lines = [Line(text, BOX, 0.95) for text in texts]
    named = None if seller is None else Seller(name=seller)
    listing = Listing(url="https://s.example/1", title=title, seller=named, images=("a.png",))
    return MATCHER.match([Subject(listing, {}, {"a.png": lines})])


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("AURELIO", (0, 7)),
        ("Aurelio Milano 1921", (0, 7)),
        ("A U R E L I O", (0, 13)),
        ("AURELI0", (0, 7)),
        ("奥雷利奥", (0, 4)),
        ("新款 奥雷利奥 手提包", (3, 7)),
    ],
)
def test_a_clear_name_is_flagged_on_goods_of_its_kind(text: str, span: tuple[int, int]) -> None:
    (hit,) = find("soft leather", text)
    assert (hit.right, hit.flagged) == ("TM-1", True)
    named = hit.findings[0]
    assert (named.feature, named.field, named.image) == ("name", "picture", "a.png")
    assert (named.region, named.line, named.span) == (BOX, text, span)
    assert named.text == text[slice(*span)]
    assert "text in the picture a.png" in str(named.detail)


@pytest.mark.parametrize(
    "text", ["apple", "fresh apple juice", "K2", "vitamin K2", "安踏", "Aurelo"]
)
def test_what_may_be_something_else_is_not_flagged(text: str) -> None:
    assert [hit.right for hit in find(text) if hit.flagged] == []


@pytest.mark.parametrize(
    "texts",
    [
        ("for Aurelio bags",),
        ("compatible with", "Aurelio"),
        ("not Aurelio",),
        ("适用于奥雷利奥",),
        ("平安踏板",),
    ],
)
def test_what_the_goods_fit_or_are_not_says_nothing(texts: tuple[str, ...]) -> None:
    assert find(*texts) == []


def test_a_letter_that_may_be_misread_is_a_weak_hit() -> None:
    (hit,) = find("Karvemno")
    assert (hit.right, hit.flagged) == ("TM-5", False)


def test_a_licence_outweighs_it() -> None:
    assert [hit.right for hit in find("Karvenno")] == ["TM-5"]
    assert find("Karvenno", seller="Karvenno Store") == []


def test_beside_the_same_name_in_the_title_it_hardly_counts() -> None:
    (alone,) = find(title="case for Aurelio bag")
    (both,) = find("Aurelio", title="case for Aurelio bag")
    assert alone.score < both.score < 0.5
    (far,) = find("AURELIO", title="Avrelia bag aurellia") or find("AURELIO")
    assert far.flagged


def test_several_forms_and_pictures_are_told_once_each() -> None:
    (hit,) = find("Aurelio", "AURELIO bags", "奥雷利奥")
    named = [f for f in hit.findings if f.feature == "name"]
    assert sorted(str(f.form) for f in named) == ["Aurelio", "奥雷利奥"]
    assert named[0].weight > named[1].weight > 0


def find_at(*lines: tuple[str, tuple[int, int, int, int]]) -> list[Hit]:
    read = [Line(text, box, 0.95) for text, box in lines]
    listing = Listing(url="https://s.example/1", title="leather bag", images=("a.png",))
    return MATCHER.match([Subject(listing, {}, {"a.png": read})])


def test_a_name_on_two_lines_is_one() -> None:
    below = find_at(("KARVA", (10, 20, 300, 60)), ("LINDO", (20, 100, 280, 60)))
    beside = find_at(("KARVA", (10, 20, 300, 60)), ("LINDO", (350, 22, 280, 60)))
    for (hit,) in (below, beside):
        assert (hit.right, hit.flagged) == ("TM-6", True)
        assert hit.findings[0].line == "KARVA LINDO"
    assert below[0].findings[0].region == (10, 20, 300, 140)
    assert [hit.right for hit in find_at(("奥雷", (9, 9, 90, 50)), ("利奥", (9, 70, 90, 50)))] == [
        "TM-1"
    ]


def test_lines_apart_or_words_by_chance_are_none() -> None:
    assert find_at(("KARVA", (10, 20, 300, 60)), ("LINDO", (20, 300, 280, 60))) == []
    assert find_at(("KARVA", (10, 20, 300, 60)), ("LINDO", (20, 85, 50, 9))) == []
    assert find_at(("over", (10, 20, 300, 60)), ("land", (20, 100, 280, 60))) == []
