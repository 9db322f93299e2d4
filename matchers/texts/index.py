"""Which passages of protected texts stand in another text.

``TextIndex`` reads texts once; ``find`` returns what a page's text has of them. Positions count
Unicode code points of the texts as given. See docs/decisions/0015-passages.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from matchers.texts.fingerprints import hash_grams
from matchers.texts.passages import Piece, join_runs
from matchers.texts.reading import Reading, read_text
from matchers.texts.runs import find_runs
from matchers.texts.tables import PARTS, WHOLE, Tables, build_tables
from matchers.texts.vocabulary import number_tokens

LEAST: Final = 12.0
"""What a passage counts at the least, in words; a Han character is half a word."""
QUOTATION: Final = 25.0
"""What is shorter may be a quotation; a text that is shorter cannot be flagged by itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PassageMatch:
    """A passage that a text has in common with a protected one.

    What tokens carry is told in words: a word of a script with spaces is one, a Han character a
    half, a kana or Thai letter or a number a quarter.
    """

    owner: int
    number: int
    """Which of the owner's texts, from 0 on."""
    span: tuple[int, int]
    """Where it stands in the text that was searched, from the first equal token to the last."""
    work_span: tuple[int, int]
    """Where it stands in the protected text."""
    tokens: int
    """Equal tokens: words, and characters of scripts without spaces."""
    characters: int
    """Of these, the characters."""
    longest: int
    """Equal tokens in a row at the most."""
    units: float
    """What the equal tokens carry, in words."""
    counted: float
    """The same less gaps and repetitions, and less what other owners hold too: what is weighed."""
    share: float
    """Of all that the protected text carries, 0 to 1."""
    page_share: float
    """Of all that the searched text carries, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnerTotal:
    """All that one text has in common with the texts of one owner."""

    passages: int
    units: float
    """In words; what stands in two texts of the owner counts once."""
    counted: float
    share: float
    """Of the text of which it has the most, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmatched:
    """A protected text of which no copy will be flagged by its passages, and why."""

    owner: int
    number: int
    reason: Literal["empty", "short", "common"]
    """No letters; shorter than a quotation; or nearly all of it is held by three owners or more,
    or is a notice."""
    units: float
    """What it carries, in words."""


class TextIndex:
    """An index over protected texts; searches change nothing, so threads may share it."""

    def __init__(
        self, texts: Iterable[tuple[int, str]] = (), *, tables: Tables | None = None
    ) -> None:
        """Read texts, or take tables that were read before.

        :param texts: each with the number of its owner, which may have several
        """
        self.tables = build_tables(texts) if tables is None else tables

    @property
    def holds_any(self) -> bool:
        """Whether there is anything to be found."""
        return len(self.tables.hashes) > 0

    def find(self, text: str) -> list[PassageMatch]:
        """Return the passages of protected texts in a text, those that count most first."""
        if not len(self.tables.hashes):
            return []
        reading = read_text(text)
        tokens = number_tokens(reading, self.tables.words)
        grams = hash_grams(tokens, reading.kinds)
        runs = find_runs(tokens, grams, self.tables)
        if not len(runs.here):
            return []
        pieces = join_runs(tokens, reading.kinds, runs, self.tables, LEAST)
        whole = float(PARTS[reading.kinds].sum(dtype=np.int64)) / WHOLE
        return [self._tell(piece, reading, whole) for piece in pieces]

    def list_unmatched(self) -> list[Unmatched]:
        """Return the texts that a caller must warn of, as no copy of them will be flagged."""
        found = []
        rows = zip(self.tables.owners.tolist(), self.tables.numbers.tolist(), strict=True)
        for text, (owner, number) in enumerate(rows):
            units, own = self.tables.carried[text] / WHOLE, self.tables.own[text] / WHOLE
            reason: Literal["empty", "short", "common"]
            if units == 0:
                reason = "empty"
            elif units < QUOTATION:
                reason = "short"
            elif own < QUOTATION:
                reason = "common"
            else:
                continue
            found.append(Unmatched(owner=owner, number=number, reason=reason, units=float(units)))
        return found

    def _tell(self, piece: Piece, reading: Reading, whole: float) -> PassageMatch:
        tables, (first, last), (begin, end) = self.tables, piece.here, piece.there
        return PassageMatch(
            owner=int(tables.owners[piece.text]),
            number=int(tables.numbers[piece.text]),
            span=(int(reading.starts[first]), int(reading.ends[last - 1])),
            work_span=(int(tables.starts[begin]), int(tables.ends[end - 1])),
            tokens=piece.tokens,
            characters=piece.characters,
            longest=piece.longest,
            units=piece.units,
            counted=piece.counted,
            share=float(piece.units * WHOLE / tables.carried[piece.text]),
            page_share=piece.units / whole,
        )


def sum_by_owner(matches: Iterable[PassageMatch]) -> Mapping[int, OwnerTotal]:
    """Return what each owner's texts have in common with the one that was searched.

    :param matches: as ``TextIndex.find`` returned them
    """
    kept: dict[int, list[PassageMatch]] = {}
    shares: dict[int, dict[int, float]] = {}
    for match in matches:
        told = kept.setdefault(match.owner, [])
        start, end = match.span
        covered = (min(end, one.span[1]) - max(start, one.span[0]) for one in told)
        if 2 * max(covered, default=0) < end - start:
            told.append(match)
        of_text = shares.setdefault(match.owner, {})
        of_text[match.number] = of_text.get(match.number, 0.0) + match.share
    return {
        owner: OwnerTotal(
            passages=len(told),
            units=sum(match.units for match in told),
            counted=sum(match.counted for match in told),
            share=min(1.0, max(shares[owner].values())),
        )
        for owner, told in kept.items()
    }
