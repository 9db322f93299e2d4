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

from crawler.campaign import Campaign, matching_of
from crawler.formats import dump_json
from crawler.model import Listing
from crawler.store.visits import Plan, StoredVisits, Visit, Visits
from crawler.workspace import MatchingConfig


class Revisits:
    """What is remembered of the last sweeps, and what is to be remembered of this one."""

    def __init__(self, stored: StoredVisits, plan: Plan) -> None:
        self.stored = stored
        self.plan = plan
        self.unwritten = Visits([], [], [], [], [], [])
        self._found: dict[str, Visit | None] = {}

    def find(self, target: str) -> Visit | None:
        """Return the last visit of a target that was matched as it would be now."""
        if target not in self._found:
            visit = self.stored.find(target)
            self._found[target] = visit if visit and visit.plan == self.plan else None
        return self._found[target]

    def forget(self, target: str) -> None:
        """Note that a target has ended: nobody asks for it again."""
        self._found.pop(target, None)

    def is_as_before(self, target: str, digest: str) -> bool:
        """Tell whether the listing of a target is the one that was matched last time."""
        visit = self.find(target)
        return visit is not None and visit.listing == digest

    def written(self) -> None:
        """Forget what had to be written: it stands in the store."""
        self.unwritten = Visits([], [], [], [], [], [])


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
    matching = dump_json(matching_of(campaign, config), keep_empty=True)
    digest = hashlib.sha256(f"{settings} {matching}".encode()).hexdigest()
    return f"{versions} {lapsed} {digest[:16]}"


def validators_of(response: Response) -> tuple[str | None, str | None]:
    """Return ETag and Last-Modified of a response, as they are sent back (RFC 9110, 8.8)."""
    etag, last_modified = (response.headers.get(name) for name in ("ETag", "Last-Modified"))
    return (
        etag.decode("latin-1") if etag else None,
        last_modified.decode("latin-1") if last_modified else None,
    )
