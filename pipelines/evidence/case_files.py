"""A case as files of a bundle: every record as it was stored, and the files that it names.

It streams: one row, or one piece of a file, is in memory at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import orjson
from sqlite_utils import Database

from crawler.store.case_records import (
    Row,
    find_case_captures,
    find_case_findings,
    find_case_judgements,
    find_case_notices,
    find_case_rest,
    find_case_rights,
    find_case_sightings,
    find_case_sweeps,
    find_entries_of,
)
from crawler.store.notice_events import find_notice_events
from crawler.store.retention import find_erasures
from crawler.takedown import Case
from crawler.workspace import Workspace
from pipelines.evidence.bag import BagWriter, is_safe_name
from pipelines.evidence.bundle_proofs import LEDGER, proofs_of
from pipelines.evidence.plain_files import followed, open_plain

SUFFIXES = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF8", ".gif"),
    (b"RIFF", ".webp"),
)
"""How the kinds of pictures that browsers show begin."""


BY_CONTENT = ("outbox", "answers", "attachments")
"""Folders of the workspace whose files are named by the SHA-256 of what they hold."""
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Lack:
    """A file that a record of the case names, and that is not in the bundle."""

    what: str
    """``picture``, ``capture``, ``file`` or ``proof``."""
    name: str
    """Digest, id, or number of the entry."""
    reason: str


@dataclass
class CaseWriter:
    """Writes the files of one case into a bag."""

    db: Database
    workspace: Workspace
    bag: BagWriter
    case: Case
    hits: Sequence[str]
    counts: dict[str, int] = field(default_factory=dict)
    """File of records -> how many there are."""
    stamped: bool = False
    """Whether others vouch for entries about it."""
    lacks: list[Lack] = field(default_factory=list)
    pictures: dict[str, str | None] = field(default_factory=dict)
    """SHA-256 -> path in the bag; None for a picture that is not there."""

    def write(self) -> None:
        """Write everything but ``case.json`` and the texts, which speak of the rest."""
        self._write_records("hits", _hit_lines(find_case_findings(self.db, self.hits)))
        self._write_records("sweeps", find_case_sweeps(self.db, self.case.id, self.hits))
        self._write_records(
            "listings", self._pictured(find_case_sightings(self.db, self.case.id, self.hits))
        )
        self._write_records("rights", self._right_lines())
        subjects = {self.case.id, *self.hits}
        judgements = self._noting(find_case_judgements(self.db, self.hits), subjects)
        self._write_records("judgements", judgements)
        numbers: set[int] = set()
        self._write_records("captures", self._capture_lines(subjects, numbers))
        self._write_records("notices", self._notice_lines(subjects, numbers))
        self._write_records("rest", self._rest_lines(numbers))
        entries = find_entries_of(self.db, subjects, numbers)
        for name, content in proofs_of(self.db, self.workspace, entries, self._lack_proof):
            self._write_proof(name, content)
            self.stamped |= name != LEDGER

    def _write_records(self, name: str, records: Iterable[Row]) -> None:
        count = 0
        with self.bag.open(f"data/{name}.jsonl") as file:
            for record in records:
                file.write_record(record)
                count += 1
        self.counts[name] = count

    def _noting(self, rows: Iterable[Row], ids: set[str]) -> Iterator[Row]:
        for row in rows:
            ids.add(row["id"])
            row["authenticated"] = bool(row["authenticated"])
            yield row

    def _pictured(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Add each picture's path in the bag, once it is there."""
        for row in rows:
            row["record"] = orjson.Fragment(row["record"])
            row["pictures"] = [
                {**picture, "file": self._add_picture(picture["sha256"])}
                for picture in orjson.loads(row["pictures"])
            ]
            yield row

    def _right_lines(self) -> Iterator[Row]:
        for row in self._pictured(find_case_rights(self.db, self.hits)):
            # Where it lay on our disk is nobody's business.
            yield {**row, "source": PurePosixPath(row["source"].replace("\\", "/")).name}

    def _add_picture(self, sha256: str | None) -> str | None:
        if sha256 is None:
            return None
        if sha256 not in self.pictures:
            source = self.workspace.pictures.path_of(sha256)
            name = f"data/pictures/{sha256}{_suffix_of(source)}"
            self.pictures[sha256] = self._copy("picture", sha256, name, source, sha256)
        return self.pictures[sha256]

    def _copy(self, what: str, of: str, name: str, source: Path, sha256: str) -> str | None:
        """Copy a file into the bag and return its path there; None, and noted, if that fails."""
        reason = self.bag.add_copy(name, source, sha256)
        if reason is None:
            return name
        if source.is_relative_to(self.workspace.folder):
            file = source.relative_to(self.workspace.folder).as_posix()
            for one in find_erasures(self.db, file=file):
                reason = f"erased by the rule {one.rule} on {one.at:%Y-%m-%d} (entry {one.entry})"
        self.lacks.append(Lack(what=what, name=of, reason=reason))
        return None

    def _lack_proof(self, number: int, reason: str) -> None:
        self.lacks.append(Lack(what="proof", name=str(number), reason=reason))

    def _capture_lines(self, subjects: set[str], numbers: set[int]) -> Iterator[Row]:
        folder = self.workspace.folder
        for row in find_case_captures(self.db, self.case.id, self.hits):
            subjects.add(row["id"])
            numbers.add(row["entry"])
            name = self._capture_name(row)
            source = folder / row["file"]
            row["file"] = self._copy("capture", row["id"], name, source, row["sha256"])
            row["proof"] = bool(row["proof"])
            row["record"] = orjson.Fragment(row["record"])
            yield row

    def _capture_name(self, row: Row) -> str:
        """Return where a capture goes: by the name of its file, which several hits may share."""
        name = f"data/captures/{PurePosixPath(row['file']).stem}.wacz"
        there = self.bag.files.get(name)
        if is_safe_name(name) and (there is None or there.sha256 == row["sha256"]):
            return name
        return f"data/captures/{row['sha256']}.wacz"

    def _notice_lines(self, subjects: set[str], numbers: set[int]) -> Iterator[Row]:
        for row in find_case_notices(self.db, self.case.id):
            notice = row["id"]
            subjects.add(notice)
            events = list(find_notice_events(self.db, notice))
            numbers.update(event.entry for event in events)
            text: str = orjson.loads(row["record"])["text"]
            self.bag.add(f"data/notices/{notice}.txt", text.encode())
            row["record"] = orjson.Fragment(row["record"])
            row["hits"] = orjson.loads(row["hits"])
            yield {**row, "file": f"data/notices/{notice}.txt", "events": events}

    def _rest_lines(self, numbers: set[int]) -> Iterator[Row]:
        for table, row in find_case_rest(self.db, self.case.id, self.hits):
            if isinstance(row.get("entry"), int):
                numbers.add(row["entry"])
            row = {k: v.hex() if isinstance(v, bytes) else v for k, v in row.items()}
            yield {"table": table, "row": row, "files": list(self._named_files(row))}

    def _named_files(self, row: Row) -> Iterator[str]:
        """Yield the path in the bag of each file that a row names by its SHA-256."""
        text = " ".join(value for value in row.values() if isinstance(value, str))
        for digest in dict.fromkeys(_DIGEST.findall(text)):
            for folder in BY_CONTENT:
                for source in sorted((self.workspace.folder / folder).glob(f"{digest}*")):
                    suffix = source.suffix if is_safe_name(f"x{source.suffix}") else ""
                    name = f"data/files/{digest}{suffix}"
                    if self._copy("file", digest, name, source, digest):
                        yield name

    def _write_proof(self, name: str, content: Iterable[bytes] | Path) -> None:
        with self.bag.open(name) as file:
            if isinstance(content, Path):
                file.write(content.read_bytes())
            else:
                for piece in content:
                    file.write(piece)


def _hit_lines(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {
            **row,
            "newest": bool(row["newest"]),
            "record": orjson.Fragment(row["record"]),
        }


def _suffix_of(path: Path) -> str:
    """Return the suffix by which a browser knows what a picture is; empty where it would not."""
    try:
        with open_plain(followed(path)) as file:
            start = file.read(16)
    except OSError:
        return ""
    return next((suffix for begin, suffix in SUFFIXES if start.startswith(begin)), "")
