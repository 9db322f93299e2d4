"""Checking a WACZ so that no byte of it goes unchecked.

``wacz validate`` and ``warcio check`` are well where they fail, but they end well too when
``datapackage-digest.json`` or ``pages/pages.jsonl`` is missing, when files lie in the ZIP beside
those that were listed in other folders, and when a record's digest is not there or not compared.
Here each of these is a check of its own, and what is broken is named: the file, and in an archive
the record.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from pipelines.evidence.archive_checks import Places, check_archive, check_index
from pipelines.evidence.checks import Check, CheckState
from pipelines.evidence.packing import (
    ARCHIVE,
    CAPTURE,
    DIGEST,
    INDEX,
    PACKAGE,
    PAGES,
    SOFTWARE,
    WACZ_VERSION,
    digest_of,
    write_zip,
)

LARGEST = 1_000_000_000
"""Bytes of the files within a WACZ that are read."""
MOST_UNPACKED = 1 << 28
"""Bytes of those that the ZIP has packed: other programs pack lists and texts alone."""
READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def check_wacz(path: Path) -> list[Check]:
    """Return what holds of a WACZ and what is broken, each with the file or record by its name.

    Nothing is ``proven`` here: whoever holds the file can write all of it anew. That it is the
    one that was recorded is shown by the ledger, and by those who stamped that.
    """
    try:
        with path.open("rb") as file:
            return list(_checks(file))
    except OSError as error:
        return [_broken("the file can be read", path.name, error.strerror or str(error))]


def is_wacz(path: Path) -> bool:
    """Tell whether a file is a ZIP, by its first bytes or its end, or is called a WACZ."""
    return path.is_file() and (path.suffix.lower() == ".wacz" or zipfile.is_zipfile(path))


def _checks(file: BinaryIO) -> Iterator[Check]:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            repeated = [n for n, times in Counter(archive.namelist()).items() if times > 1]
            for name in repeated:
                yield _broken("each file is there once", name, "it is there more than once")
            files, unread = _contents(archive, entries)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield _broken("it is a ZIP", "the ZIP", f"{error}")
        return
    yield from unread
    package = yield from _package(files)
    if package is None:
        return
    listed = yield from _listed(files, package)
    yield from _not_listed(files, listed)
    yield from _pages(files, package)
    yield from _archives(files)
    yield from _told(files)
    yield from _bytes_of_zip(file, files, package)


def _contents(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]
) -> tuple[dict[str, bytes], list[Check]]:
    """Return what can be read, its checksum right or not, and a check for each that is wrong."""
    files, checks = {}, []
    what, left, packed = "each file can be read", LARGEST, MOST_UNPACKED
    for entry in entries:
        if entry.compress_type not in READ:
            detail = "it is packed in a way that no WACZ is"
            checks.append(_broken(what, entry.filename, detail))
            continue
        left -= entry.file_size
        packed -= 0 if entry.compress_type == zipfile.ZIP_STORED else entry.file_size
        if left < 0 or packed < 0:
            detail = f"with its {entry.file_size:,} bytes, the ZIP holds too many to be read"
            checks.append(_broken(what, entry.filename, detail))
            continue
        crc = entry.CRC
        del entry.CRC  # or nothing is read of a file that was changed, and no record can be named
        try:
            files[entry.filename] = data = archive.read(entry)
        except Exception as error:  # noqa: BLE001 (the library raises what it likes on broken data)
            checks.append(_broken(what, entry.filename, f"{error}"))
            continue
        if zlib.crc32(data) != crc:
            checks.append(_broken(what, entry.filename, "its checksum in the ZIP is another one"))
    return files, checks


def _package(
    files: Mapping[str, bytes],
) -> Generator[Check, None, Mapping[str, Any] | None]:
    """Check the list of files against its digest; return it, None where there is none."""
    data = files.get(PACKAGE)
    if data is None:
        yield _broken("the list of files is there", PACKAGE, "it is missing")
        return None
    got, word = f"sha256:{hashlib.sha256(data).hexdigest()}", files.get(DIGEST)
    what = "the list of files has its digest"
    if word is None:
        yield _broken(what, DIGEST, "it is missing, so anybody may have changed the list")
    elif word == digest_of(data):
        yield Check(what, "holds", PACKAGE)
    else:
        said = _json(word)
        expected = said.get("hash") if isinstance(said, dict) else None
        if expected == got and isinstance(said, dict) and said.get("path") == PACKAGE:
            signed = "signedData" in said
            detail = "its signature is not checked here" if signed else "it has more in it"
            yield Check(what, "unproven" if signed else "broken", DIGEST, None, detail)
        else:
            named = DIGEST if expected is None else PACKAGE
            yield _broken(what, named, f"expected {expected}, got {got}")
    package = _json(data)
    if not isinstance(package, dict) or not isinstance(package.get("resources"), list):
        yield _broken("the list of files can be read", PACKAGE, "it is no list of files")
        return None
    version = package.get("wacz_version")
    state: CheckState = "holds" if version == WACZ_VERSION else "unproven"
    yield Check("it is a WACZ", state, PACKAGE, None, f"version {version}")
    return package


def _listed(
    files: Mapping[str, bytes], package: Mapping[str, Any]
) -> Generator[Check, None, set[str]]:
    """Check every listed file's size and digest; return the names."""
    names: set[str] = set()
    for told in package["resources"]:
        name = str(told.get("path")) if isinstance(told, dict) else repr(told)
        if name in names:
            yield _broken("each file is listed once", name, "it is listed more than once")
        names.add(name)
        what, data = "the file is as listed", files.get(name)
        if data is None:
            yield _broken(what, name, "it is listed and missing")
            continue
        got = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if told.get("hash") != got:
            yield _broken(what, name, f"expected {told.get('hash')}, got {got}")
        elif told.get("bytes") != len(data):
            yield _broken(what, name, f"expected {told.get('bytes')} bytes, got {len(data)}")
        else:
            yield Check(what, "holds", name)
    return names


