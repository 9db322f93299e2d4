"""What is stamped: a statement about the entries of the ledger, kept as one small file."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson
from pydantic import ValidationError

from crawler.errors import InputError
from crawler.formats import dump_record, parse_record
from crawler.store.database import timestamp
from crawler.store.ledger import canonical
from crawler.workspace import Workspace

FORMAT = "markhound-stamp-1"
STATEMENT, LEAVES = "statement.json", "leaves.txt"
MOST_BYTES = 4096
"""Of a statement; ours have some 300."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """What is given to be stamped; its file holds exactly this, as canonical JSON."""

    format: str = FORMAT
    first: int
    """Number of the first entry under the root."""
    last: int
    """Number of the last one."""
    root: str
    """Root of the Merkle tree over the entries' digests (RFC 9162), hexadecimal."""
    head: str
    """Digest of the last entry, which covers all the entries before it, hexadecimal."""
    at: str
    """When it was made, by the clock of the machine; what the time is, the authorities say."""

    @property
    def size(self) -> int:
        """How many entries lie under the root."""
        return self.last - self.first + 1


def make_statement(first: int, last: int, root: bytes, head: str, at: datetime) -> Statement:
    """Return the statement about some entries."""
    return Statement(first=first, last=last, root=root.hex(), head=head, at=timestamp(at))


def dump_statement(statement: Statement) -> bytes:
    """Return the bytes that are stamped."""
    return canonical(dump_record(statement, keep_empty=True))


def parse_statement(data: bytes) -> Statement:
    """Read a statement.

    :raises InputError: when it is not exactly what ``dump_statement`` writes
    """
    try:
        if len(data) > MOST_BYTES:
            raise InputError(f"expected a statement of up to {MOST_BYTES} bytes, got {len(data)}")
        statement = parse_record(Statement, orjson.loads(data))
        again = dump_statement(statement)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, ValidationError) as error:
        raise InputError(f"expected a statement as JSON: {str(error).splitlines()[0]}") from error
    if statement.format != FORMAT:
        raise InputError(f"expected the format {FORMAT}, got {statement.format!r:.60}")
    if again != data or not 0 < statement.first <= statement.last:
        raise InputError("expected the canonical form of a statement, got another one")
    return statement


def id_of(statement: bytes) -> str:
    """Return the id of a stamp: that of what is stamped."""
    return f"st-{hashlib.sha256(statement).hexdigest()[:16]}"


def stamps_folder(workspace: Workspace) -> Path:
    """Return where the stamps lie, a folder each, named by its id."""
    return workspace.folder / "evidence" / "stamps"


def read_leaves(path: Path) -> Generator[str]:
    """Yield the digests of the entries that were stamped, in order; none when there is no file."""
    try:
        with path.open(encoding="ascii", errors="replace") as file:
            while line := file.readline(128):
                yield line.rstrip("\n")
    except OSError:
        return
