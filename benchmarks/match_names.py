"""Titles per second of the name index, with brute force by rapidfuzz as the yardstick.

    python benchmarks/match_names.py [--titles N] [--yardstick-titles N]

Names and titles are made up from syllables with a fixed seed: one title in ten holds a name, half
of those disguised. Speeds depend on the machine; the ratio in one run is what counts.
``partial_ratio >= 90`` over all names is what people try first; it sees no disguise at all.
"""

from __future__ import annotations

import argparse
import random
import re
import time

from rapidfuzz import fuzz, process

from matchers.marks import MarkIndex

SYLLABLES = re.findall(
    r"\w+",
    "ba bel ca cor da den el fa gar hin i jo ka lun ma mer ni nor o pa quin ra ros sa ser ta tor u"
    " van wil xen yo zar",
)
HAN = "云雀青瓷小筑山川松石白鹿南风竹月安和春禾元本清泉木棉"
GOODS = re.findall(
    r"\w+",
    "bag leather shoes women new 2026 original black cotton jacket phone case wireless set 10 pcs",
)
DISGUISES = str.maketrans({"o": "0", "e": "3", "a": "а", "i": "1"})


def make_names(count: int, rng: random.Random) -> list[str]:
    """Return ``count`` different names: one in five Chinese, one in five of two words."""
    names: dict[str, None] = {}
    while len(names) < count:
        kind = rng.randrange(5)
        words = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))).title() for _ in range(2)]
        han = "".join(rng.choices(HAN, k=rng.randint(2, 5)))
        names[han if kind == 0 else " ".join(words) if kind == 1 else words[0]] = None
    return list(names)


def make_titles(count: int, names: list[str], rng: random.Random) -> list[tuple[str, str | None]]:
    """Return titles, each with the name that was planted in it."""
    titles: list[tuple[str, str | None]] = []
    for number in range(count):
        words = rng.choices(GOODS, k=rng.randint(5, 12))
        words += ["".join(rng.choices(SYLLABLES, k=3)) for _ in range(2)]
        rng.shuffle(words)
        planted = rng.choice(names) if number % 10 == 0 else None
        if planted is not None:
            shown = planted.lower().translate(DISGUISES) if number % 20 == 0 else planted
            words.insert(rng.randrange(len(words)), shown)
        titles.append((" ".join(words), planted))
    return titles


def measure(count: int, titles: int, yardstick_titles: int) -> str:
    """Return one line of results for a registry of ``count`` names."""
    rng = random.Random(20261122)
    names = make_names(count, rng)
    data = make_titles(titles, names, rng)
    started = time.process_time()
    index = MarkIndex(enumerate(names))
    built = time.process_time() - started
    started = time.process_time()
    found = [{match.form for match in index.find(title)} for title, _ in data]
    fast = titles / (time.process_time() - started)
    planted = [(name, forms) for (_, name), forms in zip(data, found, strict=True) if name]
    recall = sum(name in forms for name, forms in planted) / len(planted)
    started = time.process_time()
    for title, _ in data[:yardstick_titles]:
        process.extract(title, names, scorer=fuzz.partial_ratio, score_cutoff=90)
    slow = yardstick_titles / (time.process_time() - started)
    return (
        f"{count:>6} names: build {built:.2f} s, {fast:,.0f} titles/s, planted names found"
        f" {recall:.1%}; partial_ratio {slow:,.0f} titles/s; {fast / slow:.1f} times as fast"
    )


def main() -> None:
    """Print a line for 1,000 and one for 10,000 names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--titles", type=int, default=3000)
    parser.add_argument("--yardstick-titles", type=int, default=200)
    arguments = parser.parse_args()
    for count in (1_000, 10_000):
        print(measure(count, arguments.titles, arguments.yardstick_titles))


if __name__ == "__main__":
    main()
