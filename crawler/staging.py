"""Registry files of any size on their way into the store: read and checked first, then recorded.

What was read waits in a file without a name, so that a process that is killed leaves nothing
behind; memory holds the ids alone. The store is then written in one transaction.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database

from crawler.errors import InputError, Problem
from crawler.formats import dump_line, load_record
from crawler.model import Right
from crawler.offices.mapping import TableMapping
from crawler.offices.reading import Entry
from crawler.offices.sources import Seen, unseen
from crawler.pictures import PictureFolder
from crawler.problems import Tally
from crawler.registry import Ids, check_entries
from crawler.store.database import writing
from crawler.store.rights import Change, record_each

STEP = 1000
"""Rights after which it is told how many were recorded."""


class Staging:
    """Rights that were read from files and wait to be recorded; a context manager."""

    def __init__(self, folder: Path) -> None:
        """Make it ready.

        :param folder: on whose disk they wait
        :raises InputError: when nothing can be written there
        """
        try:
            self._open(folder)
        except OSError as error:
            raise InputError(f"cannot write to {folder}: {error.strerror}") from error
        self._ids = Ids()
        self.problems = Tally()

    def _open(self, folder: Path) -> None:
        self._lines = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed with this)
        self._data = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed with this)
        self._kept = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed with this)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._data.close()
        self._kept.close()

    def __len__(self) -> int:
        return len(self._ids) - len(self._ids.replaced)

    def read(
        self, path: Path, today: date, mapping: TableMapping | None = None, seen: Seen = unseen
    ) -> None:
        """Read a file and check it; what is wrong is counted in ``problems``.

        :param seen: is told of the bytes that were read
        :raises InputError: when the file cannot be read at all
        """
        before, wrong = len(self._ids), self.problems.count("error")
        for read in check_entries(path, today, mapping=mapping, seen=seen):
            if isinstance(read, Problem):
                self.problems.add(read)
                continue
            for problem in self._ids.add(read):
                self.problems.add(problem)
            try:
                self._keep(read, path.name)
            except OSError as error:
                raise InputError(f"cannot keep what was read: {error.strerror}") from error
        if len(self._ids) == before and self.problems.count("error") == wrong:
            message = "holds no right"
            self.problems.add(
                Problem(path=path, line=None, where="", message=message, severity="warning")
            )

    def _keep(self, entry: Entry, source: str) -> None:
        pictures: dict[str, Any] = {}
        for image in dict.fromkeys(entry.right.images):
            data = entry.data.get(image)
            if data is None:
                pictures[image] = str(entry.path.parent / image)
            else:
                pictures[image] = [self._data.tell(), len(data)]
                self._data.write(data)
        head = json.dumps([source, pictures])  # which writes paths that are no UTF-8 as well
        self._lines.write(head.encode() + b"\n" + dump_line(entry.right) + b"\n")

    def keep_pictures(self, pictures: PictureFolder) -> None:
        """Keep the pictures of what was read in their folder; before ``rights`` are asked for.

        :raises InputError: when one is gone since it was checked
        """
        self._kept.seek(0)
        for number, (_, found, _) in enumerate(self._staged()):
            if found and number not in self._ids.replaced:
                kept = {image: pictures.keep(self._read(place)) for image, place in found.items()}
                self._kept.write(json.dumps(kept).encode() + b"\n")

    def rights(self) -> Iterator[tuple[Right, Mapping[str, str], str]]:
        """Yield each right, its pictures' digests and its file's name, as they were read."""
        self._kept.seek(0)
        for number, (source, found, record) in enumerate(self._staged()):
            if number not in self._ids.replaced:
                kept = json.loads(self._kept.readline()) if found else {}
                yield load_record(Right, record), kept, source

    def _staged(self) -> Iterator[tuple[str, Mapping[str, str | Sequence[int]], bytes]]:
        self._lines.seek(0)
        while head := self._lines.readline():
            source, pictures = json.loads(head)
            yield source, pictures, self._lines.readline()

    def _read(self, place: str | Sequence[int]) -> bytes:
        if isinstance(place, str):
            try:
                return Path(place).read_bytes()
            except OSError as error:
                raise InputError(f"cannot read {place}: {error.strerror}") from error
        self._data.seek(place[0])
        return self._data.read(place[1])


def import_staged(
    db: Database,
    pictures: PictureFolder,
    staging: Staging,
    at: datetime,
    recorded: Callable[[int], None] = unseen,
) -> Counter[Change]:
    """Record what was read: pictures into their folder, then all rights or none into the store.

    :param recorded: is told how many rights were recorded so far
    :returns: how many were added, updated, left as they are
    """
    staging.keep_pictures(pictures)
    counts: Counter[Change] = Counter()
    with writing(db):
        for number, change in enumerate(record_each(db, staging.rights(), at=at), start=1):
            counts[change] += 1
            if number % STEP == 0:
                recorded(number)
    return counts
