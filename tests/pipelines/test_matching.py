"""Fingerprints of references: by several workers, in order, kept while they are made."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.errors import PictureError
from matchers.pictures.prints import Depth, Fingerprint
from pipelines import matching
from pipelines.matching import PRINTS, FingerprintIndex
from pipelines.print_file import PrintFile
from pipelines.sweep.decoding import Decoder
from tests.matchers.conftest import draw_picture


@pytest.fixture
def files(tmp_path: Path) -> list[tuple[Path, Depth]]:
    made: list[tuple[Path, Depth]] = []
    for seed in range(9):
        path = tmp_path / f"{seed}.png"
        draw_picture(seed, (160, 120)).save(path)
        made.append((path, "work"))
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    return [*made, (broken, "work"), (tmp_path / "none.png", "work"), (made[0][0], "logo")]


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    with Decoder() as one:
        yield one


def _digests(found: list[tuple[str, Fingerprint] | PictureError | OSError]) -> list[str]:
    return [_name(one) for one in found]


def _name(one: tuple[str, Fingerprint] | Exception) -> str:
    return one[0] if isinstance(one, tuple) else type(one).__name__


def test_several_workers_give_what_one_gives(
    files: list[tuple[Path, Depth]], decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "_MOST_WORKERS", 1)
    alone = list(FingerprintIndex(decoder).read_all(files))
    monkeypatch.setattr(matching, "_MOST_WORKERS", 3)
    monkeypatch.setattr("pipelines.matching.os.sched_getaffinity", lambda _: range(3))
    monkeypatch.setattr(matching, "_FILES_OF_A_WORKER", 2)
    shared = list(FingerprintIndex(decoder).read_all(files))
    assert _digests(shared) == _digests(alone)
    assert [type(one).__name__ for one in alone[9:11]] == ["PictureError", "PictureError"]
    assert len({*_digests(alone)}) == 11  # one picture as work and as logo; two of one error
    for one, other in zip(alone, shared, strict=True):
        if isinstance(one, tuple):
            assert isinstance(other, tuple)
            assert one[1] == other[1]


def test_a_stopped_run_keeps_what_it_made(
    files: list[tuple[Path, Depth]],
    decoder: Decoder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matching, "_SAVED_AFTER", 2)
    found = FingerprintIndex(decoder, tmp_path / "index").read_all(files)
    digests = [_name(next(found)) for _ in range(5)]
    del found
    kept = PrintFile(tmp_path / "index" / PRINTS)
    assert all(kept.get(digest) is not None for digest in digests[:4])


def test_what_is_kept_is_not_decoded_again(
    files: list[tuple[Path, Depth]], decoder: Decoder, tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    first = _digests(list(FingerprintIndex(decoder, folder).read_all(files[:9])))
    with Decoder(seconds=0.0) as late:  # would time out
        late._makers = {"work": decoder.find_maker("work")}
        again = list(FingerprintIndex(late, folder).read_all(files[:9]))
    assert _digests(again) == first


def test_other_settings_are_kept_side_by_side(
    files: list[tuple[Path, Depth]], decoder: Decoder, tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    with Decoder(hashes_only=True) as hashes:
        for one in (decoder, hashes):
            assert list(FingerprintIndex(one, folder).read_all(files[:9]))
        size = (folder / PRINTS).stat().st_size
        for one in (decoder, hashes):
            assert list(FingerprintIndex(one, folder).read_all(files[:9]))
    assert (folder / PRINTS).stat().st_size == size


def test_fingerprints_of_another_version_are_made_anew(
    files: list[tuple[Path, Depth]], decoder: Decoder, tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    (first,) = FingerprintIndex(decoder, folder).read_all(files[:1])
    assert isinstance(first, tuple)
    path = folder / PRINTS
    data = path.read_bytes()
    at = data.index(b"{")
    old = data[at:].replace(b',"depth":"work"', b"", 1)  # as it was before there were depths
    head = data[: at - 8] + struct.pack("<II", len(old), zlib.crc32(old))
    path.write_bytes(head + old)
    assert PrintFile(path).get(first[0]) is None
    (again,) = FingerprintIndex(decoder, folder).read_all(files[:1])
    assert again == first
