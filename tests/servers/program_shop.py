"""Shops that answer as well-known shop programs do, with invented goods: one base, small programs.

Each has a front, lists of its goods, a page for each, and an interface, which ``closed`` shuts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers.tiny_shop import Answer, TinyShop, listing_page

LIST_SIZE = 65


@dataclass(frozen=True, kw_only=True, slots=True)
class Good:
    """One thing on offer."""

    number: int
    vendor: int = 0
    listed: bool = True
    """Whether the interface lists it."""

    @property
    def slug(self) -> str:
        return f"kettle-{self.number}"

    @property
    def title(self) -> str:
        return f"Harwick kettle no. {self.number}"

    @property
    def cents(self) -> int:
        return 1000 + self.number


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A request to an interface."""

    path: str
    query: Mapping[str, str]
    posted: Any
    """JSON; None for a GET."""


def goods(count: int) -> list[Good]:
    return [Good(number=number, vendor=number % 3) for number in range(1, count + 1)]


def as_json(data: object, **headers: str) -> Answer:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(json.dumps(data), headers={"Content-Type": "application/json", **names})


class ProgramShop(TinyShop):
    """A shop without an interface; programs add theirs by ``api``."""

    head = ""
    """What the program writes into each page's head."""
    folder = "/product/"
    shell = False
    """Whether scripts make its pages."""

    def __init__(
        self,
        offered: Sequence[Good],
        *,
        closed: Answer | None = None,
        routes: Mapping[str, Answer | Callable[[], Answer]] | None = None,
        sitemap: Sequence[Good] = (),
    ) -> None:
        super().__init__(routes or {})
        self.offered = list(offered)
        self.closed = closed
        if sitemap:
            self.routes["/sitemap.xml"] = self.sitemap_of(sitemap)

    @property
    def listed(self) -> list[Good]:
        return [good for good in self.offered if good.listed]

    def path_of(self, good: Good) -> str:
        return f"{self.folder}{good.slug}"

    def sitemap_of(self, named: Sequence[Good]) -> Answer:
        """Return a sitemap under a wrong host, as shops have it that were never told theirs."""
        urls = (
            f"<url><loc>http://example.com{self.path_of(good)}</loc>"
            "<lastmod>2026-11-20</lastmod></url>"
            for good in named
        )
        body = (
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(urls)}</urlset>'
        )
        return Answer(body, headers={"Content-Type": "application/xml"})

    def api(self, asked: Asked) -> Answer | None:
        """Return what the interface answers; None when the path is not its."""
        raise NotImplementedError

    def answer(self, path: str, body: bytes) -> Answer:
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        posted = json.loads(body) if body else None
        found = self.api(Asked(path=parts.path, query=query, posted=posted))
        if found is not None:
            return self.closed or found
        if path in self.routes:
            return super().answer(path, body)
        if self.shell and parts.path != "/robots.txt":
            return Answer(
                f'<html><head>{self.head}</head><body><div id="root"></div></body></html>'
            )
        if parts.path == "/":
            return self.page('<a href="/category/kettles">Kettles</a>')
        if parts.path == "/category/kettles":
            return self.list_page(int(query.get("page", "1")))
        for good in self.offered:
            if parts.path == self.path_of(good):
                return self.product_page(good)
        return Answer("not found", status=404)

    def product_page(self, good: Good) -> Answer:
        return listing_page(good.title, price=f"{good.cents / 100:.2f}")

    def list_page(self, number: int) -> Answer:
        """Return a page of the list of everything, what the interface does not list too."""
        part = self.offered[(number - 1) * LIST_SIZE : number * LIST_SIZE]
        links = "".join(f'<li><a href="{self.path_of(g)}">{g.title}</a></li>' for g in part)
        more = f'<a rel="next" href="/category/kettles?page={number + 1}">Next</a>'
        return self.page(
            f"<ul>{links}</ul>{more if number * LIST_SIZE < len(self.offered) else ''}"
        )

    def page(self, body: str) -> Answer:
        return Answer(
            f'<html lang="en"><head><title>Kettles</title>{self.head}</head>'
            f"<body><h1>All our kettles</h1>{body}</body></html>"
        )
