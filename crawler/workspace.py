"""The workspace: one folder that holds everything (settings, database, pictures, logs)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import ValidationError
from sqlite_utils import Database

from crawler.errors import FileFormatError, InputError, Problem, WorkspaceError
from crawler.formats import parse_record, problems_of
from crawler.pictures import WORDS_BUDGET, PictureFolder, WordsMode, descriptor_at
from crawler.store.database import open_store
from crawler.takedown import Recipient, Sender

CONFIG_NAME = "markhound.toml"
RECIPIENTS_NAME = "recipients.toml"

Record = TypeVar("Record")


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlConfig:
    """``[crawl]``: how sweeps of this workspace present themselves."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    contact: str | None = None
    """Where sites can reach you, e.g. ``mailto:ip@firm.example``; stands in the user agent."""


PictureMode = Literal["all", "hashes"]


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchingConfig:
    """``[matching]``: the limits of a score, each from 0 to 1, and how pictures are compared."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    cutoff: float = 0.05
    """Pairs that score below are forgotten."""
    threshold: float = 0.5
    """Hits that score at least this are flagged for review."""
    pictures: PictureMode = "all"
    """By hashes and local features, or by hashes alone."""
    words: WordsMode = "auto"
    """Whether text in pictures is read: never, where the extra ``ocr`` is installed, or always."""
    words_budget: int = WORDS_BUDGET
    """Pictures of one sweep that are read for it at the most, the likeliest first."""
    descriptor: str = ""
    """Path of an ONNX file, or the name of a model, that pictures are compared by besides; a path
    is taken from the folder of the file that names it, and empty = none."""


CaptureMode = Literal["flagged", "off"]
CaptureRender = Literal["auto", "never"]


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceConfig:
    """``[evidence]``: what is kept of pages."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    capture: CaptureMode = "flagged"
    """Whether sweeps capture what they flag, when it is new or other than it was captured last."""
    captures_per_sweep: int = 500
    """Pages of one sweep that are captured at the most; what is over it is told."""
    render: CaptureRender = "auto"
    """Whether captures hold what a browser shows, where there is one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkspaceConfig:
    """``markhound.toml``."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    crawl: CrawlConfig = field(default_factory=CrawlConfig)
    matching: MatchingConfig = field(default_factory=MatchingConfig)
    sender: Sender = field(default_factory=Sender)
    evidence: EvidenceConfig = field(default_factory=EvidenceConfig)


@dataclass(frozen=True, kw_only=True, slots=True)
class RecipientDirectory:
    """``recipients.toml``: who receives notices, by site."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    recipients: tuple[Recipient, ...] = ()


STARTING_CONFIG = """\
# Settings of this Markhound workspace. Every key: docs/reference/settings.md

[crawl]
# Where a site's owner can reach you; it stands in the user agent of every request.
# contact = "mailto:ip@your-firm.example"

[matching]
cutoff = 0.05      # a pair that scores below is forgotten
threshold = 0.5    # a hit that scores at least this is flagged for review
pictures = "all"   # or "hashes": ten times as fast, but misses crops and parts of larger pictures
words = "auto"     # read text in pictures where the extra "ocr" is installed; or "on", "off"
words_budget = 500 # pictures of one sweep that are read for it, the likeliest first
# descriptor = "model.onnx"          # a model that pictures are compared by besides

[sender]
# Who signs the notices. A notice names every fact of these that its law requires and you left out.
# name = "Li Wei"
# organisation = "Your Firm"
# role = "agent"                       # owner, agent, counsel
# mandate = "power of attorney no. 12 of 2026-03-01"
# identity = "business licence 91110000XXXXXXXXXX"
# address = "1 Sample Road, Beijing"
# phone = "+86 10 5555 0100"
# email = "ip@your-firm.example"
# signature = "/s/ Li Wei"

[evidence]
capture = "flagged"      # sweeps keep evidence of what they flag; or "off"
captures_per_sweep = 500
render = "auto"          # with what a browser shows, where there is one; or "never"
"""

STARTING_RECIPIENTS = """\
# Who receives notices about which site. One table a recipient:
#
# [[recipients]]
# site = "shop.example"                # registrable domain, or address:port
# name = "Shop Example, notice desk"
# email = "notices@shop.example"
# language = "en"
"""


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
    def captures(self) -> Path:
        """Where captures lie, a WACZ each."""
        return self.folder / "evidence" / "captures"

    @cached_property
    def pictures(self) -> PictureFolder:
        """The pictures, by content."""
        return PictureFolder(root=self.folder / "pictures")

    @contextmanager
    def store(self) -> Iterator[Database]:
        """Open the database for the length of a ``with`` block."""
        db = open_store(self.database)
        try:
            yield db
        finally:
            db.close()

    def find_recipient(self, site: str) -> Recipient | None:
        """Return who receives notices about ``site``, from ``recipients.toml``.

        :raises FileFormatError: when that file is wrong
        """
        path = self.folder / RECIPIENTS_NAME
        if not path.exists():
            return None
        directory = load_toml(RecipientDirectory, path, "the recipients' file")
        return next((r for r in directory.recipients if r.site == site), None)


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
    if message := matching_problem(config.matching):
        raise FileFormatError([Problem(path=path, line=None, where="matching", message=message)])
    if (most := config.evidence.captures_per_sweep) < 0:
        message = f"expected 0 or more, got {most}"
        where = "evidence.captures_per_sweep"
        raise FileFormatError([Problem(path=path, line=None, where=where, message=message)])
    contact = config.crawl.contact
    if contact is not None and not (contact.isascii() and contact.isprintable()):
        message = f"expected one line of ASCII, as it goes into a header, got {contact!r}"
        problem = Problem(path=path, line=None, where="crawl.contact", message=message)
        raise FileFormatError([problem])
    folder = folder.resolve()
    descriptor = descriptor_at(config.matching.descriptor, folder)
    matching = replace(config.matching, descriptor=descriptor)
    return Workspace(folder=folder, config=replace(config, matching=matching))


def matching_problem(matching: MatchingConfig) -> str | None:
    """Say why two limits of a score, or the budget of words, are none; None when they are."""
    if matching.words_budget < 0:
        return f"expected words_budget of 0 or more, got {matching.words_budget}"
    if 0 <= matching.cutoff <= matching.threshold <= 1:
        return None
    return (
        f"expected 0 <= cutoff <= threshold <= 1, got cutoff = {matching.cutoff}"
        f" and threshold = {matching.threshold}"
    )


def load_toml(kind: type[Record], path: Path, expected: str) -> Record:
    """Read a TOML file as a record.

    :raises InputError: when it cannot be read
    :raises FileFormatError: with the path of every key that is wrong
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = Problem(path=path, line=None, where="", message=f"not TOML: {error}")
        raise FileFormatError([problem]) from error
    try:
        return parse_record(kind, data)
    except ValidationError as error:
        raise FileFormatError(list(problems_of(error, path, None, expected))) from error
