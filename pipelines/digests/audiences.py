"""Who is told: the channels of the workspace, and those whom campaigns name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.campaign import Campaign
from crawler.telling import TellChannel, TellKind, TellLanguage

MAILTO = "mailto:"


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A campaign as its file has it now."""

    campaign: Campaign
    file: str
    """Inside the workspace's folder."""
    changed_at: datetime
    """When its file was written: what was due before was due by another one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Broken:
    """A file among the campaigns that is none."""

    file: str
    """Inside the workspace's folder."""
    problem: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Audience:
    """One channel, and of what it is told."""

    name: str
    kind: TellKind
    address: str
    """With its secrets by name."""
    language: TellLanguage
    risk: float
    scope: frozenset[str] | None
    """Names of campaigns; None = everything."""

    def hears_of(self, campaign: str) -> bool:
        """Tell whether it is told of a campaign."""
        return self.scope is None or campaign in self.scope


def find_audiences(
    channels: Sequence[TellChannel], planned: Iterable[Planned]
) -> tuple[list[Audience], list[Broken]]:
    """Return who is told, each address once, and the campaigns that name a channel there is not.

    A channel that several campaigns name is told of them in one digest, from the lowest of their
    risks on and in the language of the first. One that is told of everything stays as it is.
    """
    found = {
        channel.name: Audience(
            name=channel.name,
            kind=channel.kind,
            address=channel.address,
            language=channel.language,
            risk=channel.risk,
            scope=None if channel.everything else frozenset(),
        )
        for channel in channels
    }
    named = {f"{MAILTO}{one.address}": one.name for one in channels if one.kind == "mail"}
    wrong = []
    for one in planned:
        for to in one.campaign.tell.to:
            name = named.get(to, to)
            if name in found or name.startswith(MAILTO):
                found[name] = _also(found.get(name), name, one.campaign)
                continue
            known = ", ".join(channel.name for channel in channels) or "none"
            problem = (
                f"tell.to of the campaign {one.campaign.name}: expected mailto:ADDRESS or the"
                f" name of a channel of markhound.toml ({known}), got {to!r}"
            )
            wrong.append(Broken(file=one.file, problem=problem))
    return [one for one in found.values() if one.scope is None or one.scope], wrong


def _also(known: Audience | None, name: str, campaign: Campaign) -> Audience:
    """Return an audience that is told of a campaign besides."""
    tell = campaign.tell
    if known is not None and known.scope is None:
        return known
    first = known is None or not known.scope
    return Audience(
        name=name,
        kind="mail" if known is None else known.kind,
        address=name.removeprefix(MAILTO) if known is None else known.address,
        language=tell.language if first or known is None else known.language,
        risk=tell.risk if first or known is None else min(known.risk, tell.risk),
        scope=frozenset({campaign.name}) | ((known and known.scope) or frozenset()),
    )
