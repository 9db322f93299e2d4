"""Which seller offered which listing, and the contacts by which sellers can be told to be one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from crawler.formats import load_record
from crawler.model import Listing
from crawler.sellers import listing_site, seller_id, seller_name

MOST_SELLERS = 20
"""Sellers with one contact beyond which it is taken for a platform's, and links nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownSeller:
    """A seller as a listing of it shows it."""

    id: str
    name: str
    site: str
    listings: int
    """How many listings it was ever seen to offer."""


def contacts_of(listing: Listing) -> tuple[str, ...]:
    """Return the URIs by which the seller of a listing is known: contacts, and the shop's own."""
    seller = listing.seller
    if seller is None:
        return ()
    return tuple(dict.fromkeys((*seller.contacts, *((seller.url,) if seller.url else ()))))


def record_seller(db: Database, listing_id: str, listing: Listing) -> None:
    """Note who offers a listing, and how it can be reached; inside the caller's transaction."""
    seller = seller_id(listing)
    db.execute(
        "INSERT INTO seller_listings (seller, listing) SELECT :s, :l WHERE NOT EXISTS"
        " (SELECT 1 FROM seller_listings WHERE seller = :s AND listing = :l)",
        {"s": seller, "l": listing_id},
    )
    for contact in contacts_of(listing):
        db.execute(
            "INSERT INTO seller_contacts (contact, seller, listing) SELECT :c, :s, :l WHERE NOT"
            " EXISTS (SELECT 1 FROM seller_contacts WHERE contact = :c AND seller = :s)",
            {"c": contact, "s": seller, "l": listing_id},
        )


def record_known_sellers(db: Database) -> None:
    """Note the sellers of all sightings that were recorded before there was a place for it."""
    for row in list(db.query("SELECT rowid FROM sightings ORDER BY rowid")):
        found = db.query("SELECT listing, record FROM sightings WHERE rowid = ?", [row["rowid"]])
        for sighting in found:
            record_seller(db, sighting["listing"], load_record(Listing, sighting["record"]))


def find_sellers_of_listing(db: Database, listing: str) -> list[str]:
    """Return the ids of those that were seen to offer a listing."""
    rows = db.query(
        "SELECT seller FROM seller_listings WHERE listing = ? ORDER BY seller", [listing]
    )
    return [str(row["seller"]) for row in rows]


def find_contacts(db: Database, seller: str) -> list[str]:
    """Return the contacts of a seller."""
    rows = db.query(
        "SELECT contact FROM seller_contacts WHERE seller = ? ORDER BY contact", [seller]
    )
    return [str(row["contact"]) for row in rows]


def find_sellers_by_contact(db: Database, contact: str, *, most: int) -> list[str]:
    """Return the ids of the first sellers that have a contact, ``most`` of them."""
    rows = db.query(
        "SELECT seller FROM seller_contacts WHERE contact = ? ORDER BY seller LIMIT ?",
        [contact, most],
    )
    return [str(row["seller"]) for row in rows]


def find_seller(db: Database, seller: str) -> KnownSeller | None:
    """Return a seller as its newest sighting shows it; None when none was ever seen."""
    rows = db.query(
        "SELECT s.record, (SELECT count(*) FROM seller_listings WHERE seller = :seller) AS listings"
        " FROM seller_listings x JOIN sightings s ON s.listing = x.listing"
        " WHERE x.seller = :seller AND x.listing IN"
        " (SELECT listing FROM seller_listings WHERE seller = :seller LIMIT 5)"
        " ORDER BY s.seen_at DESC",
        {"seller": seller},
    )
    for row in rows:
        listing = load_record(Listing, row["record"])
        if seller_id(listing) == seller:
            return KnownSeller(
                id=seller,
                name=seller_name(listing),
                site=listing_site(listing),
                listings=row["listings"],
            )
    return None
