"""How a name stands in its title: a table of plain features, each with its levels.

A name that is found is not always meant: "zoom" in a camera's title is a word, "park" in
"Park Avenue" is part of another name, and what stands after another brand's name is mostly what the
goods fit. Each feature looks at one of these and returns the level that it sees, or None when there
is nothing to say; a level's bits stand in ``matchers.weights.STANDING``, its sentence in
``SENTENCES``. The features' docstrings are shown to users.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Final, NamedTuple

from crawler.model import Finding, Right
from matchers.candidate import Candidate
from matchers.frequency import find_frequency
from matchers.han_standing import HAN_SENTENCES, find_han_levels
from matchers.marks import OTHER_SCRIPT, SHORT, NameMatch
from matchers.normalize import fold
from matchers.vocabulary import load_words
from matchers.weights import HAN_STANDING, STANDING
from matchers.wordlists import are_ordinary, is_known, is_worldwide

KNOWN_WORD: Final = 3.0
"""Zipf frequency from which a word is in the lists at all: once in a million words."""
FREQUENT_WORD: Final = 4.0
OWN_WORD: Final = 3.2
"""Zipf frequency from which a supposed misspelling is a word of its own."""
OWN_WORD_ELSEWHERE: Final = 3.6
"""The same of a name in the letters of another alphabet; famous ones are used less than this."""
_OF_OTHER_ALPHABETS = frozenset({"romanised", OTHER_SCRIPT})
_NAMES = frozenset({None, "a worldwide name"})
"""Kinds of names that are hardly meant as a word."""
_TOKEN = re.compile(r"[^\W_]+")


class Use(NamedTuple):
    """One place where a name stands in the title."""

    candidate: Candidate
    match: NameMatch
    later: bool
    """Whether words stand before it that do more than open a title (new, original, a number)."""


def _stands_later(title: str, start: int, end: int) -> bool:
    """Whether other words stand before; what merely opens titles never stands first."""
    opening = load_words("opening_words")
    if title[start:end].lower() in opening:
        return True
    found = _TOKEN.search(title, 0, start) if start else None
    while found is not None:
        word = found[0]
        if not word.isdigit() and word.lower() not in opening:
            return True
        found = _TOKEN.search(title, found.end(), start)
    return False


def place(use: Use) -> str | None:
    """Where the name stands: brands open a title, words and what goods fit come later."""
    return "later" if use.later else "first"


def ordinary_words(use: Use) -> str | None:
    """Name made of words that titles use for what they mean (zoom, express, green leaf)."""
    kind = _find_kind(use.match.form, use.match.words)
    if kind is None or use.match.disguised:
        return None
    if use.match.distance and not are_ordinary(use.match.form):
        return None  # what is misspelt is not meant as that word
    return f"{kind}, {'later' if use.later else 'first'}"


@lru_cache(maxsize=1 << 14)
def _find_kind(form: str, words: int) -> str | None:
    """Return what else a name is; None when it is distinctive."""
    if are_ordinary(form):
        return (None, "an ordinary word", "ordinary words")[words] if words < 3 else None
    frequency = find_frequency(fold(form)) if words == 1 else 0.0
    if frequency < KNOWN_WORD:
        return None
    if is_worldwide(fold(form)):
        return "a worldwide name"
    return "a frequent word" if frequency >= FREQUENT_WORD else "a known word"


def followed_by(use: Use) -> str | None:
    """Name, an ordinary word, that a number or rare word follows, as models follow brands."""
    if use.later or not are_ordinary(use.match.form):
        return None
    following = _TOKEN.search(use.candidate.listing.title, use.match.span[1])
    if following is None:
        return None
    if any(map(str.isdigit, following[0])):
        return "a number"
    return None if find_frequency(fold(following[0])) else "a rare word"


def short(use: Use) -> str | None:
    """Name of two or three letters, which abbreviate many things."""
    if use.match.length > SHORT or use.match.disguised:
        return None
    return "later" if use.later else "first"


def capitals(use: Use) -> str | None:
    """Ordinary word in capitals in a title that is not (GAP, Apple)."""
    if not are_ordinary(use.match.form):
        return None
    text, title = use.match.text, use.candidate.listing.title
    if text.isupper():
        return None if title.isupper() else "in capitals"
    if not (use.later and text[:1].isupper()):
        return None
    initials = [word[0] for word in _TOKEN.findall(title)]
    return "begins with a capital" if sum(map(str.islower, initials)) * 2 > len(initials) else None


def rivals(use: Use) -> str | None:
    """Names of other rights in the title: one that this name is part of, or that stands first."""
    if len(use.candidate.rivals) < 2:
        return None
    (start, end), right = use.match.span, use.candidate.right
    hidden = use.match.disguised or use.match.unspaced  # nobody hides what his goods fit
    after: str | None = None
    for other, match in use.candidate.rivals:
        first, last = match.span
        if first > start:
            break
        if match.distance or _of_one_holder(right, other):
            continue
        if match.span == use.match.span:
            if use.match.distance and not match.edits:
                return "another name"
            continue
        if first <= start and end <= last:
            return "part of another name"
        if last <= start and after != "after another name" and not hidden:
            distinctive = _find_kind(match.form, match.words) in _NAMES
            after = "after another name" if distinctive else "after an ordinary name"
    return after


def _of_one_holder(right: Right, other: Right) -> bool:
    if right is other:
        return True
    if right.holder is None or other.holder is None:
        return False
    return right.holder.name == other.holder.name


def own_word(use: Use) -> str | None:
    """Supposed misspelling or other spelling that is a word of its own (hike for Nike)."""
    match = use.match
    if not (match.distance or match.edits):
        return None
    foreign = not _OF_OTHER_ALPHABETS.isdisjoint(match.edits)
    if not (match.distance or foreign) or match.disguised:
        return None
    words = [fold(word) for word in _TOKEN.findall(match.text)]
    if not words:
        return None
    if min(map(find_frequency, words)) >= (OWN_WORD_ELSEWHERE if foreign else OWN_WORD):
        return "a word"
    return "a rare word" if all(map(is_known, words)) else None


FEATURES: tuple[Callable[[Use], str | None], ...] = (
    place,
    ordinary_words,
    followed_by,
    short,
    capitals,
    rivals,
    own_word,
)
"""Every feature, in the order in which they are shown. Of names in scripts without spaces only
``rivals`` speaks, and ``matchers.han_standing``."""

SENTENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "place": {
        "first": "The title begins with “{text}”.",
        "later": "Other words stand before “{text}”.",
    },
    "ordinary_words": {
        "an ordinary word, first": "“{form}” is an ordinary word, though it stands first.",
        "an ordinary word, later": "“{form}” is an ordinary word, and others stand before it.",
        "ordinary words, first": "“{form}” consists of ordinary words, though it stands first.",
        "ordinary words, later": "“{form}” consists of ordinary words, and others stand before it.",
        "a known word, first": "“{form}” is a word or name of its own, though it stands first.",
        "a known word, later": "“{form}” is a word or name of its own, and others stand before it.",
        "a worldwide name, first": "“{form}” is a name that many languages use alike.",
        "a worldwide name, later": "“{form}” is used alike in many languages, after other words.",
        "a frequent word, first": "“{form}” is a frequent word, though it stands first.",
        "a frequent word, later": "“{form}” is a frequent word, and others stand before it.",
    },
    "followed_by": {
        "a number": "A number or model follows “{text}”, as it follows brands.",
        "a rare word": "A rare word follows “{text}”, as product names follow brands.",
    },
    "short": {
        "first": "“{form}” has three letters at most, though it stands first.",
        "later": "“{form}” has three letters at most and may abbreviate something else.",
    },
    "capitals": {
        "in capitals": "“{text}” stands in capitals in a title that does not.",
        "begins with a capital": "“{text}” has a capital in a title of small letters.",
    },
    "rivals": {
        "another name": "“{text}” is the name of another right.",
        "part of another name": "“{text}” is part of a longer name of another right.",
        "after another name": "The name of another right stands before “{text}”.",
        "after an ordinary name": "What may be the name of another right stands before “{text}”.",
    },
    "own_word": {
        "a word": "“{text}” is a word of its own.",
        "a rare word": "“{text}” is a rare word or name of its own.",
    },
}
"""What each level says, once for every feature and level of ``STANDING``."""


_BITS: Final = {**STANDING, **HAN_STANDING}
_SENTENCES: Final = {**SENTENCES, **HAN_SENTENCES}


def find_levels(candidate: Candidate, match: NameMatch) -> dict[str, str]:
    """Return feature -> level of a name in the title of its candidate."""
    if match.unspaced:
        use = Use(candidate=candidate, match=match, later=False)
        level = rivals(use)
        found = {} if level is None else {"rivals": level}
        return found | find_han_levels(candidate, match)
    use = Use(candidate, match, _stands_later(candidate.listing.title, *match.span))
    features = _list_features(
        are_ordinary(match.form),
        match.length <= SHORT,
        len(candidate.rivals) > 1,
        bool(match.distance or match.edits),
    )
    return {name: level for name, feature in features if (level := feature(use)) is not None}


@cache
def _list_features(
    ordinary: bool, few: bool, beside: bool, changed: bool
) -> tuple[tuple[str, Callable[[Use], str | None]], ...]:
    """Return the features, with their names, that may have something to say.

    :param few: whether the name has few letters
    :param beside: whether the title has other names
    :param changed: whether it is not written as registered
    """
    idle = {
        *(() if ordinary else (followed_by, capitals)),
        *(() if few else (short,)),
        *(() if beside else (rivals,)),
        *(() if changed else (own_word,)),
    }
    return tuple((feature.__name__, feature) for feature in FEATURES if feature not in idle)


def weigh_standing(levels: Mapping[str, str]) -> float:
    """Return the bits of all levels."""
    bits = _BITS
    return sum([bits[feature][level] for feature, level in levels.items()])


def tell_standing(match: NameMatch, levels: Mapping[str, str]) -> list[Finding]:
    """Return a finding for each level that the features see of one name in the title."""
    span, text, form = match.span, match.text, match.form
    return [
        Finding(
            feature=feature,
            weight=_BITS[feature][level],
            field="title",
            span=span,
            text=text,
            form=form,
            detail=_SENTENCES[feature][level].format(text=text, form=form),
        )
        for feature, level in levels.items()
    ]
