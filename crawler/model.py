"""The whole vocabulary, as frozen records.

The life of a hit, each step a new record that names its parent; none edits an earlier one::

    seed ─> request ─> page ─> Listing + Sighting       what is offered, and when it was seen
                                   │
                 Right ──────> candidate                an unscored pair (listing, right)
                                   │  findings
                                   ▼
                                  Hit                   a pair above the cutoff, explained
                                   │  a person
                                   ▼
                               Judgement                infringing | licensed | unrelated | unsure
                                   │
                                   ▼
                                 Case                   one seller, one right holder
                                   │
                                   ▼
                                Notice                  drafted, checked, approved, sent
                                   │
                                   ▼
                               FollowUp                 gone? back?

What follows a judgement stands in ``crawler.takedown``. Records that cross a file or the network
are validated at the border by ``crawler.formats``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Literal

from crawler.records import quick

RightKind = Literal["trademark", "geographical_indication", "work", "design"]
TargetKind = Literal["listing", "page"]
FileKind = Literal[
    "book", "video", "audio", "archive", "program", "document", "torrent", "share", "download"
]
JudgementKind = Literal["infringing", "licensed", "unrelated", "unsure"]
RenderMode = Literal["auto", "never", "always"]

COMPARED_WITH_PAGES: frozenset[RightKind] = frozenset(("work", "design"))
"""What pages that are no listings are compared with; marks are used on goods that are offered."""

_STRICT: dict[str, Any] = {"extra": "forbid"}
"""How the border reads a record: unknown keys are refused, text is kept as given."""

TIDY: dict[str, Any] = {"extra": "forbid", "str_strip_whitespace": True}
"""The same for records typed by people: spaces around a value mean nothing."""


def stable_id(prefix: str, *parts: str) -> str:
    """Return ``prefix-`` and 16 hex digits made from ``parts``, the same on every machine."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"{prefix}-{digest[:16]}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """Who owns a right."""

    __pydantic_config__: ClassVar[dict[str, Any]] = TIDY

    name: str
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    email: str | None = None
    address: str | None = None
    phone: str | None = None
    website: str | None = None
    """Address of the owner's own website, for reports to hosts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Licensee:
    """Who may use a right: a seller, a whole site, or a seller on one site."""

    __pydantic_config__: ClassVar[dict[str, Any]] = TIDY

    seller: str | None = None
    """Name or id of the seller as the site shows it; None = every seller of ``site``."""
    site: str | None = None
    """Registrable domain or address:port; None = on every site. A subdomain, or an address with a
    path, covers what stands there and below."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GenericWord:
    """A word of a right's that others may use as a word, for goods of a class."""

    __pydantic_config__: ClassVar[dict[str, Any]] = TIDY

    word: str
    """As registered, or as it was found."""
    nice_class: int | None = None
    """Nice class of the goods, 1 to 45; None = of whatever goods."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Right:
    """A registered or protected thing that is watched."""

    __pydantic_config__: ClassVar[dict[str, Any]] = TIDY

    id: str
    kind: RightKind
    name: str | None = None
    """The mark, or the title of the work."""
    variants: tuple[str, ...] = ()
    """Other spellings of ``name``, in any script."""
    holder: Holder | None = None
    office: str | None = None
    registration: str | None = None
    status: str | None = None
    """``registered`` and None count as in force; anything else is not matched."""
    expires: date | None = None
    jurisdictions: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2 codes, or EU."""
    classes: tuple[int, ...] = ()
    """Nice classes, 1 to 45."""
    goods: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    """Paths, relative to the file they were read from, or absolute."""
    texts: tuple[str, ...] = ()
    licensees: tuple[Licensee, ...] = ()
    origin: tuple[str, ...] = ()
    """Places whose goods may bear a geographical indication."""
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    """ISO 4217 currency -> what genuine goods usually cost; far below it an offer surprises."""
    tags: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """``name`` and ``variants``, without repeats, in that order."""
        if not self.variants:
            return (self.name,) if self.name else ()
        return tuple(dict.fromkeys(n for n in (self.name, *self.variants) if n))

    def lapse(self, on: date) -> str | None:
        """Say why the right is not in force on that day; None when it is."""
        if self.expires is not None and self.expires < on:
            return f"expired on {self.expires.isoformat()}"
        if self.status not in (None, "registered"):
            return f"status is {self.status!r}, not 'registered'"
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Seller:
    """Who offers a listing, as the site shows it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    name: str | None = None
    id: str | None = None
    url: str | None = None
    contacts: tuple[str, ...] = ()
    """URIs: ``mailto:``, ``tel:`` and so on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FileLink:
    """A link by which a page hands on a file: to the file, to a share, to peers that have it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    url: str
    """As a browser would follow it: ``https:``, ``magnet:``, ``ed2k:``, ``thunder:``, ..."""
    kind: FileKind
    """``share`` is a folder of a storage service, ``torrent`` peers, ``download`` a link that is
    called a download and does not say of what."""
    name: str | None = None
    """The file's own name, without folders."""
    text: str | None = None
    """The words of the link; of one that says no more than "download", those of its row."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """What is offered at a URL, in the words of the page.

    With ``target="page"`` the record is of a page that is no listing: it has a title, its text,
    pictures and links to files, and the fields of an offer stay empty.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    url: str
    title: str
    site: str | None = None
    """Registrable domain, or address:port."""
    description: str | None = None
    brand: str | None = None
    category: tuple[str, ...] = ()
    price: Decimal | None = None
    currency: str | None = None
    """ISO 4217."""
    availability: str | None = None
    """schema.org's name without its address: InStock, OutOfStock, ..."""
    seller: Seller | None = None
    sku: str | None = None
    gtin: str | None = None
    images: tuple[str, ...] = ()
    """URLs, or paths."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None
    """BCP 47."""
    seen_at: datetime | None = None
    target: TargetKind = "listing"
    text: str | None = None
    """All that a page says, a line for each of its blocks; of pages only."""
    files: tuple[FileLink, ...] = ()
    """Of pages only."""
    layers: Mapping[str, str] = field(default_factory=dict)
    """Field -> layer of the page that it was read from; empty in files of others."""

    @property
    def id(self) -> str:
        """Stable for the URL."""
        return stable_id("l", self.url)


@quick
@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """The result of one comparison, with the two things compared."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    feature: str
    weight: float
    """Bits of evidence: positive speaks for a hit, negative against it."""
    field: str | None = None
    """The field of the listing that was compared (``title``, ``brand``, ...)."""
    span: tuple[int, int] | None = None
    """Start and end in Unicode code points of the field as given."""
    text: str | None = None
    """The field's text inside ``span``."""
    form: str | None = None
    """The registered form that it was compared with."""
    edits: tuple[str, ...] = ()
    """How ``text`` differs from ``form`` (homoglyph, leet, spaced, typo, ...)."""
    image: str | None = None
    """The listing's picture, as in ``Listing.images``."""
    line: str | None = None
    """The line of text that was read in that picture; ``span`` counts in it."""
    file: str | None = None
    """URL of a link to a file, as in ``Listing.files``; ``span`` counts in its name or words."""
    reference: str | None = None
    """The right's picture, as in ``Right.images``."""
    region: tuple[int, int, int, int] | None = None
    """x, y, width, height in pixels of the listing's picture."""
    reference_region: tuple[int, int, int, int] | None = None
    """What of the right's picture it shows: x, y, width, height in pixels."""
    transform: str | None = None
    """How the listing's picture was altered (mirror, rotate-90, ...)."""
    verdict: str | None = None
    """Of pictures: ``copy``, ``logo``, ``part`` or ``lookalike``."""
    method: str | None = None
    """By what pictures were compared: ``hash``, ``shades``, ``features`` or ``descriptor``."""
    distance: int | None = None
    """Bits of the perceptual hash that differ."""
    descriptor_distance: float | None = None
    """What lacks to a cosine of 1 between what a descriptor model says of the two, 0 to 2."""
    points: int | None = None
    """Places of the right's picture that were found again in the listing's."""
    area: float | None = None
    """Share of the right's picture over which these spread, or of the listing's if that is more."""
    detail: str | None = None
    """The finding in words, for people."""


