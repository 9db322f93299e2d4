from __future__ import annotations

import pytest

from crawler.model import Licensee, Seller
from matchers.licence import licensed_seller
from tests.matchers.candidates import SHOP, make_candidate

STORE = "Aurelio Official Store"


@pytest.mark.parametrize(
    ("licensee", "seller", "site", "licensed"),
    [
        (Licensee(seller=STORE, site=SHOP), Seller(name=STORE), SHOP, True),
        (Licensee(seller=STORE, site=SHOP), Seller(name="AURELIO official-store"), SHOP, True),
        (Licensee(seller=STORE, site=SHOP), Seller(name=STORE), "other.example", False),
        (Licensee(seller=STORE, site=SHOP), Seller(name="Best Price 88"), SHOP, False),
        (Licensee(seller=STORE, site=SHOP), None, SHOP, False),
        # The first letter is Cyrillic: somebody who wants to look licensed.
        (Licensee(seller=STORE), Seller(name="Аurelio Official Store"), SHOP, False),
        (Licensee(seller="s-42"), Seller(name="Anybody", id="S-42"), SHOP, True),
        (Licensee(site=SHOP), Seller(name="Anybody"), SHOP, True),
        (Licensee(site=SHOP), None, None, True),
        (Licensee(site="127.0.0.1:8000"), None, "127.0.0.1:8000", True),
        (Licensee(site="127.0.0.1:8000"), None, "127.0.0.1:9000", False),
        (Licensee(site=f"https://www.{SHOP}/"), None, SHOP, True),
        (Licensee(site=SHOP.upper()), None, SHOP, True),
        (Licensee(site=f"not{SHOP}"), None, SHOP, False),
        (Licensee(site="http://127.0.0.1:8000/"), None, "127.0.0.1:8000", True),
        (Licensee(site="no site"), None, "no site", False),
        (Licensee(), Seller(name="Anybody"), SHOP, False),
        # no wider than it was given: the listing stands at www.shop.example/p/1
        (Licensee(site=f"outlet.{SHOP}"), None, SHOP, False),
        (Licensee(site=f"outlet.{SHOP}"), Seller(url=f"https://outlet.{SHOP}/"), SHOP, True),
        (Licensee(site=f"https://www.{SHOP}/bags?x=1"), None, SHOP, False),
        (Licensee(site=f"https://www.{SHOP}/p"), None, SHOP, True),
        (Licensee(site=f"{SHOP}/store"), Seller(url=f"https://{SHOP}/store/9"), SHOP, True),
        (Licensee(site=f"{SHOP}/store"), Seller(url=f"https://{SHOP}/stores"), SHOP, False),
    ],
)
def test_licensed_seller(
    licensee: Licensee, seller: Seller | None, site: str | None, licensed: bool
) -> None:
    right = {"licensees": (licensee,)}
    finding = licensed_seller(make_candidate("Aurelio", right=right, seller=seller, site=site))
    assert (finding is not None) == licensed
    assert finding is None or finding.weight < -20
