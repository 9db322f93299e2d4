"""How a Han name stands in its title: a table of plain features, each with its levels.

Chinese titles have no spaces, and many names are words: 苹果, 自行车, 品质. So each feature asks
how a segmenter cuts the title there, what kind of word the name is, or what stands around it. Each
returns the level that it sees, or None when there is nothing to say; a level's bits stand in
``matchers.weights.HAN_STANDING``, fitted by ``benchmarks/chinese.py``, and its sentence in
``HAN_SENTENCES``. The features' docstrings are shown to users.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from itertools import accumulate, pairwise
from typing import Any, Final

from matchers.candidate import Candidate
from matchers.frequency import find_frequency
from matchers.lexicon import fold_text
from matchers.marks import NameMatch
from matchers.vocabulary import load_words

FREQUENT: Final = 3.5
"""Zipf frequency from which a word is frequent: three times in a million words."""
LONG: Final = 4
"""Characters of a name from which it is hardly met by chance."""
EARLY: Final = 8
"""Characters of a title in which its brand is mostly named."""
_LONGEST = 1_000
"""Characters of a title that are cut into words; of names that stand later nothing is said."""
_HAN = re.compile("[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]")
_OTHER_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff]")
_NAME_TAGS = frozenset({"nr", "nrfg", "nrt", "nz"})
_PLACE_TAGS = frozenset({"ns", "nt"})
_QUANTITY = re.compile(
    r"\s*\d+(?:\.\d+)?\s*(?:公?斤|千?克|[km]?[gl]|毫?升|[cm]?m(?![a-z])"
    "|[两个只包袋盒瓶罐桶支片粒颗枚箱件双套米寸元天年月])"
)
_OFFICIAL = re.compile(
    "(?:官方|品牌)?(?:旗舰|专卖|专营|直营|官网|专柜|授权)|官方|正品|牌(?!子|照|匾)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class HanUse:
    """One place where a Han name stands in the title."""

    candidate: Candidate
    match: NameMatch
    title: str
    """Folded, every position as in the title."""
    cuts: tuple[int, ...]
    """Where the words of the title begin, and the end of the last."""

    @property
    def before(self) -> str:
        """The character before the name; empty at the start."""
        start = self.match.span[0]
        return self.title[start - 1] if start else ""

    @property
    def after(self) -> str:
        """The character after the name; empty at the end."""
        return self.title[self.match.span[1] : self.match.span[1] + 1]


@cache
def _load_segmenter() -> Any:  # noqa: ANN401
    """Return the module ``rjieba``, whose dictionary takes long to load, once a title needs it."""
    return import_module("rjieba")


@lru_cache(maxsize=256)
def _cut(folded: str) -> tuple[int, ...]:
    """Return where the words of a title begin, and the end of the last.

    Only words of the segmenter's dictionary are joined: what it does not know stays single
    characters, as most names do.
    """
    return tuple(accumulate(map(len, _load_segmenter().cut(folded, False)), initial=0))


@lru_cache(maxsize=1 << 14)
def _find_kind(form: str) -> str | None:
    """Return what kind of word a name is by itself, by its part of speech and frequency."""
    name = fold_text(form)
    if name in load_words("common_words_zh", "han_opening_words"):
        return "a frequent word"
    frequency = find_frequency(name)
    segmenter = _load_segmenter()
    tagged = segmenter.tag(name) if segmenter.has_word(name) else []
    tag = tagged[0][1] if len(tagged) == 1 else None
    if tag in _PLACE_TAGS:
        return "a place"
    if not frequency and tag is None:
        return None
    known = "frequent" if frequency >= FREQUENT else "known"
    return f"a {known} {'name' if tag in _NAME_TAGS else 'word'}"


def han_cut(use: HanUse) -> str | None:
    """How a segmenter cuts the title at the name: as it cuts words, or across words."""
    start, end = use.match.span
    first, last = bisect_left(use.cuts, start), bisect_left(use.cuts, end)
    if last >= len(use.cuts) or use.cuts[first] != start or use.cuts[last] != end:
        return "across words"
    kind = _find_kind(use.match.form)
    known = kind is not None and kind.endswith("word")
    return "one word" if known or last == first + 1 else "apart"


def han_word(use: HanUse) -> str | None:
    """Kind of word that the name is by itself: an ordinary one, a place, somebody's name."""
    kind = _find_kind(use.match.form)
    if kind not in ("a frequent word", "a known word") or not _goes_on(use):
        return kind
    return f"{kind}, in a run"


def _goes_on(use: HanUse) -> bool:
    """Whether a word goes on into others, or is counted: 苹果手机壳, 苹果10斤."""
    if _HAN.match(use.after):
        return True
    return _QUANTITY.match(use.title, use.match.span[1]) is not None


def han_before(use: HanUse) -> str | None:
    """Neighbour before the name: nothing, words that open titles, a sign, or other words."""
    before = use.before
    if not before:
        return "nothing"
    if before == "/":
        return "a slash"
    if _HAN.match(before):
        return "opening words" if _opens(use) else "words"
    if before.isdigit():
        return "words"
    return "Latin letters" if before.isalpha() else "a sign"


def _opens(use: HanUse) -> bool:
    """Whether only words that open titles stand before the name, at least since the last sign."""
    opening = load_words("han_opening_words")
    place = bisect_left(use.cuts, use.match.span[0])
    for begin, end in zip(use.cuts[place - 1 :: -1], use.cuts[place:0:-1], strict=True):
        word = use.title[begin:end]
        if not word.isalnum():
            break
        if word not in opening and not word.isascii():
            return False
    return place < len(use.cuts) and use.cuts[place] == use.match.span[0]


