"""Asking on condition: a page that is as it was last time is not sent, or at least not read, again.

RFC 9110, 13.1: ETag and Last-Modified; where the server answers in full, the same content says the
same. See ``crawler/revisits.py`` for what is remembered.
"""

from __future__ import annotations

import hashlib
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.belief import Belief
from crawler.book import NOT_MODIFIED
from crawler.failures import NotDueError, UnchangedError
from crawler.store.visits import Visit
from crawler.targets import DIGEST, SAME_CONTENT, targets_of

IN_FULL = "in_full"
"""Key of a request's meta: its server said that nothing changed, which is put to the proof."""
ANSWER = "answer_in_full"
"""Key of the meta of the request after that: what was had in full, and is not as last time."""
CONTRADICTED = "contradicted"
"""Key of a request's meta: its server said that nothing changed before that answer and after it."""
CONDITIONS = frozenset((b"If-None-Match", b"If-Modified-Since"))


class LastmodMiddleware:
    """Downloader middleware: leaves alone what its sitemap says to be as it was.

    Only pages that cannot be asked for on condition: of the others their server knows more.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make one as Scrapy does."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Let the request pass, or refuse it.

        :raises NotDueError: the page's sitemap says that it has not changed since it was read
        """
        target, targets = request.meta.get("target"), targets_of(self._crawler)
        if target is None or targets.revisits is None or not _BEGUN.isdisjoint(request.meta):
            return
        visit, belief = targets.revisits.find(target), targets.revisits.belief
        if visit is None or visit.body is None or visit.etag or visit.last_modified:
            return
        word = belief.unchanged_by(visit)
        if word is None or belief.is_full_look_due(visit):
            return
        targets.know(visit)
        reason = (
            f"rule: by its sitemap it has not changed since it was read on {visit.read_at[:10]}"
        )
        raise NotDueError(reason, visit.kind)


_BEGUN = frozenset(("read_always", "counted", "redirect_urls", "render"))
"""Keys of the meta of requests that go on with a target, or are made whatever is known."""


class RevisitMiddleware:
    """Downloader middleware: asks on condition, and ends what is unchanged."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make one as Scrapy does."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Say what is known of the page, so that the server need not send it again."""
        visit = self._visit(request)
        if visit is None or visit.body is None or request.method != "GET":
            return
        if request.meta.get("read_always"):  # a seed: what it leads to depends on more than itself
            return
        asked_in_full = IN_FULL in request.meta and ANSWER not in request.meta
        if asked_in_full or not self._belief.believes_304(visit.site):
            return
        if visit.etag:
            request.headers["If-None-Match"] = visit.etag
        if visit.last_modified:
            request.headers["If-Modified-Since"] = visit.last_modified

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """Return the response, with its content's digest, or the request that puts a 304 to proof.

        :raises UnchangedError: the page is as it was
        """
        if "target" not in request.meta or request.meta.get("render"):
            return response
        visit = self._visit(request)
        # another page's word, to which this one leads by now, says nothing of it
        if (
            response.status == 304
            and visit is not None
            and "redirect_urls" not in request.meta
            and not CONDITIONS.isdisjoint(request.headers)
        ):
            return self._not_modified(request, visit)
        answer: Response | None = request.meta.pop(ANSWER, None)
        if response.status != 200:
            return answer or response
        digest = hashlib.sha256(response.body).hexdigest()
        request.meta[DIGEST] = digest
        if visit is None or request.meta.get("read_always"):
            return response
        if visit.body == digest and not self._belief.is_full_look_due(visit):
            raise UnchangedError(SAME_CONTENT)
        if visit.body != digest and IN_FULL in request.meta and answer is None:
            # it may have changed between the two answers: what does its server say now?
            meta = {**request.meta, ANSWER: response}
            again: Request = request.replace(meta=meta, dont_filter=True)
            return again
        return response

    def process_exception(self, request: Request, exception: Exception) -> Response | None:  # noqa: ARG002 (Scrapy's signature)
        """Return what was had in full when only the question after it failed."""
        answer: Response | None = request.meta.pop(ANSWER, None)
        return answer

    def _not_modified(self, request: Request, visit: Visit) -> Response | Request:
        """Return what is made of a 304.

        :raises UnchangedError: it is believed
        """
        answer: Response | None = request.meta.pop(ANSWER, None)
        if answer is not None:
            request.meta[CONTRADICTED] = True
            return answer
        if self._belief.is_full_look_due(visit):
            return _in_full(request)
        raise UnchangedError(NOT_MODIFIED)

    @property
    def _belief(self) -> Belief:
        revisits = targets_of(self._crawler).revisits
        assert revisits is not None  # asked only where there is a visit
        return revisits.belief

    def _visit(self, request: Request) -> Visit | None:
        target = request.meta.get("target")
        revisits = targets_of(self._crawler).revisits
        return None if target is None or revisits is None else revisits.find(target)


def _in_full(request: Request) -> Request:
    """Return the request without conditions, for the same target."""
    bare = request.replace(meta={**request.meta, IN_FULL: True}, dont_filter=True)
    for name in CONDITIONS:
        bare.headers.pop(name, None)
    return bare
