"""Capturing pages: fetched plainly, shown by a browser, kept as one WACZ each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from scrapy.settings import Settings
from sqlite_utils import Database

from crawler.browser.camera import Camera
from crawler.errors import InputError, NotAPageError, SkipError
from crawler.extract import page_of, parse_page
from crawler.fetch import user_agent
from crawler.fetch_apart import Fetched, fetch_apart
from crawler.model import TargetState
from crawler.render import HOW_TO_GET, find_chromium
from crawler.sites import site_of
from crawler.store.captures import Capture
from crawler.store.database import now
from crawler.store.hits import StoredHit, load_hit
from crawler.store.notices import load_notice
from crawler.store.sweeps import load_sweep
from crawler.workspace import Workspace
from pipelines.evidence.keeping import keep_capture
from pipelines.evidence.material import Material, Occasion, claim_of
from pipelines.evidence.unfinished import sweep_up

NO_BROWSER = f"there is no browser; {HOW_TO_GET}"
NOT_WANTED = 'the workspace wants none (evidence.render = "never")'
MOST_AT_ONCE = 10
"""Pages that are fetched before the first of them is shown by a browser."""
MOST_PICTURES = 12
"""Of one page that are fetched when no browser loads them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """One page that is to be captured."""

    url: str
    hit: StoredHit | None = None
    """Of which the capture is to be proof."""
    sweep: str | None = None
    campaign: str | None = None
    allow_private: bool = False
    purpose: str | None = None
    """Where it is not that of the others."""


def capture_for_notices(
    workspace: Workspace,
    notices: Sequence[str],
    *,
    operator: str = "markhound",
    on_capture: Callable[[Capture], None] = lambda _: None,
) -> dict[str, list[Capture]]:
    """Return notice -> captures of every page that it speaks of, as they are when it is sent.

    One browser serves all of them. Private addresses are fetched where the sweep that found the
    hit was allowed to.

    :param on_capture: told each one when it is recorded
    :raises NotFoundError: there is no such notice, or one of its hits is none any more
    """
    wanted: list[tuple[str, Wanted]] = []
    with workspace.store() as db:
        for notice in notices:
            for hit in load_notice(db, notice).hits:
                known = wanted_of_hit(db, workspace, hit)
                wanted.append((notice, replace(known, purpose=f"sending of {notice}")))
    made = capture_all(
        workspace,
        [one for _, one in wanted],
        purpose="sending",
        operator=operator,
        browser=find_browser(workspace),
        on_capture=on_capture,
    )
    found: dict[str, list[Capture]] = {notice: [] for notice in notices}
    for (notice, _), capture in zip(wanted, made, strict=True):
        found[notice].append(capture)
    return found


def find_browser(workspace: Workspace) -> Path | None:
    """Return the browser that captures of this workspace use; None where they do without."""
    return None if workspace.config.evidence.render == "never" else find_chromium()


def why_no_browser(workspace: Workspace) -> str:
    """Say why captures of this workspace do without a browser, where they do."""
    return NOT_WANTED if workspace.config.evidence.render == "never" else NO_BROWSER


def wanted_of_hit(db: Database, workspace: Workspace, hit: str) -> Wanted:
    """Return what is to be captured for a hit; the start of its id is enough.

    :raises NotFoundError: when there is none, more than one, or it is a hit no longer
    """
    stored = load_hit(db, workspace.pictures, hit)
    plan = load_sweep(db, stored.sweep).campaign
    return Wanted(
        url=stored.hit.listing,
        hit=stored,
        campaign=plan.name,
        allow_private=plan.allow_private,
    )


def capture_all(
    workspace: Workspace,
    wanted: Sequence[Wanted],
    *,
    purpose: str,
    operator: str,
    browser: Path | None,
    on_capture: Callable[[Capture], None] = lambda _: None,
) -> list[Capture]:
    """Capture pages, each with whatever could be had of it; one for each that is wanted, in order.

    Each is fetched as a sweep would (robots.txt, guard, limits), then shown by the browser, which
    reaches no address that the guard refuses. What cannot be had is captured as that: with its
    state and reason, and as no proof.

    :param on_capture: told each one when it is recorded
    :raises InputError: a URL is none of the web
    """
    for one in wanted:
        if not site_of(one.url):
            raise InputError(f"expected a URL (https://... or http://...), got {one.url!r}")
    sweep_up(workspace)
    return asyncio.run(_capture_all(workspace, wanted, (purpose, operator), browser, on_capture))


