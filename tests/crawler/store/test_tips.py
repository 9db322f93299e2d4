"""Tips: taken in once, told apart, never taken for looked at, and erased of who told them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.campaign import Campaign
from crawler.errors import InputError, NotAllowedError, NotFoundError
from crawler.model import Outcome, TargetState
from crawler.store.database import open_store, timestamp, writing
from crawler.store.ledger import find_entries
from crawler.store.sweeps import record_outcomes, record_sweep
from crawler.store.tip_states import count_tips, find_tip_status
from crawler.store.tips import (
    Tip,
    erase_texts,
    find_texts,
    find_tips,
    find_unfetched,
    find_waiting,
    record_tip,
    refuse_tip,
)
from crawler.tips import Lead, TipKind, find_refusal, parse_kind
from crawler.workspace import Workspace, make_workspace
from tests.servers.filled import START, fill
from tests.servers.ledgers import verified
from tests.servers.reviewed import judge_hits

AT = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
LI = Actor(name="李伟")
URL = "https://shop.example/p/1"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_store(tmp_path / "a.db")
    yield opened
    opened.close()


def tell(db: Database, url: str = URL, *, at: datetime = AT, kind: TipKind = "other") -> Tip:
    lead = Lead(url=url, kind=kind, words="假货 <b>", contact="赵@x.example")
    with writing(db):
        return record_tip(db, lead, LI, way="command", at=at)


def look(db: Database, state: TargetState, reason: str | None, *, at: datetime, sweep: str) -> None:
    """Record that a sweep asked for the address and how it ended."""
    record_sweep(db, sweep, Campaign(name="n", seeds=("https://shop.example/",)), at)
    outcome = Outcome(url=URL, site="shop.example", state=state, reason=reason)
    with writing(db):
        record_outcomes(db, sweep, [outcome])


@pytest.mark.parametrize(
    ("url", "refusal"),
    [
        ("https://shop.example/p/1", None),
        ("HTTP://店.example/商品?id=1#x", None),
        ("https://93.184.216.34/", None),
        ("javascript:alert(1)", "no_address"),
        ("ftp://shop.example/", "no_address"),
        ("shop.example/p/1", "no_address"),
        ("https://", "no_address"),
        ("http://[::1", "no_address"),
        ("https://shop.example/a b", "no_address"),
        ("https://shop.example/\x00", "no_address"),
        ("微信：abc", "no_address"),
        ("", "no_address"),
        ("https://shop.example/" + "x" * 3000, "too_long"),
        ("https://shop.example/" + "品" * 1000, "too_long"),
        ("http://127.0.0.1/", "private_address"),
        ("http://2130706433/", "private_address"),
        ("http://0x7f.1/", "private_address"),
        ("http://[::ffff:10.0.0.1]/", "private_address"),
        ("http://169.254.169.254/latest", "private_address"),
        ("http://user:pw@localhost:8080/", "private_address"),
        ("http://intranet/", "private_address"),
        ("http://printer.local/", "private_address"),
    ],
)
def test_what_cannot_be_looked_at_is_refused(url: str, refusal: str | None) -> None:
    assert find_refusal(url, allow_private=False) == refusal
    if refusal == "private_address":
        assert find_refusal(url, allow_private=True) is None


def test_kinds_are_known_in_both_languages() -> None:
    said = ("Trademark", "商标", "trade-secret", "trade secret", "版权", "地理标志", "")
    kinds = ("trademark", "trademark", "trade_secret", "trade_secret", "copyright")
    assert tuple(map(parse_kind, said)) == (*kinds, "geographical_indication", "other")
    with pytest.raises(InputError, match=r"kind: expected one of trademark, .*got 'brand'"):
        parse_kind("brand")


def test_a_further_tip_of_an_address_repeats_the_first(db: Database) -> None:
    first = tell(db)
    second = tell(db, "https://shop.example:443/p/1?utm_source=x#top", kind="copyright")
    other = tell(db, "https://shop.example/p/2")
    assert (second.duplicate_of, second.url, second.kind) == (first.id, URL, "copyright")
    assert other.duplicate_of is None
    assert find_waiting(db, site="shop.example", before=AT + timedelta(days=1)) == [URL, other.url]
    assert find_waiting(db, site="shop.example", before=AT) == []  # the sweep began before
    assert tell(db, at=AT + timedelta(days=99)).duplicate_of == first.id  # nobody looked yet
    look(db, TargetState.SEEN, None, at=AT + timedelta(days=100), sweep="w-1")
    assert tell(db, at=AT + timedelta(days=101)).duplicate_of is None  # it may have come back


def test_not_had_is_never_nothing_found(db: Database) -> None:
    tip = tell(db)
    assert find_tip_status(db, tip).state == "waiting"
    look(db, TargetState.SEEN, None, at=AT - timedelta(hours=1), sweep="w-0")
    assert find_tip_status(db, tip).state == "waiting"  # that was before
    look(db, TargetState.BLOCKED, "a captcha", at=AT + timedelta(hours=1), sweep="w-1")
    status = find_tip_status(db, tip)
    assert (status.state, status.why) == ("not_had", "a captcha")
    assert [one.id for one in find_unfetched(db)] == [tip.id]
    assert find_waiting(db, site="shop.example", before=AT + timedelta(days=9)) == []
    look(db, TargetState.SEEN, None, at=AT + timedelta(hours=2), sweep="w-2")
    look(db, TargetState.BLOCKED, "a captcha", at=AT + timedelta(hours=3), sweep="w-3")
    status = find_tip_status(db, tip)
    assert (status.state, status.look and status.look.sweep) == ("nothing_found", "w-2")
    assert find_unfetched(db) == []


def test_what_a_redirect_led_to_counts(db: Database) -> None:
    tip = tell(db)
    record_sweep(db, "w-1", Campaign(name="n", seeds=("https://shop.example/",)), AT)
    there = "https://shop.example/p/9"
    skipped = f"redirected to a page of its own: {there}"
    with writing(db):
        for url, state, why in ((URL, "skipped", skipped), (there, "seen", None)):
            outcome = Outcome(url=url, site="shop.example", state=TargetState(state), reason=why)
            record_outcomes(db, "w-1", [outcome])
    status = find_tip_status(db, tip)
    assert (status.state, status.look and status.look.reason) == ("nothing_found", skipped)


def test_a_tip_comes_as_far_as_its_hits(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    [hit, *_] = fill(workspace, 2)
    with workspace.store() as db:
        [(url,)] = db.execute("SELECT url FROM hits WHERE id = ?", [hit]).fetchall()
        tip = tell(db, url, at=START - timedelta(days=1), kind="trademark")
        assert find_tip_status(db, tip).state == "waiting"  # its sweep has no outcome of it yet
        with writing(db):
            seen = Outcome(url=url, site="shop.example", state=TargetState.SEEN, kind="listing")
            record_outcomes(db, "sw-20261120-000000-0000", [seen])
        status = find_tip_status(db, tip)
        assert (status.state, [one.hit for one in status.hits]) == ("hit_found", [hit])
        again = tell(db, url, at=START)
        assert find_tip_status(db, again).state == "hit_found"  # as the one that it repeats
    judge_hits(workspace, [hit], "王芳", ["infringing"])
    with workspace.store() as db:
        status = find_tip_status(db, tip)
        assert (status.state, status.hits[0].decision) == ("judged", "infringing")
        tell(db, "https://elsewhere.example/", at=START, kind="trademark")
        counts = {c.kind: c for c in count_tips(db, START - timedelta(days=2), START)}
        assert (counts["trademark"].total, counts["trademark"].states) == (1, {"judged": 1})
        later = count_tips(db, START, START + timedelta(days=1))
        assert [(c.kind, c.total, c.duplicates) for c in later] == [
            ("other", 1, 1),
            ("trademark", 1, 0),
        ]


def test_a_person_refuses_with_a_reason_and_once(db: Database) -> None:
    tip, again = tell(db), tell(db)
    for wrong, number in ((InputError, tip.id), (NotFoundError, "tip-x")):
        with writing(db), pytest.raises(wrong):
            refuse_tip(db, number, LI, reason=" " if wrong is InputError else "r", at=AT)
    with writing(db), pytest.raises(NotAllowedError, match="repeats"):
        refuse_tip(db, again.id, LI, reason="spam", at=AT)
    with writing(db):
        refuse_tip(db, tip.id, LI, reason="spam", at=AT)
    with writing(db), pytest.raises(NotAllowedError, match="refused already"):
        refuse_tip(db, tip.id, LI, reason="spam", at=AT)
    assert (find_tip_status(db, again).state, find_tip_status(db, again).why) == ("refused", "spam")
    assert find_waiting(db, site="shop.example", before=AT + timedelta(days=1)) == []
    assert tell(db).duplicate_of is None  # nothing that counts was told before


def test_who_told_it_is_apart_and_can_be_erased(tmp_path: Path) -> None:
    workspace: Workspace = make_workspace(tmp_path / "w")
    with workspace.store() as db:
        tip = tell(db)
        assert not any("赵" in e.record or "假货" in e.record for e in find_entries(db))
        with writing(db), pytest.raises(InputError, match="needs a reason"):
            erase_texts(db, tip.id, LI, everything=False, reason="", at=AT)
        with writing(db):
            assert erase_texts(db, tip.id, LI, everything=False, reason="asked", at=AT)
        assert (find_texts(db, tip.id).contact, find_texts(db, tip.id).words) == ("", "假货 <b>")
        with writing(db):
            assert not erase_texts(db, tip.id, LI, everything=False, reason="asked", at=AT)
            assert erase_texts(db, tip.id, LI, everything=True, reason="asked", at=AT)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert [found.id for found in find_tips(db)] == [tip.id]
    for name in ("markhound.db", "markhound.db-wal"):
        file = workspace.folder / name
        assert not file.exists() or "赵@x".encode() not in file.read_bytes()
    checks = {c.subject: c.state for c in verified(workspace) if c.what.startswith("rows")}
    assert (checks["tips"], checks["tip_events"]) == ("holds", "holds")


def test_the_store_refuses_what_no_tip_can_be(db: Database) -> None:
    tip = tell(db)
    copy = (
        "INSERT INTO tips SELECT 'tip-2', {}, site, kind, right_id, way, {}, {}, texts_sha256, by,"
        " account, at, entry FROM tips"
    )
    for url, original, refused in (
        ("'https://other.example/'", "id", "NULL"),
        ("NULL", "NULL", "NULL"),
        ("NULL", "NULL", "'ugly'"),
    ):
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(copy.format(url, original, refused))
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute("UPDATE tips SET at = ? WHERE id = ?", [timestamp(AT), tip.id])