def hit_id(target: TargetKind, url: str, right: str) -> str:
    """Return the id of the hit of ``right`` on ``url``; the same in every sweep."""
    return stable_id("h", target, url, right)


@quick
@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """A pair (target, right) above the cutoff."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    id: str
    target: TargetKind
    listing: str
    """URL of the listing or page."""
    right: str
    """Id of the right."""
    score: float
    """Probability, 0 to 1, that this use is worth acting against."""
    flagged: bool
    """Whether the score reaches the threshold for review."""
    findings: tuple[Finding, ...]


class TargetState(StrEnum):
    """How a target of a sweep ended. Every target ends in exactly one of these."""

    SEEN = "seen"
    UNCHANGED = "unchanged"
    GONE = "gone"
    BLOCKED = "blocked"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The one state in which a target of a sweep ended."""

    url: str
    site: str
    state: TargetState
    reason: str | None = None
    """By what it was blocked, why it failed, by which rule it was skipped."""
    kind: str | None = None
    """What the page turned out to be: ``listing``, ``page``, or None when it was not read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PageWarning:
    """Something on a page that is broken or was not understood; the page was read all the same."""

    url: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureOutcome:
    """What became of one picture of a listing."""

    url: str
    sha256: str | None
    """Name of the file in the workspace's ``pictures/``; None when it was not had."""
    problem: str | None = None
    """Why it was not had, or not matched."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """One dated observation of a listing in a sweep."""

    id: str
    listing: str
    """Id of the listing."""
    sweep: str
    """Id of the sweep."""
    seen_at: datetime
    record: Listing
    pictures: tuple[PictureOutcome, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """A person's decision on a hit."""

    id: str
    hit: str
    findings: int
    """Number of the findings that the person saw."""
    decision: JudgementKind
    by: str
    authenticated: bool
    """Whether ``by`` proved to be an account; False = the name as it was given."""
    reason: str
    judged_at: datetime
    cause: str | None = None
    """Name of one of ``crawler.causes``; None = the reason says all."""
    bulk: str | None = None
    """Id of the bulk decision that it is of; None = decided by itself."""
