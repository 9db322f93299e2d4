"""One case in one signed folder, for another office or a court."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from sqlite_utils import Database

from crawler.errors import NotAllowedError
from crawler.formats import dump_record
from crawler.store.cases import find_case_hits
from crawler.store.database import timestamp, writing
from crawler.store.handover import find_imported_cases, record_export
from crawler.store.ledger import find_head
from crawler.store.notices import load_case
from crawler.takedown import Case
from crawler.workspace import Workspace
from pipelines.evidence.bag import BagWriter, move_folder, new_folder, sync_files
from pipelines.evidence.bundle_records import FORMAT
from pipelines.evidence.bundle_texts import cut_name, draft_readme, draft_summary, draft_verify
from pipelines.evidence.case_files import CaseWriter, Lack
from pipelines.evidence.keys import SigningKey, own_key


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """A bundle that was made."""

    path: Path
    case: str
    bundle: str
    """SHA-256 of what is signed, hexadecimal: the bundle's name among receipts."""
    key: str
    """Fingerprint of the key that signed it."""
    files: int
    bytes: int
    captures: int
    lacks: tuple[Lack, ...]
    """Files that its records name and that are not in it."""


def export_case(
    db: Database, workspace: Workspace, case_id: str, output: Path, *, by: str, at: datetime
) -> Exported:
    """Make the bundle of a case, whole or not at all, and note it in the ledger.

    :raises NotFoundError: when there is no such case
    :raises NotAllowedError: when no hit of our own is in it
    :raises InputError: when ``output`` is taken, or cannot be written
    """
    output = output.absolute()
    with new_folder(output) as folder:
        bag = BagWriter(folder)
        db.execute("BEGIN")  # all is read as it stands at one moment
        try:
            case = load_case(db, case_id)
            hits = find_case_hits(db, case.id)
            if not hits:
                raise NotAllowedError(_nothing_of_ours(db, workspace, case))
            writer = CaseWriter(db, workspace, bag, case, hits)
            writer.write()
            about = _describe(db, workspace, writer, by, at)
        finally:
            db.rollback()
        with writing(db):
            key = own_key(db, workspace.folder, by=by, at=at)
        digest = _finish(bag, writer, about, key)
        sync_files(folder)
        with writing(db):
            files = len(bag.files)
            record_export(
                db,
                bundle=digest,
                case=case.id,
                key=key.public.fingerprint,
                files=files,
                by=by,
                at=at,
            )
            move_folder(folder, output)
    return Exported(
        path=output,
        case=case.id,
        bundle=digest,
        key=key.public.fingerprint,
        files=files,
        bytes=sum(file.size for file in bag.files.values()),
        captures=writer.counts["captures"],
        lacks=tuple(writer.lacks),
    )


def _nothing_of_ours(db: Database, workspace: Workspace, case: Case) -> str:
    imported = find_imported_cases(db, case=case.id)
    if not imported:
        return f"case {case.id} has no hit that is judged infringing: nothing to hand over"
    folder = workspace.folder / "evidence" / "imported" / imported[-1].bundle
    return (
        f"case {case.id} came from others, and no hit of ours is in it; hand on their bundle as it"
        f" is, with their signature: {folder}"
    )


def _describe(
    db: Database, workspace: Workspace, writer: CaseWriter, by: str, at: datetime
) -> dict[str, Any]:
    head, case = find_head(db), writer.case
    parties = {"seller": cut_name(case.seller), "holder": cut_name(case.holder)}
    return {
        "format": FORMAT,
        "case": {**dump_record(case), **parties, "opened_at": timestamp(case.opened_at)},
        "organisation": cut_name(workspace.config.sender.organisation or ""),
        "exported_by": by,
        "exported_at": timestamp(at),
        "made_with": f"markhound {version('markhound')}",
        "counts": writer.counts,
        "pictures": sum(path is not None for path in writer.pictures.values()),
        "lacks": writer.lacks,
        "stamped": writer.stamped,
        "ledger_head": head and {"number": head.number, "digest": head.digest},
        "imported_from": [
            {"bundle": other.bundle, "key": other.origin}
            for other in find_imported_cases(db, case=writer.case.id)
        ],
    }


def _finish(bag: BagWriter, writer: CaseWriter, about: dict[str, Any], key: SigningKey) -> str:
    text = orjson.dumps(about, option=orjson.OPT_INDENT_2) + b"\n"
    bag.add("data/case.json", text)
    bag.add("data/case-summary.txt", draft_summary(bag.folder, about).encode())
    names = {
        "README.txt": draft_readme(about, key.public.fingerprint).encode(),
        "VERIFY.txt": draft_verify(about, key.public.fingerprint).encode(),
    }
    info = {
        "Source-Organization": about["organisation"] or "not named",
        "External-Identifier": writer.case.id,
        "Bagging-Date": about["exported_at"][:10],
        "Bag-Software-Agent": about["made_with"],
    }
    return bag.finish(names, info, key)
