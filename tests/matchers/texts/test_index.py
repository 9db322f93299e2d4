"""Copied passages are found where they stand, and nothing else is."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchers.texts.index import LEAST, PassageMatch, TextIndex, sum_by_owner
from matchers.texts.passages import MOST
from tests.matchers.texts.written import write_han, write_words


def _only(matches: list[PassageMatch]) -> PassageMatch:
    (match,) = matches
    return match


def test_a_passage_is_told_with_both_places() -> None:
    work, before = write_words(500, 1), write_words(80, 2)
    start, end = work.index(" ", 600) + 1, work.index(" ", 1200)
    page = f"{before} {work[start:end]} {write_words(80, 3)}"
    match = _only(TextIndex([(7, work)]).find(page))
    assert page[slice(*match.span)] == work[start:end].rstrip(".,")
    assert match.work_span == (start, start + match.span[1] - match.span[0])
    words = len(work[start:end].split())
    assert (match.owner, match.number, match.tokens, match.characters) == (7, 0, words, 0)
    assert (match.longest, match.units, match.counted) == (words, words, words)
    assert match.share == pytest.approx(words / 500)
    assert match.page_share == pytest.approx(words / (160 + words))


def test_han_characters_count_half() -> None:
    work = write_han(600, 1)
    page = write_han(100, 2) + work[90:190] + write_han(100, 3)
    match = _only(TextIndex([(0, work)]).find(page))
    assert match.work_span == (90, 189)  # it ends with a sign
    assert (match.tokens, match.characters, match.units) == (90, 90, 45)


def test_mixed_text() -> None:
    pieces = [write_words(6, n) + write_han(9, n) for n in range(40)]
    page = write_words(30, 98) + "".join(pieces[10:20]) + write_han(50, 99)
    match = _only(TextIndex([(0, "".join(pieces))]).find(page))
    assert match.characters == 90
    assert match.units == pytest.approx(45 + 60, abs=2)  # the first word is written together


def test_several_texts_of_an_owner_are_told_by_their_number() -> None:
    texts = [(3, write_words(200, 1)), (5, write_words(200, 2)), (3, write_words(200, 3))]
    index = TextIndex(texts)
    found = [_only(index.find(text)) for _, text in texts]
    assert [(match.owner, match.number) for match in found] == [(3, 0), (5, 0), (3, 1)]
    assert [match.share for match in found] == [1, 1, 1]


_DISGUISES: dict[str, Callable[[str], str]] = {
    "case": str.upper,
    "full width": lambda text: "".join(
        chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text
    ),
    "zero width": "\u200b".join,
    "bidi": lambda text: text.replace("e", "e\u200f"),
    "homoglyphs": lambda text: text.translate(str.maketrans("aeo", "аео")),
    "signs": lambda text: text.replace(" ", " — "),
    "accents": lambda text: text.replace("a", "á"),
    "decomposed": lambda text: text.replace("a", "a\u0301"),
}


@pytest.mark.parametrize("disguise", list(_DISGUISES))
def test_disguises_change_neither_what_is_found_nor_where(disguise: str) -> None:
    work = write_words(300, 1)
    words = work.split()[100:160]
    hidden = _DISGUISES[disguise](" ".join(words))
    page = f"{write_words(50, 2)} {hidden} {write_words(50, 3)}"
    match = _only(TextIndex([(0, work)]).find(page))
    assert match.tokens == 60
    told = page[slice(*match.span)]
    assert hidden.startswith(told)
    assert len(hidden) - len(told) <= 4  # a sign or a hidden character at the end
    assert work[slice(*match.work_span)] == " ".join(words).rstrip(".")


def test_traditional_characters() -> None:
    simple = write_han(200, 1)
    traditional = opencc.OpenCC("s2t").convert(simple)
    assert sum(one != other for one, other in zip(simple, traditional, strict=True)) > 20
    match = _only(TextIndex([(0, simple)]).find(f"前言{traditional}"))
    assert match.span == (2, 2 + len(simple))
    assert match.tokens >= 195  # a few characters are read as another simplified one


@pytest.mark.parametrize("step", [20, 10, 7])
def test_replaced_words(step: int) -> None:
    work = write_words(400, 1)
    words = work.split()[100:220]
    words[::step] = ["other"] * len(words[::step])
    match = _only(TextIndex([(0, work)]).find(" ".join(words)))
    assert match.tokens >= 0.9 * 120 * (1 - 1 / step)
    assert match.counted < match.units


def test_sentences_moved_dropped_and_put_between_are_one_passage() -> None:
    work = write_words(360, 1)
    sentences = work.split(". ")[5:17]
    rng = random.Random(1)
    moved = sentences[:]
    rng.shuffle(moved)
    index = TextIndex([(0, work)])
    junk = " 本站首发 www.books.example "
    for pieces in (moved, sentences[::2], [f"{one}. {write_words(20, 9)}" for one in sentences]):
        match = _only(index.find(". ".join(pieces)))
        assert match.tokens >= 12 * len(pieces) - 6
    assert _only(index.find(junk.join(sentences))).tokens == 12 * 12


def test_pieces_that_lie_far_apart_are_passages_of_their_own_and_are_summed() -> None:
    work = write_words(2000, 1)
    words = work.split()
    page = " ".join([*words[100:160], write_words(400, 2), *words[1500:1540]])
    found = TextIndex([(4, work)]).find(page)
    assert [match.tokens for match in found] == [60, 40]
    total = sum_by_owner(found)[4]
    assert (total.passages, total.units) == (2, 100)
    assert total.share == pytest.approx(0.05)


def test_what_stands_in_two_texts_of_one_owner_counts_once() -> None:
    work = write_words(300, 1)
    found = TextIndex([(0, work), (0, work)]).find(work)
    assert len(found) == 2
    assert sum_by_owner(found)[0].units == 300


def test_scattered_phrases_are_no_passage() -> None:
    work = write_words(600, 1).split()
    page = write_words(600, 2).split()
    for at in range(0, 600, 40):
        page[at : at + 6] = work[at : at + 6]
    assert TextIndex([(0, " ".join(work))]).find(" ".join(page)) == []


def test_set_forms_that_come_again_and_again_are_no_passage() -> None:
    """As lists of elections do: the same phrases in another order, with other names between."""
    forms = [write_words(7, 50 + number) for number in range(6)]
    rng = random.Random(3)

    def announce(seed: int) -> str:
        chosen = rng.choices(forms, k=20)
        return " ".join(f"{form} {write_words(8, seed + at)}" for at, form in enumerate(chosen))

    found = TextIndex([(0, announce(1000))]).find(announce(2000))
    assert all(match.counted < 25 for match in found)


def test_refrains_of_a_page_and_of_a_text_take_bounded_time() -> None:
    rng = random.Random(1)
    forms = [write_words(7, number) for number in range(100)]
    index = TextIndex([(0, " ".join(rng.choices(forms, k=10_000)))])
    page = " ".join(rng.choices(forms, k=50_000))
    started = time.process_time()
    found = index.find(page)
    assert time.process_time() - started < 15
    assert len(found) <= MOST


def test_repetition_carries_little() -> None:
    phrase = "buy now cheap "
    found = TextIndex([(0, phrase * 200)]).find(phrase * 200)
    assert all(match.counted <= 12 for match in found)
    assert TextIndex([(0, "哈" * 500)]).find("哈" * 500) == []


@pytest.mark.parametrize("text", ["", "x", "字", " ", "\ud800", "\u202e", "a b c d e f"])
def test_short_texts(text: str) -> None:
    for registered in ([], [(0, text)], [(0, text), (1, write_words(100, 1))]):
        index = TextIndex(registered)
        assert index.find(text) == []
        assert {match.owner for match in index.find(write_words(100, 1))} <= {1}


def test_texts_that_will_not_be_flagged_are_listed() -> None:
    notice = write_words(60, 1)
    texts = [(0, "…"), (0, write_words(24, 2)), (1, write_words(25, 3))]
    texts += [(owner, notice) for owner in (5, 6, 7)]
    found = [(one.owner, one.number, one.reason) for one in TextIndex(texts).list_unmatched()]
    assert found == [
        (0, 0, "empty"),
        (0, 1, "short"),
        *((owner, 0, "common") for owner in (5, 6, 7)),
    ]


def _hostile(kind: str) -> str:
    return {
        "phrase": "buy now cheap " * 100_000,
        "letter": "字" * 1_000_000,
        "word": "a" * 5_000_000,
        "marks": "a" + "\u0301" * 1_000_000,
        "hidden": "\u200b\u202e" * 500_000,
        "ligature": "\ufdfa" * 200_000,
        "copies": write_words(100, 1) * 2000,
        "points": "".join(map(chr, [*range(0, 0xD800, 3), *range(0xE000, 0x110000, 50)])),
    }[kind]


@pytest.mark.parametrize(
    "kind", ["phrase", "letter", "word", "marks", "hidden", "ligature", "copies", "points"]
)
def test_pages_that_are_made_to_hurt_take_bounded_time(kind: str) -> None:
    text = _hostile(kind)
    index = TextIndex([(0, write_words(500, 1)), (1, text)])
    index.find("warm " * 50)
    started = time.process_time()
    index.find(text)
    assert time.process_time() - started < 8


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 2**32), st.integers(0, 60), st.integers(2, 12))
def test_against_a_search_that_compares_all_tokens(seed: int, size: int, common: int) -> None:
    """No long copy is missed, what is told is there, and no run is longer than the longest."""
    rng = random.Random(seed)
    words = [f"{one}{other}" for one in "abcdefgh" for other in "klmnopqrstuvwxyz"[:common]]
    work, page = rng.choices(words, k=120), rng.choices(words, k=120)
    start, at = rng.randrange(60), rng.randrange(60)
    page[at : at + size] = work[start : start + size]
    found = TextIndex([(0, " ".join(work))]).find(" ".join(page))
    longest = _longest_run(page, work)
    assert max((match.longest for match in found), default=0) <= longest
    if longest >= 20:
        assert found[0].longest == longest
    for match in found:
        here, there = _words_in(page, match.span), _words_in(work, match.work_span)
        assert LEAST <= match.counted <= match.units <= match.tokens <= min(len(here), len(there))
        assert _longest_run(here, there) >= match.longest
        assert {here[0], here[-1]} <= set(there)


def _words_in(words: list[str], span: tuple[int, int]) -> list[str]:
    text = " ".join(words)
    start, end = span
    assert not text[start - 1 : start].strip()
    assert not text[end : end + 1].strip()
    return text[start:end].split()


def _longest_run(ones: list[str], others: list[str]) -> int:
    best = 0
    sizes = [0] * (len(others) + 1)
    for one in ones:
        sizes = [0, *(sizes[at] + 1 if one == other else 0 for at, other in enumerate(others))]
        best = max(best, *sizes)
    return best
