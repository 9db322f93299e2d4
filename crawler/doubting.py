"""Whether a page that changed contradicts what its site says; asked once more before it is told."""

from __future__ import annotations

from collections.abc import Mapping

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.book import Targets
from crawler.errors import ExtractionError, SkipError
from crawler.reading import ReadPage
from crawler.revisits import Revisits
from crawler.robots import UNREACHABLE
from crawler.sitemaps import parse_sitemap
from crawler.sites import site_of
from crawler.store.visits import Visit


async def tell_doubts(
    crawler: Crawler, targets: Targets, page: ReadPage, response: Response
) -> None:
    """Warn when something else stands on a page although its site says that nothing changed."""
    revisits, target = targets.revisits, response.meta["target"]
    if revisits is None or response.status != 200:
        return
    visit = revisits.changed(target, page)
    if visit is None:
        return
    if visit.kind == "listing":
        await _doubt_dates(crawler, targets, revisits, visit)
    # said before the answer in full and after it, see ``crawler.conditional``
    if response.meta.get("contradicted") and (told := revisits.belief.changed_after_304(visit)):
        targets.warn(target, told)


async def _doubt_dates(
    crawler: Crawler, targets: Targets, revisits: Revisits, visit: Visit
) -> None:
    """Ask a sitemap once more: the page may have changed after it was sent."""
    word = revisits.belief.unchanged_by(visit)
    if word is None or not revisits.belief.may_ask_again(word[0]):
        return
    sitemap = word[0]
    dates = await _dates_now(crawler, sitemap)
    if dates is None:
        return
    told = revisits.belief.changed_against_dates(visit, sitemap, dates.get(visit.url, ""))
    if told is not None:
        targets.warn(visit.url, told)
    else:
        targets.learn_dates(sitemap, visit.site, dates)


async def _dates_now(crawler: Crawler, sitemap: str) -> Mapping[str, str] | None:
    """Return URL -> lastmod as a sitemap says now; None when it cannot be had."""
    assert crawler.engine is not None
    request = Request(sitemap, callback=NO_CALLBACK, meta={"render": False})
    try:
        response = await crawler.engine.download_async(request)
        if response.status != 200 or site_of(response.url) != site_of(sitemap):
            return None
        entries = parse_sitemap(response.body, response.url).entries
    except (SkipError, IgnoreRequest, ExtractionError, *UNREACHABLE):
        return None
    return {entry.url: entry.lastmod or "" for entry in entries}
