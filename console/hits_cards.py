"""Stored hits -> the cards of the page of hits, with everything chosen, marked and measured."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from console.hits_labels import LABELS
from console.hits_pictures import Thumbnail, load_thumbnail
from crawler.model import Finding, Listing, Right
from crawler.store.hits import StoredHit
from matchers.pictures.prints import BITS
from matchers.wording import Language, field_label
from pipelines.takedown.layout import make_visible
from pipelines.takedown.wording import describe_edits, describe_finding, describe_transform

LARGE, SMALL = 480, 320
"""Longer side of a thumbnail in pixels; the small one where there are many."""
MANY_PICTURES = 300
MOST_PAIRS = 3
"""Pairs of pictures shown for one hit."""
LONGEST_ADDRESS = 200
"""Characters of the address of a file that are shown."""
CONTEXT = 36
"""Characters shown on either side of a match in a long field."""

_WEB_ADDRESS = re.compile(r"https?://[^\s\\\x00-\x20\x7f]+", re.IGNORECASE)
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")

Box = tuple[float, float, float, float]
"""left, top, width, height in percent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """One side of a pair: a thumbnail, or the words that stand in its place."""

    thumbnail: Thumbnail | None
    missing: str = ""
    """Key of the label that says why there is none."""
    caption: str = ""
    region: Box | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A picture of the listing beside one of the right."""

    listing: Picture
    reference: Picture
    matched: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One finding in the waterfall."""

    finding: Finding
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
class Card:
    """A hit as it is shown."""

    stored: StoredHit
    title: Markup
    language: str | None
    link: str | None
    """The address, only where it is plain http or https."""
    price: str | None
    usual: str | None
    pairs: tuple[Pair, ...]
    hidden_pairs: int
    steps: tuple[Step, ...]

    @property
    def score(self) -> str:
        """Two decimals, never rounded up to a limit that was not reached."""
        return f"{math.floor(self.stored.hit.score * 100) / 100:.2f}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """The hits of one right, highest score first."""

    right: Right
    cards: tuple[Card, ...]

    @property
    def flagged(self) -> int:
        """How many of the hits are flagged."""
        return sum(card.stored.hit.flagged for card in self.cards)


class Shelf:
    """Thumbnails by file, each made once."""

    def __init__(self, hits: Sequence[StoredHit]) -> None:
        files = {file for stored in hits for file in stored.picture_files.values()}
        self._side = LARGE if len(files) <= MANY_PICTURES else SMALL
        self._made: dict[Path, Thumbnail] = {}

    def get(self, file: Path) -> Thumbnail:
        """Return the file's thumbnail."""
        if file not in self._made:
            self._made[file] = load_thumbnail(file, self._side)
        return self._made[file]


def make_card(stored: StoredHit, shelf: Shelf, language: Language) -> Card:
    """Choose and mark what is shown of a hit."""
    listing = stored.listing
    speaking = [f for f in stored.hit.findings if f.weight > 0]
    in_title = [f.span for f in speaking if f.field == "title" and _spanned(f, listing.title)]
    price = None
    if listing.price is not None:
        price = f"{listing.price} {listing.currency or ''}".strip()
    usual = next((f.form for f in stored.hit.findings if f.field == "price" and f.form), None)
    tag = listing.language or ""
    pairs = _pairs(stored, shelf, language)
    return Card(
        stored=stored,
        title=mark_spans(listing.title, (span for span in in_title if span)),
        language=tag if _LANGUAGE_TAG.fullmatch(tag) else None,
        link=safe_link(listing.url),
        price=price,
        usual=usual,
        pairs=tuple(pairs[:MOST_PAIRS]),
        hidden_pairs=max(0, len(pairs) - MOST_PAIRS),
        steps=tuple(_steps(stored, language)),
    )


def _words(finding: Finding, language: Language) -> str:
    """Return the finding in words; of pictures only what cannot be seen beside them."""
    if finding.image is None or finding.distance is None or finding.feature != "picture":
        return describe_finding(finding, language)
    label = LABELS[language]
    altered = describe_transform(finding.transform, language)
    hashes = label["hashes"].format(bits=finding.distance, of=BITS)
    return label["semicolon"].join(part for part in (altered, hashes) if part)


def _spanned(finding: Finding, text: str) -> bool:
    """Tell whether the span really holds the finding's text: a page may have changed since."""
    if finding.span is None:
        return False
    start, end = finding.span
    return finding.text is None or text[start:end] == finding.text


