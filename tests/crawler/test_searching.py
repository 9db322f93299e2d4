from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from parsel import Selector

from crawler.campaign import Campaign, Search
from crawler.model import Right
from crawler.queries import queries_of
from crawler.searching import find_open_search, find_search, parse_open_search, search_url

URL = "https://corner.example/start"
PLACE = "{search_term_string}"
ACTION = """<script type="application/ld+json">{"@type": "WebSite", "potentialAction": {"@type":
"SearchAction", "target": %s, "query-input": "required name=search_term_string"}}</script>"""
ENTRY = (
    '{"@type": "EntryPoint", "urlTemplate": "https://corner.example/find?w={search_term_string}"}'
)
MICRODATA = """<div itemscope itemtype="https://schema.org/SearchAction">
<meta itemprop="target" content="/find?w={term}&kind={kind?}"></div>"""


def searched(html: str) -> str | None:
    return find_search(Selector(text=f"<body>{html}</body>", type="html"), URL)


@pytest.mark.parametrize(
    ("html", "path"),
    [
        (ACTION % '"/find?w={search_term_string}"', "/find?w="),
        (ACTION % ENTRY, "/find?w="),
        (ACTION % f"[{ENTRY}]", "/find?w="),
        (MICRODATA, "/find?w="),
        ('<form action="/s"><input name="q"></form>', "/s?q="),
        ('<form><input type="search" name="find"><input type="submit"></form>', "/start?find="),
        ('<form action="/index.php?x=1" method="GET"><input type="hidden" name="main_page"'
         ' value="search"><input type="hidden" name="csrf_token" value="9"><input type="text"'
         ' name="keyword"></form>', "/index.php?main_page=search&keyword="),
        ('<form action="/sousuo"><input name="nr" placeholder="搜索商品"></form>', "/sousuo?nr="),
    ],
)  # fmt: skip
def test_where_a_site_is_searched(html: str, path: str) -> None:
    found = searched(html)
    assert found is not None
    assert found.replace("&kind=", "") == f"https://corner.example{path}{PLACE}"


@pytest.mark.parametrize(
    "html",
    [
        '<form action="/s" method="post"><input name="q"></form>',
        '<form action="/login"><input name="user"></form>',
        '<form action="/newsletter"><input name="q" placeholder="e-mail"></form>',
        '<form action="/s"><input name="q"><input name="city"></form>',
        '<form action="https://other.example/s"><input name="q"></form>',
        ACTION % '"/find"',
        "",
    ],
)
def test_what_is_no_search_of_the_site(html: str) -> None:
    assert searched(html) is None


def test_open_search() -> None:
    page = Selector(text='<link rel="search" href="/os.xml">', type="html")
    assert find_open_search(page, URL) == "https://corner.example/os.xml"
    body = (
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">'
        '<Url type="application/x-suggestions+json" template="/no?q={searchTerms}"/>'
        '<Url type="text/html" template="/s?q={searchTerms}&amp;p={startPage?}"/>'
        "</OpenSearchDescription>"
    )
    found = parse_open_search(body.encode(), URL)
    assert found == f"https://corner.example/s?q={PLACE}&p=1"
    assert parse_open_search(b"<html>", URL) is None


def test_words_are_escaped() -> None:
    asked = search_url(f"https://corner.example/s?q={PLACE}", "奥雷 & co")
    assert asked == "https://corner.example/s?q=%E5%A5%A5%E9%9B%B7+%26+co"


def test_names_come_before_variants_and_what_is_left_out_is_counted() -> None:
    def right(number: int, name: str, **more: Any) -> Right:
        return Right(id=f"TM-{number}", kind="trademark", name=name, **more)

    rights = [
        right(1, "Aurelio", variants=("奥雷利奥", "AURELIO")),
        right(2, "Nordwind"),
        right(3, "Gone", status="cancelled"),
        right(4, "X"),
    ]
    search = Search(mode="marks", words=("cheap  bags",), max_queries_per_site=3)
    plan = Campaign(name="n", seeds=("https://corner.example/",), search=search)
    queries = queries_of(plan, rights, date(2026, 11, 30))
    assert queries.words == ("cheap bags", "Aurelio", "Nordwind")
    assert queries.left_out == 1
