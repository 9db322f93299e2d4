"""A part of an index: forms and their tables, in memory or in a folder that processes share."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from matchers.index.build import LETTERS, build_names
from matchers.index.checks import is_sound
from matchers.index.compiled import as_buffer, empty, hold
from matchers.index.native import VERSION
from matchers.index.room import search_room
from matchers.index.rows import ROW
from matchers.index.search import search
from matchers.index.tables import COMMON, HAN_LIKE, ROMANISED_NAME, SKELETON_NAME, Names
from matchers.index.word_table import load_word_table, read_points

_MATCHERS = Path(__file__).parent.parent
_LETTERS = ("han.py", "lookalikes.py", "confusable.py", "counted.py", "tokens.py")
"""Other sources that decide what characters are read as, and which words are ordinary."""


@cache
def find_maker() -> str:
    """Return what is written into every index: one of another maker is made anew.

    It tells versions of the sources apart, of the word lists, and of the packages that letters and
    words are taken from.
    """
    digest = hashlib.sha256(VERSION.encode())
    lists = sorted((_MATCHERS / "vocabulary").glob("*.txt"))
    lock = _MATCHERS.parent / "requirements.lock"
    for path in (*lists, *(_MATCHERS / name for name in _LETTERS), lock):
        digest.update(path.read_bytes())
    return f"{_MAKER} {digest.hexdigest()[:16]}"


_MAKER = "markhound names"
_PREFIX = "names-"
_NEW = ".new-"
_FORMS = "forms.json"
_HEADER = "header.json"

_ROWS = 1 << 15
"""Rows that one call of the search writes at the most."""


class Traits(NamedTuple):
    """What is known of a name."""

    form: int
    """Number of its form."""
    length: int
    """Comparable letters."""
    words: int
    """1 for unspaced scripts."""
    common: bool
    """Whether all its words are ordinary."""
    unspaced: bool
    plain: bool
    """Whether its letters are the form's own, not how they look or sound in Latin ones."""
    romanised: bool


