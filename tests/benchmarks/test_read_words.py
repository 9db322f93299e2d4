"""The benchmark of planted words reads what is plain, and keeps its halves apart."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.match_pictures import draw_textured
from benchmarks.picture_recall import encode
from benchmarks.read_words import choose, make_matcher, plant_all, report_planted
from crawler.fonts import find_fonts
from matchers.pictures.ocr import read_lines


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for number in range(12):
        draw_textured(random.Random(number)).save(tmp_path / f"{number}.jpg", quality=90)
    return tmp_path


def test_halves_are_apart(photos: Path) -> None:
    halves = [{name for name, _ in choose(photos, half, 99)} for half in ("dev", "test")]
    assert not halves[0] & halves[1]
    assert len(halves[0] | halves[1]) == 12


def test_planted_words_are_read_and_found(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    planted = list(plant_all(choose(photos, "dev", 2), [next(find_fonts())]))
    assert [one.script for one in planted] == ["Latin", "Chinese"]
    read = [read_lines(encode(one.image)) for one in planted]
    report_planted(planted, read, make_matcher([one.word for one in planted], None, 10))
    both = capsys.readouterr().out.splitlines()[-1].split()
    assert both[:5] == ["both", "all", "2", "1.000", "1.000"]
