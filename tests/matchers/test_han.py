"""Han characters that sound alike, look alike, or are forms of one another."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from matchers.han import (
    NO_SOUND,
    find_lookalikes,
    find_sound,
    find_sounds,
    find_standard,
    find_syllable,
)
from matchers.normalize import fold
from matchers.vocabulary import load_pairs, load_words

ROOT = Path(__file__).parent.parent.parent
VOCABULARY = ROOT / "matchers/vocabulary"


def sound_alike(one: str, other: str) -> bool:
    """Whether two characters share a syllable that is the usual one of either."""
    first, second = find_sounds(one), find_sounds(other)
    return bool(first and second) and (first[0] in second or second[0] in first)


def look_alike(one: str, other: str) -> bool:
    return other in find_lookalikes(one) or one in find_lookalikes(other)


@pytest.mark.parametrize(
    ("char", "syllables"),
    [
        ("师", ["shi"]),
        ("女", ["nv"]),
        ("行", ["xing", "hang", "heng"]),
        ("嗯", ["n"]),
        ("〇", []),
        ("k", []),
        ("", []),
        ("𠮷", []),
        ("\U00030000", []),
    ],
)
def test_syllables(char: str, syllables: list[str]) -> None:
    found = [find_syllable(sound) for sound in find_sounds(char)]
    assert found[:1] == syllables[:1]
    assert sorted(found)[:3] == sorted(found)
    if syllables:
        assert find_sound(char) == find_sounds(char)[0]
    else:
        assert find_sound(char) == NO_SOUND


def test_readings_are_at_most_three_and_different() -> None:
    for char in map(chr, range(0x4E00, 0x9FA6)):
        sounds = find_sounds(char)
        assert len(set(sounds)) == len(sounds) <= 3


@pytest.mark.parametrize("pair", ["阿啊", "德得", "碧必", "澳奥", "得的", "乐了"])
def test_sound_alike(pair: str) -> None:
    assert sound_alike(*pair)
    assert sound_alike(*reversed(pair))


@pytest.mark.parametrize("pair", ["师帅", "雪碧", "kK", "〇零", "𠮷吉"])
def test_not_sound_alike(pair: str) -> None:
    assert not sound_alike(*pair)


@pytest.mark.parametrize(
    "pair", ["师帅", "雪雷", "傅博", "己已", "未末", "大太", "日曰", "兔免", "扬杨"]
)
def test_look_alike(pair: str) -> None:
    assert look_alike(*pair)
    assert look_alike(*reversed(pair))


@pytest.mark.parametrize("pair", ["师康", "雪奥", "大小", "kk", "𠮷克"])
def test_not_look_alike(pair: str) -> None:
    assert not look_alike(*pair)


def test_the_nearest_comes_first() -> None:
    assert find_lookalikes("师")[0] == "帅"
    assert find_lookalikes("雪")[0] == "雷"
    assert find_lookalikes("N") == ""


def test_lookalikes_are_few_and_never_the_character_itself() -> None:
    for char, others in load_pairs("han_lookalikes").items():
        assert len(char) == 1
        assert 1 <= len(set(others)) == len(others) <= 8
        assert char not in others


def test_the_data_stays_small() -> None:
    sizes = {path.name: path.stat().st_size for path in VOCABULARY.glob("han_*.txt")}
    assert len(sizes) == 4
    assert max(sizes.values()) < 400_000


def test_rare_forms() -> None:
    assert find_standard("徳") == "德"
    assert find_standard("気") == "气"
    assert find_standard("德") is None
    assert find_standard("剋") is None  # OpenCC knows it
    assert fold("剋") == "克"


def test_a_standard_character_is_no_rare_form() -> None:
    pairs = load_pairs("han_variants")
    assert not pairs.keys() & set(pairs.values())


def test_characters_taken_for_one_another() -> None:
    lines = (ROOT / "benchmarks/han_pairs.txt").read_text(encoding="utf-8").splitlines()
    pairs = [pair for line in lines if not line.startswith("#") for pair in line.split()]
    assert len(pairs) > 150
    drawn = [look_alike(*pair) for pair in pairs]
    either = [near or sound_alike(*pair) for near, pair in zip(drawn, pairs, strict=True)]
    assert sum(drawn) >= 0.66 * len(pairs)
    assert sum(either) >= 0.79 * len(pairs)


def test_characters_taken_at_random() -> None:
    common = sorted(char for char in "".join(load_words("han_opening_words")) if char > "\u3400")
    common += sorted(load_pairs("han_lookalikes"))[::4]
    numbers = random.Random(5)
    pairs = [numbers.sample(common, 2) for _ in range(20_000)]
    assert sum(look_alike(*pair) for pair in pairs) < 0.004 * len(pairs)
    assert sum(sound_alike(*pair) for pair in pairs) < 0.015 * len(pairs)
