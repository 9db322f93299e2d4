"""Campaign files: what is swept, how politely, for which rights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from crawler.config import EvidenceConfig, MatchingConfig, PictureMode, matching_problem
from crawler.errors import FileFormatError, InputError, Problem
from crawler.model import RenderMode, Right
from crawler.pictures import MODEL_SUFFIX, WordsMode, descriptor_at
from crawler.planning import (
    OwnCapture,
    Schedule,
    Tell,
    Window,
    schedule_problems,
    tell_problems,
    window_problems,
)
from crawler.quiet import is_never, parse_quiet_hours
from crawler.selection import is_selected, term_problems
from crawler.sites import canonical_url, site_of
from crawler.toml_files import load_toml
from crawler.workspace import CONFIG_NAME

UNNAMED = "urls"
"""Name of the campaign of ``markhound sweep URL...``."""
FOLLOW_UP = "follow-up"
"""Name of that of ``markhound follow-up``."""

_STRICT: dict[str, Any] = {"extra": "forbid", "str_strip_whitespace": True}


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """``[limits]``: where a sweep stops by itself."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    pages_per_site: int = 1000
    """Pages fetched from one site; what lies beyond is reported as not reached."""
    minutes: float | None = None
    """Length of the whole sweep; None = no limit."""
    megabytes_per_site: float | None = None
    """Received from one site, pictures included, in millions of bytes as sent; None = no limit."""
    minutes_per_site: float | None = None
    """How long after its first request a site is asked; None = no limit."""
    pictures_per_listing: int = 12
    """Pictures looked at for one listing; the rest are named as left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Politeness:
    """``[politeness]``: how hard a site is asked."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    delay: float = 1.0
    """Seconds between two requests to one site, at the least."""
    concurrency: int = 1
    """Requests to one site at the same time."""
    longest_delay: float = 60.0
    """Seconds between two requests that a site may ask for, by crawl-delay or rate limits."""
    longest_wait: float = 600.0
    """Seconds that a site may ask to be left in peace; one that wants more is asked no more."""
    refusals: int = 10
    """Refusals in a row after which a site is left alone."""
    quiet_hours: tuple[str, ...] = ()
    """Times of the day in which sites are not asked: ``08:00-22:00 Asia/Shanghai``."""


