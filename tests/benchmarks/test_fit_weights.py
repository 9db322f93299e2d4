"""Fitting finds what made the answers; measuring counts as documented."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.catalogue import format_report
from benchmarks.fit_names import format_levels
from benchmarks.fit_weights import (
    EXACT,
    LEVELS,
    cross_validate,
    find_precision,
    find_probability,
    fit,
    format_calibration,
    format_fit,
    make_table,
)
from benchmarks.labelled import (
    Labelled,
    Row,
    find_rows,
    make_matcher,
    move_brands,
    read_labelled,
    read_names,
)
from matchers.weights import PRIOR

TRUE = {EXACT: 9.0, "place: later": -2.0, "rivals: part of another name": -5.0}


def _rows(count: int, seed: int = 1) -> list[Row]:
    """Return rows whose answers follow ``TRUE``, of a mark each."""
    rng, rows = np.random.default_rng(seed), []
    for number in range(count):
        levels = [EXACT, *(level for level in list(TRUE)[1:] if rng.random() < 0.5)]
        bits = PRIOR + sum(TRUE[level] for level in levels)
        rows.append(
            Row(
                listing=number,
                mark=f"mark {number}",
                answer=bool(rng.random() < find_probability(np.array(bits))),
                exact=True,
                levels=tuple(levels),
                rest=0.0,
                bits=bits,
            )
        )
    return rows


def _bits(rows: Sequence[Row]) -> dict[str, float]:
    return dict(zip(LEVELS, fit(make_table(rows)), strict=True))


def test_fitting_finds_the_bits_that_made_the_answers() -> None:
    fitted = _bits(_rows(6000))
    assert all(abs(fitted[level] - bits) < 0.4 for level, bits in TRUE.items())
    assert abs(fitted["own_word: a word"]) < 0.01


def test_a_mark_with_many_titles_does_not_decide_alone() -> None:
    rows = _rows(400)
    often = [replace(row, mark="one", answer=False) for row in _rows(400, 2)]
    assert _bits([*rows, *often])[EXACT] > 7


def test_cross_validation_is_near_what_made_the_answers() -> None:
    rows = _rows(2000)
    wanted = np.array([row.bits for row in rows])
    assert np.abs(cross_validate(rows) - wanted).max() < 1


def test_precision_counts_everything_at_the_limit() -> None:
    scores, answers = np.array([0.9, 0.8, 0.5, 0.5, 0.1]), np.array([1.0, 0, 1, 0, 1])
    assert find_precision(scores, answers, 0.6) == (0.5, 0.5)
    assert find_precision(scores, answers, 0.3) == (1.0, 0.9)


def test_calibration_shows_each_bin() -> None:
    text = format_calibration(np.array([0.01, 0.99, 0.99, 1.0]), np.array([0.0, 1, 1, 0]))
    assert text.splitlines()[1].split() == ["0.00-0.02", "1", "0.010", "0.000"]
    assert text.splitlines()[2].split() == ["0.98-1.00", "3", "0.993", "0.667"]


def test_reports_show_what_was_asked_for() -> None:
    rows = _rows(300)
    assert "other files" in "\n".join(format_fit({"a": rows, "b": _rows(300, 3)}))
    report = format_report(rows, [])
    assert "every exact hit" in report
    assert "other files" not in report


def test_names_that_are_not_exact_are_weighed_against_noise() -> None:
    levels = ("name: split", "place: first")
    text = format_levels(Counter({levels: 100}), Counter({levels: 1}), 1000, 1000)
    assert text.splitlines()[-1].split()[-4:] == ["100", "1", "-0.6", "1.7"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    listings = [
        {"title": "Aurelio leather bag", "brand": "Aurelio"},
        {"title": "Park Avenue shirt", "brand": "PARK AVENUE"},
        {"title": "no brand", "brand": None},
    ]
    names = [{"name": name} for name in ("Park", "云雀", "X", "Nordwind")]
    for file, rows in (("listings.jsonl", listings), ("names.jsonl", names)):
        (tmp_path / file).write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return tmp_path


def test_rows_of_a_catalogue(folder: Path) -> None:
    listings, brands = read_labelled(folder / "listings.jsonl")
    names = read_names(folder / "names.jsonl")
    assert (brands, names) == (["Aurelio", "PARK AVENUE"], ["Nordwind", "Park"])
    rows = list(find_rows(make_matcher(brands, names, 4), listings))
    assert [(row.listing, row.mark, row.answer) for row in rows] == [
        (0, "aurelio", True),
        (1, "parkavenue", True),
        (1, "park", False),
    ]
    assert "rivals: part of another name" in rows[2].levels
    assert all(row.exact and row.levels[0] == EXACT for row in rows)


def test_moved_brands_keep_their_words() -> None:
    listings = [Labelled(title=f"Park Avenue shirt no {n}", brand="parkavenue") for n in range(80)]
    moved = move_brands(listings)
    changed = [new for old, new in zip(listings, moved, strict=True) if old != new]
    assert 8 < len(changed) < 40
    assert all("Park Avenue" in listing.title for listing in changed)
    assert not any(listing.title.startswith("Park") for listing in changed)
