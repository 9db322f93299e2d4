"""Checking the folder of a proof: with nothing but what lies in it, and whom we trust."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import orjson
from pydantic import ValidationError

from crawler.errors import InputError
from crawler.formats import parse_record
from pipelines.evidence.checks import Check
from pipelines.evidence.merkle import leaf_of, root_by_path
from pipelines.evidence.plain_files import read_plain, sha256_of
from pipelines.evidence.proofs import FORMAT, PROOF, Proof, dump_proof
from pipelines.evidence.receipt_checks import check_files, check_receipt
from pipelines.evidence.statements import MOST_BYTES as STATEMENT_BYTES
from pipelines.evidence.statements import (
    STATEMENT,
    Statement,
    dump_statement,
    id_of,
    parse_statement,
)
from pipelines.evidence.trust import Trust

ABOUT = "the file that the entry is about"
FILES = "the files of the proof"
MOST_BYTES = 50_000_000
"""Of a proof's file; the record of an entry can be long, the rest is some kilobytes."""


def is_proof(path: Path) -> bool:
    """Tell whether a path is the folder of a proof."""
    return (path / PROOF).is_file()


def check_proof(folder: Path, trust: Trust) -> Iterator[Check]:
    """Check an entry's digest, its way to the root, what was stamped, and who stamped it."""
    try:
        proof = _load_proof(folder / PROOF)
        statement, digest = _load_statement(folder / STATEMENT)
    except (InputError, OSError) as error:
        yield Check("the proof", "broken", folder.name, None, str(error))
        return
    subject = f"entry {proof.entry.number}"
    whole = True
    for check in (*_files(folder, proof), *_place(proof, statement, subject)):
        whole = whole and check.state != "broken"
        yield check
    what = f"{subject}, {proof.entry.kind} of {proof.entry.subject}, was there"
    if not whole:
        what = "what was stamped was there; it is not what this folder holds now"
    for receipt in proof.receipts:
        yield check_receipt(folder, receipt, digest, what, subject, trust, by_name=False)
    if not proof.receipts:
        yield Check(what, "unproven", subject, None, "nobody vouches for it")
    yield from _beside(folder, proof)


def _load_proof(path: Path) -> Proof:
    data = read_plain(path, MOST_BYTES)
    try:
        proof = parse_record(Proof, orjson.loads(data))
        again = dump_proof(proof)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, ValidationError) as error:
        raise InputError(f"{PROOF}: expected a proof: {str(error).splitlines()[0]}") from error
    if proof.format != FORMAT:
        raise InputError(f"{PROOF}: expected the format {FORMAT}, got {proof.format!r:.60}")
    if again != data:
        raise InputError(f"{PROOF} was changed: it is not written as Markhound writes it")
    return proof


def _load_statement(path: Path) -> tuple[Statement, bytes]:
    data = read_plain(path, STATEMENT_BYTES)
    try:
        return parse_statement(data), hashlib.sha256(data).digest()
    except InputError as error:
        raise InputError(f"{STATEMENT}: {error}") from error


def _files(folder: Path, proof: Proof) -> Iterator[Check]:
    whole = STATEMENT in proof.files
    if not whole:
        yield Check(FILES, "broken", STATEMENT, None, f"{PROOF} does not name it")
    for name, digest in proof.files.items():
        if problem := check_files(folder, {name: digest}):
            whole = False
            yield Check(FILES, "broken", name, None, problem)
    if whole:
        detail = f"{len(proof.files)} are as they were written"
        yield Check(FILES, "holds", folder.name, None, detail)


def _place(proof: Proof, statement: Statement, subject: str) -> Iterator[Check]:
    """Check the way from the entry to the root of the statement."""
    entry = proof.entry
    what = f"{subject} lies under the root that was stamped"
    try:
        digest = entry.digest_of_content()
        leaf = leaf_of(bytes.fromhex(digest))
        path = [bytes.fromhex(step) for step in proof.path]
        index = entry.number - statement.first
        root = root_by_path(leaf, index, statement.size, path).hex()
    except (TypeError, ValueError) as error:
        yield Check(what, "broken", subject, None, str(error))
        return
    told = (proof.stamp, proof.index, proof.size, proof.leaf, proof.root)
    problem = ""
    if digest != entry.digest:
        problem = f"its content gives the digest {digest}, recorded is {entry.digest:.80}"
    elif root != statement.root:
        problem = f"its path leads to the root {root}, stamped is {statement.root}"
    elif told != (id_of(dump_statement(statement)), index, statement.size, leaf.hex(), root):
        problem = f"{PROOF} and {STATEMENT} do not say the same"
    if problem:
        yield Check(what, "broken", subject, None, problem)
    else:
        yield Check(what, "holds", subject, None, f"the root is {root}")


def _beside(folder: Path, proof: Proof) -> Iterator[Check]:
    """Check what else lies in the folder: the file that the entry is about, or what is unknown."""
    known = {PROOF, *proof.files, *(name for r in proof.receipts for name in r.files)}
    found = False
    for path in sorted(folder.iterdir()):
        if path.name in known:
            continue
        digest = _digest(path)
        if digest is not None and digest in proof.entry.record:
            found = True
            detail = f"its SHA-256 {digest} is the one that the entry names"
            yield Check(ABOUT, "holds", path.name, None, detail)
        else:
            detail = "it is no part of the proof, and nothing here says what it is"
            yield Check("a file beside the proof", "unproven", path.name, None, detail)
    if proof.entry.kind == "capture" and not found:
        detail = f"it does not lie here; its SHA-256 stands in {PROOF}: compare it yourself"
        subject = f"entry {proof.entry.number}"
        yield Check(ABOUT, "unproven", subject, None, detail)


def _digest(path: Path) -> str | None:
    try:
        return sha256_of(path)
    except OSError:
        return None
