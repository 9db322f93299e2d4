"""Flag hand-made pairs of a title and a mark: what is found, and what is flagged for nothing.

    python benchmarks/tricky.py PAIRS.jsonl [--variants VARIANTS.json] [--show] [--output FILE]

A pair is one JSON object a line: ``title``, ``mark``, ``infringing`` (whether the title is worth a
look because of the mark), ``kind``, and, if wished, ``variants``, other registered names of it.
Each mark is the only right, known by its name alone, and the listing has nothing but its title; so
this measures what the text decides. ``--variants`` names a JSON object, mark -> other names: nobody
can read a Latin name out of 耐克, so whoever watches for that registers it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.model import Hit, Listing, Right
from matchers.judge import Matcher, Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One pair and what became of it."""

    title: str
    mark: str
    kind: str
    infringing: bool
    hit: Hit | None

    @property
    def flagged(self) -> bool:
        """Whether the pair was flagged for review."""
        return self.hit is not None and self.hit.flagged


def match_pair(pair: Mapping[str, Any], variants: Sequence[str]) -> Outcome:
    """Match one pair: the mark is the only right, the title all there is of the listing."""
    right = Right(id="TM-1", kind="trademark", name=pair["mark"], variants=tuple(variants))
    listing = Listing(url="https://shop.example/p/1", title=pair["title"])
    hits = Matcher([right], {}).match([Subject(listing=listing, pictures={})])
    return Outcome(
        title=pair["title"],
        mark=pair["mark"],
        kind=pair["kind"],
        infringing=pair["infringing"],
        hit=hits[0] if hits else None,
    )


def format_table(outcomes: Iterable[Outcome]) -> str:
    """Return flagged of all, by kind and for both answers."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for outcome in outcomes:
        for kind in (outcome.kind, "all"):
            place = 0 if outcome.infringing else 2
            counts[kind][place] += outcome.flagged
            counts[kind][place + 1] += 1
    lines = [f"{'kind':12}  {'found':>14}  {'for nothing':>14}"]
    for kind in sorted(counts, key=lambda kind: (kind == "all", kind)):
        found, positives, wrong, negatives = counts[kind]
        row = f"{kind:12}  {_share(found, positives):>14}  {_share(wrong, negatives):>14}"
        lines.append(row.rstrip())
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} {part / whole:6.3f}" if whole else ""


def format_mistakes(outcomes: Iterable[Outcome]) -> str:
    """Return the pairs that came out wrong, each with its score and its findings."""
    lines = []
    for outcome in outcomes:
        if outcome.flagged == outcome.infringing:
            continue
        score = outcome.hit.score if outcome.hit else 0.0
        found = outcome.hit.findings if outcome.hit else ()
        bits = "; ".join(f"{finding.weight:+.1f} {finding.detail}" for finding in found)
        side = "missed" if outcome.infringing else "for nothing"
        lines.append(f"{side:12} {outcome.kind:12} {score:.2f} {outcome.mark} | {outcome.title}")
        lines.append(f"{'':12} {bits or 'no name found'}")
    return "\n".join(lines)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", type=Path, nargs="+")
    parser.add_argument("--variants", type=Path, help="JSON object: mark -> its other names")
    parser.add_argument("--show", action="store_true", help="show the pairs that came out wrong")
    parser.add_argument("--output", type=Path, help="write the table to this file too")
    options = parser.parse_args()
    known = json.loads(options.variants.read_text(encoding="utf-8")) if options.variants else {}
    outcomes = [
        match_pair(pair, (*pair.get("variants", ()), *known.get(pair["mark"], ())))
        for path in options.pairs
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
        for pair in (json.loads(line),)
    ]
    table = format_table(outcomes)
    sys.stdout.write(f"{table}\n")
    if options.show:
        sys.stdout.write(f"\n{format_mistakes(outcomes)}\n")
    if options.output:
        options.output.write_text(f"{table}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
