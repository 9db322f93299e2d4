"""A real disk that is soon full: a tmpfs of a few megabytes, where one may be mounted."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def small_disk(place: Path, mebibytes: int) -> Iterator[Path | None]:
    """Mount a small disk at a new folder for the length of the block; None where that is refused.

    :param place: the folder, which is made
    """
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "small", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def fill_up(folder: Path, *, leave: int = 0) -> Path:
    """Take all room of a folder's disk but ``leave`` bytes; return the file that takes it.

    Others may write meanwhile, so what is free is asked again until nothing is.
    """
    ballast, taken = folder / "ballast", 0
    with ballast.open("wb") as file:
        for _ in range(1000):
            status = os.statvfs(folder)
            size = status.f_bavail * status.f_frsize - leave
            if size <= 0:
                break
            with suppress(OSError):  # no room any more: somebody was quicker
                os.posix_fallocate(file.fileno(), taken, size)
                taken += size
    return ballast
