"""Names written with digits and signs for letters: Aur3l1o, $w@r0vsk!. Compiled.

1, ! and | may stand for i as well as for l, and for both in one name (Ma11 M!n!). So names are kept
under a clue in which l is i; which of the two was meant is told by the name.
"""

from __future__ import annotations

from matchers.index.clues import KEY_AT, TAG, split_clue
from matchers.index.compiled import Buffer, compiled
from matchers.index.hashing import SEED, is_milestone, set_bit, step
from matchers.index.tables import HAN_LIKE, Names
from matchers.index.views import Run

LEET_CLUE = SEED ^ 0x1EE7
"""The salt of these clues."""

SHORTEST = 4
_FEW = 5
"""Names up to this length must be mostly letters: ``5010`` does not mean "solo"."""
_I, _L = 105, 108


@compiled
def one_of_i_and_l(letter: int) -> int:
    """Return i for l, and every other letter as it is."""
    return _I if letter == _L else letter


@compiled
def add_leet(names: Names, key: int, clues: Buffer, count: int) -> int:
    """Write the clue of a key, and mark its beginnings; return how many clues there are then."""
    first, end = names.key_starts[key], names.key_starts[key + 1]
    if end - first < SHORTEST or names.name_flags[names.key_names[key]] & HAN_LIKE:
        return count
    found = LEET_CLUE
    for place in range(first, end):
        found = step(found, one_of_i_and_l(names.key_letters[place]))
        if is_milestone(place - first + 1):
            set_bit(names.prefix_bits, found)
    clues[count] = found
    return count + 1


@compiled
def find_leet_key(names: Names, clue: int, run: Run, start: int, end: int) -> int:
    """Return the key that ``run[start:end]`` means; -1 when there is none.

    Of two names that differ only in i and l, the first one.
    """
    size = end - start
    leet = run.changed[end] - run.changed[start]
    if size < SHORTEST or size - leet < 2 or (size < _FEW and leet * 2 > size):
        return -1
    bucket, tag = split_clue(clue, names)
    for entry in range(names.clue_starts[bucket], names.clue_starts[bucket + 1]):
        if names.clue_entries[entry] & TAG != tag:
            continue
        key = names.clue_entries[entry] >> KEY_AT
        first = names.key_starts[key]
        if names.key_starts[key + 1] - first != size:
            continue
        same = True
        for i in range(size):
            letter, read = names.key_letters[first + i], run.letters[start + i]
            changed = run.changed[start + i + 1] - run.changed[start + i]
            if letter != read and not (changed and read == _I and letter == _L):
                same = False
                break
        if same:
            return key
    return -1
