"""Sellers are linked by what they share, letter for letter, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.model import Seller
from crawler.sellers import seller_id
from crawler.store.seller_contacts import MOST_SELLERS
from pipelines.takedown.linked import find_linked_sellers
from tests.servers.judged import fill_workspace
from tests.servers.stored_hits import a_listing


def listing(number: int, site: str = "shop.example", *contacts: str, **seller: str) -> object:
    known = Seller(name=f"seller {number}", id=f"s-{number}", contacts=contacts, **seller)
    return a_listing(url=f"https://{site}/p/{number}", site=site, seller=known)


def stored(folder: Path, *listings: object) -> Iterator[Database]:
    workspace, _ = fill_workspace(folder, listings=listings)  # type: ignore[arg-type] # listings
    with workspace.store() as db:
        yield db


@pytest.fixture
def some() -> list[object]:
    return [
        listing(1, "shop.example", "weixin:bags88", "tel:+861"),
        listing(2, "shop.example", "weixin:bags88"),
        listing(3, "shop.example", "weixin:bags88", "tel:+861"),
        listing(4, "shop.example", "weixin:Bags88", "tel:+8610"),
    ]


def test_who_shares_a_contact_is_linked_and_it_is_said_by_which(
    tmp_path: Path, some: list[object]
) -> None:
    for db in stored(tmp_path / "w", *some):
        links = find_linked_sellers(db, seller_id(some[0]))  # type: ignore[arg-type] # a listing
        assert [(link.seller.name, link.by) for link in links] == [
            ("seller 3", ("tel:+861", "weixin:bags88")),
            ("seller 2", ("weixin:bags88",)),
        ]
        assert find_linked_sellers(db, some[0].id) == links  # type: ignore[attr-defined] # listing
        assert find_linked_sellers(db, seller_id(some[3])) == []  # type: ignore[arg-type] # listing


@pytest.mark.parametrize(
    ("count", "linked"), [(MOST_SELLERS, MOST_SELLERS - 1), (MOST_SELLERS + 1, 0)]
)
def test_a_contact_of_many_sellers_is_a_platforms_and_links_nobody(
    tmp_path: Path, count: int, linked: int
) -> None:
    many = [listing(number, "shop.example", "tel:+86400") for number in range(count)]
    for db in stored(tmp_path / "w", *many):
        assert len(find_linked_sellers(db, seller_id(many[0]))) == linked  # type: ignore[arg-type] # listing
        assert find_linked_sellers(db, "se-0000000000000000") == []
