"""What a sweep knows of a page while it is being read."""

from __future__ import annotations

from crawler.model import TargetKind, TargetState


class ReadPage:
    """A page that is being read: it ends when all that it yielded has been taken care of."""

    __slots__ = (
        "address",
        "complete",
        "continued",
        "identities",
        "items",
        "kind",
        "listing",
        "listings",
        "looked_at",
        "pictures",
        "read",
        "site",
        "verdict",
        "words",
    )

    def __init__(self, site: str) -> None:
        self.site = site
        self.read = False
        """Whether the spider has yielded everything."""
        self.continued = False
        """Whether its target is asked for once more, rendered, and ends by that."""
        self.items = 0
        """Listings that are still in the item pipelines."""
        self.listings = 0
        """Listings read from it as from a catalogue."""
        self.identities: str | None = None
        self.address: str | None = None
        """Where its one listing, or what it says as a page, is kept."""
        self.kind: TargetKind = "page"
        """What it turned out to be."""
        self.listing: str | None = None
        """Digest of the page's one listing, or of all that it says where it is none."""
        self.looked_at: str | None = None
        """When its pictures were last asked for; None = now."""
        self.pictures: str | None = None
        """Digest of the pictures that it had then."""
        self.words: str | None = None
        """Of a page that is no listing: digest of what is compared on it, without digits."""
        self.complete = True
        """Whether nothing of it has to be looked at again as long as it stays as it is."""
        self.verdict: tuple[TargetState, str | None, str | None] | None = None
        """State, reason and kind."""