def _not_listed(files: Mapping[str, bytes], listed: set[str]) -> Iterator[Check]:
    for name in files:
        if name not in listed and name not in (PACKAGE, DIGEST):
            yield _broken("every file is listed", name, "it lies in the ZIP and is not listed")


def _pages(files: Mapping[str, bytes], package: Mapping[str, Any]) -> Iterator[Check]:
    what, data = "its pages are told", files.get(PAGES)
    if data is None:
        yield _broken(what, PAGES, "it is missing, though the format demands it")
        return
    lines = [_json(line) for line in data.splitlines()]
    pages = [line for line in lines[1:] if isinstance(line, dict) and line.get("url")]
    if not pages or len(pages) != len(lines) - 1:
        yield _broken(what, PAGES, "a line of it is no page")
    elif package.get("mainPageUrl") not in (None, *(page["url"] for page in pages)):
        yield _broken(what, PAGES, "the main page is not among them")
    else:
        yield Check(what, "holds", PAGES, None, f"{len(pages)} pages")


def _archives(files: Mapping[str, bytes]) -> Iterator[Check]:
    """Check each archive, and the index of ours."""
    places: Places = {}
    for name, data in files.items():
        if name.startswith("archive/"):
            found = yield from check_archive(name, data)
            if name == ARCHIVE:
                places = found
    if missing := next((name for name in (INDEX, ARCHIVE) if name not in files), None):
        detail = "it is not there; others name it otherwise"
        yield Check("the index leads to its records", "unproven", missing, None, detail)
        return
    yield from check_index(files[INDEX], places)


def _told(files: Mapping[str, bytes]) -> Iterator[Check]:
    """Say what the capture itself says it is worth."""
    told = _json(files.get(CAPTURE, b""))
    if not isinstance(told, dict):
        return
    what = "it shows what it was made for"
    if told.get("proof") is True:
        yield Check(what, "holds", str(told.get("url")))
    else:
        doubts = told.get("doubts")
        given = doubts if isinstance(doubts, list) and doubts else ["it does not say so"]
        detail = "; ".join(map(str, given))
        yield Check(what, "unproven", str(told.get("url")), None, detail)


def _bytes_of_zip(
    file: BinaryIO, files: Mapping[str, bytes], package: Mapping[str, Any]
) -> Iterator[Check]:
    """Compare the ZIP with what our writer makes of its content: names, dates and gaps included."""
    what = "the ZIP holds nothing else"
    if not str(package.get("software", "")).startswith(SOFTWARE):
        detail = "another program wrote it: what stands between its files is not checked"
        yield Check(what, "unproven", "the ZIP", None, detail)
        return
    again = BytesIO()
    # no time, or one that no ZIP can hold
    with suppress(ValueError, TypeError, OverflowError, struct.error):
        created = datetime.fromisoformat(str(package.get("created"))).astimezone(UTC)
        write_zip(again, files, created)
    file.seek(0)
    ours, theirs = again.getvalue(), file.read()
    if ours == theirs:
        yield Check(what, "holds", "the ZIP", None, f"{len(theirs):,} bytes")
        return
    at = next((n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), None)
    where = min(len(ours), len(theirs)) if at is None else at
    yield _broken(what, "the ZIP", f"its bytes from {where:,} on are not those that were written")


def _broken(what: str, subject: str, detail: str) -> Check:
    return Check(what, "broken", subject, None, detail)


def _json(data: bytes) -> object:
    try:
        parsed: object = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return parsed
