"""Names that are nearly written: which piece of a text can be meant as which name. Compiled.

What shares a clue with a name is compared with it letter by letter; ``matchers.index.meant`` tells
misspellings from words of their own. What is exactly another name is never a misspelling.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matchers.index.clues import (
    DIGITS,
    KEY_AT,
    LONG,
    MOST,
    PREFIX,
    SHORT,
    TAG,
    delete_clues,
    find_budget,
    letter_mask,
    may_suit,
    split_clue,
)
from matchers.index.compiled import Buffer, compiled, empty
from matchers.index.distance import find_osa
from matchers.index.hashing import SEED, find_word, has_bit, hash_run, step
from matchers.index.letters import DIGIT, UNSPACED_CHAR, Letters
from matchers.index.meant import find_slip, is_meant
from matchers.index.rows import find_whole, write_row
from matchers.index.shape import FREQUENT, ORDINARY
from matchers.index.tables import ROMANISED_NAME, Names
from matchers.index.views import (
    APOSTROPHE,
    BROKEN,
    LONG_GAP,
    PLAIN,
    ZIPF,
    Run,
    View,
    edits_within,
)

_MOST_WORDS = 4
"""Words of the longest misspelt name that is looked for."""
MOST_SEEN = 256
"""Keys that a span is compared with at once."""


class Near(NamedTuple):
    """Room for the work on one run."""

    starts: Buffer
    """Where each word begins: tokens, what follows an apostrophe taken in; and the end."""
    zipf: Buffer
    """How ordinary each word is."""
    clues: Buffer
    """Deletions: of one letter of a span, of two of a short one, of two of a long one."""
    buckets: Buffer
    """Where the bucket of each clue begins and ends, and room for one more."""
    seen: Buffer
    """Keys that may be near a span."""
    firsts: Buffer
    """Where the letters of each begin, and room for one more."""
    sizes: Buffer
    rows: Buffer
    count: Buffer
    """One entry: how many words there are."""


def new_near(size: int, longest: int) -> Near:
    """Return room for runs of up to ``size`` letters and names of up to ``longest``."""
    return Near(
        starts=empty(size + 2),
        zipf=empty(size + 2),
        clues=empty(3 * MOST),
        buckets=empty(2 * MOST + 1, np.int64),
        seen=empty(MOST_SEEN),
        firsts=empty(MOST_SEEN + 1),
        sizes=empty(MOST_SEEN),
        rows=empty(3 * (longest + 8)),
        count=empty(1),
    )


@compiled
def find_words(
    points: Buffer,
    a: int,
    view: View,
    run: Run,
    length: int,
    letters: Letters,
    words: Buffer,
    apart: bool,
    near: Near,
) -> None:
    """Write down where words begin, and how ordinary they are in the text's own script.

    :param apart: what follows an apostrophe is a word of its own
    """
    tokens, count = run.tokens[length], 0
    for token in range(tokens):
        if run.gaps[run.starts[token]] == APOSTROPHE and not apart:
            continue
        near.starts[count] = run.starts[token]
        count += 1
    near.starts[count] = length
    near.count[0] = count
    for word in range(count):
        first, last = near.starts[word], near.starts[word + 1]
        zipf = find_word(words, hash_run(run.letters, first, last, SEED)) & ZIPF
        if run.changed[last] != run.changed[first]:
            found, before = SEED, -1  # as it is written, not as it is read
            for place in range(run.at[first], run.at[last - 1] + 1):
                plain = letters.plain[points[a + view.starts[place]]]
                if plain > 0 and view.starts[place] != before:
                    found = step(found, plain)
                before = view.starts[place]
            zipf = find_word(words, found) & ZIPF
        near.zipf[word] = zipf


@compiled
def find_near(
    view: View,
    run: Run,
    which: int,
    lossless: bool,
    letters: Letters,
    names: Names,
    near: Near,
    out: Buffer,
    rows: int,
) -> int:
    """Write what is within the budget of a name; return how many rows there are then.

    :param lossless: everything that is, whatever it means
    """
    for word in range(near.count[0]):
        start = near.starts[word] + 0
        rarest, long = ZIPF, -1
        for last in range(word, near.count[0]):
            end = near.starts[last + 1] + 0
            size = end - start
            if size > names.longest[0] + 2:
                break
            if not lossless:
                if last > word and run.gaps[near.starts[last]] & (BROKEN | LONG_GAP):
                    break
                if last - word >= _MOST_WORDS:
                    break
                if letters.kind[run.letters[end - 1]] == UNSPACED_CHAR:
                    break  # see matchers.index.han_clues
                rarest = min(rarest, near.zipf[last])
                if rarest >= (ORDINARY if last == word else FREQUENT):
                    continue
                if not _has_digits_of_name(run, start, end, letters, names):
                    continue
            if (size < 3 and not lossless) or (
                which != PLAIN and run.changed[end] == run.changed[start]
            ):
                continue
            if lossless:
                rows = _write_short(view, run, start, end, names, out, rows)
            for depth in range(1, 3):
                if size > PREFIX if depth == 1 else size < PREFIX - 2:
                    continue
                base = MOST * (depth - 1)
                if size >= PREFIX and depth == 2:
                    base += MOST
                if base < 2 * MOST or long < 0:
                    live = _live_clues(
                        run, start, min(end, start + PREFIX), depth, names, near.clues, base
                    )
                    if base == 2 * MOST:
                        long = live  # what begins with the same letters shares these clues
                else:
                    live = long
                if live:
                    rows = _find_span(
                        view, run, word, last, lossless, letters, names, near, depth, base,
                        live, out, rows,
                    )  # fmt: skip
                if rows < 0:
                    return rows
    return rows


@compiled
def _write_short(
    view: View, run: Run, start: int, end: int, names: Names, out: Buffer, rows: int
) -> int:
    """Write names without a budget, which are only found as they are."""
    key = -1 if find_budget(end - start) else find_whole(names, run, start, end)
    if key >= 0:
        for name in range(names.key_names[key], names.key_names[key + 1]):
            rows = write_row(view, run, start, end, name, 0, 0, out, rows)
            if rows < 0:
                break
    return rows


@compiled
def _live_clues(
    run: Run, start: int, end: int, depth: int, names: Names, clues: Buffer, base: int
) -> int:
    """Write the deletions of a span that some name may share; return how many there are."""
    salt = SHORT if depth == 1 else LONG
    count = delete_clues(run.letters, start, end, depth, salt, clues, base)
    kept = 0
    for i in range(count):
        if has_bit(names.clue_bits, clues[base + i]):
            clues[base + kept] = clues[base + i]
            kept += 1
    return kept


@compiled
def _has_digits_of_name(run: Run, start: int, end: int, letters: Letters, names: Names) -> bool:
    """Whether some name may have just these digits."""
    found, count = DIGITS, 0
    for place in range(start, end):
        if letters.kind[run.letters[place]] & DIGIT:
            found = step(found, run.letters[place])
            count += 1
    return count == 0 or has_bit(names.clue_bits, found)


@compiled
def _fetch(near: Near, base: int, live: int, names: Names) -> None:
    """Find the buckets of clues, and look into each once.

    They lie far apart in memory: asked for all at once, they come at about the same time.
    """
    for i in range(live):
        bucket, _ = split_clue(near.clues[base + i], names)
        near.buckets[2 * i] = names.clue_starts[bucket]
        near.buckets[2 * i + 1] = names.clue_starts[bucket + 1]
    met = 0
    for i in range(live):
        met ^= names.clue_entries[near.buckets[2 * i]]
    near.buckets[2 * live] = met  # else nothing would be looked at


@compiled
def _find_span(
    view: View,
    run: Run,
    word: int,
    last: int,
    lossless: bool,
    letters: Letters,
    names: Names,
    near: Near,
    depth: int,
    base: int,
    live: int,
    out: Buffer,
    rows: int,
) -> int:
    start, end = near.starts[word] + 0, near.starts[last + 1] + 0
    mask, spoken = letter_mask(run.letters, start, end), 0 if lossless else last - word + 1
    _fetch(near, base, live, names)
    count = 0
    for i in range(live):
        _, tag = split_clue(near.clues[base + i], names)
        for place in range(near.buckets[2 * i], near.buckets[2 * i + 1]):
            entry = names.clue_entries[place]
            if entry & TAG != tag or not may_suit(entry, end - start, spoken, mask, depth):
                continue
            key = entry >> KEY_AT
            if _is_seen(near.seen, count, key):
                continue
            if count == 0 and not lossless and find_whole(names, run, start, end) >= 0:
                return rows
            if count == MOST_SEEN:
                rows = _compare_all(
                    view, run, word, last, lossless, letters, names, near, depth, count, out, rows
                )
                if rows < 0:
                    return rows
                count = 0
            near.seen[count] = key
            count += 1
    return _compare_all(
        view, run, word, last, lossless, letters, names, near, depth, count, out, rows
    )


@compiled
def _compare_all(
    view: View,
    run: Run,
    word: int,
    last: int,
    lossless: bool,
    letters: Letters,
    names: Names,
    near: Near,
    depth: int,
    count: int,
    out: Buffer,
    rows: int,
) -> int:
    """Compare a span with the keys that were met, letter by letter."""
    start, end = near.starts[word] + 0, near.starts[last + 1] + 0
    met = 0
    for i in range(count):  # as in ``_fetch``
        near.firsts[i] = names.key_starts[near.seen[i]]
        near.sizes[i] = names.key_starts[near.seen[i] + 1] - near.firsts[i]
    for i in range(count):
        met ^= names.key_letters[near.firsts[i]]
    near.firsts[count] = met
    for i in range(count):
        first, size = near.firsts[i] + 0, near.sizes[i] + 0
        if abs(size - (end - start)) > depth or find_budget(size) != depth:
            continue
        distance = find_osa(
            run.letters, start, end, names.key_letters, first, first + size, depth, near.rows
        )
        if distance > depth:
            continue
        key = near.seen[i] + 0
        rows = _write_near(
            view, run, word, last, lossless, letters, names, near, key, distance, out, rows
        )
        if rows < 0:
            return rows
    return rows


@compiled
def _write_near(
    view: View,
    run: Run,
    word: int,
    last: int,
    lossless: bool,
    letters: Letters,
    names: Names,
    near: Near,
    key: int,
    distance: int,
    out: Buffer,
    rows: int,
) -> int:
    start, end = near.starts[word] + 0, near.starts[last + 1] + 0
    slip = 0
    if not lossless:
        if distance == 0 or not _same_digits(run, start, end, letters, names, key):
            return rows
        slip = find_slip(run, start, end, names, key)
    for name in range(names.key_names[key], names.key_names[key + 1]):
        if not lossless and names.name_flags[name] & ROMANISED_NAME:
            continue  # spelt in Latin letters by rule, it is near to too much
        if not lossless and not is_meant(
            run, word, last, names, near.starts, near.zipf, near.rows, key, name, distance, slip
        ):
            continue
        edits = slip | edits_within(view, run, start, end) & ~names.name_edits[name]
        rows = write_row(view, run, start, end, name, edits, distance, out, rows)
        if rows < 0:
            return rows
    return rows


@compiled
def _is_seen(seen: Buffer, count: int, key: int) -> bool:
    for place in range(count):
        if seen[place] == key:
            return True
    return False


@compiled
def _same_digits(run: Run, start: int, end: int, letters: Letters, names: Names, key: int) -> bool:
    """Whether both have the same digits in the same order: S10 is not a misspelling of S20."""
    place, stop = names.key_starts[key], names.key_starts[key + 1]
    for i in range(start, end + 1):
        if i < end and not letters.kind[run.letters[i]] & DIGIT:
            continue
        while place < stop and not letters.kind[names.key_letters[place]] & DIGIT:
            place += 1
        if i == end:
            return place == stop
        if place == stop or names.key_letters[place] != run.letters[i]:
            return False
        place += 1
    return True
