"""Checking a bundle: its bytes against the signature, its records, captures and proofs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

import orjson

from crawler.store.handover import KnownKey
from crawler.store.ledger import Entry
from pipelines.evidence.bag_check import CheckedBag, check_bag
from pipelines.evidence.bundle_entries import check_entries
from pipelines.evidence.bundle_proofs import LEDGER, STAMPED
from pipelines.evidence.bundle_records import check_records, read_bundle_lines
from pipelines.evidence.checks import Check
from pipelines.evidence.proof_checks import ABOUT, FILES, check_proof
from pipelines.evidence.proofs import PROOF
from pipelines.evidence.trust import Trust
from pipelines.evidence.wacz import check_wacz


def check_bundle(
    path: Path, keys: Sequence[KnownKey] = (), trust: Trust | None = None
) -> list[Check]:
    """Check everything about a bundle; needs no workspace.

    :param keys: the keys that are known here
    :param trust: whose stamps are believed; nobody's unless given
    :raises InputError: when ``path`` is no folder
    """
    return read_bundle(path, keys, trust).checks


def read_bundle(
    path: Path, keys: Sequence[KnownKey] = (), trust: Trust | None = None
) -> CheckedBag:
    """Check a bundle; what it holds may be believed when nothing is broken."""
    bag = check_bag(path, keys)
    if not bag.broken:
        bag.checks.extend(check_records(bag))
    if not bag.broken:
        bag.checks.extend(check_entries(bag.folder))
    if not bag.broken:
        bag.checks.extend(_check_captures(bag))
        bag.checks.extend(_check_proofs(bag, trust or Trust()))
    return bag


def _check_captures(bag: CheckedBag) -> Iterator[Check]:
    """Yield what is wrong inside captures; the rest of them is told in one line."""
    whole = 0
    for name in bag.files:
        if name.startswith("data/captures/"):
            broken = [c for c in check_wacz(bag.folder / name) if c.state == "broken"]
            whole += not broken
            yield from (replace(c, subject=f"{name}: {c.subject}") for c in broken)
    if whole:
        detail = f"{whole} captures have all their records, each with the digest that it says"
        yield Check("captures", "holds", "data/captures", None, detail)


def _check_proofs(bag: CheckedBag, trust: Trust) -> Iterator[Check]:
    """Yield what the proofs prove; each must be of an entry that is in the bundle.

    That the ways of entries to their roots are whole is told in one line.
    """
    whole = 0
    digests = {e.number: e.digest for e in read_bundle_lines(Entry, bag.folder, LEDGER)}
    files = [PurePosixPath(name) for name in bag.files if name.startswith(f"{STAMPED}/")]
    for folder in sorted({str(file.parent) for file in files} - {STAMPED}):
        for check in check_proof(bag.folder / folder, trust):
            # the capture lies elsewhere, and is checked against the entry with the other records
            if check.what == ABOUT and check.state == "unproven":
                continue
            if check.state == "holds" and check.by is None:
                whole += check.what != FILES
            else:
                yield replace(check, subject=f"{folder}: {check.subject}")
        if not _is_of_entry(bag.folder / folder / PROOF, digests):
            detail = f"it is not the proof of an entry in {LEDGER}"
            yield Check("the proof", "broken", f"{folder}/{PROOF}", None, detail)
    if whole:
        detail = f"{whole} entries lie under roots that were given to others to be stamped"
        yield Check("proofs", "holds", STAMPED, None, detail)


def _is_of_entry(proof: Path, digests: Mapping[int, str]) -> bool:
    try:
        entry = orjson.loads(proof.read_bytes())["entry"]
        return bool(digests[entry["number"]] == entry["digest"])
    except (OSError, ValueError, TypeError, KeyError):
        return False
