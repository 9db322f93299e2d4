"""Campaign files of special actions, by theme: beginnings that people change and check."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import ValidationError

from crawler.campaign import Campaign, check_campaign
from crawler.errors import FileFormatError
from crawler.formats import parse_record, problems_of

Theme = Literal["exhibition", "sports", "epidemic", "medicine", "season"]
Language = Literal["en", "zh"]
_TEMPLATES = Path(__file__).parent / "templates"


@cache
def load_themes() -> dict[str, dict[str, Any]]:
    """Return theme -> what its campaigns begin with."""
    return tomllib.loads((_TEMPLATES / "themes.toml").read_text(encoding="utf-8"))


def draft_campaign(
    theme: Theme,
    name: str,
    seeds: Sequence[str],
    days: tuple[date, date],
    *,
    zone: str,
    language: Language,
    file: Path,
) -> str:
    """Return the text of a campaign file, which can be used as it is.

    :param days: the first and the last one
    :param zone: IANA name of the time zone of its days and hours
    :param language: of what people are told; what explains the keys is in both
    :param file: where it will stand, for messages
    :raises FileFormatError: when something of it is wrong
    """
    values = load_themes()[theme]
    text = _ENVIRONMENT.get_template("campaign.toml").render(
        values,
        name=name,
        theme=values[f"theme_{language}"],
        seeds=list(seeds),
        first_day=days[0].isoformat(),
        last_day=days[1].isoformat(),
        zone=zone,
        language=language,
    )
    try:
        check_campaign(parse_record(Campaign, tomllib.loads(text)), file)
    except ValidationError as error:
        raise FileFormatError(list(problems_of(error, file, None, "a campaign"))) from error
    return text


def _toml(value: object) -> str:
    """Return a text or a list of texts as TOML; JSON's strings are TOML's but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=False,  # noqa: S701 (it is no page)
    undefined=StrictUndefined,
    keep_trailing_newline=True,
)
_ENVIRONMENT.filters["toml"] = _toml
