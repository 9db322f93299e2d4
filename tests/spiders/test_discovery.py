"""Where listings are named besides links, over HTTP: sitemaps, feeds, a site's own search."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from tests.servers.command import run
from tests.servers.crawl import crawl
from tests.servers.sweeping import outcomes, sweep, take_in
from tests.servers.tiny_shop import Answer, TinyShop, links_page, listing_page

XML = {"Content-Type": "application/xml"}
SCHEMA = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def urlset(*locations: str) -> str:
    return (
        f"<urlset {SCHEMA}>"
        + "".join(f"<url><loc>{u}</loc></url>" for u in locations)
        + "</urlset>"
    )


def titles(items: list[dict[str, Any]]) -> list[str]:
    return sorted(item["title"] for item in items)


def test_sitemaps_that_robots_names_under_a_wrong_host() -> None:
    index = (
        f"<sitemapindex {SCHEMA}><sitemap><loc>https://example.com/maps/goods.xml.gz</loc></sitemap>"
        "<sitemap><loc>https://example.com/maps/none.xml</loc></sitemap></sitemapindex>"
    )
    routes = {
        "/robots.txt": Answer("User-agent: *\nSitemap: https://example.com/maps/index.xml\n"),
        "/": links_page("/about"),
        "/about": links_page("/"),
        "/maps/index.xml": Answer(index, headers=XML),
        "/maps/goods.xml.gz": Answer(
            gzip.compress(urlset("http://example.com/p/1", "https://example.com/p/2").encode()),
            headers={"Content-Type": "application/x-gzip"},
        ),
        "/p/1": listing_page("Kettle 1"),
        "/p/2": listing_page("Kettle 2"),
    }
    with TinyShop(routes) as shop:
        assert titles(crawl(shop.url)) == ["Kettle 1", "Kettle 2"]
        assert not shop.guesses, "robots.txt named a sitemap"
        assert set(shop.requests.values()) == {1}


def test_the_usual_sitemap_and_a_feed_of_goods() -> None:
    goods = [f"/p/{number}" for number in range(1, 13)]
    items = "".join(
        f"<item><g:id>{path}</g:id><title>Kettle {path[3:]}</title>"
        f"<link>http://example.com{path}</link><g:price>19.90 EUR</g:price></item>"
        for path in goods[:11]
    )
    feed = f'<rss xmlns:g="http://base.google.com/ns/1.0"><channel>{items}</channel></rss>'
    link = '<link rel="alternate" type="application/rss+xml" href="/goods.rss">'
    routes = {
        "/": Answer(f"<html><head>{link}</head><h1>Shop</h1></html>"),
        "/sitemap.xml": Answer(urlset(*goods), headers=XML),
        "/goods.rss": Answer(feed, headers={"Content-Type": "application/rss+xml"}),
        **{path: listing_page(f"Kettle {path[3:]}") for path in goods},
    }
    with TinyShop(routes) as shop:
        assert titles(crawl(shop.url)) == sorted(f"Kettle {path[3:]}" for path in goods)
        pages = sum(count for path, count in shop.requests.items() if path in goods)
        assert pages <= 4, "the feed told all but one; a few may be under way before it is read"


class SearchedShop(TinyShop):
    """A marketplace whose listings only its search shows, two a page."""

    goods = [f"Aurelio bag {n}" for n in range(1, 10)] + ["奥雷利奥 bag", "Plain bag"]

    def answer(self, path: str, body: bytes) -> Answer:
        place, _, query = path.partition("?")
        if place == "/find":
            asked = dict(pair.split("=") for pair in query.split("&"))
            words = asked["q"].replace("+", " ")
            word = "奥雷利奥" if words.startswith("%") else words
            found = [n for n, title in enumerate(self.goods) if word in title]
            page = int(asked.get("page", "1"))
            links = "".join(
                f'<li><a href="/item/{n}">x</a></li>' for n in found[page * 2 - 2 : page * 2]
            )
            more = f'<a rel="next" href="/find?q={asked["q"]}&page={page + 1}">next</a>'
            return Answer(f"<html><ul>{links}</ul>{more if page * 2 < len(found) else ''}</html>")
        if place.startswith("/item/"):
            return listing_page(self.goods[int(place[6:])])
        return super().answer(path, body)


FORM = Answer(
    '<html><h1>Market</h1><form action="/find"><input type="search" name="q"></form></html>'
)


def plan(folder: Path, *seeds: str, words: str = "", mode: str = "marks") -> str:
    file = folder / "market.toml"
    file.write_text(
        f'name = "market"\nseeds = {json.dumps(seeds)}\n'
        f'[search]\nmode = "{mode}"\nmax_pages_per_query = 3\nwords = [{words}]\n'
    )
    return str(file)


def test_a_marketplace_is_searched_for_marks_and_their_variants(
    workspace: Path, tmp_path: Path
) -> None:
    take_in(
        workspace,
        {"id": "TM-1", "kind": "trademark", "name": "Aurelio", "variants": ["奥雷利奥"]},
        {"id": "TM-2", "kind": "trademark", "name": "Nordwind", "status": "cancelled"},
    )
    with SearchedShop({"/": FORM}) as shop:
        campaign = plan(tmp_path, shop.url)
        report = sweep(workspace, campaign)
        searches = {path: n for path, n in shop.requests.items() if path.startswith("/find")}
    titles = {item["title"] for item in run("listings", "--json", workspace=workspace).lines}
    assert titles == {*SearchedShop.goods[:6], "奥雷利奥 bag"}
    assert set(searches) == {
        "/find?q=%E5%A5%A5%E9%9B%B7%E5%88%A9%E5%A5%A5",
        "/find?q=Aurelio",
        "/find?page=2&q=Aurelio",
        "/find?page=3&q=Aurelio",
    }
    assert set(searches.values()) == {1}
    assert not [w for w in report["warnings"] if "search" in w["message"]]
    shown = run("campaign", "check", campaign, workspace=workspace).out
    assert "Search: 2 queries a site, 3 pages of results each" in shown
    assert "  Aurelio\n  奥雷利奥" in shown


def test_of_a_site_that_is_only_searched_nothing_else_is_followed(
    workspace: Path, tmp_path: Path
) -> None:
    take_in(workspace, {"id": "TM-1", "kind": "trademark", "name": "奥雷利奥"})
    menu = '<nav><a href="/list/1">All</a></nav><a href="/item/10">Plain bag</a>'
    front = Answer(f'<html>{menu}<form action="/find"><input type="search" name="q"></form></html>')
    routes = {"/": front, "/sitemap.xml": Answer(urlset("/item/1"), headers=XML)}
    with SearchedShop(routes) as shop:
        report = sweep(workspace, plan(tmp_path, shop.url, mode="only"))
        asked = {path for path in shop.requests if path != "/robots.txt"}
    assert asked == {"/", "/find?q=%E5%A5%A5%E9%9B%B7%E5%88%A9%E5%A5%A5", "/item/9"}
    assert report["targets"] == {"seen": 3}
    assert (report["listings"], report["warnings"]) == (1, [])


def test_a_site_that_is_only_searched_and_for_nothing_says_so(
    workspace: Path, tmp_path: Path
) -> None:
    with SearchedShop({"/": FORM}) as shop:
        report = sweep(workspace, plan(tmp_path, shop.url, mode="only"))
    told = {warning["message"] for warning in report["warnings"]}
    assert f"{shop.site} is not searched: there is no right in force to search for" in told


def test_why_a_site_is_not_searched_is_told(workspace: Path, tmp_path: Path) -> None:
    take_in(workspace, {"id": "TM-1", "kind": "trademark", "name": "Aurelio"})
    robots = Answer("User-agent: *\nDisallow: /find\n")
    with (
        TinyShop({"/": listing_page("Bag")}) as formless,
        SearchedShop({"/": FORM, "/robots.txt": robots}) as closed,
    ):
        report = sweep(workspace, plan(tmp_path, formless.url, closed.url))
        assert not [path for path in closed.requests if path.startswith("/find")]
    told = {w["message"] for w in report["warnings"] if "searched" in w["message"]}
    assert told == {
        f"{formless.site} is not searched: no search form was found",
        f"{closed.site} is not searched: robots.txt forbids it",
    }
    assert outcomes(workspace, report["sweep"])[""][0] == "seen"
