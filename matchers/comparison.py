"""Names with which goods are compared: to sell an imitation, or to say what they are not."""

from __future__ import annotations

from crawler.model import Finding
from matchers.candidate import Candidate
from matchers.copies import only_ordinary_words
from matchers.lexicon import Said, Words
from matchers.marks import NameMatch
from matchers.referential import title_finding, title_names

_INDICATION = "geographical_indication"


def free_ride(candidate: Candidate) -> Finding | None:
    """Name that sells what imitates its goods ("dupe for Aurelio", "Aurelio style", 同款)."""
    if candidate.right.kind == _INDICATION:
        return None  # of those, ``evocation`` speaks
    words = candidate.read().title
    names = title_names(candidate)
    if not names:
        return None
    if found := words.said("free_ride"):
        return title_finding("free_ride", words, found[0], names[0].form)
    if only_ordinary_words(candidate):
        return None
    for name in names:
        if said := _find_likeness(words, name):
            return title_finding("likeness", words, said, name.form)
    return None


def _find_likeness(words: Words, name: NameMatch) -> Said | None:
    start, end = name.span
    before = words.before("free_ride_before", start, 2)
    if before is not None and words.fills("between", before.end, start):
        return before
    return words.after("free_ride_after", end)


def denied(candidate: Candidate) -> Finding | None:
    """Name that the listing says its goods are not ("not Aurelio", "unlike Aurelio", 非)."""
    return _compare(candidate, "negation_before", "denied")


def compared(candidate: Candidate) -> Finding | None:
    """Name with which the goods of somebody else are compared ("better than Aurelio")."""
    return _compare(candidate, "versus_before", "compared")


def _compare(candidate: Candidate, section: str, feature: str) -> Finding | None:
    """Return a finding when a phrase of a section stands before every place of the name."""
    words = candidate.read().title
    names, found = title_names(candidate), []
    for name in names:
        said = words.before(section, name.span[0], 2)
        if said is None or not words.fills("between", said.end, name.span[0]):
            return None
        found.append(said)
    if not found:
        return None
    return title_finding(feature, words, found[0], names[0].form)
