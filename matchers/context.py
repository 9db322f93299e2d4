"""What the rest of a listing says about a candidate: a table of plain features.

Each feature looks at one thing and returns a finding, or None when there is nothing to say. Its
docstring is shown to users as its explanation. A new feature is a function here and a row in
``FEATURES``, with its weight in ``matchers.weights``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from urllib.parse import urlsplit

from crawler.model import Finding, Licensee, Listing
from matchers.candidate import Candidate
from matchers.marks import NameMatch
from matchers.normalize import UNSPACED, find_views, fold, fold_in_place
from matchers.tokens import Stream
from matchers.vocabulary import load_words
from matchers.weights import CONTEXT

Feature = Callable[[Candidate], Finding | None]

_REACH = 4
"""Words that may stand between "for" and the name: "for Nokia, Samsung and Aurelio phones"."""
_REACH_UNSPACED = 10
"""The same in characters of unspaced scripts."""
_NEARBY = 120
"""Characters before and after a name that are read for such words."""


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
    wanted = _joined(licensee.seller)
    names = (seller.name, seller.id) if seller else ()
    return any(name is not None and _joined(name) == wanted for name in names)


def _joined(name: str) -> str:
    """Return the comparable letters of a name; look-alike letters stay different letters."""
    return Stream(name, find_views(name)[0]).joined


def _same_site(site: str, listing: Listing) -> bool:
    wanted = site.lower().removeprefix("www.")
    if listing.site is not None:
        return listing.site.lower().removeprefix("www.") == wanted
    host = urlsplit(listing.url).netloc.lower()
    return host == wanted or host.endswith("." + wanted)


def _site(candidate: Candidate) -> str:
    return candidate.listing.site or urlsplit(candidate.listing.url).netloc


def referential(candidate: Candidate) -> Finding | None:
    """Name that says what the goods fit, not whose goods they are ("case for Aurelio phones")."""
    title = candidate.listing.title
    uses = [found.match for found in candidate.names if found.field == "title"]
    if not uses:
        return None
    words = [_find_referential(title, use) for use in uses]
    first = words[0]
    if first is None or not all(words):
        return None
    return Finding(
        feature="referential",
        weight=CONTEXT["referential"],
        field="title",
        span=first,
        text=title[slice(*first)],
        form=uses[0].form,
        detail=f"“{title[slice(*first)]}” makes “{uses[0].text}” the thing that the goods fit.",
    )


def _find_referential(title: str, use: NameMatch) -> tuple[int, int] | None:
    start, end = use.span
    first = max(0, start - _NEARBY)
    before = fold_in_place(title[first:start])
    after = fold_in_place(title[end : end + _NEARBY])
    for found in reversed(list(_phrases("referential_before").finditer(before))):
        if _reaches(before[found.end() :]):
            return found.start() + first, found.end() + first
    found_after = _phrases("referential_after").match(after.lstrip())
    if found_after is None:
        return None
    shift = end + len(after) - len(after.lstrip())
    return found_after.start() + shift, found_after.end() + shift


def _reaches(between: str) -> bool:
    """Whether a word like "for" still governs what follows ``between``."""
    if re.search(r"[.;!?()|。；！？（）|]", between):
        return False
    words = re.findall(rf"[{UNSPACED}]+|\w+", between)
    if any(word in load_words("audience_en") for word in words):
        return False
    unspaced = sum(len(word) for word in words if re.match(f"[{UNSPACED}]", word))
    return unspaced <= _REACH_UNSPACED and len(words) <= _REACH


def counterfeit_words(candidate: Candidate) -> Finding | None:
    """Vocabulary of copies, such as replica or 高仿, beside a name or picture of the right."""
    for field in ("title", "description"):
        text = getattr(candidate.listing, field)
        found = _phrases("counterfeit").search(fold_in_place(text)) if text else None
        if found is None:
            continue
        return Finding(
            feature="counterfeit_words",
            weight=CONTEXT["counterfeit_words"],
            field=field,
            span=found.span(),
            text=text[slice(*found.span())],
            form=found[0],
            detail=f"The {field} says “{text[slice(*found.span())]}”.",
        )
    return None


def other_brand(candidate: Candidate) -> Finding | None:
    """Brand field that names another brand."""
    brand = candidate.listing.brand
    if brand is None or not _joined(brand) or fold(brand).strip() in load_words("no_brand"):
        return None
    if any(found.field == "brand" for found in candidate.names):
        return None
    # A mark may be known by part of its name: "Aurelio" for "Aurelio Milano".
    names = [_joined(name) for name in candidate.right.names]
    if not names or any(_joined(brand) in name or name in _joined(brand) for name in names if name):
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


def same_goods(candidate: Candidate) -> Finding | None:
    """Goods of a kind for which the mark is registered, or of another kind."""
    listing, goods = candidate.listing, candidate.right.goods
    if candidate.right.kind == "work" or not goods:
        return None
    text = fold(" ".join((listing.title, *listing.category)))
    for good in goods:
        stem = fold(good).strip().removesuffix("s")
        start = r"(?<!\w)" if stem.isascii() else ""
        if stem and re.search(start + re.escape(stem), text):
            return _goods_finding("goods", listing, good, f"The goods are “{good}”.")
    if not listing.category:
        return None
    detail = f"The category names none of the registered goods ({', '.join(goods)})."
    return _goods_finding("other_goods", listing, ", ".join(goods), detail)


def _goods_finding(feature: str, listing: Listing, form: str, detail: str) -> Finding:
    return Finding(
        feature=feature,
        weight=CONTEXT[feature],
        field="category" if listing.category else "title",
        text=" > ".join(listing.category) or listing.title,
        form=form,
        detail=detail,
    )


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


@cache
def _phrases(name: str) -> re.Pattern[str]:
    """Return a pattern that finds the entries of a vocabulary file as whole words."""
    parts = []
    for phrase in sorted(load_words(name), key=lambda phrase: (-len(phrase), phrase)):
        folded = re.escape(fold_in_place(phrase)).replace(r"\ ", r"\s+")
        # A word of a spaced script must not begin or end inside another: "1:1" is not in "1:18".
        head = "" if re.match(f"[{UNSPACED}]", phrase) else r"(?<![^\W_])"
        if not head or re.match(f"[{UNSPACED}]", phrase[-1]):
            parts.append(("" if not head else r"(?<![a-z0-9])") + folded)
        else:
            parts.append(rf"{head}{folded}(?![a-z0-9])")
    return re.compile("|".join(parts))
