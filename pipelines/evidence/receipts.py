"""Signed receipts: what became of a bundle where it arrived.

A receipt is one JSON file: the statement as the exact text that is signed, the signer's public
key, and the signature (Ed25519, base64). Every byte of the file counts: one that is not as we
write it is no receipt.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson
from pydantic import ValidationError
from sqlite_utils import Database

from crawler.errors import InputError, NotAllowedError
from crawler.files import whole_file
from crawler.formats import dump_record, load_record
from crawler.store.database import timestamp
from crawler.store.handover import (
    KnownKey,
    Outcome,
    StoredReceipt,
    find_exported_case,
    find_keys,
    find_receipts,
    record_receipt,
)
from crawler.store.ledger import canonical
from crawler.workspace import Workspace
from pipelines.evidence.checks import Check
from pipelines.evidence.keys import PublicKey, SigningKey, parse_public_key
from pipelines.evidence.plain_files import sha256_of

FORMAT = "markhound-receipt-1"
LARGEST = 1 << 20
"""Bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """What a receipt says."""

    format: str
    bundle: str
    """SHA-256 of what the bundle's signature covers."""
    outcome: Outcome
    reasons: tuple[str, ...]
    """Why it was returned; empty otherwise."""
    case: str | None
    """Id of the case; None where it could not be read."""
    organisation: str
    by: str
    at: str
    """UTC."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """A receipt whose signature fits the key that came with it."""

    statement: Statement
    key: PublicKey
    data: bytes
    """The whole file."""

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def file_name(self) -> str:
        """How its file is called where no other name was asked for."""
        said = self.statement
        return f"{said.bundle[:16]}-{said.outcome}-{self.digest[:8]}.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class _File:
    format: str
    key: str
    signature: str
    statement: str


def make_receipt(
    key: SigningKey,
    *,
    bundle: str,
    case: str | None,
    outcome: Outcome,
    reasons: Sequence[str] = (),
    organisation: str,
    by: str,
    at: datetime,
) -> Receipt:
    """Make and sign a receipt."""
    statement = Statement(
        format=FORMAT,
        bundle=bundle,
        outcome=outcome,
        reasons=tuple(reasons),
        case=case,
        organisation=organisation,
        by=by,
        at=timestamp(at),
    )
    text = canonical(statement).decode()
    file = _File(
        format=FORMAT,
        key=key.public.pem,
        signature=base64.b64encode(key.sign(text.encode())).decode(),
        statement=text,
    )
    return Receipt(statement=statement, key=key.public, data=_dump(file))


def _dump(file: _File) -> bytes:
    return orjson.dumps(file, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def load_receipt(path: Path) -> Receipt:
    """Read a receipt and check its signature against the key that is in it.

    :raises InputError: when it cannot be read, or is no receipt
    :raises NotAllowedError: when it was changed since it was signed
    """
    try:
        with path.open("rb") as source:
            data = source.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    return parse_receipt(data, str(path))


def parse_receipt(data: bytes, where: str) -> Receipt:
    """Read a receipt; raises as ``load_receipt``."""
    try:
        file = load_record(_File, data)
    except ValidationError as error:
        raise InputError(f"{where}: expected a receipt, a JSON file, got {data[:40]!r}") from error
    if len(data) > LARGEST or file.format != FORMAT or _dump(file) != data:
        raise InputError(f"{where}: expected a receipt as Markhound writes it ({FORMAT})")
    key = parse_public_key(file.key.encode(), where)
    try:
        signature = base64.b64decode(file.signature, validate=True)
    except ValueError as error:
        raise InputError(f"{where}: expected a signature in base64") from error
    if base64.b64encode(signature).decode() != file.signature:  # spare bits at the end
        raise InputError(f"{where}: expected a signature in base64 with nothing behind it")
    if key.pem != file.key or not key.signed(file.statement.encode(), signature):
        raise NotAllowedError(f"{where}: the signature does not fit: the receipt was changed")
    try:
        statement = load_record(Statement, file.statement)
    except ValidationError as error:
        raise InputError(f"{where}: expected a statement of a receipt, got another") from error
    return Receipt(statement=statement, key=key, data=data)


def keep_receipt(workspace: Workspace, receipt: Receipt) -> Path:
    """Keep the file of a receipt, given or taken, in the workspace; return where."""
    folder = receipts_folder(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / receipt.file_name
    with whole_file(path) as file:
        file.write(receipt.data)
    return path


def receipts_folder(workspace: Workspace) -> Path:
    """Return where receipts lie."""
    return workspace.folder / "evidence" / "receipts"


def check_receipts(db: Database, workspace: Workspace) -> Iterator[Check]:
    """Yield whether each receipt is kept as it was signed, and the database says what it says."""
    what, whole = "receipts", 0
    kept = {sha256_of(path): path for path in _files(receipts_folder(workspace))}
    for stored in find_receipts(db):
        subject = f"{stored.outcome}, bundle {stored.bundle[:16]}"
        path = kept.get(stored.digest)
        if path is None:
            detail = f"its file, of the SHA-256 {stored.digest}, does not lie in evidence/receipts"
            yield Check(what, "unproven", subject, None, detail)
        elif problem := _receipt_problem(path, stored):
            yield Check(what, "broken", subject, None, problem)
        else:
            whole += 1
    if whole:
        yield Check(what, "holds", "files", None, f"{whole} are as they were signed")


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.glob("*.json")) if path.is_file())


def _receipt_problem(path: Path, stored: StoredReceipt) -> str:
    try:
        receipt = load_receipt(path)
    except (InputError, NotAllowedError) as error:
        return str(error)
    said = receipt.statement
    told = (stored.bundle, stored.outcome, stored.key, stored.record)
    record = dump_record(said, keep_empty=True)
    if told != (said.bundle, said.outcome, receipt.key.fingerprint, record):
        return "the database says of it what it does not say itself"
    return ""


def store_receipt(
    db: Database, receipt: Receipt, *, given: bool, subject: str, by: str, at: datetime
) -> bool:
    """Append a receipt and its entry of the ledger; False when that was done before.

    Inside the caller's transaction, which must hold the write lock.

    :param subject: the case, or the bundle where the case could not be read
    """
    stored = StoredReceipt(
        digest=receipt.digest,
        direction="given" if given else "taken",
        bundle=receipt.statement.bundle,
        outcome=receipt.statement.outcome,
        key=receipt.key.fingerprint,
        record=dump_record(receipt.statement, keep_empty=True),
        by=by,
        at=at,
    )
    return record_receipt(db, stored, subject)


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A receipt that came for a bundle of ours."""

    receipt: Receipt
    case: str
    signer: str
    """Whose key signed it."""
    new: bool
    """False: it was taken in before."""


