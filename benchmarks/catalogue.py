"""Tell whose goods a title offers: precision at recall .95 against the brand column of a catalogue.

    python -m benchmarks.catalogue FOLDER [--file NAME] [--other NAME...] [--size N] [--output FILE]

The folder is that of the data: ``titles/NAME.jsonl`` has one listing a line (``title``, ``brand``),
``marks/nsi_brands.jsonl`` one name a line (``name``). All brands of the column, filled up with
names to ``--size`` marks, are the rights; the matcher gets the title alone. A pair of a title and a
mark is right if the mark is the brand of its listing. Precision is over all pairs at or above a
score, recall over the titles in which the index finds the brand exactly.

Several answers are compared: every exact hit; the weights in use; and, in place of those in use for
exact names (``benchmarks.fit_weights``), weights fitted to the other marks of the same file in five
folds, or to other files alone. No title is printed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.fit_weights import (
    EXACT,
    RECALL,
    cross_validate,
    find_precision,
    find_probability,
    fit,
    format_calibration,
    make_table,
)
from benchmarks.labelled import (
    Row,
    find_rows,
    make_matcher,
    move_brands,
    read_labelled,
    read_names,
)

THRESHOLD = 0.5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure whose goods a title offers.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--file", default="magellan_walmart-amazon")
    parser.add_argument("--other", nargs="*", default=["myntra_catalog"])
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    names = read_names(options.folder / "marks" / "nsi_brands.jsonl")
    paths = [options.folder / "titles" / f"{name}.jsonl" for name in (options.file, *options.other)]
    rows = _find_rows(paths[0], names, options.size, moved=False)
    others = [
        row for path in paths[1:] for row in _find_rows(path, names, options.size, moved=True)
    ]
    report = f"{options.file}, {options.size:,} marks\n" + format_report(rows, others)
    (options.output.write_text if options.output else sys.stdout.write)(report + "\n")


def _find_rows(path: Path, names: Sequence[str], size: int, *, moved: bool) -> list[Row]:
    listings, brands = read_labelled(path)
    matcher = make_matcher(brands, names, size)
    return list(find_rows(matcher, move_brands(listings) if moved else listings))


def format_report(rows: Sequence[Row], others: Sequence[Row]) -> str:
    """Return what was measured, as a table.

    :param others: of other files, to be fitted to; may be empty
    """
    answers = np.array([row.answer and row.exact for row in rows], float)
    exact = np.array([row.exact for row in rows])
    plain = np.array([EXACT in row.levels for row in rows])
    of_plain = [row for row in rows if EXACT in row.levels]
    ways = {"in use": np.array([row.bits for row in rows])}
    ways["fitted to other marks"] = _put(ways["in use"], plain, cross_validate(of_plain))
    if others:
        table = make_table(of_plain)
        fitted = fit(make_table([row for row in others if EXACT in row.levels]))
        bits = table.offset + table.seen @ fitted
        ways["fitted to other files"] = _put(ways["in use"], plain, bits)
    lines = [
        f"{len(rows):,} pairs of a title and a mark found, {exact.sum():,} of them exact;"
        f" in {answers.sum():,.0f} titles the brand",
        "",
        f"{'':48} precision  recall   score",
        _line("every exact hit", answers, exact, 0),
    ]
    for way, bits in ways.items():
        scores = find_probability(bits)
        for recall in (RECALL, 0.9):
            limit = find_precision(scores, answers, recall)[1]
            lines.append(_line(f"weights {way}, recall {recall}", answers, scores >= limit, limit))
    scores = find_probability(ways["in use"])
    lines.append(_line("weights in use, flagged", answers, scores >= THRESHOLD, THRESHOLD))
    return "\n".join([*lines, "", "weights in use:", format_calibration(scores, answers)])


def _put(bits: np.ndarray, chosen: np.ndarray, new: np.ndarray) -> np.ndarray:
    changed = bits.copy()
    changed[chosen] = new
    return changed


def _line(what: str, answers: np.ndarray, chosen: np.ndarray, limit: float) -> str:
    recall = answers[chosen].sum() / answers.sum()
    return f"{what:48} {answers[chosen].mean():9.3f} {recall:7.3f} {limit:7.3f}"


if __name__ == "__main__":
    main()
