"""The benchmark of altered copies finds what is plainly a copy, and nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks import picture_recall
from benchmarks.manipulations import MANIPULATIONS
from benchmarks.match_pictures import draw_textured
from benchmarks.picture_recall import choose, measure, measure_hashes


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    (tmp_path / "goods").mkdir()
    for number in range(16):
        image = draw_textured(random.Random(number))
        image.save(tmp_path / "goods" / f"{number}.jpg", quality=90)
    return tmp_path


def test_halves_are_apart(photos: Path) -> None:
    halves = [choose(photos, half, 3, ()) for half in ("dev", "test")]
    names = [{path.name for part in half for path in part} for half in halves]
    assert not names[0] & names[1]
    assert len(names[0] | names[1]) == 16
    assert all(len(originals) == 3 for originals, _ in halves)


def test_pictures_of_one_scene_are_never_innocent(photos: Path) -> None:
    assert choose(photos, "dev", 2, ("goods",))[1] == []


def test_copies_are_found_and_others_are_not(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {name: MANIPULATIONS[name] for name in ("mirror", "crop to 50%")}
    monkeypatch.setattr(picture_recall, "MANIPULATIONS", kinds)
    monkeypatch.setattr(picture_recall, "MILD", ("mirror",))
    lines = list(measure(photos, "dev", 4, (), crops=1))
    first, mirror, crop, mean, rich, innocent, *_, cost = lines
    assert first.startswith("dev: 4 registered of 4, and ")
    assert mirror.split() == ["mirror", "1.000", "1.000"]
    assert 0.5 <= float(crop.split()[-1]) <= 1
    assert "of mild ones 1.000" in mean
    assert "4 that show much" in rich
    assert "flagged: 0 of" in innocent
    assert float(cost.split()[-4]) > 1


def test_what_is_passed_over_is_innocent(photos: Path) -> None:
    first, others = choose(photos, "dev", 2, ())
    next_, rest = choose(photos, "dev", 2, (), skip=2)
    assert not set(first) & set(next_)
    assert set(rest) == (set(others) | set(first)) - set(next_)


def test_hashes_are_measured_alone(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_recall, "MILD", ("recompress 80",))
    monkeypatch.setattr(picture_recall, "TURNED", ("mirror",))
    first, mild, mirror, pairs = measure_hashes(photos, "dev", 2, ())
    registered = int(first.split()[3])
    assert mild.split()[-2:] == mirror.split()[-2:] == ["1.000", "1.000"]
    assert pairs == f"  false pairs: 0 of {4 * (registered - 1)}"
