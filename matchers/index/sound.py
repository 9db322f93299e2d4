"""How Latin letters sound, roughly: names that differ only in spelling share a sound. Compiled.

Consonants are kept in classes (c, k, q; s, z, sh, ch; f, ph; v, w), vowels only at the beginning.
Few letters are merged: measured on names, a coarser code (Double Metaphone) finds no more pairs
that are alike, and nine times as many that are not.
"""

from __future__ import annotations

from matchers.index.compiled import Buffer, compiled
from matchers.index.hashing import step

A, C, D, E, F, G, H, J, K, P, Q, R, S, U, V, W, X, Y, Z = map(ord, "acdefghjkpqrsuvwxyz")
B, L, LETTER_I, LETTER_O = map(ord, "blio")

LONGEST = 24
"""Letters of the longest span that is compared by sound."""


@compiled
def hash_sound(letters: Buffer, start: int, end: int, seed: int, loose: bool) -> int:
    """Return the hash of the sound of ``letters[start:end]``; -1 when it is too short to tell.

    Shorter than three sounds, or written in other letters than a to z, is too short.

    :param loose: Japanese ears: l is r, and v is b
    """
    found, count, last = seed, 0, 0
    place = start
    while place < end:
        letter = letters[place]
        if not A <= letter <= Z:
            return -1
        after = letters[place + 1] if place + 1 < end else 0
        place += 1
        second = 0
        if (
            letter == A
            or letter == E
            or letter == LETTER_I
            or letter == LETTER_O
            or letter == U
            or letter == Y
        ):
            if place == start + 1:
                count, last, found = 1, A, step(found, A)
            else:
                last = 0
            continue
        soft = after == E or after == LETTER_I or after == Y
        if letter == P and after == H:
            letter, place = F, place + 1
        elif letter == S and after == C and place + 1 < end and letters[place + 1] == H:
            place += 2
        elif (letter == S or letter == C) and after == H:
            letter, place = S, place + 1
        elif letter == C:
            if soft:
                letter = S
            else:
                letter = K
                if after == K:
                    place += 1
        elif letter == Q:
            letter = K
            if after == U:
                place += 1
        elif letter == X:
            letter, second = K, S
        elif letter == Z:
            letter = S
        elif letter == G and soft:
            letter = J
        elif letter == D and (after == J or after == G):
            letter, place = J, place + 1
        elif letter == W:
            letter = V
        elif letter == H and place > start + 1:
            continue
        if loose:
            if letter == L:
                letter = R
            elif letter == V:
                letter = B
        if letter != last:
            found = step(found, letter)
            count += 1
        last = letter
        if second:
            found = step(found, second)
            count += 1
            last = second
    return found if count >= 3 else -1


@compiled
def count_vowel_changes(left: Buffer, a: int, a_end: int, right: Buffer, b: int, b_end: int) -> int:
    """Return how many vowels sound different; 9 when one has more vowels than the other.

    Vowels in a row are one: bright with an e, i or y in it, dark with an o or u, else open. An e at
    the end is silent.
    """
    changes = 0
    while True:
        a, one = _next_vowel(left, a, a_end)
        b, other = _next_vowel(right, b, b_end)
        if one == 0 or other == 0:
            return changes if one == other else 9
        changes += 1 if one != other else 0


@compiled
def _next_vowel(letters: Buffer, place: int, end: int) -> tuple[int, int]:
    """Return where to go on, and the kind of the next vowel; 0 when there is none."""
    while place < end and _vowel_kind(letters[place]) == 0:
        place += 1
    kind, first = 0, place
    while place < end and _vowel_kind(letters[place]):
        # ay, ey, ai, ei: bright; ou, au: dark
        kind = max(kind, _vowel_kind(letters[place]))
        place += 1
    if place == end and place - first == 1 and letters[first] == E and first > 0:
        return place, 0
    return place, kind


@compiled
def _vowel_kind(letter: int) -> int:
    if letter == A:
        return 1
    if letter == LETTER_O or letter == U:
        return 2
    return 3 if letter == E or letter == LETTER_I or letter == Y else 0
