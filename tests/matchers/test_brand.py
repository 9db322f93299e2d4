from __future__ import annotations

import pytest

from crawler.model import Seller
from matchers.brand import other_brand
from tests.matchers.candidates import make_candidate


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
@pytest.mark.parametrize("attribute", [None, "Brand", "品牌", "Бренд"])
def test_other_brand(brand: str | None, other: bool, attribute: str | None) -> None:
    """Nordwind is watched, 云雀 and Verdana stand in the title; the rest says nothing."""
    fields = {"attributes": {attribute: brand or ""}} if attribute else {"brand": brand}
    candidate = make_candidate(
        "Aurelio bag Verdana 云雀", seller=Seller(name="Best Price 88"), **fields
    )
    finding = other_brand(candidate._replace(watched=lambda letters: letters == "nordwind"))
    assert (finding is not None) == other
    assert finding is None or finding.field == (f"attributes.{attribute}" if attribute else "brand")


def test_a_brand_field_comes_before_attributes() -> None:
    candidate = make_candidate(
        "Bag Verdana", brand="Aurelio", attributes={"brand": "Verdana", "colour": "red"}
    )
    assert other_brand(candidate) is None
    assert [found.field for found in candidate.names] == ["brand"]
