"""What a lesson would change now: the hits that it speaks of, before anybody teaches it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from crawler.model import Hit, Licensee, Listing
from crawler.store.lesson_hits import RightHit, find_right_hits
from crawler.store.lessons import Taught
from matchers.licence import is_licensee
from matchers.tokens import joined_letters

MOST = 2000
"""Newest hits of the right that are looked through."""
_SHOWN = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class LessonEffect:
    """The hits of a right that a lesson speaks of."""

    open: int
    """Flagged, and nobody judged them."""
    infringing: int
    """Judged infringing: either the lesson is wrong, or they were."""
    other: int
    """Not flagged, or judged otherwise."""
    looked_at: int
    """Hits that were looked through, the newest first."""
    is_all: bool
    """Whether these are all that the right has."""
    examples: tuple[RightHit, ...]

    @property
    def count(self) -> int:
        """How many hits there are in all."""
        return self.open + self.infringing + self.other


def find_effect(db: Database, right: str, value: Taught) -> LessonEffect:
    """Return which of the newest ``MOST`` hits of a right a lesson speaks of."""
    hits = find_right_hits(db, right, limit=MOST + 1)
    looked_at = hits[:MOST]
    met = [hit for hit in looked_at if speaks_of(value, hit.listing, hit.hit)]
    infringing = sum(hit.decision == "infringing" for hit in met)
    waiting = [hit for hit in met if hit.decision is None and hit.hit.flagged]
    return LessonEffect(
        open=len(waiting),
        infringing=infringing,
        other=len(met) - infringing - len(waiting),
        looked_at=len(looked_at),
        is_all=len(hits) <= MOST,
        examples=tuple((waiting or met)[:_SHOWN]),
    )


def speaks_of(value: Taught, listing: Listing, hit: Hit) -> bool:
    """Tell whether a lesson is of a hit: its seller has the licence, or its name is the word."""
    if isinstance(value, Licensee):
        return is_licensee(value, listing)
    return joined_letters(value.word) in {
        joined_letters(text)
        for finding in hit.findings
        if finding.feature == "name"
        for text in (finding.form, finding.text)
        if text
    }
