"""What was undone to read a name in a text, in the order of the bits of a row."""

from __future__ import annotations

from functools import lru_cache

from matchers.normalize import EDITS

EDIT_NAMES = (
    *EDITS,
    "spaced",
    "punctuated",
    "split",
    "joined",
    "typo",
    "doubled",
    "dropped",
    "swapped",
    "sound",
    "reordered",
    "vowels_dropped",
    "homophone",
    "han_lookalike",
    "initials",
)
"""How the letters themselves were written, then how they stand, then how they differ."""


@lru_cache(maxsize=4096)
def edit_names(mask: int) -> tuple[str, ...]:
    """Return the names of the bits that are set, sorted."""
    return tuple(sorted(name for bit, name in enumerate(EDIT_NAMES) if mask >> bit & 1))
