"""What pages say of works and files that they hand on.

A vocabulary of its own (``pages_<language>.txt``): words that say much beside a link to a file say
nothing on goods, and longer phrases there would hide shorter ones that matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

from matchers.lexicon import fold_text
from matchers.normalize import UNSPACED
from matchers.vocabulary import load_sections

Section = Literal["handed_on", "perhaps_handed_on", "in_part", "form"]
"""``handed_on``: whole works (``perhaps``: honest pages say it too); ``in_part``: no whole work, or
talk of one; ``form``: what it is."""


def find_said(text: str, section: Section) -> Iterator[tuple[int, int]]:
    """Yield start and end of each phrase of a section in a text, in code points of the text."""
    return (found.span() for found in _pattern(section).finditer(fold_text(text)))


@cache
def _pattern(section: Section) -> re.Pattern[str]:
    phrases = sorted(map(fold_text, load_sections("pages")[section]), key=len, reverse=True)
    return re.compile("|".join(map(_bounded, phrases)))


def _bounded(phrase: str) -> str:
    """Return the pattern of a phrase: words of spaced scripts begin and end where it does."""
    words = r"[\s_.+-]+".join(map(re.escape, phrase.split()))
    before = "" if re.match(f"[{UNSPACED}]", phrase[0]) else r"(?<![^\W_])"
    after = "" if re.match(f"[{UNSPACED}]", phrase[-1]) else r"(?![^\W_])"
    return before + words + after
