"""Noticed listings that are gone and stand at another address by now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlite_utils import Database

from crawler.model import Listing, Seller
from crawler.store.database import timestamp, writing
from crawler.store.ledger import find_entries
from crawler.store.listings import StoredListing, find_listings
from crawler.store.looks import record_look
from crawler.workspace import Workspace
from pipelines.takedown import relisting
from pipelines.takedown.case_view import gather_case
from pipelines.takedown.relisting import find_relistings, record_relistings
from tests.pipelines.test_takedown_follow_up import (
    SENT,
    URL,
    look,
    office,
    prove_gone,
    send,
    stored,
)
from tests.servers.notices import CASE, SELLER, a_listing, see

__all__ = ["office"]  # a fixture

BAG = "奥雷利奥 真皮 单肩包 复古 棕色"
LONG = "A shoulder bag of brown leather with two pockets, a brass lock and a strap of 120 cm."
OTHER = Seller(name="Another Shop", id="s-99")
numbers = count(2)


def listed(db: Database, listing: Listing, picture: str = "", days: float = 5) -> None:
    see(db, listing, f"w-{next(numbers)}", SENT + timedelta(days=days), picture)


@pytest.fixture
def sold(office: Workspace) -> Workspace:
    """A noticed listing of a bag with the picture ``bag``, which is proven gone."""
    with office.store() as db:
        listed(db, a_listing(URL, BAG, description=LONG), "bag", days=-2)
        send(db)
        prove_gone(db)
    return office


def back(office: Workspace) -> list[tuple[str, list[str]]]:
    with office.store() as db:
        return [
            (
                one.new.rpartition("/")[2],
                [reason.split(":")[0].removeprefix("the same ") for reason in one.reasons],
            )
            for one in find_relistings(db, office)
        ]


@pytest.mark.parametrize(
    ("fields", "title", "picture", "expected"),
    [
        ({}, BAG, "bag", ["seller", "pictures", "title"]),
        ({}, BAG, "", ["seller", "title"]),
        ({}, "全新 手袋 特价", "bag", ["seller", "pictures"]),
        ({}, "棕色 复古 单肩包 真皮 奥雷利奥", "", ["seller", "title"]),
        ({"description": LONG}, "全新 手袋 特价", "other", ["seller", "description"]),
        ({"seller": OTHER}, BAG, "bag", ["pictures", "title"]),
        ({"seller": OTHER, "site": "other.example"}, BAG, "bag", ["pictures", "title"]),
        ({}, "包邮 奥雷利奥 真皮单肩包 复古 棕色", "", ["seller", "title"]),
        # other goods of the same seller, the same goods of others, and what says too little
        ({}, "奥雷利奥 真皮 单肩包 复古 黑色", "", None),
        ({}, "奥雷利奥 真皮 单肩包 复古 棕色 配套 皮带 钱包 礼盒", "", None),
        ({}, "奥雷利奥 女士 皮带 黑色 窄款", "other", None),
        ({}, BAG, "other", None),
        ({"seller": OTHER}, BAG, "", None),
        ({"seller": OTHER}, "全新 手袋 特价", "bag", None),
        ({}, "bag", "", None),
    ],
)  # fmt: skip
def test_two_of_three_are_the_same(
    sold: Workspace, fields: dict[str, Any], title: str, picture: str, expected: list[str] | None
) -> None:
    with sold.store() as db:
        listed(db, a_listing("https://shop.example/p/9", title, **fields), picture)
    assert back(sold) == ([("9", expected)] if expected else [])


def test_what_was_there_before_the_notice_is_no_relisting(sold: Workspace) -> None:
    with sold.store() as db:
        listed(db, a_listing("https://shop.example/p/8", BAG), "bag", days=-1)
    assert back(sold) == []


def test_what_is_not_proven_gone_has_not_come_back(office: Workspace) -> None:
    with office.store() as db:
        listed(db, a_listing(URL, BAG), "bag", days=-2)
        send(db)
        with writing(db):
            record_look(db, stored(look("gone", 24), "gone once"))
        listed(db, a_listing("https://shop.example/p/9", BAG), "bag")
    assert back(office) == []


def test_what_is_not_had_later_hides_no_relisting(sold: Workspace) -> None:
    with sold.store() as db:
        with writing(db):
            record_look(db, stored(look("blocked", 72, None), "unknown"))
        listed(db, a_listing("https://shop.example/p/9", BAG), "bag")
    assert back(sold) == [("9", ["seller", "pictures", "title"])]


def test_another_model_or_size_is_another_thing(sold: Workspace) -> None:
    with sold.store() as db:
        listed(db, a_listing(URL, "Aurelio runner 2000 size 42"), days=-1)
        listed(db, a_listing("https://shop.example/p/9", "Aurelio runner 2000 size 43"))
        listed(db, a_listing("https://shop.example/p/7", "Aurelio runner 3000 size 42"))
        listed(db, a_listing("https://shop.example/p/6", "AURELIO Runner 2000, size 42!"))
    assert back(sold) == [("6", ["seller", "title"])]


@pytest.mark.parametrize(
    ("title", "same"),
    [
        ("Northgate mountain boots brown leather", True),
        ("NEW Northgate Mountain-Boot brown, leather", True),
        ("Northgate mountian boots brown leather", True),
        ("Northgate mountain boots black leather", False),
        ("Northgate mountain boots leather care kit and two brushes brown", False),
        ("Northgate boots", False),
    ],
)
def test_a_title_may_be_misspelt_or_longer_but_names_the_same_thing(
    sold: Workspace, title: str, same: bool
) -> None:
    with sold.store() as db:
        listed(db, a_listing(URL, "Northgate mountain boots brown leather"), days=-1)
        listed(db, a_listing("https://shop.example/p/9", title))
    assert back(sold) == ([("9", ["seller", "title"])] if same else [])


def test_the_shop_s_own_picture_and_a_title_for_everything_say_nothing(sold: Workspace) -> None:
    with sold.store() as db:
        for number in range(10, 14):
            listed(db, a_listing(f"https://shop.example/p/{number}", f"goods {number} 手袋"), "bag")
    assert back(sold) == []
    with sold.store() as db:
        for number in range(20, 24):
            listed(db, a_listing(f"https://shop.example/p/{number}", BAG))
    assert back(sold) == []


def test_a_seller_is_known_elsewhere_by_a_contact(sold: Workspace) -> None:
    mail = ("mailto:bags@seller.example",)
    with sold.store() as db:
        listed(db, a_listing(URL, BAG, seller=replace(SELLER, contacts=mail)), "bag", days=-1)
        seller = Seller(name="Fresh Store", contacts=mail)
        url = "https://other.example/p/9"
        listed(db, a_listing(url, BAG, site="other.example", seller=seller))
    assert back(sold) == [("9", ["seller", "title"])]


def test_what_another_seller_offers_is_found_by_its_description(sold: Workspace) -> None:
    """Neither title nor picture file is the same; the pictures are copies by what they show."""
    with sold.store() as db:
        listed(db, a_listing(URL, BAG, description=LONG), "bag", days=-1)
        more = f"{LONG} Sent within a day."
        listed(db, a_listing("https://shop.example/p/9", "手袋", seller=OTHER, description=more))
        search = relisting._Search(db, sold.pictures, [URL])
        relisting._read_new(db)
        was = search.load(URL)
        assert was is not None
        found = [one.listing.url for one in search.find(was, since=SENT)]
    assert found == ["https://shop.example/p/9"]


def test_a_listing_is_found_by_what_it_shows_now(sold: Workspace) -> None:
    url = "https://shop.example/p/9"
    with sold.store() as db:
        listed(db, a_listing(url, "手袋", seller=OTHER), "other", days=5)
        assert find_relistings(db, sold) == []
        listed(db, a_listing(url, BAG, seller=OTHER), "bag", days=6)
        assert [one.new for one in find_relistings(db, sold)] == [url]
        listed(db, a_listing(url, "手袋", seller=OTHER), "other", days=7)
        assert find_relistings(db, sold) == []


def test_a_search_reads_what_is_new_and_what_shares_something(
    sold: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    asked = find_listings

    def counted(db: Database, *, name: str) -> list[StoredListing]:
        read.append(name)
        return asked(db, name=name)

    with sold.store() as db:
        for number in range(10, 40):
            shop = Seller(name=f"Shop {number}", id=f"s-{number}")
            url = f"https://shop.example/p/{number}"
            listed(db, a_listing(url, f"goods {number} 手袋", seller=shop), f"{number}")
        find_relistings(db, sold)
        listed(db, a_listing("https://shop.example/p/9", BAG), "bag")
        monkeypatch.setattr(relisting, "find_listings", counted)
        assert len(find_relistings(db, sold)) == 1
    assert len(read) == 3  # the new one for its keys and again to compare, and what is gone


def test_a_relisting_is_recorded_once_in_its_case(sold: Workspace) -> None:
    with sold.store() as db:
        listed(db, a_listing("https://shop.example/p/9", BAG), "bag")
        found = find_relistings(db, sold)
        assert record_relistings(db, found) == found
        assert record_relistings(db, found) == []
        assert find_relistings(db, sold) == []
        kinds = [e.kind for e in find_entries(db, subject=CASE)]
        assert kinds.count("relisting") == kinds.count("case-reopened") == 1
        [entry] = [e for e in find_entries(db, subject=CASE) if e.kind == "relisting"]
        view = gather_case(db, CASE)
    assert [listing.outcome.state for listing in view.listings] == ["relisted"]
    [relisting] = view.relistings
    assert (relisting.old, relisting.new) == (URL, "https://shop.example/p/9")
    assert [hit.judgement for hit in relisting.hits] == [None]
    assert "https://shop.example/p/9" in entry.record
    assert timestamp(found[0].found_at) == entry.at
