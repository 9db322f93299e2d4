"""What is told, in the words of who is told it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from console.web.drops import say_drop
from console.web.words import say
from crawler.store.digests import DigestItem
from crawler.workspace import Workspace
from matchers.wording import Language
from pipelines.digests.audiences import Audience
from pipelines.digests.letters import Letter
from pipelines.takedown.layout import make_visible
from pipelines.takedown.message import one_line

MOST = 20
"""Things of one kind that are listed; the others are counted."""
URGENT = frozenset({"sweep", "channel", "deadline"})
"""Kinds that make a digest urgent."""
MOST_LETTERS = 500
"""Of a name or a reason; a seller whose name is a novel would push all else out of a message."""
_TIMES = ("due", "last")
_ADDRESSES = ("url", "old")
"""Facts that are whole or of no use."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One thing that is told."""

    text: str
    link: str
    """Where its page is; empty where there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """What is told of one kind."""

    kind: str
    head: str
    count: int
    lines: tuple[Line, ...]
    more: str
    """How many are not listed, in words; empty when all are."""

    @property
    def urgent(self) -> bool:
        """Whether it cannot wait."""
        return self.kind in URGENT


class Wording:
    """Puts digests of a workspace into words."""

    def __init__(self, workspace: Workspace) -> None:
        self._base = (workspace.config.console.address or "").rstrip("/")
        self._zone = ZoneInfo(workspace.config.console.time_zone)

    def compose(self, audience: Audience, items: Sequence[DigestItem], moment: datetime) -> Letter:
        """Return a digest in the words of an audience.

        :param items: one at least, those of a kind together
        """
        language = audience.language
        sections = [self._section(kind, tuple(own), language) for kind, own in _by_kind(items)]
        urgent = any(section.urgent for section in sections)
        counts = (
            say(f"digest.count_{section.kind}", language, count=section.count)
            for section in sections
        )
        what = say("digest.comma", language).join(counts)
        values = {
            "language": "zh-CN" if language == "zh" else "en",
            "title": say("digest.title_urgent" if urgent else "digest.title", language),
            "scope": self._scope(audience, moment),
            "note": say("digest.risk_note", language, risk=f"{audience.risk:g}"),
            "footer": say("digest.footer", language),
            "open": say("digest.open", language),
            "home": f"{self._base}/" if self._base else "",
            "sections": sections,
        }
        return Letter(
            subject=say(
                "digest.subject_urgent" if urgent else "digest.subject", language, what=what
            ),
            text=_ENVIRONMENT.get_template("digest.txt").render(values),
            html=_ENVIRONMENT.get_template("digest.html").render(values),
            items=tuple(self.record(item, language) for item in items),
        )

    def record(self, item: DigestItem, language: Language) -> dict[str, object]:
        """Return one thing as JSON has it, with its sentence."""
        line = self.line(item, language)
        found: dict[str, object] = {"kind": item.kind, "key": item.key, "text": line.text}
        return found | ({"link": line.link} if line.link else {}) | {"facts": dict(item.facts)}

    def line(self, item: DigestItem, language: Language) -> Line:
        """Return one thing as a sentence; what others wrote in it can do nothing to the page."""
        facts: dict[str, object] = dict(item.facts)
        for name in _TIMES:
            if isinstance(value := facts.get(name), str) and "T" in value:
                facts[name] = self._moment(datetime.fromisoformat(value))
        if item.words == "site_drop":
            facts["why"] = say_drop(str(facts["why"]), language)
        if item.kind == "deadline" and language != "en":
            facts["action"] = say(f"notices.action_{facts['rule']}", language)
        shown = {
            name: _shown(name, value) if isinstance(value, str) else value
            for name, value in facts.items()
        }
        shown["law"] = "" if facts.get("binding", 1) else say("digest.no_law", language)
        text = say(f"digest.{item.words}", language, **shown)
        if facts.get("repeat"):
            text += say("digest.known_offender", language, repeat=facts["repeat"])
        path = path_of(item)
        return Line(text=text, link=f"{self._base}{path}" if self._base and path else "")

    def _section(self, kind: str, items: Sequence[DigestItem], language: Language) -> Section:
        left = len(items) - MOST
        return Section(
            kind=kind,
            head=say(f"digest.head_{kind}", language),
            count=len(items),
            lines=tuple(self.line(item, language) for item in items[:MOST]),
            more=say("digest.more", language, count=left) if left > 0 else "",
        )

    def _scope(self, audience: Audience, moment: datetime) -> str:
        at, language = self._moment(moment), audience.language
        if audience.scope is None:
            return say("digest.of_all", language, at=at)
        names = say("digest.comma", language).join(sorted(audience.scope))
        return say("digest.of_campaigns", language, at=at, campaigns=one_line(make_visible(names)))

    def _moment(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%Y-%m-%d %H:%M} {self._zone.key}"


def _shown(name: str, value: str) -> str:
    """Return a text of others as it can stand in a sentence: visible, on one line, not too long."""
    if name not in _ADDRESSES and len(value) > MOST_LETTERS:
        value = f"{value[:MOST_LETTERS]}…"
    return one_line(make_visible(value))


def _by_kind(items: Sequence[DigestItem]) -> list[tuple[str, list[DigestItem]]]:
    return [(kind, list(own)) for kind, own in groupby(items, key=lambda item: item.kind)]


def path_of(item: DigestItem) -> str:
    """Return the address of the page of a thing in the console; empty without one."""
    facts = item.facts
    if item.kind in ("seller", "hits"):
        return f"/queue/{quote(item.key, safe='')}"
    for name, page in (
        ("right_id", "/registry/"),
        ("sweep", "/sweeps/"),
        ("notice", "/notices/"),
        ("case", "/cases/"),
    ):
        if name in facts:
            return f"{page}{quote(str(facts[name]), safe='')}"
    return "/sweeps" if item.kind == "sweep" else ""


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
