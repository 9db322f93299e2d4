"""The comparable letters of a text, joined.

Words of spaced scripts are one token each; every character of an unspaced script (Han, kana, Thai)
is a token of its own, in ``matchers.index.views`` as well as here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from matchers.normalize import UNSPACED, fold

_UNSPACED_CHAR = re.compile(f"[{UNSPACED}]")
# Indic vowel signs are marks, not letters, to Python.
_LETTER = re.compile(rf"[{UNSPACED}]|[^\W_]|[\u0900-\u0963\u0966-\u0dff]")


def is_unspaced(text: str) -> bool:
    """Whether ``text`` holds a character of a script written without spaces."""
    return not text.isascii() and _UNSPACED_CHAR.search(text) is not None


@lru_cache(maxsize=1 << 14)
def joined_letters(text: str) -> str:
    """Return the comparable letters of a text; look-alike letters stay different letters."""
    if text.isascii() and text.isalnum():
        return text.lower()
    return "".join(_LETTER.findall(fold(text)))
