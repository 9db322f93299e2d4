"""What was found, as rows of numbers; and the exact table. Compiled."""

from __future__ import annotations

from matchers.index.compiled import Buffer, compiled
from matchers.index.hashing import SEED, has_bit, hash_run
from matchers.index.tables import Names
from matchers.index.views import Run, View

TEXT, NAME, BEGIN, END, EDITS, DISTANCE = range(6)
"""Columns of a row: number of the text and of the name, span in code points, edits as bits,
letters that differ."""
ROW = 6


@compiled
def find_key(names: Names, found: int, run: Run, start: int, end: int) -> int:
    """Return the key whose letters stand in ``run[start:end]``; -1 when there is none.

    :param found: the hash of these letters
    """
    mask = len(names.exact_slots) - 1
    place = found & mask
    while names.exact_slots[place] != 0:
        key = names.exact_slots[place] - 1
        first = names.key_starts[key]
        if names.key_starts[key + 1] - first == end - start:
            same = True
            for i in range(end - start):
                if names.key_letters[first + i] != run.letters[start + i]:
                    same = False
                    break
            if same:
                return key
        place = (place + 1) & mask
    return -1


@compiled
def find_whole(names: Names, run: Run, start: int, end: int) -> int:
    """Return the key whose letters stand in ``run[start:end]``; -1 when there is none."""
    found = hash_run(run.letters, start, end, SEED)
    return find_key(names, found, run, start, end) if has_bit(names.exact_bits, found) else -1


@compiled
def write_row(
    view: View,
    run: Run,
    start: int,
    end: int,
    name: int,
    edits: int,
    distance: int,
    out: Buffer,
    rows: int,
) -> int:
    """Append a row; return how many rows there are then, -1 when there is no room."""
    place = rows * ROW
    if place + ROW > len(out):
        return -1
    first, last = run.at[start], run.at[end - 1]
    out[place + NAME] = name
    begin, stop = view.starts[first], view.ends[first]
    for i in range(first + 1, last + 1):  # the order of reading is not always that of the text
        begin, stop = min(begin, view.starts[i]), max(stop, view.ends[i])
    out[place + BEGIN] = begin
    out[place + END] = stop
    out[place + EDITS] = edits
    out[place + DISTANCE] = distance
    return rows + 1
