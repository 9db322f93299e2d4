"""What it costs to find noticed listings that came back, by how many listings are stored.

    python benchmarks/relistings.py [--listings N] [--gone N] [--sellers N]

The listings are made: sellers with as many goods each, some of which are noticed, gone, and stand
at another URL of the same seller. The first search reads what was never read; the second is that of
a night on which 1 of 100 listings is new. CPU time of one core; memory that a search takes
beyond what the process held before.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from crawler.campaign import Campaign
from crawler.model import Listing, PictureOutcome, Seller, Sighting, TargetState
from crawler.store.database import writing
from crawler.store.listings import record_sighting
from crawler.store.looks import StoredLook, record_look
from crawler.store.notice_events import record_notice_event
from crawler.store.sweeps import record_sweep
from crawler.workspace import Workspace, make_workspace
from pipelines.takedown.relisting import find_relistings
from tests.servers.notices import approved_notices

AT = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
SENT = AT + timedelta(days=10)
SITE = "https://shop.example"
WORDS = ("复古", "真皮", "单肩包", "羊毛", "围巾", "登山鞋", "brown", "leather", "classic", "new")
DESCRIPTION = "Handmade of full-grain material, with two pockets, a brass lock and number {}. " * 4


def listing(number: int, sellers: int, path: str = "g") -> Listing:
    """Return one of the goods."""
    some = [WORDS[(number // 7**place) % len(WORDS)] for place in range(4)]
    seller = number % sellers
    return Listing(
        url=f"{SITE}/{path}/{number}",
        site="shop.example",
        title=f"Aurelio {' '.join(some)} {number}",
        description=DESCRIPTION.format(*[number] * 4),
        seller=Seller(name=f"Seller {seller} 优品", id=f"s-{seller}"),
    )


def store(db: Database, sweep: str, goods: Iterator[Listing], at: datetime) -> None:
    """Record that a sweep saw them, each with two pictures."""
    record_sweep(db, sweep, Campaign(name="night", seeds=(SITE,)), at)
    with writing(db):
        for one in goods:
            number = one.url.rpartition("/")[2]
            pictures = tuple(
                PictureOutcome(url=f"{one.url}-{place}.jpg", sha256=digest(f"{number} {place}"))
                for place in range(2)
            )
            record_sighting(
                db,
                Sighting(
                    id=f"s-{digest(sweep + one.url)[:16]}",
                    listing=one.id,
                    sweep=sweep,
                    seen_at=at,
                    record=one,
                    pictures=pictures,
                ),
            )


def digest(text: str) -> str:
    """Return a SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def notice_gone(db: Database, notices: list[str]) -> None:
    """Say that the notices were sent, and their listings proven gone."""
    with writing(db):
        for number, notice in enumerate(notices, 1):
            for step in ("queued", "sending", "sent"):
                record_notice_event(db, notice, step, {}, by="x", at=SENT)
            record_look(
                db,
                StoredLook(
                    notice=notice,
                    url=f"{SITE}/p/{number}",
                    state=TargetState.GONE,
                    kind=None,
                    reason="HTTP 404",
                    verdict="gone",
                    sweep="w-0",
                    sighting=None,
                    at=SENT + timedelta(days=1),
                ),
            )


def search(workspace: Workspace, what: str, expected: int) -> None:
    """Search, and say what it cost."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, used = time.perf_counter(), time.process_time()
    with workspace.store() as db:
        found = find_relistings(db, workspace)
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert len(found) == expected, (len(found), expected)
    clock = f"{seconds:.2f} s by the clock"
    print(f"{what}: {cpu:.2f} s ({clock}), {more:.0f} MB more, {len(found)} found")


def main() -> None:
    """Fill a workspace and search it."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--listings", type=int, default=50_000)
    asked.add_argument("--gone", type=int, default=50)
    asked.add_argument("--sellers", type=int, default=500)
    told = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder) / "w")
        gone = approved_notices(workspace.folder, told.gone, base=SITE)
        with workspace.store() as db:
            # what is noticed is one of the goods, as seen before
            noticed = (listing(n, told.sellers, "p") for n in range(1, told.gone + 1))
            store(db, "w-0", noticed, AT + timedelta(days=1))
            notice_gone(db, gone)
            first = told.gone + 1
            others = (listing(n, told.sellers) for n in range(first, first + told.listings))
            store(db, "w-a", others, SENT + timedelta(days=2))
        search(workspace, f"first, {told.listings} listings", 0)
        with workspace.store() as db:
            back = (listing(n, told.sellers, "again") for n in range(1, told.gone + 1))
            store(db, "w-b", back, SENT + timedelta(days=3))
            first += told.listings
            more = range(first, first + told.listings // 100)
            new = (listing(n, told.sellers) for n in more)
            store(db, "w-c", new, SENT + timedelta(days=3))
        search(workspace, "a night later", told.gone)


if __name__ == "__main__":
    main()
