"""WACZ files made to hurt whoever checks them: each is called broken, in little memory."""

from __future__ import annotations

import gzip
import json
import time
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from pipelines.evidence import wacz
from pipelines.evidence.checks import MOST_CHARACTERS, Check
from pipelines.evidence.keeping import keep_capture
from pipelines.evidence.packing import ARCHIVE, CAPTURE, INDEX, PACKAGE, PAGES, digest_of
from pipelines.evidence.wacz import check_wacz
from tests.pipelines.test_wacz import list_anew
from tests.servers import captured

NESTED = b"[" * 100_000
HEAD = b"WARC/1.1\r\nWARC-Type: response\r\nContent-Type: application/http\r\n"


def _zeros(megabytes: int) -> bytes:
    """Return gzip of a record that begins well and goes on with zeros."""
    packer = zlib.compressobj(1, wbits=31)
    piece = b"\0" * 1_000_000
    return (
        packer.compress(HEAD + b"\r\n")
        + b"".join(packer.compress(piece) for _ in range(megabytes))
        + packer.flush()
    )


SECONDS = 5.0
"""Of processor time for one file; the worst took 24."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    workspace = captured.workspace_in(tmp_path_factory.mktemp("wacz"))
    [made] = keep_capture(workspace, captured.material())
    with zipfile.ZipFile(workspace.folder / made.file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def checked(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> list[Check]:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    began = time.process_time()
    checks = check_wacz(path)
    assert time.process_time() - began < SECONDS
    for check in checks:
        assert len(check.subject + check.detail) < 3 * MOST_CHARACTERS
        (check.subject + check.detail).encode()
    assert any(check.state == "broken" for check in checks)
    return checks


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (CAPTURE, NESTED),
        (CAPTURE, b'{"proof": false, "doubts": 5}'),
        (CAPTURE, b'{"proof": false, "doubts": ["' + b"x" * 1_000_000 + b'"]}'),
        (CAPTURE, b'{"proof": true, "url": "\\ud800"}'),
        (PAGES, b'{"format": "json-pages-1.0"}\n' + NESTED),
        (INDEX, b"x 1 {" + NESTED),
        (INDEX, b'x 1 {"offset": "' + b"9" * 10_000 + b'", "length": "1"}'),
        (INDEX, b'x 1 {"offset": "0", "length": "100000000"}\n' * 2_000),
        (ARCHIVE, _zeros(300)),
        (ARCHIVE, gzip.compress(b"W" * 20_000_000, 1)),
        (ARCHIVE, gzip.compress(HEAD + b"X: a\r\n" * 3_000_000 + b"\r\n", 1)),
        (ARCHIVE, gzip.compress(HEAD + b"\r\nHTTP/1.1 200 OK\r\nX: " + b"a" * 20_000_000, 1)),
        (ARCHIVE, gzip.compress(HEAD + b"Content-Length: -5\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")),
    ],
    ids=range(13),
)
def test_a_file_of_it(tmp_path: Path, files: dict[str, bytes], name: str, data: bytes) -> None:
    changed = {**files, name: data}
    list_anew(changed)
    checked(tmp_path / "t.wacz", changed)


@pytest.mark.parametrize(
    "change",
    [
        {"created": "0001-01-01T00:00:00+23:00"},
        {"created": "2200-01-01T00:00:00Z"},
        {"resources": [1, None, {"path": ["a"]}]},
        {"mainPageUrl": "\ud800"},
    ],
)
def test_the_list_of_its_files(
    tmp_path: Path, files: dict[str, bytes], change: dict[str, Any]
) -> None:
    package = json.dumps({**json.loads(files[PACKAGE]), **change}).encode()
    checked(
        tmp_path / "t.wacz",
        {**files, PACKAGE: package, "datapackage-digest.json": digest_of(package)},
    )


def test_a_zip_that_unpacks_to_much_is_not_unpacked(
    tmp_path: Path, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wacz, "MOST_UNPACKED", 2_000_000)
    bombs = {f"z{number}": b"\0" * 1_100_000 for number in range(2)}
    checks = checked(tmp_path / "t.wacz", {**bombs, **files}, zipfile.ZIP_DEFLATED)
    [told] = [check for check in checks if check.subject == "z1"][:1]
    assert "too many to be read" in told.detail
    checks = checked(tmp_path / "t.wacz", files, zipfile.ZIP_LZMA)
    assert "packed in a way that no WACZ is" in checks[0].detail


def test_a_line_of_the_index_must_name_the_very_place_of_a_record(
    tmp_path: Path, files: dict[str, bytes]
) -> None:
    line = files[INDEX].decode().splitlines()[0]
    told = json.loads(line[line.index("{") :])
    for change in ({"length": "5"}, {"offset": "1"}, {"url": "https://other.example/"}):
        changed = {**files, INDEX: f"x 1 {json.dumps(told | change)}\n".encode()}
        list_anew(changed)
        subjects = [c.subject for c in checked(tmp_path / "t.wacz", changed) if c.state == "broken"]
        assert f"{INDEX} line 1" in subjects
