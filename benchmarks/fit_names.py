"""Weigh names that are not written exactly: planted against untouched titles.

    python -m benchmarks.fit_names LISTINGS.jsonl... --marks NAMES.jsonl [--each N] [--output FILE]

This checks the levels of ``matchers.weights.NAME``. There are no labelled listings with hidden
names, so names are hidden in titles in thirteen ways (``benchmarks.obfuscations``), and what is
found of them is held against what is found for nothing in the same titles untouched. A level's bits
are the logarithm of the odds that its finding is a hidden name, if one title in ``RARITY`` hides
one. They stand beside the sum that the weights in use make of the level with its place and with
whether the text is a word of its own.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from math import log2
from pathlib import Path

from benchmarks.fit_weights import EXACT
from benchmarks.labelled import (
    SEED,
    Labelled,
    Row,
    find_rows,
    make_matcher,
    read_labelled,
    read_names,
)
from benchmarks.obfuscations import KINDS, plant
from matchers.tokens import joined_letters
from matchers.weights import NAME, PRIOR, STANDING

RARITY = 100
"""Titles of a crawl among which one hides a name: a guess."""
SHOWN = ("name", "place", "own_word")
"""Features whose levels are told apart."""

Levels = tuple[str, ...]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Weigh names that are not written exactly.")
    parser.add_argument("listings", nargs="+", type=Path)
    parser.add_argument("--marks", required=True, type=Path)
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--each", type=int, default=300, help="titles for each way of hiding")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    names = read_names(options.marks)
    matcher = make_matcher([], names, options.size)
    watched = [right.name for right in matcher.rights if right.name]
    clean = [listing for path in options.listings for listing in read_labelled(path)[0]]
    hidden = plant(watched, [listing.title for listing in clean], options.each, random.Random(SEED))
    planted = [Labelled(title=item.title, brand=joined_letters(item.name)) for item in hidden]
    found = Counter(_levels(row) for row in find_rows(matcher, planted) if row.answer)
    noise = Counter(_levels(row) for row in find_rows(matcher, clean) if not row.answer)
    report = format_levels(found, noise, options.each * len(KINDS), len(clean))
    (options.output.write_text if options.output else sys.stdout.write)(report + "\n")


def _levels(row: Row) -> Levels:
    return tuple(level for level in row.levels if level.split(":")[0] in SHOWN)


def format_levels(found: Counter[Levels], noise: Counter[Levels], hidden: int, clean: int) -> str:
    """Return a line for each combination of levels.

    :param found: of planted names
    :param noise: of other names in untouched titles
    :param hidden: titles with a planted name
    :param clean: untouched titles
    """
    lines = [f"{hidden:,} titles with a hidden name, {clean:,} untouched ones", ""]
    lines.append(f"{'levels':78} {'planted':>7} {'noise':>6} {'bits':>6} {'in use':>6}")
    for levels in sorted({*found, *noise}):
        if EXACT in levels or found[levels] + noise[levels] < 3:
            continue
        share = (found[levels] + 0.5) / hidden
        odds = log2(share / RARITY) - log2((noise[levels] + 0.5) / clean)
        lines.append(
            f"{', '.join(levels):78} {found[levels]:7,} {noise[levels]:6,} {odds:6.1f}"
            f" {_in_use(levels):6.1f}"
        )
    return "\n".join(lines)


def _in_use(levels: Sequence[str]) -> float:
    bits = PRIOR
    for feature, level in _split(levels):
        bits += NAME[level] if feature == "name" else STANDING[feature][level]
    return bits


def _split(levels: Iterable[str]) -> list[tuple[str, str]]:
    parts = (level.split(": ", 1) for level in levels)
    return [(feature, level) for feature, level in parts]


if __name__ == "__main__":
    main()
