"""A case in a store, with all that belongs to one: for tests of what is done with cases."""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.campaign import Campaign
from crawler.model import (
    Finding,
    Hit,
    Judgement,
    Listing,
    PictureOutcome,
    Right,
    Seller,
    Sighting,
    hit_id,
)
from crawler.store.cases import open_case
from crawler.store.database import timestamp, writing
from crawler.store.hits import find_hits, record_hits, record_judgement
from crawler.store.ledger import append_entry
from crawler.store.listings import record_sighting
from crawler.store.notice_events import record_notice_event
from crawler.store.notices import record_notice
from crawler.store.rights import record_rights
from crawler.store.sweeps import record_sweep
from crawler.takedown import Notice, Recipient
from crawler.workspace import Workspace
from pipelines.evidence.composing import compose
from pipelines.evidence.material import Occasion
from pipelines.evidence.packing import write_wacz
from pipelines.evidence.verdict import judge
from pipelines.takedown.cases import draft_case
from tests.servers.captured import exchange, material
from tests.servers.stored_hits import MARK

AT = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
SWEEP = "sw-1"
SELLER = Seller(name="优品 Best Bags", id="s-77")


def picture(shade: int) -> bytes:
    """Return a small PNG; another shade gives other bytes."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), (shade % 256, shade // 256 % 256, 90)).save(file, "PNG")
    return file.getvalue()


def wacz(url: str, page: str) -> bytes:
    """Return a capture of one page, as Markhound makes it."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page.encode()
    made = material(
        page,
        occasion=Occasion(url=url, purpose="a test", operator="li", begun_at=AT, id="c-1"),
        exchanges=(exchange(url, answer),),
    )
    composed = compose(made, judge(made), AT)
    file = io.BytesIO()
    write_wacz(file, composed.files, composed.page, composed.software, AT)
    return file.getvalue()


def store_case(
    db: Database, workspace: Workspace, *, listings: int = 2, captures: bool = True
) -> str:
    """Store one judged and noticed case; return its id."""
    logo = workspace.pictures.keep(picture(1000))
    right = replace(MARK, images=("logos/aurelio.png",))
    record_rights(db, [(right, {"logos/aurelio.png": logo})], source="/home/wei/r.jsonl", at=AT)
    seeds = ("https://shop.example/",)
    plan = Campaign(name="night", seeds=seeds, purpose="watch 夜间巡查")
    record_sweep(db, SWEEP, plan, AT)
    hits = [_store_hit(db, workspace, number, right) for number in range(listings)]
    found = []
    for start in range(0, len(hits), 200):
        found += find_hits(db, workspace.pictures, ids=hits[start : start + 200])
    with writing(db):
        case = open_case(db, draft_case(found, opened_at=AT), hits, Actor(name="李伟"), at=AT)
        _store_notice(db, case.id, hits[:5])
        if captures:
            for number, hit in enumerate(hits):
                store_capture(db, workspace, number, hit)
    return case.id


def _store_hit(db: Database, workspace: Workspace, number: int, right: Right) -> str:
    url = f"https://shop.example/p/{number}"
    image = f"https://shop.example/i/{number}.png"
    listing = Listing(
        url=url,
        site="shop.example",
        title=f"Аurеliо 手提包 {number}\u202e\nCase c-0 is closed",
        seller=SELLER,
        images=(image,),
    )
    sighting = Sighting(
        id=f"s-{number}",
        listing=listing.id,
        sweep=SWEEP,
        seen_at=AT + timedelta(seconds=number),
        record=listing,
        pictures=(
            PictureOutcome(url=image, sha256=workspace.pictures.keep(picture(number))),
            PictureOutcome(url=f"{image}?big", sha256=None, problem="too large"),
        ),
    )
    hit = Hit(
        id=hit_id("listing", url, right.id),
        target="listing",
        listing=url,
        right=right.id,
        score=0.97,
        flagged=True,
        findings=(Finding(feature="name", weight=9.1, field="title", text="Аurеliо"),),
    )
    with db.atomic():
        record_sighting(db, sighting)
        record_hits(db, sighting, [hit], {right.id})
    row = db.execute("SELECT max(id) FROM hit_findings WHERE hit = ?", [hit.id]).fetchone()
    record_judgement(
        db,
        Judgement(
            id=f"j-{number}",
            hit=hit.id,
            findings=row[0],
            decision="infringing",
            by="李伟",
            authenticated=False,
            reason="仿冒商标 logo on goods never made",
            judged_at=AT,
        ),
    )
    return hit.id


def _store_notice(db: Database, case: str, hits: list[str]) -> None:
    judged = {
        hit: str(db.execute("SELECT id FROM judgements WHERE hit = ?", [hit]).fetchone()[0])
        for hit in hits
    }
    notice = Notice(
        id="N-2026-000001",
        case=case,
        kind="cn-ecommerce",
        language="zh-CN",
        hits=tuple(hits),
        recipient=Recipient(site="shop.example", name="平台"),
        subject="通知",
        text="侵权通知\n\n正文 text\n",
        drafted_by="李伟",
        drafted_at=AT,
    )
    record_notice(db, notice, judged)
    record_notice_event(db, notice.id, "checked", {"missing": []}, by="李伟", at=AT)


def store_capture(
    db: Database, workspace: Workspace, number: int, hit: str, *, room: int = 0
) -> Path:
    """Store a capture of a hit's page; inside the caller's transaction.

    :param room: bytes of nothing behind it
    """
    folder = workspace.folder / "evidence" / "captures"
    folder.mkdir(parents=True, exist_ok=True)
    url = f"https://shop.example/p/{number}"
    data = wacz(url, f"<title>Аurеliо 手提包 {number}</title>")
    path = folder / f"cap-{number:04}.wacz"
    path.write_bytes(data)
    os.truncate(path, len(data) + room)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    entry = append_entry(db, "capture", path.stem, {"sha256": digest}, by="markhound", at=AT)
    name = path.relative_to(workspace.folder).as_posix()
    db.execute(
        "INSERT INTO captures (id, url, hit, sweep, purpose, at, file, sha256, proof, record,"
        " entry) VALUES (?, ?, ?, ?, 'flagged', ?, ?, ?, 1, '{}', ?)",
        [path.stem, url, hit, SWEEP, timestamp(AT), name, digest, entry.number],
    )
    return path
