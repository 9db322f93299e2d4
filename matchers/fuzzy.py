"""Names that a piece of text may be a misspelling of, found without comparing all of them.

The index holds every name under all the strings that are left when up to ``k`` of its letters are
deleted (for names of 8 letters and more: of its first 8). A misspelling within ``k`` edits shares
at least one such string with its name, so nothing is missed; rapidfuzz then measures the distance.
The method is Garbe's symmetric delete spelling correction (2012) with a prefix length of 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rapidfuzz.distance import OSA

from matchers.tokens import Stream, is_unspaced

PREFIX = 8


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
    """Return the edits between ``text`` and ``name``; None when they are over the budget.

    Of an unspaced name only a replaced or two swapped characters count: without one of its few
    characters it is another word (奥利奥 is not a misspelling of 奥雷利奥).
    """
    budget = find_budget(name, disguised=disguised)
    unspaced = is_unspaced(name)
    if unspaced != is_unspaced(text) or (unspaced and len(text) != len(name)):
        return None
    distance = OSA.distance(text, name, score_cutoff=budget)
    return distance if distance <= budget else None


def _deletes(text: str, count: int) -> set[str]:
    """Return ``text`` and all that is left of it without up to ``count`` characters."""
    found = {text}
    layer = {text}
    for _ in range(count):
        layer = {word[:i] + word[i + 1 :] for word in layer for i in range(len(word))}
        found |= layer
    return found


class DeleteIndex:
    """Comparable names by their deletions."""

    def __init__(self, names: Iterable[str]) -> None:
        self._short: dict[str, tuple[str, ...]] = {}
        self._tiny: dict[str, tuple[str, ...]] = {}
        self._long: dict[str, tuple[str, ...]] = {}
        self._unspaced: dict[str, tuple[str, ...]] = {}
        self._unspaced_lengths: set[int] = set()
        self._longest = 0
        for name in sorted(set(names)):
            budget = find_budget(name)
            if is_unspaced(name):
                if budget:
                    _add(self._unspaced, name, _deletes(name, budget))
                    self._unspaced_lengths.add(len(name))
            elif budget == 0 and find_budget(name, disguised=True):
                _add(self._tiny, name, _deletes(name, 1))
            elif budget == 1:
                _add(self._short, name, _deletes(name, 1))
            elif budget == 2:
                _add(self._long, name, _deletes(name[:PREFIX], 2))
            self._longest = max(self._longest, len(name) + budget)

    def find(self, stream: Stream, *, disguised: bool = False) -> Iterator[tuple[int, int, str]]:
        """Yield (start, end, name) for token spans of ``stream`` within the names' budgets.

        :param disguised: only spans that the stream's view alone reads so, under their budgets
        """
        for place, start in enumerate(stream.bounds[:-1]):
            limit = start + self._longest
            ends = [end for end in stream.bounds[place + 1 : place + 41] if end <= limit]
            if disguised:
                ends = [end for end in ends if stream.adds(start, end)]
            if ends:
                yield from self._find_from(stream.joined, start, ends, disguised)

    def _find_from(
        self, joined: str, start: int, ends: list[int], disguised: bool
    ) -> Iterator[tuple[int, int, str]]:
        seen: dict[str, set[str]] = {}
        for end in ends:
            text = joined[start:end]
            if is_unspaced(text):
                found = self._unspaced_near(text)
            else:
                found = self._spaced_near(text, seen, disguised)
            for name in found:
                if find_distance(text, name, disguised=disguised) is not None:
                    yield start, end, name

    def _unspaced_near(self, text: str) -> set[str]:
        if len(text) not in self._unspaced_lengths:
            return set()
        return {name for rest in _deletes(text, 1) for name in self._unspaced.get(rest, ())}

    def _spaced_near(self, text: str, seen: dict[str, set[str]], disguised: bool) -> set[str]:
        """Return candidates; ``seen`` keeps those of prefixes that several spans share."""
        found: set[str] = set()
        if len(text) <= PREFIX:
            for rest in _deletes(text, 1):
                found.update(self._short.get(rest, ()))
                if disguised:
                    found.update(self._tiny.get(rest, ()))
        if len(text) >= PREFIX - 2:
            prefix = text[:PREFIX]
            if prefix not in seen:
                seen[prefix] = {
                    name for rest in _deletes(prefix, 2) for name in self._long.get(rest, ())
                }
            found |= seen[prefix]
        return {name for name in found if abs(len(name) - len(text)) <= 2}


def _add(table: dict[str, tuple[str, ...]], name: str, keys: Iterable[str]) -> None:
    for key in keys:
        table[key] = (*table.get(key, ()), name)
