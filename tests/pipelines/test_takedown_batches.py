from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from crawler.errors import InputError
from crawler.store.hits import StoredHit
from crawler.takedown import Notice
from pipelines.takedown.batches import (
    VALUES,
    Batch,
    load_platform,
    make_batches,
    platform_names,
)
from pipelines.takedown.kinds import DSA, NoticeKind, find_kind
from tests.pipelines.noticed import draft, hits_for
from tests.servers.stored_hits import MARK, a_hit, a_listing

US_TRADEMARK, DMCA = find_kind("us-trademark"), find_kind("dmca")
AMERICAN = replace(MARK, jurisdictions=("US",))


def noticed(
    urls: Sequence[str], kind: NoticeKind = US_TRADEMARK, language: str = "en"
) -> tuple[Notice, list[StoredHit]]:
    hits = [a_hit(right=AMERICAN, listing=a_listing(url=url)) for url in urls]
    return draft(kind, hits, language=language), hits


def rows(batch: Batch) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(batch.data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", platform_names())
def test_profile_is_sound(name: str) -> None:
    platform = load_platform(name)
    assert platform.source
    assert platform.rows is None or platform.rows > 0
    assert platform.languages
    names = [column.name for column in platform.columns]
    assert len(names) == len(set(names))
    for column in platform.columns:
        known = column.value in VALUES or column.value.startswith("given.")
        assert known != bool(column.text)
        assert (column.value == "listing.item") <= bool(column.pattern)
        re.compile(column.pattern)


def test_all_platforms_are_there() -> None:
    assert platform_names() == ["alibaba-ipp", "amazon", "ebay-vero", "etsy", "shopify"]
    assert [load_platform(name).rows for name in ("alibaba-ipp", "amazon")] == [300, 50]
    with pytest.raises(InputError, match="'nowhere'; expected one of: alibaba-ipp, amazon"):
        load_platform("nowhere")


@pytest.mark.parametrize(
    ("name", "url", "item"),
    [
        ("alibaba-ipp", "https://item.shop.example/item.htm?spm=1&id=612345678901", "612345678901"),
        ("alibaba-ipp", "https://www.shop.example/product-detail/Bag_1600123456789.html", None),
        ("amazon", "https://www.shop.example/Leather-Bag/dp/B0SAMPLE01?th=1", "B0SAMPLE01"),
        ("etsy", "https://www.shop.example/listing/1234567890/leather-bag", "1234567890"),
        ("ebay-vero", "https://www.shop.example/itm/leather-bag/123456789012", "123456789012"),
    ],
)
def test_item_is_read_from_the_address(name: str, url: str, item: str | None) -> None:
    given = {"reason_code": "9001"} if name == "ebay-vero" else {}
    (batch,) = make_batches(name, [noticed([url])], given)
    column = next(c.name for c in load_platform(name).columns if c.value == "listing.item")
    assert rows(batch)[0][column] == (item or "1600123456789")


def test_batches_hold_as_many_rows_as_the_platform_takes() -> None:
    urls = [f"https://shop.example/dp/B{n:09}" for n in range(120)]
    batches = make_batches("amazon", [noticed(urls)])
    assert [len(batch.rows) for batch in batches] == [50, 50, 20]
    assert [batch.name for batch in batches] == [f"amazon-{n:03}.csv" for n in (1, 2, 3)]
    assert [row["URL"] for batch in batches for row in rows(batch)] == urls
    assert [row.url for batch in batches for row in batch.rows] == urls
    assert batches == make_batches("amazon", [noticed(urls)])
    assert batches[0].data.startswith(b"\xef\xbb\xbfASIN,URL,")


def test_platform_without_a_known_limit_takes_all_at_once() -> None:
    urls = [f"https://shop.example/products/{n}" for n in range(400)]
    (batch,) = make_batches("shopify", [noticed(urls)])
    assert len(batch.rows) == 400


def test_each_right_has_batches_of_its_own() -> None:
    hits = hits_for(DSA)
    batches = make_batches("alibaba-ipp", [(draft(DSA, hits, language="zh-CN"), hits)])
    assert [[row["IPR type"] for row in rows(batch)] for batch in batches] == [
        ["商标", "商标"],
        ["作品"],
        ["地理标志"],
    ]


def test_everything_that_does_not_fit_is_named() -> None:
    long = replace(AMERICAN, name="Aurelio " * 10)
    hits = [a_hit(right=long, listing=a_listing(url="https://shop.example/store/bags"))]
    with pytest.raises(InputError) as refused:
        make_batches("ebay-vero", [(draft(US_TRADEMARK, hits, language="zh-CN"), hits)], {"x": "1"})
    told = str(refused.value)
    assert "no value 'x' can be given" in told
    assert "reason_code" in told
    assert "n-0001 is in zh-CN; ebay-vero takes en" in told
    assert "https://shop.example/store/bags: the column 'itemId' would be empty" in told
    assert "'brand' has 80 characters, the platform takes 50" in told


def test_address_of_a_whole_shop_is_refused() -> None:
    with pytest.raises(InputError, match=r"does not take 'https://shop\.example/' as 'Page URL'"):
        make_batches("shopify", [noticed(["https://shop.example/"])])
    assert make_batches("shopify", [noticed(["https://shop.example/products/bag"])])


def test_right_that_a_platform_does_not_take_is_refused() -> None:
    hits = hits_for(DMCA)
    with pytest.raises(InputError, match="n-0001 is about a copyright work, which shopify"):
        make_batches("shopify", [(draft(DMCA, hits), hits)])


def test_cells_are_cut_only_where_the_profile_says_so_and_are_no_formulas() -> None:
    listing = a_listing(url="https://shop.example/dp/B000000001", title="=cmd()")
    finding = a_hit().hit.findings[0]
    many = tuple(replace(finding, text=f"Aurelio {n}" * 9) for n in range(40))
    hits = [a_hit(right=replace(AMERICAN, name="=Aurelio"), listing=listing, findings=many)]
    (batch,) = make_batches("amazon", [(draft(US_TRADEMARK, hits), hits)])
    (row,) = rows(batch)
    assert len(row["Explanation"]) == 1000
    assert row["Explanation"].endswith("…")
    assert row["Brand or title"] == "'=Aurelio"
