"""What is known of a site before it is swept: tips, what was not reached, what was seen."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.book import Targets
from crawler.link import Link, LinkKind
from crawler.recrawl import due_at, rests_until
from crawler.revisits import forgotten_visit
from crawler.store.database import now
from crawler.store.frontier import find_left
from crawler.store.sweeps import StoredSweep
from crawler.store.tips import find_waiting

TOLD = 40
"""Priority of what a tip names: before all that the site itself leads to, so that no budget is used
up before it."""


def take_tips(targets: Targets, db: Database, plan: StoredSweep, site: str) -> None:
    """Let the pages of a site wait that tips name and nobody has asked for since.

    Those that came after the sweep began wait for the next one, also where this one goes on.
    """
    for url in find_waiting(db, site=site, before=plan.started_at):
        targets.take_link(Link(url=url, kind=LinkKind.LISTING, rank=TOLD), site, 1)


def take_known(targets: Targets, db: Database, plan: StoredSweep, site: str) -> None:
    """Take what the last sweep found and did not reach, then what was not seen for longest."""
    if targets.revisits is None:
        return
    for row in find_left(db, plan.id, site):
        targets.take_left(row)
    adaptive, stored = plan.campaign.recrawl == "adaptive", targets.revisits.stored
    for visit in stored.of_site(site):
        until = rests_until(visit, stored.has_hit)
        if until is not None and until > now():
            targets.rest(visit, until)
        else:
            targets.take_again(visit, due_at(visit) if adaptive else None)
    for url in stored.forgotten(site):
        targets.take_again(forgotten_visit(url, site))
