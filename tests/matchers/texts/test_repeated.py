"""A copied text that comes again on its page counts what its best copy does, and is told once."""

from __future__ import annotations

import random
import time

import pytest

from matchers.texts.finding import weigh_passage
from matchers.texts.index import PassageMatch, TextIndex, sum_by_owner
from matchers.texts.runs import ON_PAGE
from matchers.weights import PRIOR
from tests.matchers.texts.written import write_han, write_words

TEXTS = {
    "words": write_words(52, 1),
    "more words": write_words(198, 2),
    "many words": write_words(1164, 3),
    "characters": write_han(90, 4),
    "more characters": write_han(298, 5),
    "many characters": write_han(2400, 6),
}
COPIES = (1, 2, 3, 5, 30, 300)


def _only(matches: list[PassageMatch]) -> PassageMatch:
    (match,) = matches
    return match


def _own(text: str, seed: int, sentences: int) -> str:
    count = 12 * sentences
    return f"{write_words(count, seed)}. " if " " in text else f"{write_han(count, seed)}。"


@pytest.mark.parametrize("copies", COPIES)
@pytest.mark.parametrize(
    "sentences", [0, 6, *(pytest.param(count, marks=pytest.mark.long) for count in (1, 20))]
)
@pytest.mark.parametrize("name", ["words", "more words", "characters", "more characters"])
def test_copies_count_what_one_does(name: str, sentences: int, copies: int) -> None:
    text = TEXTS[name]
    index = TextIndex([(0, text)])
    once = _only(index.find(text))
    page = "".join(f"{text} {_own(text, 100 + n, sentences)}" for n in range(copies))
    match = _only(index.find(page))
    assert (match.counted, match.share) == (once.counted, once.share) == (once.units, 1)
    assert PRIOR + weigh_passage(match) > 0
    assert match.span == once.span


@pytest.mark.parametrize("copies", [2, pytest.param(30, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", ["many words", "many characters"])
def test_copies_of_long_texts(name: str, copies: int) -> None:
    text = TEXTS[name]
    match = _only(TextIndex([(0, text)]).find(f"{text} " * copies))
    assert (match.counted, match.share) == (match.units, 1)


@pytest.mark.parametrize("name", ["more words", "more characters"])
def test_part_of_a_text_again_and_again(name: str) -> None:
    text = TEXTS[name]
    whole = text + _own(text, 7, 40) + _own(text, 8, 40)
    index = TextIndex([(0, whole), (1, _own(text, 9, 90))])
    once = _only(index.find(text))
    for copies in COPIES:
        assert _only(index.find(f"{text} " * copies)).counted == once.counted


def _alter(text: str, seed: int, share: float) -> str:
    rng = random.Random(seed)
    tokens = text.split() if " " in text else list(text)
    other = ["other"] if " " in text else ["改"]
    changed = [rng.choice(other) if rng.random() < share else token for token in tokens]
    return (" " if " " in text else "").join(changed)


@pytest.mark.parametrize(
    "copies", [2, 30, *(pytest.param(n, marks=pytest.mark.long) for n in (3, 5))]
)
@pytest.mark.parametrize("share", [0.08, pytest.param(0.03, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", ["words", "more words", "characters", "more characters"])
def test_altered_copies_count_no_less_than_the_best(name: str, share: float, copies: int) -> None:
    text = TEXTS[name]
    index = TextIndex([(0, text)])
    altered = [_alter(text, seed, share) for seed in range(copies)]
    for order in (altered, altered[::-1]):
        best = max(match.counted for one in order[:ON_PAGE] for match in index.find(one))
        found = max(match.counted for match in index.find(" ".join(order)))
        assert found >= 0.97 * best


@pytest.mark.parametrize("name", ["words", "characters"])
def test_quoted_comments_below_a_copy(name: str) -> None:
    """Pieces of the copy stand below it, in any order."""
    text = TEXTS[name]
    index = TextIndex([(0, text)])
    tokens = text.split() if " " in text else list(text)
    joined = " " if " " in text else ""
    rng = random.Random(1)
    page = text
    for seed in range(20):
        start = rng.randrange(len(tokens) - 20)
        page += f" {_own(text, seed, 1)} {joined.join(tokens[start : start + 20])} "
    counted = [match.counted for match in index.find(page)]
    assert counted == [_only(index.find(text)).counted]


def test_a_copy_again_is_no_more_of_the_text() -> None:
    work = write_words(400, 1)
    part = " ".join(work.split()[100:200])
    total = sum_by_owner(TextIndex([(0, work)]).find(f"{part} {write_words(300, 2)} {part}"))[0]
    assert (total.passages, total.units, total.share) == (1, 100, 0.25)


def test_a_text_with_a_refrain_is_one_passage() -> None:
    refrain = write_words(20, 1)
    song = " ".join(f"{write_words(30, seed)} {refrain}" for seed in range(2, 7))
    index = TextIndex([(0, song)])
    match = _only(index.find(song))
    assert (match.counted, match.share) == (250, 1)
    altered = _only(index.find(_alter(song, 1, 0.05)))
    assert altered.counted > 200
    assert _only(index.find(f"{song} {song}")).counted == 250


@pytest.mark.parametrize(
    ("name", "share"), [("words", 0.05), pytest.param("characters", 0.0, marks=pytest.mark.long)]
)
def test_very_many_copies_take_bounded_time(name: str, share: float) -> None:
    text = TEXTS[name]
    index = TextIndex([(0, text)])
    page = " ".join(_alter(text, seed % 50, share) for seed in range(1000)) + " "
    started = time.process_time()
    found = index.find(page * 100)
    assert time.process_time() - started < 30
    assert found[0].share > 0.9
