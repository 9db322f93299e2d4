"""Checking what an authority answered: against the statement, and against whom we trust."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.errors import AnchorError
from crawler.store.stamps import AnchorKind
from pipelines.evidence.asking import MOST_BYTES
from pipelines.evidence.checks import Check
from pipelines.evidence.plain_files import read_plain, sha256_of
from pipelines.evidence.time_stamps import Token, load_roots, verify_token
from pipelines.evidence.trust import Trust


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptReceipt:
    """The files of one answer."""

    anchor: str
    kind: AnchorKind
    files: Mapping[str, str]
    """Names in the folder -> SHA-256, hexadecimal."""

    def name(self, ending: str) -> str | None:
        """Return the name of the file with an ending."""
        return next((name for name in self.files if name.endswith(f".{ending}")), None)


def check_files(folder: Path, files: Mapping[str, str]) -> str:
    """Say what is wrong with files whose SHA-256 is known; empty when nothing is."""
    for name, expected in files.items():
        if Path(name).name != name:
            return f"expected the name of a file in the folder, got {name!r}"
        try:
            got = sha256_of(folder / name)
        except OSError as error:
            return f"{name} cannot be read: {error.strerror}"
        if got != expected:
            return f"{name} was changed: expected SHA-256 {expected}, got {got}"
    return ""


def check_receipt(
    folder: Path,
    receipt: KeptReceipt,
    statement: bytes,
    what: str,
    subject: str,
    trust: Trust,
    *,
    by_name: bool = True,
) -> Check:
    """Check one answer.

    ``proven`` where the root is one that is trusted, ``holds`` where it only came with the answer:
    whoever made the answer can have made that root too.

    :param statement: SHA-256 of what was stamped
    :param what: what it proves, if it does: ``entries 1 to 9 were there``
    :param by_name: call the authority as the receipt does; not where others wrote down that name
    """
    if problem := check_files(folder, receipt.files):
        return Check("the receipt as it was kept", "broken", subject, receipt.anchor, problem)
    if receipt.kind == "command":
        return _check_command(folder, receipt, statement, what, subject, trust)
    try:
        token, trusted = _token(folder, receipt, statement, trust)
    except AnchorError as error:
        return Check("the time-stamp", "broken", subject, receipt.anchor, str(error))
    by = receipt.anchor if by_name else token.signer
    said = f"before {_time(token.gen_time)}, signed by {token.signer}"
    if trusted:
        detail = f"{said}, as far as the root with SHA-256 {token.root} is trusted"
        return Check(what, "proven", subject, by, detail)
    detail = (
        f"{said}; but its root, SHA-256 {token.root}, came with it and is not one that you trust:"
        " have it from the authority itself and give it by --root FILE or evidence.roots"
    )
    return Check(what, "holds", subject, by, detail)


def _token(
    folder: Path, receipt: KeptReceipt, statement: bytes, trust: Trust
) -> tuple[Token, bool]:
    """Return what the token says, and whether by a root that is trusted."""
    response, request, pem = (_bytes(folder, receipt, name) for name in ("tsr", "tsq", "pem"))
    theirs = load_roots(pem)
    between = tuple(root for root in theirs if root.issuer != root.subject)
    if trust.roots:
        try:
            roots = dict.fromkeys((*trust.roots, *between))
            return verify_token(response, statement, tuple(roots), request=request), True
        except AnchorError:
            pass  # told below: either nothing verifies it, or only its own root does
    return verify_token(response, statement, theirs, request=request), False


def _check_command(
    folder: Path, receipt: KeptReceipt, statement: bytes, what: str, subject: str, trust: Trust
) -> Check:
    name = receipt.name("receipt") or ""
    command = next((c for c in trust.commands if c.name == receipt.anchor), None)
    if command is None:
        detail = f"its receipt {name} is whole; what it proves, only {receipt.anchor} can say"
        return Check(what, "unproven", subject, receipt.anchor, detail)
    try:
        good = command.verify(statement, folder / name)
    except AnchorError as error:
        detail = f"its own check of {name} says neither yes nor no: {error}"
        return Check(what, "unproven", subject, receipt.anchor, detail)
    if good:
        return Check(what, "proven", subject, receipt.anchor, f"by its own check of {name}")
    return Check(what, "broken", subject, receipt.anchor, f"its own check refuses {name}")


def _bytes(folder: Path, receipt: KeptReceipt, ending: str) -> bytes:
    name = receipt.name(ending)
    if name is None:
        raise AnchorError(f"the answer has no file that ends in .{ending}")
    return read_plain(folder / name, MOST_BYTES)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