def han_after(use: HanUse) -> str | None:
    """Neighbour after the name: a model or Latin name, a sign, the end, or other words."""
    after = use.after
    if not after:
        return "nothing"
    if _OFFICIAL.match(use.title, use.match.span[1]):
        return "an official shop"
    if _goes_on(use):
        return None
    return "Latin letters" if after == "/" or after.isalnum() else "a sign"


def han_place(use: HanUse) -> str | None:
    """Whether the name stands where titles mostly name their brand, or late."""
    return "early" if use.match.span[0] < EARLY else "late"


def han_length(use: HanUse) -> str | None:
    """How many characters the name has: two are the rule for words, more for names."""
    return {2: "two", 3: "three"}.get(use.match.length, "more")


def han_rivals(use: HanUse) -> str | None:
    """Name of another right that stands first in the title."""
    start, _ = use.match.span
    for other, match in use.candidate.rivals:
        if match.span[0] >= start:
            break
        if match.distance == 0 and match.span[1] <= start and other is not use.candidate.right:
            return "after another name"
    return None


def han_near(use: HanUse) -> str | None:
    """How the title is cut at what is nearly a name: usual words disguise none."""
    start, end = use.match.span
    if han_cut(use) == "across words":
        return "across words"
    text, name = use.title[start:end], fold_text(use.match.form)
    if len(text) != len(name):
        return None
    odd = {
        start + place for place, pair in enumerate(zip(text, name, strict=True)) if len({*pair}) > 1
    }
    words = pairwise(use.cuts[bisect_left(use.cuts, start) : bisect_left(use.cuts, end) + 1])
    usual = any(after - before > 1 and odd & {*range(before, after)} for before, after in words)
    if not usual:
        return "no usual word"
    return "a usual word" if use.match.length < LONG else "a usual word, in a long name"


FEATURES: tuple[Callable[[HanUse], str | None], ...] = (
    han_cut,
    han_word,
    han_before,
    han_after,
    han_place,
    han_length,
    han_rivals,
)
"""Every feature of names with each character there, in the order in which they are shown."""

NEAR_FEATURES: tuple[Callable[[HanUse], str | None], ...] = (han_near, han_rivals)
"""Those of names of which a character differs."""

HAN_SENTENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "han_cut": {
        "one word": "“{text}” is one word of the title.",
        "apart": "“{text}” stands apart from the words around it and is none itself.",
        "across words": "“{text}” begins or ends inside another word of the title.",
    },
    "han_word": {
        "a place": "“{form}” is the name of a place too.",
        "a frequent word": "“{form}” is a frequent Chinese word.",
        "a frequent word, in a run": "“{form}” is a frequent Chinese word, and the title goes on.",
        "a known word": "“{form}” is a Chinese word.",
        "a known word, in a run": "“{form}” is a Chinese word, and the title goes on.",
        "a frequent name": "“{form}” is a frequent name.",
        "a known name": "“{form}” is a name in dictionaries.",
    },
    "han_before": {
        "nothing": "The title begins with “{text}”.",
        "opening words": "Only words that open titles stand before “{text}”.",
        "a slash": "“{text}” follows a slash, as a second name of a brand does.",
        "Latin letters": "“{text}” follows Latin letters, as a second name of a brand does.",
        "a sign": "A space or sign stands before “{text}”.",
        "words": "Other words run into “{text}”.",
    },
    "han_after": {
        "nothing": "The title ends with “{text}”.",
        "an official shop": "“{text}” is followed by words of brands' shops.",
        "Latin letters": "“{text}” is followed by Latin letters or a model.",
        "a sign": "A space or sign follows “{text}”.",
    },
    "han_place": {
        "early": "“{text}” stands where titles name their brand.",
        "late": "“{text}” stands late in the title.",
    },
    "han_length": {
        "two": "“{form}” has only two characters.",
        "three": "“{form}” has three characters.",
        "more": "“{form}” has more than three characters.",
    },
    "han_near": {
        "across words": "“{text}” begins or ends inside another word of the title.",
        "a usual word": "What differs from “{form}” is a word, spelt as usual.",
        "a usual word, in a long name": "What differs from “{form}” is a word; the rest is equal.",
        "no usual word": "What differs from “{form}” makes no usual word.",
    },
    "han_rivals": {"after another name": "The name of another right stands before “{text}”."},
}
"""What each level says, once for every feature and level of ``HAN_STANDING``."""


def is_han(form: str) -> bool:
    """Whether a name is written in Han characters, with other letters or none beside them."""
    return _HAN.search(form) is not None and _OTHER_UNSPACED.search(form) is None


def stands_exactly(match: NameMatch) -> bool:
    """Whether a match is a Han name with every character there."""
    return match.unspaced and not match.distance and is_han(match.form)


def find_han_levels(candidate: Candidate, match: NameMatch) -> dict[str, str]:
    """Return feature -> level of a Han name, or what nearly is one, in its candidate's title."""
    if not match.unspaced or not is_han(match.form):
        return {}
    if match.span[1] > _LONGEST:
        return {}
    reading, text = candidate.reading, candidate.listing.title
    title = (reading.title.folded if reading else fold_text(text))[:_LONGEST]
    use = HanUse(candidate=candidate, match=match, title=title, cuts=_cut(title))
    features = NEAR_FEATURES if match.distance else FEATURES
    levels = ((feature.__name__, feature(use)) for feature in features)
    return {feature: level for feature, level in levels if level is not None}
