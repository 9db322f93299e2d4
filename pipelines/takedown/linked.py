"""Sellers that are linked: who can be reached by the same address, number or account.

No likeness is weighed: two sellers share a contact, letter for letter as extraction wrote it, or
they do not. A contact that many sellers have is a platform's own, or a service's, and links nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from crawler.store.seller_contacts import (
    MOST_SELLERS,
    KnownSeller,
    find_contacts,
    find_seller,
    find_sellers_by_contact,
    find_sellers_of_listing,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """Another seller that is reached the same way."""

    seller: KnownSeller
    by: tuple[str, ...]
    """The contacts that both have, as URIs: ``mailto:``, ``tel:``, ``weixin:``, a shop's own."""


def find_linked_sellers(db: Database, of: str) -> list[Link]:
    """Return the sellers that share a contact with one, those with most in common first.

    :param of: id of a seller (``crawler.sellers.seller_id``), or of a listing: of who offers it
    """
    sellers = [of] if of.startswith("se-") else find_sellers_of_listing(db, of)
    shared: dict[str, set[str]] = {}
    for contact in {contact for seller in sellers for contact in find_contacts(db, seller)}:
        others = find_sellers_by_contact(db, contact, most=MOST_SELLERS + 1)
        if len(others) <= MOST_SELLERS:
            for other in set(others) - set(sellers):
                shared.setdefault(other, set()).add(contact)
    links = [
        Link(seller=known, by=tuple(sorted(by)))
        for other, by in shared.items()
        if (known := find_seller(db, other)) is not None
    ]
    return sorted(links, key=lambda link: (-len(link.by), link.seller.name, link.seller.id))
