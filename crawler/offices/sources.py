"""What is in a file that an office delivers: one document, or a ZIP of many and their pictures."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from crawler.errors import InputError
from crawler.pictures import MAX_BYTES
from crawler.workbooks import WORKBOOKS

ZIP = ".zip"
XML = ".xml"
JSON = ".json"
TABLES = (".csv", ".tsv", ".txt")
DOCUMENTS = (XML, JSON, *TABLES, *WORKBOOKS)
MOST_MEMBERS = 200_000
MOST_UNPACKED = 200
"""How many times larger a member may be than it is packed; offices' XML shrinks to a twentieth."""
SMALL = 64 * 1024 * 1024
"""Bytes up to which a member may be whatever times larger."""

FindBytes = Callable[[str], bytes | None]
"""Name of a picture -> what it holds, if there is one."""
Seen = Callable[[int], None]
"""Is told of bytes that were read."""
Broken = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
"""What unpacking a damaged, encrypted or strange archive raises."""


def unseen(_: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One document."""

    path: Path
    """Of the file; of a member of a ZIP file the two put together, for messages."""
    size: int
    """Bytes, unpacked."""
    opening: Callable[[], BinaryIO]
    find_picture: Callable[[str], Path | bytes | None]
    """A picture that is named in the document: its path, relative to the file's folder, or what it
    holds; None where there is none of that name."""
    beside_others: bool = False
    """Whether it is one of several documents of an archive, so that a text may be one to read."""

    @property
    def suffix(self) -> str:
        """Return the end of its name, in small letters."""
        return self.path.suffix.lower()


@contextmanager
def open_sources(path: Path, sent: FindBytes | None = None) -> Iterator[Iterator[Source]]:
    """Open the documents of a file for the length of a ``with`` block.

    :param sent: where pictures are that are in no archive; None = in the file's folder
    :raises InputError: when it is no archive that is read, or holds no document
    """
    if path.suffix.lower() != ZIP:
        yield iter((_plain(path, sent),))
        return
    try:
        archive = zipfile.ZipFile(path)
    except Broken as error:
        raise InputError(f"{path}: not a ZIP file that can be read: {error}") from error
    with archive:
        yield _members(path, archive, sent)


def _plain(path: Path, sent: FindBytes | None) -> Source:
    folder = path.parent

    def opening() -> BinaryIO:
        return path.open("rb")

    def find_picture(name: str) -> Path | None:
        for candidate in _candidates(name):
            try:
                if (folder / candidate).is_file():
                    return Path(candidate)
            except OSError:  # a name that is too long to be one
                continue
        return None

    try:
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    return Source(path=path, size=size, opening=opening, find_picture=sent or find_picture)


def _candidates(name: str) -> Iterator[PurePosixPath]:
    """Yield where a picture may be; a document names nothing outside of its own folder."""
    given = PurePosixPath(name.replace("\\", "/"))
    if "\0" in name or not given.name:
        return
    if not given.is_absolute() and ".." not in given.parts and ":" not in name:
        yield given
    yield PurePosixPath(given.name)


def _members(path: Path, archive: zipfile.ZipFile, sent: FindBytes | None) -> Iterator[Source]:
    members = [one for one in archive.infolist() if not one.is_dir()]
    if len(members) > MOST_MEMBERS:
        raise InputError(f"{path}: expected at most {MOST_MEMBERS:,} files, got {len(members):,}")
    pictures: dict[str, zipfile.ZipInfo] = {}
    documents = []
    for member in members:
        name = PurePosixPath(member.filename)
        if name.suffix.lower() in DOCUMENTS:
            documents.append(member)
        else:
            pictures.setdefault(str(name).lower(), member)
            pictures.setdefault(name.name.lower(), member)
    if not documents:
        raise InputError(f"{path}: expected {', '.join(DOCUMENTS)} in it, got none of them")

    def find_picture(name: str) -> bytes | None:
        for candidate in _candidates(name):
            member = pictures.get(str(candidate).lower())
            if member is not None and member.file_size <= MAX_BYTES:
                return _read(archive, member)
        return None if sent is None else sent(name)

    several = len(documents) > 1
    return (
        replace(_member(path, archive, one, find_picture), beside_others=several)
        for one in documents
    )


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes | None:
    try:
        with archive.open(member) as file:
            data = file.read(MAX_BYTES + 1)
    except Broken:
        return None
    return data if len(data) <= MAX_BYTES else None


def _member(
    path: Path,
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    find_picture: FindBytes,
) -> Source:
    place = path / member.filename
    if member.file_size > max(SMALL, MOST_UNPACKED * member.compress_size):
        times = member.file_size // max(1, member.compress_size)
        raise InputError(f"{place}: grows to {times:,} times its size; not unpacked")

    def opening() -> BinaryIO:
        try:
            return io.BufferedReader(
                _Limited(cast("BinaryIO", archive.open(member)), member.file_size)
            )
        except Broken as error:
            raise InputError(f"{place}: cannot be unpacked: {error}") from error

    return Source(path=place, size=member.file_size, opening=opening, find_picture=find_picture)


class _Stream(io.RawIOBase):
    """A stream made of another one."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # a buffer of bytes
        """Read what comes next, at most as much as there is room for."""
        data = self.take(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def take(self, size: int) -> bytes:
        """Return what comes next."""
        return self._file.read(size)

    def close(self) -> None:
        """Close both."""
        self._file.close()
        super().close()


class _Limited(_Stream):
    """A member of an archive; what is damaged in it is told as such."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        super().__init__(file)
        self._left = size

    def take(self, size: int) -> bytes:
        """Return what comes next.

        :raises InputError: when it cannot be unpacked
        """
        try:
            data = super().take(size)
        except Broken as error:
            raise InputError(f"the archive is damaged: {error}") from error
        self._left -= len(data)
        if self._left < 0:
            raise InputError("the archive holds more than it says")
        return data


class Counted(_Stream):
    """A stream that tells how much of it was read."""

    def __init__(self, file: BinaryIO, seen: Seen) -> None:
        super().__init__(file)
        self._seen = seen

    def take(self, size: int) -> bytes:
        """Return what comes next."""
        data = super().take(size)
        self._seen(len(data))
        return data

    def seekable(self) -> bool:
        """Say whether it can be read in any order."""
        return self._file.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go on reading elsewhere."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return where it is read."""
        return self._file.tell()


def count_bytes(path: Path) -> int:
    """Return how many bytes there are to read in a file, unpacked."""
    with open_sources(path) as sources:
        return sum(source.size for source in sources)
