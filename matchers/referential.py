"""Names that say what goods fit, hold or are about: "case for Aurelio phones".

The word "for" must stand directly before the name, or the goods must be an accessory. One word
that merely stands somewhere before a name ("Bolso para mujer Aurelio") must not hide it.
"""

from __future__ import annotations

from typing import NamedTuple

from crawler.model import Finding
from matchers.candidate import Candidate
from matchers.explain import context_finding
from matchers.lexicon import Said, Words
from matchers.marks import NameMatch
from matchers.vocabulary import load_words
from matchers.weights import CONTEXT

_REACH = 4
"""Words that may stand between "for" and the name: "charger for Nokia, Samsung and Aurelio"."""
_OWN_PLACE = 2
"""Words before which goods are mostly named by their own mark."""


class _Use(NamedTuple):
    said: Said
    level: str


def referential(candidate: Candidate) -> Finding | None:
    """Name that says what the goods fit, not whose goods they are ("case for Aurelio phones")."""
    words = candidate.read().title
    names = title_names(candidate)
    uses = [_find_use(words, name) for name in names]
    found = [use for use in uses if use is not None]
    if not found or len(found) < len(uses):
        return None
    weakest = max(found, key=lambda use: CONTEXT[use.level])
    return title_finding(weakest.level, words, weakest.said, names[0].form)


def packaging(candidate: Candidate) -> Finding | None:
    """Offer of packaging or papers alone, without the goods of the mark ("empty box")."""
    words = candidate.read().title
    said = words.said("packaging")
    names = title_names(candidate)
    if not (said and names):
        return None
    return title_finding("packaging", words, said[0], names[0].form)


def about(candidate: Candidate) -> Finding | None:
    """Name that says what a book or film is about ("history of Aurelio")."""
    if candidate.right.kind == "work":
        return None
    words = candidate.read().title
    names = title_names(candidate)
    found = [_find_subject(words, name) for name in names]
    said = [use for use in found if use is not None]
    if not said or len(said) < len(found):
        return None
    return title_finding("about", words, said[0], names[0].form)


def title_names(candidate: Candidate) -> list[NameMatch]:
    """Return the places of the candidate's names in the title; misspellings only without others.

    In "Espresso pods for Nespresso" the first word is no second place of the name.
    """
    found = [match for field, match in candidate.names if field == "title"]
    if len(found) < 2:
        return found
    return [match for match in found if not match.distance] or found


def title_finding(feature: str, words: Words, said: Said, form: str) -> Finding:
    """Return the finding of a phrase in the title."""
    text = words.text[said.start : said.end]
    return context_finding(feature, "title", text, form, (said.start, said.end))


def _find_use(words: Words, name: NameMatch) -> _Use | None:
    start, end = name.span
    before = words.before("fits_before", start, _REACH)
    if before is not None and not _is_free_ride(words, before):
        if words.fills("between", before.end, start):
            return _Use(before, "referential")
        if words.holds("audience", before.end, start):
            return None  # "bag for women Aurelio"
        sure = _find_accessory(words, name) is not None
        return _Use(before, "referential" if sure else "perhaps_referential")
    after = words.after("fits_after", end)
    if after is not None:
        return _Use(after, "referential")
    accessory = _find_accessory(words, name)
    if accessory is not None and _words_before(words, start) >= _OWN_PLACE:
        return _Use(accessory, "accessory")
    return None


def _words_before(words: Words, end: int) -> float:
    """Return how many words stand before a position, without those that merely open a title."""
    opening = load_words("opening_words")
    idle = sum(words.folded[a:b] in opening for a, b in words.spans if b <= end)
    return words.count(0, end) - idle


def _find_subject(words: Words, name: NameMatch) -> Said | None:
    start, end = name.span
    before = words.before("about_before", start, 1)
    return before or words.after("about_after", end)


def _is_free_ride(words: Words, use: Said) -> bool:
    """Whether the word is part of a phrase for what imitates: the "for" of "dupe for"."""
    return any(
        said.start <= use.start and use.end <= said.end
        for said in words.said("free_ride", "free_ride_before", "copies")
    )


def _find_accessory(words: Words, name: NameMatch) -> Said | None:
    """Return the goods that are made to fit others; what the name itself says does not count."""
    for said in words.said("accessory"):
        if said.end <= name.span[0] or name.span[1] <= said.start:
            return said
    return None
