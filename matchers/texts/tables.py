"""The tables of an index over texts, and how they are built: in one pass, then one sort.

Every text is a stretch of the arrays of tokens. The fingerprints lead from a hash to the places
where its gram begins; what is found there is compared token by token.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from matchers.texts.fingerprints import hash_grams, winnow
from matchers.texts.holders import find_held
from matchers.texts.notices import find_notices
from matchers.texts.reading import Hashes, Ints, Points, read_text
from matchers.texts.vocabulary import Vocabulary, Words

Kind = TypeVar("Kind", bound=np.generic)

PLACES_IN_TEXT: Final = 4
"""Places of one gram that are kept in one text,"""
PLACES: Final = 64
"""and in all."""
PARTS: Final = np.array([0, 1, 4, 2, 1], np.uint8)
"""How much tokens carry, by kind, as parts of a word; see docs/decisions/0015-passages.md."""
WHOLE: Final = 4
"""Parts of a word."""


class Tables(NamedTuple):
    """Everything that is saved."""

    tokens: Points
    """Of all texts, one after the other."""
    kinds: NDArray[np.uint8]
    held: NDArray[np.uint8]
    """By how many holders the passage around a token is held: 1, 2, or 3 for more and notices."""
    starts: Points
    """Where tokens stand in their text as given."""
    ends: Points
    bounds: Ints
    """Where the tokens of each text begin, and one entry more."""
    owners: Ints
    """Of each text."""
    numbers: Ints
    """Which of its owner's texts each is."""
    carried: Ints
    """What each text carries, in parts of a word,"""
    own: Ints
    """and what of it is held by two owners at the most, and no notice."""
    hashes: NDArray[np.uint32]
    """Fingerprints, in order."""
    places: Points
    """The first token of each."""
    word_keys: Hashes
    word_ids: Points
    letters: NDArray[np.uint8]
    letter_bounds: Ints

    @property
    def words(self) -> Words:
        """The words of all texts."""
        return Words(self.word_keys, self.word_ids, self.letters, self.letter_bounds)


class _Text(NamedTuple):
    tokens: Points
    kinds: NDArray[np.uint8]
    starts: Points
    ends: Points
    hashes: NDArray[np.uint32]
    firsts: Ints
    lengths: NDArray[np.uint8]
    notices: NDArray[np.bool_]


def build_tables(texts: Iterable[tuple[int, str]]) -> Tables:
    """Return the tables of texts with their owners' numbers."""
    vocabulary = Vocabulary()
    owners: list[int] = []
    read = []
    for owner, text in texts:
        owners.append(owner)
        read.append(_read(text, vocabulary))
    bounds = np.zeros(len(read) + 1, np.int64)
    np.cumsum([len(text.tokens) for text in read], out=bounds[1:])
    hashes = _join([text.hashes for text in read], np.uint32)
    places = _join(
        [
            (text.firsts + start).astype(np.uint32)
            for text, start in zip(read, bounds, strict=False)
        ],
        np.uint32,
    )
    lengths = _join([text.lengths for text in read], np.uint8)
    order = np.argsort(hashes, kind="stable")
    hashes, places, lengths = hashes[order], places[order], lengths[order]
    kinds = _join([text.kinds for text in read], np.uint8)
    owned = np.array(owners, np.int64)
    text_of = _text_of(places, bounds)
    held = find_held(hashes, places, lengths, text_of, owned, PARTS[kinds])
    held[_join([text.notices for text in read], np.bool_)] = 3
    kept = _choose(hashes, text_of)
    parts = PARTS[kinds]
    words = vocabulary.freeze()
    return Tables(
        tokens=_join([text.tokens for text in read], np.uint32),
        kinds=kinds,
        held=held,
        starts=_join([text.starts for text in read], np.uint32),
        ends=_join([text.ends for text in read], np.uint32),
        bounds=bounds,
        owners=owned,
        numbers=_rank(owned),
        carried=_sum_parts(parts, bounds),
        own=_sum_parts(np.where(held < 3, parts, np.uint8(0)), bounds),
        hashes=hashes[kept],
        places=places[kept],
        word_keys=words.keys,
        word_ids=words.ids,
        letters=words.letters,
        letter_bounds=words.first,
    )


def _read(text: str, vocabulary: Vocabulary) -> _Text:
    reading = read_text(text)
    tokens = vocabulary.number(reading)
    grams = hash_grams(tokens, reading.kinds)
    firsts = winnow(grams.hashes)
    return _Text(
        tokens=tokens,
        kinds=reading.kinds,
        starts=reading.starts,
        ends=reading.ends,
        hashes=grams.hashes[firsts],
        firsts=firsts,
        lengths=(grams.ends[firsts] - firsts).astype(np.uint8),
        notices=find_notices(text, reading, PARTS[reading.kinds]),
    )


def _join(arrays: list[NDArray[Kind]], kind: type[Kind]) -> NDArray[Kind]:
    return np.concatenate(arrays) if arrays else np.zeros(0, kind)


def _sum_parts(parts: NDArray[np.uint8], bounds: Ints) -> Ints:
    """Return what the tokens of each text carry."""
    sums = np.zeros(len(parts) + 1, np.int64)
    np.cumsum(parts, out=sums[1:])
    return sums[bounds[1:]] - sums[bounds[:-1]]


def _text_of(places: Points, bounds: Ints) -> Ints:
    """Return the number of the text in which each place lies."""
    return np.searchsorted(bounds, places, side="right") - 1


def _choose(hashes: NDArray[np.uint32], text_of: Ints) -> NDArray[np.bool_]:
    """Return which places are kept where one gram stands in very many.

    The first ones of each text, and the texts in the order in which they were given.
    """
    news = np.ones(len(hashes), np.bool_)
    news[1:] = np.diff(hashes) != 0
    texts = news.copy()
    texts[1:] |= np.diff(text_of) != 0
    kept = rank_within(texts) < PLACES_IN_TEXT
    order = np.cumsum(kept)
    before = np.maximum.accumulate(np.where(news, order - kept, 0)) if len(hashes) else order
    return kept & (order - before <= PLACES)


def rank_within(begins: NDArray[np.bool_]) -> Ints:
    """Return the place of each entry within its group, given where groups begin."""
    places = np.arange(len(begins))
    if not len(begins):
        return places
    return places - np.maximum.accumulate(np.where(begins, places, 0))


def _rank(owners: Ints) -> Ints:
    """Return which of its owner's texts each is, in the order in which they came."""
    order = np.argsort(owners, kind="stable")
    begins = np.ones(len(owners), np.bool_)
    begins[1:] = np.diff(owners[order]) != 0
    ranks = np.empty(len(owners), np.int64)
    ranks[order] = rank_within(begins)
    return ranks