def _steps(stored: StoredHit, language: Language) -> Iterable[Step]:
    total = 0.0
    for finding in sorted(stored.hit.findings, key=lambda f: -f.weight):
        before, total = total, total + finding.weight
        yield Step(
            finding=finding,
            words=_words(finding, language),
            edits=describe_edits(finding, language),
            where=field_label(finding.field, language) if finding.field else "",
            excerpt=_excerpt(finding, stored.listing),
            before=before,
            total=total,
        )


def _excerpt(finding: Finding, listing: Listing) -> Markup | None:
    if finding.file is not None:
        return escape(make_visible(finding.file[:LONGEST_ADDRESS]))
    pictured = finding.field == "picture"
    text = finding.line if pictured else _field_text(listing, finding.field)
    if finding.field == "title" or text is None or finding.span is None:
        return None
    if not _spanned(finding, text):
        return None
    start, end = finding.span
    left, right = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
    shown = mark_spans(text[left:right], [(start - left, end - left)])
    return Markup("{}{}{}").format("… " if left else "", shown, " …" if right < len(text) else "")


def _field_text(listing: Listing, field: str | None) -> str | None:
    name, _, key = (field or "").partition(".")
    if name == "attributes":
        return listing.attributes.get(key)
    values: Mapping[str, str | None] = {
        "description": listing.description,
        "text": listing.text,
        "brand": listing.brand,
        "seller": listing.seller.name if listing.seller else None,
    }
    return values.get(name)


def _pairs(stored: StoredHit, shelf: Shelf, language: Language) -> list[Pair]:
    """Return the pairs that match, best first; where none does, the first picture of each side."""
    matched = sorted((f for f in stored.hit.findings if f.image), key=lambda f: -f.weight)
    seen: dict[tuple[str | None, str | None], Finding] = {}
    for finding in matched:
        seen.setdefault((finding.image, finding.reference), finding)
    pairs = [
        Pair(
            listing=_listing_picture(
                stored,
                shelf,
                finding.image,
                finding.region,
                _caption(finding, language),
            ),
            reference=_reference_picture(stored, shelf, _shown_beside(finding, stored)),
            matched=True,
        )
        for finding in seen.values()
    ]
    if pairs:
        return pairs
    images, references = stored.listing.images, stored.right.images
    had = [image for image in images if image in stored.picture_files] or list(images)
    return [
        Pair(
            listing=_listing_picture(stored, shelf, had[0] if had else None, None, ""),
            reference=_reference_picture(stored, shelf, references[0] if references else None),
            matched=False,
        )
    ]


def _caption(finding: Finding, language: Language) -> str:
    """Return how the picture was altered, or what was read in it."""
    if finding.reference is None and finding.text:
        return f"“{make_visible(finding.text)}”"
    return describe_transform(finding.transform, language)


def _shown_beside(finding: Finding, stored: StoredHit) -> str | None:
    """Return the right's picture of a finding; its first where only words were compared."""
    return finding.reference or next(iter(stored.right.images), None)


def _listing_picture(
    stored: StoredHit,
    shelf: Shelf,
    image: str | None,
    region: tuple[int, int, int, int] | None,
    caption: str,
) -> Picture:
    file = stored.picture_files.get(image) if image else None
    if file is None:
        return Picture(thumbnail=None, missing="not_stored" if image else "no_picture")
    thumbnail = shelf.get(file)
    box = _percent(region, thumbnail.original) if region and not thumbnail.problem else None
    return Picture(thumbnail=thumbnail, caption=caption, region=box)


def _reference_picture(stored: StoredHit, shelf: Shelf, reference: str | None) -> Picture:
    file = stored.reference_files.get(reference) if reference else None
    if file is None:
        return Picture(thumbnail=None, missing="not_stored" if reference else "no_reference")
    return Picture(thumbnail=shelf.get(file), caption=Path(reference or "").name)


def _percent(region: tuple[int, int, int, int], size: tuple[int, int]) -> Box | None:
    """Return the region in percent of the picture; None when it is the whole picture."""
    x, y, width, height = region
    left, top = max(0, x) / size[0] * 100, max(0, y) / size[1] * 100
    wide = min(100 - left, width / size[0] * 100)
    high = min(100 - top, height / size[1] * 100)
    if min(wide, high) <= 0 or (wide > 99 and high > 99):
        return None
    return round(left, 2), round(top, 2), round(wide, 2), round(high, 2)


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
    """Return the address when it is plain http or https, else None: it is then shown as text."""
    return url if _WEB_ADDRESS.fullmatch(url) else None


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
