"""Who is told what is new: ``[[tell]]`` of ``markhound.toml``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from crawler.delivery import address_problem, is_secret_way
from crawler.model import TIDY

TellKind = Literal["mail", "webhook", "apprise"]
TellLanguage = Literal["en", "zh"]
HIGHEST_RISK = 100.0
"""A risk is the score, 0 to 1, times what makes it worse."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TellChannel:
    """``[[tell]]``: one way on which people are told."""

    __pydantic_config__: ClassVar[dict[str, Any]] = TIDY

    name: str
    """How campaigns and reports call it."""
    kind: TellKind
    address: str
    """E-mail address, URL of a webhook, or the URL of a service as Apprise has it; secrets stand in
    it by name only: ``{env:TEAM_TOKEN}``."""
    language: TellLanguage = "en"
    risk: float = 0.5
    """Hits with at least this risk are told."""
    everything: bool = True
    """Whether it is told of the whole workspace, or of the campaigns alone that name it."""


def tell_channel_problems(channels: Sequence[TellChannel]) -> Iterator[tuple[str, str]]:
    """Yield (key, what is wrong) of channels on which nobody can be told."""
    names = [channel.name for channel in channels]
    for number, channel in enumerate(channels):
        name = channel.name
        if not name or not name.isprintable() or name.startswith("mailto:"):
            yield f"tell.{number}.name", f"expected a name of one line, got {name!r}"
        elif names.count(name) > 1:
            yield f"tell.{number}.name", f"expected a name of its own for each, got {name!r} twice"
        if not 0 <= channel.risk <= HIGHEST_RISK:
            message = f"expected 0 to {HIGHEST_RISK:g}, got {channel.risk}"
            yield f"tell.{number}.risk", message
        if problem := _destination_problem(channel):
            yield f"tell.{number}.address", problem


def _destination_problem(channel: TellChannel) -> str | None:
    address = channel.address
    if channel.kind == "mail":
        return address_problem(address)
    if not address.isprintable() or " " in address:
        return f"expected an address of one line without spaces, got {address!r}"
    if channel.kind == "webhook" and not is_secret_way(address):
        return f"expected https (http is for loopback only), got {address!r}"
    if channel.kind == "apprise" and not _has_scheme(address):
        return f"expected a service's URL as Apprise has it (SCHEME://...), got {address!r}"
    return None


def _has_scheme(address: str) -> bool:
    scheme, separator, rest = address.partition("://")
    return bool(separator and rest) and scheme.isascii() and scheme.isalnum()
