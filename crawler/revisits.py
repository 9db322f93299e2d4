"""Second nights: what is as it was is neither read nor matched again.

A page is asked for on the condition that it changed (RFC 9110, 13.1: ETag, Last-Modified); where
the server answers in full, the same content says the same. A page whose content differs and whose
listing does not, as with a clock or a token on it, is read and not matched. All of it holds only
while registry and settings are those that the page was matched by.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from importlib.metadata import version

from scrapy.http import Response
from sqlite_utils import Database

from crawler.belief import Belief
from crawler.campaign import Campaign, matching_of
from crawler.config import MatchingConfig
from crawler.formats import dump_json
from crawler.model import Listing, PictureOutcome
from crawler.pictures import words_are_read
from crawler.reading import ReadPage
from crawler.sites import site_of
from crawler.store.database import now, timestamp
from crawler.store.frontier import Row
from crawler.store.right_facts import count_registry
from crawler.store.visits import Plan, StoredVisits, Visit, Visits

GENERATION = 2
"""Of reading and matching: raise it when either changes what is found on the same page, so that
what an older program matched is matched anew by this one, whatever its version says."""


class Revisits:
    """What is remembered of the last sweeps, and what is to be remembered of this one."""

    def __init__(self, stored: StoredVisits, plan: Plan, belief: Belief) -> None:
        self.stored = stored
        self.plan = plan
        self.belief = belief
        self._unwritten = Visits.none()
        self._found: dict[str, Visit | None] = {}
        self._pictures: dict[str, str | None] = {}
        """URL of what is as it was, but for its pictures, which are asked for -> their digest."""

    @property
    def unwritten(self) -> Visits:
        """What has to be written."""
        return self._unwritten._replace(doubts=self.belief.unwritten)

    def known(self, target: str) -> Visit | None:
        """Return the last visit of a target, whatever it was matched by."""
        if target not in self._found:
            self._found[target] = self.stored.find(target)
        return self._found[target]

    def find(self, target: str) -> Visit | None:
        """Return the last visit of a target that was matched as it would be now."""
        visit = self.known(target)
        return visit if visit and visit.plan == self.plan else None

    def was_listing(self, target: str) -> bool:
        """Tell whether a listing was ever met at a target."""
        visit = self.known(target)
        return visit is not None and self.stored.is_listing(visit)

    def forget(self, target: str) -> None:
        """Note that a target has ended: nobody asks for it again."""
        self._found.pop(target, None)

    def changed(self, target: str, page: ReadPage) -> Visit | None:
        """Return the last visit of a page on which something else stands by now; else None.

        Of a page that is no listing only what is compared counts, without digits: a clock or a
        counter on it is no change.
        """
        visit = self.find(target)
        if visit is None:
            return None
        if visit.kind == "listing":
            offered = page.listing if page.kind == "listing" else None
            return visit if visit.listing not in (None, offered) else None
        return visit if visit.words not in (None, page.words) and page.words else None

    def looks_at(self, target: str, fetched: str, digest: str) -> bool:
        """Tell whether a listing goes through the pipelines: it is new, or its pictures are due.

        :param fetched: where it stands
        :param digest: of it
        """
        visit = self.find(target)
        if visit is None or visit.listing != digest:
            return True
        if not self.belief.is_full_look_due(visit):
            return False
        self._pictures[fetched] = visit.pictures
        return True

    def is_as_looked_at(self, fetched: str, pictures: Iterable[PictureOutcome]) -> bool:
        """Tell whether what is as it was, but for its pictures, has the same pictures too."""
        return self._pictures.pop(fetched, None) == pictures_digest(pictures)

    def written(self) -> None:
        """Forget what had to be written: it stands in the store."""
        self._unwritten = Visits.none()
        self.belief.unwritten = []


def visit_without(row: Row, *, missed: bool = False) -> Visit:
    """Return a visit of a target that saw nothing.

    :param missed: it was asked for, and failed or was refused
    """
    return Visit(
        url=row.target,
        site=row.site,
        kind="page",
        plan="",
        seen_at=timestamp(now()),
        priority=row.priority,
        request=row.request,
        missed=int(missed),
        missed_at=timestamp(now()) if missed else None,
    )


def visit_of(row: Row, page: ReadPage, response: Response, plan: Plan, body: str | None) -> Visit:
    """Return the visit of a target that was read.

    :param body: digest of the answer
    """
    # what a shell's server says of it does not tell whether its scripts show the same
    plain = page.complete and not response.meta.get("rendered")
    etag, last_modified = validators_of(response)
    return Visit(
        url=row.target,
        site=row.site,
        kind=page.kind,
        plan=plan,
        seen_at=timestamp(now()),
        priority=row.priority,
        request=row.request,
        etag=etag,
        last_modified=last_modified,
        body=body if plain else None,
        identities=page.identities,
        listing=page.listing if page.complete else None,
        read_at=timestamp(now()),
        address=page.address,
        looked_at=page.looked_at or timestamp(now()),
        pictures=page.pictures,
        words=page.words,
    )


def visit_from_catalogue(listing: Listing, source: str, identities: str, plan: Plan) -> Visit:
    """Return the visit of a listing that was read from a catalogue."""
    at = timestamp(now())
    return Visit(
        url=listing.url,
        site=site_of(listing.url),
        kind="listing",
        plan=plan,
        seen_at=at,
        source=source,
        read_at=at,
        address=listing.url,
        identities=identities,
        listing=digest_of(listing),
        looked_at=at,
    )


def forgotten_visit(url: str, site: str) -> Visit:
    """Return a visit of a listing of which none is left; it comes after what may tell of it."""
    return Visit(url=url, site=site, kind="listing", plan="", seen_at="", source="")


def digest_of(listing: Listing) -> str:
    """Return a digest of all that a listing says, whenever it was seen and by which layer."""
    bare = replace(listing, seen_at=None, layers={})
    return hashlib.sha256(repr(bare).encode("utf-8", "surrogatepass")).hexdigest()


def words_digest(page: Listing) -> str:
    """Return a digest of what is compared on a page that is no listing, without digits."""
    text = "".join(char for char in page.text or "" if not char.isdigit())
    compared = (text, page.images, [file.url for file in page.files])
    return hashlib.sha256(repr(compared).encode("utf-8", "surrogatepass")).hexdigest()


def pictures_digest(pictures: Iterable[PictureOutcome]) -> str:
    """Return a digest of what pictures show; one that was not had shows nothing."""
    shown = [(picture.url, picture.sha256) for picture in pictures]
    return hashlib.sha256(repr(shown).encode("utf-8", "surrogatepass")).hexdigest()


def plan_of(db: Database, campaign: Campaign, config: MatchingConfig, on: date) -> Plan:
    """Return what stands for the registry and the settings of a campaign on a day.

    The registry and what people taught only grow, so how much there is stands for what it says; a
    right that lapses changes what is matched as well.
    """
    versions, lapsed = count_registry(db, on)
    pictures = campaign.limits.pictures_per_listing
    settings = repr(
        (
            campaign.rights,
            pictures,
            campaign.search,
            campaign.render,
            version("markhound"),
            GENERATION,
        )
    )
    limits = matching_of(campaign, config)
    limits = replace(limits, words="on" if words_are_read(limits.words) else "off")
    matching = dump_json(limits, keep_empty=True)
    digest = hashlib.sha256(f"{settings} {matching}".encode()).hexdigest()
    return f"{versions} {lapsed} {digest[:16]}"


def validators_of(response: Response) -> tuple[str | None, str | None]:
    """Return ETag and Last-Modified of a response, as they are sent back (RFC 9110, 8.8)."""
    etag, last_modified = (response.headers.get(name) for name in ("ETag", "Last-Modified"))
    return (
        etag.decode("latin-1") if etag else None,
        last_modified.decode("latin-1") if last_modified else None,
    )
