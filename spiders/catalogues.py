"""Reading a catalogue by the interface of its shop program, with pages to fall back on."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from scrapy import Request
from scrapy.http import JsonRequest, Response

from crawler.errors import BlockedError, ExtractionError
from crawler.link import LinkKind
from crawler.model import Listing, PageWarning
from crawler.pace import REFUSED
from crawler.sites import site_of
from spiders.platforms import BY_NAME
from spiders.platforms.catalogue import Answer, Front, Platform, State, Step

PRIORITY = 100
"""Before all pages: what the catalogue lists need not be fetched."""
LATE = {LinkKind.LISTING: -10, LinkKind.OTHER: -20}
"""What may be a listing of a site whose catalogue is being read: by the time it comes to them, most
are known. Lists are read before, as they tell what the catalogue lacks."""
REFUSALS = [400, 401, 403, 404, 405, 406, 410, 415, 422, 429, 451, 500, 501, 502, 503]
"""Statuses that lead to the next way or back to pages, and not only to a failed target."""


class Catalogues:
    """The part of a spider that asks interfaces."""

    def __init__(self) -> None:
        self._refused: set[str] = set()

    def is_listed(self, url: str, platform: str | None) -> bool:
        """Tell whether the catalogue of the URL's site is read by an interface."""
        known = BY_NAME.get(platform or "")
        return known is not None and known.has_catalogue and site_of(url) not in self._refused

    def give_up(self, url: str) -> None:
        """Note that the site's pages must be read, as its interface is closed."""
        self._refused.add(site_of(url))

    def request_of(self, platform: Platform, step: Step) -> Request:
        """Return the request of a step."""
        cb_kwargs = {"platform": platform.name, "state": step.state}
        meta: dict[str, Any] = {
            "handle_httpstatus_list": REFUSALS,
            "interface": platform.name,
            "render": False,
        }
        if step.query is None:
            headers = {"Accept": "application/json"}
            return Request(
                step.url,
                callback=self.parse_catalogue,
                cb_kwargs=cb_kwargs,
                meta=meta,
                priority=PRIORITY,
                headers=headers,
            )
        return JsonRequest(
            step.url,
            data=dict(step.query),
            callback=self.parse_catalogue,
            cb_kwargs=cb_kwargs,
            meta={**meta, "label": step.label},
            priority=PRIORITY,
        )

    def parse_catalogue(
        self, response: Response, platform: str, state: State
    ) -> Iterator[Listing | PageWarning | Request]:
        """Yield what an answer lists, and the next questions.

        :raises BlockedError: the interface is closed to us; pages are read in its place
        :raises ExtractionError: the answer is not that of the shop program; likewise
        """
        program = BY_NAME[platform]
        try:
            page = program.read(answer_of(response, state))
        except ExtractionError as error:
            other = program.instead(state)
            told = f"the {platform} interface is not read: {error}"
            if other is None:
                self.give_up(response.url)
                told += "; the site is read by its pages"
            else:
                yield self.request_of(program, other)
            yield PageWarning(url=response.url, message=told)
            if response.status in REFUSED:
                raise BlockedError(str(error)) from error
            raise
        for message in page.warnings:
            yield PageWarning(url=response.url, message=message)
        seen_at = datetime.now(UTC)
        for listing in page.listings:
            if listing.site == site_of(response.url):
                yield dataclasses.replace(listing, seen_at=seen_at)
        for step in page.steps:
            yield self.request_of(program, step)


def answer_of(response: Response, state: State) -> Answer:
    """Return a response as an answer.

    :raises ExtractionError: it is no JSON, or an error
    """
    if response.status != 200:
        raise ExtractionError(f"HTTP {response.status}")
    try:
        data = json.loads(response.body)
    except (ValueError, RecursionError) as error:
        kind = (response.headers.get("Content-Type") or b"unknown").decode("latin-1")
        raise ExtractionError(f"expected JSON, got {kind}") from error
    headers = {
        name.decode("latin-1").lower(): values[-1].decode("latin-1")
        for name, values in response.headers.items()
        if values
    }
    return Answer(url=response.url, data=data, state=state, headers=headers)


def front_of(
    response: Response, language: str | None, find_folder: Callable[[], str | None]
) -> Front:
    """Return what a site is known by; ``find_folder`` finds where its products stand."""
    lines = [
        f"{name.decode('latin-1').lower()}: {value.decode('latin-1')}"
        for name, values in response.headers.items()
        for value in values
    ]
    text = getattr(response, "text", "")[:MOST_TEXT]
    return Front(
        url=response.url,
        text=text,
        headers="\n".join(lines),
        language=language,
        find_folder=find_folder,
    )


MOST_TEXT = 1_000_000
"""Characters of a front that are looked at."""
