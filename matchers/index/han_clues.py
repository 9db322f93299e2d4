"""Han names by sound and by look: 啊迪达斯, 康帅傅, 耐ke, N克. Compiled.

A character is replaced by one that sounds or looks the same; at least one stays. Of four and more,
one may be any other. Two characters of which one differs are weak evidence and leave much to the
context: most are ordinary words.
"""

from __future__ import annotations

from matchers.index.clues import (
    ANAGRAM,
    DRAWN,
    INITIAL,
    KEY_AT,
    SHORTEST_TYPO,
    SYLLABLES,
    TAG,
    WILD,
    split_clue,
)
from matchers.index.compiled import Buffer, compiled
from matchers.index.hashing import SEED, find_word, has_bit, hash_run, step
from matchers.index.letters import UNSPACED_CHAR, Letters
from matchers.index.meant import SWAPPED, TYPO
from matchers.index.rows import find_whole, write_row
from matchers.index.tables import HAN_LIKE, Names
from matchers.index.views import BROKEN, GAP, LONG_GAP, ZIPF, Run, View, edits_within

HOMOPHONE, HAN_LOOKALIKE, INITIALS = 1 << 19, 1 << 20, 1 << 21

BY_SOUND, BY_LOOK, BY_INITIAL, BY_SUM, BY_REST = range(5)
"""By which clue a name is looked up."""

_LONGEST = 8
_SHORT = 3
_SYLLABLE = 6
"""Letters of the longest syllable in Latin letters (zhuang)."""


@compiled
def find_han(
    view: View,
    run: Run,
    length: int,
    letters: Letters,
    names: Names,
    words: Buffer,
    out: Buffer,
    rows: int,
) -> int:
    """Write names of which characters were replaced by others; return how many rows there are."""
    tokens = run.tokens[length] + 0
    for token in range(tokens):
        start = run.starts[token] + 0
        sounds, drawn, initial, total = SYLLABLES, DRAWN, INITIAL, 0
        han = 0
        for last in range(token, min(tokens, token + _LONGEST)):
            begin, end = run.starts[last] + 0, run.starts[last + 1] + 0
            if last > token and run.gaps[begin] & (GAP | BROKEN | LONG_GAP):
                break
            letter = run.letters[begin] + 0
            plain = letters.kind[letter] == UNSPACED_CHAR
            sound = letters.sound[letter] + 0 if plain else 0
            if not plain and end - begin <= _SYLLABLE and 97 <= letter <= 122:
                sound = hash_run(run.letters, begin, end, SEED)
            if sound == 0 and not plain and not (last == token and end - begin == 1):
                break
            han += 1 if plain else 0
            sounds, drawn = step(sounds, sound), step(drawn, letter)
            initial, total = step(initial, letter), total + letter
            size = last - token + 1
            if size < 2 or han == 0:
                continue
            clues = (sounds, drawn, initial, step(step(ANAGRAM, total), size))
            for kind in range(4):
                if _suits(kind, size, han, end - start) and has_bit(names.clue_bits, clues[kind]):
                    rows = _write_han(
                        view, run, token, last, kind, clues[kind], letters, names, words, out, rows
                    )
                    if rows < 0:
                        return rows
        if han >= SHORTEST_TYPO:
            rows = _find_wild(view, run, token, han, letters, names, words, out, rows)
            if rows < 0:
                return rows
    return rows


@compiled
def _suits(kind: int, size: int, han: int, length: int) -> bool:
    """Whether a kind of clue is asked for: all characters, of which ``han`` are Han, make it up."""
    if kind == BY_SOUND:
        return True
    if kind == BY_INITIAL:
        return han == size - 1 and length == size
    return han == size and (kind == BY_LOOK or size >= SHORTEST_TYPO)


@compiled
def _find_wild(
    view: View,
    run: Run,
    token: int,
    han: int,
    letters: Letters,
    names: Names,
    words: Buffer,
    out: Buffer,
    rows: int,
) -> int:
    """Write names of which one character, whichever, was replaced by any other."""
    start, before = run.starts[token] + 0, WILD
    for open_place in range(start, start + han):
        found = step(before, 0)
        before = step(before, run.letters[open_place])
        for place in range(open_place, start + han):
            if place > open_place:
                found = step(found, run.letters[place])
            size = place - start + 1
            if size >= SHORTEST_TYPO and has_bit(names.clue_bits, found):
                rows = _write_han(
                    view, run, token, token + size - 1, BY_REST, found, letters, names, words, out,
                    rows,
                )  # fmt: skip
                if rows < 0:
                    return rows
    return rows


@compiled
def _write_han(
    view: View,
    run: Run,
    token: int,
    last: int,
    kind: int,
    clue: int,
    letters: Letters,
    names: Names,
    words: Buffer,
    out: Buffer,
    rows: int,
) -> int:
    size = last - token + 1
    start, end = run.starts[token] + 0, run.starts[last + 1] + 0
    if find_whole(names, run, start, end) >= 0:
        return rows
    if size <= _SHORT and find_word(words, hash_run(run.letters, start, end, SEED)) & ZIPF:
        return rows  # a word of its own
    if size == 2 and run.bounds[start] and run.gaps[start] == 0 and token:
        return rows  # any two characters in a row are somebody's name
    bucket, tag = split_clue(clue, names)
    for entry in range(names.clue_starts[bucket], names.clue_starts[bucket + 1]):
        if names.clue_entries[entry] & TAG != tag:
            continue
        key = names.clue_entries[entry] >> KEY_AT
        first = names.key_starts[key]
        if names.key_starts[key + 1] - first != size:
            continue
        same, alike, swapped = _compare(run, token, size, letters, names, first)
        # One character must stay; of four and more, half of them.
        if same < max(1, size // 2) or same == size:
            continue
        edit, differ = 0, size - same
        if kind == BY_SOUND and alike == size:
            edit = HOMOPHONE
        elif kind == BY_LOOK and differ == 1:
            edit = HAN_LOOKALIKE
        elif kind == BY_INITIAL and differ == 1:
            edit = INITIALS
        elif kind == BY_REST and differ == 1 and alike < size:
            edit = TYPO
        elif kind == BY_SUM and swapped:
            edit, differ = SWAPPED, 1
        if edit == 0:
            continue
        for name in range(names.key_names[key], names.key_names[key + 1]):
            if not names.name_flags[name] & HAN_LIKE:
                continue
            edits = edit | edits_within(view, run, start, end) & ~names.name_edits[name]
            rows = write_row(view, run, start, end, name, edits, differ, out, rows)
            if rows < 0:
                return rows
    return rows


@compiled
def _compare(
    run: Run, token: int, size: int, letters: Letters, names: Names, first: int
) -> tuple[int, int, bool]:
    """Compare a run of characters with a key.

    Return how many are the same, how many sound the same, and whether just two neighbours have
    changed places.
    """
    same, alike, odd = 0, 0, -1
    for i in range(size):
        place = run.starts[token + i]
        letter, written = names.key_letters[first + i], run.letters[place]
        if written == letter:
            same += 1
            alike += 1
        else:
            odd = i
            if letters.kind[written] != UNSPACED_CHAR or (
                letters.sound[written] == letters.sound[letter]
            ):
                alike += 1
    swapped = (
        same == size - 2
        and odd > 0
        and run.letters[run.starts[token + odd]] == names.key_letters[first + odd - 1]
        and run.letters[run.starts[token + odd - 1]] == names.key_letters[first + odd]
    )
    return same, alike, swapped
