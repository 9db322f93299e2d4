"""Tables of local features in a folder: mapped into memory, added to, shared by processes.

Each part is a folder of its own that appears whole or not at all. What is new becomes a further
part; when the late and the gone are a quarter of all, everything is written anew as one part.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from crawler.files import locked
from matchers.arrays import open_arrays, save_arrays
from matchers.pictures.prints import WORDS, LocalFeatures
from matchers.pictures.votes import PIECES, Tables, build_tables

_HEADER = "header.json"
_PREFIX, _NEW = "part-", "new-"
_MAKERS = 4
"""Makers of which tables are kept: another setting, or another version, is another maker."""
_KINDS = (np.int64, np.float32, np.uint64, np.int32, np.uint32, np.int32)


class SavedPart(NamedTuple):
    """Tables, and which pictures they are of."""

    digests: tuple[str, ...]
    tables: Tables


def find_own_folder(folder: Path, maker: str) -> Path:
    """Return where tables of a maker are kept; those that were not used for longest go."""
    own = folder / hashlib.sha256(maker.encode()).hexdigest()[:16]
    own.mkdir(parents=True, exist_ok=True)
    os.utime(own)
    folders = [path for path in folder.iterdir() if path.is_dir()]
    for old in sorted(folders, key=_by_use)[:-_MAKERS]:
        shutil.rmtree(old, ignore_errors=True)
    return own


def _by_use(folder: Path) -> float:
    with suppress(OSError):  # another process may have removed it
        return folder.stat().st_mtime
    return 0.0


def open_parts(
    folder: Path, digests: Sequence[str], maker: str, load: Callable[[str], LocalFeatures]
) -> list[SavedPart]:
    """Return tables that hold the pictures asked for, and maybe others; what was lacking is saved.

    :param digests: of the pictures' files, each once
    :param maker: what made the features; tables of another are made anew
    :param load: returns the features of a picture
    """
    with locked(folder):
        for leftover in _find_leftovers(folder):
            shutil.rmtree(leftover, ignore_errors=True)
        paths = sorted(path.parent for path in folder.glob(f"{_PREFIX}*/{_HEADER}"))
        parts = [part for path in paths if (part := _open(path, maker)) is not None]
        known = {digest for part in parts for digest in part.digests}
        new = [digest for digest in digests if digest not in known]
        gone = len(known) + len(new) - len(digests)
        late = len(new) + sum(len(part.digests) for part in parts[1:])
        if parts and new and (gone + late) * 4 <= len(digests):
            parts.append(_save(folder, new, maker, load))
        elif new or len(parts) < len(paths) or gone * 4 > len(known):
            parts = [_save(folder, digests, maker, load)]
            for path in paths:
                (path / _HEADER).unlink(missing_ok=True)  # from here on it is none
                shutil.rmtree(path, ignore_errors=True)
    return parts


def _find_leftovers(folder: Path) -> list[Path]:
    """Return what processes left behind that were stopped while they wrote or removed tables."""
    halves = [path for path in folder.glob(f"{_PREFIX}*") if not (path / _HEADER).exists()]
    return [*halves, *folder.glob(f"{_NEW}*")]


def _save(
    folder: Path, digests: Sequence[str], maker: str, load: Callable[[str], LocalFeatures]
) -> SavedPart:
    tables = build_tables([load(digest) for digest in digests])
    taken = (path.name.removeprefix(_PREFIX) for path in folder.glob(f"{_PREFIX}*"))
    number = 1 + max((int(name) for name in taken if name.isdecimal()), default=0)
    with tempfile.TemporaryDirectory(dir=folder, prefix=_NEW) as name:
        new = Path(name) / "part"
        new.mkdir()
        sums = save_arrays(new, tables._asdict())
        (new / _HEADER).write_text(
            json.dumps({"maker": maker, "digests": list(digests), "sums": sums})
        )
        new.rename(folder / f"{_PREFIX}{number:04}")
    return SavedPart(tuple(digests), tables)


def _open(path: Path, maker: str) -> SavedPart | None:
    """Return a saved part; None when it is of another maker, or damaged."""
    with suppress(OSError, ValueError, KeyError, TypeError, EOFError, AttributeError):
        header = json.loads((path / _HEADER).read_text())
        if header["maker"] != maker:
            return None
        arrays = open_arrays(path, Tables._fields, header["sums"])
        if arrays is not None and _is_sound(tables := Tables(**arrays), len(header["digests"])):
            return SavedPart(tuple(header["digests"]), tables)
    return None


def _is_sound(tables: Tables, pictures: int) -> bool:
    """Whether every number in the tables leads to something that is there."""
    arrays = list(tables._asdict().values())
    if any(array.dtype != kind for array, kind in zip(arrays, _KINDS, strict=True)):
        return False
    count, heads = len(tables.codes), tables.heads
    width = heads.shape[-1]
    shapes = [(pictures + 1,), (count, 4), (count, WORDS), (PIECES, width)]
    shapes += [(PIECES, count), (PIECES, count)]
    if [array.shape for array in arrays] != shapes or (width - 1).bit_count() != 1:
        return False
    starts, points = tables.starts, tables.points
    in_order = starts[0] == 0 and starts[-1] == count and bool((np.diff(starts) >= 0).all())
    in_order &= heads.min() >= 0 and heads.max() <= count and bool((np.diff(heads) >= 0).all())
    return in_order and (not count or (points.min() >= 0 and points.max() < count))
