"""Checking the cases of others again, where they are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlite_utils import Database

from crawler.store.handover import (
    ImportedCase,
    ImportedHit,
    KnownKey,
    find_imported_cases,
    find_imported_hits,
    find_keys,
)
from crawler.workspace import Workspace
from pipelines.evidence.bundle_check import read_bundle
from pipelines.evidence.bundle_proofs import STAMPED
from pipelines.evidence.bundle_records import load_about
from pipelines.evidence.checks import Check
from pipelines.evidence.imports import hits_of, imported_folder
from pipelines.evidence.trust import Trust

WHAT = "imported case"


@dataclass(frozen=True, kw_only=True, slots=True)
class HandedOver:
    """A case as others handed it over; what they judged is theirs."""

    origin: ImportedCase
    name: str | None
    """Whose key signed it, as we call them; None = a key that is not known here."""
    hits: tuple[ImportedHit, ...]


def find_handed_over(db: Database, case: str) -> list[HandedOver]:
    """Return what others handed over about a case, oldest first."""
    names = {key.fingerprint: key.name for key in find_keys(db)}
    return [
        HandedOver(
            origin=origin,
            name=names.get(origin.origin),
            hits=tuple(find_imported_hits(db, origin.bundle)),
        )
        for origin in find_imported_cases(db, case=case)
    ]


def check_imported(
    db: Database, workspace: Workspace, trust: Trust | None = None
) -> Iterator[Check]:
    """Yield whether each case of others is still as it came, and by whose word.

    :param trust: whose stamps are believed; nobody's unless given
    """
    keys = find_keys(db)
    for imported in find_imported_cases(db):
        subject = f"{imported.case}, bundle {imported.bundle[:16]}"
        folder = imported_folder(workspace, imported.bundle)
        if not folder.is_dir():
            detail = f"the folder {folder} is not there any more"
            yield Check(WHAT, "broken", subject, None, detail)
            continue
        bag = read_bundle(folder, _keys_at(keys, imported.entry), trust)
        broken = [check for check in bag.checks if check.state == "broken"]
        for check in broken:
            detail = f"{check.subject}: {check.detail}"
            yield Check(WHAT, "broken", subject, check.by, detail)
        if not broken and bag.digest != imported.bundle:
            detail = f"another bundle is in its place: {bag.digest}"
            yield Check(WHAT, "broken", subject, None, detail)
        elif not broken:
            signature = next(check for check in bag.checks if check.what == "signature")
            yield replace(signature, what=WHAT, subject=subject)
            yield from _stamps_told(bag.checks, subject)
            yield from _rows_told(db, imported, folder, subject)


def _stamps_told(checks: Sequence[Check], subject: str) -> Iterator[Check]:
    """Yield what others vouch for in a bundle, a line for each who does."""
    proofs = [check for check in checks if check.subject.startswith(f"{STAMPED}/")]
    proven = Counter(check.by for check in proofs if check.state == "proven")
    for by, count in sorted(proven.items(), key=str):
        detail = f"{count} of its entries were there when they were stamped"
        yield Check("imported case, its stamps", "proven", subject, by, detail)
    untrusted = {c.subject for c in proofs if c.state == "holds" and c.by is not None}
    untrusted -= {check.subject for check in proofs if check.state == "proven"}
    if untrusted:
        detail = (
            f"{len(untrusted)} of its entries are stamped by somebody whose root you do not trust;"
            " `markhound evidence verify` of the folder says by whom"
        )
        yield Check("imported case, its stamps", "unproven", subject, None, detail)


def _rows_told(db: Database, imported: ImportedCase, folder: Path, subject: str) -> Iterator[Check]:
    """Yield whether the database says of a case of others what its bundle says."""
    what, about = "rows of imported_cases and imported_hits", load_about(folder)
    said = (about.organisation, about.exported_by, about.exported_at)
    if (imported.organisation, imported.exported_by, imported.exported_at) != said:
        detail = "who handed it over, or when, is not what the bundle says"
        yield Check(what, "broken", subject, None, detail)
    kept = {hit.hit: hit for hit in find_imported_hits(db, imported.bundle)}
    came = hits_of(folder)
    wrong = sorted(hit for hit in kept.keys() | came.keys() if kept.get(hit) != came.get(hit))
    for hit in wrong:
        detail = f"{hit}: it is not what the bundle says of it"
        yield Check(what, "broken", subject, None, detail)
    if not wrong:
        yield Check(what, "holds", subject, None, f"{len(kept)} hits are as they came")


def _keys_at(keys: Sequence[KnownKey], entry: int) -> list[KnownKey]:
    """Return the keys as they were believed then: what came before a revocation stays good.

    :param entry: of the ledger, by which what came first is told
    """
    return [
        replace(key, event="trusted", name=f"{key.name}, whose key was revoked later")
        if key.event == "revoked" and key.entry > entry
        else key
        for key in keys
    ]
