"""Reading files that others may have put there: regular files alone.

A folder that was handed over may hold a pipe, which nobody ever writes to, or a link out of it; in
a workspace a file may have been exchanged for one.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from io import BufferedReader
from pathlib import Path

_FLAGS = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):  # each where the system has it
    _FLAGS |= getattr(os, _name, 0)


def open_plain(path: Path) -> BufferedReader:
    """Open a regular file for reading.

    :raises OSError: when there is none, or it is a link, a pipe, a device, a folder
    """
    handle = os.open(path, _FLAGS)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "expected a regular file", str(path))
    return os.fdopen(handle, "rb")


def followed(path: Path) -> Path:
    """Return where a link leads; in our own workspace files may lie elsewhere."""
    return Path(os.path.realpath(path))


def read_plain(path: Path, most: int) -> bytes:
    """Return the content of a regular file, of a longer one the first ``most`` bytes and one more.

    :raises OSError: as ``open_plain`` does
    """
    with open_plain(path) as file:
        return file.read(most + 1)


def sha256_of(path: Path) -> str:
    """Return SHA-256 of a regular file, hexadecimal.

    :raises OSError: as ``open_plain`` does
    """
    with open_plain(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