async def _capture_all(
    workspace: Workspace,
    wanted: Sequence[Wanted],
    words: tuple[str, str],
    browser: Path | None,
    on_capture: Callable[[Capture], None],
) -> list[Capture]:
    captures: dict[int, Capture] = {}
    photographer = Photographer(workspace, browser, why_no_browser(workspace))
    try:
        for some in _batches(wanted):
            began_at = now()
            fetched = await asyncio.to_thread(_fetch, workspace, [one for _, one in some])
            for place, one in some:
                material = _material(one, words, fetched[one.url], began_at)
                material = await photographer.completed(material, one.allow_private)
                made = await asyncio.to_thread(keep_capture, workspace, material)
                captures[place] = made[0]
                on_capture(made[0])
    finally:
        await photographer.close()
    return [captures[place] for place in range(len(wanted))]


def _batches(wanted: Sequence[Wanted]) -> Iterator[Sequence[tuple[int, Wanted]]]:
    """Yield pages, numbered, that can be fetched together: few, under one rule for addresses."""
    for rule in (False, True):
        those = [(n, one) for n, one in enumerate(wanted) if one.allow_private is rule]
        for start in range(0, len(those), MOST_AT_ONCE):
            yield those[start : start + MOST_AT_ONCE]


def _fetch(workspace: Workspace, some: Sequence[Wanted]) -> dict[str, Fetched]:
    urls = list(dict.fromkeys(one.url for one in some))
    contact = workspace.config.crawl.contact
    return fetch_apart(urls, contact=contact, allow_private=some[0].allow_private)


def _material(
    one: Wanted, words: tuple[str, str], fetched: Fetched, began_at: datetime
) -> Material:
    purpose, operator = words
    first = fetched.exchanges[0].begun_at if fetched.exchanges else began_at
    occasion = Occasion(
        url=one.url,
        purpose=one.purpose or purpose,
        operator=operator,
        begun_at=first,
        hits=() if one.hit is None else (one.hit.hit.id,),
        sweep=one.sweep,
        campaign=one.campaign,
    )
    return Material(
        occasion=occasion,
        state=fetched.state,
        reason=fetched.reason,
        exchanges=fetched.exchanges,
        page=fetched.response,
        claim=None if one.hit is None else claim_of(one.hit.listing),
        pictures={} if one.hit is None else one.hit.picture_files,
    )


class Photographer:
    """Adds what a browser shows to what was fetched, or says why it is not there."""

    def __init__(
        self,
        workspace: Workspace,
        program: Path | None,
        lack: str,
        *,
        fetches_pictures: bool = True,
    ) -> None:
        """Make one; the browser starts for the first page.

        :param lack: why there is no browser, where there is none
        :param fetches_pictures: whether a listing's pictures are fetched when no browser loads them
        """
        self._fetches_pictures = fetches_pictures
        self._workspace = workspace
        self._program = program
        self._lack = lack
        self._cameras: dict[bool, Camera] = {}

    async def completed(self, material: Material, allow_private: bool) -> Material:
        """Return the material with a view of its page, or with the reason why it has none."""
        if (reason := self._why_not(material)) is None:
            try:
                camera = self._camera(allow_private)
                view = await camera.photograph(material.occasion.url)
                return replace(material, view=view)
            except SkipError as error:
                reason = str(error)
        material = replace(material, not_rendered=reason)
        return await asyncio.to_thread(self._with_pictures, material, allow_private)

    async def close(self) -> None:
        """End the browsers."""
        for camera in self._cameras.values():
            await camera.close()

    def _why_not(self, material: Material) -> str | None:
        if self._program is None:
            return self._lack
        refused = material.state in (TargetState.SKIPPED, TargetState.BLOCKED)
        if refused and material.page is None:
            return f"no browser is sent there: {material.reason}"
        return None

    def _camera(self, allow_private: bool) -> Camera:
        if allow_private not in self._cameras:
            assert self._program is not None
            bare = Settings()
            bare.setmodule("settings", priority="project")
            agent = user_agent(bare["USER_AGENT"], self._workspace.config.crawl.contact)
            self._cameras[allow_private] = Camera(self._program, agent, allow_private=allow_private)
        return self._cameras[allow_private]

    def _with_pictures(self, material: Material, allow_private: bool) -> Material:
        """Fetch the listing's pictures, which nobody has yet."""
        if material.pictures or not self._fetches_pictures:
            return material
        urls = _pictures_of(material)
        if not urls:
            return material
        contact = self._workspace.config.crawl.contact
        fetched = fetch_apart(urls, contact=contact, allow_private=allow_private)
        more = [exchange for one in fetched.values() for exchange in one.exchanges]
        return replace(material, exchanges=(*material.exchanges, *more))


def _pictures_of(material: Material) -> list[str]:
    if material.page is None or material.state is not TargetState.SEEN:
        return []
    try:
        selector = page_of(material.page)
    except NotAPageError:
        return []
    listing = parse_page(material.page.url, selector, source=material.page.text).listing
    images = () if listing is None else listing.images
    return [url for url in dict.fromkeys(images) if site_of(url)][:MOST_PICTURES]