RecrawlMode = Literal["always", "adaptive"]
SearchMode = Literal["marks", "only", "off"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """``[search]``: whether sites are asked for the campaign's rights by their own search."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    mode: SearchMode = "off"
    """``marks``: for the names and variants of the rights, besides following links; ``only``: for
    these, and no link, sitemap or interface is followed."""
    words: tuple[str, ...] = ()
    """What is searched for besides, and first."""
    max_pages_per_query: int = 3
    """Pages of results that are followed for each."""
    max_queries_per_site: int = 200
    """Searches of one site; those that are left out are told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnMatching:
    """``[matching]``: limits of a score that take the place of the workspace's."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    cutoff: float | None = None
    """Pairs that score below are forgotten; None = as the workspace says."""
    threshold: float | None = None
    """Hits that score at least this are flagged for review; None = as the workspace says."""
    pictures: PictureMode | None = None
    """How pictures are compared; None = as the workspace says."""
    words: WordsMode | None = None
    """Whether text in pictures is read; None = as the workspace says."""
    words_budget: int | None = None
    """Pictures that are read for it at the most; None = as the workspace says."""
    descriptor: str | None = None
    """Descriptor model that pictures are compared by besides; None = as the workspace says, empty =
    none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Campaign:
    """What is swept, for which rights."""

    __pydantic_config__: ClassVar[dict[str, Any]] = _STRICT

    name: str
    seeds: tuple[str, ...]
    """URLs at which the sweep starts; it stays on their sites."""
    purpose: str | None = None
    """Why, in words; it is kept with the evidence."""
    theme: str | None = None
    """What it belongs to: an exhibition, a sports event, a season."""
    rights: tuple[str, ...] = ()
    """Ids (``TM-*`` takes all that start so), ``tag:NAME``, ``holder:NAME``, ``class:25``,
    ``kind:KIND``, ``territory:CN``; a right is meant by any of them, empty = the whole registry."""
    rights_within: tuple[str, ...] = ()
    """The same terms; of the rights that ``rights`` means, those are left that each of these
    means."""
    recrawl: RecrawlMode = "always"
    """Whether every known page is looked at in each sweep, or as often as it is wont to change."""
    full_look_days: float = 30.0
    """Days after which each known page is read in full, whatever its site says of it."""
    full_look_share: float = 0.02
    """Of the other pages, how many are read in full in each sweep: 0 = none, 1 = all."""
    allow_private: bool = False
    """Whether loopback and private addresses may be fetched."""
    only_seeds: bool = False
    """Whether nothing but the seeds is read: no links, sitemaps, interfaces, or known pages."""
    render: RenderMode = "auto"
    """Whether pages that are made by their scripts are rendered in a browser."""
    limits: Limits = field(default_factory=Limits)
    politeness: Politeness = field(default_factory=Politeness)
    search: Search = field(default_factory=Search)
    matching: OwnMatching = field(default_factory=OwnMatching)
    capture: OwnCapture = field(default_factory=OwnCapture)
    window: Window = field(default_factory=Window)
    schedule: Schedule = field(default_factory=Schedule)
    tell: Tell = field(default_factory=Tell)

    def covers(self, right: Right) -> bool:
        """Whether the campaign looks for this right."""
        return is_selected(right, self.rights, self.rights_within)


def load_campaign(path: Path) -> Campaign:
    """Read a campaign file (TOML).

    :raises FileFormatError: with the path of every key that is wrong
    """
    campaign = load_toml(Campaign, path, "a campaign")
    check_campaign(campaign, path)
    own = campaign.matching
    if own.descriptor is None:
        return campaign
    descriptor = descriptor_at(own.descriptor, path.parent)
    return replace(campaign, matching=replace(own, descriptor=descriptor))


def check_campaign(campaign: Campaign, path: Path) -> None:
    """Refuse values that no sweep can follow.

    :param path: the file, or what stands in its place in the messages
    :raises FileFormatError: with every problem
    """
    problems = [
        Problem(path=path, line=None, where=where, message=message)
        for where, message in _problems(campaign)
    ]
    if problems:
        raise FileFormatError(problems)


def matching_of(campaign: Campaign, workspace: MatchingConfig) -> MatchingConfig:
    """Return the limits of a campaign's scores; what it leaves out is as the workspace says.

    :raises InputError: when they do not go together, or name a model's file that is not there
    """
    cutoff, threshold = campaign.matching.cutoff, campaign.matching.threshold
    budget = campaign.matching.words_budget
    descriptor = campaign.matching.descriptor
    limits = MatchingConfig(
        cutoff=workspace.cutoff if cutoff is None else cutoff,
        threshold=workspace.threshold if threshold is None else threshold,
        pictures=campaign.matching.pictures or workspace.pictures,
        words=campaign.matching.words or workspace.words,
        words_budget=workspace.words_budget if budget is None else budget,
        descriptor=workspace.descriptor if descriptor is None else descriptor,
    )
    if message := matching_problem(limits):
        raise InputError(
            f"[matching] of the campaign {campaign.name} and of {CONFIG_NAME}: {message}"
        )
    if limits.descriptor.endswith(MODEL_SUFFIX) and not Path(limits.descriptor).is_file():
        raise InputError(
            f"matching.descriptor of the campaign {campaign.name} or of {CONFIG_NAME}: expected"
            f" the file of a model, got {limits.descriptor}, which is none"
        )
    return limits


def evidence_of(campaign: Campaign, workspace: EvidenceConfig) -> EvidenceConfig:
    """Return what a campaign keeps as evidence; what it leaves out is as the workspace says."""
    own = campaign.capture
    return replace(
        workspace,
        capture=own.mode or workspace.capture,
        captures_per_sweep=workspace.captures_per_sweep if own.most is None else own.most,
        render=own.render or workspace.render,
    )


def _problems(campaign: Campaign) -> Iterator[tuple[str, str]]:
    if not campaign.name:
        yield "name", "is empty"
    if not campaign.seeds:
        yield "seeds", "expected at least one URL, got none"
    for index, seed in enumerate(campaign.seeds):
        if problem := seed_problem(seed):
            yield f"seeds.{index}", problem
    limits, politeness = campaign.limits, campaign.politeness
    for where, value, least in (
        ("full_look_days", campaign.full_look_days, 0),
        ("limits.pages_per_site", limits.pages_per_site, 1),
        ("limits.pictures_per_listing", limits.pictures_per_listing, 0),
        ("politeness.concurrency", politeness.concurrency, 1),
        ("politeness.delay", politeness.delay, 0),
        ("politeness.longest_delay", politeness.longest_delay, 0),
        ("politeness.longest_wait", politeness.longest_wait, 0),
        ("politeness.refusals", politeness.refusals, 1),
        ("search.max_pages_per_query", campaign.search.max_pages_per_query, 1),
        ("search.max_queries_per_site", campaign.search.max_queries_per_site, 1),
        ("matching.words_budget", campaign.matching.words_budget or 0, 0),
    ):
        if not (isfinite(value) and value >= least):
            yield where, f"expected at least {least}, got {value}"
    share = campaign.full_look_share
    if not 0 <= share <= 1:
        yield "full_look_share", f"expected 0 to 1, got {share}"
    yield from _limit_problems(limits)
    yield from _quiet_problems(politeness.quiet_hours)
    if campaign.search.words and campaign.search.mode == "off":
        yield "search.words", 'expected search.mode = "marks" or "only" with them, got "off"'
    yield from _problems_of_scores(campaign)
    if campaign.capture.most is not None and campaign.capture.most < 0:
        yield "capture.most", f"expected 0 or more, got {campaign.capture.most}"
    yield from term_problems("rights", campaign.rights)
    yield from term_problems("rights_within", campaign.rights_within)
    yield from window_problems(campaign.window)
    yield from schedule_problems(campaign.schedule)
    yield from tell_problems(campaign.tell)


def _problems_of_scores(campaign: Campaign) -> Iterator[tuple[str, str]]:
    for key, share in (
        ("cutoff", campaign.matching.cutoff),
        ("threshold", campaign.matching.threshold),
    ):
        if share is not None and not 0 <= share <= 1:
            yield f"matching.{key}", f"expected 0 to 1, got {share}"


def _limit_problems(limits: Limits) -> Iterator[tuple[str, str]]:
    for key in ("minutes", "minutes_per_site", "megabytes_per_site"):
        most: float | None = getattr(limits, key)
        if most is not None and not (isfinite(most) and most > 0):
            yield f"limits.{key}", f"expected more than 0, got {most}"


def _quiet_problems(hours: Sequence[str]) -> Iterator[tuple[str, str]]:
    wrong = False
    for index, text in enumerate(hours):
        try:
            parse_quiet_hours(text)
        except ValueError as error:
            wrong = True
            yield f"politeness.quiet_hours.{index}", str(error)
    if not wrong and is_never(hours):
        yield "politeness.quiet_hours", "they leave no hour of the day in which a site is asked"


def seed_problem(seed: str) -> str | None:
    """Say what is wrong with a seed URL; None when it can be swept."""
    try:
        parts = urlsplit(seed)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return f"not a URL: {seed!r} ({error})"
    if any(character.isspace() for character in seed):
        return f"expected a URL without spaces, got {seed!r}"
    if not host or not site_of(seed) or canonical_url(seed) is None:
        return f"expected an http or https URL with a host, got {seed!r}"
    return None


def campaign_of(
    seeds: Sequence[str], *, allow_private: bool, limits: Limits, politeness: Politeness
) -> Campaign:
    """Make the campaign that ``markhound sweep URL...`` runs.

    :raises FileFormatError: when a URL cannot be swept
    """
    campaign = Campaign(
        name=UNNAMED,
        seeds=tuple(seeds),
        allow_private=allow_private,
        limits=limits,
        politeness=politeness,
    )
    check_campaign(campaign, Path("command line"))
    return campaign
