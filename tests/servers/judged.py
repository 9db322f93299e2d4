"""A workspace with hits that can be judged, drafted, checked and approved; no sweep is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from sqlite_utils import Database

from crawler.accounts import Account, Role
from crawler.campaign import Campaign
from crawler.model import Hit, Listing, Outcome, Right, Sighting, TargetState, hit_id
from crawler.store.accounts import record_account, record_token
from crawler.store.database import writing
from crawler.store.hits import record_hits
from crawler.store.listings import record_sighting
from crawler.store.rights import record_rights
from crawler.store.sweeps import record_outcomes, record_sweep
from crawler.workspace import Workspace, make_workspace
from tests.servers.stored_hits import LISTING, MARK, NAME, UNLICENSED

PASSPHRASE = "correct horse 电池 staple"
HASHED = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSPHRASE)
"""With cheap settings, which a hash carries: a real one costs time and memory by intent."""

SENDER = """
[sender]
name = "Li Wei"
organisation = "Harbour & Pine LLP"
role = "agent"
mandate = "power of attorney no. 12 of 2026-03-01"
identity = "91110000MA0000000X"
address = "1 Sample Road, Beijing 100000"
phone = "+86 10 5555 0100"
email = "ip@harbour.example"
signature = "/s/ Li Wei"
"""
RECIPIENT = """
[[recipients]]
site = "shop.example"
name = "Shop Example, notice desk"
email = "notices@shop.example"
verified_at = {verified}
"""


def now() -> datetime:
    return datetime.now(UTC)


def fill_workspace(
    folder: Path,
    *,
    listings: Sequence[Listing] = (LISTING,),
    right: Right = MARK,
    allow_private: bool = False,
) -> tuple[Workspace, list[str]]:
    """Make a workspace in which each listing is a hit, seen just now; return the hits' ids."""
    workspace = make_workspace(folder)
    settings = folder / "markhound.toml"
    text = settings.read_text(encoding="utf-8").replace("[sender]", "")
    settings.write_text(text + SENDER, encoding="utf-8")
    verified = f"{now():%Y-%m-%d}"
    (folder / "recipients.toml").write_text(RECIPIENT.format(verified=verified), encoding="utf-8")
    with workspace.store() as db:
        record_rights(db, [(right, {})], source="rights.jsonl", at=now())
        hits = see(db, "w-1", listings, right=right, allow_private=allow_private)
    return workspace, hits


def see(
    db: Database,
    sweep: str,
    listings: Sequence[Listing],
    *,
    state: TargetState = TargetState.SEEN,
    right: Right = MARK,
    at: datetime | None = None,
    allow_private: bool = False,
) -> list[str]:
    """Record a sweep that looked at the listings and had this of them."""
    at, hits = at or now(), []
    seeds = ("https://shop.example/",)
    record_sweep(db, sweep, Campaign(name=sweep, seeds=seeds, allow_private=allow_private), at)
    for listing in listings:
        hit = Hit(
            id=hit_id("listing", listing.url, right.id),
            target="listing",
            listing=listing.url,
            right=right.id,
            score=0.97,
            flagged=True,
            findings=(NAME, UNLICENSED),
        )
        hits.append(hit.id)
        outcome = Outcome(url=listing.url, site="shop.example", state=state, kind="listing")
        with db.atomic():
            if state is TargetState.SEEN:
                sighting = Sighting(
                    id=f"s-{sweep}-{listing.id}",
                    listing=listing.id,
                    sweep=sweep,
                    seen_at=at,
                    record=replace(listing, site=listing.site or "shop.example"),
                )
                record_sighting(db, sighting)
                record_hits(db, sighting, [hit], {right.id})
            record_outcomes(db, sweep, [outcome])
    return hits


def add_account(db: Database, name: str, role: Role) -> tuple[Account, dict[str, str]]:
    """Make an account; return it and the environment in which it is authenticated."""
    with writing(db):
        account = record_account(db, name, role, HASHED, by="test", at=now())
        token = record_token(db, account, expires_at=now() + timedelta(days=1), by=name, at=now())
    return account, {"MARKHOUND_TOKEN": token}
