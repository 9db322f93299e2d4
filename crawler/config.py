"""The settings of a workspace: what may stand in ``markhound.toml``, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler.delivery import DeliveryConfig, FollowUpConfig, delivery_problems, is_secret_way
from crawler.pictures import WORDS_BUDGET, WordsMode
from crawler.takedown import Sender, StandingLimits, span_problem
from crawler.telling import TellChannel, tell_channel_problems


@dataclass(frozen=True, kw_only=True, slots=True)
class CrawlConfig:
    """``[crawl]``: how sweeps of this workspace present themselves."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    contact: str | None = None
    """Where sites can reach you, e.g. ``mailto:ip@firm.example``; stands in the user agent."""


PictureMode = Literal["all", "hashes"]


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchingConfig:
    """``[matching]``: the limits of a score, each from 0 to 1, and how pictures are compared."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    cutoff: float = 0.05
    """Pairs that score below are forgotten."""
    threshold: float = 0.5
    """Hits that score at least this are flagged for review."""
    pictures: PictureMode = "all"
    """By hashes and local features, or by hashes alone."""
    words: WordsMode = "auto"
    """Whether text in pictures is read: never, where the extra ``ocr`` is installed, or always."""
    words_budget: int = WORDS_BUDGET
    """Pictures of one sweep that are read for it at the most, the likeliest first."""
    descriptor: str = ""
    """Path of an ONNX file, or the name of a model, that pictures are compared by besides; a path
    is taken from the folder of the file that names it, and empty = none."""


CaptureMode = Literal["flagged", "off"]
CaptureRender = Literal["auto", "never"]

StampMode = Literal["sweep", "off"]


@dataclass(frozen=True, kw_only=True, slots=True)
class StampAuthority:
    """``[[evidence.stamp_authorities]]``: one time-stamp authority that speaks RFC 3161."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    name: str
    """How it is called in reports."""
    url: str
    """Where it answers, ``https://`` or ``http://``."""
    root: str
    """Path of a PEM file with its root certificate, and with those between where its tokens lack
    them; taken from the workspace's folder."""
    credentials: str = ""
    """Path of a file with one line, ``user:password``, for authorities that want them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AnchorCommand:
    """``[[evidence.anchors]]``: another anchor, reached by a command: a notary chain."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    name: str
    command: tuple[str, ...]
    """Run with the digest in hexadecimal as last argument; what it prints is the receipt."""
    check: tuple[str, ...] = ()
    """Run with the digest and the receipt's path as last arguments; it ends with status 0 where the
    receipt is good, 1 where it is not, another one where it cannot say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceConfig:
    """``[evidence]``: what is kept of pages, and who vouches for it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    stamp: StampMode = "sweep"
    """After each sweep that left entries, or only by ``markhound evidence stamp``."""
    stamp_authorities: tuple[StampAuthority, ...] = ()
    anchors: tuple[AnchorCommand, ...] = ()
    roots: tuple[str, ...] = ()
    """Paths of further PEM files with roots that are trusted: of authorities no longer asked, and
    of those that others ask."""
    capture: CaptureMode = "flagged"
    """Whether sweeps capture what they flag, when it is new or other than it was captured last."""
    captures_per_sweep: int = 500
    """Pages of one sweep that are captured at the most; what is over it is told."""
    render: CaptureRender = "auto"
    """Whether captures hold what a browser shows, where there is one."""
    rdap: str = ""
    """URL of the folder of RDAP's bootstrap files; empty = captures ask no registry."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TakedownConfig:
    """``[takedown]``: how notices are made, what they must hold against, how they are followed."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    fresh_hours: int = 24
    """How long ago a listing may have been seen last, at the most."""
    recipient_days: int = 90
    """How long ago a recipient may have been verified, at the most."""
    standing: StandingLimits = field(default_factory=StandingLimits)
    font: str = ""
    """Path of a font file with Chinese characters for PDFs, taken from the workspace's folder;
    empty = the one that the system has."""
    answer_days: tuple[int, ...] = (3, 7, 14)
    """Days without an answer after which a notice is brought up again, rising."""
    cn_ecl_43: str = "15 days"
    """How long the clock of Article 43 of China's E-Commerce Law runs; or in ``working days``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsoleConfig:
    """``[console]``: the review console that ``markhound serve`` opens."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    hosts: tuple[str, ...] = ()
    """Names under which it is reached, beside those of this machine: what stands in the address
    bar, without a port."""
    time_zone: str = "UTC"
    """IANA name of the zone in which times are shown: Asia/Shanghai."""
    second_look_share: float = 0.05
    """Share of what was put aside that is drawn after each sweep, to be looked at by another
    person; 0 = none."""
    days_to_judge: int = 3
    """Days that a hit may wait for a decision; after that the queue shows it as overdue."""
    address: str | None = None
    """Where people open it, ``https://review.firm.example``: what they are told links there."""


