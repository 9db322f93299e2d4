"""The templates of the console, and the filters that they have."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from console.web.deciding import choices_of
from console.web.record_words import say_record
from pipelines.takedown.layout import make_visible

FOLDER = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["choices_of"] = choices_of
    made.filters |= {"moment": _moment, "day": _day, "visible": visible, "number": _number}
    made.filters |= {"score": _score, "purpose": _purpose, "record": _record}
    return made


def render(template: str, context: dict[str, object]) -> str:
    """Return a template filled with its values."""
    return _environment().get_template(template).render(context)


def visible(text: object) -> str:
    """Return text of others with what cannot be seen, or turns the line around, made visible."""
    return make_visible(str(text))


@pass_context
def _moment(context: Context, moment: datetime | str) -> Markup:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    local = moment.astimezone(ZoneInfo(context["zone"]))
    return Markup('<time datetime="{}">{}</time>').format(
        moment.isoformat(), local.strftime("%Y-%m-%d %H:%M")
    )


@pass_context
def _day(context: Context, moment: date) -> Markup:
    if isinstance(moment, datetime):
        moment = moment.astimezone(ZoneInfo(context["zone"])).date()
    return Markup('<time datetime="{0}">{0}</time>').format(moment.isoformat())


def _score(value: float) -> str:
    """Return a score with two decimals, never rounded up to a limit that was not reached."""
    return f"{math.floor(value * 100) / 100:.2f}"


_PURPOSES = (
    (re.compile("flagged by a sweep"), "captures.for_flag"),
    (re.compile(r"check of (?P<notice>N-[\d-]+)"), "captures.for_check"),
    (re.compile(r"sending of (?P<notice>N-[\d-]+)"), "captures.for_sending"),
    (re.compile("follow-up of notices that were sent"), "captures.for_follow_up"),
    (re.compile("on request"), "captures.for_request"),
)


@pass_context
def _purpose(context: Context, purpose: str) -> str:
    """Return for what something was captured, in the language of the visit where we know it."""
    for pattern, key in _PURPOSES:
        if found := pattern.fullmatch(purpose):
            return str(context["t"](key, **found.groupdict()))
    return purpose


@pass_context
def _record(context: Context, text: object) -> Markup:
    """Return a record's sentences in the language of the visit where we know them."""
    return say_record(text, context["language"])


def _number(value: float) -> str:
    return f"{value:,}"
