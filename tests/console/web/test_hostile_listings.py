"""Listings, sellers and rights that were made to break the page: all of it is text."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from bs4 import BeautifulSoup

from crawler.workspace import make_workspace
from tests.servers.console import signed_in
from tests.servers.hostile_listings import fill_hostile

TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
UNSEEN = "\x00\x07\x1b\u200b\ufeff\u00ad\u3164"
ALLOWED = ("/", "#", "?", "https://shop.example")


@dataclass(frozen=True)
class Shown:
    """A page as it was sent."""

    path: str
    text: str
    doc: BeautifulSoup


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Shown]:
    """Return the page of every hostile hit, and of the seller that its card leads to."""
    workspace = make_workspace(tmp_path_factory.mktemp("hostile") / "w")
    paths = [f"/hits/{hit}" for hit in fill_hostile(workspace)]
    shown: dict[str, Shown] = {}
    with signed_in(workspace) as client:
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, answer.text
            doc = BeautifulSoup(answer.text, "lxml")
            shown[path] = Shown(path, answer.text, doc)
            sellers = [str(a["href"]) for a in doc.select(".hit-facts a[href^='/sellers/']")]
            paths += [path for path in sellers if path not in paths]
    assert len(shown) > 20
    return list(shown.values())


def test_nothing_of_them_becomes_markup(pages: list[Shown]) -> None:
    for shown in pages:
        doc = shown.doc
        scripts, images = doc.select("script"), doc.select("img")
        assert all(str(one["src"]).startswith("/static/") for one in scripts), shown.path
        assert doc.select("iframe, object, embed, style, base, meta[http-equiv]") == [], shown.path
        assert all(str(one["src"]).startswith(("/static/", "/pictures/")) for one in images)
        for tag in doc.find_all(True):
            for name, value in tag.attrs.items():
                assert not name.startswith("on"), (shown.path, name)
                assert name != "style", shown.path
                if name in {"href", "src", "action", "formaction"}:
                    assert str(value).startswith(ALLOWED), (shown.path, value)
        assert not set(TURNING + UNSEEN) & set(shown.text), shown.path


def test_no_page_grows_with_what_a_seller_writes(pages: list[Shown]) -> None:
    for shown in pages:
        assert len(shown.text) < 120_000, (shown.path, len(shown.text))
        heads = shown.doc.select("h1, h2")
        assert max(len(found.get_text()) for found in heads) < 6_000, shown.path
