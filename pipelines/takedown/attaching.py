"""Files that people put into a case, kept by content: test purchases, letters, certificates."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crawler.errors import InputError
from crawler.files import locked, whole_file
from crawler.identities import storable

FOLDER = "attachments"
"""In the workspace."""
_CHUNK = 1 << 20
_LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredFile:
    """A file by its content."""

    sha256: str
    name: str
    """As it was called; without its folders."""
    bytes: int


def store_file(workspace: Path, source: Path) -> StoredFile:
    """Copy a file into the workspace under its SHA-256; one that is there stays as it is.

    :raises InputError: when it cannot be read, or is no regular file
    """
    if not source.is_file():
        raise InputError(f"expected a file, got {source}")
    name = os.fsencode(source.name).decode(errors="backslashreplace")
    try:
        with source.open("rb") as file:
            return store_stream(workspace, file, name)
    except OSError as error:
        raise InputError(f"cannot read {source}: {error.strerror}") from error


def store_stream(workspace: Path, source: BinaryIO, name: str) -> StoredFile:
    """Keep what is read under its SHA-256; what is there stays as it is.

    :param name: as it was called
    :raises OSError: when it cannot be read or written
    """
    folder = workspace / FOLDER
    digest, size = hashlib.sha256(), 0
    with locked(folder):
        part = folder / "incoming"
        with whole_file(part) as copy:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                copy.write(chunk)
        place = folder / digest.hexdigest()
        if place.exists():
            part.unlink()
        else:
            part.replace(place)
    return StoredFile(sha256=digest.hexdigest(), name=name, bytes=size)


def plain_name(name: str) -> str:
    """Return the name of a file that somebody sent: without folders, by either slash, and short."""
    last = re.split(r"[/\\]", storable(name))[-1].strip()
    return last[-_LONGEST_NAME:] or "file"
