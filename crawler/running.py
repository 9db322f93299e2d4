"""Which sweeps are running: each holds a lock that the system takes back however it ends."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.errors import InputError


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
