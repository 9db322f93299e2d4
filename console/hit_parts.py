"""What is chosen, marked and measured of a stored hit, for every page that shows one."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from crawler.model import Finding, Listing
from crawler.store.hits import StoredHit
from matchers.pictures.prints import BITS, Box
from matchers.wording import CONTEXT_SENTENCES, STANDING_SENTENCES, Language, field_label
from pipelines.takedown.layout import exact_url, make_visible
from pipelines.takedown.wording import describe_edits, describe_finding, describe_transform

LONGEST_ADDRESS = 200
"""Characters of the address of a file that are shown."""
LONGEST_MATCH = 200
"""Characters of a match in a long field that are shown."""
CONTEXT = 36
"""Characters shown on either side of a match in a long field."""

_WEB_ADDRESS = re.compile(r"https?://[^\s\\\x00-\x20\x7f]+", re.IGNORECASE)
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One finding in the waterfall."""

    finding: Finding
    label: str
    """What was compared, in a word or two."""
    words: str
    edits: str
    where: str
    excerpt: Markup | None
    """The match in its surroundings, for fields other than the title."""
    before: float
    """Sum of the weights so far, in bits."""
    total: float
    """The same with this one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChosenPair:
    """A picture of the listing and one of the right that are to be shown beside each other."""

    image: str | None
    """As in ``Listing.images``; None where the listing has none."""
    reference: str | None
    """As in ``Right.images``; None where the right has none."""
    finding: Finding | None
    """The strongest that compares the two; None where nothing does."""
    caption: str = ""
    """How the picture was altered, or what was read in it."""

    @property
    def region(self) -> Box | None:
        """What of the listing's picture matches, in its pixels; None = all of it, or unknown."""
        return self.finding.region if self.finding else None

    @property
    def reference_region(self) -> Box | None:
        """The same of the right's picture."""
        return self.finding.reference_region if self.finding else None


def shown_score(stored: StoredHit) -> str:
    """Return the score with two decimals, never rounded up to a limit that was not reached."""
    return f"{math.floor(stored.hit.score * 100) / 100:.2f}"


def language_tag(listing: Listing) -> str | None:
    """Return the language of the listing where it is a tag that a page may carry."""
    tag = listing.language or ""
    return tag if _LANGUAGE_TAG.fullmatch(tag) else None


def shown_price(listing: Listing) -> str | None:
    """Return price and currency, as the listing has them."""
    if listing.price is None:
        return None
    return f"{listing.price} {listing.currency or ''}".strip()


def usual_price(stored: StoredHit) -> str | None:
    """Return what genuine goods usually cost, where a finding compares the price with it."""
    return next((f.form for f in stored.hit.findings if f.field == "price" and f.form), None)


def title_spans(stored: StoredHit) -> list[tuple[int, int]]:
    """Return what of the title speaks for the hit."""
    title = stored.listing.title
    speaking = (f for f in stored.hit.findings if f.weight > 0 and f.field == "title")
    return [f.span for f in speaking if f.span is not None and is_spanned(f, title)]


def is_spanned(finding: Finding, text: str) -> bool:
    """Tell whether the span really holds the finding's text: a page may have changed since."""
    if finding.span is None:
        return False
    start, end = finding.span
    return finding.text is None or text[start:end] == finding.text


def make_steps(
    stored: StoredHit, words: Mapping[str, str], language: Language, *, longest_title: int = 0
) -> Iterator[Step]:
    """Yield the findings, what speaks for the hit first, each with the sum so far.

    :param words: of ``console.hits_labels``
    :param longest_title: characters of the title that are shown; 0 = all of it
    """
    total = 0.0
    for finding in sorted(stored.hit.findings, key=lambda f: -f.weight):
        before, total = total, total + finding.weight
        yield Step(
            finding=finding,
            label=feature_label(finding.feature, words),
            words=_words(finding, words, language),
            edits=describe_edits(finding, language),
            where=field_label(finding.field, language) if finding.field else "",
            excerpt=_excerpt(finding, stored.listing, longest_title),
            before=before,
            total=total,
        )


def feature_label(feature: str, words: Mapping[str, str]) -> str:
    """Return what a feature is called, or the kind of feature that it is.

    :param words: of ``console.hits_labels``
    """
    if label := words.get(f"feature:{feature}"):
        return label
    if feature in STANDING_SENTENCES["en"]:
        return words["standing"]
    return words["context"] if feature in CONTEXT_SENTENCES["en"] else feature.replace("_", " ")


