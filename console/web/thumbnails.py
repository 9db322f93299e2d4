"""The workspace's pictures as the console shows them: small, made anew, never a seller's bytes.

Each is made once and kept in memory, up to a limit. What cannot be shown is remembered for a while,
so that a hostile picture costs its seconds once, and one that a busy machine gave up has another
chance.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from console.web.shrinking import Shrinker
from crawler.pictures import PictureFolder

SIDES = (96, 240, 480, 960, 1600)
"""Pixels of the longer side that may be asked for."""
MOST_BYTES = 96 * 2**20
"""Bytes of small pictures that are kept."""
MOST_KNOWN = 50_000
"""Pictures of which the size is kept."""
BELIEVED = 60.0
"""Seconds for which a picture that could not be shown is not tried again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """How large a picture is, or why it cannot be shown."""

    width: int = 0
    height: int = 0
    problem: str = ""
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A small WebP, or why there is none."""

    data: bytes = b""
    problem: str = ""
    at: float = field(default_factory=time.monotonic)


class Thumbnails:
    """Small pictures by digest and side; may be asked from several threads."""

    def __init__(
        self, folder: PictureFolder, *, most_bytes: int = MOST_BYTES, shrinkers: int = 2
    ) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._made: OrderedDict[tuple[str, int], Made] = OrderedDict()
        self._bytes = 0
        self._known: OrderedDict[str, Measured] = OrderedDict()
        self._measurer = Shrinker()
        self._shrinkers = [Shrinker() for _ in range(shrinkers)]
        self._turn = 0

    def close(self) -> None:
        """End the workers."""
        for worker in (self._measurer, *self._shrinkers):
            worker.close()

    def measure(self, file: Path) -> Measured:
        """Return the size of a picture of the folder."""
        with self._lock:
            if (known := self._known.get(file.name)) is not None and _holds(known):
                self._known.move_to_end(file.name)
                return known
        answer = self._measurer.shrink(file, 0)
        measured = Measured(problem=str(answer.get("problem", "")))
        if "size" in answer:
            measured = Measured(width=answer["size"][0], height=answer["size"][1])
        with self._lock:
            self._known[file.name] = measured
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return measured

    def has(self, sha256: str) -> bool:
        """Tell whether the workspace keeps a picture of that digest."""
        hexadecimal = len(sha256) == 64 and not set(sha256) - set("0123456789abcdef")
        return hexadecimal and self._folder.path_of(sha256).is_file()

    def get(self, sha256: str, side: int) -> Made:
        """Return the picture of that digest with its longer side at most ``side`` pixels."""
        key = (sha256, side)
        with self._lock:
            if (known := self._made.get(key)) is not None and _holds(known):
                self._made.move_to_end(key)
                return known
            self._turn = (self._turn + 1) % len(self._shrinkers)
            worker = self._shrinkers[self._turn]
        answer = worker.shrink(self._folder.path_of(sha256), side)
        made = Made(data=answer.get("data", b""), problem=str(answer.get("problem", "")))
        with self._lock:
            self._keep(key, made)
        return made

    def _keep(self, key: tuple[str, int], made: Made) -> None:
        if (before := self._made.pop(key, None)) is not None:
            self._bytes -= _size(before)
        self._made[key] = made
        self._bytes += _size(made)
        while self._bytes > self._most_bytes and len(self._made) > 1:
            _, oldest = self._made.popitem(last=False)
            self._bytes -= _size(oldest)


def _holds(known: Measured | Made) -> bool:
    return not known.problem or time.monotonic() - known.at < BELIEVED


def _size(made: Made) -> int:
    return len(made.data) + len(made.problem) + 500  # what an entry takes besides
