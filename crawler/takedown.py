"""The vocabulary of takedown, as frozen records: who sends what to whom, about which hits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from crawler.model import TIDY


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
