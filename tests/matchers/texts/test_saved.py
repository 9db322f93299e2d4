"""Tables are saved once, mapped, and never believed when they are damaged."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from matchers.arrays import sum_array
from matchers.texts import saved, tables
from matchers.texts.index import TextIndex
from matchers.texts.saved import open_text_index
from matchers.texts.tables import Tables
from tests.matchers.texts.written import write_han, write_words

TEXTS = [(0, write_words(200, 1)), (4, write_han(300, 2)), (0, ""), (4, write_words(60, 3))]


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that gets an entry for each time that tables are built."""
    counted: list[int] = []
    build = tables.build_tables

    def count(texts: list[tuple[int, str]]) -> Tables:
        counted.append(len(texts))
        return build(texts)

    monkeypatch.setattr(saved, "build_tables", count)
    return counted


def _part(folder: Path) -> Path:
    (header,) = folder.glob("*/part/header.json")
    return header.parent


def test_the_second_run_builds_nothing_and_finds_the_same(
    tmp_path: Path, builds: list[int]
) -> None:
    page = f"{write_words(50, 9)} {TEXTS[0][1][300:900]} {TEXTS[1][1][50:200]}"
    expected = TextIndex(TEXTS).find(page)
    assert len(expected) == 2
    for _ in range(2):
        assert open_text_index(tmp_path, TEXTS).find(page) == expected
    assert builds == [4]


def test_saved_tables_are_mapped(tmp_path: Path) -> None:
    made = open_text_index(tmp_path, TEXTS).tables
    for field, values in TextIndex(TEXTS).tables._asdict().items():
        there = getattr(made, field)
        assert np.array_equal(values, there)
        assert isinstance(there.base, np.memmap) or not len(there)


@pytest.mark.parametrize(
    "texts", [[], TEXTS[:1], TEXTS[::-1], [(1, TEXTS[0][1])], [(0, TEXTS[0][1] + "x")]]
)
def test_other_texts_have_tables_of_their_own(
    texts: list[tuple[int, str]], tmp_path: Path, builds: list[int]
) -> None:
    for wanted in (TEXTS, texts, TEXTS, texts):
        index = open_text_index(tmp_path, wanted)
        assert index.tables.owners.tolist() == [owner for owner, _ in wanted]
    assert builds == [len(TEXTS), len(texts)]


def test_of_another_version_they_are_made_anew(
    tmp_path: Path, builds: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_text_index(tmp_path, TEXTS)
    monkeypatch.setattr(saved, "_version", lambda: "other")
    open_text_index(tmp_path, TEXTS)
    assert builds == [4, 4]


@pytest.mark.parametrize("damage", ["header", "missing", "short", *Tables._fields])
def test_damaged_tables_are_made_anew(damage: str, tmp_path: Path, builds: list[int]) -> None:
    open_text_index(tmp_path, TEXTS)
    part = _part(tmp_path)
    if damage == "header":
        (part / "header.json").write_text("{}")
    elif damage == "missing":
        (part / "tokens.npy").unlink()
    elif damage == "short":
        (part / "tokens.npy").write_bytes((part / "tokens.npy").read_bytes()[:-4])
    else:
        content = bytearray((part / f"{damage}.npy").read_bytes())
        content[-1] ^= 0x40
        (part / f"{damage}.npy").write_bytes(content)
    index = open_text_index(tmp_path, TEXTS)
    assert index.find(TEXTS[0][1])[0].share == 1
    assert builds == [4, 4]


@pytest.mark.parametrize(
    ("field", "value"),
    [("places", 10**6), ("held", 9), ("kinds", 9), ("bounds", -1), ("word_ids", 5), ("hashes", 0)],
)
def test_tables_that_lead_nowhere_are_not_believed(
    field: str, value: int, tmp_path: Path, builds: list[int]
) -> None:
    made = open_text_index(tmp_path, TEXTS).tables
    values = getattr(made, field).copy()
    values[-1] = value
    part = _part(tmp_path)
    np.save(part / f"{field}.npy", values)
    header = json.loads((part / "header.json").read_text())
    header["sums"][field] = sum_array(values)
    (part / "header.json").write_text(json.dumps(header))
    open_text_index(tmp_path, TEXTS)
    assert builds == [4, 4]


def test_half_written_tables_are_removed(tmp_path: Path) -> None:
    open_text_index(tmp_path, TEXTS)
    left = _part(tmp_path).parent / "new-abc"
    left.mkdir()
    open_text_index(tmp_path, TEXTS)
    assert not left.exists()
