"""An index is saved once, opened by every process, and brought in line with its registry."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from matchers.index import segment
from matchers.index.segment import find_folders
from matchers.marks import MarkIndex

LONG = "a" * 35 + "bcdefg" * 6
FORMS = [
    (0, "Aurelio"),
    (1, "奥雷利奥"),
    (1, "Nordwind"),
    (2, "Снегирь"),
    (3, "QZ"),
    (4, "X"),
    (5, f"{LONG} Zqrtx"),
]
TEXTS = [
    "Aurelio bag",
    "Аur3l1o bag",
    "Nordwnid jacket",
    "奥累利奥 女包",
    "Снегирь, QZ and X",
    "SNEGIR jacket",
    "A u r e l i o",
    "Orelio bag",
    "bag for Nord wind",
    f"{LONG} Zqrtz shoes",
    "",
    "\u202eoileruA\u202c",
]


def _found(index: MarkIndex) -> list[list[tuple[object, ...]]]:
    return [[tuple(match) for match in found] for found in index.find_all(TEXTS)]


def _saved(folder: Path) -> list[int]:
    return [
        json.loads((path / "header.json").read_text())["forms"] for path in find_folders(folder)
    ]


def test_a_saved_index_finds_what_a_new_one_does(tmp_path: Path) -> None:
    expected = _found(MarkIndex(FORMS))
    assert sum(map(len, expected)) >= 10
    assert _found(MarkIndex.open(tmp_path, FORMS)) == expected
    assert _found(MarkIndex.open(tmp_path, FORMS)) == expected
    assert _saved(tmp_path) == [7]


def test_new_names_are_added_without_making_the_rest_again(tmp_path: Path) -> None:
    many = [(i, f"Aurelio{chr(97 + i % 26)}{chr(97 + i // 26)}") for i in range(100)]
    MarkIndex.open(tmp_path, many)
    (first,) = find_folders(tmp_path)
    before = (first / "clue_entries.npy").stat().st_mtime_ns
    more = [*many, (200, "Nordwind")]
    assert [m.owner for m in MarkIndex.open(tmp_path, more).find("Nordwind")] == [200]
    assert _saved(tmp_path) == [100, 1]
    assert (first / "clue_entries.npy").stat().st_mtime_ns == before


def test_names_that_are_gone_are_not_found_and_their_numbers_may_change(tmp_path: Path) -> None:
    MarkIndex.open(tmp_path, FORMS)
    fewer = [(7, "Nordwind"), (8, "Aurelio"), (9, "奥雷利奥"), *FORMS[3:5], FORMS[6]]
    index = MarkIndex.open(tmp_path, fewer)
    assert _saved(tmp_path) == [7]
    assert [match.owner for match in index.find("X Nordwind Aurelio")] == [7, 8]
    MarkIndex.open(tmp_path, fewer[:2])
    assert _saved(tmp_path) == [2]


@pytest.mark.parametrize("forms", [[], [(0, "")], [(0, "!!")], [(0, "Z")]])
def test_registries_with_next_to_nothing(tmp_path: Path, forms: list[tuple[int, str]]) -> None:
    assert MarkIndex.open(tmp_path, forms).find("Aurelio!") == []
    assert MarkIndex.open(tmp_path, forms).find_all([]) == []


def test_a_damaged_index_is_refused(tmp_path: Path) -> None:
    MarkIndex.open(tmp_path, FORMS)
    (folder,) = find_folders(tmp_path)
    (folder / "clue_entries.npy").write_bytes(b"\x93NUMPY nothing")
    with pytest.raises(ValueError, match="is no index of names"):
        MarkIndex.open(tmp_path, FORMS)


def test_the_maker_tells_word_lists_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = segment.find_maker()
    copy = tmp_path / "matchers"
    shutil.copytree(segment._MATCHERS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(segment._MATCHERS.parent / "requirements.lock", tmp_path)
    monkeypatch.setattr(segment, "_MATCHERS", copy)
    make = segment.find_maker.__wrapped__
    assert make() == here
    with (copy / "vocabulary/han_lookalikes.txt").open("a") as file:
        file.write("云 耘\n")
    assert make() != here


def test_an_index_of_another_version_is_made_anew(tmp_path: Path) -> None:
    MarkIndex.open(tmp_path, FORMS)
    (folder,) = find_folders(tmp_path)
    (folder / "header.json").write_text('{"maker": "markhound names of old", "forms": 7}')
    assert [m.owner for m in MarkIndex.open(tmp_path, FORMS).find("Nordwind")] == [1]
    assert _saved(tmp_path) == [7]


@pytest.mark.parametrize("header", ["", "[]", "{}", '{"maker": 1}', '{"maker": "other"}'])
def test_what_is_no_index_is_refused(tmp_path: Path, header: str) -> None:
    (tmp_path / "names-0001").mkdir()
    (tmp_path / "names-0001" / "header.json").write_text(header)
    with pytest.raises(ValueError, match="is no index of names"):
        MarkIndex.open(tmp_path, FORMS)


def test_half_written_and_half_removed_indexes_are_not_seen_and_go(tmp_path: Path) -> None:
    (tmp_path / ".new-abc" / "names").mkdir(parents=True)
    (tmp_path / "names-0003").mkdir()
    (tmp_path / "names-0003" / "clue_entries.npy").write_bytes(b"half")
    assert [m.owner for m in MarkIndex.open(tmp_path, FORMS).find("Nordwind")] == [1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "names-0004"]


def test_without_numba_the_same_is_found(tmp_path: Path) -> None:
    code = (
        "import json, sys; from pathlib import Path\n"
        "from matchers.index.compiled import is_compiled; from matchers.marks import MarkIndex\n"
        "forms, texts = json.load(sys.stdin)\n"
        "assert not is_compiled()\n"
        "print(json.dumps(MarkIndex.open(Path(sys.argv[1]), forms).find_all(texts)))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        input=json.dumps([FORMS, TEXTS]),
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    expected = json.loads(json.dumps(_found(MarkIndex.open(tmp_path, FORMS))))
    assert json.loads(run.stdout) == expected
