"""Invented texts: words and characters drawn by chance, the same on every machine."""

from __future__ import annotations

import random

_SYLLABLES = ("ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu", "an", "er")


def write_words(count: int, seed: int) -> str:
    """Return sentences of so many invented words."""
    rng = random.Random(seed)
    words = ["".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4))) for _ in range(count)]
    for place in range(11, count, 12):
        words[place] += "."
        if place + 1 < count:
            words[place + 1] = words[place + 1].capitalize()
    return " ".join(words)


def write_han(count: int, seed: int) -> str:
    """Return so many characters, with a sign after every ninth."""
    rng = random.Random(seed)
    chars = [chr(rng.randrange(0x4E00, 0x5200)) for _ in range(count)]
    for place in range(8, count, 9):
        chars[place] += "，"
    return "".join(chars)
