"""Whether tables that were read from files point only into one another.

Compiled code looks where the tables say, without asking: one wrong number would end the process.
Checking takes some hundredths of a second for a million names.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchers.index.clues import KEY_AT
from matchers.index.letters import POINTS
from matchers.index.tables import Names


def is_sound(names: Names, forms: int) -> bool:
    """Whether tables may be searched.

    :param names: arrays as they were read
    :param forms: how many forms there are
    """
    if min(map(len, names)) == 0:
        return False
    keys = len(names.key_starts) - 1
    count = len(names.name_forms)
    columns = (names.name_gaps, names.name_words, names.name_flags, names.name_zipf)
    entries = len(names.clue_entries)
    return (
        _ascends(names.key_starts, len(names.key_letters))
        and len(names.key_names) == keys + 1
        and _ascends(names.key_names, count)
        and all(len(column) == count for column in (*columns, names.name_edits))
        and (not keys or _is_within(names.name_forms, forms))
        and _is_within(names.key_letters, POINTS)
        and _is_within(names.alphabet, POINTS)
        and _is_within(names.exact_slots, keys + 1)
        and _is_within(names.clue_entries[:-1], max(keys, 1) << KEY_AT)
        and _ascends(names.clue_starts, entries)
        and len(names.longest) == 1
        and names.longest[0] == np.diff(names.key_starts).max(initial=1)
        and all(_is_power_of_two(len(bits)) for bits in _hashed(names))
    )


def _hashed(names: Names) -> tuple[NDArray[np.generic], ...]:
    buckets: NDArray[np.generic] = names.clue_starts[:-1]
    return names.exact_bits, names.prefix_bits, names.exact_slots, names.clue_bits, buckets


def _ascends(starts: NDArray[np.int32], end: int) -> bool:
    """Whether places go up from 0, and none lies behind the end of what they point into."""
    if len(starts) == 0 or starts[0] != 0 or starts[-1] > end:
        return False
    return bool(np.all(starts[:-1] <= starts[1:]))


def _is_within(values: NDArray[np.generic], end: int) -> bool:
    return len(values) == 0 or bool(values.min() >= 0 and values.max() < end)


def _is_power_of_two(size: int) -> bool:
    return size > 0 and size & (size - 1) == 0
