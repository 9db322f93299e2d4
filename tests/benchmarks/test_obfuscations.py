"""What the benchmarks plant is hidden, readable in place, and the same for the same seed."""

from __future__ import annotations

import random

import pytest
from rapidfuzz.distance import OSA

from benchmarks.obfuscations import KINDS, SLIPS, Planted, plant
from benchmarks.registries import make_registry
from benchmarks.titles import is_kept_back, read_titles

NAMES = make_registry(200)
TITLES = read_titles(None, 100)


def _plant(seed: int = 1) -> list[Planted]:
    return plant(NAMES, TITLES, 20, random.Random(seed))


def test_there_are_thirteen_kinds() -> None:
    assert len(KINDS) == 13
    assert {item.kind for item in _plant()} == set(KINDS)


def test_a_seed_decides_what_is_planted() -> None:
    assert _plant() == _plant()
    assert _plant() != _plant(2)


def test_the_span_is_where_the_hidden_name_stands() -> None:
    for item in _plant():
        hidden = item.title[slice(*item.span)]
        assert hidden not in ("", item.name)
        assert item.span[0] == 0 or item.title[item.span[0] - 1] == " "


@pytest.mark.parametrize("kind", sorted(SLIPS))
def test_slips_stay_within_the_budget(kind: str) -> None:
    for item in _plant():
        if item.kind == kind:
            name = "".join(filter(str.isalpha, item.name.lower()))
            hidden = "".join(filter(str.isalpha, item.title[slice(*item.span)].lower()))
            assert 1 <= OSA.distance(hidden, name) <= (1 if len(name) < 8 else 2)


def test_registries_are_distinct_and_of_the_size_asked_for() -> None:
    names = make_registry(1000)
    assert len(set(names)) == 1000
    assert names == make_registry(1000)


def test_half_of_all_titles_are_kept_back() -> None:
    kept = sum(map(is_kept_back, read_titles(None, 1000)))
    assert 400 < kept < 600
