"""What processes that were killed left behind of captures; apart, as every sweep looks for it."""

from __future__ import annotations

from pathlib import Path

from crawler.files import locked
from crawler.store.captures import find_filed
from crawler.workspace import Workspace


def sweep_up(workspace: Workspace) -> None:
    """Remove files that no row names; the lock says that nobody writes now."""
    folder = workspace.captures
    if not folder.is_dir():
        return
    with locked(folder), workspace.store() as db:
        filed = find_filed(db)
        for path in folder.iterdir():
            whole = path.suffix == ".wacz" and not path.name.startswith(".")
            if path.name.startswith(".") or (whole and _name(workspace, path) not in filed):
                path.unlink(missing_ok=True)


def _name(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.folder).as_posix()