class Segment:
    """Forms, each once, and the tables to search texts for them."""

    def __init__(self, forms: Sequence[str], names: Names) -> None:
        self.forms = forms
        self._names = names
        self._traits: dict[int, Traits] = {}
        self._longest = int(names.longest[0])
        letters = LETTERS.tables(np.asarray(names.alphabet).astype(np.uint32))
        self._held = hold(names)
        self._letters = letters, hold(letters)

    @classmethod
    def build(cls, forms: Sequence[str]) -> Segment:
        """Make the tables of forms, in memory."""
        return cls(forms, build_names(forms))

    @classmethod
    def save(cls, forms: Sequence[str], folder: Path, *, replace: bool = False) -> Segment:
        """Make the tables of forms in a folder of their own inside ``folder``, and open it.

        It appears whole or not at all. Only one process at a time may save (see ``locked``).

        :param replace: whether what stood there before goes
        """
        folder.mkdir(parents=True, exist_ok=True)
        old = find_folders(folder)
        taken = (path.name.removeprefix(_PREFIX) for path in folder.glob(f"{_PREFIX}*"))
        number = 1 + max((int(name) for name in taken if name.isdecimal()), default=0)
        target = folder / f"{_PREFIX}{number:04}"
        with tempfile.TemporaryDirectory(dir=folder, prefix=_NEW) as name:
            new = Path(name) / "names"
            new.mkdir()
            names = build_names(forms)
            for field, values in zip(names._fields, names, strict=True):
                np.save(new / f"{field}.npy", np.asarray(values), allow_pickle=False)
            text = json.dumps(forms)
            (new / _FORMS).write_text(text, encoding="ascii")
            head = {"maker": find_maker(), "forms": len(forms), "digest": _digest(text)}
            (new / _HEADER).write_text(json.dumps(head), encoding="ascii")
            _write_through(new)
            new.rename(target)
        for path in (*(old if replace else ()), *_find_leftovers(folder)):
            (path / _HEADER).unlink(missing_ok=True)  # from here on it is none
            shutil.rmtree(path, ignore_errors=True)
        return cls.open(target)

    @classmethod
    def open(cls, path: Path) -> Segment:
        """Map saved tables into memory.

        :raises ValueError: when the folder holds something else, or is damaged
        """
        try:
            header = json.loads((path / _HEADER).read_text())
            text = (path / _FORMS).read_text(encoding="ascii")
            forms = json.loads(text)
            arrays = [
                np.load(path / f"{field}.npy", mmap_mode="r", allow_pickle=False)
                for field in Names._fields
            ]
        except (OSError, ValueError, AttributeError, EOFError) as error:
            raise ValueError(f"{path} is no index of names ({error})") from error
        whole = header.get("maker") == find_maker() and header.get("digest") == _digest(text)
        kinds = [(1, kind) for kind in find_kinds()]
        if not whole or [(array.ndim, array.dtype) for array in arrays] != kinds:
            raise ValueError(f"{path} is no index of names (it is damaged)")
        names = Names(*(array.view(np.ndarray) for array in arrays))
        if not is_sound(names, len(forms)):
            raise ValueError(f"{path} is no index of names (its tables are damaged)")
        return cls(forms, Names(*map(as_buffer, names)))

    @staticmethod
    def is_current(path: Path) -> bool:
        """Whether saved tables are of this version; what is damaged counts as current."""
        with suppress(OSError, ValueError, AttributeError, LookupError, TypeError):
            maker: str = json.loads((path / _HEADER).read_text())["maker"]
            return maker == find_maker() or not maker.startswith(f"{_MAKER} ")
        return True

    def traits_of(self, name: int) -> Traits:
        """Return what is known of a name."""
        found = self._traits.get(name)
        if found is None:
            names = self._names
            key = bisect_right(names.key_names, name) - 1
            flags = names.name_flags[name]
            unspaced = bool(flags & HAN_LIKE)
            found = self._traits[name] = Traits(
                form=int(names.name_forms[name]),
                length=int(names.key_starts[key + 1] - names.key_starts[key]),
                words=1 if unspaced else int(names.name_words[name]),
                common=bool(flags & COMMON),
                unspaced=unspaced,
                romanised=bool(flags & ROMANISED_NAME),
                plain=not flags & (ROMANISED_NAME | SKELETON_NAME),
            )
        return found

    def search(self, texts: Sequence[str], mode: int) -> Iterator[list[int]]:
        """Yield the rows of all texts; columns as in ``matchers.index.rows``."""
        if not self.forms:
            return
        points, starts = read_points(texts)
        letters, words = LETTERS.tables(points), load_word_table()
        longest = max(map(len, texts), default=0) * LETTERS.longest
        known = self._letters
        if known[0] is not letters:  # characters have come that were never read before
            known = self._letters = letters, hold(letters)
        held = known[1]
        room, out = search_room(longest, self._longest, _ROWS * ROW)
        first = 0
        while first < len(texts):
            before = first
            first, rows = search(
                as_buffer(points), as_buffer(starts), first, held, self._held, words, mode,
                room, out, 0,
            )  # fmt: skip
            yield from np.asarray(out)[: rows * ROW].reshape(rows, ROW).tolist()
            if first == before:
                out = empty(2 * len(out))  # one text alone has more


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()


@cache
def find_kinds() -> tuple[np.dtype[Any], ...]:
    """Return the types of the tables, in their order."""
    return tuple(np.asarray(values).dtype for values in build_names(()))


def _write_through(folder: Path) -> None:
    """Make the system write all files of a folder, which a loss of power must not leave empty."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())


def find_folders(folder: Path) -> list[Path]:
    """Return the folders of saved tables, the oldest first."""
    return sorted(path.parent for path in folder.glob(f"{_PREFIX}*/{_HEADER}"))


def _find_leftovers(folder: Path) -> list[Path]:
    """Return what processes left behind that were stopped while they wrote or removed tables."""
    halves = [path for path in folder.glob(f"{_PREFIX}*") if not (path / _HEADER).exists()]
    return [*halves, *folder.glob(f"{_NEW}*")]
