"""Ways in which copied text is altered: plain functions of a passage, a generator, and other text.

Nothing here is taken from the matcher's tables. Chinese passages are altered by characters where
English ones are altered by words.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

import opencc

from benchmarks.obfuscations import ACCENTS, INVISIBLE, LOOKALIKES

Alter = Callable[[str, random.Random, str], str]
"""A passage, a generator, and another text of the language -> the passage as it is copied."""

_HAN = re.compile("[\u4e00-\u9fff]")
_PIECE = re.compile("[\u4e00-\u9fff]|[^\\s\u4e00-\u9fff]+|\\s+")
_SENTENCE = re.compile(r"[^.!?;。！？；]+[.!?;。！？；]*[\"'”’」]*\s*")
_JUNK: Final = (
    " 本站首发 www.xiaoshuo.example ",
    " 请记住本书首发域名 ",
    " [read more at books.example] ",
    " http://copy.example/p/8812 ",
    " 更多精彩内容，请关注 ",
)
_SYNONYMS: Final = {
    **dict(
        zip(
            ("very", "great", "little", "good", "but", "think", "said", "must", "shall", "might"),
            ("most", "big", "small", "fine", "yet", "believe", "told", "should", "will", "could"),
            strict=True,
        )
    ),
    **dict(
        zip(
            (
                "soon",
                "house",
                "began",
                "friend",
                "quite",
                "happy",
                "because",
                "many",
                "often",
                "also",
            ),
            ("fast", "home", "opened", "mate", "rather", "glad", "since", "several", "oft", "too"),
            strict=True,
        )
    ),
    **dict(
        zip(
            ("however", "perhaps", "people", "large", "make", "use", "need", "get", "any", "some"),
            (
                "still",
                "maybe",
                "folk",
                "big",
                "create",
                "employ",
                "require",
                "obtain",
                "every",
                "few",
            ),
            strict=True,
        )
    ),
    **dict(
        zip(
            ("但是", "因为", "非常", "认为", "进行", "重要", "人民", "问题", "工作", "发展", "很"),
            ("可是", "由于", "十分", "觉得", "开展", "要紧", "民众", "难题", "事务", "进展", "挺"),
            strict=True,
        )
    ),
    **dict(
        zip(
            (
                "开始",
                "时候",
                "喜欢",
                "已经",
                "现在",
                "许多",
                "经济",
                "建设",
                "地方",
                "如果",
                "没有",
            ),
            (
                "起初",
                "时刻",
                "喜爱",
                "早已",
                "如今",
                "不少",
                "财经",
                "营造",
                "处所",
                "要是",
                "未有",
            ),
            strict=True,
        )
    ),
}
_SYNONYM = re.compile("|".join(rf"\b{word}\b" if word.isascii() else word for word in _SYNONYMS))


class Way(NamedTuple):
    """One way to copy."""

    name: str
    words: int
    """Of the passage; Chinese ones have twice as many characters."""
    alter: Alter
    languages: Sequence[str] = ("en", "zh")


def cut_pieces(text: str) -> list[str]:
    """Return words with what is written onto them, Han characters, and blanks."""
    return _PIECE.findall(text)


def _keep(text: str, _: random.Random, __: str) -> str:
    return text


def _replace(text: str, rng: random.Random, other: str, *, step: int, drop: bool = False) -> str:
    pieces = cut_pieces(text)
    fresh = [piece for piece in cut_pieces(other) if not piece.isspace()]
    places = [place for place, piece in enumerate(pieces) if not piece.isspace()]
    for place in places[rng.randrange(step) :: step]:
        pieces[place] = "" if drop else rng.choice(fresh)
    return "".join(pieces)


def _sentences(text: str) -> list[str]:
    return _SENTENCE.findall(text) or [text]


def _shuffle(text: str, rng: random.Random, _: str) -> str:
    sentences = [f"{sentence} " for sentence in _sentences(text)]
    rng.shuffle(sentences)
    return "".join(sentences)


def _between(text: str, rng: random.Random, other: str) -> str:
    foreign = _sentences(other)
    return " ".join(f"{own} {rng.choice(foreign)}" for own in _sentences(text))


def _junk(text: str, rng: random.Random, _: str) -> str:
    return "".join(own + rng.choice(_JUNK) for own in _sentences(text))


def _thin(text: str, rng: random.Random, _: str) -> str:
    sentences = _sentences(text)
    gone = set(rng.sample(range(len(sentences)), len(sentences) // 4))
    return " ".join(own for place, own in enumerate(sentences) if place not in gone)


def _bare(text: str, _: random.Random, __: str) -> str:
    return re.sub(r"[^\w\s'’]", " ", text)


def _repoint(text: str, rng: random.Random, _: str) -> str:
    return re.sub(r"[^\w\s'’]", lambda _: rng.choice(",;:!…—。，、"), text)


def _capitals(text: str, rng: random.Random, _: str) -> str:
    return "".join(char.upper() if rng.random() < 0.5 else char.lower() for char in text)


def _respace(text: str, rng: random.Random, _: str) -> str:
    blanks = ("  ", "\n", "\u3000", "\u00a0", "\n\n", "\t")
    return "".join(
        rng.choice(blanks) if piece.isspace() else piece + " " * bool(_HAN.match(piece))
        for piece in cut_pieces(text)
    )


def _wide(text: str, _: random.Random, __: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _lookalikes(text: str, rng: random.Random, _: str) -> str:
    return "".join(LOOKALIKES.get(char, char) if rng.random() < 0.4 else char for char in text)


def _hidden(text: str, rng: random.Random, _: str) -> str:
    return "".join(char + rng.choice(INVISIBLE) * (rng.random() < 0.3) for char in text)


def _accents(text: str, rng: random.Random, _: str) -> str:
    return "".join(
        char + rng.choice(ACCENTS) * (char.isascii() and char.isalpha() and rng.random() < 0.2)
        for char in text
    )


_traditional = opencc.OpenCC("s2t").convert
_taiwan = opencc.OpenCC("s2tw").convert


def _convert(text: str, _: random.Random, __: str, *, by: Callable[[str], str]) -> str:
    return by(text)


def _synonyms(text: str, _: random.Random, __: str) -> str:
    return _SYNONYM.sub(lambda found: _SYNONYMS[found[0]], text)


def _all(text: str, rng: random.Random, other: str) -> str:
    for alter in (partial(_replace, step=20), _junk, _bare, _capitals, _respace):
        text = alter(text, rng, other)
    return text


WAYS: Final = (
    *(Way(f"verbatim, {words}", words, _keep) for words in (15, 25, 50, 100, 300)),
    Way("every 20th replaced", 100, partial(_replace, step=20)),
    Way("every 10th replaced", 100, partial(_replace, step=10)),
    Way("every 7th replaced", 100, partial(_replace, step=7)),
    Way("every 5th replaced", 100, partial(_replace, step=5)),
    Way("every 10th dropped", 100, partial(_replace, step=10, drop=True)),
    Way("a quarter of the sentences dropped", 150, _thin),
    Way("sentences shuffled", 100, _shuffle),
    Way("a foreign sentence after each", 100, _between),
    Way("junk after each sentence", 100, _junk),
    Way("signs left out", 100, _bare),
    Way("other signs", 100, _repoint),
    Way("capitals at random", 100, _capitals, ("en",)),
    Way("other spaces", 100, _respace),
    Way("full width", 100, _wide),
    Way("look-alike letters", 100, _lookalikes, ("en",)),
    Way("accents", 100, _accents, ("en",)),
    Way("hidden characters", 100, _hidden),
    Way("traditional", 100, partial(_convert, by=_traditional), ("zh",)),
    Way("traditional, Taiwan", 100, partial(_convert, by=_taiwan), ("zh",)),
    Way("synonyms", 100, _synonyms),
    Way("replaced, junk, signs, case, spaces", 100, _all),
)
REWRITING: Final = ("every 7th replaced", "every 5th replaced", "synonyms")
