"""From what is drawn: sites, what was put aside, and the accounts that may inspect."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from sqlite_utils import Database

from crawler.accounts import MAY_WRITE
from crawler.campaign import load_campaign
from crawler.draws import Conflict
from crawler.errors import InputError
from crawler.sites import site_of
from crawler.store.accounts import find_accounts
from crawler.store.listings import find_sites
from crawler.store.second_looks import find_rejects

JUDGED = "judged it first"


def find_known_sites(db: Database) -> list[str]:
    """Return every site that sweeps met.

    :raises InputError: when there is none
    """
    return _some([figures.site for figures in find_sites(db)], "no sweep has met a site yet")


def load_campaign_sites(path: Path) -> list[str]:
    """Return the sites of a campaign's seeds.

    :raises FileFormatError: when the file is no campaign
    """
    return sorted({site_of(seed) for seed in load_campaign(path).seeds})


def find_accounts_that_inspect(db: Database) -> list[str]:
    """Return the names of the accounts that may judge and are not disabled.

    :raises InputError: when there is none
    """
    names = [a.name for a in find_accounts(db) if not a.disabled and a.role in MAY_WRITE]
    return _some(names, "this workspace has no account that may judge")


def find_rejected_hits(
    db: Database, inspectors: Collection[str]
) -> tuple[list[str], list[Conflict]]:
    """Return the hits that were put aside, and that nobody inspects what they judged themselves.

    :raises InputError: when nothing was put aside
    """
    rejects = find_rejects(db)
    hits = _some([hit for hit, _ in rejects], "nothing was judged unrelated or licensed yet")
    conflicts = [
        Conflict(inspector=by, target=hit, reason=JUDGED) for hit, by in rejects if by in inspectors
    ]
    return hits, conflicts


def join_conflicts(*groups: Iterable[Conflict]) -> tuple[Conflict, ...]:
    """Return all conflicts, each pair once: the first reason counts."""
    joined: dict[tuple[str, str], Conflict] = {}
    for group in groups:
        for conflict in group:
            joined.setdefault((conflict.inspector, conflict.target), conflict)
    return tuple(joined.values())


def _some(names: list[str], otherwise: str) -> list[str]:
    if not names:
        raise InputError(otherwise)
    return names
