"""Machine code of the compiled functions: where it is kept, how it is loaded and called.

A function of machine code takes one number, the address of a table of 64-bit integers: first room
for its results, then its arguments, an array being its address and its size. ``load_native`` checks
the types of what it is given against those that it was compiled for.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import time
from array import array
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from crawler.files import whole_file

_SOURCES = Path(__file__).parent
_FOLDER = "compiled-"
_KEPT = 7 * 24 * 3600
"""Seconds for which the code of other versions is kept."""


def _digest_sources() -> str:
    """Return what tells this version of the search and its tables from others."""
    digest = hashlib.sha256()
    for path in sorted((*_SOURCES.glob("*.py"), _SOURCES.parent / "normalize.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


VERSION = _digest_sources()
"""Of the sources of this package."""


def place_of(folder: Path, name: str) -> Path:
    """Return where in a folder the code of a function is kept."""
    return folder / f"{name}.o"


def list_missing(folder: Path, names: Iterable[str]) -> list[str]:
    """Return the functions of which a folder does not hold the code, whole and readable."""
    return [name for name in names if _read(place_of(folder, name)) is None]


def _read(path: Path) -> tuple[dict[str, Any], bytes] | None:
    """Return what is said of a function, and its code; None when the file is not there or whole."""
    try:
        digest, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if hashlib.sha256(content).hexdigest().encode() != digest:
        return None
    head, _, code = content.partition(b"\n")
    told: dict[str, Any] = json.loads(head)
    return told, code


def find_folder(names: Sequence[str]) -> Path | None:
    """Return the folder for code of just these sources, this compiler and this kind of processor.

    It lies beside the sources, or in ``~/.cache/markhound`` where those cannot be written; what
    ``make setup`` compiled beside them is read all the same. None when neither can be written.

    :param names: of the functions: where the code of all of them is, nothing has to be written
    """
    llvm = _load_llvm()
    processor = f"{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
    kind = hashlib.sha256(f"{processor} {llvm.get_process_triple()}".encode()).hexdigest()[:8]
    name = f"{_FOLDER}{VERSION}-{import_module('llvmlite').__version__}-{kind}"
    folders = [_SOURCES / "__pycache__" / name]
    with suppress(RuntimeError):  # who has no home
        folders.append(Path.home() / ".cache" / "markhound" / name)
    for folder in folders:
        if not list_missing(folder, names):
            return folder
    for folder in folders:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                _remove_old(folder)
                return folder
    return None


def _remove_old(folder: Path) -> None:
    """Remove the code of other versions beside a folder, unless it is so new that it is in use."""
    for old in folder.parent.glob(_FOLDER + "*"):
        if old != folder and old.stat().st_mtime < time.time() - _KEPT:
            shutil.rmtree(old, ignore_errors=True)


@cache
def _load_llvm() -> Any:  # noqa: ANN401
    """Return llvmlite's binding, ready to emit and to load code for this machine."""
    llvm = import_module("llvmlite.binding")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


def _new_machine() -> Any:  # noqa: ANN401
    llvm = _load_llvm()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        jit=True,
    )


def save_native(path: Path, code: str, symbol: str, kinds: Sequence[str], results: int) -> None:
    """Write a function of LLVM's language as machine code, whole or not at all.

    :param symbol: its name there
    :param kinds: types of its arguments, flat, as ``flatten`` tells them
    :param results: how many integers it returns
    """
    llvm, machine = _load_llvm(), _new_machine()
    module = llvm.parse_assembly(code)
    for function in module.functions:
        if not function.is_declaration and function.name != symbol:
            function.linkage = "internal"  # nobody else calls it, so it may be changed or inlined
    tuning = llvm.create_pipeline_tuning_options(speed_level=3)
    builder = llvm.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(module, builder)
    machine_code = machine.emit_object(module)
    head = {"symbol": symbol, "kinds": kinds, "results": results}
    content = json.dumps(head).encode() + b"\n" + machine_code
    with whole_file(path) as file:
        file.write(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)


def load_native(path: Path) -> Native:
    """Load what ``save_native`` wrote.

    :raises ValueError: when the file is not there, or damaged
    """
    found = _read(path)
    if found is None:
        raise ValueError(f"{path} is missing or damaged")
    told, machine_code = found
    llvm = _load_llvm()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _new_machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(machine_code))
    engine.finalize_object()
    address = engine.get_function_address(told["symbol"])
    if not address:
        raise ValueError(f"{path} does not hold {told['symbol']}")
    return Native(engine, address, told["kinds"], told["results"])


class Flat(NamedTuple):
    """Arguments as numbers."""

    values: list[int]
    kinds: list[str]
    """``int``, or the type of an array's entries; an array has two values and two kinds."""


class Held(NamedTuple):
    """A tuple of arrays with its numbers, for who calls with it again and again.

    Asking sixty arrays for their addresses takes longer than a short search.
    """

    arrays: tuple[Any, ...]
    flat: Flat


_INT = "int"
_SIZE = "size"


def flatten(arguments: Iterable[Any]) -> Flat:
    """Return arguments as numbers: an array is its address and its size."""
    flat = Flat([], [])
    _add(arguments, flat)
    return flat


@cache
def _name_of(kind: np.dtype[Any]) -> str:
    """Return the name of a type, which numpy makes anew each time, slowly."""
    return kind.name


def _add(arguments: Iterable[Any], flat: Flat) -> None:
    values, kinds = flat
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            if argument.ndim != 1 or not argument.flags.c_contiguous:
                raise TypeError(
                    f"expected an array of one dimension without gaps, got shape {argument.shape}"
                )
            values += (argument.ctypes.data, len(argument))
            kinds += (_name_of(argument.dtype), _SIZE)
        elif isinstance(argument, Held):
            values += argument.flat.values
            kinds += argument.flat.kinds
        elif isinstance(argument, tuple):
            _add(argument, flat)
        else:
            values.append(int(argument))
            kinds.append(_INT)


class Native:
    """A function of machine code."""

    def __init__(self, engine: Any, address: int, kinds: Sequence[str], results: int) -> None:  # noqa: ANN401
        self._engine = engine  # owns the code
        self._call = _FUNCTION(address)
        self._kinds = list(kinds)
        self._results = results

    def __call__(self, flat: Flat) -> Any:  # noqa: ANN401
        """Call it with the arguments that ``flatten`` made flat."""
        if flat.kinds != self._kinds:
            raise TypeError(f"expected arguments {self._kinds}, got {flat.kinds}")
        results = self._results
        table = array("q", [0] * results + flat.values)
        status, failure = ctypes.c_int64(), ctypes.c_void_p()
        address, _ = table.buffer_info()
        if self._call(ctypes.byref(status), ctypes.byref(failure), address):
            raise RuntimeError("compiled code failed")
        if results == 0:
            return None
        found = table[:results].tolist()
        return found[0] if results == 1 else tuple(found)


_FUNCTION = ctypes.CFUNCTYPE(
    ctypes.c_int32, ctypes.POINTER(ctypes.c_int64), ctypes.POINTER(ctypes.c_void_p), ctypes.c_int64
)
"""Numba's convention: room for a result and for an exception, then the arguments; 0 is success."""
