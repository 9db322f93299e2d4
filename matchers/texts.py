"""Stub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from crawler.model import Finding


class PassageMatch(NamedTuple):
    """Stub."""

    owner: int


class TextIndex:
    """Stub."""

    def __init__(self, texts: Iterable[tuple[int, str]]) -> None:
        pass

    def find(self, text: str) -> list[PassageMatch]:
        """Stub."""
        return []


def find_passages(candidate: object) -> Iterator[Finding]:
    """Stub."""
    yield from ()
