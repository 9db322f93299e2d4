"""Why a right is a hit on a listing, or why not: the sum step by step, and the nearest misses.

Pure: it judges nothing itself. ``Matcher`` finds and judges; here its findings are added up in the
open, and what was not found is looked for without any limit, to say how far off it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from crawler.model import Finding, Listing, Right
from matchers.index.clues import PREFIX
from matchers.index.readings import Reading
from matchers.index.readings import find_readings as read_text
from matchers.marks import SHORT, MarkIndex
from matchers.tokens import is_unspaced, joined_letters

FIELDS = ("title", "brand", "description")
"""Fields in which names are looked for; misspellings not in the last."""

_MOST_CHARACTERS = 2_000
_REACH = 3
"""Letters by which a piece of the text may be longer or shorter than the name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One line of the sum."""

    finding: Finding
    bits: float
    """The prior and all weights up to here."""
    probability: float
    """What they make, 0 to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldReading:
    """One way in which a field is read; names are looked for in each."""

    field: str
    kind: str
    """``plain``, ``skeleton``, ``leet``, ... as in ``matchers.index.readings``."""
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Nearest:
    """The piece of a listing's text that comes nearest to a registered name."""

    form: str
    """The name as registered."""
    field: str
    span: tuple[int, int]
    """Start and end in code points of the field."""
    text: str
    distance: int
    """Edits between the two after disguises are undone (optimal string alignment)."""
    budget: int
    """Edits that a misspelling of this name may have."""
    verdict: str
    """Why that is no use of the name, in words."""


def to_probability(bits: float) -> float:
    """Return the probability that a sum of bits makes, as the score is."""
    return round(1 / (1 + 2**-bits), 6)


def find_steps(findings: Iterable[Finding], prior: float) -> tuple[Step, ...]:
    """Return the findings with the sum and the probability after each."""
    steps = []
    bits = prior
    for finding in findings:
        bits += finding.weight
        step = Step(finding=finding, bits=round(bits, 6), probability=to_probability(bits))
        steps.append(step)
    return tuple(steps)


def find_readings(listing: Listing) -> tuple[FieldReading, ...]:
    """Return how the fields are read, each first as it is written."""
    return tuple(
        FieldReading(field=field, kind=reading.kind, text=reading.text)
        for field, text in _texts(listing)
        for reading in read_text(text)
    )


def find_nearest(listing: Listing, right: Right) -> tuple[Nearest, ...]:
    """Return for each name of the right the piece of text nearest to it, if any is like it.

    :param listing: one on which the matcher found none of these names
    """
    found = []
    for form in right.names:
        key = joined_letters(form)
        pieces = [piece for field, text in _texts(listing) for piece in _pieces(field, text, key)]
        alike = [piece for piece in pieces if piece.distance <= (len(key) + 1) // 2]
        if alike:
            piece = min(alike, key=lambda piece: _rank(piece, key))
            found.append(_nearest(listing, form, key, piece))
    return tuple(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Piece:
    field: str
    span: tuple[int, int]
    letters: str
    distance: int
    whole: bool
    """Whether it begins and ends where words do."""


def _rank(piece: _Piece, key: str) -> tuple[int, bool, int, int, int]:
    """Put the nearest first; words before pieces of words that are hardly nearer."""
    broken = not piece.whole
    length = abs(len(piece.letters) - len(key))
    return piece.distance + broken, broken, length, FIELDS.index(piece.field), piece.span[0]


def _texts(listing: Listing) -> Iterator[tuple[str, str]]:
    for field in FIELDS:
        if text := getattr(listing, field):
            yield field, text[:_MOST_CHARACTERS]


def _pieces(field: str, text: str, key: str) -> Iterator[_Piece]:
    """Yield the pieces about as long as a name, from word to word, and the best one at all."""
    if not key:
        return
    for reading in read_text(text):
        joined, bounds = reading.letters, reading.bounds
        for place, start in enumerate(bounds[:-1]):
            for end in bounds[place + 1 :]:
                if end - start > len(key) + _REACH:
                    break
                if end - start >= len(key) - _REACH:
                    yield _piece(reading, field, start, end, key, whole=True)
        best = fuzz.partial_ratio_alignment(key, joined)
        if best is not None and best.dest_end > best.dest_start:
            yield _piece(reading, field, best.dest_start, best.dest_end, key, whole=False)


def _piece(reading: Reading, field: str, start: int, end: int, key: str, *, whole: bool) -> _Piece:
    letters = reading.letters[start:end]
    return _Piece(
        field=field,
        span=reading.span(start, end),
        letters=letters,
        distance=OSA.distance(letters, key),
        whole=whole or {start, end} <= set(reading.bounds),
    )


def _nearest(listing: Listing, form: str, key: str, piece: _Piece) -> Nearest:
    text = getattr(listing, piece.field)
    return Nearest(
        form=form,
        field=piece.field,
        span=piece.span,
        text=text[slice(*piece.span)],
        distance=piece.distance,
        budget=_budget(key),
        verdict=_verdict(key, piece, _finds(form, text, piece.field)),
    )


def _finds(form: str, text: str, field: str) -> bool:
    """Whether the index finds the name there, when it holds no other."""
    return bool(MarkIndex([(0, form)]).find(text, fuzzy=field != FIELDS[-1]))


def _budget(key: str) -> int:
    """Return how many edits a misspelling of a name may have."""
    if len(key) < SHORT + 1:
        return 0
    return 1 if is_unspaced(key) or len(key) < PREFIX else 2


def _verdict(key: str, piece: _Piece, found: bool) -> str:
    """Say why a piece is no use of a name that the matcher did not find there."""
    budget = _budget(key)
    if found:
        return "It is found, but it says nothing there, or stands for another watched name."
    if len(key) < 2:
        return "A name of one letter is only found as it is written."
    if not piece.whole and piece.distance <= budget:
        return "It stands inside a longer word."
    if piece.distance > budget:
        return f"Too far off: at a distance of {piece.distance}, where {budget} is the most."
    if not is_unspaced(key) and len(key) <= SHORT:
        return "A name this short is only found as it is written."
    if _digits(piece.letters) != _digits(key):
        return "Near enough, but its digits are others."
    if piece.field == FIELDS[-1] and piece.distance:
        return "Near enough, but misspellings are not looked for in descriptions."
    return "Near enough, but an ordinary word, or broken up in a way that no name is written."


def _digits(text: str) -> Sequence[str]:
    return [character for character in text if character.isdigit()]
