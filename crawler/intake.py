"""Registry files into the workspace: pictures first, then all rights at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from crawler.errors import FileFormatError, Problem
from crawler.model import Right
from crawler.pictures import PictureFolder
from crawler.registry import RegistryFile
from crawler.store.rights import Change, record_rights


def import_registry(
    db: Database, pictures: PictureFolder, files: Sequence[RegistryFile], at: datetime
) -> dict[str, Change]:
    """Take checked files into the workspace: pictures first, then all rights at once.

    :raises FileFormatError: when one id stands in two of the files
    """
    owners: dict[str, Path] = {}
    for file in files:
        for line, right in file.rights:
            if right.id in owners and owners[right.id] != file.path:
                message = f"{right.id!r} also stands in {owners[right.id]}"
                raise FileFormatError(
                    [Problem(path=file.path, line=line, where="id", message=message)]
                )
            owners[right.id] = file.path
    kept: list[tuple[RegistryFile, list[tuple[Right, Mapping[str, str]]]]] = [
        (file, [(right, _keep_pictures(file, right, pictures)) for _, right in file.rights])
        for file in files
    ]
    changes: dict[str, Change] = {}
    with db.atomic():
        for file, rights in kept:
            changes |= record_rights(db, rights, source=file.path.name, at=at)
    return changes


def _keep_pictures(file: RegistryFile, right: Right, pictures: PictureFolder) -> dict[str, str]:
    return {
        image: pictures.keep(file.picture_path(image, right.id).read_bytes())
        for image in dict.fromkeys(right.images)
    }
