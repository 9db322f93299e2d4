"""Phrases of the vocabulary as patterns over text folded in place."""

from __future__ import annotations

import re
from functools import cache

from matchers.normalize import UNSPACED, fold_in_place
from matchers.vocabulary import load_words


@cache
def find_phrases(name: str) -> re.Pattern[str]:
    """Return a pattern that finds the entries of ``<name>.txt`` as whole words, longest first."""
    parts = []
    for phrase in sorted(load_words(name), key=lambda phrase: (-len(phrase), phrase)):
        folded = re.escape(fold_in_place(phrase)).replace(r"\ ", r"\s+")
        # A word of a spaced script must not begin or end inside another: "1:1" is not in "1:18".
        head = "" if re.match(f"[{UNSPACED}]", phrase) else r"(?<![^\W_])"
        if not head or re.match(f"[{UNSPACED}]", phrase[-1]):
            parts.append(("" if not head else r"(?<![a-z0-9])") + folded)
        else:
            parts.append(rf"{head}{folded}(?![a-z0-9])")
    return re.compile("|".join(parts))
