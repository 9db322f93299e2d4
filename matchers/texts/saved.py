"""The tables of an index over texts in a folder: mapped into memory, shared by processes.

They are written whole or not at all, and belong to just these texts and this version of what reads
them; of any other, or damaged, they are made anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crawler.files import locked
from matchers.arrays import open_arrays, save_arrays
from matchers.pictures.saved import find_own_folder
from matchers.texts.index import TextIndex
from matchers.texts.tables import PARTS, Tables, build_tables
from matchers.texts.vocabulary import FIRST_WORD

_HEADER = "header.json"
_PART, _NEW = "part", "new-"
_HERE = Path(__file__).parent
_FOLDING = ("normalize.py", "han.py", "lookalikes.py", "confusable.py")
"""Sources besides those of this package that decide how texts are read."""
_KINDS = {
    **dict.fromkeys(("tokens", "starts", "ends", "hashes", "places", "word_ids"), np.uint32),
    **dict.fromkeys(("kinds", "held", "letters"), np.uint8),
    **dict.fromkeys(("bounds", "owners", "numbers", "carried", "own", "letter_bounds"), np.int64),
    "word_keys": np.uint64,
}


def open_text_index(folder: Path, texts: Sequence[tuple[int, str]]) -> TextIndex:
    """Return the index over texts, from a folder where it lies there, or made and saved there.

    :param folder: for indexes over texts alone; those that were not used for longest go
    :param texts: each with the number of its owner, as for ``TextIndex``
    """
    folder.mkdir(parents=True, exist_ok=True)
    maker = f"{_version()} {_digest(texts)}"
    own = find_own_folder(folder, maker)
    with locked(own):
        for leftover in own.glob(f"{_NEW}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        tables = _open(own / _PART, maker)
        if tables is None:
            shutil.rmtree(own / _PART, ignore_errors=True)
            _save(own, build_tables(texts), maker)
            tables = _open(own / _PART, maker)
    return TextIndex(texts) if tables is None else TextIndex(tables=tables)


@cache
def _version() -> str:
    """Return what tells this way to read texts from others."""
    digest = hashlib.sha256()
    words = sorted((_HERE.parent / "vocabulary").glob("*.txt"))
    for path in (*sorted(_HERE.glob("*.py")), *(_HERE.parent / name for name in _FOLDING), *words):
        digest.update(path.read_bytes())
    return f"{digest.hexdigest()} {unicodedata.unidata_version} {version('opencc')}"


def _digest(texts: Sequence[tuple[int, str]]) -> str:
    digest = hashlib.sha256()
    for owner, text in texts:
        content = text.encode("utf-8", "surrogatepass")
        digest.update(f"{owner} {len(content)} ".encode())
        digest.update(content)
    return digest.hexdigest()


def _save(own: Path, tables: Tables, maker: str) -> None:
    with tempfile.TemporaryDirectory(dir=own, prefix=_NEW) as name:
        new = Path(name) / _PART
        new.mkdir()
        sums = save_arrays(new, tables._asdict())
        (new / _HEADER).write_text(json.dumps({"maker": maker, "sums": sums}))
        new.rename(own / _PART)


def _open(part: Path, maker: str) -> Tables | None:
    """Return saved tables; None when there are none, or they are of another maker, or damaged."""
    with suppress(OSError, ValueError, KeyError, TypeError, EOFError, AttributeError):
        header = json.loads((part / _HEADER).read_text())
        if header["maker"] != maker:
            return None
        arrays = open_arrays(part, Tables._fields, header["sums"])
        if arrays is not None and _is_sound(tables := Tables(**arrays)):
            return tables
    return None


def _is_sound(tables: Tables) -> bool:
    """Whether every number in the tables leads to something that is there."""
    for field, values in tables._asdict().items():
        if values.ndim != 1 or values.dtype != _KINDS[field]:
            return False
    texts, tokens, words = len(tables.owners), len(tables.tokens), len(tables.word_keys)
    columns: tuple[tuple[int, tuple[NDArray[Any], ...]], ...] = (
        (texts, (tables.numbers, tables.carried, tables.own, tables.bounds[1:])),
        (tokens, (tables.kinds, tables.held, tables.starts, tables.ends)),
        (words, (tables.word_ids, tables.letter_bounds[1:])),
        (len(tables.hashes), (tables.places,)),
    )
    if any(len(values) != size for size, those in columns for values in those):
        return False
    return (
        _leads(tables.bounds, tokens)
        and _leads(tables.letter_bounds, len(tables.letters))
        and bool((tables.hashes[1:] >= tables.hashes[:-1]).all())
        and _are_within(tables.places, 0, tokens)
        and _are_within(tables.kinds, 0, len(PARTS))
        and _are_within(tables.held, 1, 4)
        and _are_within(tables.word_ids, FIRST_WORD, FIRST_WORD + words)
    )


def _are_within(values: NDArray[Any], low: int, end: int) -> bool:
    return not len(values) or (int(values.min()) >= low and int(values.max()) < end)


def _leads(bounds: NDArray[np.int64], size: int) -> bool:
    """Whether bounds lead through an array of a size, in order."""
    return bool(bounds[0] == 0 and bounds[-1] == size and (np.diff(bounds) >= 0).all())
