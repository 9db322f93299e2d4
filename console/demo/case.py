"""The sample case: what one seller offers against one holder, judged as it was planted."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence

from crawler.accounts import Actor
from crawler.model import Judgement
from crawler.store.accounts import has_accounts
from crawler.store.cases import open_case
from crawler.store.database import now, writing
from crawler.store.hits import StoredHit, find_hits, record_judgement
from crawler.takedown import Case
from crawler.workspace import Workspace
from pipelines.takedown.cases import case_id_of, draft_case

JUDGE = Actor(name="demo")
REASON = "planted in the sample shop"


def open_sample_case(
    workspace: Workspace, found: Sequence[StoredHit], planted: Collection[tuple[str, str]]
) -> Case | None:
    """Judge the planted hits of the pair of seller and holder that has most, and open their case.

    :param planted: listing and right of each infringement
    :returns: None where nothing planted was found, or the workspace has accounts, which judge alone
    """
    groups: dict[str, list[StoredHit]] = {}
    for stored in found:
        if (stored.hit.listing, stored.hit.right) in planted:
            groups.setdefault(case_id_of(stored), []).append(stored)
    chosen = max(groups.values(), key=len, default=[])
    with workspace.store() as db:
        if not chosen or has_accounts(db):
            return None
        at = now()
        with writing(db):
            for stored in chosen:
                if stored.judgement is None or stored.changed:
                    record_judgement(db, _judgement(stored))
        ids = [stored.hit.id for stored in chosen]
        judged = find_hits(db, workspace.pictures, ids=ids)
        with writing(db):
            return open_case(db, draft_case(judged, opened_at=at), ids, JUDGE, at=at)


def _judgement(stored: StoredHit) -> Judgement:
    return Judgement(
        id=f"j-{secrets.token_hex(8)}",
        hit=stored.hit.id,
        findings=stored.findings,
        decision="infringing",
        by=JUDGE.name,
        authenticated=False,
        reason=REASON,
        judged_at=now(),
    )
