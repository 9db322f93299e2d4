"""Han characters that sound alike, look alike, or are forms of one another.

Chinese marks are copied by one character that sounds the same (啊迪达斯 for 阿迪达斯) or is drawn
nearly the same (康帅傅 for 康师傅). The tables are files of the vocabulary, whose heads name their
sources; each is read when it is first asked for.

Judged by ``benchmarks/han_pairs.txt``, 170 pairs from look-alike goods and common confusions: 67%
look alike as they are drawn (before nine pairs were added by hand) and 80% look or sound alike,
against 0.11% and 0.9% of two common characters taken at random. Of 200 pairs that the table gives
of common characters, about nine in ten could be taken for one another at a glance. Sounds that
southern speakers merge (zh/z, n/l, ing/in) are kept apart: hardly a pair needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from matchers.vocabulary import load_pairs, load_words

NO_SOUND = -1


def find_sound(char: str) -> int:
    """Return the number of a character's usual Mandarin syllable, tones left out.

    :returns: ``NO_SOUND`` for what has no reading: letters, signs, the rarest characters
    """
    sounds = _load_sounds().get(char)
    return sounds[0] if sounds else NO_SOUND


def find_sounds(char: str) -> tuple[int, ...]:
    """Return the numbers of all its syllables, at most three, the usual one first."""
    return _load_sounds().get(char, ())


def find_syllable(sound: int) -> str:
    """Return the syllable of a number in pinyin without tones; ü is written v."""
    return _load_syllables()[sound]


def find_lookalikes(char: str) -> str:
    """Return the characters that are drawn nearly like one, the nearest first; often none."""
    return _load_lookalikes().get(char, "")


def find_standard(char: str) -> str | None:
    """Return the simplified character of which a rare one is another form (徳: 德).

    Only where OpenCC's t2s does not lead to a standard character.
    """
    return load_pairs("han_variants").get(char)


@cache
def _load_syllables() -> tuple[str, ...]:
    return tuple(sorted(line.partition(" ")[0] for line in load_words("han_sounds")))


@cache
def _load_sounds() -> Mapping[str, tuple[int, ...]]:
    numbers = {syllable: number for number, syllable in enumerate(_load_syllables())}
    found: dict[str, tuple[int, ...]] = {}
    later: list[tuple[str, int]] = []
    for line in load_words("han_sounds"):
        syllable, _, chars = line.partition(" ")
        usual, _, others = chars.partition("|")
        number = numbers[syllable]
        found.update(dict.fromkeys(usual, (number,)))
        later.extend((char, number) for char in others)
    for char, number in sorted(later):
        found[char] = (*found[char], number)
    return found


@cache
def _load_lookalikes() -> Mapping[str, str]:
    return load_pairs("han_lookalikes")
