"""Fingerprints on disk outlast processes that are stopped while they write."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from crawler.errors import InputError
from matchers.pictures.prints import Fingerprint, LocalFeatures
from pipelines.print_file import PrintFile


def _make(seed: int) -> Fingerprint:
    rng = np.random.default_rng(seed)
    local = LocalFeatures(
        rng.random((7, 4), dtype=np.float32), rng.integers(0, 9, (4, 7, 4), dtype=np.uint64)
    )
    grey = rng.bytes(1024)
    return Fingerprint(
        maker=f"m{seed}", size=(3, 4), look="plain", views=(), greys=(grey,), local=local
    )


def _digest(seed: int) -> str:
    return hashlib.sha256(bytes([seed])).hexdigest()


def test_what_was_added_is_there_next_time(tmp_path: Path) -> None:
    place = tmp_path / "new" / "prints"
    PrintFile(place).add({_digest(seed): _make(seed) for seed in range(3)})
    size = place.stat().st_size
    again = PrintFile(place)
    again.add({_digest(2): _make(2), _digest(3): _make(3)})
    assert place.stat().st_size == size + (size - 25) // 3
    for file in (again, PrintFile(place)):
        for seed in range(4):
            found = file.get(_digest(seed))
            assert found == _make(seed)
            assert found is not None
            assert np.array_equal(found.local.codes, _make(seed).local.codes[:1])
        assert file.get(_digest(7)) is None


def test_one_of_another_maker_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    place = tmp_path / "prints"
    PrintFile(place).add({_digest(1): _make(1), _digest(2): _make(2)})
    PrintFile(place).add({_digest(1): _make(7)})
    assert PrintFile(place).get(_digest(1)) == _make(7)
    assert PrintFile(place).get(_digest(2)) == _make(2)


def test_an_unfinished_record_is_cut_off(tmp_path: Path) -> None:
    place = tmp_path / "prints"
    PrintFile(place).add({_digest(seed): _make(seed) for seed in range(2)})
    whole = place.read_bytes()
    for size in (len(whole) - 1, len(whole) - 900, 1000, 30, 10):
        place.write_bytes(whole[:size])
        if size < 25:
            with pytest.raises(InputError, match="no index of Markhound"):
                PrintFile(place)
            continue
        file = PrintFile(place)
        assert file.get(_digest(1)) is None
        file.add({_digest(1): _make(1)})
        assert PrintFile(place).get(_digest(1)) == _make(1)


def test_a_file_that_vanished_is_made_anew(tmp_path: Path) -> None:
    place = tmp_path / "prints"
    file = PrintFile(place)
    file.add({_digest(1): _make(1)})
    place.unlink()
    file.add({_digest(2): _make(2)})
    assert PrintFile(place).get(_digest(2)) == _make(2)


def test_two_that_write_lose_nothing(tmp_path: Path) -> None:
    place = tmp_path / "prints"
    one, other = PrintFile(place), PrintFile(place)
    one.add({_digest(1): _make(1)})
    other.add({_digest(2): _make(2)})
    one.add({_digest(3): _make(3)})
    assert [PrintFile(place).get(_digest(seed)) for seed in (1, 2, 3)] == [*map(_make, (1, 2, 3))]
