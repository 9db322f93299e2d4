"""A store in which hits are seen, judged and seen again, for tests of what follows from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.campaign import Campaign
from crawler.errors import NotFoundError
from crawler.model import (
    Finding,
    Hit,
    Holder,
    Listing,
    Seller,
    Sighting,
    TargetKind,
    hit_id,
    stable_id,
)
from crawler.store.database import writing
from crawler.store.decisions import Choice, record_decision, undo_judgement
from crawler.store.hits import append_hits, find_judgement
from crawler.store.listings import record_sighting
from crawler.store.queue_rows import refresh_queue
from crawler.store.rights import record_rights
from crawler.store.sweeps import record_sweep
from tests.servers.stored_hits import MARK, NAME, WORK

AT = datetime.fromisoformat("2026-11-22T01:02:03+00:00")
COPIES = Finding(feature="counterfeit_words", weight=3.0, field="title", span=(0, 2), text="高仿")


class Nights:
    """A store in which hits are seen again and again."""

    def __init__(self, db: Database) -> None:
        self.db, self.night = db, 0
        record_rights(db, [(MARK, {}), (WORK, {})], source="r.jsonl", at=AT)

    def see(
        self,
        number: int,
        seller: str,
        hits: dict[str, tuple[float, bool]],
        target: TargetKind = "listing",
    ) -> None:
        """See an offer in a sweep of its own: right -> score, whether it speaks of copies."""
        self.night += 1
        sweep, url = f"sw-{self.night}", f"https://shop.example/p/{number}"
        at = AT + timedelta(hours=self.night)
        record_sweep(self.db, sweep, Campaign(name="n", seeds=("https://shop.example/",)), at)
        listing = Listing(
            url=url,
            title=f"bag {number}",
            site="shop.example",
            price=Decimal("9.90"),
            seller=Seller(name=seller),
            target=target,
        )
        sighting = Sighting(
            id=stable_id("s", sweep, url),
            listing=listing.id,
            sweep=sweep,
            seen_at=at,
            record=listing,
        )
        found = [
            Hit(
                id=hit_id(target, url, right),
                target=target,
                listing=url,
                right=right,
                score=score,
                flagged=score >= 0.5,
                findings=(NAME, COPIES) if copies else (NAME,),
            )
            for right, (score, copies) in hits.items()
        ]
        with writing(self.db):
            record_sighting(self.db, sighting)
            covered = {MARK.id, WORK.id}
            refresh_queue(self.db, append_hits(self.db, sighting, found, covered, is_new=True))

    def judge(self, number: int, decision: Any) -> None:
        hit = hit_id("listing", f"https://shop.example/p/{number}", MARK.id)
        newest = self.db.execute("SELECT max(id) FROM hit_findings WHERE hit = ?", [hit])
        [findings] = newest.fetchone()
        if findings is None:
            return
        known = find_judgement(self.db, hit)
        choice = Choice(
            hit=hit,
            decision=decision,
            findings=findings,
            reason="r",
            known=known.id if known else "",
        )
        try:
            record_decision(self.db, choice, Actor(name="li"), at=AT + timedelta(days=9))
        except NotFoundError:
            assert self.db.execute("SELECT state FROM queue WHERE hit = ?", [hit]).fetchone() in {
                None,
                ("ended",),
            }

    def undo(self, number: int) -> None:
        hit = hit_id("listing", f"https://shop.example/p/{number}", MARK.id)
        judgement = find_judgement(self.db, hit)
        if judgement is not None:
            undo_judgement(self.db, judgement.id, Actor(name="li"), reason="r", at=AT)

    def rename(self, name: str, holder: str) -> None:
        """Take in another version of the mark."""
        self.night += 1
        right = replace(MARK, name=name, holder=Holder(name=holder))
        at = AT + timedelta(hours=self.night)
        record_rights(self.db, [(right, {})], source="r.jsonl", at=at)
