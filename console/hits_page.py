"""Hits as one self-contained HTML page: no script, no request, nothing of the seller's trusted.

Every value passes the template's escaping, and no value keeps a character that is unseen or turns
the reading direction (``pipelines.takedown.layout.make_visible``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from console.hits_cards import Card, Section, Shelf, make_card
from console.hits_labels import LABELS
from console.hits_pictures import Thumbnail
from crawler.store.hits import StoredHit
from pipelines.takedown.layout import make_visible
from pipelines.takedown.wording import RIGHT_KINDS

TEMPLATES = Path(__file__).parent / "templates"
AXIS = (-12.0, 36.0)
"""Bits that a waterfall shows at most; one licence would squeeze all the rest."""


def render_hits_page(
    hits: Sequence[StoredHit],
    *,
    title: str,
    generated_at: datetime,
    language: Literal["en", "zh"] = "en",
) -> str:
    """Return the page; the same hits and files give the same text.

    :param generated_at: with time zone; shown in UTC
    """
    shelf = Shelf(hits)
    cards = [make_card(stored, shelf, language) for stored in sorted(hits, key=_by_score)]
    sections = _sections(cards)
    used = Counter(thumbnail.file for thumbnail in _thumbnails(cards))
    shared = {file: f"p{number}" for number, file in enumerate(f for f in used if used[f] > 1)}
    return _environment.get_template("hits.html").render(
        title=title,
        generated_at=generated_at.astimezone(UTC),
        label=LABELS[language],
        kinds=RIGHT_KINDS[language],
        sections=sections,
        counts={
            "hits": len(hits),
            "flagged_count": sum(stored.hit.flagged for stored in hits),
            "rights": len(sections),
            "sites": len({stored.listing.site for stored in hits}),
            "judged_count": sum(stored.judgement is not None for stored in hits),
        },
        shared=shared,
        shared_pictures=[(shared[f], Markup(shelf.get(f).uri)) for f in shared],  # noqa: S704
        picture_count=len(used),
        css=Markup((TEMPLATES / "hits.css").read_text(encoding="utf-8")),  # noqa: S704
        scale=_scale(cards),
    )


def _by_score(stored: StoredHit) -> tuple[float, str]:
    return -stored.hit.score, stored.hit.id


def _sections(cards: Sequence[Card]) -> list[Section]:
    """Group by right; the right with the highest score comes first, as the cards do."""
    by_right: dict[str, list[Card]] = {}
    for card in cards:
        by_right.setdefault(card.stored.right.id, []).append(card)
    return [Section(right=own[0].stored.right, cards=tuple(own)) for own in by_right.values()]


def _thumbnails(cards: Iterable[Card]) -> Iterable[Thumbnail]:
    for card in cards:
        for pair in card.pairs:
            for picture in (pair.listing, pair.reference):
                if picture.thumbnail is not None and picture.thumbnail.uri:
                    yield picture.thumbnail


def _scale(cards: Iterable[Card]) -> Callable[[float], float]:
    """Return bits -> percent of the waterfalls' width: one axis for the whole page.

    It spans the sums of the page, within ``AXIS``; a bar that goes on beyond ends at the edge.
    """
    sums = [0.0, *(step.total for card in cards for step in card.steps)]
    low = max(AXIS[0], min(sums)) - 0.5
    high = min(AXIS[1], max(sums)) + 0.5
    return lambda bits: round((min(max(bits, low), high) - low) / (high - low) * 100, 2)


def _finalize(value: object) -> object:
    return (
        make_visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
    )


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_finalize,
    trim_blocks=True,
    lstrip_blocks=True,
)
