"""Catalogues read by the interface of a shop program, over HTTP, without pipelines."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.servers.crawl import crawl
from tests.servers.program_shop import Good, ProgramShop, goods
from tests.servers.shop_programs import DokanLike, MagentoLike, ShopifyLike, VendureLike, WooLike
from tests.servers.tiny_shop import Answer


def found_in(shop: ProgramShop) -> dict[str, dict[str, Any]]:
    items = crawl(shop.url, DOWNLOAD_DELAY="0")
    by_url = {item["url"].removeprefix(shop.url): item for item in items}
    assert len(by_url) == len(items), "a listing came twice"
    return by_url


@pytest.mark.parametrize("program", [ShopifyLike, WooLike, DokanLike, MagentoLike, VendureLike])
def test_everything_is_found_once(program: type[ProgramShop]) -> None:
    offered = goods(330)
    with program(offered) as shop:
        found = found_in(shop)
        assert set(found) == {shop.path_of(good) for good in offered}
        print(program, sum(shop.requests.values()), shop.requests.most_common(3))
