"""What the tests of several nights share: time that passes between two sweeps."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.servers.sweeping import take_in
from tests.servers.tiny_shop import Answer, Route, TinyShop, links_page, listing_page


def boots_shop(count: int) -> TinyShop:
    """Return a shop of so many boots of a watched mark, at ``/p/0`` and so on."""
    numbers = range(count)
    routes: dict[str, Route] = {"/": links_page(*(f"/p/{n}" for n in numbers))}
    return TinyShop(routes | {f"/p/{n}": listing_page(f"Northgate boots {n}") for n in numbers})


def watching(workspace: Path) -> Path:
    """Let a workspace watch that mark."""
    take_in(workspace, {"id": "TM-1", "kind": "trademark", "name": "Northgate"})
    return workspace


def let_days_pass(workspace: Path, days: float) -> None:
    """Make all that is remembered older."""
    with closing(sqlite3.connect(workspace / "markhound.db")) as db, db:
        for column in ("seen_at", "read_at", "first_at", "gone_at", "looked_at", "missed_at"):
            db.execute(
                f"UPDATE visits SET {column} = strftime('%Y-%m-%dT%H:%M:%f000Z', {column}, ?)"
                f" WHERE {column} != ''",
                [f"-{days} days"],
            )


def day(days_ago: float) -> str:
    return f"{datetime.now(UTC) - timedelta(days=days_ago):%Y-%m-%dT%H:%M:%SZ}"


def sitemap_page(shop: TinyShop, pages: Sequence[tuple[str, str]]) -> Answer:
    """Return a sitemap of (path, lastmod)."""
    urls = "".join(
        f"<url><loc>{shop.url}{path}</loc><lastmod>{lastmod}</lastmod></url>"
        for path, lastmod in pages
    )
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    return Answer(body, headers={"Content-Type": "application/xml"})
