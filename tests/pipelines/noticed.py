"""Sample hits and notices of every kind, with pictures, for tests of papers and attachments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from crawler.model import Holder
from crawler.store.hits import StoredHit
from crawler.takedown import Case, Notice, Recipient, Sender
from pipelines.takedown.cases import draft_case
from pipelines.takedown.draft import draft_notice
from pipelines.takedown.kinds import NoticeKind
from tests.servers.stored_hits import MARK, PICTURE, UNLICENSED, WORK, a_hit, a_listing

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
SENDER = Sender(
    name="Li Wei",
    organisation="Harbour & Pine LLP",
    role="agent",
    mandate="power of attorney no. 12 of 2026-03-01",
    identity="91110000MA0000000X",
    address="1 Sample Road\nBeijing 100000",
    phone="+86 10 5555 0100",
    email="ip@harbour.example",
    signature="/s/ Li Wei",
)
RECIPIENT = Recipient(
    site="shop.example", name="Shop Example, notice desk", email="notices@shop.example"
)
OTHER_BAG = a_hit(
    listing=a_listing(
        url="https://shop.example/p/2?" + "x" * 80,
        title="奥雷利奥女士手提包真皮大容量单肩包新款，2026春季爆款，全网最低价包邮，限时特惠",
        price=None,
    )
)


def draft(
    kind: NoticeKind,
    hits: Sequence[StoredHit],
    sender: Sender = SENDER,
    recipient: Recipient | None = RECIPIENT,
    case: Case | None = None,
    language: str | None = None,
) -> Notice:
    """Draft a notice of the sample's parties."""
    return draft_notice(
        kind,
        hits,
        sender,
        recipient,
        drafted_by="wei",
        drafted_at=NOW,
        notice_id="n-0001",
        case=case or draft_case(hits, opened_at=NOW),
        language=language,
    )


def hits_for(kind: NoticeKind) -> list[StoredHit]:
    """Return hits that a notice of the kind can name, of as many kinds of rights as it takes."""
    holder = replace(MARK.holder or Holder(name=""), website="https://www.aurelio.example/")
    places = tuple(sorted({"US", "GB", *MARK.jurisdictions}))
    mark = replace(MARK, holder=holder, jurisdictions=places)
    indication = replace(
        mark,
        id="GI-0001",
        kind="geographical_indication",
        name="Val d'Orcia Sample Cheese",
        variants=("瓦尔多恰样品干酪",),
        origin=("Val d'Orcia",),
        goods=("cheese", "干酪"),
        classes=(29,),
    )
    hits = {
        "trademark": [a_hit(right=mark), replace(OTHER_BAG, right=mark)],
        "work": [a_hit(right=replace(WORK, holder=holder), findings=(PICTURE, UNLICENSED))],
        "geographical_indication": [a_hit(right=indication)],
    }
    return [hit for right, group in hits.items() if right in kind.rights for hit in group]


def pictured(hits: Sequence[StoredHit], folder: Path) -> list[StoredHit]:
    """Return the hits with files for the pictures that were compared."""
    right, listing = folder / "right.png", folder / "listing.jpg"
    drawing = Image.effect_mandelbrot((400, 250), (-2, -1, 1, 1), 60)
    drawing.save(right)
    drawing.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(listing)
    return [
        replace(
            hit,
            picture_files={"https://shop.example/i/1.jpg": listing},
            reference_files={"works/heron.png": right},
        )
        for hit in hits
    ]
