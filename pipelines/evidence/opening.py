"""Looking into a capture: what it tells of itself, and what a browser showed of the page.

The file is compared with what was recorded first: one that was changed since shows nothing.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson
from warcio.archiveiterator import ArchiveIterator

from crawler.errors import NotFoundError, WorkspaceError
from crawler.store.captures import Capture
from pipelines.evidence.packing import ARCHIVE, CAPTURE, INDEX, PACKAGE

LARGEST = 500_000_000
"""Bytes of a capture's file that is looked into."""
_PNG = b"\x89PNG\r\n\x1a\n"

View = Literal["fullPage", "text"]
"""``fullPage`` is the photograph, as PNG; ``text`` what the browser showed, as UTF-8."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PackedFile:
    """One file of a capture, as its list of files has it."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedCapture:
    """A capture whose file is the one that was recorded."""

    bytes: int
    told: Mapping[str, Any]
    """What it tells of itself (``capture.json``)."""
    files: tuple[PackedFile, ...]
    views: frozenset[str]
    """Which of the views it has."""


def whole_file_of(folder: Path, capture: Capture) -> Path:
    """Return the path of a capture's file, which is the one that was recorded.

    :param folder: the workspace's
    :raises NotFoundError: when it is not there
    :raises WorkspaceError: when it was changed
    """
    path = (folder / capture.file).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise WorkspaceError(f"the file of {capture.id} lies outside the workspace")
    try:
        with path.open("rb") as file:
            got = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise NotFoundError(f"{capture.file} cannot be read: {error.strerror}") from error
    if got != capture.sha256:
        raise WorkspaceError(
            f"{capture.file} was changed since it was recorded: expected SHA-256"
            f" {capture.sha256}, got {got}"
        )
    return path


def open_capture(folder: Path, capture: Capture) -> OpenedCapture:
    """Return what a capture tells of itself.

    :raises NotFoundError: when its file is not there
    :raises WorkspaceError: when it was changed, or is none
    """
    path = whole_file_of(folder, capture)
    try:
        with zipfile.ZipFile(path) as archive:
            told = orjson.loads(_read(archive, CAPTURE))
            package = orjson.loads(_read(archive, PACKAGE))
            index = _index(archive)
        return OpenedCapture(
            bytes=path.stat().st_size,
            told=told,
            files=tuple(
                PackedFile(
                    path=str(one["path"]),
                    bytes=int(one["bytes"]),
                    sha256=str(one["hash"]).removeprefix("sha256:"),
                )
                for one in package["resources"]
            ),
            views=frozenset(
                name for name in ("fullPage", "text") if f"urn:{name}:{capture.url}" in index
            ),
        )
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, OSError) as error:
        raise WorkspaceError(f"{capture.file} is no capture: {error}") from error


def read_view(folder: Path, capture: Capture, view: View) -> bytes:
    """Return the photograph of a capture, or the text that the browser showed.

    :raises NotFoundError: when its file is not there, or has no such view
    :raises WorkspaceError: when it was changed, or is none
    """
    path = whole_file_of(folder, capture)
    try:
        with zipfile.ZipFile(path) as archive:
            place = _index(archive).get(f"urn:{view}:{capture.url}")
            if place is None:
                raise NotFoundError(f"{capture.id} has no such view: no browser showed the page")
            offset, length = place
            records = _read(archive, ARCHIVE)[offset : offset + length]
        record = next(iter(ArchiveIterator(io.BytesIO(records))))
        data: bytes = record.content_stream().read()
    except (zipfile.BadZipFile, ValueError, KeyError, StopIteration, OSError) as error:
        raise WorkspaceError(f"{capture.file} is no capture: {error}") from error
    if view == "fullPage" and not data.startswith(_PNG):
        raise WorkspaceError(f"the photograph of {capture.id} is no PNG")
    return data


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    size = archive.getinfo(name).file_size
    if size > LARGEST:
        raise ValueError(f"{name} has {size:,} bytes, more than {LARGEST:,}")
    return archive.read(name)


def _index(archive: zipfile.ZipFile) -> dict[str, tuple[int, int]]:
    """Return URL -> offset and length of its record, of what is no answer of a server."""
    found = {}
    for line in _read(archive, INDEX).decode().splitlines():
        if line.startswith("urn:"):
            told = orjson.loads(line[line.index(" {") :])
            found[str(told["url"])] = (int(told["offset"]), int(told["length"]))
    return found
