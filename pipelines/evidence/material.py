"""What one capture is made of, before it is written."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from scrapy.http import Response

from crawler.browser.view import View
from crawler.exchange import Exchange
from crawler.model import Listing, TargetState


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What a page must show for a capture of it to be proof: what the hit speaks of."""

    title: str
    price: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """Why a capture is made, and by whom."""

    url: str
    purpose: str
    operator: str
    """An account, or ``markhound`` for what it does by itself."""
    begun_at: datetime
    hits: tuple[str, ...] = ()
    """Ids of the hits that the capture is to prove."""
    sweep: str | None = None
    campaign: str | None = None
    id: str = field(default_factory=lambda: f"cap-{secrets.token_hex(8)}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """What was had of a page."""

    occasion: Occasion
    state: TargetState
    """By the plain answer's status, or why there was none."""
    reason: str | None
    exchanges: tuple[Exchange, ...]
    """What went over the wire without a browser, redirects first."""
    page: Response | None
    """The plain answer, unpacked, or what a browser of the sweep made of it."""
    made_by_scripts: bool = False
    """Whether it is what a browser of the sweep made."""
    claim: Claim | None = None
    pictures: Mapping[str, Path] = field(default_factory=dict)
    """URL of a picture of the listing -> its file in the workspace."""
    view: View | None = None
    not_rendered: str | None = None
    """Why there is no view."""
    listing: str | None = None
    """Digest of what the listing was when it was read; None when it was not read in a sweep."""


def claim_of(listing: Listing) -> Claim:
    """Return what a capture must show to prove something of this listing."""
    return Claim(title=listing.title, price=listing.price)
