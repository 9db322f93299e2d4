"""A workspace filled with hits as a sweep leaves them, without sweeping."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from PIL import Image, ImageDraw

from crawler.campaign import Campaign
from crawler.model import (
    Finding,
    Hit,
    Listing,
    PictureOutcome,
    Right,
    Seller,
    Sighting,
    hit_id,
    stable_id,
)
from crawler.store.database import writing
from crawler.store.hits import record_hits
from crawler.store.listings import record_sighting
from crawler.store.rights import record_rights
from crawler.store.sweeps import record_sweep, record_sweep_end
from crawler.workspace import Workspace
from tests.servers.stored_hits import MARK, NAME, UNLICENSED, WORK

SWEEP = "sw-20261120-000000-0000"
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
SELLERS = ("Best Bags 优品", "金源皮具", "Lucky Star Trading", "шоп <b>24</b>", "小店")


def a_picture(colour: str, side: int = 240) -> bytes:
    """Return a small PNG of that colour with a ring on it."""
    image = Image.new("RGB", (side, side), colour)
    ImageDraw.Draw(image).ellipse([side // 4] * 2 + [3 * side // 4] * 2, outline="white", width=9)
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def fill(
    workspace: Workspace,
    count: int,
    *,
    rights: Sequence[Right] = (MARK, WORK),
    site: str = "shop.example",
    sellers: Sequence[str] = SELLERS,
) -> list[str]:
    """Record ``count`` listings, a hit each, of sellers and rights in turn; return the hits' ids.

    Every third hit is of a picture too; every fifth is not flagged. All have one small picture.
    """
    picture = workspace.pictures.keep(a_picture("#a33"))
    registered = workspace.pictures.keep(a_picture("#a33", 200))
    with workspace.store() as db:
        record_rights(
            db,
            [(right, dict.fromkeys(right.images, registered)) for right in rights],
            source="rights.jsonl",
            at=START,
        )
        record_sweep(db, SWEEP, Campaign(name="bags", seeds=(f"https://{site}/",)), START)
        ids = []
        with writing(db):
            for sighting, hit in _hits(count, rights, site, sellers, picture):
                record_sighting(db, sighting)
                record_hits(db, sighting, [hit], {right.id for right in rights})
                ids.append(hit.id)
        record_sweep_end(db, SWEEP, "finished", None, START + timedelta(hours=1))
    return ids


def _hits(
    count: int, rights: Sequence[Right], site: str, sellers: Sequence[str], picture: str
) -> Iterator[tuple[Sighting, Hit]]:
    for number in range(count):
        url = f"https://{site}/p/{number}"
        image = f"https://{site}/i/{number}.png"
        seller = sellers[number % len(sellers)]
        right = rights[(number // len(sellers)) % len(rights)]
        listing = Listing(
            url=url,
            title=f"Аurеliо leather bag 真皮手提包 {number}",
            site=site,
            description="新款 new season, Aurelio style, 支持一件代发",
            price=Decimal(number % 400 + 9),
            currency="CNY",
            seller=Seller(name=seller, id=f"s-{number % len(sellers)}"),
            images=(image,),
        )
        findings = [NAME, replace(UNLICENSED, weight=-0.5)]
        if number % 3 == 0:
            findings.insert(
                0,
                Finding(
                    feature="picture",
                    weight=8.0,
                    image=image,
                    reference=right.images[0],
                    region=(20, 20, 160, 160),
                    reference_region=(10, 10, 150, 150),
                    transform="mirror",
                    verdict="copy",
                    method="features",
                    points=61,
                    area=0.7,
                ),
            )
        score = (0.45 if number % 5 == 4 else 0.6) + (number * 37 % 390) / 1000
        hit = Hit(
            id=hit_id("listing", url, right.id),
            target="listing",
            listing=url,
            right=right.id,
            score=score,
            flagged=score >= 0.5,
            findings=tuple(findings),
        )
        sighting = Sighting(
            id=stable_id("s", SWEEP, url),
            listing=listing.id,
            sweep=SWEEP,
            seen_at=START + timedelta(seconds=number % 3000),
            record=listing,
            pictures=(PictureOutcome(url=image, sha256=picture),),
        )
        yield sighting, hit
