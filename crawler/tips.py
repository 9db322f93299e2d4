"""Tips: leads from outside, what one must be to be taken in, and how far it may have come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

from crawler.errors import InputError
from crawler.guard import is_public
from crawler.sites import canonical_url, is_address, site_of

TipKind = Literal[
    "trademark",
    "copyright",
    "patent",
    "trade_secret",
    "geographical_indication",
    "design",
    "other",
]
"""What is said to be infringed, as offices count it."""
TipWay = Literal["command", "file", "console", "form"]
"""How it came in; ``form`` is the page for everybody."""
Refusal = Literal["no_address", "private_address", "too_long"]
"""Why what was told is nothing that can be looked at."""
TipState = Literal[
    "refused",
    "waiting",
    "not_had",
    "gone",
    "nothing_found",
    "hit_found",
    "judged",
    "noticed",
]
"""How far a tip has come, each the next step of the one before where there is one. ``not_had``: the
page was asked for and did not come (blocked, failed, skipped), which says nothing of what is there.
A duplicate is where the tip is that it repeats."""

KINDS: Final[tuple[TipKind, ...]] = get_args(TipKind)
STATES: Final[tuple[TipState, ...]] = get_args(TipState)

LONGEST_URL = 2083
"""As ``crawler.book`` has it: a longer one is never fetched."""
LONGEST_WORDS = 4000
LONGEST_CONTACT = 254
"""Characters of an e-mail address (RFC 5321, erratum 1690); a telephone number is shorter."""

_CHINESE: Final[dict[str, TipKind]] = {
    "商标": "trademark",
    "著作权": "copyright",
    "版权": "copyright",
    "专利": "patent",
    "商业秘密": "trade_secret",
    "地理标志": "geographical_indication",
    "外观设计": "design",
    "其他": "other",
    "其它": "other",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Lead:
    """What somebody told, as it was told."""

    url: str
    kind: TipKind = "other"
    words: str = ""
    right: str | None = None
    """Id of the right that is said to be infringed."""
    contact: str = ""
    """How whoever told it can be answered: as a rule an e-mail address."""


def parse_kind(text: str) -> TipKind:
    """Return the kind that a word names, in English or Chinese; ``other`` where it is empty.

    :raises InputError: when it names none
    """
    word = text.strip().lower().replace("-", "_").replace(" ", "_")
    if not word:
        return "other"
    for kind in KINDS:
        if word == kind:
            return kind
    if word in _CHINESE:
        return _CHINESE[word]
    expected = ", ".join(KINDS)
    raise InputError(f"kind: expected one of {expected} (or its Chinese name), got {text!r:.80}")


def check_lead(lead: Lead) -> None:
    """Refuse texts that are too long, or a contact of more than one line.

    :raises InputError: which says of what
    """
    for name, text, most in (
        ("words", lead.words, LONGEST_WORDS),
        ("contact", lead.contact, LONGEST_CONTACT),
    ):
        if len(text) > most:
            raise InputError(f"{name}: expected at most {most:,} characters, got {len(text):,}")
        if "\0" in text:
            raise InputError(f"{name}: expected text, got a zero byte in it")
    if not lead.contact.isprintable():
        raise InputError(f"contact: expected one line of plain text, got {lead.contact!a}")


def find_refusal(url: str, *, allow_private: bool) -> Refusal | None:
    """Return why an address cannot be looked at; None when it can.

    No name is looked up here: where one leads is checked when it is fetched, by the guard.
    """
    text = url.strip()
    if len(text) > LONGEST_URL:
        return "too_long"
    canonical = canonical_url(text)
    if canonical is None or any(map(str.isspace, text)) or not site_of(canonical):
        return "no_address"
    if len(canonical) > LONGEST_URL:
        return "too_long"
    if not allow_private and _is_private(canonical):
        return "private_address"
    return None


def _is_private(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if is_address(host):
        return not is_public(host)
    return "." not in host or host.endswith((".localhost", ".local", ".internal", ".home.arpa"))
