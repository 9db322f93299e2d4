"""Second nights: what is as it was is neither read nor matched again.

A page is asked for on the condition that it changed (RFC 9110, 13.1: ETag, Last-Modified); where
the server answers in full, the same content says the same. A page whose content differs and whose
listing does not, as with a clock or a token on it, is read and not matched. All of it holds only
while registry and settings are those that the page was matched by.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from importlib.metadata import version

from scrapy.http import Response
from sqlite_utils import Database

from crawler.belief import Belief
from crawler.campaign import Campaign, matching_of
from crawler.formats import dump_json
from crawler.model import Listing
from crawler.pictures import words_are_read
from crawler.store.database import now, timestamp
from crawler.store.frontier import Row
from crawler.store.visits import Plan, StoredVisits, Visit, Visits
from crawler.workspace import MatchingConfig


class Revisits:
    """What is remembered of the last sweeps, and what is to be remembered of this one."""

    def __init__(self, stored: StoredVisits, plan: Plan, belief: Belief) -> None:
        self.stored = stored
        self.plan = plan
        self.belief = belief
        self._unwritten = Visits.none()
        self._found: dict[str, Visit | None] = {}

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

    def is_as_before(self, target: str, digest: str) -> bool:
        """Tell whether the listing of a target is the one that was matched last time."""
        visit = self.find(target)
        return visit is not None and visit.listing == digest

    def doubts(self, target: str, listing: str | None, in_full: bool | None) -> list[str]:
        """Return what people are told when a page was read that its site says to be as it was.

        :param listing: digest of what the page offers now
        :param in_full: its server had said so just before
        """
        visit = self.find(target)
        if visit is None or visit.listing in (None, listing) or visit.kind != "listing":
            return []
        words = [self.belief.changed_against_dates(visit)]
        if in_full:
            words.append(self.belief.changed_after_304(visit))
        return [message for message in words if message]

    def written(self) -> None:
        """Forget what had to be written: it stands in the store."""
        self._unwritten = Visits.none()
        self.belief.unwritten = []


def visit_without(row: Row) -> Visit:
    """Return a visit of a target that saw nothing."""
    return Visit(
        url=row.target,
        site=row.site,
        kind="page",
        plan="",
        seen_at=timestamp(now()),
        priority=row.priority,
        request=row.request,
    )


def forgotten_visit(url: str, site: str) -> Visit:
    """Return a visit of a listing of which none is left; it comes after what may tell of it."""
    return Visit(url=url, site=site, kind="listing", plan="", seen_at="", source="")


def digest_of(listing: Listing) -> str:
    """Return a digest of all that a listing says, whenever it was seen and by which layer."""
    bare = replace(listing, seen_at=None, layers={})
    return hashlib.sha256(repr(bare).encode("utf-8", "surrogatepass")).hexdigest()


def plan_of(db: Database, campaign: Campaign, config: MatchingConfig, on: date) -> Plan:
    """Return what stands for the registry and the settings of a campaign on a day.

    The registry only grows, so its last version stands for all; a right that lapses changes what is
    matched as well.
    """
    [versions, lapsed] = db.execute(
        "SELECT coalesce(max(id), 0), coalesce(sum(record ->> '$.expires' < ?), 0)"
        " FROM right_versions",
        [on.isoformat()],
    ).fetchone()
    pictures = campaign.limits.pictures_per_listing
    settings = repr(
        (campaign.rights, pictures, campaign.search, campaign.render, version("markhound"))
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
