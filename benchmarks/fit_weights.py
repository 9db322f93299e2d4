"""Fit the bits of ``matchers.weights.STANDING`` on listings with a known brand, and check them.

    python -m benchmarks.fit_weights LISTINGS.jsonl... --marks NAMES.jsonl [--output FILE]

The model is the matcher's own sum: bits for an exact name, bits for each level of how it stands in
the title, bits of all other findings as they are; the sum is the logarithm of the odds that the
mark is the brand of the listing. Only names with every letter there are fitted to. Fitting is
logistic regression by Newton's method with a small penalty on squares (one unit a level, in bits),
by which levels seen seldom stay near nothing. A mark counts with the square root of its titles, so
that few large brands do not decide alone; one title in four has its brand moved from its start
(``benchmarks.labelled``), so that a later place is no proof.

Three things are printed: the bits fitted to everything beside those in use; precision at recall .95
by the weights in use, by weights fitted to other marks (five folds by mark) and to other files; and
the calibration of the weights in use, expected against observed by score.

The weights in use are not quite these, for every listing of a catalogue has a brand that is
watched, and its brands stand first. In a crawl neither is so. Hence names score 2 bits less than
fitted, and ordinary words 3 bits less, lest "boss day mug" be flagged, unless a number or a rare
word follows; two or three letters after other words lose 3 bits more ("level 5 lv lamp"). Sellers
of fakes string together the marks that they copy, so what stands after another name loses 2 bits
less, and rare names that stand later hardly any. ``own_word`` is weighed by
``benchmarks.fit_names``.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.labelled import (
    Row,
    find_fold,
    find_rows,
    make_matcher,
    move_brands,
    read_labelled,
    read_names,
)
from matchers.weights import NAME, PRIOR, STANDING

FOLDS = 5
PENALTY = 1.0
RECALL = 0.95
EXACT = "name: exact"
LEVELS = (EXACT, *(f"{name}: {level}" for name, levels in STANDING.items() for level in levels))
BINS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows as numbers."""

    seen: np.ndarray
    """Shape (rows, levels): 1 where a row has a level."""
    offset: np.ndarray
    """Bits that are not fitted."""
    answer: np.ndarray
    """1 where the mark is the brand."""
    weight: np.ndarray
    """How much each row counts."""


def make_table(rows: Sequence[Row]) -> Table:
    """Return the rows as numbers."""
    column = {level: place for place, level in enumerate(LEVELS)}
    seen = np.zeros((len(rows), len(LEVELS)))
    for number, row in enumerate(rows):
        for level in row.levels:
            if level in column:
                seen[number, column[level]] = 1
    titles = Counter(row.mark for row in rows)
    return Table(
        seen=seen,
        offset=np.array([row.rest + PRIOR for row in rows]),
        answer=np.array([row.answer for row in rows], float),
        weight=np.array([titles[row.mark] ** -0.5 for row in rows]),
    )


def fit(table: Table) -> np.ndarray:
    """Return the bits of every level."""
    bits = np.zeros(len(LEVELS))
    penalty = np.full(len(LEVELS), PENALTY * np.log(2))
    penalty[0] = 1e-6
    for _ in range(50):
        odds = find_probability(table.offset + table.seen @ bits)
        slope = table.seen.T @ (table.weight * (table.answer - odds)) - penalty * bits
        curve = (table.seen.T * (table.weight * odds * (1 - odds))) @ table.seen * np.log(2)
        change = np.linalg.solve(curve + np.diag(penalty), slope)
        bits += np.clip(change, -4, 4)
        if np.abs(change).max() < 1e-6:
            break
    return bits


def find_probability(bits: np.ndarray) -> np.ndarray:
    """Return the probability of odds given in bits."""
    return np.asarray(1 / (1 + np.exp2(-np.clip(bits, -60, 60))))


