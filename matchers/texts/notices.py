"""Notices in registered texts: rights, licences, imprints, and that all is invented.

They stand in many books word for word and are nobody's work, which a registry of few works cannot
know by comparing. So they are told by their words: sentences in a row of which a good part are
words that notices are made of, and several of those that are seldom used besides. See
``vocabulary/notices_*.txt``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matchers.texts.reading import Ints, Reading, read_text
from matchers.vocabulary import load_sections

SHARE: Final = 0.3
"""Of what a sentence of a notice carries, in words of notices, at the least."""
DIFFERENT: Final = (3, 6)
"""Different entries in a notice: of those seldom used besides, and of all."""
BETWEEN: Final = 48
"""Parts of a word in a sentence between two of a notice, at the most: 12 words."""
_END = re.compile(r"[.!?](?=\s|$)|[。\uff01\uff1f…]|\n(?=\s*\n)|(?<=[\u3000-\uffef])\s*\n")
"""Of a sentence; a line may end within one, but for Chinese."""


@cache
def _entries() -> dict[int, tuple[tuple[tuple[int, ...], bool], ...]]:
    """Return the key of a first token -> the keys of entries, and whether they tell a notice."""
    found: dict[int, list[tuple[tuple[int, ...], bool]]] = {}
    for section, entries in load_sections("notices").items():
        for entry in entries:
            keys = tuple(read_text(entry).keys.tolist())
            found.setdefault(keys[0], []).append((keys, section == "notice"))
    return {first: tuple(entries) for first, entries in found.items()}


def find_notices(text: str, reading: Reading, parts: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which tokens of a text belong to notices.

    :param parts: what each token carries
    """
    notices = np.zeros(len(parts), np.bool_)
    marked, places, said = _mark(reading)
    if not marked.any():
        return notices
    ends = np.array([found.start() for found in _END.finditer(text)], np.int64)
    sentence = np.searchsorted(ends, reading.starts)
    heads = np.flatnonzero(np.diff(sentence, prepend=-1))
    carried = np.add.reduceat(parts.astype(np.int64), heads)
    full = np.add.reduceat(np.where(marked, parts, 0).astype(np.int64), heads) >= SHARE * carried
    tails = np.append(heads[1:], len(parts))
    for first, last in _group(full, carried):
        start, end = int(heads[first]), int(tails[last])
        low, high = np.searchsorted(places, (start, end))
        entries = set(said[low:high])
        telling = sum(tells for _, tells in entries)
        if telling >= DIFFERENT[0] and len(entries) >= DIFFERENT[1]:
            notices[start:end] = True
    return notices


def _mark(
    reading: Reading,
) -> tuple[NDArray[np.bool_], Ints, list[tuple[tuple[int, ...], bool]]]:
    """Return which tokens are of entries; where entries stand, in order; and which they are."""
    entries, keys = _entries(), reading.keys
    marked = np.zeros(len(keys), np.bool_)
    places, said = [], []
    firsts = np.array(list(entries), np.uint64)
    for place in np.flatnonzero(np.isin(keys, firsts)).tolist():
        for entry in entries[int(keys[place])]:
            size = len(entry[0])
            if size == 1 or tuple(keys[place : place + size].tolist()) == entry[0]:
                marked[place : place + size] = True
                places.append(place)
                said.append(entry)
    return marked, np.array(places, np.int64), said


def _group(full: NDArray[np.bool_], carried: Ints) -> list[tuple[int, int]]:
    """Return the first and last sentences of what may be notices."""
    groups: list[tuple[int, int]] = []
    for one in np.flatnonzero(full).tolist():
        if (
            groups
            and one - groups[-1][1] <= 2
            and carried[groups[-1][1] + 1 : one].sum() <= BETWEEN
        ):
            groups[-1] = (groups[-1][0], one)
        else:
            groups.append((one, one))
    return groups
