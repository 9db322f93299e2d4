"""Checking the cases of others again, where they are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

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
from pipelines.evidence.checks import Check
from pipelines.evidence.imports import imported_folder


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


def check_imported(db: Database, workspace: Workspace) -> Iterator[Check]:
    """Yield whether each case of others is still as it came, and by whose word."""
    keys = find_keys(db)
    for imported in find_imported_cases(db):
        subject = f"{imported.case}, bundle {imported.bundle[:16]}"
        folder = imported_folder(workspace, imported.bundle)
        if not folder.is_dir():
            detail = f"the folder {folder} is not there any more"
            yield Check("imported case", "broken", subject, None, detail)
            continue
        bag = read_bundle(folder, _keys_at(keys, imported.at))
        broken = [check for check in bag.checks if check.state == "broken"]
        for check in broken:
            detail = f"{check.subject}: {check.detail}"
            yield Check("imported case", "broken", subject, check.by, detail)
        if not broken and bag.digest != imported.bundle:
            detail = f"another bundle is in its place: {bag.digest}"
            yield Check("imported case", "broken", subject, None, detail)
        elif not broken:
            signature = next(check for check in bag.checks if check.what == "signature")
            yield replace(signature, what="imported case", subject=subject)


def _keys_at(keys: Sequence[KnownKey], at: datetime) -> list[KnownKey]:
    """Return the keys as they were believed then: what came before a revocation stays good."""
    return [
        replace(key, event="trusted", name=f"{key.name}, whose key was revoked later")
        if key.event == "revoked" and key.at > at
        else key
        for key in keys
    ]
