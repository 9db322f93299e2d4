"""Nights on which an interface fails, and the next ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.servers.command import run
from tests.servers.program_shop import goods
from tests.servers.shop_programs import ShopifyLike
from tests.servers.sweeping import outcomes, read_no_words
from tests.servers.tiny_shop import Answer

FIRST = "products.json?limit=250&page=1"
COUNT = 12


@pytest.fixture
def campaign(workspace: Path) -> Path:
    read_no_words(workspace)
    return workspace / "campaign.toml"


def night(campaign: Path, shop: ShopifyLike) -> Mapping[str, Any]:
    campaign.write_text(
        f'name = "n"\nseeds = ["{shop.url}"]\nallow_private = true\n'
        "[limits]\npictures_per_listing = 0\n[politeness]\ndelay = 0.0\n"
    )
    done: Mapping[str, Any] = run("sweep", campaign, "--json", workspace=campaign.parent).json
    return done


def told(report: Mapping[str, Any]) -> str:
    """Return what is warned of interfaces and catalogues; there are neither rights nor pictures."""
    messages = [warning["message"] for warning in report["warnings"]]
    return "\n".join(m for m in messages if "interface" in m or "listings that" in m)


@pytest.mark.parametrize("status", [500, pytest.param(429, marks=pytest.mark.long)])
def test_an_interface_that_failed_is_asked_in_full_the_next_night(
    campaign: Path, status: int
) -> None:
    with ShopifyLike(goods(COUNT)) as shop:
        shop.validators = True
        assert night(campaign, shop)["listings"] == COUNT
        shop.closed = Answer("busy", status=status)
        bad = night(campaign, shop)
        assert f"{COUNT} listings that it told of last time are looked for at their pages" in told(
            bad
        )
        assert bad["listings"] == COUNT
        shop.closed = None
        before = shop.requests["/products.json?limit=250&page=1"]
        good = night(campaign, shop)
    assert shop.requests["/products.json?limit=250&page=1"] > before
    state, reason = outcomes(campaign.parent, good["sweep"])[FIRST]
    assert (state, reason) == ("seen", f"catalogue of {COUNT} listings")
    assert good["listings"] == COUNT
    assert told(good) == ""


@pytest.mark.long
def test_an_interface_that_does_not_answer_is_told(campaign: Path) -> None:
    with ShopifyLike(goods(COUNT)) as shop:
        night(campaign, shop)
        shop.closed = Answer(status=0)
        bad = night(campaign, shop)
        assert "the shopify interface does not answer" in told(bad)
        assert f"{COUNT} listings that it told of last time are looked for at their pages" in told(
            bad
        )
        assert bad["listings"] == COUNT
        shop.closed = None
        assert outcomes(campaign.parent, night(campaign, shop)["sweep"])[FIRST][0] == "seen"


def test_an_interface_is_asked_with_its_headers_on_every_night(campaign: Path) -> None:
    class Picky(ShopifyLike):
        """Tells its goods to who asks for JSON alone, as some programs do."""

        def answer_to(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
            if path.startswith("/products.json") and headers.get("Accept") != "application/json":
                return Answer("<h1>Our goods</h1>")
            return self.answer(path, body)

    with Picky(goods(COUNT)) as shop:
        for _ in range(2):
            report = night(campaign, shop)
            assert (report["listings"], told(report)) == (COUNT, "")
