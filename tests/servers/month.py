"""A month that was lived: sweeps, hits, judgements, second looks, notices and what became of them.

Invented, and the same each time but for the ids that are drawn by lot. Nothing is swept or sent.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from crawler.accounts import Account, Actor
from crawler.campaign import Campaign
from crawler.model import (
    Finding,
    Hit,
    Judgement,
    JudgementKind,
    Listing,
    Outcome,
    Seller,
    Sighting,
    TargetState,
    hit_id,
    stable_id,
)
from crawler.store.accounts import load_account, record_account
from crawler.store.approvals import record_approval
from crawler.store.cases import open_case
from crawler.store.database import writing
from crawler.store.decisions import undo_judgement
from crawler.store.hits import record_hits, record_judgement
from crawler.store.listings import record_sighting
from crawler.store.looks import Relisting, record_relisting
from crawler.store.notice_events import record_notice_event
from crawler.store.notices import record_notice
from crawler.store.rights import record_rights
from crawler.store.second_looks import load_look, record_answer, record_draw
from crawler.store.sweeps import record_outcomes, record_sweep, record_sweep_end
from crawler.takedown import Case, Notice, Recipient
from crawler.workspace import Workspace
from tests.servers.judged import HASHED
from tests.servers.stored_hits import MARK, NAME, UNLICENSED, WORK

START = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
"""Of the first night."""
INDICATION = replace(
    WORK, id="GI-0001", kind="geographical_indication", name="平谷大桃", jurisdictions=("CN",)
)
RIGHTS = (MARK, WORK, INDICATION)
SITES = {
    "market.example": "bags",
    "商城.example": "bags",
    "books.example": "books",
    "fruit.example": "特产",
}
"""Site -> its campaign."""
SELLERS = ("Best Bags 优品", "金源皮具", "Lucky Star Trading", "шоп <b>24</b>", "小店")
TRUTHS: Sequence[JudgementKind] = ("infringing", "infringing", "licensed", "unrelated")
COPY = Finding(feature="picture", weight=8.0, image="https://x.example/1.png", reference="a.png")


@dataclass
class Month:
    """What is written, and what was made so far."""

    workspace: Workspace
    db: Database
    chance: random.Random
    people: dict[str, Account] = field(default_factory=dict)
    hits: dict[str, Listing] = field(default_factory=dict)
    """Hit -> its listing, of those that nobody judged yet."""
    infringing: dict[str, tuple[Listing, str]] = field(default_factory=dict)
    """Hit judged so and not noticed yet -> its listing and judgement."""
    noticed: dict[str, int] = field(default_factory=dict)
    """URL -> night in which it was noticed."""
    notices: int = 0


def live_a_month(workspace: Workspace, *, nights: int = 30, listings: int = 6) -> None:
    """Fill a new workspace with nights from ``START`` on, so many new listings each."""
    with workspace.store() as db:
        month = Month(workspace=workspace, db=db, chance=random.Random(11))
        with writing(db):
            for name in ("wei", "mei", "anna"):
                record_account(db, name, "approver", HASHED, by="test", at=START)
        month.people = {name: load_account(db, name) for name in ("wei", "mei", "anna")}
        record_rights(db, [(right, {}) for right in RIGHTS], source="rights.jsonl", at=START)
        for night in range(nights):
            at = START + timedelta(days=night)
            _sweep(month, night, at, listings)
            _judge(month, at + timedelta(hours=7))
            if night % 7 == 6:
                _look_again(month, night, at + timedelta(hours=9))
                _send(month, at + timedelta(hours=11))


def _sweep(month: Month, night: int, at: datetime, count: int) -> None:
    """One night: a campaign's sites, some blocked or not reached; noticed listings looked at."""
    for number, campaign in enumerate(dict.fromkeys(SITES.values())):
        sweep = f"sw-{night:02d}-{number}"
        sites = [site for site, of in SITES.items() if of == campaign]
        plan = Campaign(name=campaign, seeds=tuple(f"https://{site}/" for site in sites))
        record_sweep(month.db, sweep, plan, at)
        with writing(month.db):
            outcomes = [_seen(month, sweep, site, at, night, n) for site in sites
                        for n in range(count // 2)]  # fmt: skip
            outcomes += [_other(month, site, n) for site in sites for n in range(3)]
            outcomes += _follow(month, sites, night)
            record_outcomes(month.db, sweep, {one.url: one for one in outcomes}.values())
        if night != 13:  # one night's sweeps were killed
            state = "stopped" if night == 20 else "finished"
            record_sweep_end(month.db, sweep, state, None, at + timedelta(hours=1))


def _seen(month: Month, sweep: str, site: str, at: datetime, night: int, number: int) -> Outcome:
    chance = month.chance
    right = RIGHTS[(number + len(site)) % len(RIGHTS)]
    url = f"https://{site}/p/{night}-{number}"
    seller = chance.choice(SELLERS)
    contacts = ("mailto:gold@mail.example",) if seller in SELLERS[:2] else ()
    listing = Listing(
        url=url,
        title=f"{right.name} 真皮 {night}-{number}",
        site=site,
        seller=Seller(name=seller, id=f"s-{SELLERS.index(seller)}", contacts=contacts),
    )
    score = round(0.2 + 0.79 * chance.random(), 4)
    hit = Hit(
        id=hit_id("listing", url, right.id),
        target="listing",
        listing=url,
        right=right.id,
        score=score,
        flagged=score >= 0.5,
        findings=(NAME, UNLICENSED, *((COPY,) if number % 2 else ())),
    )
    sighting = Sighting(
        id=stable_id("s", sweep, url), listing=listing.id, sweep=sweep, seen_at=at, record=listing
    )
    record_sighting(month.db, sighting)
    record_hits(month.db, sighting, [hit], {right.id for right in RIGHTS})
    month.hits[hit.id] = listing
    return Outcome(url=url, site=site, state=TargetState.SEEN, kind="listing")


def _other(month: Month, site: str, number: int) -> Outcome:
    state = month.chance.choice([state for state in TargetState if state != TargetState.SEEN])
    return Outcome(url=f"https://{site}/other/{number}", site=site, state=state, reason="test")


def _follow(month: Month, sites: Sequence[str], night: int) -> list[Outcome]:
    """Look at what was noticed: most is gone after some nights, some stays, some comes back."""
    found = []
    for url, since in month.noticed.items():
        kind = int(stable_id("k", url)[-2:], 16) % 8
        if url.split("/")[2] not in sites:
            continue
        gone = kind < 5 and kind < night - since < (9 if kind == 4 else 99)
        blocked = kind == 6
        state = TargetState.GONE if gone else TargetState.SEEN
        state = TargetState.BLOCKED if blocked else state
        found.append(
            Outcome(url=url, site=url.split("/")[2], state=state, kind=None if gone else "listing")
        )
    return found


def _judge(month: Month, at: datetime) -> None:
    """Judge most of what is flagged; one of thirty is undone again."""
    db, chance = month.db, month.chance
    flagged = dict(db.execute("SELECT hit, flagged FROM queue").fetchall())
    for hit, listing in list(month.hits.items()):
        if not flagged[hit] or chance.random() < 0.15:
            continue
        del month.hits[hit]
        [number] = db.execute("SELECT max(id) FROM hit_findings WHERE hit = ?", [hit]).fetchone()
        decision: JudgementKind = chance.choice((*TRUTHS, *TRUTHS, "unsure"))
        judgement = Judgement(
            id=stable_id("j", hit),
            hit=hit,
            findings=number,
            decision=decision,
            by="wei",
            authenticated=True,
            reason="looked at",
            judged_at=at,
        )
        with writing(db):
            record_judgement(db, judgement)
        if chance.random() < 0.03:
            actor = Actor(name="wei", account=month.people["wei"])
            undo_judgement(db, judgement.id, actor, reason="a slip", at=at + timedelta(minutes=5))
        elif decision == "infringing":
            month.infringing[hit] = (listing, judgement.id)


def _look_again(month: Month, night: int, at: datetime) -> None:
    """Draw a third of what was put aside; most of it is looked at again."""
    db, mei = month.db, Actor(name="mei", account=month.people["mei"])
    with writing(db):
        draw = record_draw(db, share=0.3, seed=night, by="markhound", at=at)
    for (look,) in db.execute(
        "SELECT id FROM second_looks WHERE draw = ? ORDER BY hit", [draw.id if draw else ""]
    ).fetchall():
        said = month.chance.choice(("unrelated",) * 6 + ("licensed", "infringing", ""))
        if said:
            with writing(db):
                record_answer(
                    db,
                    load_look(db, look),
                    said,  # type: ignore[arg-type] # a decision
                    mei,
                    reason="again",
                    at=at + timedelta(hours=1),
                )


def _send(month: Month, at: datetime) -> None:
    """Send a notice for each seller and right holder with something judged infringing."""
    groups: dict[tuple[str, str], list[str]] = {}
    disputed = {row[0] for row in month.db.execute("SELECT hit FROM disputed_hits")}
    for hit, (listing, _) in month.infringing.items():
        if hit not in disputed:
            seller = listing.seller.name if listing.seller else None
            groups.setdefault((listing.site or "", seller or ""), []).append(hit)
    for (site, seller), hits in groups.items():
        _notice(month, site, seller, hits, at)
    for hit in [hit for hits in groups.values() for hit in hits]:
        del month.infringing[hit]


def _notice(month: Month, site: str, seller: str, hits: list[str], at: datetime) -> None:
    db, wei = month.db, month.people["wei"]
    month.notices += 1
    case = Case(
        id=stable_id("c", site, seller), seller=seller, site=site, holder="A S.p.A.", opened_at=at
    )
    notice = Notice(
        id=f"N-2026-{month.notices:06d}",
        case=case.id,
        kind="dsa" if month.notices % 2 else "cn-ecommerce",
        language="en",
        hits=tuple(hits),
        recipient=Recipient(site=site, name=f"{site} 投诉部", email=f"desk@{site}"),
        subject="Notice",
        text="Please remove.\n",
        drafted_by="wei",
        drafted_at=at - timedelta(hours=1),
    )
    with writing(db):
        open_case(db, case, hits, Actor(name="wei", account=wei), at=at)
        judgements = {hit: month.infringing[hit][1] for hit in hits}
        record_notice(db, notice, judgements, account=wei.id)
        record_approval(db, notice, "ordinary", month.people["mei"], "seen", at=at)
        for event in ("queued", "sending", "sent"):
            record_notice_event(db, notice.id, event, {}, by="wei", at=at)
        _answer(month, notice.id, at + timedelta(days=2))
        for hit in hits:
            month.noticed[month.infringing[hit][0].url] = (at - START).days
        if month.notices % 5 == 0:
            _relist(month, case.id, month.infringing[hits[0]][0], at)


def _answer(month: Month, notice: str, at: datetime) -> None:
    answers: list[tuple[str, dict[str, str]]] = [
        ("decided", {"outcome": "removed"}),
        ("decided", {"outcome": "removed"}),
        ("decided", {"outcome": "refused"}),
        ("acknowledged", {}),
        ("bounced", {}),
        ("withdrawn", {"reason": "a slip"}),
    ]
    event, record = answers[month.notices % len(answers)]
    record_notice_event(month.db, notice, event, record, by="wei", at=at)


def _relist(month: Month, case: str, old: Listing, at: datetime) -> None:
    [sighting] = month.db.execute("SELECT max(id) FROM sightings").fetchone()
    found = Relisting(
        id=stable_id("rl", old.url),
        case=case,
        old=old.url,
        new=f"{old.url}-again",
        sighting=sighting,
        reasons=("same pictures",),
        found_at=at + timedelta(days=3),
    )
    record_relisting(month.db, found)
