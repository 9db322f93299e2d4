"""A stored hit -> its card: everything that a person looks at before deciding."""

from __future__ import annotations

import math
import shlex
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from markupsafe import Markup
from sqlite_utils import Database

from console.hit_parts import (
    Step,
    choose_pairs,
    language_tag,
    make_steps,
    mark_spans,
    safe_link,
    shown_price,
    shown_score,
    title_spans,
)
from console.hits_labels import LABELS
from console.web.licences import LicenceCheck, check_licences
from console.web.pairs import Pair, make_pair
from console.web.thumbnails import Thumbnails
from console.web.visits import Visit
from console.web.words import load_words
from crawler.causes import CAUSES
from crawler.model import Finding
from crawler.sellers import seller_id, seller_name
from crawler.store.captures import Capture, find_captures
from crawler.store.cases import find_cases_of_url
from crawler.store.database import now
from crawler.store.hits import StoredHit
from crawler.store.ledger import Entry, find_entries
from crawler.store.listing_history import ListingHistory, find_history
from crawler.store.rights import load_right
from crawler.store.seller_hits import SellerRight, find_seller_rights
from pipelines.takedown.layout import make_visible
from pipelines.takedown.wording import describe_edits

MOST_PAIRS = 4
"""Pairs of pictures shown for one hit."""
MOST_MORE = 12
"""Other pictures of the listing that are shown small."""
LONGEST_TITLE = 300
"""Characters of a title that are shown at once."""
AXIS = (-14.0, 38.0)
"""Bits that a waterfall shows at most; one licence would squeeze all the rest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One finding in the waterfall, with the place of its bar in per mille of the width."""

    step: Step
    left: float
    width: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Disguise:
    """A registered form, and how the listing writes it."""

    text: str
    form: str
    edits: str
    where: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """Something that happened to the hit, as the ledger has it."""

    what: str
    """In words."""
    by: str
    at: datetime
    cause: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class HitCard:
    """A hit as it is shown."""

    stored: StoredHit
    blind: bool
    """Whether what others decided stays hidden."""
    licences: tuple[LicenceCheck, ...]
    title: Markup
    title_length: int
    """Characters of the whole title; more than ``LONGEST_TITLE`` = the rest is folded away."""
    whole_title: Markup
    language: str | None
    link: str | None
    """The address, only where it is plain http or https."""
    disguises: tuple[Disguise, ...]
    pairs: tuple[Pair, ...]
    hidden_pairs: int
    more_pictures: tuple[str, ...]
    """SHA-256 of other pictures of the listing."""
    prior: float | None
    """Bits before any finding; None where the score does not tell."""
    bars: tuple[Bar, ...]
    zero: float
    price: str | None
    usual: str | None
    share: int | None
    """The price in percent of what is usual."""
    seller: str
    seller_name: str
    seller_rights: tuple[SellerRight, ...]
    """Rights on which the seller has hits, this one among them."""
    history: ListingHistory | None
    captures: tuple[Capture, ...]
    cases: tuple[str, ...]
    told: tuple[Told, ...]
    """What happened to the hit, newest first; nothing where that stays hidden."""

    @property
    def id(self) -> str:
        """The hit's."""
        return self.stored.hit.id

    @property
    def score(self) -> str:
        """Two decimals, never rounded up to a limit that was not reached."""
        return shown_score(self.stored)

    @property
    def listing_id(self) -> str:
        """The listing's, for the command line."""
        return self.stored.listing.id

    @property
    def right_argument(self) -> str:
        """The right's id as a shell takes it."""
        return shlex.quote(make_visible(self.stored.right.id))

    @property
    def is_cut(self) -> bool:
        """Whether the title is longer than what is shown at once."""
        return self.title_length > LONGEST_TITLE


