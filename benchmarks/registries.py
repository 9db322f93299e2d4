"""Registries of any size for the benchmarks: real names as far as they go, then made-up ones.

A data folder may hold ``nsi_brands.jsonl`` (one brand a line: ``name``, ``tree``, ``i18n``), and
the Chinese lists ``taobao_brand_gazetteer_zh.txt`` and ``zh_company_short_names.txt`` (one name a
line). Made-up names come from a Markov chain over the letters of the real words, three letters
deep, so that they are near to real words as real names are; without a folder everything is made up,
from the syllables and characters below. One name in five is Chinese. The seed decides everything.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

SEED = 20261122
HAN_SHARE = 5
"""One name in so many is Chinese."""
DEPTH = 3
"""Letters that decide the next one of a made-up word."""
WORDS_OF_NAMES = (1, 1, 1, 1, 2, 2, 2, 2, 3, 3)
"""How many words made-up names have, as often as real ones."""

SYLLABLES: list[str] = re.findall(
    r"\w+",
    "ba bel bo ca cor da den dra el fa fin gar glo hal hin i jo ka kri la lin lo lun ma mer mi na"
    " ni nor o pa pen quin ra ri ros sa sen ser sta su ta tel tor tri u van vel wil xen yo zar zo",
)
HAN = "云雀青瓷小筑山川松石白鹿南风竹月安和春禾元本清泉木棉金龙凤凰华美佳丽宝利康达福星海天"
_HAN = re.compile("[\u3400-\u9fff]")
_COMPARABLE = re.compile(r"[^\W_]")
_WORD = re.compile(r"[^\W\d_]+")


def make_registry(count: int, data: Path | None = None, seed: int = SEED) -> list[str]:
    """Return ``count`` different names, the same for the same arguments.

    :param data: folder of real names; brands come before operators, their translations last
    """
    rng = random.Random(seed)
    latin, han = (list(SYLLABLES), list(HAN)) if data is None else _read_names(data, rng)
    of_han = count // HAN_SHARE
    names: dict[str, None] = {}
    if data is not None:
        names |= dict.fromkeys(latin[: count - of_han] + han[:of_han])
    words = _Words(latin, rng) if data is not None else None
    characters = [char for name in han for char in _HAN.findall(name)]
    for made in _make_names(words, characters, rng):
        if len(names) >= count:
            break
        names[made] = None
    shuffled = list(names)
    rng.shuffle(shuffled)
    return shuffled


def _read_names(data: Path, rng: random.Random) -> tuple[list[str], list[str]]:
    """Return the real names in other scripts and in Han characters, the most telling first."""
    tiers: tuple[list[str], ...] = ([], [], [])
    for line in _lines(data / "nsi_brands.jsonl"):
        row = json.loads(line)
        tiers[row["tree"] != "brands"].append(row["name"])
        tiers[2].extend(dict(row["i18n"] or {}).values())
    lists = [[*tiers[0]], [*tiers[1]], [*tiers[2]]]
    chinese = ("taobao_brand_gazetteer_zh.txt", "zh_company_short_names.txt")
    lists += [list(_lines(data / name)) for name in chinese]
    for names in lists:
        rng.shuffle(names)
    distinct = dict.fromkeys(name.strip() for names in lists for name in names)
    usable = [name for name in distinct if _is_usable(name)]
    return (
        [name for name in usable if not _HAN.search(name)],
        [name for name in usable if _HAN.search(name)],
    )


def _lines(path: Path) -> Iterator[str]:
    if path.exists():
        yield from path.read_text(encoding="utf-8").splitlines()


def _is_usable(name: str) -> bool:
    """Whether a name has two comparable characters, not all of them digits."""
    found = _COMPARABLE.findall(name)
    return len(found) >= 2 and not all(map(str.isdigit, found))


def _make_names(
    words: _Words | None, characters: Sequence[str], rng: random.Random
) -> Iterator[str]:
    """Yield made-up names without end."""
    while True:
        if rng.randrange(HAN_SHARE) == 0:
            yield "".join(rng.choices(characters, k=rng.choice((2, 2, 3, 3, 4, 4, 5))))
            continue
        count = rng.choice(WORDS_OF_NAMES)
        if words is None:
            made = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(count)]
        else:
            # A real name's further words are often ordinary ones: Bank, Group, Sport.
            made = [words.make()] + [words.pick() for _ in range(count - 1)]
        yield " ".join(made).title()


class _Words:
    """A Markov chain over letters, and the words it was learnt from."""

    def __init__(self, names: Iterable[str], rng: random.Random) -> None:
        self._rng = rng
        self._seen = [word.lower() for name in names for word in _WORD.findall(name)]
        nexts: defaultdict[str, list[str]] = defaultdict(list)
        for word in self._seen:
            if word.isascii() and len(word) >= DEPTH:
                padded = " " * DEPTH + word + " "
                for place in range(len(word) + 1):
                    nexts[padded[place : place + DEPTH]].append(padded[place + DEPTH])
        self._nexts = {context: "".join(letters) for context, letters in nexts.items()}

    def make(self) -> str:
        """Return a made-up word of 3 to 14 letters."""
        while True:
            made = " " * DEPTH
            while not made.endswith(" ") or made.isspace():
                letters = self._nexts[made[-DEPTH:]]
                made += letters[int(self._rng.random() * len(letters))]
            if 3 <= len(made.strip()) <= 14:
                return made.strip()

    def pick(self) -> str:
        """Return a real word, or as often a made-up one."""
        return self._rng.choice(self._seen) if self._rng.random() < 0.5 else self.make()
