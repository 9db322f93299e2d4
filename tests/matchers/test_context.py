"""Each feature of the context, by cases that a lawyer can read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crawler.model import Licensee, Listing, Right, Seller
from matchers import context
from matchers.candidate import Candidate, FoundName
from matchers.goods import same_goods
from matchers.marks import MarkIndex
from matchers.referential import referential

SHOP = "shop.example"


def _candidate(title: str, *, right: dict[str, Any] | None = None, **fields: Any) -> Candidate:
    known = Right(
        id="TM-1", kind="trademark", name="Aurelio", variants=("奥雷利奥",), **right or {}
    )
    listing = Listing(url=f"https://www.{SHOP}/p/1", title=title, **fields)
    index = MarkIndex((0, name) for name in known.names)
    names = [
        FoundName(field=field, match=match)
        for field, text in (("title", title), ("brand", listing.brand))
        for match in (index.find(text) if text else ())
    ]
    return Candidate(listing=listing, right=known, names=tuple(names), pictures=())


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
        (Licensee(site=f"https://www.{SHOP}/bags?x=1"), None, None, True),
        (Licensee(site=f"outlet.{SHOP}"), None, SHOP, True),
        (Licensee(site=SHOP.upper()), None, SHOP, True),
        (Licensee(site=f"not{SHOP}"), None, SHOP, False),
        (Licensee(site="http://127.0.0.1:8000/"), None, "127.0.0.1:8000", True),
        (Licensee(site="no site"), None, "no site", False),
        (Licensee(), Seller(name="Anybody"), SHOP, False),
    ],
)
def test_licensed_seller(
    licensee: Licensee, seller: Seller | None, site: str | None, licensed: bool
) -> None:
    candidate = _candidate("Aurelio", right={"licensees": (licensee,)}, seller=seller, site=site)
    finding = context.licensed_seller(candidate)
    assert (finding is not None) == licensed
    assert finding is None or finding.weight < -20


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("Case for Aurelio phones", "for"),
        ("Strap compatible with Aurelio watch", "compatible with"),
        ("Charger for Verdana, Zorvex and Aurelio", "for"),
        ("Hülle für Aurelio", "für"),
        ("Aurelio compatible strap", "compatible"),
        ("适用于奥雷利奥手机壳", "适用于"),
        ("手机壳 适用 Aurelio", "适用"),
        ("奥雷利奥通用充电器", "通用"),
        ("奥雷利奥专用礼盒", "专用"),
        ("Hülle für das neue Aurelio", "für"),
        ("Pour votre Aurelio", "Pour"),
    ],
)
def test_referential_use(title: str, word: str) -> None:
    finding = referential(_candidate(title))
    assert finding is not None
    assert finding.text == word
    assert finding.span is not None
    assert title[slice(*finding.span)] == word
    assert finding.weight < 0


@pytest.mark.parametrize(
    "title",
    [
        "Aurelio bag",
        "Bag for women Aurelio",
        "Gift for him. Aurelio wallet",
        "Aurelio case for Aurelio phones",
        "Perfect forward Aurelio",
        "For a night out in the old town with friends Aurelio",
        "奥雷利奥女包",
        "Bolso para mujer Aurelio",
        "Tasche für Damen Aurelio",
        "Borsa per donna Aurelio",
        "Sac pour femme Aurelio",
        "Phone case for women Aurelio",
        "女士包 适合上班 奥雷利奥",
    ],
)
def test_own_use_is_not_referential(title: str) -> None:
    assert referential(_candidate(title)) is None


@pytest.mark.parametrize(
    ("title", "description", "word"),
    [
        ("Aurelio bag REPLICA", None, "REPLICA"),
        ("Aurelio bag 1:1", None, "1:1"),
        ("高仿 奥雷利奥 女包", None, "高仿"),
        ("奥雷利奥a货女包", None, "a货"),
        ("Aurelio bag", "best mirror quality", "mirror quality"),
        ("Aurelio model car 1:18", None, None),
        ("Aurelio replicator", None, None),
        ("Aurelio costume fake fur", None, None),
        ("Aurelio pouch imitation leather", None, None),
        ("奥雷利奥 仿皮 女包", None, None),
        ("奥雷利奥 仿真花", None, None),
        ("Aurelio coat fake fur, replica", None, "replica"),
        ("Aurelio fake", None, "fake"),
        ("Aurelio bag", None, None),
    ],
)
def test_counterfeit_words(title: str, description: str | None, word: str | None) -> None:
    finding = context.counterfeit_words(_candidate(title, description=description))
    assert (finding and finding.text) == word


@pytest.mark.parametrize(
    ("brand", "other"),
    [
        (None, False),
        ("", False),
        ("Aurelio", False),
        ("AURELIO Milano", False),
        ("Aurel", False),
        ("奥雷利奥", False),
        ("Unbranded", False),
        ("无品牌", False),
        ("Nordwind", True),
        ("云雀", True),
        ("Verdana", True),
        ("Whatever", False),
        ("Best Price 88", False),
        ("shop", False),
        ("Shop.Example", False),
    ],
)
def test_other_brand(brand: str | None, other: bool) -> None:
    """Nordwind is watched, 云雀 and Verdana stand in the title; the rest says nothing."""
    seller = Seller(name="Best Price 88")
    candidate = _candidate("Aurelio bag Verdana 云雀", brand=brand, seller=seller)
    finding = context.other_brand(replace(candidate, watched=frozenset({"nordwind"})))
    assert (finding is not None) == other


@pytest.mark.parametrize(
    ("goods", "title", "category", "feature"),
    [
        (("bags",), "Aurelio bag", (), "goods"),
        (("箱包",), "Aurelio", ("箱包", "女包"), "goods"),
        (("bags",), "Aurelio pump", ("Garden",), "other_goods"),
        (("bags",), "Aurelio pump", (), None),
        ((), "Aurelio pump", ("Garden",), None),
        (("oil",), "Aurelio foil", ("Kitchen",), "other_goods"),
        (("tea",), "Aurelio team shirt", (), None),
        (("tea",), "Aurelio teas", (), "goods"),
        (("bag",), "Aurelio bags", (), "goods"),
        (("batteries",), "Aurelio battery", (), "goods"),
        (("dress",), "Aurelio dresses", (), "goods"),
        (("leather goods",), "Aurelio leather good", (), "goods"),
        (("dresses",), "Aurelio dressing", (), None),
    ],
)
def test_goods(
    goods: tuple[str, ...], title: str, category: tuple[str, ...], feature: str | None
) -> None:
    finding = same_goods(_candidate(title, right={"goods": goods}, category=category))
    assert (finding and finding.feature) == feature


def test_everyday_words_for_the_goods_of_a_class() -> None:
    for classes, expected in (((25,), "goods"), ((9,), None), ((), None)):
        candidate = _candidate("Aurelio dress", right={"classes": classes})
        finding = same_goods(candidate)
        assert (finding and finding.feature) == expected


def test_goods_beside_a_name_that_stands_out_anyway_weigh_no_more() -> None:
    finding = same_goods(_candidate("适用于奥雷利奥女包", right={"goods": ("女包",)}))
    assert finding is not None
    assert finding.weight < 2


@pytest.mark.parametrize(
    "title", ["Bag for party Aurelio", "适合拍照 奥雷利奥", "Soap for hands and face Aurelio"]
)
def test_a_far_for_is_weaker_than_the_name(title: str) -> None:
    finding = referential(_candidate(title))
    assert finding is None or -2 < finding.weight < 0


def test_every_feature_explains_itself() -> None:
    for feature in context.FEATURES:
        assert feature.__doc__, feature
        assert feature.__doc__.strip().endswith("."), feature
    names = [feature.__name__ for feature in context.FEATURES]
    assert len(names) == len(set(names))
