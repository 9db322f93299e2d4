"""Problems of large files: counted by kind, with the first of each kind in full."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crawler.errors import Problem

MOST_ERRORS = 100
"""Of a kind that are kept in full."""
MOST_WARNINGS = 5
MOST_KINDS = 1000
"""Kinds that are told apart; what comes later is counted with others."""
OTHERS = "other problems"
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|\d[\d.,-]*")


@dataclass(kw_only=True, slots=True)
class Kind:
    """The problems of a kind: how many, and the first."""

    kind: str
    severity: str
    count: int = 0
    first: list[Problem] = field(default_factory=list)


class Tally:
    """Counts problems, however many there are."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str], Kind] = {}

    def add(self, problem: Problem) -> None:
        """Count a problem."""
        name = problem.kind or _QUOTED.sub("...", problem.message)
        key = (problem.severity, name)
        if key not in self._kinds and len(self._kinds) >= MOST_KINDS:
            key = (problem.severity, OTHERS)
        kind = self._kinds.get(key)
        if kind is None:
            kind = self._kinds[key] = Kind(kind=key[1], severity=key[0])
        kind.count += 1
        if len(kind.first) < (MOST_ERRORS if problem.severity == "error" else MOST_WARNINGS):
            kind.first.append(problem)

    @property
    def kinds(self) -> Sequence[Kind]:
        """What was counted, in the order of the first of each kind."""
        return tuple(self._kinds.values())

    def count(self, severity: str) -> int:
        """Return how many errors, or warnings, there were."""
        return sum(kind.count for kind in self._kinds.values() if kind.severity == severity)

    def problems(self) -> Iterator[Problem]:
        """Yield the first of each kind, and after them how many more there are."""
        for kind in self._kinds.values():
            yield from kind.first
            if more := kind.count - len(kind.first):
                last = kind.first[-1]
                message = f"... and {more:,} more: {kind.kind}"
                yield Problem(
                    path=last.path, line=None, where="", message=message, severity=kind.severity
                )
