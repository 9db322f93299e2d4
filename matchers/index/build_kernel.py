"""The loops that write the tables of an index. Compiled."""

from __future__ import annotations

from typing import NamedTuple

from matchers.index.clues import (
    ANAGRAM,
    DIGITS,
    DRAWN,
    INITIAL,
    KEY_AT,
    LONG,
    LOOSE_SOUND,
    PREFIX,
    SHORT,
    SHORTEST_TYPO,
    SOUND,
    SYLLABLES,
    VOWELLESS,
    WILD,
    consonants,
    delete_clues,
    find_budget,
    outline,
    rotated_clue,
    split_clue,
)
from matchers.index.compiled import Buffer, compiled, entry
from matchers.index.hashing import SEED, find_word, hash_run, is_milestone, set_bit, step
from matchers.index.leet import add_leet
from matchers.index.letters import DIGIT, UNSPACED_CHAR, WORD, Letters
from matchers.index.room import Room
from matchers.index.shape import ORDINARY
from matchers.index.sound import LONGEST, hash_sound
from matchers.index.tables import (
    BROKEN_NAME,
    COMMON,
    HAN_LIKE,
    ROMANISED_NAME,
    SKELETON_NAME,
    Names,
)
from matchers.index.views import (
    APOSTROPHE,
    BROKEN,
    GAP,
    PLAIN,
    ROMAN,
    SKELETON,
    START,
    ZIPF,
    Run,
    edits_within,
    join_tokens,
    read_view,
)

FORM, FIRST, SIZE, GAPS, WORDS, FLAGS, ZIPF_OF, WRITTEN = range(8)
"""Columns of a row: number of the text, its first letter and how many, and what ``Names`` says."""
ENTRY = 8

MOST_CLUES = 512
"""Room for all clues of one key."""
_LONGEST_HAN = 8


class Neighbours(NamedTuple):
    """The characters drawn like each Han character of the basic plane."""

    starts: Buffer
    letters: Buffer


@entry
def read_names(
    points: Buffer,
    starts: Buffer,
    letters: Letters,
    words: Buffer,
    room: Room,
    entries: Buffer,
    out: Buffer,
) -> tuple[int, int]:
    """Write a row for every reading of every text; return how many, and how many letters.

    The number of rows is -1 when ``out`` is too small.
    """
    rows, used = 0, 0
    for text in range(len(starts) - 1):
        for which in (PLAIN, SKELETON, ROMAN):
            size = read_view(points, starts[text], starts[text + 1], letters, which, room.plain)
            differs = which == PLAIN
            for place in range(size):
                differs = differs or room.plain.changed[place] != 0
            if not differs:
                continue
            length = join_tokens(points, starts[text], room.plain, size, letters, words, room.run)
            if length == 0:
                continue
            if used + length > len(out):
                return -1, used
            row = rows * ENTRY
            entries[row + FORM] = text
            entries[row + FIRST] = used
            entries[row + SIZE] = length
            entries[row + WRITTEN] = (
                edits_within(room.plain, room.run, 0, length) if which == PLAIN else 0
            )
            _describe(room.run, length, letters, words, entries, row)
            if which == ROMAN:
                entries[row + FLAGS] |= ROMANISED_NAME
            elif which == SKELETON:
                entries[row + FLAGS] |= SKELETON_NAME
            for place in range(length):
                out[used + place] = room.run.letters[place]
            used += length
            rows += 1
    return rows, used


@compiled
def _describe(
    run: Run, length: int, letters: Letters, words: Buffer, entries: Buffer, row: int
) -> None:
    """Write gaps, words, flags and the rarest word of a name."""
    gaps, count, rarest, unspaced, last, broken = 0, 0, ZIPF, False, 0, 0
    for place in range(length + 1):
        if place < length:
            unspaced = unspaced or letters.kind[run.letters[place]] == UNSPACED_CHAR
        if not run.bounds[place] & START:
            continue
        if 0 < place < length:
            if run.gaps[place] & GAP and place < 62:
                gaps |= 1 << place
            if run.gaps[place] & BROKEN:
                broken = BROKEN_NAME
            if run.gaps[place] == APOSTROPHE:
                continue
        if place:
            count += 1
            number = True
            for i in range(last, place):
                number = number and letters.kind[run.letters[i]] == WORD | DIGIT
            zipf = find_word(words, hash_run(run.letters, last, place, SEED)) & ZIPF
            rarest = min(rarest, max(zipf, ORDINARY) if number else zipf)
            last = place
    if unspaced:
        rarest = find_word(words, hash_run(run.letters, 0, length, SEED)) & ZIPF
    entries[row + GAPS] = gaps
    entries[row + WORDS] = min(count, 255)
    entries[row + FLAGS] = (
        (COMMON if rarest >= ORDINARY else 0) | (HAN_LIKE if unspaced else 0) | broken
    )
    entries[row + ZIPF_OF] = rarest


@entry
def hash_all(entries: Buffer, letters: Buffer, count: int, hashes: Buffer) -> None:
    """Write two hashes of the letters of every row."""
    for row in range(count):
        first = entries[row * ENTRY + FIRST]
        end = first + entries[row * ENTRY + SIZE]
        hashes[2 * row] = hash_run(letters, first, end, SEED)
        hashes[2 * row + 1] = hash_run(letters, first, end, SHORT)


@entry
def fill_exact(names: Names) -> None:
    """Put every key into the exact table."""
    mask = len(names.exact_slots) - 1
    for key in range(len(names.key_starts) - 1):
        first, end = names.key_starts[key], names.key_starts[key + 1]
        found = SEED
        for place in range(first, end):
            found = step(found, names.key_letters[place])
            if is_milestone(place - first + 1):
                set_bit(names.prefix_bits, found)
        set_bit(names.exact_bits, found)
        place = found & mask
        while names.exact_slots[place] != 0:
            place = (place + 1) & mask
        names.exact_slots[place] = key + 1


