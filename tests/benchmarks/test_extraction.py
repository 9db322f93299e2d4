"""The benchmark of extraction counts as it says it does."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks.extraction import (
    COMPARE,
    Score,
    half_of,
    read_pages,
    same_availability,
    same_brand,
    same_currency,
    same_gtin,
    same_price,
)
from crawler.errors import ExtractionError
from crawler.extract import document, saved_page

PAGES = Path(__file__).resolve().parent.parent / "pages"
URL = "https://shop.northgate.example/p/velmora-trail-shoe"


def test_nothing_in_the_truth_and_nothing_read_is_not_counted() -> None:
    score = Score()
    assert score.add(None, [], same_brand)
    assert (score.right, score.wrong, score.missed) == (0, 0, 0)


def test_what_is_wrong_is_a_false_positive_and_a_false_negative() -> None:
    score = Score()
    assert not score.add("Harwick", ["Velmora"], same_brand)
    assert not score.add("Harwick", [], same_brand)
    assert not score.add(None, ["Velmora"], same_brand)
    assert score.add("VELMORA ", ["Harwick", "Velmora"], same_brand)
    assert (score.right, score.wrong, score.missed) == (1, 2, 2)
    assert score.f1 == pytest.approx(2 * (1 / 3) ** 2 / (2 / 3))


def test_how_values_are_compared() -> None:
    assert same_price(Decimal("89.5"), "89.50 ")
    assert not same_price(Decimal("895"), "89.50")
    assert same_availability("LimitedAvailability", "InStock")
    assert same_availability("SoldOut", "OutOfStock")
    assert not same_availability("SoldOut", "InStock")
    assert same_gtin("04006381333931", "4006381333931")
    assert same_currency("CAD", "$")
    assert same_currency("PKR", "Rs")
    assert not same_currency("EUR", "$")
    assert set(COMPARE) >= {"price", "sku", "availability", "brand"}


def test_a_folder_is_read_and_its_halves_are_whole(tmp_path: Path) -> None:
    (tmp_path / "html").mkdir()
    page = (PAGES / "json_ld.html").read_bytes()
    names = [f"{n:064x}" for n in range(12)]
    for name in names:
        (tmp_path / "html" / f"{name}.html.gz").write_bytes(gzip.compress(page))
    truth = {name: {"url": URL, "price": ["89.5"]} for name in names}
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    halves = [{n for n, _, _ in read_pages(tmp_path, half)} for half in ("dev", "test", "all")]
    assert halves[0] | halves[1] == halves[2] == set(names)
    assert not halves[0] & halves[1]
    assert halves[0] == {n for n in names if half_of(n) == "dev"} != set()
    reading = next(read_pages(tmp_path, "all"))[1]
    assert reading.listing is not None
    assert reading.listing.price == Decimal("89.5")


def test_a_saved_page_is_unpacked_within_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    page = '<meta charset="big5"><h1>商品</h1>'.encode("big5")
    assert "商品" in saved_page(URL, page).text
    assert "商品" in saved_page(URL, gzip.compress(page)).text
    with pytest.raises(ExtractionError, match="expected a page packed by gzip"):
        saved_page(URL, gzip.compress(page)[:-12])
    monkeypatch.setattr(document, "MAX_BYTES", 1000)
    with pytest.raises(ExtractionError, match="at most 1,000 bytes"):
        saved_page(URL, gzip.compress(b" " * 1001))
