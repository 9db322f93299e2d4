"""Functions over arrays, compiled by numba where it is installed and plain Python where it is not.

Both read the same source, so both find the same. All numbers stay within 63 bits: Python's integers
do not overflow, and numba's must not.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

numba: Any
try:
    import numba
except ImportError:  # the extra "speed" is not installed
    numba = None

Function = TypeVar("Function", bound=Callable[..., Any])

Buffer = Any
"""An array of one dimension: NumPy's for numba, a memoryview for Python, which is quicker there."""


_SOURCES = Path(__file__).parent
_CACHE = "compiled-"
_KEPT = 7 * 24 * 3600
"""Seconds for which the functions of other versions are kept."""


def _digest_sources() -> str:
    """Return what tells this version of the search and its tables from others."""
    digest = hashlib.sha256()
    for path in sorted((*_SOURCES.glob("*.py"), _SOURCES.parent / "normalize.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


VERSION = _digest_sources()
"""Of the sources of this package."""


def _find_cache() -> Path | None:
    """Return the folder for compiled functions of just this version of the sources.

    Numba looks at one file at a time: it would go on using a function whose callees, or whose
    tables, have changed in another file.
    """
    name = f"{_CACHE}{VERSION}-{numba.__version__}"
    installed = _SOURCES / "__pycache__" / name
    for folder in (installed, Path.home() / ".cache" / "markhound" / name):
        with suppress(OSError):
            if not folder.exists() and installed.exists():
                _copy_whole(installed, folder)  # numba only reads where it may write
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                for old in folder.parent.glob(_CACHE + "*"):
                    if old.stat().st_mtime < time.time() - _KEPT:  # others may still use it
                        shutil.rmtree(old, ignore_errors=True)
                return folder
    return None


def _copy_whole(folder: Path, to: Path) -> None:
    """Copy a folder, to be written to; the copy appears whole or not at all."""
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_name(f"{to.name}.{os.getpid()}")
    try:
        shutil.copytree(folder, part)
        for path in (part, *part.rglob("*")):
            path.chmod(path.stat().st_mode | stat.S_IWUSR)
        part.rename(to)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def is_compiled() -> bool:
    """Whether searches run compiled; ``NUMBA_DISABLE_JIT=1`` switches that off, as always."""
    return bool(numba is not None and not numba.config.DISABLE_JIT)


CACHE: Path | None = _find_cache() if is_compiled() else None
"""Where compiled functions are kept; None when nowhere can be written."""
if CACHE is not None:
    numba.config.CACHE_DIR = str(CACHE)


def needs_compiling() -> bool:
    """Whether the first search will have to wait until everything is compiled."""
    if not is_compiled():
        return False
    return CACHE is None or next(CACHE.rglob("search.search-*.nbi"), None) is None


def compiled(function: Function) -> Function:
    """Compile a function when it is first called by another that is compiled.

    It cannot be called from Python then: the code for that would take longer to compile than the
    function itself.
    """
    return _compile(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def entry(function: Function) -> Function:
    """Compile a function that Python calls, when it is first called; it is kept for later runs."""
    return _compile(function, no_cfunc_wrapper=True)


def _compile(function: Function, **options: bool) -> Function:
    if not is_compiled():
        return function
    found: Function = numba.njit(
        cache=CACHE is not None, nogil=True, error_model="numpy", _nrt=False, **options
    )(function)
    return found


def as_buffer(array: NDArray[Any]) -> Buffer:
    """Return an array as the searches want it."""
    return array if is_compiled() else memoryview(array.data)


def empty(size: int, kind: type[np.generic] | str = np.int32) -> Buffer:
    """Return a buffer of zeros."""
    return as_buffer(np.zeros(size, dtype=kind))
