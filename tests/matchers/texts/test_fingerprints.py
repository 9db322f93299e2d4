"""Every run that is long enough holds a fingerprint, and equal runs hold the same."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matchers.texts.fingerprints import GRAM_WEIGHTS, WINDOW, hash_grams, winnow
from matchers.texts.reading import HAN, WORD, read_text

_KINDS = st.lists(st.sampled_from([1, 2, 3, 4]), max_size=60)


@given(_KINDS)
def test_grams_are_the_shortest_runs_that_weigh_enough(kinds: list[int]) -> None:
    grams = hash_grams(np.arange(len(kinds), dtype=np.uint32), np.array(kinds, np.uint8))
    expected = []
    for start in range(len(kinds)):
        ends = range(start + 1, len(kinds) + 1)
        enough = [end for end in ends if GRAM_WEIGHTS[kinds[start:end]].sum() >= 30]
        expected += enough[:1]
    assert grams.ends.tolist() == expected


def test_five_words_or_six_characters() -> None:
    words, characters = read_text("one two three four five"), read_text("春夏秋冬山水")
    assert (words.kinds == WORD).all()
    assert (characters.kinds == HAN).all()
    assert hash_grams(words.keys.astype(np.uint32), words.kinds).ends.tolist() == [5]
    assert hash_grams(characters.keys.astype(np.uint32), characters.kinds).ends.tolist() == [6]


@given(st.lists(st.integers(0, 5), max_size=60))
def test_every_window_keeps_its_least(hashes: list[int]) -> None:
    kept = winnow(np.array(hashes, np.uint32)).tolist()
    assert kept == sorted(set(kept))
    for start in range(max(1, len(hashes) - WINDOW + 1) if hashes else 0):
        window = hashes[start : start + WINDOW]
        assert any(hashes[at] == min(window) for at in kept if start <= at < start + WINDOW)


def test_equal_runs_keep_the_same_grams_wherever_they_stand() -> None:
    rng = random.Random(1)
    run = [rng.randrange(1000) for _ in range(40)]
    kept = []
    for before in (3, 50):
        tokens = np.array([rng.randrange(1000) for _ in range(before)] + run, np.uint32)
        grams = hash_grams(tokens, np.full(len(tokens), WORD, np.uint8))
        chosen = winnow(grams.hashes)
        kept.append([at - before for at in chosen.tolist() if at - before >= WINDOW - 1])
    assert kept[0] == kept[1]
    assert len(kept[0]) > 40 / WINDOW / 2


def test_long_texts_have_the_same_hashes_at_their_ends() -> None:
    tokens = np.arange(200_000, dtype=np.uint32)
    tokens[-100:] = tokens[:100]
    hashes = hash_grams(tokens, np.full(len(tokens), WORD, np.uint8)).hashes
    assert hashes[:96].tolist() == hashes[-96:].tolist()