def _words(finding: Finding, label: Mapping[str, str], language: Language) -> str:
    """Return the finding in words; of pictures only what cannot be seen beside them."""
    if finding.image is None or finding.distance is None or finding.feature != "picture":
        return describe_finding(finding, language)
    altered = describe_transform(finding.transform, language)
    hashes = label["hashes"].format(bits=finding.distance, of=BITS)
    return label["semicolon"].join(part for part in (altered, hashes) if part)


def _excerpt(finding: Finding, listing: Listing, longest_title: int) -> Markup | None:
    if finding.file is not None:
        return escape(make_visible(finding.file[:LONGEST_ADDRESS]))
    if finding.span is None:
        return None
    start, end = finding.span
    if finding.field == "title" and not 0 < longest_title < end:
        return None
    pictured = finding.field == "picture"
    text = finding.line if pictured else _field_text(listing, finding.field)
    if text is None or not is_spanned(finding, text):
        return None
    end = min(end, start + LONGEST_MATCH)
    left, right = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
    shown = mark_spans(text[left:right], [(start - left, end - left)])
    return Markup("{}{}{}").format("… " if left else "", shown, " …" if right < len(text) else "")


def _field_text(listing: Listing, field: str | None) -> str | None:
    name, _, key = (field or "").partition(".")
    if name == "attributes":
        return listing.attributes.get(key)
    values: Mapping[str, str | None] = {
        "title": listing.title,
        "description": listing.description,
        "text": listing.text,
        "brand": listing.brand,
        "seller": listing.seller.name if listing.seller else None,
    }
    return values.get(name)


def choose_pairs(stored: StoredHit, language: Language) -> list[ChosenPair]:
    """Return the pairs that match, best first; where none does, the first picture of each side."""
    matched = sorted((f for f in stored.hit.findings if f.image), key=lambda f: -f.weight)
    seen: dict[tuple[str | None, str | None], Finding] = {}
    for finding in matched:
        seen.setdefault((finding.image, finding.reference), finding)
    first = next(iter(stored.right.images), None)
    if seen:
        return [
            ChosenPair(
                image=finding.image,
                reference=finding.reference or first,  # where only words were compared
                finding=finding,
                caption=_caption(finding, language),
            )
            for finding in seen.values()
        ]
    images = stored.listing.images
    had = [image for image in images if image in stored.picture_files] or list(images)
    return [ChosenPair(image=had[0] if had else None, reference=first, finding=None)]


def _caption(finding: Finding, language: Language) -> str:
    if finding.reference is None and finding.text:
        return f"“{make_visible(finding.text)}”"
    return describe_transform(finding.transform, language)


def file_caption(reference: str | None) -> str:
    """Return what a picture of the right is called."""
    return Path(reference or "").name


def is_part(region: Box, size: tuple[int, int]) -> bool:
    """Tell whether a region is within the picture, and not the whole of it."""
    x, y, width, height = region
    wide = min(size[0] - max(0, x), width)
    high = min(size[1] - max(0, y), height)
    return min(wide, high) > 0 and not (wide > 0.99 * size[0] and high > 0.99 * size[1])


def mark_spans(text: str, spans: Iterable[tuple[int, int]]) -> Markup:
    """Return the text as HTML with its spans in ``<mark>``; spans that overlap share one.

    :param spans: start and end in code points; what lies outside the text is left out
    """
    pieces: list[Markup] = []
    at = 0
    for start, end in _joined(spans, len(text)):
        pieces.append(escape(make_visible(text[at:start])))
        pieces.append(Markup("<mark>{}</mark>").format(make_visible(text[start:end])))
        at = end
    return Markup().join([*pieces, escape(make_visible(text[at:]))])


def safe_link(url: str) -> str | None:
    """Return the address when it is plain http or https, else None: it is then shown as text.

    What is unseen in it, or turns the line around, is percent-encoded.
    """
    return exact_url(url) if _WEB_ADDRESS.fullmatch(url) else None


def _joined(spans: Iterable[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted((max(0, start), min(end, length)) for start, end in spans):
        if start >= end:
            continue
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
