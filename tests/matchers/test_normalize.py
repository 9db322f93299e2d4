"""Text is folded the same way on both sides, and every character keeps its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchers.index.readings import Reading, find_readings
from matchers.normalize import EDITS, ZERO_WIDTH, fold, fold_in_place


def _names(mask: int) -> set[str]:
    return {edit for i, edit in enumerate(EDITS) if mask >> i & 1}


def _view(text: str, kind: str) -> Reading:
    return next(view for view in find_readings(text) if view.kind == kind)


@pytest.mark.parametrize(
    ("text", "kind", "read", "edits"),
    [
        ("Аурелио", "romanised", "aurelio", {"romanised"}),
        ("ロレックス", "romanised", "rorekusu", {"romanised"}),
        ("\u202eoileruA\u202c", "plain", "aurelio", {"reversed"}),
        ("剋徳", "plain", "克德", {"traditional"}),
        ("AURELIO", "plain", "aurelio", set()),
        ("Ａｕｒｅｌｉｏ", "plain", "aurelio", {"full_width"}),
        ("Au\u200bre\u00adlio", "plain", "aurelio", {"zero_width"}),
        ("\u200bAurelio", "plain", "aurelio", set()),
        ("Aurélìo", "plain", "aurelio", {"diacritic"}),
        ("Aure\u0301lio", "plain", "aurelio", {"diacritic"}),
        ("Nørdwind", "plain", "nordwind", {"diacritic"}),
        ("𝓐𝓾𝓻𝓮𝓵𝓲𝓸", "plain", "aurelio", {"homoglyph"}),
        ("Ⓐⓤⓡⓔⓛⓘⓞ", "plain", "aurelio", {"homoglyph"}),
        ("Аurеliо", "skeleton", "aurelio", {"homoglyph"}),
        ("🅰🆄🆁🅴🅻🅸🅾", "skeleton", "aurelio", {"homoglyph"}),
        ("ᴀᴜʀᴇʟɪᴏ", "skeleton", "aurelio", {"homoglyph"}),
        ("Βag", "skeleton", "bag", {"homoglyph"}),
        ("Aur3li0", "leet", "aurelio", {"leet"}),
        ("Aure1io", "leet", "aureiio", {"leet"}),
        ("Aur€l!o", "leet", "aurelio", {"leet"}),
        ("奧雷利奧", "plain", "奥雷利奥", {"traditional"}),
        ("Aurelio™", "plain", "aurelio ", set()),
        ("Straße", "plain", "strasse", set()),
        ("か\u3099", "plain", "が", set()),
    ],
)
def test_undoes_each_kind_of_disguise(text: str, kind: str, read: str, edits: set[str]) -> None:
    view = _view(text, kind)
    assert view.text == read
    mask = 0 if view.edits[0] & ZERO_WIDTH else view.edits[0]
    for found in view.edits[1:]:
        mask |= found
    assert _names(mask) == edits


def test_genuine_cyrillic_stays_cyrillic_in_the_plain_view() -> None:
    assert fold("НОРД") == fold("норд") == "норд"


@pytest.mark.parametrize("text", ["Nordwind 2000", "100% cotton", "size 42", "Sale!", "19.90 €"])
def test_figures_and_punctuation_are_not_leet(text: str) -> None:
    assert [view.kind for view in find_readings(text)] == ["plain"]


def test_span_takes_in_dropped_marks() -> None:
    view = _view("x Aure\u0301lio\u0301!", "plain")
    assert (view.starts[2], view.ends[8]) == (2, 11)


@given(st.text())
def test_any_text_is_read_and_offsets_rise_within_it(text: str) -> None:
    for view in find_readings(text):
        size = len(view.text)
        assert len(view.starts) == len(view.ends) == len(view.edits) == size
        assert "\u202e" in text or list(view.starts) == sorted(view.starts)
        pairs = zip(view.starts, view.ends, strict=True)
        assert all(0 <= start < end <= len(text) for start, end in pairs)
        assert len(view.changed) == size


@given(st.text(st.characters(exclude_characters="\u202e")))
def test_the_search_reads_a_text_as_it_is_folded(text: str) -> None:
    assert find_readings(text)[0].text == fold(text)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_ascii_is_only_lowered(text: str) -> None:
    printable = "".join(char for char in text if char.isprintable())
    assert fold(printable) == printable.lower()


@given(st.text(), st.text())
def test_a_view_of_two_words_is_the_views_of_each(left: str, right: str) -> None:
    assert fold(f"{left} {right}").endswith(fold(" " + right))


@given(st.text())
def test_folding_in_place_keeps_every_position(text: str) -> None:
    folded = fold_in_place(text)
    assert len(folded) == len(text)
    pairs = zip(text, folded, strict=True)
    assert all(new in (old, fold(old)) for old, new in pairs)
