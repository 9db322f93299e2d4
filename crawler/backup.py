"""A whole workspace as one file, taken while it is in use, and made a workspace again.

The file is a gzipped tar: ``markhound-backup.json`` (what it is), everything of the workspace under
``workspace/``, and last ``manifest.sha256``, which anyone checks with ``sha256sum -c``. What can be
made again is left out: the indexes, and what others are writing at the moment.

The database is copied first, as it stands at one moment (SQLite's online backup), and the files
after it. They are kept by what they hold, and written before the rows that name them, and no rule
erases one meanwhile, so the copy names no file that is not there.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import json
import os
import sqlite3
import stat
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from crawler.errors import DamagedDatabaseError, InputError, WorkspaceError
from crawler.files import whole_file
from crawler.running import nothing_erased
from crawler.store.integrity import find_faults
from crawler.troubles import find_trouble
from crawler.workspace import CONFIG_NAME, Workspace

FORMAT = 1
HEAD, ROOT, MANIFEST = "markhound-backup.json", "workspace", "manifest.sha256"
DATABASE = "markhound.db"
LEFT_OUT = frozenset({DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", "index"})
"""Names in the workspace's folder that are not copied as they lie there."""
LONGEST_HEAD, LONGEST_MANIFEST = 2**16, 2**30
"""Bytes."""
_CHUNK = 2**20

