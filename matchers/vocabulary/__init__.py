"""Word lists in plain files beside this one: ``#`` starts a comment line, one entry a line.

They are data for people to read and correct; the file names end with the language.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def load_words(*names: str) -> frozenset[str]:
    """Return all entries of the files ``<name>.txt``."""
    return frozenset(entry for name in names for entry in _entries(name))


@cache
def load_pairs(name: str) -> dict[str, str]:
    """Return the first word of each entry of ``<name>.txt`` -> its second word."""
    return dict(entry.split() for entry in _entries(name))


def _entries(name: str) -> list[str]:
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
