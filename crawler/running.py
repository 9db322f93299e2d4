"""Which sweeps are running, and whether files are erased.

Each holds a lock that the system takes back however it ends.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from crawler.errors import BusyError, InputError


@contextmanager
def running(sweep: str, folder: Path) -> Iterator[None]:
    """Hold the sweep while the block runs.

    :param folder: where locks lie; the same for every process of the workspace
    :raises InputError: when another process runs it
    """
    folder.mkdir(exist_ok=True)
    path = folder / f"{sweep}.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"the sweep {sweep} is still running, in another process; it goes on there"
            ) from None
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def is_running(sweep: str, folder: Path) -> bool:
    """Tell whether a process holds the sweep now.

    :param folder: where locks lie
    """
    try:
        with (folder / f"{sweep}.lock").open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def find_running(folder: Path) -> list[str]:
    """Return the sweeps that processes hold now.

    :param folder: where locks lie
    """
    names = (path.stem for path in sorted(folder.glob("*.lock")))
    return [name for name in names if is_running(name, folder)]


ERASING = ".erasing"
"""Name of the file that is held while files are erased; by several, so that none are."""


@contextmanager
def erasing(folder: Path) -> Iterator[None]:
    """Hold the workspace for erasing while the block runs.

    :param folder: where locks lie
    :raises BusyError: when a backup is being made, or another process erases
    """
    folder.mkdir(exist_ok=True)
    with (folder / ERASING).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                "nothing is erased while a backup is made, or another command erases; wait for its"
                " end"
            ) from None
        yield


@contextmanager
def nothing_erased(folder: Path) -> Iterator[None]:
    """Keep files from being erased while the block runs; wait until nobody erases any.

    Where no lock can be made, as on a read-only disk, nothing can be erased either.

    :param folder: where locks lie
    """
    file: TextIO | None = None
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        file = (folder / ERASING).open("w")
        fcntl.flock(file, fcntl.LOCK_SH)
    try:
        yield
    finally:
        if file is not None:
            file.close()