MOST_DAYS = 36_500
"""Of retention: a century."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RetentionConfig:
    """``[retention]``: after how many days what nobody needs may be erased; 0 = never."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    captures_days: int = 0
    """Captures of hits that are judged unrelated, or that nobody judged."""
    pictures_days: int = 0
    """Pictures of listings that were not seen since."""
    by: str = ""
    """Who answers for what the schedule erases at the end of a night; empty = it erases nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricsConfig:
    """``[metrics]``: who may read ``/metrics`` of the console; nobody unless something is set."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    token_env: str | None = None
    """Name of the environment variable that holds the token."""
    token_file: str | None = None
    """Path of the file that holds it; taken from the workspace's folder."""
    loopback: bool = False
    """Whether this machine itself may read it without a token."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TipsConfig:
    """``[tips]``: the page of the console on which everybody can give a tip."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    form: bool = False
    """Whether there is such a page, ``/tell``."""
    per_address_per_hour: int = 5
    """Tips that one address may give on it."""
    per_hour: int = 60
    """Tips that all may give on it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkspaceConfig:
    """``markhound.toml``."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    crawl: CrawlConfig = field(default_factory=CrawlConfig)
    matching: MatchingConfig = field(default_factory=MatchingConfig)
    sender: Sender = field(default_factory=Sender)
    takedown: TakedownConfig = field(default_factory=TakedownConfig)
    delivery: DeliveryConfig = field(default_factory=DeliveryConfig)
    follow_up: FollowUpConfig = field(default_factory=FollowUpConfig)
    evidence: EvidenceConfig = field(default_factory=EvidenceConfig)
    console: ConsoleConfig = field(default_factory=ConsoleConfig)
    retention: RetentionConfig = field(default_factory=RetentionConfig)
    metrics: MetricsConfig = field(default_factory=MetricsConfig)
    tell: tuple[TellChannel, ...] = ()
    tips: TipsConfig = field(default_factory=TipsConfig)


STARTING_CONFIG = """\
# Settings of this Markhound workspace. Every key: docs/reference/settings.md

[crawl]
# Where a site's owner can reach you; it stands in the user agent of every request.
# contact = "mailto:ip@your-firm.example"

[matching]
cutoff = 0.05      # a pair that scores below is forgotten
threshold = 0.5    # a hit that scores at least this is flagged for review
pictures = "all"   # or "hashes": ten times as fast, but misses crops and parts of larger pictures
words = "auto"     # read text in pictures where the extra "ocr" is installed; or "on", "off"
words_budget = 500 # pictures of one sweep that are read for it, the likeliest first
# descriptor = "model.onnx"          # a model that pictures are compared by besides

[sender]
# Who signs the notices. A notice names every fact of these that its law requires and you left out.
# name = "Li Wei"
# organisation = "Your Firm"
# role = "agent"                       # owner, agent, counsel
# mandate = "power of attorney no. 12 of 2026-03-01"
# identity = "business licence 91110000XXXXXXXXXX"
# address = "1 Sample Road, Beijing"
# phone = "+86 10 5555 0100"
# email = "ip@your-firm.example"
# signature = "/s/ Li Wei"

[takedown]
# font = "fonts/NotoSansCJK-Regular.ttc"  # for PDFs; the system's own Chinese font unless given
# answer_days = [3, 7, 14]                # when a notice without an answer is brought up again
# cn_ecl_43 = "15 days"                   # once counsel has confirmed or corrected it

# [delivery]
# address = "notices@your-firm.example"  # From and Reply-To; the sender's e-mail unless given
# cancel_minutes = 10                    # a queued notice can be cancelled for so long
#
# [delivery.smtp]                        # your organisation's own relay
# host = "mail.your-firm.example"
# security = "starttls"                  # or "tls"
# user = "notices"
# password_env = "NOTICES_PASSWORD"      # never the password itself

[evidence]
capture = "flagged"      # sweeps keep evidence of what they flag; or "off"
captures_per_sweep = 500
render = "auto"          # with what a browser shows, where there is one; or "never"
# rdap = "https://data.iana.org/rdap"   # captures also hold what registries say of the name
# Who vouches that what was recorded was there at a time: one table a time-stamp authority.
# stamp = "sweep"    # after each sweep; or "off": only by `markhound evidence stamp`
# [[evidence.stamp_authorities]]
# name = "Example TSA"
# url = "https://tsa.example/"
# root = "roots/example-tsa.pem"       # its root certificate, as the authority publishes it

# [console]
# hosts = ["review.your-firm.example"]  # names under which others reach `markhound serve`
# time_zone = "Asia/Shanghai"           # in which times are shown; UTC unless given
# second_look_share = 0.05              # of what was put aside, looked at again by another person
# days_to_judge = 3                     # after so many days a hit that waits is overdue
# address = "https://review.your-firm.example"  # where people open it; digests link there

# [retention]               # what `markhound retention apply` may erase; nothing unless given
# captures_days = 365       # captures of hits judged unrelated, or that nobody judged
# pictures_days = 365       # pictures of listings that were not seen since
# by = "Li Wei"             # the schedule erases after each night, and this person answers for it

# [metrics]                 # who may read /metrics of the console; nobody unless given
# token_env = "MARKHOUND_METRICS_TOKEN"
# loopback = true           # this machine itself, without a token

# Who is told what is new after each sweep (`markhound digest --send`): one table a channel.
# [[tell]]
# name = "desk"
# kind = "mail"                         # or "webhook", or "apprise": chats and many other services
# address = "desk@your-firm.example"
# language = "en"                       # or "zh"
# risk = 0.5                            # hits with at least this risk

# [tips]
# form = true                           # everybody who reaches the console can give a tip at /tell
"""


