"""A draw as a folder, with which anybody can draw again by SHA-256 alone."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlite_utils import Database

from crawler.errors import InputError, NotAllowedError
from crawler.files import current_umask
from crawler.store.database import timestamp
from crawler.store.draws import (
    Draw,
    Inspection,
    check_draw,
    conflict_line,
    find_draw_entry,
    find_draw_list,
    find_inspections,
    load_draw,
)
from pipelines.takedown.tables import write_table

README = Path(__file__).with_name("readme.txt")
COLUMNS = ("place", "target", "inspector", "outcome", "words", "at")
_PUBLISHED = """
  种子的摘要在抽取之前已记入账本，应为 / the seed's digest was in the ledger before the draw:
  printf '%s' "$seed" | sha256sum
"""


def export_draw(db: Database, draw: str, folder: Path) -> Draw:
    """Write a draw into a folder, which appears whole or not at all.

    :raises NotFoundError: when there is no such draw
    :raises NotAllowedError: when it does not hold: nobody is to be handed a draw that is none
    :raises InputError: when something is there already, or it cannot be written
    """
    found = load_draw(db, draw)
    if problems := check_draw(db, draw):
        raise NotAllowedError(f"{draw} does not hold: {'; '.join(problems)}")
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: expected a folder that is not there yet, or is empty")
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            for name, content in _files(db, found).items():
                (made / name).write_bytes(content)
            made.chmod(0o777 & ~current_umask())  # mkdtemp makes it for its owner alone
            made.replace(folder)
        except BaseException:  # stopped, too: nothing half-written stays
            shutil.rmtree(made, ignore_errors=True)
            raise
    except OSError as error:
        raise InputError(f"cannot write {folder}: {error.strerror}") from error
    return found


def _files(db: Database, draw: Draw) -> Mapping[str, bytes]:
    listed, entry = find_draw_list(db, draw.id), find_draw_entry(db, draw.id)
    readme = README.read_text(encoding="utf-8").format(
        id=draw.id,
        by=draw.by,
        at=timestamp(draw.at),
        number=entry.number,
        digest=entry.digest,
        seed_from={
            "given": "由外部提供 / given from outside",
            "published": "摘要事先公布 / its digest was published before",
            "drawn": "随抽取生成 / drawn with the draw itself",
        }[draw.seed_from],
        targets=draw.targets,
        inspectors=draw.inspectors,
        size=len(draw.turns),
        each=draw.each,
        published=_PUBLISHED if draw.seed_from == "published" else "",
    )
    return {
        "README.txt": readme.encode(),
        "seed.txt": f"{draw.seed}\n".encode(),
        "targets.txt": _lines(listed.targets),
        "inspectors.txt": _lines(listed.inspectors),
        "conflicts.txt": _lines(sorted(map(conflict_line, listed.conflicts))),
        "drawn.txt": _lines(turn.target for turn in draw.turns),
        "draw.csv": _table(draw, find_inspections(db, draw.id)),
        "entry.json": f"{entry.record}\n".encode(),
    }


def _lines(names: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode()


def _table(draw: Draw, inspections: Mapping[tuple[str, str], Inspection]) -> bytes:
    rows = []
    for turn in draw.turns:
        for name in turn.inspectors:
            found = inspections.get((turn.target, name))
            told = (found.outcome, found.words, timestamp(found.at)) if found else ("", "", "")
            rows.append((str(turn.place), turn.target, name, *told))
    return write_table(COLUMNS, rows)
