"""What processes that were killed left behind of captures; apart, as every sweep looks for it.

Halves of files are removed. Whole ones that no row names are laid aside: most were made by a
process that was killed before it recorded them, and are made again; but where an older database
was put back, they are evidence, of which nothing else is left.
"""

from __future__ import annotations

from pathlib import Path

from crawler.files import locked
from crawler.store.captures import find_filed
from crawler.workspace import Workspace


def sweep_up(workspace: Workspace) -> None:
    """Remove halves of files, and lay aside what no row names; the lock says that nobody writes."""
    folder = workspace.captures
    if not folder.is_dir():
        return
    with locked(folder), workspace.store() as db:
        filed = find_filed(db)
        for path in folder.iterdir():
            if path.name.startswith("."):
                path.unlink(missing_ok=True)
            elif path.suffix == ".wacz" and _name(workspace, path) not in filed:
                aside = unrecorded_folder(workspace)
                aside.mkdir(exist_ok=True)
                path.replace(aside / path.name)


def unrecorded_folder(workspace: Workspace) -> Path:
    """Return where captures lie that no row names."""
    return workspace.folder / "evidence" / "unrecorded"


def _name(workspace: Workspace, path: Path) -> str:
    return path.relative_to(workspace.folder).as_posix()
