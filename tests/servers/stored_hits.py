"""Stored hits for tests: small, invented, every part replaceable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from crawler.model import (
    Finding,
    Hit,
    Holder,
    Judgement,
    JudgementKind,
    Listing,
    Right,
    Seller,
    hit_id,
)
from crawler.store.hits import StoredHit

MARK = Right(
    id="TM-0001",
    kind="trademark",
    name="Aurelio",
    variants=("奥雷利奥",),
    holder=Holder(
        name="Aurelio S.p.A.",
        country="IT",
        email="ip@aurelio.example",
        address="Via Lunga 1\n20100 Milano",
        phone="+39 02 5550 100",
    ),
    office="CNIPA",
    registration="12345678",
    status="registered",
    expires=date(2031, 5, 1),
    jurisdictions=("CN", "EU"),
    classes=(18, 25),
    goods=("bags", "clothing", "箱包"),
    images=("logos/aurelio.png",),
)
WORK = replace(
    MARK,
    id="WK-0001",
    kind="work",
    name="Heron at Dusk",
    variants=(),
    office=None,
    registration=None,
    expires=None,
    jurisdictions=(),
    classes=(),
    goods=(),
    images=("works/heron.png",),
)
LISTING = Listing(
    url="https://shop.example/p/1",
    title="Аurеliо leather bag, new season",
    site="shop.example",
    price=Decimal("19.90"),
    currency="CNY",
    seller=Seller(name="Best Bags 优品", id="s-77"),
    images=("https://shop.example/i/1.jpg",),
)
NAME = Finding(
    feature="name",
    weight=9.1,
    field="title",
    span=(0, 7),
    text="Аurеliо",
    form="Aurelio",
    edits=("homoglyph",),
)
PICTURE = Finding(
    feature="picture",
    weight=12.4,
    image="https://shop.example/i/1.jpg",
    reference="works/heron.png",
    transform="mirror",
    distance=18,
)
UNLICENSED = Finding(feature="licensed_seller", weight=-2.0, detail="seller is not a licensee")


def a_hit(
    *,
    right: Right = MARK,
    listing: Listing = LISTING,
    findings: tuple[Finding, ...] = (NAME, UNLICENSED),
    score: float = 0.97,
    flagged: bool = True,
    decision: JudgementKind | None = "infringing",
    pictures: Mapping[str, Path] | None = None,
    references: Mapping[str, Path] | None = None,
) -> StoredHit:
    """Return a hit as the store gives it, judged infringing unless told otherwise."""
    hit = Hit(
        id=hit_id("listing", listing.url, right.id),
        target="listing",
        listing=listing.url,
        right=right.id,
        score=score,
        flagged=flagged,
        findings=findings,
    )
    judgement = None
    if decision is not None:
        judgement = Judgement(
            id="j-1",
            hit=hit.id,
            findings=0,
            decision=decision,
            by="wei",
            authenticated=False,
            reason="logo of the brand on goods that it never made",
            judged_at=datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
        )
    return StoredHit(
        hit=hit,
        listing=listing,
        right=right,
        first_seen_at=datetime(2026, 11, 1, 1, 0, tzinfo=UTC),
        seen_at=datetime(2026, 11, 20, 1, 30, tzinfo=UTC),
        sweep="sw-1",
        picture_files=pictures or {},
        reference_files=references or {},
        judgement=judgement,
    )


def a_listing(**changes: Any) -> Listing:
    """Return the sample listing with some fields changed."""
    return replace(LISTING, **changes)
