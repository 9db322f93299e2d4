"""Functions over arrays: one source, which numba compiles where it is installed, or Python runs.

What is compiled is kept as machine code in a folder of its own. Later runs load it with llvmlite,
on which numba stands, and never load numba itself, which would take half of a short run.

All numbers stay within 63 bits: Python's integers do not overflow, and compiled ones must not.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from crawler.errors import MachineError
from matchers.index.native import (
    Held,
    Native,
    find_folder,
    flatten,
    list_missing,
    load_native,
    place_of,
)

Function = TypeVar("Function", bound=Callable[..., Any])
Arrays = TypeVar("Arrays", bound=tuple[Any, ...])

Buffer = Any
"""An array of one dimension: NumPy's for compiled code, a memoryview for Python, which is quicker
there."""

COMPILE_TO = "MARKHOUND_COMPILE_TO"
"""Set by ``compile_into`` for the process that compiles: the folder for machine code."""
_OFF = "NUMBA_DISABLE_JIT"

PARTS = ("read_names", "hash_all", "fill_exact", "count_clues", "fill_clues", "search", "read_all")
"""Names of all entries."""


@cache
def is_compiled() -> bool:
    """Whether searches run compiled; ``NUMBA_DISABLE_JIT=1`` switches that off."""
    if os.environ.get(_OFF, "0") not in ("", "0") or find_spec("llvmlite") is None:
        return False
    if find_spec("numba") is not None:
        return True
    folder = find_cache()  # what was compiled before runs without it
    return folder is not None and not list_missing(folder, PARTS)


@cache
def find_cache() -> Path | None:
    """Return the folder for machine code of these sources; None when nowhere can be written."""
    return find_folder(PARTS)


def needs_compiling() -> bool:
    """Whether the first search will have to wait until everything is compiled."""
    if not is_compiled():
        return False
    folder = find_cache()
    return folder is None or bool(list_missing(folder, PARTS))


def compiled(function: Function) -> Function:
    """Mark a function that is only called by others that are compiled, and compile it with them."""
    if COMPILE_TO in os.environ:
        inner: Function = _compiling().compile_inner(function)
        return inner
    return function


def entry(function: Function) -> Function:
    """Return what calls a function of compiled code, which must be one of ``PARTS``, from Python.

    It takes arrays of one dimension, named tuples of them, and integers; it returns integers, a
    tuple of them, or nothing. The first call decides about the types.
    """
    if not is_compiled():
        return function
    return _Entry(function)  # type: ignore[return-value]


class _Entry:
    """A function of machine code, loaded when it is first called."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self._native: Native | None = None
        self.__doc__ = function.__doc__

    def __call__(self, *arguments: Any) -> Any:  # noqa: ANN401
        """Call it; the arguments must stay as they are until it returns."""
        if self._native is None:
            bare = tuple(a.arrays if isinstance(a, Held) else a for a in arguments)
            self._native = self._load(bare)
        return self._native(flatten(arguments))

    def _load(self, arguments: tuple[Any, ...]) -> Native:
        name = self._function.__name__
        if COMPILE_TO in os.environ:
            folder = Path(os.environ[COMPILE_TO])
            if list_missing(folder, [name]):
                _compiling().compile_entry(self._function, arguments, place_of(folder, name))
        else:
            folder = find_cache() or Path(_temporary().name)
            if list_missing(folder, [name]):
                compile_into(folder)
        return load_native(place_of(folder, name))


def _compiling() -> Any:  # noqa: ANN401
    """Return the module that compiles; it loads numba, which no other process does."""
    return import_module("matchers.index.compiling")


def compile_into(folder: Path) -> None:
    """Compile in a process of its own what a folder lacks; all of it takes about a minute.

    :raises MachineError: when that fails, with what it said
    """
    run = subprocess.run(
        [sys.executable, "-m", "matchers.index.compiling"],
        env={**os.environ, COMPILE_TO: str(folder)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    missing = list_missing(folder, PARTS)
    if run.returncode or missing:
        said = run.stderr.strip()[-1000:] or f"exit status {run.returncode}"
        raise MachineError(
            f"the matcher could not be compiled: nothing was made of {', '.join(missing)}; {said}\n"
            f"{_OFF}=1 runs it without compiling, much more slowly"
        )


@cache
def _temporary() -> tempfile.TemporaryDirectory[str]:
    """Return a folder that lasts as long as the process."""
    return tempfile.TemporaryDirectory(prefix="markhound-")


def as_buffer(array: NDArray[Any]) -> Buffer:
    """Return an array as the searches want it."""
    return array if is_compiled() else memoryview(array.data)


def hold(arrays: Arrays) -> Arrays:
    """Return a tuple of arrays as compiled code takes it soonest; it stands for the tuple there."""
    return cast("Arrays", Held(arrays, flatten(arrays))) if is_compiled() else arrays


def empty(size: int, kind: type[np.generic] | str = np.int32) -> Buffer:
    """Return a buffer of zeros."""
    return as_buffer(np.zeros(size, dtype=kind))
