"""Functions over arrays, compiled by numba where it is installed and plain Python where it is not.

Both read the same source, so both find the same. All numbers stay within 63 bits: Python's integers
do not overflow, and numba's must not.
"""

from __future__ import annotations

import hashlib
import os
import shutil
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


def _find_cache() -> Path | None:
    """Return the folder for compiled functions of just this version of the sources.

    Numba looks at one file at a time: it would go on using a function whose callees, or whose
    tables, have changed in another file.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted((*_SOURCES.glob("*.py"), _SOURCES.parent / "normalize.py")):
        digest.update(path.read_bytes())
    name = _CACHE + digest.hexdigest()[:16]
    for parent in (_SOURCES / "__pycache__", Path.home() / ".cache" / "markhound"):
        with suppress(OSError):
            (parent / name).mkdir(parents=True, exist_ok=True)
            if os.access(parent / name, os.W_OK):
                for old in parent.glob(_CACHE + "*"):
                    if old.stat().st_mtime < time.time() - _KEPT:  # others may still use it
                        shutil.rmtree(old, ignore_errors=True)
                return parent / name
    return None


def is_compiled() -> bool:
    """Whether searches run compiled; ``NUMBA_DISABLE_JIT=1`` switches that off, as always."""
    return bool(numba is not None and not numba.config.DISABLE_JIT)


CACHE: Path | None = _find_cache() if is_compiled() else None
"""Where compiled functions are kept; None when nowhere can be written."""
if CACHE is not None:
    numba.config.CACHE_DIR = str(CACHE)


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
