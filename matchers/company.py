"""What company an ordinary word keeps: as a word it stands in a phrase, as a mark before goods.

These look at the words around names that consist of ordinary words ("boss", "the north face");
where such a name stands, and whether in capitals, ``matchers.standing`` says.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from crawler.model import Finding
from matchers.candidate import Candidate
from matchers.explain import context_finding
from matchers.frequency import find_frequency
from matchers.lexicon import Words
from matchers.marks import SHORT, NameMatch
from matchers.referential import title_finding, title_names

_SENTENCE = 6.0
"""Zipf frequency below which a word is more than an article, a preposition or the like."""
_FEW_CAPITALS = 2
"""Other words of the title that must begin with a capital before a small letter says anything."""


def used_as_word(candidate: Candidate) -> Finding | None:
    """Ordinary word in small letters in the company of words ("my boss", "shell, sea shell")."""
    names = title_names(candidate)
    for name in names:
        if not (_is_small(name.text) and _is_ordinary(name)):
            return None
    if not names:
        return None
    words = candidate.read().title
    for finding in (_repeated(names), _in_phrase(words, names), _small(words, names)):
        if finding is not None:
            return finding
    return None


def _repeated(names: Sequence[NameMatch]) -> Finding | None:
    """Say that the title has the word twice: "shell necklace, sea shell"."""
    name = names[-1]
    if len(names) < 2 or name.unspaced or name.text.isdigit():
        return None
    return _name_finding("repeated_word", name, name.span, name.text)


def _in_phrase(words: Words, names: Sequence[NameMatch]) -> Finding | None:
    """Say what makes the word part of a phrase: "my boss", "the north face of the Eiger"."""
    for name in names:
        if said := words.word_before("determiner", name.span[0]):
            return title_finding("word_before", words, said, name.form)
        if said := words.word_after("continues", name.span[1]):
            return title_finding("phrase_goes_on", words, said, name.form)
    return None


def _small(words: Words, names: Sequence[NameMatch]) -> Finding | None:
    """Say that the word has small letters where the other words of the title have capitals."""
    name = names[0]
    if name.unspaced or words.text.islower():
        return None
    inside = [range(*name.span) for name in names]
    others = [at for at, _ in words.spans if not any(at in span for span in inside)]
    capitals = sum(words.text[at].isupper() for at in others)
    small = sum(words.text[at].islower() for at in others)
    if capitals < _FEW_CAPITALS or capitals <= small:
        return None
    return _name_finding("small_letters", name, name.span, name.text)


def unit_of_measure(candidate: Candidate) -> Finding | None:
    """Two or three small letters directly after a number, as units stand ("5 hp", "12 v")."""
    names = title_names(candidate)
    title = candidate.listing.title
    for name in names:
        if name.length > SHORT or not _is_unit(title, name):
            return None
    if not names:
        return None
    name = names[0]
    return _name_finding("unit_of_measure", name, name.span, name.text)


def _is_unit(title: str, name: NameMatch) -> bool:
    start = name.span[0]
    return (
        not name.unspaced
        and _is_small(name.text)
        and not name.text[0].isdigit()
        and title[:start].rstrip()[-1:].isdigit()
    )


def product_follows(candidate: Candidate) -> Finding | None:
    """Ordinary word with a capital before what reads like a product's name ("Apple MacBook")."""
    for name in title_names(candidate):
        if _is_small(name.text) or not _is_ordinary(name):
            continue
        words = candidate.read().title
        place = bisect_left(words.spans, name.span[1:])
        if place < len(words.spans) and _is_product(words, place):
            span = words.spans[place]
            return _name_finding("product_follows", name, span, words.text[slice(*span)])
    return None


def _is_product(words: Words, place: int) -> bool:
    """Whether a word reads like a product's name: capitals where other words have none."""
    text = words.text
    word = text[slice(*words.spans[place])]
    if not word[0].isalpha() or word.isupper():
        return False
    if any(char.isupper() for char in word[1:]):
        return True
    if not word[0].isupper():
        return False
    later = words.spans[place + 1 :]
    return any(text[a].islower() and find_frequency(text[a:b]) < _SENTENCE for a, b in later)


def _is_ordinary(name: NameMatch) -> bool:
    """Whether a name stands as the ordinary words of which it consists."""
    return name.ordinary and not (name.edits or name.distance)


def _is_small(text: str) -> bool:
    """Whether no letter is a capital; scripts without capitals are always small."""
    return text == text.lower()


def _name_finding(feature: str, name: NameMatch, span: tuple[int, int], text: str) -> Finding:
    return context_finding(feature, "title", text, name.form, span)
