"""Hits of which every word and picture was made to break the page that shows them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from crawler.campaign import Campaign
from crawler.model import (
    Finding,
    Hit,
    Holder,
    Licensee,
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
from crawler.store.sweeps import record_sweep
from crawler.workspace import Workspace
from tests.servers.filled import a_picture
from tests.servers.stored_hits import MARK

SWEEP = "sw-20261121-000000-0000"
START = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
MARKUP = (
    "\"'></title></svg><script>window.canary=1</script><img src=x onerror=window.canary=1>"
    "<svg onload=window.canary=1><a href=javascript:window.canary=1>{{7*7}} {who} ${x}</a>"
    "<iframe src=https://evil.example></iframe><style>*{display:none}</style>"
)
DIRECTION = "\u202egnp.exe\u202c \u2066\u2067 اسم العلامة שם \u200f\u061c Aurelio"
UNSEEN = "A\u200bu\u0000r\u0007e\ufeffl\u00adi\u2028o\r\n\t\x1b[31m\U000e0041\u3164"
WORDS: Mapping[str, str] = {
    "markup": MARKUP,
    "direction": DIRECTION,
    "unseen": UNSEEN,
    "long": "Aurelio" + "A" * 10_000,
    "long Chinese": "奥雷利奥" + "包" * 10_000,
    "many marks": "a\u0300\u0301\u0302\u0303" * 400,
    "nothing": "",
}
SVG = f"<svg xmlns='http://www.w3.org/2000/svg' onload='window.canary=1'>{MARKUP}</svg>".encode()
URLS: Mapping[str, str] = {
    "a script": "javascript:window.canary=1",
    "a page in itself": f"data:text/html,{MARKUP}",
    "markup": f"https://shop.example/p?{MARKUP}",
    "a user": "https://shop.example@evil.example/p",
    "a file": "file:///etc/passwd",
    "long": "https://shop.example/" + "a" * 9_000,
    "direction": "https://shop.example/\u202egnp.exe",
}


def a_bomb() -> bytes:
    """Return a PNG of 60,000 × 60,000 pixels in a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        whole = name + data
        return len(data).to_bytes(4, "big") + whole + zlib.crc32(whole).to_bytes(4, "big")

    head = (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9)))


PICTURES: Mapping[str, bytes] = {
    "no picture": b"\x00" * 40,
    "a page": MARKUP.encode(),
    "a drawing with a script": SVG,
    "cut off": a_picture("#123")[:60],
    "a bomb": a_bomb(),
    "empty": b"",
    "too many scans": b"\xff\xd8" + b"\xff\xda" * 200,
}


def fill_hostile(workspace: Workspace) -> list[str]:
    """Record the hostile hits, one for each of the words, addresses and pictures; return them."""
    registered = workspace.pictures.keep(a_picture("#a33"))
    ids = []
    with workspace.store() as db:
        record_sweep(db, SWEEP, Campaign(name="x", seeds=("https://shop.example/",)), START)
        for number, (right, listing, picture, finding) in enumerate(_hostile()):
            files = dict.fromkeys(right.images, registered)
            record_rights(db, [(right, files)], source="rights.jsonl", at=START)
            images = [
                PictureOutcome(url=u, sha256=workspace.pictures.keep(picture))
                for u in listing.images
            ]
            sighting = Sighting(
                id=stable_id("s", SWEEP, listing.url),
                listing=listing.id,
                sweep=SWEEP,
                seen_at=START + timedelta(seconds=number),
                record=listing,
                pictures=tuple(images),
            )
            hit = Hit(
                id=hit_id("listing", listing.url, right.id),
                target="listing",
                listing=listing.url,
                right=right.id,
                score=0.9,
                flagged=True,
                findings=finding,
            )
            with writing(db):
                record_sighting(db, sighting)
                record_hits(db, sighting, [hit], {right.id})
            ids.append(hit.id)
    return ids


def _hostile() -> Iterator[tuple[Right, Listing, bytes, tuple[Finding, ...]]]:
    for name, words in WORDS.items():
        yield _of_words(name, words, f"https://shop.example/words/{name.replace(' ', '-')}")
    for name, url in URLS.items():
        yield _of_words(f"url {name}", "Aurelio bag", url)
    for name, picture in PICTURES.items():
        right, listing, _, findings = _of_words(
            f"picture {name}",
            "Aurelio bag",
            f"https://shop.example/pictures/{name.replace(' ', '-')}",
        )
        yield right, listing, picture, findings


def _of_words(name: str, words: str, url: str) -> tuple[Right, Listing, bytes, tuple[Finding, ...]]:
    image = f"{url}#{words[:2000]}.png"
    right = replace(
        MARK,
        id=f"TM <{name}> '\"/../",
        name=words or None,
        variants=(words,) if words else (),
        holder=Holder(name=words or "Aurelio S.p.A."),
        registration=words or None,
        goods=(words,) if words else (),
        images=(f"works/{words[:200]}.png",),
        licensees=(Licensee(seller=words),) if words.strip() else (),
        prices={"CNY": Decimal("0.01")},
    )
    listing = Listing(
        url=url,
        title=words,
        site="shop.example",
        description=words * 20,
        brand=words,
        category=(words,) * 20,
        price=Decimal("99999999999999999999.99"),
        currency="CNY" if len(words) < 50 else words,
        seller=Seller(name=words, id=words[:500], url=url, contacts=(url, f"mailto:{words}")),
        images=(image,),
        language=words,
        attributes={words: words},
    )
    return right, listing, a_picture("#456"), _findings(words, image, right)


def _findings(words: str, image: str, right: Right) -> tuple[Finding, ...]:
    common: dict[str, Any] = {"weight": 3.0, "text": words, "form": words, "detail": words}
    return (
        Finding(
            feature="picture",
            weight=9.0,
            image=image,
            reference=right.images[0],
            region=(-5, -5, 99_999, 3),
            reference_region=(10, 10, 100, 100),
            transform=f"mirror+{words}",
            verdict=words,
            method=words,
            points=3,
            detail=words,
        ),
        Finding(feature="name", field="title", span=(0, len(words)), edits=(words,), **common),
        Finding(feature="name", field=f"attributes.{words}", span=(-3, 99_999), **common),
        Finding(feature="name", field="description", span=(0, len(words)), **common),
        Finding(feature=words or "x", field=words, file=words, **common),
        Finding(feature="low_price", field="price", **common),
    )
