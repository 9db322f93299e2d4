"""What goes into a bundle so that others can check the place of its records in the ledger."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
from sqlite_utils import Database

from crawler.errors import NotFoundError
from crawler.store.ledger import Entry
from crawler.workspace import Workspace
from pipelines.evidence.checks import Check
from pipelines.evidence.proof_checks import check_proof
from pipelines.evidence.proof_folders import write_proof
from pipelines.evidence.proofs import PROOF, prove
from pipelines.evidence.statements import stamps_folder
from pipelines.evidence.trust import Trust

PROOFS = "data/proofs"
LEDGER = f"{PROOFS}/ledger.jsonl"
PROVED = ("capture", "judgement", "notice-sent")
"""Kinds of entries whose place under a stamp goes along: what was seen, decided and sent."""


def proofs_of(
    db: Database, workspace: Workspace, entries: Iterable[Entry]
) -> Iterator[tuple[str, Iterable[bytes] | Path]]:
    """Yield name and content of each file about these entries: pieces, or the file to copy.

    A file is there until the next one is asked for. An entry that nobody has stamped yet has its
    line alone.

    :raises InputError: when a file of a stamp is not what was recorded
    """
    proved: list[int] = []
    yield LEDGER, _lines(entries, proved)
    with TemporaryDirectory(prefix=".proofs-", dir=workspace.folder) as folder:
        for number in proved:
            made = Path(folder) / str(number)
            try:
                write_proof(prove(db, number), stamps_folder(workspace), made)
            except NotFoundError:  # nobody vouches for it yet
                continue
            for file in sorted(made.iterdir()):
                yield f"{PROOFS}/{number}/{file.name}", file
            shutil.rmtree(made)


def _lines(entries: Iterable[Entry], proved: list[int]) -> Iterator[bytes]:
    for entry in entries:
        if entry.kind in PROVED:
            proved.append(entry.number)
        yield orjson.dumps(entry) + b"\n"


def check_proofs(bundle: Path, trust: Trust) -> Iterator[Check]:
    """Check the proofs of a bundle that is whole: each by itself, and against its ledger."""
    digests = {}
    with (bundle / LEDGER).open("rb") as lines:
        for line in lines:
            entry = orjson.loads(line)
            digests[entry["number"]] = entry["digest"]
    for proof in sorted((bundle / PROOFS).glob(f"*/{PROOF}")):
        number, digest = _entry_of(proof)
        if digests.get(number) != digest or proof.parent.name != str(number):
            detail = f"it is of the entry {number} with the digest {digest}, which {LEDGER} has not"
            yield Check("a proof is of an entry", "broken", proof.parent.name, None, detail)
        else:
            yield from check_proof(proof.parent, trust)


def _entry_of(proof: Path) -> tuple[object, object]:
    try:
        entry = orjson.loads(proof.read_bytes())["entry"]
        return entry["number"], entry["digest"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None, None
