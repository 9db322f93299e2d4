"""Sweeps of a campaign as the store has them, night after night, for tests of what is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from crawler.campaign import Campaign
from crawler.model import (
    Finding,
    Hit,
    Listing,
    Outcome,
    Seller,
    Sighting,
    TargetState,
    hit_id,
    stable_id,
)
from crawler.report import keep_report
from crawler.store.database import writing
from crawler.store.hits import record_hits
from crawler.store.listings import record_sighting
from crawler.store.rights import record_rights
from crawler.store.sweeps import record_outcomes, record_sweep, record_sweep_end
from tests.servers.stored_hits import MARK, NAME

FIRST_NIGHT = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)
CAMPAIGN = Campaign(name="夜巡 night", seeds=("https://shop.example/",))


def see(
    db: Database,
    sweep: str,
    path: str,
    at: datetime,
    *,
    seller: str = "优品 Best Bags",
    right: str = "TM-0001",
    score: float = 0.9,
    findings: Sequence[Finding] = (NAME,),
) -> str:
    """Record that a sweep saw ``https://shop.example/PATH`` as a hit; return the hit's id."""
    url = f"https://shop.example/{path}"
    listing = Listing(
        url=url, site="shop.example", title=f"Аurеliо {path}", seller=Seller(name=seller)
    )
    hit = Hit(
        id=hit_id("listing", url, right),
        target="listing",
        listing=url,
        right=right,
        score=score,
        flagged=score >= 0.5,
        findings=tuple(findings),
    )
    sighting = Sighting(
        id=stable_id("s", sweep, url),
        listing=listing.id,
        sweep=sweep,
        seen_at=at,
        record=listing,
    )
    known = replace(MARK, id=right, name=f"Aurelio {right}", images=())
    record_rights(db, [(known, {})], source="rights.jsonl", at=FIRST_NIGHT)
    with writing(db):
        record_sighting(db, sighting)
        record_hits(db, sighting, [hit], {right})
    return hit.id


def night(
    db: Database,
    number: int,
    hits: int | Mapping[str, int] = 0,
    *,
    campaign: Campaign = CAMPAIGN,
    state: str = "finished",
    outcomes: Sequence[tuple[str, TargetState, str | None]] = (),
    seller: str = "优品 Best Bags",
) -> str:
    """Record one night's sweep with so many new hits of a right (or of each); return its id.

    :param outcomes: (URL, state, reason) of targets beside those of the hits
    """
    sweep, at = f"sw-{campaign.name}-{number:03}", FIRST_NIGHT + timedelta(days=number)
    record_sweep(db, sweep, campaign, at)
    counts = {"TM-0001": hits} if isinstance(hits, int) else hits
    for right, count in counts.items():
        for one in range(count):
            path = f"{right}/{number}/{one}"
            see(db, sweep, path, at + timedelta(minutes=1), seller=seller, right=right)
    ended = [
        Outcome(url=url, site=url.split("/")[2], state=how, reason=why, kind="listing")
        for url, how, why in outcomes
    ]
    with writing(db):
        record_outcomes(db, sweep, ended)
    if state != "unfinished":
        why = None if state == "finished" else "the disk is full"
        record_sweep_end(db, sweep, state, why, at + timedelta(hours=1))
        keep_report(db, sweep)
    return sweep


def after(number: int) -> datetime:
    """Return a moment on the morning after a night."""
    return FIRST_NIGHT + timedelta(days=number, hours=6)
