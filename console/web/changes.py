"""What changed between the findings that somebody looked at and those that are there now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from console.web.visits import Visit
from crawler.model import Finding
from crawler.store.queued_hits import Found, find_found
from pipelines.takedown.wording import describe_finding


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing that is another."""

    what: str
    before: str
    """Empty where it was not there."""
    after: str
    """Empty where it is there no longer."""


def find_changes(visit: Visit, seen: int, current: int) -> list[Change]:
    """Return what differs of the offer and of its findings."""
    found = find_found(visit.db, [seen, current])
    if seen not in found or current not in found:
        return []
    one, other = found[seen], found[current]
    return [*_of_listing(visit, one, other), *_of_findings(visit, one, other)]


def _of_listing(visit: Visit, one: Found, other: Found) -> Iterator[Change]:
    pairs = {
        "score_word": (f"{one.hit.score:.2f}", f"{other.hit.score:.2f}"),
        "title_word": (one.listing.title, other.listing.title),
        "price": (_price(one), _price(other)),
        "description": (one.listing.description or "", other.listing.description or ""),
        "pictures": (str(len(one.listing.images)), str(len(other.listing.images))),
    }
    for name, (before, after) in pairs.items():
        if before != after:
            yield Change(what=visit.say(f"queue.{name}"), before=before[:300], after=after[:300])


def _price(found: Found) -> str:
    listing = found.listing
    return "" if listing.price is None else f"{listing.price} {listing.currency or ''}".strip()


def _of_findings(visit: Visit, one: Found, other: Found) -> Iterator[Change]:
    what = visit.say("queue.finding")
    for finding in one.hit.findings:
        if finding not in other.hit.findings:
            yield Change(what=what, before=_words(visit, finding), after="")
    for finding in other.hit.findings:
        if finding not in one.hit.findings:
            yield Change(what=what, before="", after=_words(visit, finding))


def _words(visit: Visit, finding: Finding) -> str:
    return describe_finding(finding, visit.language)
