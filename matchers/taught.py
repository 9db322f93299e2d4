"""What people taught of words: that they are generic for some goods, and count for nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from crawler.model import Finding, GenericWord
from matchers.candidate import Candidate
from matchers.marks import NameMatch
from matchers.reading import Stated
from matchers.tokens import joined_letters
from matchers.wording import say

GENERIC: Final = frozenset({"generic_word", "generic_in_class"})
"""Features of the findings: of whatever goods, or of those of a class."""


def leave_out_generic(
    candidate: Candidate, words: Iterable[GenericWord]
) -> tuple[Candidate, list[Finding]]:
    """Return the candidate as if its generic words were not there, and a finding for each that is.

    So such a word is worth nothing by itself; a copied picture or passage, or another name of the
    right, counts as if it stood alone. A word in disguise is none: it is written so that it is not
    found.

    :param words: those of the candidate's right
    """
    known = {
        joined_letters(word.word): (word, goods)
        for word in words
        if (goods := _find_goods(candidate, word)) is not None
    }
    named = [*(found.match for found in candidate.names), *(line.match for line in candidate.lines)]
    there = {letters for match in named for letters in _letters(match) if letters in known}
    if not there:
        return candidate, []
    left = candidate._replace(
        names=tuple(found for found in candidate.names if not _letters(found.match) & there),
        lines=tuple(found for found in candidate.lines if not _letters(found.match) & there),
    )
    return left, [_tell(*known[letters]) for letters in sorted(there)]


def _letters(match: NameMatch) -> set[str]:
    if match.disguised:
        return set()
    return {joined_letters(match.form), joined_letters(match.text)}


def _find_goods(candidate: Candidate, word: GenericWord) -> Stated | None:
    """Return what says that the goods are of the word's class; the title where it has none."""
    if word.nice_class is None:
        title = candidate.listing.title
        return Stated("title", (0, len(title)), title)
    return candidate.read().find_goods({word.nice_class})


def _tell(word: GenericWord, stated: Stated) -> Finding:
    feature = "generic_word" if word.nice_class is None else "generic_in_class"
    return Finding(
        feature=feature,
        weight=0.0,
        field=stated.field,
        span=stated.span if stated.field == "title" else None,
        text=stated.text,
        form=word.word,
        detail=say(feature, text=stated.text, form=word.word, field=stated.field),
    )
