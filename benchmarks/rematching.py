"""``markhound rematch`` over a store of listings, against ``match`` of the same ones from a file.

    python benchmarks/rematching.py [--data FOLDER] [--names N] [--listings N] [--rounds N]

Fills a store with listings as one sweep leaves them (titles real with ``--data``, made up without),
takes in a registry, and lets today's rules run over all of it, pictures apart, once the matcher is
built. The yardstick, in the same run, is the same matcher over the same listings as they lie in
memory: what reading the store, comparing with what stands and telling costs besides.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from benchmarks.registries import SEED, make_registry
from benchmarks.titles import is_kept_back, read_titles
from crawler.campaign import Campaign
from crawler.model import Listing, Right, Sighting, stable_id
from crawler.store.database import writing
from crawler.store.listings import record_sighting
from crawler.store.rights import record_rights
from crawler.store.sweeps import record_sweep
from crawler.workspace import Workspace, make_workspace
from matchers.judge import Matcher, MatchSettings, Subject
from pipelines.rematching import Rematch, registry_of_workspace

AT = datetime(2026, 11, 20, tzinfo=UTC)
SWEEP = "sw-1"
BATCH = 2000


def make_listings(titles: Sequence[str]) -> list[Listing]:
    """Return a listing for each title."""
    rng = random.Random(SEED)
    return [
        Listing(
            url=f"https://shop.example/p/{number}",
            site="shop.example",
            title=title,
            price=Decimal(rng.randint(300, 90_000)) / 100,
            currency="EUR",
        )
        for number, title in enumerate(titles)
    ]


def fill(workspace: Workspace, listings: Sequence[Listing], names: Sequence[str]) -> None:
    """Store the listings and take in the names as marks."""
    with workspace.store() as db:
        rights = [
            Right(id=f"TM-{number}", kind="trademark", name=name, classes=(25,))
            for number, name in enumerate(names)
        ]
        record_rights(db, [(right, {}) for right in rights], source="made up", at=AT)
        record_sweep(db, SWEEP, Campaign(name="all", seeds=("https://shop.example/",)), AT)
        with writing(db):
            for listing in listings:
                sighting = Sighting(
                    id=stable_id("s", listing.url),
                    listing=listing.id,
                    sweep=SWEEP,
                    seen_at=AT,
                    record=listing,
                )
                record_sighting(db, sighting)


def time_match(matcher: Matcher, listings: Sequence[Listing]) -> float:
    """Return CPU seconds of matching what lies in memory."""
    started = time.process_time()
    for first in range(0, len(listings), BATCH):
        matcher.match_each([Subject(one, {}) for one in listings[first : first + BATCH]])
    return time.process_time() - started


def time_rematch(workspace: Workspace, on: datetime) -> tuple[float, int]:
    """Return CPU seconds of a rematch once its matcher is built, and how many hits it told."""
    run = Rematch(
        workspace, registry_of_workspace(workspace), MatchSettings(), on=on.date(), images=False
    )
    with workspace.store() as db:
        started = time.process_time()
        told = sum(1 for _ in run.run(db))
        return time.process_time() - started, told


def main() -> None:
    """Print listings a CPU second of both, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="folder with marks/ and titles/")
    parser.add_argument("--names", type=int, default=10_000)
    parser.add_argument("--listings", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    names = make_registry(given.names, given.data and given.data / "marks")
    titles = read_titles(given.data and given.data / "titles", 3 * given.listings)
    listings = make_listings([t for t in titles if is_kept_back(t)][: given.listings])
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder))
        fill(workspace, listings, names)
        rights = [right for right, _ in registry_of_workspace(workspace).rights]
        matcher = Matcher(rights, [], MatchSettings())
        ratios, rates = [], []
        told = 0
        for _ in range(given.rounds):
            plain = time_match(matcher, listings)
            taken, told = time_rematch(workspace, AT)
            ratios.append(taken / plain)
            rates.append((len(listings) / taken, len(listings) / plain))
    middle, alone = (statistics.median(rate) for rate in zip(*rates, strict=True))
    print(f"{len(names):,} names, {len(listings):,} stored listings, {told:,} hits told")
    print(f"  {middle:,.0f} listings a CPU s; matching alone {alone:,.0f}")
    print(
        f"  {statistics.median(ratios):.2f} times the CPU of matching alone"
        f" ({min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} rounds)"
    )


if __name__ == "__main__":
    main()
