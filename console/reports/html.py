"""A report as one self-contained page: no script, no request, strict about what may be in it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from console.reports.tables import names_in, show_sections
from console.reports.wording import (
    evaluated_of,
    meaning_of,
    name_of,
    notes_of,
    say,
    title_of,
)
from matchers.wording import Language
from pipelines.figures.numbers import Report

TEMPLATES = Path(__file__).parent / "templates"
_WORDS = ("definitions", "nothing")


def render_report(report: Report, language: Language) -> str:
    """Return the page; the same records give the same text."""
    return _render(report, title_of(report, language), notes_of(report, language), language)


def render_evaluation(report: Report, language: Language) -> str:
    """Return the page of an evaluation."""
    title = say("evaluation", language)
    return _render(report, title, [evaluated_of(report, language)], language)


def _render(report: Report, title: str, notes: Sequence[str], language: Language) -> str:
    css = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return _environment.get_template("report.html").render(
        title=title,
        notes=notes,
        language=language,
        sections=show_sections(report.sections, language),
        definitions=[
            (name, name_of(name, language), meaning_of(name, language))
            for name in names_in(report.sections)
        ],
        words={key: say(key, language) for key in _WORDS},
        css=Markup(css),  # noqa: S704 # ours
        css_digest=digest,
    )


_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
