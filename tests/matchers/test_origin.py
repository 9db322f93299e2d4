from __future__ import annotations

from typing import Any

import pytest

from crawler.model import Holder, Licensee, Seller
from matchers.origin import colour_use, evocation, no_approved_user, stated_origin
from tests.matchers.candidates import make_candidate

VALDORO: dict[str, Any] = {
    "kind": "geographical_indication",
    "name": "Valdoro",
    "variants": ("瓦尔多罗",),
    "holder": Holder(name="Consorzio Valdoro", country="IT"),
    "origin": ("Valdoro", "Monte Chiaro", "瓦尔多罗"),
}
TEA: dict[str, Any] = {
    "kind": "geographical_indication",
    "name": "云溪龙芽",
    "origin": ("浙江省云溪县",),
    "jurisdictions": ("CN",),
}


@pytest.mark.parametrize(
    ("right", "title", "word"),
    [
        (VALDORO, "Valdoro style cheese", "style"),
        (VALDORO, "Cheese type Valdoro", "type"),
        (VALDORO, "Imitation Valdoro cheese", "Imitation"),
        (VALDORO, "Käse nach Art von Valdoro", "nach Art von"),
        (VALDORO, "Fromage façon Valdoro", "façon"),
        (VALDORO, "瓦尔多罗风味奶酪", "风味"),
        (TEA, "云溪龙芽型绿茶", "型"),
        (TEA, "云溪龙芽 明前绿茶", None),
        (VALDORO, "Valdoro cheese 500 g", None),
        ({"name": "Valdoro"}, "Valdoro style cheese", None),
    ],
)
def test_evocation(right: dict[str, Any], title: str, word: str | None) -> None:
    finding = evocation(make_candidate(title, right=right))
    assert (finding and finding.text) == word
    assert finding is None or finding.weight > 0


@pytest.mark.parametrize(
    ("right", "title", "attributes", "feature"),
    [
        (VALDORO, "Valdoro cheese", {"Country of origin": "Poland"}, "other_origin"),
        (VALDORO, "Valdoro cheese", {"Country of origin": "Italy"}, None),
        (VALDORO, "Valdoro cheese", {"Origin": "Monte Chiaro, Italy"}, "own_origin"),
        (VALDORO, "Valdoro cheese, made in Wisconsin", {}, "other_origin"),
        (VALDORO, "Valdoro cheese made in Monte Chiaro", {}, "own_origin"),
        (VALDORO, "Valdoro cheese", {"Colour": "Poland"}, None),
        (TEA, "云溪龙芽 绿茶", {"产地": "浙江"}, "own_origin"),
        (TEA, "云溪龙芽 绿茶 产地：四川雅安", {}, "other_origin"),
        (TEA, "云溪龙芽 绿茶", {"产地": "中国大陆"}, None),
        (TEA, "云溪龙芽 绿茶", {"产地": "Zhejiang"}, None),
        (TEA, "云溪龙芽 绿茶", {}, None),
        ({"name": "Valdoro", "origin": ("Valdoro",)}, "Valdoro", {"Origin": "Poland"}, None),
    ],
)
def test_stated_origin(
    right: dict[str, Any], title: str, attributes: dict[str, str], feature: str | None
) -> None:
    finding = stated_origin(make_candidate(title, right=right, attributes=attributes))
    assert (finding and finding.feature) == feature
    assert finding is None or (finding.weight > 0) == (feature == "other_origin")


def test_one_own_place_outweighs_others() -> None:
    candidate = make_candidate(
        "Valdoro made in Monte Chiaro", right=VALDORO, attributes={"Origin": "Warehouse Rotterdam"}
    )
    finding = stated_origin(candidate)
    assert finding is not None
    assert finding.feature == "own_origin"


@pytest.mark.parametrize(
    ("title", "colour"), [("Valdoro gold dress", True), ("Valdoro cheese gold label", False)]
)
def test_colour_use(title: str, colour: bool) -> None:
    assert (colour_use(make_candidate(title, right=VALDORO)) is not None) == colour


@pytest.mark.parametrize(
    ("seller", "found"),
    [(Seller(name="Cheese 88"), True), (Seller(name="Dairy"), False), (None, False)],
)
def test_no_approved_user(seller: Seller | None, found: bool) -> None:
    right = VALDORO | {"licensees": (Licensee(seller="Dairy"),)}
    finding = no_approved_user(make_candidate("Valdoro cheese", right=right, seller=seller))
    assert (finding is not None) == found
    assert finding is None or 0 < finding.weight < 1
