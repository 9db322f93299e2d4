"""Forms -> the tables of an index."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matchers.han import find_lookalikes
from matchers.index.build_kernel import (
    ENTRY,
    FIRST,
    FLAGS,
    FORM,
    GAPS,
    MOST_CLUES,
    SIZE,
    WORDS,
    WRITTEN,
    ZIPF_OF,
    Neighbours,
    count_clues,
    fill_clues,
    fill_exact,
    hash_all,
    read_names,
)
from matchers.index.clues import MOST_KEYS
from matchers.index.compiled import Buffer, as_buffer, empty
from matchers.index.letters import load_letters
from matchers.index.room import new_room
from matchers.index.tables import Names
from matchers.index.word_table import load_word_table, power_of_two, read_points
from matchers.kept import load_kept_arrays

Array = NDArray[Any]

LETTERS = load_letters()
"""One for the process: what characters are read as does not depend on the names."""

_MAX_FORM = 200
"""Characters of a form that are compared."""


@cache
def _load_neighbours() -> Neighbours:
    """Return the characters that are drawn like each Han character, as tables."""
    kept = load_kept_arrays("matchers.index.build:make_neighbours")
    return Neighbours(starts=as_buffer(kept["starts"]), letters=as_buffer(kept["letters"]))


def make_neighbours() -> dict[str, Array]:
    """Return where the neighbours of each character begin, and the neighbours."""
    starts = np.zeros(0x10001, np.int32)
    found: list[int] = []
    for point in range(0x3400, 0xA000):
        starts[point] = len(found)
        found.extend(ord(char) for char in find_lookalikes(chr(point)) if ord(char) < 0x10000)
    starts[0xA000:] = len(found)
    return {"starts": starts, "letters": np.array(found, np.int32)}


def build_names(forms: Sequence[str]) -> Names:
    """Return the tables of forms; those without a comparable letter are left out of them."""
    texts = [form[:_MAX_FORM] for form in forms]
    numbers = list(range(len(texts)))
    for number, text in enumerate(tuple(texts)):
        # In capitals, a Cyrillic name can be written in Latin letters that its small letters lack.
        if not text.isascii() and text.upper() != text:
            texts.append(text.upper())
            numbers.append(number)
    entries, letters = _read(texts)
    forms_of = np.array(numbers, np.int64)[entries[:, FORM]] if len(entries) else entries[:, FORM]
    return _assemble(entries, letters, forms_of)


def _read(texts: Sequence[str]) -> tuple[Array, Array]:
    """Return a row for each reading of each text, and their letters."""
    points, starts = read_points(texts)
    tables = LETTERS.tables(points)
    longest = int(np.diff(starts).max(initial=0)) * LETTERS.longest
    room = new_room(longest, 1)
    entries = np.zeros(3 * len(texts) * ENTRY + ENTRY, np.int64)
    letters = np.zeros(2 * len(points) + 1000, np.int32)
    while True:
        count, used = read_names(
            as_buffer(points), as_buffer(starts), tables, load_word_table(), room,
            as_buffer(entries), as_buffer(letters),
        )  # fmt: skip
        if count >= 0:
            return entries.reshape(-1, ENTRY)[:count], letters[:used]
        letters = np.zeros(2 * len(letters), np.int32)  # many readings, or letters read as several


def _assemble(entries: Array, letters: Array, forms_of: Array) -> Names:
    """Group the readings by their letters, and write all tables."""
    hashes = np.zeros(2 * len(entries) + 1, np.int64)
    flat = np.ascontiguousarray(entries.reshape(-1))
    hash_all(as_buffer(flat), as_buffer(letters), len(entries), as_buffer(hashes))
    both = hashes[: 2 * len(entries)].reshape(-1, 2)
    combined = both[:, 0] << 31 | both[:, 1]
    first, key_of = _group(combined)
    # The same form may be read the same way twice (capitals); one name is enough.
    order = np.lexsort((forms_of, key_of))
    if len(order):
        pairs = np.stack([key_of[order], forms_of[order]])
        order = order[np.concatenate([[True], np.any(pairs[:, 1:] != pairs[:, :-1], axis=0)])]
    keys = len(first)
    sizes = entries[first, SIZE]
    starts = np.zeros(keys + 1, np.int32)
    np.cumsum(sizes, out=starts[1:])
    places = np.repeat(entries[first, FIRST] - starts[:-1], sizes) + np.arange(starts[-1])
    key_letters = letters[places] if keys else np.zeros(1, np.int32)
    key_names = np.searchsorted(key_of[order], np.arange(keys + 1)).astype(np.int32)
    names = Names(
        key_starts=as_buffer(starts),
        key_letters=as_buffer(np.ascontiguousarray(key_letters, np.int32)),
        key_names=as_buffer(key_names),
        name_forms=_column(forms_of, order, np.int32),
        name_gaps=_column(entries[:, GAPS], order, np.int64),
        name_words=_column(entries[:, WORDS], order, np.uint8),
        name_flags=_column(entries[:, FLAGS], order, np.uint8),
        name_zipf=_column(entries[:, ZIPF_OF], order, np.uint8),
        name_edits=_column(entries[:, WRITTEN], order, np.uint8),
        exact_bits=as_buffer(np.zeros(power_of_two(2 * keys), np.uint8)),
        prefix_bits=as_buffer(np.zeros(power_of_two(2 * keys), np.uint8)),
        exact_slots=as_buffer(np.zeros(power_of_two(2 * keys), np.int32)),
        clue_bits=as_buffer(np.zeros(8, np.uint8)),
        clue_starts=as_buffer(np.zeros(9, np.int32)),
        clue_entries=as_buffer(np.zeros(1, np.int64)),
        longest=as_buffer(np.array([sizes.max(initial=1)], np.int32)),
        alphabet=as_buffer(np.flatnonzero(np.bincount(key_letters)).astype(np.uint32)),
    )
    fill_exact(names)
    return _add_clues(names)


def _group(values: Array) -> tuple[Array, Array]:
    """Return where each distinct value first stands, in order, and each value's place among them.

    ``np.unique`` tells the same, but loads masked arrays for it.
    """
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    begins = np.ones(len(values), bool)
    begins[1:] = ordered[1:] != ordered[:-1]
    group = np.zeros(len(values), np.int64)
    group[order] = np.cumsum(begins) - 1
    return order[begins], group


def _column(values: Array, order: Array, kind: type[np.generic]) -> Buffer:
    return as_buffer(np.ascontiguousarray(values[order] if len(order) else [0], dtype=kind))


def _add_clues(names: Names) -> Names:
    """Write the clues of all keys, bucket by bucket.

    :raises ValueError: when there are more keys than an entry has room for
    """
    keys = len(names.key_starts) - 1
    if keys > MOST_KEYS:
        raise ValueError(f"expected at most {MOST_KEYS:,} different names, got {keys:,}")
    tables = LETTERS.tables(np.asarray(names.alphabet))
    neighbours, clues = _load_neighbours(), empty(MOST_CLUES)
    total = count_clues(names, tables, neighbours, clues)
    buckets = max(8, power_of_two(total // 4))
    names = names._replace(
        clue_bits=as_buffer(np.zeros(power_of_two(total), np.uint8)),
        clue_starts=as_buffer(np.zeros(buckets + 1, np.int32)),
        clue_entries=as_buffer(np.zeros(total + 1, np.int64)),
    )
    fill_clues(names, tables, neighbours, clues)
    return names
