"""The workspace: one folder that holds everything (settings, database, pictures, logs)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from sqlite_utils import Database

from crawler.config import STARTING_CONFIG, WorkspaceConfig, config_problems
from crawler.directory import STARTING_RECIPIENTS, load_recipients
from crawler.errors import FileFormatError, Problem, WorkspaceError
from crawler.pictures import PictureFolder, descriptor_at
from crawler.store.database import open_anywhere
from crawler.takedown import Recipient
from crawler.toml_files import load_toml

CONFIG_NAME = "markhound.toml"
RECIPIENTS_NAME = "recipients.toml"


@dataclass(frozen=True)
class Workspace:
    """An opened workspace folder."""

    folder: Path
    config: WorkspaceConfig

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "markhound.db"

    @property
    def logs(self) -> Path:
        """Where each sweep leaves its log."""
        return self.folder / "logs"

    @property
    def font(self) -> str:
        """Path of the font for PDFs; empty where none is set."""
        font = self.config.takedown.font
        return str(self.folder / Path(font).expanduser()) if font else ""

    @property
    def captures(self) -> Path:
        """Where captures lie, a WACZ each."""
        return self.folder / "evidence" / "captures"

    @cached_property
    def pictures(self) -> PictureFolder:
        """The pictures, by content."""
        return PictureFolder(root=self.folder / "pictures")

    @contextmanager
    def store(self) -> Iterator[Database]:
        """Open the database for the length of a ``with`` block; on a read-only disk, a copy."""
        with open_anywhere(self.database) as db:
            yield db

    def find_recipient(self, site: str) -> Recipient | None:
        """Return who receives notices about ``site``, from ``recipients.toml``.

        :raises FileFormatError: when that file is wrong
        """
        return next(iter(self.find_recipients(site)), None)

    def find_recipients(self, site: str) -> list[Recipient]:
        """Return all who may receive notices about ``site``, as they stand in the file.

        :raises FileFormatError: when that file is wrong
        """
        path = self.folder / RECIPIENTS_NAME
        if not path.exists():
            return []
        return [r for r in load_recipients(path).recipients if r.site == site]


def make_workspace(folder: Path) -> Workspace:
    """Make a workspace, or complete one that is there; nothing that exists is overwritten."""
    if folder.exists() and not folder.is_dir():
        raise WorkspaceError(f"expected a folder for the workspace, got a file: {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in ((CONFIG_NAME, STARTING_CONFIG), (RECIPIENTS_NAME, STARTING_RECIPIENTS)):
        if not (folder / name).exists():
            (folder / name).write_text(text, encoding="utf-8")
    workspace = open_workspace(folder)
    with workspace.store():
        pass
    return workspace


def open_workspace(folder: Path) -> Workspace:
    """Open an existing workspace.

    :raises WorkspaceError: when the folder is none
    :raises FileFormatError: when its ``markhound.toml`` is wrong
    """
    path = folder / CONFIG_NAME
    if not path.is_file():
        raise WorkspaceError(
            f"no workspace at {folder} (it has no {CONFIG_NAME}); make one with"
            f" `markhound --workspace {folder} init`, or name another with --workspace"
        )
    config = load_toml(WorkspaceConfig, path, "the workspace's settings")
    if problems := list(config_problems(config)):
        raise FileFormatError(
            [Problem(path=path, line=None, where=key, message=text) for key, text in problems]
        )
    folder = folder.resolve()
    descriptor = descriptor_at(config.matching.descriptor, folder)
    matching = replace(config.matching, descriptor=descriptor)
    return Workspace(folder=folder, config=replace(config, matching=matching))
