"""Registry files that somebody sent: kept byte for byte, compared before they are taken in."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePath

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.errors import FileFormatError, InputError, NotFoundError, Problem
from crawler.files import whole_file, write_whole
from crawler.model import Right
from crawler.pictures import PictureFolder
from crawler.registry import RegistryFile, check_registry
from crawler.registry_entries import SUFFIXES, read_entries
from crawler.right_changes import FieldChange, find_changes
from crawler.store.right_facts import find_newest, registry_state
from crawler.store.right_history import record_import
from crawler.store.rights import Change
from crawler.workspace import Workspace

FOLDER = "uploads"
LONGEST_NAME = 120
_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A registry file that was sent, with its pictures."""

    digest: str
    """SHA-256 of the list of what was sent, which has the digest of every part."""
    name: str
    """Of the file, as it was sent."""
    path: Path
    pictures: Mapping[str, str]
    """Name of a picture's file -> SHA-256; of those in the file itself, the name in the right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RightChange:
    """What would become of one right."""

    line: int
    right: Right
    change: Change
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What an import would do."""

    upload: Upload
    changes: tuple[RightChange, ...]
    """Of every right of the file, in the order of its lines."""
    problems: tuple[Problem, ...]
    state: int
    """``registry_state`` when this was found out; the import holds if it is still the same."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems for which the file is refused."""
        return tuple(p for p in self.problems if p.severity == "error")

    def count(self, change: Change) -> int:
        """Return how many rights would be added, updated or left as they are."""
        return sum(one.change == change for one in self.changes)


def plain_name(name: str) -> str:
    """Return the name of a file that was sent, without its folders and cut to a length."""
    return PurePath(name.replace("\\", "/")).name[-LONGEST_NAME:]


def keep_upload(
    workspace: Workspace, name: str, data: bytes, pictures: Mapping[str, bytes]
) -> Upload:
    """Keep what was sent in ``uploads/`` of the workspace; the same twice is kept once.

    :param pictures: name of a file -> its bytes, looked at already
    :raises InputError: when the file is called by no name of a registry or an office's file
    """
    name = plain_name(name)
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(f"expected a registry (.jsonl, .csv, .xlsx, .xml, .zip), got {name!r}")
    folder = workspace.folder / FOLDER
    folder.mkdir(exist_ok=True)
    content = hashlib.sha256(data).hexdigest()
    kept = f"{content}{suffix}"
    with whole_file(folder / kept) as file:
        file.write(data)
    came = {plain_name(n): workspace.pictures.keep(data) for n, data in pictures.items()}
    inside = _keep_inside(folder / kept, {plain_name(n): d for n, d in pictures.items()}, workspace)
    told = {"name": name, "file": kept, "pictures": came | inside}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    write_whole(folder / f"{digest}.json", text)
    return load_upload(workspace, digest)


def _keep_inside(path: Path, sent: Mapping[str, bytes], workspace: Workspace) -> dict[str, str]:
    """Keep the pictures that are in an office's file itself; name in the right -> SHA-256."""
    kept: dict[str, str] = {}
    for read in read_entries(path, sent=lambda name: sent.get(plain_name(name))):
        if not isinstance(read, Problem):
            kept |= {name: workspace.pictures.keep(data) for name, data in read.data.items()}
    return kept


def load_upload(workspace: Workspace, digest: str) -> Upload:
    """Return what was sent.

    :raises NotFoundError: when nothing is kept under that digest
    :raises InputError: when what is kept is not what was sent any more
    """
    folder = workspace.folder / FOLDER
    path = folder / f"{digest}.json"
    if not _DIGEST.fullmatch(digest) or not path.is_file():
        raise NotFoundError(f"no file was sent that is kept as {digest!r:.80}; send it again")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise InputError(f"{path} is not what was sent; send it again")
    told = json.loads(data)
    file = folder / told["file"]
    if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != file.stem:
        raise InputError(f"{file} is not what was sent; send it again")
    return Upload(digest=digest, name=told["name"], path=file, pictures=told["pictures"])


def preview_import(
    db: Database, pictures: PictureFolder, upload: Upload, today: date
) -> tuple[Preview, RegistryFile]:
    """Find out what an import would do, without doing it; return the checked file as well.

    A picture of a right is one that was sent along under the same name, else the one that the
    right has under the same path. Nothing else is read on this machine.
    """
    state = registry_state(db)
    known = {right.id: (right, had) for right, had, _ in find_newest(db)}

    def find_digest(right: str, image: str) -> str | None:
        sent = upload.pictures.get(plain_name(image))
        return sent or known.get(right, (None, {}))[1].get(image)

    def find_picture(right: str, image: str) -> Path | None:
        digest = find_digest(right, image)
        return None if digest is None else pictures.path_of(digest)

    file = check_registry(upload.path, today, find_picture=find_picture)
    changes = []
    for line, right in file.rights:
        old, had = known.get(right.id, (None, {}))
        given = {image: find_digest(right.id, image) or "" for image in right.images}
        fields = tuple(find_changes(old, right, had, given))
        change: Change = "added" if old is None else "updated" if fields else "unchanged"
        changes.append(RightChange(line=line, right=right, change=change, fields=fields))
    preview = Preview(upload=upload, changes=tuple(changes), problems=file.problems, state=state)
    return preview, file


def import_upload(
    db: Database,
    pictures: PictureFolder,
    upload: Upload,
    actor: Actor,
    *,
    expected: int,
    today: date,
    at: datetime,
) -> dict[str, Change]:
    """Take what was previewed into the registry; inside the caller's transaction, with its lock.

    :param expected: ``Preview.state`` of the preview that the person saw
    :raises FileFormatError: when the file has errors
    :raises NotAllowedError: when the registry changed since the preview
    """
    preview, file = preview_import(db, pictures, upload, today)
    if preview.errors:
        raise FileFormatError(preview.errors)
    rights: Sequence[tuple[Right, Mapping[str, str]]] = [
        (right, {image: file.picture_path(image, right.id).name for image in right.images})
        for _, right in file.rights
    ]
    return record_import(db, upload.digest, upload.name, rights, actor, expected=expected, at=at)
