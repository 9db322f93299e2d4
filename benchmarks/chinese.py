"""Precision of Han names in real Chinese titles: is a name that is found the title's brand?

    python -m benchmarks.chinese DATA [--seed N] [--fit] [--output FILE]

DATA holds ``titles/taobao_beauty_zh.jsonl`` (``title``, ``brand``), beside it
``taobao_ecner_zh.jsonl`` (``title``, ``brands``: all that are named in it, often none), and in
``marks/`` the name lists ``taobao_brand_gazetteer_zh.txt`` and ``zh_company_short_names.txt``.
The registry is every brand that is labelled, and 10,000 names of the lists in random order; each is
a right of its own.

Only titles are matched. A right is correct where its comparable letters are those of a label of the
title, and nothing else: part of a label, or the same brand in the other script, counts as wrong.
Recall counts the labels with a Han character that are rights, found or not; the last block counts
all names.

Rows are ranked by the score. A mark's digest decides which half it belongs to: features were
developed and the weights in use were fitted on the first (``--fit`` prints them). Weights "of other
marks" are fitted without the mark that they judge, in five folds by mark.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.labelled import find_fold
from benchmarks.titles import is_kept_back
from crawler.model import Listing, Right
from matchers.candidate import Candidate
from matchers.han_standing import FEATURES, find_han_levels, is_han
from matchers.judge import Matcher, MatchSettings, Subject
from matchers.tokens import joined_letters
from matchers.weights import HAN_STANDING, PRIOR

Numbers = npt.NDArray[np.float64]
SEED = 20261122
LISTED = 10_000
FOLDS = 5
PENALTY = 1.0
RECALLS = (0.82, 0.85)
LEVELS = tuple(
    f"{feature.__name__}: {level}"
    for feature in FEATURES
    for level in HAN_STANDING[feature.__name__]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Title:
    """A labelled title."""

    file: str
    text: str
    brands: frozenset[str]
    """Comparable letters."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A right that is found in a title."""

    file: str
    mark: str
    answer: bool
    bits: float
    """Of all findings, with the prior."""
    levels: tuple[str, ...]
    """How a Han name stands that is there exactly; empty for others."""
    rest: float
    """Bits of the other findings, with the prior."""


