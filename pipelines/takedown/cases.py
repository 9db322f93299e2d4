"""Cases: the judged hits of one seller against one right holder on one site."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from crawler.errors import InputError, NotAllowedError
from crawler.model import Listing, stable_id
from crawler.sellers import listing_site, seller_key, seller_name
from crawler.store.hits import StoredHit
from crawler.takedown import Case
from pipelines.takedown.layout import make_visible

_SHOWN = 80
"""Characters of a party's name in a message."""


def draft_case(hits: Sequence[StoredHit], *, opened_at: datetime) -> Case:
    """Return the case that the hits belong to; its id is the same for the same three parties.

    :raises InputError: when there are no hits
    :raises NotAllowedError: when a hit is not judged infringing, or the hits are of several
        sellers, sites or holders
    """
    check_one_case(hits)
    first = hits[0]
    holder = _holder_name(first)
    site = site_of_hit(first)
    return Case(
        id=case_id_of(first),
        seller=seller_of_hit(first),
        site=site,
        holder=holder,
        opened_at=opened_at,
    )


def case_id_of(stored: StoredHit) -> str:
    """Return the id of the case that a hit is of, once it is judged infringing."""
    return case_id_between(stored.listing, _holder_name(stored))


def case_id_between(listing: Listing, holder: str) -> str:
    """Return the id of the case of a listing's seller against a holder, by the holder's name."""
    return stable_id("c", listing_site(listing), seller_key(listing), holder)


def check_one_case(hits: Sequence[StoredHit]) -> None:
    """Refuse hits that a person has not judged infringing, or that are not of one case.

    :raises InputError: when there are no hits
    :raises NotAllowedError: with every reason, each naming its hits
    """
    if not hits:
        raise InputError("expected at least one hit, got none")
    reasons = list(_undecided(hits))
    for what, parties in (
        ("site", {h.hit.id: site_of_hit(h) for h in hits}),
        ("seller", {h.hit.id: seller_of_hit(h) for h in hits}),
        ("right holder", {h.hit.id: _holder_name(h) for h in hits}),
    ):
        if len(set(parties.values())) > 1:
            named = "; ".join(f"{h}: {make_visible(p)[:_SHOWN]}" for h, p in parties.items())
            reasons.append(f"a case has one {what}, but these hits have several ({named})")
    if (
        len({seller_key(h.listing) for h in hits}) > 1
        and len({seller_of_hit(h) for h in hits}) == 1
    ):
        ids = ", ".join(h.hit.id for h in hits)
        reasons.append(f"the sellers of {ids} have one name but different ids")
    if reasons:
        raise NotAllowedError("\n".join(reasons))


def site_of_hit(stored: StoredHit) -> str:
    """Return the site on which the hit was found."""
    return listing_site(stored.listing)


def seller_of_hit(stored: StoredHit) -> str:
    """Return the seller as the page shows it, or the site where the page names none."""
    return seller_name(stored.listing)


def _holder_name(stored: StoredHit) -> str:
    holder = stored.right.holder
    return holder.name if holder else "not known"


def _undecided(hits: Sequence[StoredHit]) -> Iterable[str]:
    for stored in hits:
        judgement = stored.judgement
        if judgement is None:
            yield (
                f"{stored.hit.id} has not been judged; a person decides first:"
                f" markhound judge {stored.hit.id} --as infringing --by NAME --reason TEXT"
            )
        elif judgement.decision != "infringing":
            yield (
                f"{stored.hit.id} was judged {judgement.decision!r} by {judgement.by};"
                " a notice needs the judgement 'infringing'"
            )
        elif stored.disputed:
            yield f"{stored.hit.id} is disputed: two people disagree on it, and a third decides"
        elif stored.changed:
            yield (
                f"{stored.hit.id} has changed since it was judged on"
                f" {judgement.judged_at:%Y-%m-%d}; look at it again and judge it anew"
            )
