"""Taking in the bundle of another office: checked first, then kept as it came, then answered."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from crawler.errors import InputError, NotFoundError
from crawler.files import locked, whole_file
from crawler.store.database import writing
from crawler.store.handover import (
    ImportedCase,
    ImportedHit,
    Outcome,
    find_imported_cases,
    find_keys,
    is_any_hit_known,
    record_imported_case,
)
from crawler.store.notices import load_case, record_case
from crawler.takedown import Case
from crawler.workspace import Workspace
from pipelines.evidence.bag import sync_files
from pipelines.evidence.bag_check import CheckedBag, looks_like_bag
from pipelines.evidence.bundle_check import read_bundle
from pipelines.evidence.bundle_records import (
    HITS,
    JUDGEMENTS,
    About,
    HitLine,
    JudgementLine,
    load_about,
    read_bundle_lines,
)
from pipelines.evidence.checks import Check
from pipelines.evidence.keys import own_key
from pipelines.evidence.receipts import (
    Receipt,
    keep_receipt,
    make_receipt,
    receipts_folder,
    store_receipt,
)
from pipelines.evidence.trust import load_trust

INCOMING = ".incoming"
"""Where a bundle is until it was checked here; what a killed import left there is thrown away."""
MOST_REASONS = 100
"""In a receipt."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What became of a bundle."""

    outcome: Outcome
    bundle: str
    case: str | None
    """None where it could not be read."""
    checks: Sequence[Check]
    receipt: Receipt
    receipt_file: Path
    folder: Path | None
    """Where it is kept; None when it was returned."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Who takes bundles in, where, and when."""

    db: Database
    workspace: Workspace
    by: str
    at: datetime
    receipt_file: Path | None = None
    """Where the receipt goes besides the folder of the workspace's receipts."""

    def take_in(self, path: Path) -> Answered:
        """Take in a bundle, if all about it is intact, and answer with a signed receipt.

        A bundle that is broken is answered ``returned``, with the reasons; nothing of it is kept.

        :raises InputError: when ``path`` is no bundle, or nothing in it says which
        """
        bag = self._read(path)
        if bag.broken:
            return self._return(bag, None, ())
        folder = imported_folder(self.workspace, bag.digest or "")
        with locked(folder.parent):
            kept = self._keep(path, bag.names, folder)
            if kept.broken or kept.digest != bag.digest:  # it changed while it was copied
                return self._return(kept, None, ())
            about = load_about(folder)
            if reason := self._contradiction(about.case):
                shutil.rmtree(folder)
                return self._return(kept, about.case.id, [reason])
            return self._answer_kept(kept, about)

    def turn_back(self, path: Path, reasons: Sequence[str]) -> Answered:
        """Answer a bundle ``returned``, for a person's reasons and for what is broken in it.

        :raises InputError: when ``path`` is no bundle, or nothing in it says which
        """
        bag = self._read(path)
        case = None if bag.broken else load_about(path).case.id
        return self._return(bag, case, reasons)

    def _read(self, path: Path) -> CheckedBag:
        if not looks_like_bag(path):
            raise InputError(f"expected the folder of a bundle, with its bagit.txt, got {path}")
        trust = load_trust(self.workspace)
        bag = read_bundle(path, trust.keys, trust)
        if bag.digest is None:
            why = "\n".join(f"{check.subject}: {check.detail}" for check in bag.checks)
            raise InputError(f"nothing says which bundle {path} is, so there is no answer:\n{why}")
        return bag

    def _keep(self, path: Path, names: Iterable[str], folder: Path) -> CheckedBag:
        """Copy a bundle to its place by content, whole or not at all, and check the copy.

        Under the lock of the folder above: what lies in its ``.incoming`` is nobody's any more.
        """
        keys = find_keys(self.db)
        if folder.exists():
            there = read_bundle(folder, keys)
            if not there.broken:
                return there
            shutil.rmtree(folder)  # what came now is whole
        incoming = folder.parent / INCOMING
        shutil.rmtree(incoming, ignore_errors=True)
        try:
            for name in names:
                (incoming / name).parent.mkdir(parents=True, exist_ok=True)
                # a link that was put there meanwhile stays one, and is refused
                shutil.copyfile(path / name, incoming / name, follow_symlinks=False)
            kept = read_bundle(incoming, keys)
            if not kept.broken and kept.digest == folder.name:
                sync_files(incoming)
                incoming.rename(folder)
        finally:
            shutil.rmtree(incoming, ignore_errors=True)
        return kept

    def _contradiction(self, case: Case) -> str | None:
        """Say why a case cannot be the one that has its id here; None when it can."""
        try:
            known = load_case(self.db, case.id)
        except NotFoundError:
            return None
        if (known.site, known.holder) == (case.site, case.holder):
            return None
        return (
            f"case {case.id} is of {known.holder} on {known.site} here, but of {case.holder} on"
            f" {case.site} in the bundle"
        )

    def _answer_kept(self, bag: CheckedBag, about: About) -> Answered:
        bundle, origin = bag.digest or "", bag.key.fingerprint if bag.key else ""
        folder = imported_folder(self.workspace, bundle)
        hits = hits_of(folder)
        with writing(self.db):
            taken_before = bool(find_imported_cases(self.db, bundle=bundle))
            known = self._is_known(about.case.id) or is_any_hit_known(self.db, [*hits])
            outcome: Literal["accepted", "merged"] = (
                "merged" if taken_before or known else "accepted"
            )
            record_case(self.db, about.case)
            if not taken_before:
                imported = ImportedCase(
                    bundle=bundle,
                    case=about.case.id,
                    origin=origin,
                    organisation=about.organisation,
                    exported_by=about.exported_by,
                    exported_at=about.exported_at,
                    outcome=outcome,
                    by=self.by,
                    at=self.at,
                )
                record_imported_case(self.db, imported, hits.values())
            receipt = self._receipt(bundle, about.case.id, outcome, ())
        return self._answered(receipt, bag, folder)

    def _is_known(self, case: str) -> bool:
        try:
            load_case(self.db, case)
        except NotFoundError:
            return False
        return True

    def _return(self, bag: CheckedBag, case: str | None, reasons: Sequence[str]) -> Answered:
        broken = [f"{c.subject}: {c.detail}" for c in bag.checks if c.state == "broken"]
        said = [*reasons, *broken]
        if len(said) > MOST_REASONS:
            said[MOST_REASONS - 1 :] = [f"and {len(said) - MOST_REASONS + 1} more"]
        with writing(self.db):
            receipt = self._receipt(bag.digest or "", case, "returned", said)
        return self._answered(receipt, bag, None)

    def _receipt(
        self, bundle: str, case: str | None, outcome: Outcome, reasons: Sequence[str]
    ) -> Receipt:
        key = own_key(self.db, self.workspace.folder, by=self.by, at=self.at)
        receipt = make_receipt(
            key,
            bundle=bundle,
            case=case,
            outcome=outcome,
            reasons=reasons,
            organisation=self.workspace.config.sender.organisation or "",
            by=self.by,
            at=self.at,
        )
        subject = case or bundle
        store_receipt(self.db, receipt, given=True, subject=subject, by=self.by, at=self.at)
        keep_receipt(self.workspace, receipt)
        return receipt

    def _answered(self, receipt: Receipt, bag: CheckedBag, folder: Path | None) -> Answered:
        path = receipts_folder(self.workspace) / receipt.file_name
        if self.receipt_file is not None:
            path = self.receipt_file
            with whole_file(path) as file:
                file.write(receipt.data)
        said = receipt.statement
        return Answered(
            outcome=said.outcome,
            bundle=said.bundle,
            case=said.case,
            checks=bag.checks,
            receipt=receipt,
            receipt_file=path,
            folder=folder,
        )


def imported_folder(workspace: Workspace, bundle: str) -> Path:
    """Return where a bundle of others is kept."""
    return workspace.folder / "evidence" / "imported" / bundle


def hits_of(folder: Path) -> dict[str, ImportedHit]:
    """Return each hit of a checked bundle as last found, with the newest judgement."""
    judged = {line.hit: line for line in read_bundle_lines(JudgementLine, folder, JUDGEMENTS)}
    hits = {}
    for line in read_bundle_lines(HitLine, folder, HITS):
        if not line.newest:
            continue
        hit = ImportedHit(
            hit=line.id, url=line.record.listing, right=line.right, score=line.record.score
        )
        if judgement := judged.get(line.id):
            hit = replace(
                hit,
                decision=judgement.decision,
                judged_by=judgement.by,
                judged_at=judgement.judged_at,
                reason=judgement.reason,
            )
        hits[line.id] = hit
    return hits
