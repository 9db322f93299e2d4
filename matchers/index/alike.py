"""Names that are written otherwise on purpose: by sound, in another order, without vowels.

Compiled.
"""

from __future__ import annotations

from matchers.index.clues import (
    KEY_AT,
    LOOSE_SOUND,
    PREFIX,
    REORDERED,
    SOUND,
    TAG,
    VOWELLESS,
    consonants,
    find_budget,
    is_vowelless,
    split_clue,
)
from matchers.index.compiled import Buffer, compiled
from matchers.index.distance import find_osa
from matchers.index.hashing import has_bit, hash_run
from matchers.index.meant import SOUND_ALIKE
from matchers.index.near import Near
from matchers.index.rows import write_row
from matchers.index.sound import LONGEST, count_vowel_changes, hash_sound
from matchers.index.tables import HAN_LIKE, ROMANISED_NAME, Names
from matchers.index.views import BROKEN, LONG_GAP, PLAIN, ROMAN, Run, View, edits_within

REARRANGED, VOWELS_DROPPED = 1 << 17, 1 << 18

_MOST_WORDS = 3
_LONG = 10
"""Letters of a name from which one more edit is allowed."""
RARE = 32
"""Zipf frequency, times ten, from which a word is taken for itself and not for what it sounds like.
From 0 on, no vowel may sound otherwise."""
_SHORTEST = 5
"""Letters of the shortest text that is compared by sound alone."""


@compiled
def find_sounds(
    view: View,
    run: Run,
    which: int,
    names: Names,
    near: Near,
    out: Buffer,
    rows: int,
) -> int:
    """Write what sounds like a name, or holds its words rotated or without vowels."""
    for word in range(near.count[0]):
        start = near.starts[word] + 0
        bare = VOWELLESS
        rare, known = False, True
        for last in range(word, min(near.count[0], word + _MOST_WORDS)):
            begin, end = near.starts[last] + 0, near.starts[last + 1] + 0
            if end - start > LONGEST or (last > word and run.gaps[begin] & (BROKEN | LONG_GAP)):
                break
            rare = rare or near.zipf[last] == 0
            known = known and near.zipf[last] >= RARE
            if last > word and which == PLAIN and rows >= 0:
                clue = hash_run(run.letters, start, end, REORDERED)
                rows = _write_words(view, run, word, last, REARRANGED, clue, names, near, out, rows)
            if bare >= 0:
                bare = _add_bare(run, begin, end, bare)
                if last > word and bare >= 0 and which == PLAIN and rows >= 0:
                    rows = _write_words(
                        view, run, word, last, VOWELS_DROPPED, bare, names, near, out, rows
                    )
            if which != PLAIN and run.changed[end] == run.changed[start]:
                continue
            if not known and end - start >= _SHORTEST and rows >= 0:
                for loose in range(2 if which == ROMAN else 1):
                    rows = _write_sound(
                        view, run, word, last, loose == 1, rare, names, near, out, rows
                    )
                    if rows < 0:
                        break
            if rows < 0:
                return rows
    return rows


@compiled
def _write_sound(
    view: View,
    run: Run,
    word: int,
    last: int,
    loose: bool,
    rare: bool,
    names: Names,
    near: Near,
    out: Buffer,
    rows: int,
) -> int:
    start, end = near.starts[word] + 0, near.starts[last + 1] + 0
    clue = hash_sound(run.letters, start, end, LOOSE_SOUND if loose else SOUND, loose)
    if clue < 0 or not has_bit(names.clue_bits, clue):
        return rows
    bucket, tag = split_clue(clue, names)
    for entry in range(names.clue_starts[bucket], names.clue_starts[bucket + 1]):
        if names.clue_entries[entry] & TAG != tag:
            continue
        key = names.clue_entries[entry] >> KEY_AT
        first, stop = names.key_starts[key] + 0, names.key_starts[key + 1] + 0
        size = stop - first
        most = 2 + (size >= PREFIX) + (size >= _LONG)
        distance = find_osa(
            run.letters, start, end, names.key_letters, first, stop, most, near.rows
        )
        if distance > most or distance <= (0 if loose else find_budget(size)):
            continue
        if (
            hash_sound(names.key_letters, first, stop, LOOSE_SOUND if loose else SOUND, loose)
            != clue
        ):
            continue
        changes = count_vowel_changes(run.letters, start, end, names.key_letters, first, stop)
        if changes > (1 if rare else 0):
            continue
        for name in range(names.key_names[key], names.key_names[key + 1]):
            count = names.name_words[name]
            if names.name_flags[name] & (HAN_LIKE | ROMANISED_NAME):
                continue
            if count != last - word + 1 and last > word:
                continue
            if count > 2 and last == word:
                continue
            edits = SOUND_ALIKE | edits_within(view, run, start, end) & ~names.name_edits[name]
            rows = write_row(view, run, start, end, name, edits, distance, out, rows)
            if rows < 0:
                return rows
    return rows


@compiled
def _write_words(
    view: View,
    run: Run,
    word: int,
    last: int,
    edit: int,
    clue: int,
    names: Names,
    near: Near,
    out: Buffer,
    rows: int,
) -> int:
    """Write names of as many words: the same, ``REARRANGED``, or with ``VOWELS_DROPPED``."""
    if not has_bit(names.clue_bits, clue):
        return rows
    start, end = near.starts[word] + 0, near.starts[last + 1] + 0
    bucket, tag = split_clue(clue, names)
    for entry in range(names.clue_starts[bucket], names.clue_starts[bucket + 1]):
        if names.clue_entries[entry] & TAG != tag:
            continue
        key = names.clue_entries[entry] >> KEY_AT
        first = names.key_starts[key]
        missing = names.key_starts[key + 1] - first - (end - start)
        for name in range(names.key_names[key], names.key_names[key + 1]):
            if names.name_words[name] != last - word + 1:
                continue
            if edit == REARRANGED:
                gaps = names.name_gaps[name]
                if missing or not _is_rotated(run, start, end - start, names, first, gaps):
                    continue
            elif missing <= 0 or names.key_letters[first] != run.letters[start]:
                continue
            edits = edit | edits_within(view, run, start, end) & ~names.name_edits[name]
            rows = write_row(view, run, start, end, name, edits, missing, out, rows)
            if rows < 0:
                return rows
    return rows


@compiled
def _is_rotated(run: Run, start: int, size: int, names: Names, first: int, gaps: int) -> bool:
    for cut in range(1, min(size, 62)):
        if not gaps >> cut & 1:
            continue
        same = True
        for i in range(size):
            if run.letters[start + i] != names.key_letters[first + (i + cut) % size]:
                same = False
                break
        if same:
            return True
    return False


@compiled
def _add_bare(run: Run, begin: int, end: int, found: int) -> int:
    """Return the hash with one more word without vowels; -1 when the word has some."""
    if not is_vowelless(run.letters, begin, end):
        return -1
    return consonants(run.letters, begin, end, found, False)
