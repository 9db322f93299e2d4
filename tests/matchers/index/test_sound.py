"""Names that sound alike share a sound."""

from __future__ import annotations

import numpy as np
import pytest

from matchers.index.compiled import Buffer
from matchers.index.hashing import SEED
from matchers.index.sound import count_vowel_changes, hash_sound


def _sound(letters: Buffer, loose: bool) -> int:
    return hash_sound(letters, 0, len(letters), SEED, loose)


def _changes(one: Buffer, other: Buffer) -> int:
    return count_vowel_changes(one, 0, len(one), other, 0, len(other))


def _letters(word: str) -> Buffer:
    return memoryview(np.array([ord(letter) for letter in word], np.int32).data)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("reybon", "rayban"),
        ("filips", "philips"),
        ("luiswiton", "louisvuitton"),
        ("okley", "oakley"),
        ("roleks", "rolex"),
        ("zamsunk", "samzunk"),
        ("schanel", "chanel"),
    ],
)
def test_sound_alikes_share_a_sound(one: str, other: str) -> None:
    assert _sound(_letters(one), False) == _sound(_letters(other), False) != -1


@pytest.mark.parametrize(("one", "other"), [("aurelio", "nordwind"), ("rolex", "relaxed")])
def test_others_do_not(one: str, other: str) -> None:
    assert _sound(_letters(one), False) != _sound(_letters(other), False)


@pytest.mark.parametrize("word", ["nk", "ao", "名前", "r0lex", "a"])
def test_too_little_tells_nothing(word: str) -> None:
    assert _sound(_letters(word), False) == -1


def test_japanese_ears_hear_no_difference_between_l_and_r() -> None:
    assert _sound(_letters("shaneru"), True) == _sound(_letters("chanel"), True)
    assert _sound(_letters("shaneru"), False) != _sound(_letters("chanel"), False)


@pytest.mark.parametrize(
    ("one", "other", "changes"),
    [
        ("reybon", "rayban", 1),
        ("filips", "philips", 0),
        ("rolex", "rolexa", 9),
        ("lego", "loga", 2),
    ],
)
def test_vowels_are_compared(one: str, other: str, changes: int) -> None:
    assert _changes(_letters(one), _letters(other)) == changes
