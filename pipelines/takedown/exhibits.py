"""Pictures of rights beside those of the listings that match them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crawler.store.hits import StoredHit
from pipelines.takedown.facts import rights_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Exhibit:
    """One pair of pictures that were compared."""

    listing: int
    """Number of the listing in the notice, from 1."""
    right: int
    """Number of the right in the notice, from 1."""
    address: str
    """Of the listing's picture."""
    reference: str
    """Path of the right's picture, as in the registry."""
    listing_file: Path | None
    """None where the picture was not had."""
    right_file: Path | None


def number_listings(hits: Sequence[StoredHit]) -> dict[str, int]:
    """Return the number, from 1, by which a notice calls each listing's address."""
    urls = dict.fromkeys(stored.listing.url for stored in hits)
    return {url: number for number, url in enumerate(urls, start=1)}


def exhibits_of(hits: Sequence[StoredHit]) -> tuple[Exhibit, ...]:
    """Return the pairs of pictures that speak for the hits, in the order of the notice.

    :param hits: those of the notice, in its order
    """
    listings = number_listings(hits)
    rights = {right.id: number for number, right in enumerate(rights_of(hits), start=1)}
    found = [
        Exhibit(
            listing=listings[stored.listing.url],
            right=rights[stored.right.id],
            address=finding.image,
            reference=finding.reference,
            listing_file=stored.picture_files.get(finding.image),
            right_file=stored.reference_files.get(finding.reference),
        )
        for stored in hits
        for finding in stored.hit.findings
        if finding.weight > 0 and finding.image is not None and finding.reference is not None
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.listing, one.right)))
