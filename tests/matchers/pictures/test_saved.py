"""Tables of local features are saved once, mapped, and added to."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from matchers.pictures.prints import LocalFeatures
from matchers.pictures.saved import find_own_folder, open_parts


def _features(digest: str) -> LocalFeatures:
    rng = np.random.default_rng(int(digest))
    codes = rng.integers(0, 2**63, (1, 9, 4), dtype=np.uint64)
    return LocalFeatures(rng.random((9, 4), dtype=np.float32), codes)


class _Loads:
    """Counts what is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, digest: str) -> LocalFeatures:
        self.asked.append(digest)
        return _features(digest)


def _digests(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def test_the_second_run_builds_nothing(tmp_path: Path) -> None:
    first, second = _Loads(), _Loads()
    made = open_parts(tmp_path, _digests(8), "maker", first)
    found = open_parts(tmp_path, _digests(8), "maker", second)
    assert (first.asked, second.asked) == (_digests(8), [])
    for one, other in zip(made, found, strict=True):
        assert one.digests == other.digests
        for field, values in one.tables._asdict().items():
            assert np.array_equal(values, getattr(other.tables, field))


def test_what_is_new_is_added_and_nothing_else_is_made(tmp_path: Path) -> None:
    open_parts(tmp_path, _digests(20), "maker", _Loads())
    added = _Loads()
    parts = open_parts(tmp_path, _digests(22), "maker", added)
    assert added.asked == ["20", "21"]
    assert [part.digests for part in parts] == [tuple(_digests(20)), ("20", "21")]


@pytest.mark.parametrize("count", [40, 3])
def test_many_changes_make_it_anew(count: int, tmp_path: Path) -> None:
    open_parts(tmp_path, _digests(20), "maker", _Loads())
    anew = _Loads()
    (part,) = open_parts(tmp_path, _digests(count), "maker", anew)
    assert part.digests == tuple(anew.asked) == tuple(_digests(count))
    assert len(list(tmp_path.glob("part-*"))) == 1


def test_of_another_maker_it_is_made_anew(tmp_path: Path) -> None:
    open_parts(tmp_path, _digests(3), "old", _Loads())
    anew = _Loads()
    open_parts(tmp_path, _digests(3), "new", anew)
    assert anew.asked == _digests(3)


@pytest.mark.parametrize(
    "damage", ["header", "missing", "short", "points", "starts", "codes", "heads"]
)
def test_damaged_tables_are_made_anew(damage: str, tmp_path: Path) -> None:
    open_parts(tmp_path, _digests(3), "maker", _Loads())
    (folder,) = tmp_path.glob("part-*")
    if damage == "header":
        (folder / "header.json").write_text(json.dumps({"maker": "maker"}))
    elif damage == "missing":
        (folder / "codes.npy").unlink()
    elif damage == "short":
        data = (folder / "codes.npy").read_bytes()
        (folder / "codes.npy").write_bytes(data[: len(data) // 2])
    else:
        values = np.load(folder / f"{damage}.npy")
        values.reshape(-1)[1] ^= 1 << 20
        np.save(folder / f"{damage}.npy", values)
    anew = _Loads()
    (part,) = open_parts(tmp_path, _digests(3), "maker", anew)
    assert anew.asked == _digests(3)
    assert part.tables.points.max() < 27


def test_what_stopped_processes_left_is_removed(tmp_path: Path) -> None:
    for name in ("new-abc/part", "part-0001"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "codes.npy").write_bytes(b"half")
    open_parts(tmp_path, _digests(3), "maker", _Loads())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "part-0001"]
    assert len(open_parts(tmp_path, _digests(3), "maker", _Loads())) == 1


def test_no_pictures_make_no_part(tmp_path: Path) -> None:
    assert open_parts(tmp_path, [], "maker", _Loads()) == []


def test_tables_of_some_makers_are_kept_side_by_side(tmp_path: Path) -> None:
    folders = []
    for number, maker in enumerate(["a", "b", "c", "d", "a", "e"]):
        folder = find_own_folder(tmp_path, maker)
        os.utime(folder, (number, number))
        folders.append(folder)
    assert folders[0] == folders[4]
    assert [folder.exists() for folder in folders] == [True, False, True, True, True, True]
