"""What sellers say of goods that are copies, or that are sold on: vocabulary beside a name."""

from __future__ import annotations

from crawler.model import Finding
from matchers.candidate import Candidate
from matchers.explain import context_finding
from matchers.lexicon import fold_text
from matchers.reading import Stated


def counterfeit_words(candidate: Candidate) -> Finding | None:
    """Vocabulary of copies, such as replica or 高仿, beside a name or picture of the right."""
    reading = candidate.read()
    if reading.copies is not None:
        return _finding("counterfeit_words", reading.copies)
    perhaps = reading.perhaps_copies
    if perhaps is None or only_ordinary_words(candidate):
        return None
    return _finding("perhaps_counterfeit", perhaps)


def sellers_excuse(candidate: Candidate) -> Finding | None:
    """Excuse of a seller who knows whose mark it is, such as "factory leftover" or 非正品."""
    reading = candidate.read()
    if reading.excuse is not None:
        return _finding("sellers_excuse", reading.excuse)
    weak = reading.weak_excuse
    if weak is None or only_ordinary_words(candidate):
        return None
    return _finding("perhaps_excuse", weak)


def second_hand(candidate: Candidate) -> Finding | None:
    """Goods of the mark that are sold on used, unless the listing speaks of copies."""
    if candidate.right.kind != "trademark":
        return None
    reading = candidate.read()
    said = reading.title.said("second_hand")
    if not said or reading.copies is not None or reading.excuse is not None:
        return None
    if any(found.match.disguised for found in candidate.names):
        return None  # who sells on what is genuine has no reason to hide its name
    start, end, _ = said[0]
    stated = Stated("title", (start, end), reading.title.text[start:end])
    return _finding("second_hand", stated)


def only_ordinary_words(candidate: Candidate) -> bool:
    """Whether nothing but ordinary words, which may mean the mark or not, links the two."""
    matches = [found.match for found in candidate.names]
    matches += [found.match for found in candidate.lines]
    return not candidate.pictures and all(match.ordinary for match in matches)


def _finding(feature: str, stated: Stated) -> Finding:
    form = fold_text(stated.text)
    return context_finding(feature, stated.field, stated.text, form, stated.span)
