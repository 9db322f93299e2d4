"""What a server asks for in its headers: to wait, or to be asked less often.

Retry-After (RFC 9110, 10.2.3), the RateLimit fields of the IETF's draft
(draft-ietf-httpapi-ratelimit-headers) in its old and new forms, and the X-RateLimit-* that came
before it. What cannot be read counts as not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from scrapy.http import Headers

WAITING = frozenset({403, 429, 503})
"""Statuses whose Retry-After counts."""
LATEST = 400 * 86_400.0
"""Seconds; whoever asks for more has written no time."""

_NUMBER = re.compile(r"\s*(\d{1,15}(?:\.\d+)?)")
_PARAMETER = re.compile(r"\b(r|remaining|t|reset|q|limit|w)\s*=\s*(\d{1,15})\b", re.IGNORECASE)
_LONG_NAMES = {"remaining": "r", "reset": "t", "limit": "q"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What an answer asks of us."""

    wait: float | None = None
    """Seconds in which nothing is to be sent."""
    spacing: float = 0.0
    """Seconds between two requests, so that the quota lasts."""


def find_wish(status: int, headers: Headers, now: float) -> Wish:
    """Return what an answer's status and headers ask for.

    :param now: seconds since 1970, to which dates are compared
    """
    waits = []
    if status in WAITING and (after := _text(headers, "Retry-After")) is not None:
        waits.append(parse_retry_after(after, now))
    spacing = 0.0
    for remaining, reset in _quotas(headers, now):
        if remaining == 0:
            waits.append(reset)
        elif reset is not None:
            spacing = max(spacing, reset / remaining)
    for policy in _items(headers, "RateLimit-Policy"):
        if policy.get("q") and "w" in policy:
            spacing = max(spacing, policy["w"] / policy["q"])
    said = [wait for wait in waits if wait is not None]
    return Wish(wait=max(said) if said else None, spacing=spacing)


def parse_retry_after(text: str, now: float) -> float | None:
    """Return the seconds that Retry-After asks for: a number, or an HTTP date; None when neither.

    :param now: seconds since 1970
    """
    if number := _NUMBER.fullmatch(text.strip()):
        return min(float(number[1]), LATEST)
    try:
        date = parsedate_to_datetime(text.strip())
        return min(max(0.0, date.timestamp() - now), LATEST)
    except (ValueError, OverflowError, OSError):
        return None


def _quotas(headers: Headers, now: float) -> Iterator[tuple[int, float | None]]:
    """Yield what is left of each quota, and the seconds until it is renewed."""
    for item in _items(headers, "RateLimit"):
        if "r" in item:
            yield item["r"], item.get("t")
    for prefix in ("RateLimit-", "X-RateLimit-", "X-Rate-Limit-"):
        left = _NUMBER.match(_text(headers, f"{prefix}Remaining") or "")
        if left:
            yield int(float(left[1])), _until(_text(headers, f"{prefix}Reset") or "", now)


def _until(text: str, now: float) -> float | None:
    """Return the seconds until a reset that is written as seconds, a date, or a time since 1970."""
    number = _NUMBER.match(text)
    if number is None:
        return parse_retry_after(text, now)
    value = float(number[1])
    if value > 1e11:
        value /= 1000  # milliseconds
    if value > 1e9:
        value -= now
    return min(max(0.0, value), LATEST)


def _items(headers: Headers, name: str) -> Iterator[dict[str, int]]:
    """Yield the parameters of each member of a list: ``"default";r=50;t=30, "day";r=9``.

    The draft's older form, ``limit=10, remaining=5, reset=30``, is one member.
    """
    text = _text(headers, name) or ""
    old = "remaining" in text.lower()
    for member in [text] if old else text.split(","):
        found = {key.lower(): int(value) for key, value in _PARAMETER.findall(member)}
        yield {_LONG_NAMES.get(key, key): value for key, value in found.items()}


def _text(headers: Headers, name: str) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")[:1000]
