"""What the rest of a listing says about a candidate: a table of plain features.

Each feature looks at one thing and returns a finding, or None when there is nothing to say. Its
docstring is shown to users as its explanation. A new feature is a function here and a row in
``FEATURES``, with its weight in ``matchers.weights``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from crawler.model import Finding, Licensee, Listing
from crawler.sites import parse_site
from matchers.candidate import Candidate
from matchers.goods import same_goods
from matchers.normalize import fold, fold_in_place
from matchers.phrases import find_phrases
from matchers.referential import referential
from matchers.tokens import joined_letters
from matchers.vocabulary import load_words
from matchers.weights import CONTEXT

Feature = Callable[[Candidate], Finding | None]


def licensed_seller(candidate: Candidate) -> Finding | None:
    """Seller or site that the holder of the right has licensed."""
    for licensee in candidate.right.licensees:
        if not _is_licensee(licensee, candidate.listing):
            continue
        who = " on ".join(part for part in (licensee.seller, licensee.site) if part)
        seller = candidate.listing.seller
        shown = (seller.name or seller.id) if seller and licensee.seller else None
        return Finding(
            feature="licensed_seller",
            weight=CONTEXT["licensed_seller"],
            field="seller" if licensee.seller else "site",
            text=shown or _site(candidate),
            form=who,
            detail=f"The holder has licensed {who}.",
        )
    return None


def _is_licensee(licensee: Licensee, listing: Listing) -> bool:
    if licensee.seller is None and licensee.site is None:
        return False
    if licensee.site is not None and not _same_site(licensee.site, listing):
        return False
    if licensee.seller is None:
        return True
    seller = listing.seller
    wanted = joined_letters(licensee.seller)
    names = (seller.name, seller.id) if seller else ()
    return any(name is not None and joined_letters(name) == wanted for name in names)


def _same_site(site: str, listing: Listing) -> bool:
    """Whether a licensee's site, in whatever form it was typed, is the listing's."""
    wanted = parse_site(site)
    return bool(wanted) and parse_site(listing.site or listing.url) == wanted


def _site(candidate: Candidate) -> str:
    return candidate.listing.site or urlsplit(candidate.listing.url).netloc


def counterfeit_words(candidate: Candidate) -> Finding | None:
    """Vocabulary of copies, such as replica or 高仿, beside a name or picture of the right."""
    for vocabulary, feature in (
        ("counterfeit", "counterfeit_words"),
        ("perhaps_counterfeit", "perhaps_counterfeit"),
    ):
        if feature == "perhaps_counterfeit" and _only_ordinary_words(candidate):
            return None
        for field in ("title", "description"):
            text = getattr(candidate.listing, field)
            span = _find_words_of_copies(text, vocabulary) if text else None
            if span is not None:
                return Finding(
                    feature="counterfeit_words",
                    weight=CONTEXT[feature],
                    field=field,
                    span=span,
                    text=text[slice(*span)],
                    form=fold_in_place(text[slice(*span)]),
                    detail=f"The {field} says “{text[slice(*span)]}”.",
                )
    return None


def _find_words_of_copies(text: str, vocabulary: str) -> tuple[int, int] | None:
    """Return the first span of the vocabulary that is no part of a harmless phrase."""
    folded = fold_in_place(text)
    found: list[re.Match[str]] = list(find_phrases(vocabulary).finditer(folded))
    if not found:
        return None
    harmless = [match.span() for match in find_phrases("not_counterfeit").finditer(folded)]
    for match in found:
        if not any(start < match.end() and match.start() < end for start, end in harmless):
            return match.span()
    return None


def _only_ordinary_words(candidate: Candidate) -> bool:
    """Whether nothing but ordinary words, which may mean the mark or not, links the two."""
    return not candidate.pictures and all(found.match.common for found in candidate.names)


def other_brand(candidate: Candidate) -> Finding | None:
    """Brand field that names another brand: one that is watched, or stands in the title."""
    listing, brand = candidate.listing, candidate.listing.brand
    if brand is None or fold(brand).strip() in load_words("no_brand"):
        return None
    given = joined_letters(brand)
    if not given or any(found.field == "brand" for found in candidate.names):
        return None
    # A mark may be known by part of its name: "Aurelio" for "Aurelio Milano".
    names = [joined_letters(name) for name in candidate.right.names]
    if not names or any(given in name or name in given for name in names if name):
        return None
    if given in _shop_names(listing):
        return None  # many shop programs put the shop there
    if given not in candidate.watched and given not in joined_letters(listing.title):
        return None
    return Finding(
        feature="other_brand",
        weight=CONTEXT["other_brand"],
        field="brand",
        span=(0, len(brand)),
        text=brand,
        form=candidate.right.name,
        detail=f"The brand is given as “{brand}”.",
    )


def _shop_names(listing: Listing) -> set[str]:
    """Return how the seller and the site call themselves, comparable."""
    seller, site = listing.seller, parse_site(listing.site or listing.url)
    host = urlsplit(listing.url).hostname or ""
    names = {site, site.split(".")[0], host, host.removeprefix("www.")}
    if seller is not None:
        names |= {name for name in (seller.name, seller.id) if name}
    return {joined_letters(name) for name in names}


FEATURES: tuple[Feature, ...] = (
    licensed_seller,
    referential,
    counterfeit_words,
    other_brand,
    same_goods,
)
"""Every feature, in the order in which they are shown."""


def find_context(candidate: Candidate) -> Iterator[Finding]:
    """Yield what the features find."""
    for feature in FEATURES:
        finding = feature(candidate)
        if finding is not None:
            yield finding
