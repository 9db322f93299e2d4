"""What goes into a bundle so that others can check the place of its records in the ledger."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import orjson
from sqlite_utils import Database

from crawler.errors import InputError, NotFoundError
from crawler.store.ledger import Entry
from crawler.workspace import Workspace
from pipelines.evidence.proof_folders import write_proof
from pipelines.evidence.proofs import prove
from pipelines.evidence.statements import stamps_folder

LEDGER = "data/proofs/ledger.jsonl"
STAMPED = "data/proofs"
"""Below it, a folder for each of these entries that others have stamped: by the entry's number."""
PROVED = ("capture", "judgement", "approval", "notice-sent")
"""Kinds of entries: what was seen, decided, approved and sent."""


def proofs_of(
    db: Database, workspace: Workspace, entries: Iterable[Entry], lack: Callable[[int, str], None]
) -> Iterator[tuple[str, Iterable[bytes] | Path]]:
    """Yield name and content of each file about these entries: pieces, or the file to copy.

    :param lack: told the number of an entry whose proof cannot be made any more, and why
    """
    proved: list[int] = []
    yield LEDGER, _lines(entries, proved)
    for number in proved:
        yield from _proof(db, workspace, number, lack)


def _lines(entries: Iterable[Entry], proved: list[int]) -> Iterator[bytes]:
    for entry in entries:
        if entry.kind in PROVED:
            proved.append(entry.number)
        yield orjson.dumps(entry) + b"\n"


def _proof(
    db: Database, workspace: Workspace, number: int, lack: Callable[[int, str], None]
) -> Iterator[tuple[str, Iterable[bytes] | Path]]:
    """Yield the files of the proof of one entry; none while nobody vouches for it."""
    try:
        proof = prove(db, number)
    except NotFoundError:
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / str(number)
        try:
            write_proof(proof, stamps_folder(workspace), folder)
        except InputError:  # says where on our disk, which is nobody's business
            lack(number, "the files of its stamp were changed, or are not there any more")
            return
        for path in sorted(folder.iterdir()):
            yield f"{STAMPED}/{number}/{path.name}", path
