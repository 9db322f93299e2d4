"""Stored hits -> the cards of the page of hits, with everything chosen, marked and measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from console.hit_parts import (
    ChosenPair,
    Step,
    choose_pairs,
    file_caption,
    is_part,
    language_tag,
    make_steps,
    mark_spans,
    safe_link,
    shown_price,
    shown_score,
    title_spans,
    usual_price,
)
from console.hits_labels import LABELS
from console.hits_pictures import Thumbnail, load_thumbnail
from crawler.model import Right
from crawler.store.hits import StoredHit
from matchers.wording import Language

LARGE, SMALL = 480, 320
"""Longer side of a thumbnail in pixels; the small one where there are many."""
MANY_PICTURES = 300
MOST_PAIRS = 3
"""Pairs of pictures shown for one hit."""

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
        return shown_score(self.stored)


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
    pairs = choose_pairs(stored, language)
    return Card(
        stored=stored,
        title=mark_spans(stored.listing.title, title_spans(stored)),
        language=language_tag(stored.listing),
        link=safe_link(stored.listing.url),
        price=shown_price(stored.listing),
        usual=usual_price(stored),
        pairs=tuple(_pair(stored, shelf, pair) for pair in pairs[:MOST_PAIRS]),
        hidden_pairs=max(0, len(pairs) - MOST_PAIRS),
        steps=tuple(make_steps(stored, LABELS[language], language)),
    )


def _pair(stored: StoredHit, shelf: Shelf, pair: ChosenPair) -> Pair:
    return Pair(
        listing=_listing_picture(stored, shelf, pair),
        reference=_reference_picture(stored, shelf, pair.reference),
        matched=pair.finding is not None,
    )


def _listing_picture(stored: StoredHit, shelf: Shelf, pair: ChosenPair) -> Picture:
    file = stored.picture_files.get(pair.image) if pair.image else None
    if file is None:
        return Picture(thumbnail=None, missing="not_stored" if pair.image else "no_picture")
    thumbnail = shelf.get(file)
    box = None
    if pair.region and not thumbnail.problem:
        box = _percent(pair.region, thumbnail.original)
    return Picture(thumbnail=thumbnail, caption=pair.caption, region=box)


def _reference_picture(stored: StoredHit, shelf: Shelf, reference: str | None) -> Picture:
    file = stored.reference_files.get(reference) if reference else None
    if file is None:
        return Picture(thumbnail=None, missing="not_stored" if reference else "no_reference")
    return Picture(thumbnail=shelf.get(file), caption=file_caption(reference))


def _percent(region: tuple[int, int, int, int], size: tuple[int, int]) -> Box | None:
    """Return the region in percent of the picture; None when it is the whole picture."""
    if not is_part(region, size):
        return None
    x, y, width, height = region
    left, top = max(0, x) / size[0] * 100, max(0, y) / size[1] * 100
    wide = min(100 - left, width / size[0] * 100)
    high = min(100 - top, height / size[1] * 100)
    return round(left, 2), round(top, 2), round(wide, 2), round(high, 2)