def find_precision(
    scores: np.ndarray, answers: np.ndarray, recall: float = RECALL
) -> tuple[float, float]:
    """Return the precision at the highest score limit with the recall, and that limit."""
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(answers[order])
    limit = scores[order][np.searchsorted(found, np.ceil(recall * answers.sum()))]
    return float(answers[scores >= limit].mean()), float(limit)


def format_calibration(scores: np.ndarray, answers: np.ndarray) -> str:
    """Return a line for each bin of scores, and Brier score and log loss."""
    lines = ["score        rows  expected  observed"]
    for low, high in pairwise(BINS):
        chosen = (scores >= low) & ((scores < high) | (high == 1))
        if chosen.any():
            expected, observed = scores[chosen].mean(), answers[chosen].mean()
            lines.append(f"{low:.2f}-{high:.2f} {chosen.sum():8,} {expected:9.3f} {observed:9.3f}")
    safe = np.clip(scores, 1e-6, 1 - 1e-6)
    loss = -np.mean(answers * np.log2(safe) + (1 - answers) * np.log2(1 - safe))
    lines.append(f"Brier score {np.mean((scores - answers) ** 2):.4f}, log loss {loss:.4f} bits")
    return "\n".join(lines)


def cross_validate(rows: Sequence[Row]) -> np.ndarray:
    """Return bits for the rows by weights fitted to the other marks."""
    folds = np.array([find_fold(row.mark, FOLDS) for row in rows])
    bits = np.zeros(len(rows))
    table = make_table(rows)
    for fold in range(FOLDS):
        others = [row for row, own in zip(rows, folds, strict=True) if own != fold]
        fitted = fit(make_table(others))
        chosen = folds == fold
        bits[chosen] = table.offset[chosen] + table.seen[chosen] @ fitted
    return bits


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description="Fit the bits of how names stand in titles.")
    parser.add_argument("listings", nargs="+", type=Path)
    parser.add_argument("--marks", required=True, type=Path)
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    names = read_names(options.marks)
    moved: dict[str, list[Row]] = {}
    for path in options.listings:
        listings, brands = read_labelled(path)
        matcher = make_matcher(brands, names, options.size)
        rows = find_rows(matcher, move_brands(listings))
        moved[path.name] = [row for row in rows if EXACT in row.levels]
    report = "\n\n".join(format_fit(moved))
    (options.output.write_text if options.output else sys.stdout.write)(report + "\n")


def format_fit(files: dict[str, list[Row]]) -> list[str]:
    """Return the parts of the report."""
    rows = [row for found in files.values() for row in found]
    table = make_table(rows)
    fitted, counts = fit(table), table.seen.sum(axis=0)
    in_use = np.array(
        [NAME["exact"], *(b for levels in STANDING.values() for b in levels.values())]
    )
    lines = [f"{'level':44} {'rows':>7} {'answer':>7} {'fitted':>7} {'in use':>7}"]
    for place, level in enumerate(LEVELS):
        share = table.answer[table.seen[:, place] == 1].mean() if counts[place] else float("nan")
        lines.append(
            f"{level:44} {counts[place]:7,.0f} {share:7.3f} {fitted[place]:7.2f}"
            f" {in_use[place]:7.2f}"
        )
    parts = ["\n".join(lines)]
    for name, found in files.items():
        own = make_table(found)
        others = [row for other, rest in files.items() if other != name for row in rest]
        ways = {"in use": own.offset + own.seen @ in_use, "other marks": cross_validate(found)}
        if others:
            ways["other files"] = own.offset + own.seen @ fit(make_table(others))
        lines = [f"{name}: {len(found):,} names in titles, {own.answer.mean():.3f} the brand"]
        for way, bits in ways.items():
            precision, limit = find_precision(find_probability(bits), own.answer)
            lines.append(
                f"precision at recall {RECALL}, weights {way}: {precision:.3f} ({limit:.3f})"
            )
        parts.append("\n".join(lines))
        parts.append(format_calibration(find_probability(ways["in use"]), own.answer))
    return parts


if __name__ == "__main__":
    main()
