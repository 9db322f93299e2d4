"""Names that a piece of text may be a misspelling of, found without comparing all of them.

The index holds every name under all the strings that are left when up to ``k`` of its letters are
deleted (for names of 8 letters and more: of its first 8). A misspelling within ``k`` edits shares
at least one such string with its name, so nothing is missed; rapidfuzz then measures the distance.
The method is Garbe's symmetric delete spelling correction (2012) with a prefix length of 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import chain, combinations
from typing import TypeVar

from rapidfuzz.distance import OSA

from matchers.tokens import Stream, is_unspaced

PREFIX = 8
TINY = 4
"""Letters of the shortest spaced names of which misspellings are found, and only plain slips."""

Key = TypeVar("Key", str, tuple[int, int, str])


def find_budget(name: str, *, disguised: bool = False) -> int:
    """Return how many edits a misspelling of ``name`` may have (optimal string alignment).

    :param name: comparable letters without spaces
    :param disguised: whether the text hides its letters: then shorter names may be misspelt too
    """
    if is_unspaced(name):
        return 1 if len(name) >= 4 else 0
    if len(name) < (4 if disguised else 5):
        return 0
    return 1 if len(name) < PREFIX else 2


def find_distance(text: str, name: str, *, disguised: bool = False) -> int | None:
    """Return the edits between ``text`` and ``name``; None when they are over the budget, or none.

    Of an unspaced name only a replaced or two swapped characters count: without one of its few
    characters it is another word (奥利奥 is not a misspelling of 奥雷利奥). Digits must agree: S10
    is not a misspelling of S20.
    """
    if _digits(text) != _digits(name):
        return None
    budget = find_budget(name, disguised=disguised)
    if not budget and len(name) == TINY:
        return 1 if find_slip(text, name) in ("doubled", "swapped") else None
    unspaced = is_unspaced(name)
    if unspaced != is_unspaced(text) or (unspaced and len(text) != len(name)) or not budget:
        return None
    distance = OSA.distance(text, name, score_cutoff=budget)
    return distance if distance <= budget else None


def find_slip(text: str, name: str) -> str | None:
    """Return which slip of the pen makes ``text`` of ``name``; None when it is another difference.

    ``doubled`` (guccci), ``dropped`` (guci; neither the first nor the last letter, without which it
    may be another word), or ``swapped`` (nkie).
    """
    if is_unspaced(name) or abs(len(text) - len(name)) > 1 or text == name:
        return None
    if len(text) == len(name):
        odd = [i for i, (a, b) in enumerate(zip(text, name, strict=True)) if a != b]
        if len(odd) != 2 or odd[1] != odd[0] + 1:
            return None
        a, b = odd
        return "swapped" if (text[a], text[b]) == (name[b], name[a]) else None
    longer, shorter = (text, name) if len(text) > len(name) else (name, text)
    same = (a == b for a, b in zip(longer, shorter, strict=False))
    place = next((i for i, agree in enumerate(same) if not agree), len(shorter))
    if longer[:place] + longer[place + 1 :] != shorter:
        return None
    if longer is text:
        return "doubled" if place and text[place] == text[place - 1] else None
    return "dropped" if 0 < place < len(name) - 1 else None


def _digits(text: str) -> str:
    return "" if text.isalpha() else "".join(filter(str.isdigit, text))


def _deletes(text: str, count: int) -> set[str]:
    """Return ``text`` and all that is left of it without up to ``count`` characters."""
    found = {text}
    for kept in range(max(len(text) - count, 0), len(text)):
        found.update(map("".join, combinations(text, kept)))
    return found


class DeleteIndex:
    """Comparable names by their deletions."""

    def __init__(self, names: Iterable[str]) -> None:
        self._short: dict[str, list[str]] = {}
        self._tiny: dict[str, list[str]] = {}
        self._slips: dict[str, list[str]] = {}
        self._long: dict[str, list[str]] = {}
        self._unspaced: dict[tuple[int, int, str], list[str]] = {}
        self._digits: set[str] = set()
        self._unspaced_lengths: set[int] = set()
        self._longest = 0
        for name in sorted(set(names)):
            budget = find_budget(name)
            self._digits.add(_digits(name))
            if is_unspaced(name):
                if budget:
                    _add(self._unspaced, name, _halves(name))
                    self._unspaced_lengths.add(len(name))
            elif budget == 0 and find_budget(name, disguised=True):
                _add(self._tiny, name, _deletes(name, 1))
                _add(self._slips, name, _slips(name))
            elif budget == 1:
                _add(self._short, name, _deletes(name, 1))
            elif budget == 2:
                _add(self._long, name, _deletes(name[:PREFIX], 2))
            self._longest = max(self._longest, len(name) + max(budget, 1))

    def find(self, stream: Stream, *, disguised: bool = False) -> Iterator[tuple[int, int, str]]:
        """Yield (start, end, name) for token spans of ``stream`` within the names' budgets.

        :param disguised: only spans that the stream's view alone reads so, under their budgets
        """
        mixed = is_unspaced(stream.joined)
        for place, start in enumerate(stream.bounds[:-1]):
            prefixes: dict[str, AbstractSet[str]] = {}
            for end in stream.bounds[place + 1 :]:
                if end > start + self._longest:
                    break
                if disguised and not stream.adds(start, end):
                    continue
                text = stream.joined[start:end]
                if not mixed and len(text) > PREFIX and not prefixes.get(text[:PREFIX], True):
                    break  # longer spans begin alike, and no name does
                if _digits(text) not in self._digits:
                    continue
                if mixed and is_unspaced(text):
                    found = self._unspaced_near(text)
                else:
                    found = self._spaced_near(text, prefixes, disguised)
                for name in found:
                    if find_distance(text, name, disguised=disguised) is not None:
                        yield start, end, name

    def _unspaced_near(self, text: str) -> AbstractSet[str]:
        if len(text) not in self._unspaced_lengths:
            return frozenset()
        return _names_under(self._unspaced, _halves(text))

    def _spaced_near(
        self, text: str, prefixes: dict[str, AbstractSet[str]], disguised: bool
    ) -> AbstractSet[str]:
        """Return candidates; ``prefixes`` keeps those of a prefix that several spans share."""
        found: set[str] = set()
        if 3 + (not disguised) <= len(text) <= PREFIX:
            deletes = _deletes(text, 1)
            found |= _names_under(self._short, deletes)
            if disguised:
                found |= _names_under(self._tiny, deletes)
            else:
                found.update(self._slips.get(text, ()))
        if len(text) >= PREFIX - 2:
            prefix = text[:PREFIX]
            if prefix not in prefixes:
                prefixes[prefix] = _names_under(self._long, _deletes(prefix, 2))
            found |= {name for name in prefixes[prefix] if abs(len(name) - len(text)) <= 2}
        return found


def _slips(name: str) -> set[str]:
    """Return ``name`` with each letter doubled, and with each two neighbours swapped."""
    doubled = {name[:i] + name[i - 1 :] for i in range(1, len(name) + 1)}
    swapped = {name[: i - 1] + name[i] + name[i - 1] + name[i + 1 :] for i in range(1, len(name))}
    return doubled | swapped


def _halves(text: str) -> set[tuple[int, int, str]]:
    """Return what is left of a text when one replaced or two swapped characters are not looked at.

    Either half stays whole, or, where the swapped two stand in both halves, everything but them.
    """
    half = len(text) // 2
    parts = (text[:half], text[half:], text[: half - 1] + text[half + 1 :])
    return {(len(text), place, part) for place, part in enumerate(parts)}


def _names_under(table: dict[Key, list[str]], keys: set[Key]) -> frozenset[str]:
    # The intersection runs in C; most keys are in no table.
    return frozenset(chain.from_iterable(map(table.__getitem__, table.keys() & keys)))


def _add(table: dict[Key, list[str]], name: str, keys: Iterable[Key]) -> None:
    for key in keys:
        table.setdefault(key, []).append(name)
