"""What is kept of the tables of letters reads as tables that were filled just now."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from matchers.index.letters import FIRST_LIST, Letters, LetterTables, load_letters
from matchers.marks import MarkIndex

RARE_HAN = [*range(0x20000, 0x20800), *range(0x2B700, 0x2EBF0)]
POINTS = np.array([*range(0xD800), *range(0xE000, 0x10000), *RARE_HAN])


def _read(letters: Letters, column: str) -> list[str]:
    """Return what each character is read as."""
    lists = letters.list_starts, letters.list_letters
    starts, parts = (np.asarray(values).tolist() for values in lists)
    texts = ["".join(map(chr, parts[a:b])) for a, b in pairwise(starts)]
    entries = np.asarray(getattr(letters, column))[POINTS].tolist()
    return [texts[FIRST_LIST - entry] if entry <= FIRST_LIST else str(entry) for entry in entries]


def test_kept_tables_say_what_new_ones_say() -> None:
    points = POINTS.astype(np.uint32)
    kept, new = load_letters().tables(points), LetterTables().tables(points)
    for column in ("plain", "skeleton", "roman"):
        assert _read(kept, column) == _read(new, column)
    for column in ("plain_edits", "skeleton_edits", "flags"):
        assert np.array_equal(np.asarray(getattr(kept, column)), np.asarray(getattr(new, column)))
    for column in ("kind", "sound", "initial"):
        filled, other = (np.asarray(getattr(tables, column)) for tables in (kept, new))
        assert np.array_equal(filled, other), column
    assert np.array_equal(np.asarray(kept.composed), np.asarray(new.composed))


@pytest.mark.parametrize("name", ["鱮鹤", "鸑鷟", "𠮷野家", "ﷺ"])
def test_rare_characters_stay_in_names(name: str) -> None:
    index = MarkIndex([(0, name)])
    assert [match.text for match in index.find(f"{name} 手表 正品")] == [name]
    assert index.find(f"{name[1:]} 茶叶 礼盒") == []
