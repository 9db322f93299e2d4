"""Approved notices in a workspace, without the sweep and the people that lead to them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from crawler.accounts import Account
from crawler.campaign import Campaign
from crawler.model import Hit, Judgement, Listing, PictureOutcome, Right, Seller, Sighting, hit_id
from crawler.sites import site_of
from crawler.store.accounts import (
    has_accounts,
    load_account,
    record_account,
    record_token,
)
from crawler.store.approvals import record_approval
from crawler.store.database import now, writing
from crawler.store.hits import find_hits, record_hits, record_judgement
from crawler.store.listings import record_sighting
from crawler.store.notices import load_notice, record_case, record_notice
from crawler.store.rights import record_rights
from crawler.store.sweeps import record_sweep
from crawler.takedown import Case, Notice, Recipient
from crawler.workspace import open_workspace
from tests.servers.judged import HASHED

MAIL = Recipient(site="shop.example", name="Shop Example, 投诉部", email="desk@shop.example")
SELLER = Seller(name="Best Bags 优品", id="s-77")
CASE = "c-0000000000000001"
SOME_TIME_AGO = datetime(2026, 11, 1, 1, 0, tzinfo=UTC)


def a_listing(url: str, title: str = "奥雷利奥 bag", **fields: object) -> Listing:
    chosen = {"site": "shop.example", "seller": SELLER, **fields}
    return Listing(url=url, title=title, **chosen)  # type: ignore[arg-type] # its fields


def see(
    db: Database, listing: Listing, sweep: str, at: datetime = SOME_TIME_AGO, picture: str = ""
) -> str:
    """Record that a sweep saw a listing with a picture, as a hit; return the hit's id."""
    if not list(db.query("SELECT 1 FROM sweeps WHERE id = ?", [sweep])):
        record_sweep(db, sweep, Campaign(name="night", seeds=("https://shop.example/",)), at)
    right = Right(id="TM-1", kind="trademark", name="Aurelio")
    record_rights(db, [(right, {})], source="rights.jsonl", at=at)
    sha256 = hashlib.sha256(picture.encode()).hexdigest()
    seen = PictureOutcome(url=f"{listing.url}.jpg", sha256=sha256)
    sighting = Sighting(
        id=f"s-{hashlib.sha256((sweep + listing.url).encode()).hexdigest()[:16]}",
        listing=listing.id,
        sweep=sweep,
        seen_at=at,
        record=listing,
        pictures=(seen,) if picture else (),
    )
    hit = Hit(
        id=hit_id("listing", listing.url, "TM-1"),
        target="listing",
        listing=listing.url,
        right="TM-1",
        score=0.97,
        flagged=True,
        findings=(),
    )
    with db.atomic():
        record_sighting(db, sighting)
        record_hits(db, sighting, [hit], {"TM-1"})
    return hit.id


def approved_notices(
    workspace: Path,
    count: int = 1,
    recipient: Recipient = MAIL,
    text: str = "Please remove.\n请删除。\n",
    base: str = "https://shop.example",
) -> list[str]:
    """Make so many approved notices, each of one listing ``base/p/NUMBER``; return their ids."""
    opened, made = open_workspace(workspace), []
    with opened.store() as db:
        wei, _ = employ(db)
        case = Case(
            id=CASE, seller="Best Bags 优品", site="shop.example", holder="Aurelio S.p.A.",
            opened_at=SOME_TIME_AGO,
        )  # fmt: skip
        for number in range(1, count + 1):
            listing = a_listing(f"{base}/p/{number}", site=site_of(base))
            hit = see(db, listing, "w-1")
            [stored] = find_hits(db, opened.pictures, ids=[hit])
            judgement = Judgement(
                id=f"j-{number}", hit=hit, findings=stored.findings, decision="infringing",
                by="wei", authenticated=False, reason="copy", judged_at=SOME_TIME_AGO,
            )  # fmt: skip
            record_judgement(db, judgement)
            notice = Notice(
                id=f"N-2026-{number:06d}", case=CASE, kind="dsa", language="en", hits=(hit,),
                recipient=recipient, subject="Notice of infringement 侵权通知", text=text,
                drafted_by="wei", drafted_at=SOME_TIME_AGO,
            )  # fmt: skip
            with writing(db):
                record_case(db, case)
                record_notice(db, notice, {hit: judgement.id}, account=wei.id)
                approve(db, notice.id)
            made.append(notice.id)
    return made


def approve(db: Database, notice: str, by: str = "mei") -> None:
    """Let a second person approve a notice; inside the caller's transaction."""
    account = load_account(db, by)
    record_approval(db, load_notice(db, notice), "ordinary", account, "looked at", at=now())


def employ(db: Database) -> tuple[Account, Account]:
    """Return wei, who drafts, and mei, who approves; made when they are not there."""
    if not has_accounts(db):
        with writing(db):
            record_account(db, "wei", "approver", HASHED, by="test", at=SOME_TIME_AGO)
            record_account(db, "mei", "approver", HASHED, by="test", at=SOME_TIME_AGO)
    return load_account(db, "wei"), load_account(db, "mei")


def proving(workspace: Path, name: str) -> dict[str, str]:
    """Return the environment in which somebody proves to be this account."""
    with open_workspace(workspace).store() as db, writing(db):
        account, until = load_account(db, name), now() + timedelta(days=1)
        token = record_token(db, account, expires_at=until, by=name, at=now())
    return {"MARKHOUND_TOKEN": token}
