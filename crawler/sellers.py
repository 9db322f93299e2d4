"""Who a seller is: the same name and id wherever sellers are told apart."""

from __future__ import annotations

from crawler.model import Listing, stable_id
from crawler.sites import site_of


def listing_site(listing: Listing) -> str:
    """Return the site on which the listing stands."""
    return listing.site or site_of(listing.url)


def seller_name(listing: Listing) -> str:
    """Return the seller as the page shows it, or the site where the page names none."""
    seller = listing.seller
    return (seller and (seller.name or seller.id or seller.url)) or listing_site(listing)


def seller_key(listing: Listing) -> str:
    """Return what tells two sellers of a site apart: their id, else what they are called."""
    seller = listing.seller
    return (seller and seller.id) or seller_name(listing)


def seller_id(listing: Listing) -> str:
    """Return the id of the seller, stable for the site and what tells its sellers apart."""
    return stable_id("se", listing_site(listing), seller_key(listing))