@entry
def count_clues(names: Names, letters: Letters, neighbours: Neighbours, clues: Buffer) -> int:
    """Return how many clues all keys have together."""
    total = 0
    for key in range(len(names.key_starts) - 1):
        total += _write_clues(names, key, letters, neighbours, clues)
    return total


@entry
def fill_clues(names: Names, letters: Letters, neighbours: Neighbours, clues: Buffer) -> None:
    """Fill the tables of clues: count what each bucket holds, then put everything in its place."""
    keys, starts = len(names.key_starts) - 1, names.clue_starts
    for key in range(keys):
        _set_digits(names, key, letters)
        for i in range(_write_clues(names, key, letters, neighbours, clues)):
            set_bit(names.clue_bits, clues[i])
            bucket, _ = split_clue(clues[i], names)
            starts[bucket] += 1
    total = 0
    for bucket in range(len(starts)):
        total += starts[bucket]
        starts[bucket] = total
    # Each bucket is filled from its end, so that its count goes down to where it begins.
    for key in range(keys - 1, -1, -1):
        shape = outline(names, key) | key << KEY_AT
        for i in range(_write_clues(names, key, letters, neighbours, clues)):
            bucket, tag = split_clue(clues[i], names)
            starts[bucket] -= 1
            names.clue_entries[starts[bucket]] = tag | shape


@compiled
def _set_digits(names: Names, key: int, letters: Letters) -> None:
    found, count = DIGITS, 0
    for place in range(names.key_starts[key], names.key_starts[key + 1]):
        if letters.kind[names.key_letters[place]] & DIGIT:
            found = step(found, names.key_letters[place])
            count += 1
    if count:
        set_bit(names.clue_bits, found)


@compiled
def _write_clues(
    names: Names, key: int, letters: Letters, neighbours: Neighbours, clues: Buffer
) -> int:
    """Write the clues of a key without repeats; return how many."""
    first, end = names.key_starts[key], names.key_starts[key + 1]
    keys, size, count = names.key_letters, end - first, 0
    budget = find_budget(size)
    if budget:
        salt = SHORT if budget == 1 else LONG
        count = delete_clues(keys, first, min(end, first + PREFIX), budget, salt, clues, count)
    name = names.key_names[key]
    if names.name_flags[name] & HAN_LIKE:
        count = _write_han(keys, first, end, letters, neighbours, clues, count)
    elif 4 <= size <= LONGEST:
        for salt in (SOUND, LOOSE_SOUND):
            found = hash_sound(keys, first, end, salt, salt == LOOSE_SOUND)
            if found >= 0:
                clues[count] = found
                count += 1
    count = add_leet(names, key, clues, count)
    if 2 <= names.name_words[name] <= 3 and size >= 6:
        count = _write_words(keys, first, end, names.name_gaps[name], clues, count)
    return _drop_repeats(clues, count)


@compiled
def _write_words(keys: Buffer, first: int, end: int, gaps: int, clues: Buffer, count: int) -> int:
    """Write a name's words in other orders, and without their vowels."""
    for cut in range(1, min(end - first, 62)):
        if gaps >> cut & 1:
            clues[count] = rotated_clue(keys, first, first + cut, end)
            count += 1
    for ends_only in (False, True):
        found, last = VOWELLESS, first
        for place in range(first + 1, end + 1):
            if place < end and not (place - first < 62 and gaps >> (place - first) & 1):
                continue
            if found >= 0:
                found = consonants(keys, last, place, found, ends_only)
            last = place
        if found >= 0:
            clues[count] = found
            count += 1
    return count


@compiled
def _write_han(
    keys: Buffer,
    first: int,
    end: int,
    letters: Letters,
    neighbours: Neighbours,
    clues: Buffer,
    count: int,
) -> int:
    """Write a Han name's sound, its looks, and its initial."""
    size = end - first
    if not 2 <= size <= _LONGEST_HAN:
        return count
    sounds = SYLLABLES
    for place in range(first, end):
        sound = letters.sound[keys[place]]
        if sound == 0:
            return count
        sounds = step(sounds, sound)
    clues[count] = sounds
    count += 1
    count = _write_wild(keys, first, end, clues, count)
    initial = letters.initial[keys[first]]
    found = step(INITIAL, initial)
    for place in range(first + 1, end):
        found = step(found, keys[place])
    clues[count] = found
    count += 1
    for place in range(first, end):
        letter = keys[place]
        if letter >= 0x10000:
            continue
        for i in range(neighbours.starts[letter], neighbours.starts[letter + 1]):
            found = DRAWN
            for other in range(first, end):
                found = step(found, neighbours.letters[i] if other == place else keys[other])
            clues[count] = found
            count += 1
    return count


@compiled
def _write_wild(keys: Buffer, first: int, end: int, clues: Buffer, count: int) -> int:
    """Write a Han name with each character left open, and what does not depend on their order."""
    if end - first < SHORTEST_TYPO:
        return count
    total = 0
    for open_place in range(first, end):
        found = WILD
        for place in range(first, end):
            found = step(found, 0 if place == open_place else keys[place])
        clues[count] = found
        count += 1
        total += keys[open_place]
    clues[count] = step(step(ANAGRAM, total), end - first)
    return count + 1


@compiled
def _drop_repeats(clues: Buffer, count: int) -> int:
    kept = 0
    for i in range(count):
        repeat = False
        for j in range(kept):
            if clues[j] == clues[i]:
                repeat = True
                break
        if not repeat:
            clues[kept] = clues[i]
            kept += 1
    return kept
