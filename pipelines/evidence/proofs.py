"""Inclusion proofs: one entry proves its place under a stamp, without the rest of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from sqlite_utils import Database

from crawler.errors import NotFoundError
from crawler.formats import dump_record
from crawler.store.ledger import Entry, find_digests, find_entries
from crawler.store.stamps import Stamp, StampReceipt, find_receipts, find_stamp_of
from pipelines.evidence.merkle import leaf_of, path_ranges, root_of
from pipelines.evidence.receipt_checks import KeptReceipt
from pipelines.evidence.statements import STATEMENT

FORMAT = "markhound-proof-1"
PROOF = "proof.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What shows that an entry lies under the root of a stamp."""

    format: str = FORMAT
    stamp: str
    """Id of the stamp."""
    entry: Entry
    index: int
    """Place of its leaf, from 0."""
    size: int
    """How many leaves the tree has."""
    leaf: str
    """SHA-256(0x00, digest of the entry), hexadecimal."""
    path: tuple[str, ...]
    """Hashes beside the way from the leaf to the root, the lowest first, hexadecimal."""
    root: str
    """The root, which the statement names, hexadecimal."""
    receipts: tuple[KeptReceipt, ...]
    """Who answered, and in which files."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Names of the other files of the folder -> SHA-256, hexadecimal."""


def prove(db: Database, number: int) -> Proof:
    """Return the proof of an entry.

    :raises NotFoundError: when there is no such entry, or nobody vouches for it yet
    """
    entry = next(find_entries(db, first=number), None)
    if entry is None or entry.number != number:
        raise NotFoundError(f"the ledger has no entry {number}")
    stamp = find_stamp_of(db, number)
    if stamp is None:
        raise NotFoundError(f"entry {number} is not stamped yet: markhound evidence stamp")
    receipts = [one for one in find_receipts(db, stamp.id) if one.state == "granted"]
    if not receipts:
        raise NotFoundError(
            f"entry {number} lies under the stamp {stamp.id}, for which nobody vouches yet:"
            " markhound evidence stamp --retry"
        )
    return _prove(db, entry, stamp, receipts)


def _prove(db: Database, entry: Entry, stamp: Stamp, receipts: list[StampReceipt]) -> Proof:
    index, size = entry.number - stamp.first, stamp.last - stamp.first + 1
    path = []
    for leaves in path_ranges(index, size):
        digests = find_digests(db, stamp.first + leaves.start, stamp.first + leaves.stop - 1)
        path.append(root_of(leaf_of(bytes.fromhex(digest)) for digest in digests).hex())
    return Proof(
        stamp=stamp.id,
        entry=entry,
        index=index,
        size=size,
        leaf=leaf_of(bytes.fromhex(entry.digest)).hex(),
        path=tuple(path),
        root=stamp.root,
        receipts=tuple(
            KeptReceipt(anchor=r.anchor, kind=r.kind, files=dict(r.files)) for r in receipts
        ),
        files={STATEMENT: stamp.statement},
    )


def dump_proof(proof: Proof) -> bytes:
    """Return the proof as its file holds it."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(dump_record(proof, keep_empty=True), option=options)
