"""How long a site's word is believed that nothing has changed: 304, and dates in its sitemap."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.command import run
from tests.servers.nights import boots_shop, day, let_days_pass, sitemap_page, watching
from tests.servers.sweeping import outcomes, sweep
from tests.servers.tiny_shop import Answer, TinyShop, links_page, listing_page

GOODS = range(12)


@pytest.fixture
def shop() -> Iterator[TinyShop]:
    with boots_shop(len(GOODS)) as shop:
        yield shop


@pytest.fixture
def ready(workspace: Path) -> Path:
    return watching(workspace)


@pytest.fixture
def campaign(ready: Path, shop: TinyShop) -> Path:
    return write(ready, shop, full_look_share=0)


def write(workspace: Path, shop: TinyShop, **keys: float) -> Path:
    file = workspace / "campaign.toml"
    lines = "".join(f"{key} = {value}\n" for key, value in keys.items())
    file.write_text(f'name = "n"\nseeds = ["{shop.url}"]\n{lines}')
    return file


def change(shop: TinyShop, number: int = 3) -> None:
    shop.routes[f"/p/{number}"] = listing_page(f"Northgate boots {number}", price="9.90")


def told(report: Any) -> str:
    return "\n".join(warning["message"] for warning in report["warnings"])


@pytest.mark.long
def test_a_page_is_read_in_full_after_a_month_whatever_the_server_says(
    ready: Path, shop: TinyShop, campaign: Path
) -> None:
    shop.validators = shop.lies = True
    sweep(ready, str(campaign))
    change(shop)
    let_days_pass(ready, 29)
    hidden = sweep(ready, str(campaign))
    assert hidden["targets"] == {"unchanged": 13}
    let_days_pass(ready, 2)
    found = sweep(ready, str(campaign))
    assert outcomes(ready, found["sweep"])["p/3"][0] == "seen"
    warning = f"{shop.site} says of pages that changed that they did not (HTTP 304), as of"
    assert warning in told(found)
    assert f"{shop.url}/p/3" in told(found)


def test_what_a_site_said_is_not_believed_any_more_once_it_was_wrong(
    ready: Path, shop: TinyShop
) -> None:
    shop.validators = shop.lies = True
    campaign = str(write(ready, shop, full_look_share=1))
    sweep(ready, campaign)
    for number in GOODS:
        change(shop, number)
    let_days_pass(ready, 1)
    found = sweep(ready, campaign)
    assert found["targets"] == {"seen": 12, "unchanged": 1}
    assert told(found).count("HTTP 304") == 1
    write(ready, shop, full_look_share=0)
    shop.routes["/p/4"] = listing_page("Northgate boots 4", price="7.70")
    assert outcomes(ready, sweep(ready, campaign)["sweep"])["p/4"][0] == "seen"


@pytest.mark.long
def test_a_sample_is_read_in_full_each_night(ready: Path, shop: TinyShop) -> None:
    shop.validators = True
    campaign = str(write(ready, shop, full_look_share=0.5))
    goods = [f"/p/{n}" for n in range(60)]
    shop.routes |= {path: listing_page(f"Northgate boots {path}") for path in goods}
    shop.routes["/"] = links_page(*goods)
    sweep(ready, campaign)
    let_days_pass(ready, 1)
    before = shop.requests.copy()
    report = sweep(ready, campaign)
    assert report["targets"] == {"unchanged": 61}
    assert told(report) == ""
    twice = sum(shop.requests[path] - before[path] == 2 for path in goods)
    assert 15 <= twice <= 45  # of 60 by halves: outside once in 20,000 nights


@pytest.mark.long
def test_an_honest_304_is_no_matter_for_a_warning(ready: Path, shop: TinyShop) -> None:
    shop.validators = True
    campaign = str(write(ready, shop, full_look_share=1))
    sweep(ready, campaign)
    let_days_pass(ready, 40)
    assert told(sweep(ready, campaign)) == ""


@pytest.mark.parametrize("key", ["full_look_days", "full_look_share"])
def test_wrong_settings_are_refused(ready: Path, shop: TinyShop, key: str) -> None:
    file = write(ready, shop, **{key: -1})
    done = run("campaign", "check", file, workspace=ready, expect=2)
    assert key in done.err


# -- sitemaps -------------------------------------------------------------------------------
def with_sitemap(shop: TinyShop, **changed: str) -> None:
    """Serve a sitemap in which each page has a date of its own; ``p3="..."`` sets one."""
    pages = [(f"/p/{n}", changed.get(f"p{n}", day(5 + n))) for n in GOODS]
    shop.routes["/sitemap.xml"] = sitemap_page(shop, pages)


AHEAD = 4
"""Pages that are handed out before the sitemap has answered."""


def goods_asked(shop: TinyShop) -> int:
    return sum(count for path, count in shop.requests.items() if path.startswith("/p/"))


@pytest.mark.long
def test_a_page_that_its_sitemap_says_is_old_is_not_asked_for(
    ready: Path, shop: TinyShop, campaign: Path
) -> None:
    with_sitemap(shop)
    sweep(ready, str(campaign))
    asked = goods_asked(shop)
    second = sweep(ready, str(campaign))
    assert goods_asked(shop) - asked <= AHEAD
    assert second["targets"].keys() == {"unchanged", "skipped"}
    assert second["targets"]["skipped"] >= 12 - AHEAD
    assert (second["listings"], told(second)) == (12, "")
    state, reason = outcomes(ready, second["sweep"])["p/9"]
    assert (state, (reason or "")[:60]) == (
        "skipped", "rule: by its sitemap it has not changed since it was read on",
    )  # fmt: skip
    let_days_pass(ready, 31)
    asked = goods_asked(shop)
    sweep(ready, str(campaign))
    assert goods_asked(shop) == asked + 12


@pytest.mark.long
def test_a_page_with_a_newer_date_goes_first(ready: Path, shop: TinyShop) -> None:
    with_sitemap(shop)
    campaign = str(write(ready, shop, full_look_share=1))
    sweep(ready, campaign)
    let_days_pass(ready, 3)
    change(shop, 11)
    with_sitemap(shop, p11=day(1))
    second = sweep(ready, campaign, "--max-pages", "8", expect=3)
    assert outcomes(ready, second["sweep"])["p/11"][0] == "seen"


@pytest.mark.parametrize(
    "kind",
    [
        "same for all",
        *(
            pytest.param(kind, marks=pytest.mark.long)
            for kind in ("in the future", "none", "with validators")
        ),
    ],
)
def test_dates_that_say_nothing_are_not_used(
    ready: Path, shop: TinyShop, campaign: Path, kind: str
) -> None:
    with_sitemap(shop)
    if kind == "same for all":
        with_sitemap(shop, **{f"p{n}": "2026-01-02" for n in GOODS})
    elif kind == "in the future":
        with_sitemap(shop, p4=day(-9))
    elif kind == "none":
        with_sitemap(shop, **{f"p{n}": "" for n in GOODS})
    shop.validators = kind == "with validators"
    sweep(ready, str(campaign))
    second = sweep(ready, str(campaign))
    assert second["targets"] == {"unchanged": 14}


@pytest.mark.long
def test_a_sitemap_that_was_wrong_is_not_believed_any_more(ready: Path, shop: TinyShop) -> None:
    with_sitemap(shop)
    campaign = str(write(ready, shop, full_look_share=1))
    sweep(ready, campaign)
    let_days_pass(ready, 1)
    change(shop)
    found = sweep(ready, campaign)
    assert outcomes(ready, found["sweep"])["p/3"][0] == "seen"
    assert f"the dates of {shop.url}/sitemap.xml are not believed any more" in told(found)
    write(ready, shop, full_look_share=0)
    change(shop, 9)
    again = sweep(ready, campaign)
    assert outcomes(ready, again["sweep"])["p/9"][0] == "seen"
    assert "skipped" not in again["targets"]
    assert told(again) == ""


@pytest.mark.long
def test_a_sitemap_that_does_not_answer_vouches_for_nothing(
    ready: Path, shop: TinyShop, campaign: Path
) -> None:
    with_sitemap(shop)
    sweep(ready, str(campaign))
    shop.routes["/sitemap.xml"] = Answer("busy", status=503)
    change(shop, 9)
    assert outcomes(ready, sweep(ready, str(campaign))["sweep"])["p/9"][0] == "seen"
    with_sitemap(shop)
    assert sweep(ready, str(campaign))["targets"]["skipped"] >= 12 - AHEAD
    shop.routes["/sitemap.xml"] = sitemap_page(
        shop, [(f"/p/{n}", day(5 + n)) for n in GOODS if n != 9]
    )
    shop.routes["/p/9"] = listing_page("Northgate boots 9", price="5.50")
    assert outcomes(ready, sweep(ready, str(campaign))["sweep"])["p/9"][0] == "seen"
