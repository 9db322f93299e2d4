"""The vocabulary of takedown, as frozen records: who sends what to whom, about which hits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Literal

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
