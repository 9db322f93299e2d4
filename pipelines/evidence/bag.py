"""Signed folders of files: BagIt (RFC 8493) with sizes and a signature.

What is signed is ``tagmanifest-sha256.txt``. It has the digest of every other file at the top,
``manifest-sha256.txt`` among them, which has the digest of every file under ``data/``: so each
byte of each file is under the signature, and a file that neither lists is refused. ``sizes.txt``
is no part of BagIt; by it a file that grew is refused before it is read.

Names are ASCII letters, digits and ``-_.`` alone: nothing that systems fold, normalise, escape or
take for a way out of the folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import orjson

from crawler.errors import InputError
from crawler.files import current_umask, sync_folder
from pipelines.evidence.keys import SigningKey
from pipelines.evidence.plain_files import followed, open_plain

MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
SIGNATURE = "tagmanifest-sha256.txt.sig"
SIZES = "sizes.txt"
KEY = "signing.pub"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
CHUNK = 1 << 20

_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(?<!\.)")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
LONGEST_NAME = 200


def is_safe_name(name: str) -> bool:
    """Tell whether a path is the same file on every system, and inside the folder."""
    parts = name.split("/")
    return len(name) <= LONGEST_NAME and all(
        _PART.fullmatch(part) and not _RESERVED.fullmatch(part) for part in parts
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Payload:
    """One file of a bag."""

    sha256: str
    size: int
    """Bytes."""


@dataclass
class BagWriter:
    """A bag being written, file by file; nothing is kept in memory but names and digests."""

    folder: Path
    files: dict[str, Payload] = field(default_factory=dict)
    """Path inside the bag -> what was written."""

    @contextmanager
    def open(self, name: str) -> Iterator[HashingFile]:
        """Open a new file of the bag for writing.

        :param name: path inside the bag, with ``/``
        """
        if not is_safe_name(name) or name in self.files:
            raise ValueError(f"expected a new and safe name in the bag, got {name!r}")
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            hashing = HashingFile(file)
            yield hashing
        self.files[name] = hashing.written()

    def add(self, name: str, data: bytes) -> None:
        """Add a file of these bytes."""
        with self.open(name) as file:
            file.write(data)

    def add_copy(self, name: str, source: Path, sha256: str) -> str | None:
        """Add a copy of a file; if it is not what its digest says, say so and add nothing.

        :raises OSError: when the copy cannot be written, as on a full disk
        """
        if name in self.files:
            return None
        try:
            original = open_plain(followed(source))
        except FileNotFoundError:
            return "the file is not there any more"
        except OSError as error:
            return f"the file cannot be read: {error.strerror}"
        with original, self.open(name) as file:
            unread = _copy(original, file)
        if unread:
            self.remove(name)
            return unread
        if self.files[name].sha256 != sha256:
            got = self.files[name].sha256
            self.remove(name)
            return f"the file was changed: expected the SHA-256 {sha256}, got {got}"
        return None

    def remove(self, name: str) -> None:
        """Take a file out again, and its folder when nothing else is in it."""
        self.files.pop(name, None)
        path = self.folder / name
        path.unlink(missing_ok=True)
        if not any(path.parent.iterdir()):
            path.parent.rmdir()

    def finish(self, tags: Mapping[str, bytes], info: Mapping[str, str], key: SigningKey) -> str:
        """Write what makes the folder a signed bag; return the SHA-256 of what is signed.

        :param tags: further files at the top: name -> content
        :param info: what ``bag-info.txt`` says; each value is made one line
        """
        payload = dict(sorted(self.files.items()))
        total = sum(file.size for file in payload.values())
        lines = {**info, "Payload-Oxum": f"{total}.{len(payload)}"}
        self.add("bagit.txt", DECLARATION)
        text = "".join(f"{label}: {' '.join(value.split())}\n" for label, value in lines.items())
        self.add("bag-info.txt", text.encode())
        self.add(KEY, key.public.pem.encode())
        for name, data in tags.items():
            self.add(name, data)
        self.add(MANIFEST, _manifest(payload))
        self.add(SIZES, "".join(f"{f.size} {name}\n" for name, f in payload.items()).encode())
        top = {name: file for name, file in sorted(self.files.items()) if name not in payload}
        signed = _manifest(top)
        self.add(TAG_MANIFEST, signed)
        self.add(SIGNATURE, key.sign(signed))
        return hashlib.sha256(signed).hexdigest()


@dataclass
class HashingFile:
    """A file that is hashed while it is written."""

    file: BinaryIO
    size: int = 0

    def __post_init__(self) -> None:
        self._digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._digest.update(data)
        self.size += len(data)
        self.file.write(data)

    def write_record(self, record: object) -> None:
        """Append one line of JSON."""
        self.write(orjson.dumps(record, option=orjson.OPT_UTC_Z) + b"\n")

    def written(self) -> Payload:
        """Return what the file holds so far."""
        return Payload(sha256=self._digest.hexdigest(), size=self.size)


def _copy(original: BinaryIO, file: HashingFile) -> str:
    """Copy a file; say why it cannot be read to its end, nothing when it can."""
    while True:
        try:
            chunk = original.read(CHUNK)
        except OSError as error:
            return f"the file cannot be read: {error.strerror}"
        if not chunk:
            return ""
        file.write(chunk)


def _manifest(files: Mapping[str, Payload]) -> bytes:
    return "".join(f"{file.sha256}  {name}\n" for name, file in files.items()).encode()


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Make a folder beside ``path`` that is thrown away, unless the block moved it there.

    :raises InputError: when there is something at ``path`` other than an empty folder
    """
    refuse_taken(path)
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{path.name[:80]}-", suffix=".part", dir=path.parent))
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def refuse_taken(path: Path) -> None:
    """Refuse a place that is taken.

    :raises InputError: when there is something other than an empty folder
    """
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise InputError(f"expected a new folder, got something that is there: {path}")
    if path.is_dir() and any(path.iterdir()):
        raise InputError(f"expected a new or an empty folder, got one that is not: {path}")


def move_folder(made: Path, path: Path) -> None:
    """Move a finished folder to its place, where at the most an empty one is.

    :raises InputError: when that cannot be done
    """
    made.chmod(0o777 & ~current_umask())  # mkdtemp makes it for its owner alone
    try:
        made.rename(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error
    sync_folder(path.parent)


def sync_files(folder: Path) -> None:
    """See that all files of a folder are on the disk; cheaper at the end than one by one."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


def folders_of(names: Iterable[str]) -> set[str]:
    """Return every folder in which one of the files is."""
    return {
        str(parent)
        for name in names
        for parent in PurePosixPath(name).parents
        if str(parent) != "."
    }