def config_problems(config: WorkspaceConfig) -> Iterator[tuple[str, str]]:
    """Yield (key, what is wrong) of settings that are of the right type and cannot be meant."""
    if message := matching_problem(config.matching):
        yield "matching", message
    if message := takedown_problem(config.takedown):
        yield "takedown", message
    if message := answer_days_problem(config.takedown.answer_days):
        yield "takedown.answer_days", message
    yield from delivery_problems(config.delivery, config.follow_up)
    if message := evidence_problem(config.evidence):
        yield "evidence", message
    if message := console_problem(config.console):
        yield "console", message
    yield from number_problems(config)
    yield from tell_channel_problems(config.tell)
    contact = config.crawl.contact
    if contact is not None and not (contact.isascii() and contact.isprintable()):
        message = f"expected one line of ASCII, as it goes into a header, got {contact!r}"
        yield "crawl.contact", message


def number_problems(config: WorkspaceConfig) -> Iterator[tuple[str, str]]:
    """Yield what is wrong of settings that are whole numbers from some number on."""
    if (most := config.evidence.captures_per_sweep) < 0:
        yield "evidence.captures_per_sweep", f"expected 0 or more, got {most}"
    for name in ("captures_days", "pictures_days"):
        if not 0 <= (days := getattr(config.retention, name)) <= MOST_DAYS:
            message = f"expected 1 to {MOST_DAYS:,} days, or 0 for never, got {days}"
            yield f"retention.{name}", message
    for name in ("per_address_per_hour", "per_hour"):
        if (most := getattr(config.tips, name)) < 1:
            yield f"tips.{name}", f"expected 1 or more, got {most}"


def answer_days_problem(days: tuple[int, ...]) -> str | None:
    """Say why days without an answer are none; None when they are."""
    if days and days[0] >= 1 and all(one < other for one, other in pairwise(days)):
        return None
    return f"expected rising numbers of days from 1, got {list(days)}"


def matching_problem(matching: MatchingConfig) -> str | None:
    """Say why two limits of a score, or the budget of words, are none; None when they are."""
    if matching.words_budget < 0:
        return f"expected words_budget of 0 or more, got {matching.words_budget}"
    if 0 <= matching.cutoff <= matching.threshold <= 1:
        return None
    return (
        f"expected 0 <= cutoff <= threshold <= 1, got cutoff = {matching.cutoff}"
        f" and threshold = {matching.threshold}"
    )


def takedown_problem(takedown: TakedownConfig) -> str | None:
    """Say why the limits of takedown are none; None when they are."""
    hours, days = takedown.fresh_hours, takedown.recipient_days
    if hours < 1 or days < 1:
        return f"expected fresh_hours and recipient_days of 1 or more, got {hours} and {days}"
    if problem := span_problem(takedown.cn_ecl_43):
        return f"cn_ecl_43: {problem}"
    return takedown.standing.problem


def console_problem(console: ConsoleConfig) -> str | None:
    """Say what is wrong with the console's settings; None when nothing is."""
    if console.days_to_judge < 1:
        return f"expected days_to_judge of 1 or more, got {console.days_to_judge}"
    if console.address is not None and not is_secret_way(console.address):
        return f"expected an address of https (http is for loopback only), got {console.address!r}"
    for host in console.hosts:
        if not host.strip() or any(char in host for char in ":/@ "):
            return f"expected names without port and scheme in hosts, got {host!r}"
    if not 0 <= console.second_look_share <= 1:
        return f"expected second_look_share of 0 to 1, got {console.second_look_share}"
    try:
        ZoneInfo(console.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"expected a time_zone such as Asia/Shanghai or UTC, got {console.time_zone!r}"
    return None


def evidence_problem(evidence: EvidenceConfig) -> str | None:
    """Say what is wrong with the anchors of a workspace; None when nothing is."""
    names = [authority.name for authority in evidence.stamp_authorities]
    names += [anchor.name for anchor in evidence.anchors]
    for name in names:
        if not (name.strip() and name.isprintable()):
            return f"expected a name of one line for each authority and anchor, got {name!r}"
        if names.count(name) > 1:
            return f"expected a name of its own for each authority and anchor, got {name!r} twice"
    for authority in evidence.stamp_authorities:
        if not authority.url.startswith(("https://", "http://")):
            return f"expected a url that starts with https:// or http://, got {authority.url!r}"
    if evidence.rdap and not is_secret_way(evidence.rdap):
        return f"expected rdap to be https (http is for loopback only), got {evidence.rdap!r}"
    for anchor in evidence.anchors:
        if not anchor.command:
            return f"expected the command of the anchor {anchor.name!r}, got an empty list"
    return None
