"""Whether what was captured shows anything: a page, and the thing that the hit speaks of.

A capture of a challenge, of an error or of an empty page is kept, as it tells what was met, but it
proves nothing about the listing. The words are those of a sweep (``crawler/extract``).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from parsel import Selector
from scrapy.http import JsonResponse, Response, TextResponse

from crawler.browser.view import View
from crawler.errors import NotAPageError, SkipError
from crawler.extract import is_plain_text, page_of, parse_page
from crawler.extract.dom import text_within
from crawler.failures import outcome_of_status
from crawler.guard import has_giant_tag
from crawler.model import Listing, TargetState
from crawler.sameness import words_of_gone
from pipelines.evidence.material import Claim, Material

LONGEST = 500_000
"""Characters of a page in which the claim is looked for."""
_SPACES = re.compile(r"\s+")
_LONGEST_NUMBER = 40
_WITH_POINT = re.compile(r"(\d+|\d{1,3}(?:,\d{2,3})*,\d{3})(?:\.(\d+))?")
_WITH_COMMA = re.compile(r"(\d+|\d{1,3}(?:\.\d{2,3})*\.\d{3})(?:,(\d+))?")
_NUMBER = re.compile(r"\d[\d.,'’\u00a0\u202f ]*")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What one way of looking at a page showed."""

    state: TargetState
    reason: str | None = None
    title: str = ""
    text: str = ""
    listing: Listing | None = None
    is_shell: bool = False
    """Whether only a browser shows what the page has."""

    @property
    def is_page(self) -> bool:
        """Whether it is a page that says anything."""
        return self.state is TargetState.SEEN and not self.is_shell

    @cached_property
    def searched(self) -> str:
        """All that it says, in a form in which two ways to write the same are the same."""
        parts = [self.title, self.text]
        if self.listing is not None:
            parts += [self.listing.title, self.listing.description or ""]
        return plain_form(" ".join(parts))

    @cached_property
    def prices(self) -> frozenset[Decimal]:
        """Every number that it shows, and its price."""
        found = set(_numbers(self.text))
        if self.listing is not None and self.listing.price is not None:
            found.add(self.listing.price)
        return frozenset(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a capture is worth."""

    state: TargetState
    reason: str | None
    doubts: tuple[str, ...]
    """Why it is no proof; empty when it is."""
    differences: tuple[str, ...]
    """In what the plain answer and the browser's differ."""
    shows_other: bool = False
    """Whether a page is there, and not the one that the hit speaks of."""

    @property
    def is_proof(self) -> bool:
        """Whether it shows the page, and what is claimed of it."""
        return not self.doubts


def judge(material: Material) -> Verdict:
    """Return what a capture is worth, from everything that was had of the page."""
    plain = _plain(material)
    rendered = None if material.view is None else _rendered(material.view)
    ways = [way for way in (rendered, plain) if way is not None]
    good = [way for way in ways if way.is_page]
    state, reason = _state(ways, good)
    doubts = list(_doubts(good, reason or state.value, material.claim))
    return Verdict(
        state=state,
        reason=reason,
        doubts=tuple(doubts),
        differences=tuple(_differences(plain, rendered)),
        shows_other=bool(good) and not _shows_claimed(good, material.claim),
    )


def plain_form(text: str) -> str:
    """Return a text so that spaces, width and case make no difference."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _state(ways: Sequence[Shown], good: Sequence[Shown]) -> tuple[TargetState, str | None]:
    """Return one state for all ways: seen if any shows a page, gone only if all say so."""
    if good:
        return TargetState.SEEN, None
    if all(way.state is TargetState.GONE for way in ways):
        return TargetState.GONE, ways[0].reason
    rest = [way for way in ways if way.state is not TargetState.GONE]
    worst = next((way for way in rest if way.state is TargetState.BLOCKED), rest[0])
    if worst.is_shell:
        return TargetState.FAILED, "the page is made by its scripts, and was not rendered"
    return worst.state, worst.reason


def _doubts(good: Sequence[Shown], reason: str, claim: Claim | None) -> Iterable[str]:
    if not good:
        yield f"it does not show the page: {reason}"
        return
    if all(not way.text and way.listing is None for way in good):
        yield "it shows an empty page"
        return
    if claim is None:
        return
    if not _shows_claimed(good, claim):
        yield f"the title {claim.title[:200]!r} is not on the page"
    if claim.price is not None and not any(claim.price in way.prices for way in good):
        yield f"the price {claim.price} is not on the page"


def _shows_claimed(good: Sequence[Shown], claim: Claim | None) -> bool:
    """Tell whether it is the page of which something is claimed; a price alone may change."""
    if claim is None or not claim.title:
        return True
    return any(_says(way, claim.title) for way in good)


def _says(way: Shown, title: str) -> bool:
    """Tell whether a title is shown; that of a page may be its heading and its title as one."""
    if plain_form(title) in way.searched:
        return True
    parts = [plain_form(part) for part in title.split(" | ")]
    return len(parts) > 1 and all(part in way.searched for part in parts)


def _differences(plain: Shown | None, rendered: Shown | None) -> Iterable[str]:
    """Tell in what the two ways differ that may mean that the browser was served otherwise."""
    if plain is None or rendered is None:
        return
    if plain.state is not rendered.state:
        yield (f"without a browser it was {_words(plain)}, with one {_words(rendered)}")
        return
    if plain.is_shell or not plain.is_page:
        return
    if plain.title and rendered.title and plain_form(plain.title) != plain_form(rendered.title):
        yield (
            f"the title is {plain.title[:100]!r} without a browser,"
            f" {rendered.title[:100]!r} with one"
        )
    if plain.listing is None or rendered.listing is None:
        if plain.listing is not rendered.listing:
            which = "with" if plain.listing is None else "without"
            yield f"it is a listing only {which} a browser"
        return
    for name in ("title", "price", "currency"):
        one, other = getattr(plain.listing, name), getattr(rendered.listing, name)
        if one != other:
            yield f"the listing's {name} is {one} without a browser, {other} with one"


def _words(way: Shown) -> str:
    return f"{way.state.value} ({way.reason})" if way.reason else way.state.value


def _plain(material: Material) -> Shown | None:
    page = material.page
    if page is None:
        return Shown(state=material.state, reason=material.reason)
    if material.state is not TargetState.SEEN:
        return Shown(state=material.state, reason=material.reason)
    try:
        if is_plain_text(page):
            return Shown(state=TargetState.SEEN, text=page.text[:LONGEST])
        selector = page_of(page)
    except NotAPageError:
        return _document(page)
    return _read(page.url, selector, page.text)


def _document(page: Response) -> Shown:
    """Return what is shown by a document that is no page: an interface's answer, a picture."""
    if not isinstance(page, TextResponse):
        kind = (page.headers.get("Content-Type") or b"unknown").decode("latin-1")
        return Shown(state=TargetState.SEEN, text=f"a document of the type {kind}")
    text = page.text
    if isinstance(page, JsonResponse):
        with suppress(ValueError):  # of its letters many may be written as numbers
            text = json.dumps(page.json(), ensure_ascii=False)
    return Shown(state=TargetState.SEEN, text=text[:LONGEST])


def _rendered(view: View) -> Shown:
    if view.status is not None and not 200 <= view.status < 300:
        state, reason = outcome_of_status(view.status)
        return Shown(state=state, reason=reason, title=view.title, text=view.text)
    if has_giant_tag(view.dom):  # no parser should see it
        return Shown(state=TargetState.SEEN, title=view.title, text=view.text[:LONGEST])
    shown = _read(view.reached, Selector(text=view.dom or "<html/>", type="html"), view.dom)
    return Shown(
        state=shown.state,
        reason=shown.reason,
        title=view.title or shown.title,
        text=view.text[:LONGEST],
        listing=shown.listing,
    )


def _read(url: str, selector: Selector, source: str) -> Shown:
    root = selector.root
    if not hasattr(root, "iter"):
        return Shown(state=TargetState.SEEN)
    title = " ".join((root.findtext(".//title") or "").split())
    text = text_within(root, LONGEST)
    try:
        reading = parse_page(url, selector, source=source)
    except SkipError as error:
        return Shown(state=TargetState.FAILED, reason=str(error), title=title, text=text)
    if reading.blocked_by:
        reason = f"a challenge ({reading.blocked_by}) in place of the page"
        return Shown(state=TargetState.BLOCKED, reason=reason, title=title, text=text)
    if reading.listing is None and (words := words_of_gone(root)):
        return Shown(
            state=TargetState.GONE, reason=f'the page says so: "{words}"', title=title, text=text
        )
    if reading.unread:
        return Shown(state=TargetState.FAILED, reason=reading.unread, title=title, text=text)
    return Shown(
        state=TargetState.SEEN,
        title=title,
        text=text,
        listing=reading.listing,
        is_shell=reading.needs_browser,
    )


def _numbers(text: str) -> Iterable[Decimal]:
    """Yield what the numbers of a text may mean, with points or commas as their decimal sign.

    ``1.299`` may be either; ``12.99`` is no thousand, as groups have three digits (in India the
    last one has).
    """
    tokens = set(_NUMBER.findall(unicodedata.normalize("NFKC", text)))
    parts = {re.sub(r"[\s'’]", "", token) for token in tokens}
    parts |= {part for token in tokens for part in token.split()}  # two numbers side by side
    for bare in {part.rstrip(".,") for part in parts if len(part) < _LONGEST_NUMBER}:
        for form, group in ((_WITH_POINT, ","), (_WITH_COMMA, ".")):
            if found := form.fullmatch(bare):
                yield Decimal(f"{found[1].replace(group, '')}.{found[2] or 0}")
