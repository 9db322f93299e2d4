"""Writing a capture: its file whole or not at all, its row and its entry of the ledger with it."""

from __future__ import annotations

from crawler.files import locked, whole_file
from crawler.store.captures import Capture, find_captures_of_file, record_capture
from crawler.store.database import now, writing
from crawler.workspace import Workspace
from pipelines.evidence.composing import compose
from pipelines.evidence.material import Material
from pipelines.evidence.packing import write_wacz
from pipelines.evidence.plain_files import sha256_of
from pipelines.evidence.verdict import judge


def keep_capture(workspace: Workspace, material: Material) -> list[Capture]:
    """Write the WACZ and record it: a row for each hit that it is to prove, or one without a hit.

    One that is recorded already, by a process that was killed afterwards, is returned as it is.
    What is killed in between leaves a file that no row names, which does not count and is swept up
    before the next captures.
    """
    occasion, verdict, finished_at = material.occasion, judge(material), now()
    composed = compose(material, verdict, finished_at, rdap=workspace.config.evidence.rdap)
    folder = workspace.captures
    with locked(folder):
        if known := _known(workspace, occasion.id):
            return known
        path = workspace.folder / _file_of(occasion.id)
        with whole_file(path) as file:
            package = write_wacz(
                file, composed.files, composed.page, composed.software, finished_at
            )
        record = {
            "state": verdict.state.value,
            "reason": verdict.reason,
            "doubts": list(verdict.doubts),
            "differences": list(verdict.differences),
            "shows_other": verdict.shows_other,
            "datapackage": package,
            "operator": occasion.operator,
            "campaign": occasion.campaign,
            "rendered": material.view is not None,
            "not_rendered": material.not_rendered,
            "listing": material.listing,
        }
        sha256 = sha256_of(path)
        captures = [
            Capture(
                id=occasion.id if number == 0 else f"{occasion.id}-{number + 1}",
                url=occasion.url,
                hit=hit,
                sweep=occasion.sweep,
                purpose=occasion.purpose,
                at=occasion.begun_at,
                file=_file_of(occasion.id),
                sha256=sha256,
                proof=verdict.is_proof,
                record=record,
                entry=0,
            )
            for number, hit in enumerate(occasion.hits or (None,))
        ]
        with workspace.store() as db, writing(db):
            by = occasion.operator
            return [record_capture(db, capture, by=by, at=finished_at) for capture in captures]


def _known(workspace: Workspace, capture: str) -> list[Capture]:
    with workspace.store() as db:
        return find_captures_of_file(db, _file_of(capture))


def _file_of(capture: str) -> str:
    return f"evidence/captures/{capture}.wacz"