Show = Callable[[int], None]
"""Called with the bytes that were done so far."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """What a backup holds."""

    made_at: datetime
    version: str
    """Of Markhound, which made it."""
    files: int
    size: int
    """Bytes of the files, as they are in the workspace."""
    left_out: tuple[str, ...] = ()
    """What of the workspace could not be taken in, and why; known only when it is made."""


def write_backup(
    workspace: Workspace, target: Path, *, at: datetime, show: Show = lambda _: None
) -> Backup:
    """Write the workspace to a file, whole or not at all; for its owner alone, as it holds keys.

    :raises InputError: when it cannot be written there
    :raises DamagedDatabaseError: before an earlier backup at that place is touched
    """
    target = target.resolve()
    left_out: list[str] = []
    digests: list[str] = []
    done = 0
    with (
        nothing_erased(workspace.logs),
        _for_its_owner(),
        tempfile.TemporaryDirectory(prefix=".backup-", dir=_folder_of(target)) as folder,
        whole_file(target) as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1, mtime=0, filename="") as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        snapshot = Path(folder) / DATABASE
        _copy_database(workspace.database, snapshot, target)
        if faults := find_faults(snapshot):
            raise DamagedDatabaseError(
                f"no backup is made of {workspace.folder}, as its database is damaged:"
                f" {'; '.join(faults)}"
            )
        made_at, made_with = at.astimezone(UTC).isoformat(), version("markhound")
        head = {"format": FORMAT, "made_at": made_at, "markhound": made_with}
        _add_text(tar, HEAD, json.dumps(head))
        for name, path in [(DATABASE, snapshot), *_files_of(workspace.folder, left_out)]:
            if path.resolve() == target:
                continue
            try:
                size, digest = _add_file(tar, f"{ROOT}/{name}", path)
            except FileNotFoundError:
                continue  # it was there a moment ago: something unfinished
            digests.append(f"{digest}  {ROOT}/{name}\n")
            done += size
            show(done)
        _add_text(tar, MANIFEST, "".join(digests))
    return Backup(
        made_at=at,
        version=made_with,
        files=len(digests),
        size=done,
        left_out=tuple(left_out),
    )


def size_of(workspace: Workspace) -> int:
    """Return about how many bytes a backup takes in."""
    files = [(DATABASE, workspace.database), *_files_of(workspace.folder, [])]
    return sum(path.stat().st_size for _, path in files if path.exists())


def check_backup(source: Path, *, show: Show = lambda _: None) -> Backup:
    """Read a backup to its end and compare every byte with its manifest; nothing is written.

    :raises InputError: when it is no backup, not whole, or other than it was written
    """
    return _read(source, None, show)


def restore_backup(source: Path, folder: Path, *, show: Show = lambda _: None) -> Backup:
    """Make the workspace of a backup again, in a folder that is empty or not there yet.

    Nothing is left behind when it fails.

    :raises InputError: when the backup is none, not whole, or other than it was written
    :raises WorkspaceError: when the folder holds something
    """
    folder = folder.resolve()
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise WorkspaceError(
            f"expected an empty folder, or none, to restore into; {folder} holds something"
            " (name another with --workspace)"
        )
    _folder_of(folder)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as made:
        found = _read(source, Path(made) / ROOT, show)
        _check_database(Path(made) / ROOT, source)
        if folder.exists():
            folder.rmdir()
        (Path(made) / ROOT).rename(folder)
    return found


@contextmanager
def _for_its_owner() -> Iterator[None]:
    mask = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(mask)


def _folder_of(target: Path) -> Path:
    if not target.parent.is_dir():
        raise InputError(f"cannot write {target}: there is no folder {target.parent}")
    return target.parent


def _copy_database(database: Path, copied: Path, target: Path) -> None:
    """Copy the database as it stands at one moment, while others write to it."""
    try:
        with (
            closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copied)) as copy,
        ):
            source.backup(copy)  # all pages in one step: else each write of others begins it anew
    except sqlite3.Error as error:
        if find_trouble(error, copied.parent) != "full":
            raise
        raise InputError(f"cannot write {target}: {error}") from OSError(
            errno.ENOSPC, os.strerror(errno.ENOSPC), str(target)
        )
    copied.chmod(stat.S_IMODE(database.stat().st_mode))


def _files_of(folder: Path, left_out: list[str]) -> Iterator[tuple[str, Path]]:
    """Yield name and path of what is copied as it lies there; links are followed."""
    waiting = [folder]
    seen: set[Path] = set()
    while waiting:
        here = waiting.pop()
        if (real := here.resolve()) in seen:
            continue
        seen.add(real)
        for path in sorted(here.iterdir(), reverse=True):
            name = path.relative_to(folder).as_posix()
            if name in LEFT_OUT or path.name.startswith(".") or path.name == "lock":
                continue
            try:
                mode = path.stat().st_mode
            except OSError as error:
                left_out.append(f"{name}: {error.strerror}")
                continue
            if stat.S_ISDIR(mode):
                waiting.append(path)
            elif stat.S_ISREG(mode):
                yield name, path
            else:
                left_out.append(f"{name}: not a regular file")


def _add_file(tar: tarfile.TarFile, name: str, path: Path) -> tuple[int, str]:
    """Add a file as long as it is when opened, as logs grow; return its size and SHA-256."""
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = status.st_size, stat.S_IMODE(status.st_mode)
        entry.mtime = int(status.st_mtime)
        hashed = _Hashed(file)
        tar.addfile(entry, hashed)
    return entry.size, hashed.digest.hexdigest()


class _Hashed(io.RawIOBase):
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o600
    tar.addfile(entry, io.BytesIO(data))


def _read(source: Path, target: Path | None, show: Show) -> Backup:
    try:
        with source.open("rb") as raw, tarfile.open(fileobj=raw, mode="r|gz") as tar:
            return _read_members(tar, target, source, show)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{source} is no whole backup of Markhound: {error}") from error
    except OSError as error:
        raise InputError(f"cannot read {source}, or write its files: {error}") from error


def _read_members(tar: tarfile.TarFile, target: Path | None, source: Path, show: Show) -> Backup:
    members = iter(tar)
    head = _parse_head(tar, next(members, None), source)
    digests: dict[str, str] = {}
    size = 0
    for member in members:
        content = tar.extractfile(member) if member.isreg() else None
        if content is None:
            raise InputError(f"{source}: expected files alone, got {member.name!r}")
        if member.name == MANIFEST:
            if member.size > LONGEST_MANIFEST:
                raise InputError(f"{source}: its {MANIFEST} is of {member.size:,} bytes")
            manifest = content.read().decode("utf-8", "replace")
            if more := next(members, None):
                raise InputError(f"{source}: {more.name!r} comes after its {MANIFEST}")
            _compare(digests, manifest, source)
            made_at = datetime.fromisoformat(str(head["made_at"]))
            return Backup(
                made_at=made_at, version=str(head["markhound"]), files=len(digests), size=size
            )
        if member.name in digests:
            raise InputError(f"{source}: {member.name!r} is in it twice")
        digests[member.name] = _take(content, _place_of(member, target, source), member)
        size += member.size
        show(size)
    raise InputError(f"{source} is no whole backup of Markhound: it has no {MANIFEST}")


def _parse_head(
    tar: tarfile.TarFile, member: tarfile.TarInfo | None, source: Path
) -> dict[str, object]:
    if member is None or member.name != HEAD or member.size > LONGEST_HEAD:
        raise InputError(f"{source} is no backup of Markhound: it does not begin with {HEAD}")
    content = tar.extractfile(member)
    assert content is not None
    try:
        head = json.loads(content.read())
        datetime.fromisoformat(head["made_at"])
        made_with, form = head["markhound"], head["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{source}: {HEAD} does not say what the backup is: {error}") from error
    if form != FORMAT:
        raise InputError(
            f"{source} is a backup of format {form!r}, made by Markhound {made_with};"
            f" this one reads format {FORMAT}"
        )
    return {"made_at": head["made_at"], "markhound": made_with}


def _place_of(member: tarfile.TarInfo, target: Path | None, source: Path) -> Path | None:
    """Return where a file goes; None where nothing is written. Never outside of the target."""
    parts = PurePosixPath(member.name).parts
    if len(parts) < 2 or parts[0] != ROOT or ".." in parts or "\0" in member.name:
        raise InputError(f"{source}: expected files below {ROOT}/, got {member.name!r}")
    return None if target is None else target.joinpath(*parts[1:])


def _take(content: IO[bytes], place: Path | None, member: tarfile.TarInfo) -> str:
    digest = hashlib.sha256()
    if place is None:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
        return digest.hexdigest()
    mode = stat.S_IMODE(member.mode) & 0o777
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o777 if mode & 0o077 else 0o700)
    with place.open("xb") as file:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
    place.chmod(mode | stat.S_IRUSR | stat.S_IWUSR)
    os.utime(place, (member.mtime, member.mtime))
    return digest.hexdigest()


def _compare(digests: dict[str, str], manifest: str, source: Path) -> None:
    lines = [line.partition("  ") for line in manifest.splitlines()]
    told = {name: digest for digest, _, name in lines}
    wrong = sorted(name for name in {*digests, *told} if digests.get(name) != told.get(name))
    if wrong:
        some = ", ".join(wrong[:5])
        raise InputError(
            f"{source} is other than it was written: {len(wrong)} files differ from its manifest,"
            f" or are in one of the two alone: {some}"
        )
    for name in (DATABASE, CONFIG_NAME):
        if f"{ROOT}/{name}" not in digests:
            raise InputError(f"{source} is no whole backup of Markhound: it has no {name}")


def _check_database(folder: Path, source: Path) -> None:
    if faults := find_faults(folder / DATABASE, full=True):
        raise InputError(f"{source}: the database in it is damaged: {'; '.join(faults)}")
