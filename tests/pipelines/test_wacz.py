"""Checking a WACZ: every byte of it counts, and what is broken is named."""

from __future__ import annotations

import gzip
import io
import random
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pipelines.evidence.checks import Check
from pipelines.evidence.keeping import keep_capture
from pipelines.evidence.packing import Page, digest_of, package_of
from pipelines.evidence.wacz import check_wacz
from tests.servers import captured

BIN = Path(sys.executable).parent
ARCHIVE = "archive/data.warc.gz"


@pytest.fixture(scope="module")
def wacz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = captured.workspace_in(tmp_path_factory.mktemp("wacz"))
    [made] = keep_capture(workspace, captured.material())
    return workspace.folder / made.file


def broken(path: Path) -> list[Check]:
    return [check for check in check_wacz(path) if check.state == "broken"]


def test_an_untouched_one_holds_and_nothing_of_it_is_called_proven(wacz: Path) -> None:
    assert {check.state for check in check_wacz(wacz)} == {"holds"}


def test_every_flipped_bit_is_found_and_its_file_is_named(wacz: Path, tmp_path: Path) -> None:
    data, chosen = wacz.read_bytes(), random.Random(6)
    spans = spans_of(wacz)
    positions = [
        *chosen.sample(range(len(data)), 100),
        *(chosen.randrange(*span) for span in spans.values() for _ in range(15)),
    ]
    assert len(positions) > 200
    tampered = tmp_path / "t.wacz"
    for position in positions:
        flipped = bytearray(data)
        flipped[position] ^= 1 << chosen.randrange(8)
        tampered.write_bytes(flipped)
        subjects = [check.subject for check in broken(tampered)]
        assert subjects, position
        for name, (start, end) in spans.items():
            if start <= position < end:
                assert any(subject.startswith(name) for subject in subjects), (position, subjects)


def spans_of(path: Path) -> dict[str, tuple[int, int]]:
    """Return where the content of each file lies in the ZIP."""
    with zipfile.ZipFile(path) as archive:
        return {
            entry.filename: (
                entry.header_offset + 30 + len(entry.filename),
                entry.header_offset + 30 + len(entry.filename) + entry.file_size,
            )
            for entry in archive.infolist()
        }


def test_bytes_before_between_and_after_are_found(wacz: Path, tmp_path: Path) -> None:
    data, tampered = wacz.read_bytes(), tmp_path / "t.wacz"
    for other in (data + b"x", b"x" + data, data[:-1], data[:100], b"", b"no zip"):
        tampered.write_bytes(other)
        assert broken(tampered)


def without(files: dict[str, bytes], *, name: str) -> None:
    """Take a file out; of what the list of files names, write that anew, too."""
    del files[name]
    if not name.startswith("datapackage"):
        list_anew(files)


def list_anew(files: dict[str, bytes]) -> None:
    listed = {name: data for name, data in files.items() if not name.startswith("datapackage")}
    page = Page(url=captured.URL, title="", text="", at=captured.AT)
    files["datapackage.json"] = package_of(listed, page, "Markhound", captured.AT)
    files["datapackage-digest.json"] = digest_of(files["datapackage.json"])


def repacked(wacz: Path, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """Return a ZIP whose content was changed by somebody who wrote the list of files anew."""
    files = captured.files_of(wacz)
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_what_other_tools_let_pass_is_broken_here(wacz: Path, tmp_path: Path) -> None:
    tampered = tmp_path / "t.wacz"
    for name in ("datapackage-digest.json", "pages/pages.jsonl"):
        tampered.write_bytes(repacked(wacz, partial(without, name=name)))
        command = [str(BIN / "wacz"), "validate", "-f", str(tampered)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, "the trap is gone: wacz sees it by itself"
        assert name in [check.subject for check in broken(tampered)]


def test_a_file_that_is_not_listed_or_there_twice_is_named(wacz: Path, tmp_path: Path) -> None:
    tampered = tmp_path / "t.wacz"
    tampered.write_bytes(repacked(wacz, lambda files: files.update({"a/b/extra": b"x"})))
    assert "a/b/extra" in [check.subject for check in broken(tampered)]
    with zipfile.ZipFile(tampered, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("indexes/index.cdx", b"other")
    assert "each file is there once" in [check.what for check in broken(tampered)]


def test_a_record_that_does_not_hold_by_itself_is_named_whatever_the_list_says(
    wacz: Path, tmp_path: Path
) -> None:
    tampered = tmp_path / "t.wacz"
    changes = {
        b"WARC-Block-Digest: ": (b"X-Was-Block-Digest: ", "it has no digest of its block"),
        "奥雷利奥".encode(): ("奥雷利呑".encode(), "digest failed"),
    }
    for old, (new, words) in changes.items():
        tampered.write_bytes(repacked(wacz, partial(written_anew, old=old, new=new)))
        found = [one for one in broken(tampered) if one.what == "each record has its digest"]
        assert words in found[0].detail
        assert found[0].subject.startswith(f"{ARCHIVE} at ")


def written_anew(files: dict[str, bytes], *, old: bytes, new: bytes) -> None:
    """Change every record, and let list and digest say that it was always so."""
    members = [gzip.decompress(member) for member in members_of(files[ARCHIVE])]
    files[ARCHIVE] = b"".join(gzip.compress(plain.replace(old, new)) for plain in members)
    list_anew(files)


def members_of(data: bytes) -> list[bytes]:
    members = []
    while data:
        reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
        reader.decompress(data)
        members.append(data[: len(data) - len(reader.unused_data)])
        data = reader.unused_data
    return members
