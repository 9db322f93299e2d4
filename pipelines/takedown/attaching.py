"""Files that people put into a case, kept by content: test purchases, letters, certificates."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from crawler.errors import InputError
from crawler.files import locked, whole_file

FOLDER = "attachments"
"""In the workspace."""
_CHUNK = 1 << 20


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
    folder = workspace / FOLDER
    digest, size = hashlib.sha256(), 0
    with locked(folder):
        part = folder / "incoming"
        try:
            with source.open("rb") as file, whole_file(part) as copy:
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    copy.write(chunk)
        except OSError as error:
            raise InputError(f"cannot read {source}: {error.strerror}") from error
        place = folder / digest.hexdigest()
        if place.exists():
            part.unlink()
        else:
            part.replace(place)
    name = os.fsencode(source.name).decode(errors="backslashreplace")
    return StoredFile(sha256=digest.hexdigest(), name=name, bytes=size)