def make_hit_card(visit: Visit, stored: StoredHit, *, blind: bool = False) -> HitCard:
    """Choose and mark what is shown of a hit.

    :param blind: for a second look: without what others decided, and what came of it
    """
    db, listing, language = visit.db, stored.listing, visit.language
    right = load_right(db, visit.workspace.pictures, stored.right.id)
    thumbnails: Thumbnails = visit.request.app.state.thumbnails
    chosen = choose_pairs(stored, language)
    steps = list(make_steps(stored, LABELS[language], language, longest_title=LONGEST_TITLE))
    bars, zero = _bars(steps)
    usual, share = _usual(stored)
    pairs = tuple(make_pair(stored, thumbnails, pair) for pair in chosen[:MOST_PAIRS])
    spans, seller = title_spans(stored), seller_id(listing)
    return HitCard(
        stored=stored,
        blind=blind,
        licences=tuple(check_licences(visit, stored, right, now().date(), blind=blind)),
        title=mark_spans(listing.title[:LONGEST_TITLE], spans),
        title_length=len(listing.title),
        whole_title=mark_spans(listing.title, spans),
        language=language_tag(listing),
        link=safe_link(listing.url),
        disguises=_disguises(stored.hit.findings, steps, visit),
        pairs=pairs,
        hidden_pairs=max(0, len(chosen) - MOST_PAIRS),
        more_pictures=_more_pictures(stored, {pair.listing.sha256 for pair in pairs}),
        prior=_prior(stored),
        bars=bars,
        zero=zero,
        price=shown_price(listing),
        usual=usual,
        share=share,
        seller=seller,
        seller_name=seller_name(listing),
        seller_rights=tuple(find_seller_rights(db, seller)),
        history=find_history(db, listing.url, stored.hit.target),
        captures=_captures(db, stored),
        cases=() if blind else tuple(find_cases_of_url(db, listing.url)),
        told=() if blind else tuple(_history(visit, stored.hit.id)),
    )


def _more_pictures(stored: StoredHit, shown: Collection[str]) -> tuple[str, ...]:
    files = (stored.picture_files.get(image) for image in stored.listing.images)
    others = dict.fromkeys(file.name for file in files if file and file.name not in shown)
    return tuple(others)[:MOST_MORE]


def _captures(db: Database, stored: StoredHit) -> tuple[Capture, ...]:
    """Return the captures of the hit's page, newest first: one a file, the hit's own if there."""
    by_file: dict[str, Capture] = {}
    for capture in find_captures(db, url=stored.listing.url):
        if capture.file not in by_file or capture.hit == stored.hit.id:
            by_file[capture.file] = capture
    return tuple(sorted(by_file.values(), key=lambda capture: capture.at, reverse=True))


def _history(visit: Visit, hit: str) -> Iterator[Told]:
    for entry in reversed(list(find_entries(visit.db, subject=hit))):
        yield _told(visit, entry)


def _told(visit: Visit, entry: Entry) -> Told:
    record = orjson.loads(entry.record)
    cause, decision = str(record.get("cause") or ""), str(record.get("decision") or "")
    what = entry.kind
    if entry.kind == "judgement" and f"decision.{decision}" in load_words():
        what = visit.say(f"decision.{decision}")
    elif (key := f"hit.told_{entry.kind.replace('-', '_')}") in load_words():
        what = visit.say(key)
    return Told(
        what=what,
        by=entry.by,
        at=datetime.fromisoformat(entry.at),
        cause=CAUSES[cause].words(visit.language) if cause in CAUSES else cause,
        reason=str(record.get("reason") or ""),
    )


def _disguises(
    findings: Sequence[Finding], steps: Sequence[Step], visit: Visit
) -> tuple[Disguise, ...]:
    where = {id(step.finding): step.where for step in steps}
    found = {
        (finding.text, finding.form): Disguise(
            text=finding.text,
            form=finding.form,
            edits=describe_edits(finding, visit.language),
            where=where.get(id(finding), ""),
        )
        for finding in findings
        if finding.feature == "name" and finding.text and finding.form and finding.edits
    }
    return tuple(found.values())


def _usual(stored: StoredHit) -> tuple[str | None, int | None]:
    price, currency = stored.listing.price, stored.listing.currency
    usual = stored.right.prices.get(currency or "")
    if usual is None:
        return None, None
    share = None if price is None or not usual > 0 else round(price * 100 / usual)
    return f"{usual} {currency}", share


def _prior(stored: StoredHit) -> float | None:
    """Return the bits that the score has besides the findings': what stood before them."""
    score = stored.hit.score
    if not 1e-12 < score < 1 - 1e-12:
        return None
    return math.log2(score / (1 - score)) - sum(f.weight for f in stored.hit.findings)


def _bars(steps: Sequence[Step]) -> tuple[tuple[Bar, ...], float]:
    sums = [0.0, *(step.total for step in steps)]
    low = max(AXIS[0], min(sums)) - 0.5
    high = min(AXIS[1], max(sums)) + 0.5

    def place(bits: float) -> float:
        return round((min(max(bits, low), high) - low) / (high - low) * 1000, 1)

    bars = []
    for step in steps:
        left, right = sorted((place(step.before), place(step.total)))
        bars.append(
            Bar(
                step=step,
                left=left,
                width=max(6.0, round(right - left, 1)),
            )
        )
    return tuple(bars), place(0)
