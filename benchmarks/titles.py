"""Titles for the benchmarks: real ones of a folder, or made-up ones."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from benchmarks.registries import SEED, SYLLABLES

GOODS: list[str] = re.findall(
    r"\w+",
    "bag leather shoes women new 2026 original black cotton jacket phone case wireless set 10 pcs"
    " men summer running watch silver kids dress size with and for printed blue mini pro camera",
)
HAN_GOODS: list[str] = re.findall(
    r"\w+",
    "包邮 新款 女包 真皮 手提包 运动鞋 男鞋 春秋 面霜 50g 保湿 正品 手机壳 零食 茶叶",
)


def read_titles(folder: Path | None, count: int, seed: int = SEED) -> list[str]:
    """Return up to ``count`` different titles in random order, the same for the same arguments.

    :param folder: with ``*.jsonl`` files, one object a line with a ``title``; None makes titles up
    """
    rng = random.Random(seed)
    found = dict.fromkeys(_read(folder) if folder else _make(count, rng))
    titles = sorted(title for title in found if title.strip())
    rng.shuffle(titles)
    return titles[:count]


def is_kept_back(text: str) -> bool:
    """Whether a title or name belongs to the half that is only reported on, never developed on."""
    return bool(sha256(text.encode()).digest()[0] & 1)


def _read(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield str(json.loads(line)["title"])


def _make(count: int, rng: random.Random) -> Iterator[str]:
    """Yield ordinary words and made-up ones; one title in five is Chinese."""
    for number in range(count * 2):
        if number % 5 == 0:
            yield "".join(rng.choices(HAN_GOODS, k=rng.randint(3, 8)))
            continue
        words = rng.choices(GOODS, k=rng.randint(5, 12))
        words += ["".join(rng.choices(SYLLABLES, k=3)) for _ in range(2)]
        rng.shuffle(words)
        yield " ".join(words)
