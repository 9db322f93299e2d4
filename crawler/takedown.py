"""The vocabulary of takedown, as frozen records: who sends what to whom, about which hits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Literal

from crawler.errors import InputError
from crawler.model import TIDY

Channel = Literal["email", "webhook", "portal", "post"]
Scope = Literal["operator", "network", "registrar"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """Who sends notices, from ``[sender]`` of ``markhound.toml``."""

    __pydantic_config__: ClassVar[dict[str, Any]] = TIDY

    name: str | None = None
    """The person, as signed."""
    organisation: str | None = None
    role: str | None = None
    """``owner``, ``agent``, ``counsel``, ..."""
    mandate: str | None = None
    """What authorises the sender: a power of attorney with its number and date, an employment."""
    identity: str | None = None
    """Identity document or business licence number (required by Chinese law)."""
    address: str | None = None
    phone: str | None = None
    email: str | None = None
    signature: str | None = None
    """The signature as typed, e.g. ``/s/ Li Wei``."""


SpanUnit = Literal["days", "working days"]
_SPAN = re.compile(r"([1-9][0-9]{0,2}) (days|working days)")


def parse_span(text: str) -> tuple[int, SpanUnit]:
    """Return number and unit of ``15 days`` or ``20 working days``.

    :raises InputError: when it is neither
    """
    if problem := span_problem(text):
        raise InputError(problem)
    number, _, unit = text.partition(" ")
    return int(number), "days" if unit == "days" else "working days"


def span_problem(text: str) -> str | None:
    """Say why a text is no number of days or working days, 1 to 999; None when it is."""
    if _SPAN.fullmatch(text):
        return None
    return f'expected "15 days", "20 working days" or the like, got {text!r}'


@dataclass(frozen=True, kw_only=True, slots=True)
class StandingLimits:
    """When a recipient may stop believing us; the defaults are Alibaba's good-faith mechanism."""

    __pydantic_config__: ClassVar[dict[str, Any]] = TIDY

    days: int = 90
    """How far back its decisions count."""
    accepted: float = 0.9
    """The least share of the decided notices that were accepted, 0 to 1."""
    countered: float = 0.05
    """The highest share of them whose counter-notice was upheld, 0 to 1."""
    least: int = 20
    """Decided notices below which a share says too little to be held against us."""

    @property
    def problem(self) -> str | None:
        """What is wrong with the limits; None when they can be used."""
        if self.days < 1 or self.least < 1:
            return f"expected days and least of 1 or more, got {self.days} and {self.least}"
        if not (0 <= self.accepted <= 1 and 0 <= self.countered <= 1):
            got = f"{self.accepted} and {self.countered}"
            return f"expected accepted and countered from 0 to 1, got {got}"
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Who receives notices about a site, from the workspace's ``recipients.toml``."""

    __pydantic_config__: ClassVar[dict[str, Any]] = TIDY

    site: str
    """Registrable domain, or address:port."""
    name: str
    email: str | None = None
    address: str | None = None
    portal: str | None = None
    """URL of the platform's complaint form."""
    language: str | None = None
    """BCP 47; the language in which the recipient wants notices."""
    channel: Channel | None = None
    """How notices get there; None = by the first of e-mail, webhook, portal and post it has."""
    webhook: str | None = None
    """URL that takes notices as JSON; https, or http on loopback."""
    profile: str | None = None
    """Name of the platform's profile: the columns and limits of its batches."""
    scope: Scope | None = None
    """What it can do: take the listing down, stop the host, or suspend the name."""
    verified_at: date | None = None
    """When a person last made sure that this is the right one."""
    standing: StandingLimits | None = None
    """The recipient's own limits; those of ``[takedown.standing]`` unless given."""

    @property
    def way(self) -> Channel | None:
        """The channel that is used; None when there is no address at all."""
        if self.channel is not None:
            return self.channel
        ways: tuple[tuple[Channel, str | None], ...] = (
            ("email", self.email),
            ("webhook", self.webhook),
            ("portal", self.portal),
            ("post", self.address),
        )
        return next((way for way, address in ways if address), None)

    @property
    def destination(self) -> str | None:
        """The address that the channel goes to; None when there is none."""
        places = {
            "email": self.email,
            "webhook": self.webhook,
            "portal": self.portal,
            "post": self.address,
        }
        return places[self.way] if self.way else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """The judged hits of one seller against one right holder."""

    id: str
    seller: str
    """The seller's name, or the site where the page names none."""
    site: str
    holder: str
    opened_at: datetime


BlockKind = Literal["heading", "paragraph", "row", "rule", "blank"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One piece of a notice, of which its plain text and its PDF are laid out alike."""

    kind: BlockKind
    label: str = ""
    """What a row, or the first line of a paragraph, starts with."""
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """A notice as drafted: the exact text."""

    id: str
    case: str
    kind: str
    """``dmca``, ``dsa``, ``cn-ecommerce``, ..."""
    language: str
    hits: tuple[str, ...]
    recipient: Recipient
    subject: str
    text: str
    drafted_by: str
    drafted_at: datetime
    paper: tuple[Block, ...] = ()
    """What ``text`` was laid out from."""


def status_of(events: Iterable[str]) -> str:
    """Return where a notice stands after these steps, oldest first: the newest one's name.

    ``draft`` before any; a check that was made again takes nothing back, nor does an answer that
    comes after a notice was withdrawn.
    """
    steps = list(events)
    if "withdrawn" in steps:
        return "withdrawn"
    after = [step for step in steps if step != "checked"]
    return (after or steps or ["draft"])[-1]