def read_titles(data: Path) -> list[Title]:
    """Return the titles of both files."""
    found = []
    for name in ("taobao_beauty_zh", "taobao_ecner_zh"):
        for line in (data / f"titles/{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            brands = row["brands"] if "brands" in row else [row["brand"]]
            keys = frozenset(joined_letters(brand) for brand in brands if brand)
            found.append(Title(file=name, text=row["title"], brands=keys))
    return found


def make_rights(titles: Iterable[Title], data: Path, seed: int) -> list[Right]:
    """Return the labelled brands and ``LISTED`` names, each as a right named by its letters."""
    lists = ("taobao_brand_gazetteer_zh", "zh_company_short_names")
    files = [(data / f"marks/{name}.txt").read_text(encoding="utf-8") for name in lists]
    names = {joined_letters(line) for text in files for line in text.splitlines()}
    listed = sorted(name for name in names if _is_usable(name))
    random.Random(seed).shuffle(listed)
    brands = sorted({brand for title in titles for brand in title.brands if _is_usable(brand)})
    keys = dict.fromkeys([*brands, *listed[:LISTED]])
    return [Right(id=key, kind="trademark", name=key) for key in keys]


def _is_usable(name: str) -> bool:
    return len(name) > 1 and not name.isdigit()


def find_rows(titles: Sequence[Title], rights: Sequence[Right]) -> Iterator[Row]:
    """Yield a row for every right in a title that scores at all."""
    matcher = Matcher(rights, {}, MatchSettings(cutoff=0))
    for number, title in enumerate(titles):
        listing = Listing(url=f"https://shop.example/{number}", title=title.text)
        for candidate in matcher.find_candidates(Subject(listing=listing, pictures={})):
            findings = matcher.judge(candidate).findings
            total = sum(finding.weight for finding in findings)
            standing = [finding for finding in findings if finding.feature in HAN_STANDING]
            levels = _find_levels(candidate, standing[0].span) if standing else ()
            fitted = sum(finding.weight for finding in standing) if levels else 0.0
            yield Row(
                file=title.file,
                mark=candidate.right.id,
                answer=candidate.right.id in title.brands,
                bits=PRIOR + total,
                levels=levels,
                rest=PRIOR + total - fitted,
            )


def _find_levels(candidate: Candidate, span: tuple[int, int] | None) -> tuple[str, ...]:
    match = next(found.match for found in candidate.names if found.match.span == span)
    if match.distance:
        return ()
    found = find_han_levels(candidate, match)
    return tuple(f"{feature}: {level}" for feature, level in found.items())


def fit(rows: Sequence[Row]) -> Numbers:
    """Return the bits of every level: logistic regression with a penalty on squares, by Newton.

    A mark counts with the square root of its rows, so that few large brands do not decide alone.
    """
    seen, offset = find_table(rows)
    answer = np.array([row.answer for row in rows], float)
    times = Counter(row.mark for row in rows)
    weight = np.array([times[row.mark] ** -0.5 for row in rows])
    bits, penalty = np.zeros(len(LEVELS)), PENALTY * np.log(2)
    for _ in range(50):
        odds = 1 / (1 + np.exp2(-np.clip(offset + seen @ bits, -60, 60)))
        slope = seen.T @ (weight * (answer - odds)) - penalty * bits
        curve = (seen.T * (weight * odds * (1 - odds))) @ seen * np.log(2)
        change = np.linalg.solve(curve + penalty * np.eye(len(bits)), slope)
        bits += np.clip(change, -4, 4)
        if np.abs(change).max() < 1e-6:
            break
    return bits


def find_table(rows: Sequence[Row]) -> tuple[Numbers, Numbers]:
    """Return which levels each row has, rows x levels, and the bits of the rest."""
    column = {level: place for place, level in enumerate(LEVELS)}
    seen = np.zeros((len(rows), len(LEVELS)))
    for number, row in enumerate(rows):
        seen[number, [column[level] for level in row.levels]] = 1
    return seen, np.array([row.rest for row in rows], float)


def cross_validate(rows: Sequence[Row]) -> Numbers:
    """Return the bits of all rows by weights fitted to the other marks."""
    folds = np.array([find_fold(row.mark, FOLDS) for row in rows])
    seen, bits = find_table(rows)
    for fold in range(FOLDS):
        others = [row for row, own in zip(rows, folds, strict=True) if own != fold and row.levels]
        bits[folds == fold] += seen[folds == fold] @ fit(others)
    return bits


def find_precision(bits: Numbers, answers: Numbers, wanted: int) -> float:
    """Return the precision of the best rows that hold so many correct ones."""
    order = np.argsort(-bits, kind="stable")
    place = np.searchsorted(np.cumsum(answers[order]), wanted)
    if place >= len(order):
        return float("nan")
    return float(answers[bits >= bits[order][place]].mean())


def format_line(name: str, rows: Sequence[Row], bits: Numbers, labels: int) -> str:
    """Return a line of figures."""
    answers = np.array([row.answer for row in rows], float)
    flagged = bits >= 0
    parts = [f"{name:46} {labels:6,}", f"{len(rows):6,}"]
    parts += [f"{find_precision(bits, answers, int(np.ceil(r * labels))):6.3f}" for r in RECALLS]
    parts += [f"{answers[flagged].mean():.3f} {answers[flagged].sum() / labels:.3f}"]
    return "  ".join(parts)


def format_report(titles: Sequence[Title], rows: Sequence[Row], rights: Sequence[Right]) -> str:
    """Return all figures."""
    known = {right.id for right in rights}
    labels = [(title.file, brand) for title in titles for brand in title.brands & known]
    own, others = np.array([row.bits for row in rows]), cross_validate(rows)
    heads = "  ".join(f"P@{recall}" for recall in RECALLS)
    lines = [f"{'':46} labels    rows  {heads}  P, R at score .5"]
    for kind, chosen in KINDS.items():
        for file in ("", "taobao_beauty_zh", "taobao_ecner_zh"):
            count = sum(chosen(mark) and file in (where, "") for where, mark in labels)
            places = [
                n for n, row in enumerate(rows) if chosen(row.mark) and file in (row.file, "")
            ]
            some = [rows[place] for place in places]
            lines.append(format_line(f"{kind}, {file or 'both files'}", some, own[places], count))
            lines.append(format_line("  weights of other marks", some, others[places], count))
    return "\n".join(lines)


KINDS: Mapping[str, Callable[[str], bool]] = {
    "Han names": is_han,
    "half developed on": lambda mark: is_han(mark) and not is_kept_back(mark),
    "half kept back": lambda mark: is_han(mark) and is_kept_back(mark),
    "all names": bool,
}
"""Which marks count in each block of the report."""


def format_fit(rows: Sequence[Row]) -> str:
    """Return the bits of every level, fitted to the first half of the marks."""
    rows = [row for row in rows if row.levels and not is_kept_back(row.mark)]
    seen, _ = find_table(rows)
    answer = np.array([row.answer for row in rows], float)
    in_use = [bits for feature in FEATURES for bits in HAN_STANDING[feature.__name__].values()]
    lines = [f"{'level':32} {'rows':>6} {'answer':>7} {'fitted':>7} {'in use':>7}"]
    for place, (level, bits) in enumerate(zip(LEVELS, fit(rows), strict=True)):
        chosen = seen[:, place] == 1
        share = answer[chosen].mean() if chosen.any() else float("nan")
        lines.append(f"{level:32} {chosen.sum():6,} {share:7.3f} {bits:7.2f} {in_use[place]:7.2f}")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the precision of Han names in titles.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--fit", action="store_true", help="print the fitted bits too")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    titles = read_titles(options.data)
    rights = make_rights(titles, options.data, options.seed)
    rows = list(find_rows(titles, rights))
    report = f"{len(titles):,} titles, {len(rights):,} rights, seed {options.seed}\n\n"
    report += format_report(titles, rows, rights) + "\n"
    if options.fit:
        report += "\n" + format_fit(rows) + "\n"
    (options.output.write_text if options.output else sys.stdout.write)(report)


if __name__ == "__main__":
    main()
