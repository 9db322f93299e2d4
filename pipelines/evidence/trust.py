"""Whom the verifying side trusts: the roots of time-stamp authorities, and checks of anchors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from crawler.errors import AnchorError, InputError
from crawler.store.handover import KnownKey, find_keys
from crawler.workspace import Workspace
from pipelines.evidence.anchors import CommandAnchor, find_anchors
from pipelines.evidence.checks import Check
from pipelines.evidence.time_stamps import Root, load_roots


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """Whom a person trusts, as told by the settings of their workspace and on the command line."""

    roots: tuple[Root, ...] = ()
    commands: tuple[CommandAnchor, ...] = ()
    """Anchors whose receipts their own command can check."""
    keys: tuple[KnownKey, ...] = ()
    """Of those who hand cases over."""
    problems: tuple[Check, ...] = field(default=())
    """What could not be read."""


def load_trust(workspace: Workspace | None, files: Iterable[Path] = ()) -> Trust:
    """Return whom to trust.

    :param workspace: the one whose settings count; None when there is none
    :param files: further PEM files with roots
    :raises InputError: when one of these files is no PEM file with certificates
    """
    roots: list[Root] = []
    for path in files:
        try:
            roots += _roots(path)
        except AnchorError as error:
            raise InputError(f"{path}: {error}") from error
    if workspace is None:
        return Trust(roots=tuple(roots))
    evidence = workspace.config.evidence
    problems = []
    for name in (*(a.root for a in evidence.stamp_authorities), *evidence.roots):
        try:
            roots += _roots(workspace.folder / name)
        except AnchorError as error:
            problems.append(
                Check("a root that the settings trust", "unproven", name, None, f"{error}")
            )
    commands = [a for a in find_anchors(workspace) if isinstance(a, CommandAnchor) and a.check]
    unique = tuple(dict.fromkeys(roots))
    keys: tuple[KnownKey, ...] = ()
    with workspace.store() as db:
        try:
            keys = tuple(find_keys(db))
        except ValueError as error:  # a row that somebody wrote by hand
            problems.append(
                Check("the keys that are known", "broken", "key_events", None, f"{error}")
            )
    return Trust(roots=unique, commands=tuple(commands), keys=keys, problems=tuple(problems))


def _roots(path: Path) -> list[Root]:
    try:
        return load_roots(path.read_bytes())
    except OSError as error:
        raise AnchorError(f"it cannot be read: {error.strerror}") from error
