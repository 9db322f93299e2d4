"""What goes into a bundle so that others can check the place of its records in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson
from sqlite_utils import Database

from crawler.store.ledger import Entry
from crawler.workspace import Workspace

LEDGER = "data/proofs/ledger.jsonl"


def proofs_of(
    db: Database,  # noqa: ARG001 - proofs of inclusion are made from the whole ledger
    workspace: Workspace,  # noqa: ARG001 - and from the stamps, which are files of the workspace
    entries: Iterable[Entry],
) -> Iterator[tuple[str, Iterable[bytes] | Path]]:
    """Yield name and content of each file about these entries: pieces, or the file to copy."""
    yield LEDGER, (orjson.dumps(entry) + b"\n" for entry in entries)
