"""Compiles functions over arrays with numba, in a process of its own.

Run as ``python -m matchers.index.compiling``, with ``MARKHOUND_COMPILE_TO`` set to a folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba.core import types
from numba.extending import intrinsic
from numba.np import arrayobj

from matchers.index.native import flatten, save_native

_arrays: Any = arrayobj  # it has no types

_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,  # nothing inside is counted or freed
    "no_cpython_wrapper": True,  # Python calls none of them
    "no_cfunc_wrapper": True,
}


def compile_inner(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what numba compiles when another function that it compiles calls it."""
    compiled: Callable[..., Any] = numba.njit(**_OPTIONS)(function)
    return compiled


@intrinsic
def _array(_: Any, address: Any, size: Any, kind: Any) -> Any:  # noqa: ANN401, ARG001
    """Return the array of so many entries of a type that stand at an address."""
    made = types.Array(kind.dtype, 1, "C")

    def generate(context: Any, builder: Any, _: Any, values: Sequence[Any]) -> Any:  # noqa: ANN401
        array = _arrays.make_array(made)(context, builder)
        entry = context.get_data_type(kind.dtype)
        width = context.get_constant(types.intp, context.get_abi_sizeof(entry))
        _arrays.populate_array(
            array,
            data=builder.inttoptr(values[0], entry.as_pointer()),
            shape=[values[1]],
            strides=[width],
            itemsize=width,
            meminfo=None,
        )
        return array._getvalue()  # noqa: SLF001

    return made(types.int64, types.int64, kind), generate


class _Writer:
    """Writes the call of a function with arguments that stand in a table."""

    def __init__(self, first: int) -> None:
        self._place = first
        self.names: dict[str, Any] = {"array": _array, "int64": np.int64}

    def write(self, arguments: Sequence[Any]) -> str:
        """Return the arguments in Python's language."""
        return ", ".join(self._write(arguments))

    def _write(self, arguments: Sequence[Any]) -> Iterator[str]:
        for argument in arguments:
            kind = type(argument)
            if isinstance(argument, np.ndarray):
                name = argument.dtype.name
                self.names[name] = getattr(np, name)
                yield f"array({self._next()}, {self._next()}, {name})"
            elif isinstance(argument, tuple):
                self.names[kind.__name__] = kind
                yield f"{kind.__name__}({self.write(argument)})"
            else:
                yield self._next()

    def _next(self) -> str:
        self._place += 1
        return f"table[{self._place - 1}]"


def _count_results(function: Callable[..., Any]) -> int:
    told = str(function.__annotations__["return"])
    if told == "None":
        return 0
    return told.count(",") + 1 if told.startswith("tuple[") else 1


def compile_entry(function: Callable[..., Any], arguments: Sequence[Any], path: Path) -> None:
    """Compile a function for arguments of such types, and write it as machine code."""
    results = _count_results(function)
    writer = _Writer(results)
    call = f"function({writer.write(arguments)})"
    found = ", ".join(f"table[{place}]" for place in range(results))
    flat = flatten(arguments)
    source = (
        "def enter(address):\n"
        f"    table = array(address, {results + len(flat.values)}, int64)\n"
        f"    {found + ' = ' if found else ''}{call}\n"
        "    return 0\n"
    )
    names = {**writer.names, "function": compile_inner(function)}
    exec(source, names)  # noqa: S102 - written here, from the names of types alone
    enter = numba.njit("int64(int64)", **_OPTIONS)(names["enter"])
    made: Any
    (made,) = enter.overloads.values()
    (code,) = enter.inspect_llvm().values()
    save_native(path, code, made.fndesc.llvm_func_name, flat.kinds, results)


def main() -> None:
    """Call every function that Python calls, so that it is compiled."""
    import_module("matchers.marks").MarkIndex([(0, "Aurelio")]).find("Aurelio bag")
    import_module("matchers.index.readings").find_readings("Aurelio bag")


if __name__ == "__main__":
    main()
