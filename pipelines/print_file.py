"""Fingerprints on disk: one file that only grows, mapped into memory.

After a first line, each record is a SHA-256 (32 bytes), the length of what follows and its CRC-32
(4 bytes each, little-endian), and a fingerprint. A record that a stopped process left unfinished is
at the end, and is cut off before the next one is written.
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from crawler.errors import InputError
from crawler.files import locked
from matchers.pictures.prints import Fingerprint, dump_fingerprint, parse_fingerprint

_MAGIC = b"markhound fingerprints 1\n"
_HEAD = struct.Struct("<32sII")


class PrintFile:
    """Fingerprints of references, by the SHA-256 of their files in hex.

    :raises InputError: when the file holds something else
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places: dict[str, tuple[int, int]] = {}
        self._map: mmap.mmap | None = None
        self._end = len(_MAGIC)
        if path.exists() and path.stat().st_size:
            self._open()

    def get(self, digest: str) -> Fingerprint | None:
        """Return the fingerprint of a file."""
        span = self._places.get(digest)
        data = self._map  # after the place, as another thread may open a longer file between
        if span is None or data is None:
            return None
        try:
            return parse_fingerprint(data[slice(*span)])
        except ValueError:  # as another version wrote it
            return None

    def _has(self, digest: str, print_: Fingerprint) -> bool:
        """Whether the file's fingerprint by the same maker is there."""
        known = self.get(digest)
        return known is not None and known.maker == print_.maker

    def add(self, prints: Mapping[str, Fingerprint]) -> None:
        """Append fingerprints; of local features only the first variant is kept.

        One of another maker takes the place of an earlier one.
        """
        new = {d: print_ for d, print_ in prints.items() if not self._has(d, print_)}
        if not new:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with locked(self.path.parent / "lock"):
            if self.path.exists() and self.path.stat().st_size:
                self._open()  # another process may have added some
            else:
                self._map, self._places, self._end = None, {}, len(_MAGIC)
            with self.path.open("r+b" if self.path.exists() else "w+b") as file:
                file.truncate(self._end if self._map is not None else 0)
                file.seek(0, os.SEEK_END)
                if not file.tell():
                    file.write(_MAGIC)
                for digest, print_ in new.items():
                    if not self._has(digest, print_):
                        data = dump_fingerprint(print_, reference=True)
                        crc = zlib.crc32(data)
                        file.write(_HEAD.pack(bytes.fromhex(digest), len(data), crc) + data)
                file.flush()
                os.fsync(file.fileno())
        self._open()

    def _open(self) -> None:
        with self.path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if self._map[: len(_MAGIC)] != _MAGIC:
            raise InputError(
                f"{self.path} is no index of Markhound; name another folder, or remove it"
            )
        if len(self._map) < self._end:  # it was removed and begun anew
            self._places, self._end = {}, len(_MAGIC)
        for digest, first, last in _records(self._map, self._end):
            self._places[digest] = (first, last)
            self._end = last


def _records(data: mmap.mmap, at: int) -> Iterator[tuple[str, int, int]]:
    """Yield digest, begin and end of each whole record from a place on."""
    while at + _HEAD.size <= len(data):
        digest, size, crc = _HEAD.unpack_from(data, at)
        first = at + _HEAD.size
        at = first + size
        if at > len(data) or zlib.crc32(data[first:at]) != crc:
            return
        yield digest.hex(), first, at
