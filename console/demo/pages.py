"""The sample shop's pages, as text; nothing here knows of HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console.demo.catalogue import Catalogue, Offer

PER_PAGE = 12
TRACKED = "utm_source=home&utm_campaign=autumn"
"""Tracking parameters that some links carry; they change nothing."""

CATEGORIES: Mapping[str, tuple[str, str]] = {
    "bags": ("Bags", "箱包"),
    "fashion": ("Fashion", "服饰"),
    "outdoor": ("Outdoor", "户外"),
    "watches": ("Watches", "钟表"),
    "audio": ("Audio", "影音数码"),
    "tea": ("Tea", "茶与茶具"),
    "food": ("Food", "食品生鲜"),
    "art": ("Art & books", "书画图书"),
    "home": ("Home", "家居"),
}
"""Slug -> name in English and in Chinese."""

_SORTS = {"price-asc": (lambda o: o.price, False), "price-desc": (lambda o: o.price, True)}

ROBOTS = """User-agent: *
Disallow: /cart
Disallow: /admin
Disallow: /private/
"""


class Pages:
    """Renders the shop at ``base`` (without a slash at the end)."""

    def __init__(self, catalogue: Catalogue, base: str) -> None:
        self._catalogue = catalogue
        self._shown = [o for o in catalogue.listing if o.fault != "private"]
        self._private = [o for o in catalogue.listing if o.fault == "private"]
        self._jinja = Environment(
            loader=FileSystemLoader(Path(__file__).with_name("templates")),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.globals.update(base=base, categories=CATEGORIES, tracked=TRACKED)

    def render(self, template: str, **values: object) -> str:
        """Render one template of ``templates/``."""
        return self._jinja.get_template(template).render(**values)

    def home(self) -> str:
        """Return the front page; its links carry tracking parameters."""
        picks = ("roma-tote", "kelvaron-meridian", "cranes-print", "celadora-liuyan")
        picked = [o for slug in picks for o in self._shown if o.id == slug]
        fresh = [o for o in self._shown if o.id not in picks][:8]
        return self.render("home.html", picked=picked, fresh=fresh)

    def product(self, offer: Offer) -> str:
        """Return the page of one offer, in its own markup style."""
        alike = [o for o in self._shown if o.category == offer.category and o != offer][:4]
        vendor = self._catalogue.vendor(offer)
        return self.render("product.html", offer=offer, vendor=vendor, alike=alike)

    def offers_of(self, category: str | None = None, seller: str | None = None) -> list[Offer]:
        """Return the public offers of a category or a seller, in the catalogue's order."""
        return [
            o for o in self._shown if category in (None, o.category) and seller in (None, o.seller)
        ]

    def private(self) -> str:
        """Return the list that robots.txt closes."""
        return self._list(self._private, "Clearance", "内部清仓", "/private/clearance", 1, None)

    def shelf(
        self,
        offers: Sequence[Offer],
        names: tuple[str, str],
        path: str,
        page: int,
        sort: str | None,
    ) -> str | None:
        """Return page ``page`` (from 1) of a list, or None when there is no such page."""
        if sort in _SORTS:
            key, down = _SORTS[sort]
            offers = sorted(offers, key=key, reverse=down)
        if not 1 <= page <= -(-len(offers) // PER_PAGE):
            return None
        return self._list(offers, *names, path, page, sort)

    def _list(
        self, offers: Sequence[Offer], name: str, zh: str, path: str, page: int, sort: str | None
    ) -> str:
        return self.render(
            "list.html",
            name=name,
            zh=zh,
            path=path,
            page=page,
            pages=-(-len(offers) // PER_PAGE),
            total=len(offers),
            sort=sort,
            shown=offers[(page - 1) * PER_PAGE : page * PER_PAGE],
        )
