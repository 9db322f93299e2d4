"""The index against a comparison by rapidfuzz of every span of a text with every name.

The lossless predicate: a span of whole tokens, spaces joined, is within OSA distance k of a name's
letters; k is 0 up to 3 letters, 1 for 4 to 7, 2 from 8. What the index makes of that (which near
misses can be meant) is tested elsewhere; here nothing may be missing and nothing may be more.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import process
from rapidfuzz.distance import OSA

from matchers.marks import MarkIndex

Hit = tuple[int, tuple[int, int], str, int]
"""Number of the text, span in it, name, distance."""

SYLLABLES = ("ba", "bel", "co", "da", "den", "ka", "lo", "ma", "mar", "s", "ta")
HAN = "云雀青瓷小筑"
GAPS = (" ", " ", " ", "-", ", ", " / ", "  ")
_TOKEN = re.compile("[a-z0-9]+|[\u3400-\u9fff]")


def _letters(name: str) -> str:
    return "".join(_TOKEN.findall(name.lower()))


def _compare_all(names: Sequence[str], texts: Sequence[str]) -> set[Hit]:
    """Compare every span of whole tokens with every name of two letters or more."""
    forms = sorted({name for name in names if len(_letters(name)) >= 2})
    if not forms:
        return set()
    keys = [_letters(form) for form in forms]
    longest = max(map(len, keys)) + 2
    spans: dict[str, list[tuple[int, int, int]]] = {}
    for number, text in enumerate(texts):
        tokens = list(_TOKEN.finditer(text.lower()))
        for first, token in enumerate(tokens):
            joined = ""
            for last in tokens[first:]:
                joined += last[0]
                if len(joined) > longest:
                    break
                spans.setdefault(joined, []).append((number, token.start(), last.end()))
    if not spans:
        return set()
    budgets = np.array([0 if len(key) < 4 else 1 if len(key) < 8 else 2 for key in keys])
    distances = process.cdist(list(spans), keys, scorer=OSA.distance, score_cutoff=2)
    rows, columns = np.nonzero(distances <= budgets)
    places = list(spans.values())
    return {
        (number, (start, end), forms[column], int(distances[row, column]))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        for number, start, end in places[row]
    }


def _search(names: Sequence[str], texts: Sequence[str]) -> set[Hit]:
    found = list(MarkIndex(enumerate(names)).find_lossless(texts))
    hits = {(place.text, place.span, place.form, place.distance) for place in found}
    assert len(hits) == len(found)  # each once
    return {hit for hit in hits if len(_letters(hit[2])) >= 2}


def _make_word(rng: random.Random) -> str:
    if rng.randrange(8) == 0:
        return "".join(rng.choices(HAN, k=rng.randint(1, 5)))
    word = "".join(rng.choices(SYLLABLES, k=rng.choice((1, 2, 3, 3, 4))))
    return word.title() if rng.randrange(2) else word


def _make_names(count: int, rng: random.Random) -> list[str]:
    """Return names of one to three words that are within a few letters of each other."""
    return [
        " ".join(_make_word(rng) for _ in range(rng.choice((1, 1, 2, 3)))) for _ in range(count)
    ]


def _make_texts(count: int, rng: random.Random) -> list[str]:
    return [
        "".join(_make_word(rng) + rng.choice(GAPS) for _ in range(rng.randint(4, 12)))
        for _ in range(count)
    ]


def test_finds_ten_thousand_hits_and_no_other() -> None:
    rng = random.Random(20261122)
    names, texts = _make_names(1500, rng), _make_texts(600, rng)
    expected, found = _compare_all(names, texts), _search(names, texts)
    assert len(expected) >= 10_000
    assert found - expected == set()
    assert expected - found == set()


# Few letters, so that near misses are frequent.
_NAME = st.text(alphabet="abc1", min_size=1, max_size=12) | st.text(alphabet=HAN[:4], max_size=9)
_TEXT = st.text(alphabet="abcABC1 -" + HAN[:4], max_size=30)


@settings(max_examples=100, deadline=None)
@given(st.lists(_NAME, max_size=6), st.lists(_TEXT, min_size=1, max_size=3))
def test_finds_what_the_slow_comparison_finds(names: list[str], texts: list[str]) -> None:
    assert _search(names, texts) == _compare_all(names, texts)