def take_receipt(db: Database, receipt: Receipt, *, by: str, at: datetime) -> Taken:
    """Take in a receipt for a bundle that was made here.

    Inside the caller's transaction, which must hold the write lock.

    :raises NotAllowedError: when its key is not trusted, or no such bundle was made here
    """
    signer = _trusted(find_keys(db), receipt.key)
    case = find_exported_case(db, receipt.statement.bundle)
    if case is None:
        bundle = receipt.statement.bundle
        raise NotAllowedError(f"the receipt is for the bundle {bundle}, which was not made here")
    if receipt.statement.case not in (None, case):
        raise NotAllowedError(
            f"the receipt speaks of case {receipt.statement.case!r}, but its bundle is of {case}"
        )
    new = store_receipt(db, receipt, given=False, subject=case, by=by, at=at)
    return Taken(receipt=receipt, case=case, signer=signer.name, new=new)


def _trusted(keys: Sequence[KnownKey], key: PublicKey) -> KnownKey:
    known = {k.fingerprint: k for k in keys}.get(key.fingerprint)
    if known is None:
        raise NotAllowedError(
            f"the receipt is signed by a key that this workspace does not know: {key.fingerprint};"
            " compare it with theirs by another way, then:"
            " markhound evidence key trust FILE --name NAME"
        )
    if known.event == "revoked":
        raise NotAllowedError(
            f"the receipt is signed by a key of {known.name} that was revoked on"
            f" {known.at:%Y-%m-%d}: {known.reason}"
        )
    return known
