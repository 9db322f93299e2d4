"""Which hits a case is about: the one place that says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlite_utils import Database

from crawler.pictures import PictureFolder
from crawler.store.case_records import find_judged_hits, find_noticed_hits
from crawler.store.hits import find_hits
from crawler.store.rights import find_rights
from crawler.takedown import Case
from pipelines.takedown.cases import case_id_of

BATCH = 200
"""Hits."""


def find_case_hits(db: Database, pictures: PictureFolder, case: Case) -> list[str]:
    """Return the ids of the case's hits, sorted.

    These are the hits that its notices are about, and those judged infringing that are of its
    seller, site and holder, the rights as they stand in the registry today.
    """
    judged = find_judged_hits(db, case.site)
    of_case = {*find_noticed_hits(db, case.id)}
    for some in batched(judged):
        found = find_hits(db, pictures, ids=some)
        ids = sorted({stored.right.id for stored in found})
        rights = {stored.right.id: stored.right for stored in find_rights(db, pictures, ids)}
        of_case |= {
            stored.hit.id
            for stored in found
            if case_id_of(replace(stored, right=rights[stored.right.id])) == case.id
        }
    return sorted(of_case)


def batched(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the ids some hundreds at a time, as many as are held in memory at once."""
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
