"""What is asked once more before a site, or a sitemap, is told to have been wrong."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response, TextResponse
from sqlite_utils import Database

from crawler.belief import BY_LASTMOD, MOST_ASKED, Belief
from crawler.book import Targets
from crawler.conditional import ANSWER, CONTRADICTED, IN_FULL, RevisitMiddleware
from crawler.doubting import tell_doubts
from crawler.failures import UnchangedError
from crawler.model import FileLink, Listing
from crawler.reading import ReadPage
from crawler.revisits import Revisits, words_digest
from crawler.store.database import open_store, timestamp
from crawler.store.visits import StoredVisits, Visit, Visits, record_visits

SITE = "shop.example"
URL = f"https://{SITE}/p/1"
SITEMAP = f"https://{SITE}/sitemap.xml"
NOW = datetime.now(UTC)
OLD, NEW = (f"{NOW - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" for days in (60, 1))


def known(**told: Any) -> Visit:
    told = {"kind": "listing", "listing": "before", "body": "b", "etag": '"1"', **told}
    at = timestamp(NOW - timedelta(days=40))
    return Visit(url=URL, site=SITE, plan="p", seen_at=at, read_at=at, looked_at=at, **told)


class Stored(StoredVisits):
    """Holds one visit, and what the sitemap said when it was asked first."""

    def __init__(self, db: Database, visit: Visit) -> None:
        super().__init__(db)
        self._visit = visit

    def find(self, url: str) -> Visit | None:
        return self._visit if url == URL else None

    def find_lastmod(self, url: str, sweep: str) -> tuple[str, str] | None:  # noqa: ARG002 (the store's signature)
        return (SITEMAP, OLD)


def targets_with(tmp_path: Any, visit: Visit) -> Targets:
    stored = Stored(open_store(tmp_path / "a.db"), visit)
    belief = Belief(stored, "w-1", days=30, share=0)
    return Targets(10, revisits=Revisits(stored, "p", belief))


def crawler_of(targets: Targets, *sitemaps: Response | Exception) -> Crawler:
    """Return a crawler whose engine answers with these, one after the other."""
    answers = iter(sitemaps)

    async def download(request: Request) -> Response:
        assert request.url == SITEMAP
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    middleware = SimpleNamespace(targets=targets)
    return cast(
        "Crawler",
        SimpleNamespace(
            engine=SimpleNamespace(download_async=download),
            get_spider_middleware=lambda _: middleware,
        ),
    )


def sitemap(date: str) -> Response:
    body = f"<urlset><url><loc>{URL}</loc><lastmod>{date}</lastmod></url></urlset>"
    return TextResponse(SITEMAP, body=body.encode())


def page(**told: Any) -> ReadPage:
    read = ReadPage(SITE)
    for name, value in told.items():
        setattr(read, name, value)
    return read


def tell(targets: Targets, read: ReadPage, *sitemaps: Response | Exception, **meta: Any) -> str:
    request = Request(URL, meta={"target": URL, **meta})
    crawler = crawler_of(targets, *sitemaps)
    asyncio.run(tell_doubts(crawler, targets, read, Response(URL, request=request)))
    return "\n".join(warning.message for warning in targets.unwritten.warnings)


CHANGED = {"kind": "listing", "listing": "now"}


@pytest.mark.parametrize(
    ("answer", "named"),
    [(sitemap(OLD), True), (sitemap(NEW), False), (Response(SITEMAP, status=503), False)],
)
def test_a_sitemap_is_asked_once_more_before_it_is_named(
    tmp_path: Any, answer: Response, named: bool
) -> None:
    targets = targets_with(tmp_path, known())
    told = tell(targets, page(**CHANGED), answer)
    assert ("are not believed any more" in told) is named
    assert targets.revisits is not None
    assert targets.revisits.belief.believes_dates(SITEMAP) is not named


def test_a_sitemap_is_not_asked_for_every_page_that_changed(tmp_path: Any) -> None:
    targets = targets_with(tmp_path, known())
    for _ in range(MOST_ASKED):
        tell(targets, page(**CHANGED), sitemap(NEW))
    assert tell(targets, page(**CHANGED)) == ""


@pytest.mark.parametrize(("days", "believed"), [(29, False), (31, True)])
def test_a_sitemap_that_was_wrong_is_believed_again_after_a_month(
    tmp_path: Any, days: int, believed: bool
) -> None:
    db = open_store(tmp_path / "a.db")
    since = timestamp(NOW - timedelta(days=days))
    record_visits(db, Visits.none()._replace(doubts=[(BY_LASTMOD, SITEMAP, since)]))
    belief = Belief(StoredVisits(db), "w-1", days=30, share=0)
    assert belief.believes_dates(SITEMAP) is believed


# -- 304 ------------------------------------------------------------------------------------
def after(targets: Targets, request: Request, status: int, body: bytes = b"") -> Any:
    middleware = RevisitMiddleware(crawler_of(targets))
    middleware.process_request(request)
    return middleware.process_response(request, Response(URL, status=status, body=body))


def asked_in_full(targets: Targets) -> Request:
    asked = after(targets, Request(URL, meta={"target": URL}), 304)
    assert isinstance(asked, Request)
    assert asked.meta[IN_FULL]
    again = after(targets, asked, 200, b"new")
    assert "If-None-Match" not in asked.headers
    assert isinstance(again, Request)
    return again


def test_a_304_after_another_answer_in_full_is_a_contradiction(tmp_path: Any) -> None:
    again = asked_in_full(targets_with(tmp_path, known()))
    response = after(targets_with(tmp_path, known()), again, 304)
    assert again.headers["If-None-Match"] == b'"1"'
    assert (response.status, response.body) == (200, b"new")
    assert again.meta[CONTRADICTED]
    assert ANSWER not in again.meta


@pytest.mark.parametrize(("status", "body"), [(200, b"newer"), (503, b"new")])
def test_what_changed_between_two_answers_is_no_contradiction(
    tmp_path: Any, status: int, body: bytes
) -> None:
    targets = targets_with(tmp_path, known())
    again = asked_in_full(targets)
    response = after(targets, again, status, body)
    assert (response.status, response.body) == (200, body)
    assert CONTRADICTED not in again.meta


def test_an_answer_in_full_is_kept_when_the_question_after_it_fails(tmp_path: Any) -> None:
    targets = targets_with(tmp_path, known())
    again = asked_in_full(targets)
    kept = RevisitMiddleware(crawler_of(targets)).process_exception(again, OSError())
    assert kept is not None
    assert kept.body == b"new"


def test_a_304_is_believed_between_full_looks(tmp_path: Any) -> None:
    visit = known()._replace(looked_at=timestamp(NOW))
    with pytest.raises(UnchangedError, match="304"):
        after(targets_with(tmp_path, visit), Request(URL, meta={"target": URL}), 304)


# -- pages that are no listings --------------------------------------------------------------
def words(text: str, *images: str, file: str | None = None) -> str:
    files = (FileLink(url=file, kind="book"),) if file else ()
    record = Listing(url=URL, title="t", target="page", text=text, images=images, files=files)
    return words_digest(record)


@pytest.mark.parametrize(
    ("now", "named"),
    [
        (words("read at 12:40", "/i"), False),
        (words("taken down at 12:40", "/i"), True),
        (words("read at 9:05", "/j"), True),
        (words("read at 9:05", "/i", file="https://shop.example/a.epub"), True),
    ],
)
def test_what_is_compared_on_a_page_counts_and_a_clock_does_not(
    tmp_path: Any, now: str, named: bool
) -> None:
    before = known(kind="page", words=words("read at 9:05", "/i"))
    read = page(kind="page", listing="now", words=now)
    assert tell(targets_with(tmp_path, before), read) == ""
    told = tell(targets_with(tmp_path, before), read, contradicted=True)
    assert ("(HTTP 304)" in told) is named
