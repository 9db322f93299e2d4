"""Which single characters are written to look like an ASCII letter or digit.

Three sources: the package confusable-homoglyphs (the data of Unicode Technical Standard 39),
the Unicode names of enclosed and small-capital letters, and ``vocabulary/lookalikes.txt``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from matchers.kept import load_kept
from matchers.vocabulary import load_pairs

_ENCLOSED = re.compile(
    r"(?:(?:CROSSED )?NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER"
    r"|REGIONAL INDICATOR SYMBOL LETTER|LATIN LETTER SMALL CAPITAL) (?:BARRED |REVERSED )?([A-Z])"
)
_STROKED = re.compile(r"LATIN (CAPITAL|SMALL) LETTER ([A-Z]) WITH ")


@cache
def _table() -> Mapping[str, str]:
    confusable: dict[str, str] = load_kept("matchers.confusable:list_confusable")
    return confusable | load_pairs("lookalikes")


def find_lookalike(char: str) -> str | None:
    """Return the ASCII character that ``char`` is drawn like, upper case for upper case."""
    found = _table().get(char)
    if found is None:
        named = _ENCLOSED.fullmatch(unicodedata.name(char, ""))
        found = named[1].lower() if named else None
    return found


def find_stroked(char: str) -> str | None:
    """Return the letter under a stroke, hook or tail (``ø``, ``ł``), which NFD leaves in place."""
    named = _STROKED.match(unicodedata.name(char, ""))
    if named is None:
        return None
    return named[2] if named[1] == "CAPITAL" else named[2].lower()
