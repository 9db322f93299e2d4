"""Arrays of an index in files of their own, mapped into memory and shared by processes."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def save_arrays(folder: Path, arrays: Mapping[str, NDArray[Any]]) -> dict[str, int]:
    """Write each array to ``<name>.npy``, synced, and return name -> sum of its content."""
    for name, values in arrays.items():
        with (folder / f"{name}.npy").open("wb") as file:
            np.save(file, values, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
    return {name: sum_array(values) for name, values in arrays.items()}


def open_arrays(
    folder: Path, names: Iterable[str], sums: Mapping[str, int]
) -> dict[str, NDArray[Any]] | None:
    """Return arrays mapped into memory; None when one is not what was saved.

    :param sums: as ``save_arrays`` returned them
    :raises OSError, ValueError, EOFError: when a file is missing, or none of an array
    """
    arrays = {
        name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False).view(np.ndarray)
        for name in names
    }
    return arrays if {name: sum_array(values) for name, values in arrays.items()} == sums else None


def sum_array(values: NDArray[Any]) -> int:
    """Return a sum of an array's content, by which damage is seen."""
    return zlib.crc32(np.ascontiguousarray(values).data)
