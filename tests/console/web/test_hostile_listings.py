"""Listings, sellers and rights that were made to break the page: all of it is text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from starlette.testclient import TestClient

from crawler.workspace import make_workspace
from tests.servers.console import signed_in
from tests.servers.hostile_listings import fill_hostile

TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
UNSEEN = "\x00\x07\x1b\u200b\ufeff\u00ad\u3164"
ALLOWED = ("/", "#", "?", "https://shop.example")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, list[str]]]:
    workspace = make_workspace(tmp_path_factory.mktemp("hostile") / "w")
    hits = fill_hostile(workspace)
    with signed_in(workspace) as client:
        yield client, hits


def documents(client: TestClient, hits: list[str]) -> Iterator[tuple[str, str, Any]]:
    for hit in hits:
        answer = client.get(f"/hits/{hit}")
        assert answer.status_code == 200, answer.text
        doc = BeautifulSoup(answer.text, "lxml")
        yield hit, answer.text, doc
        (seller,) = doc.select(".hit-facts a[href^='/sellers/']")
        answer = client.get(str(seller["href"]))
        assert answer.status_code == 200, answer.text
        yield hit, answer.text, BeautifulSoup(answer.text, "lxml")


def test_nothing_of_them_becomes_markup(pages: tuple[TestClient, list[str]]) -> None:
    for hit, text, doc in documents(*pages):
        assert all(script["src"].startswith("/static/") for script in doc.select("script")), hit
        assert doc.select("iframe, object, embed, style, base, meta[http-equiv]") == [], hit
        assert all(
            image["src"].startswith(("/static/", "/pictures/")) for image in doc.select("img")
        )
        for tag in doc.find_all(True):
            for name, value in tag.attrs.items():
                assert not name.startswith("on"), (hit, name)
                assert name != "style", hit
                if name in {"href", "src", "action", "formaction"}:
                    assert str(value).startswith(ALLOWED), (hit, value)
        assert not set(TURNING + UNSEEN) & set(text), hit


def test_no_page_grows_with_what_a_seller_writes(pages: tuple[TestClient, list[str]]) -> None:
    for hit, text, doc in documents(*pages):
        assert len(text) < 120_000, (hit, len(text))
        assert max(len(found.get_text()) for found in doc.select("h1, h2")) < 6_000, hit
