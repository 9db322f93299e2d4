"""A report as PDF: tagged (PDF/UA-1, PDF/A-3a), dated by the end of its period."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from console.reports.tables import ShownRow, ShownTable, names_in, show_sections
from console.reports.wording import meaning_of, name_of, notes_of, say, title_of
from matchers.wording import Language
from pipelines.figures.numbers import Report
from pipelines.takedown.pdf import WORDS
from pipelines.typesetting import PaperFont, Shown, break_words, typeset

_TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
_WIDTH = re.compile(r'width="(\d+)"')
_PIXEL = 0.27
"""Millimetres of a chart's pixel: 640 of them are as wide as the text."""


def draw_report(
    report: Report, language: Language, font: PaperFont, *, pictures: float | None = None
) -> list[bytes]:
    """Return the PDF, or a PNG of each page.

    :param pictures: pixels to the inch of these; None = the PDF
    :raises InputError: when it cannot be set
    """
    title = title_of(report, language)
    return typeset(
        _TEMPLATE.read_bytes(),
        _data(report, language, font, title),
        font,
        what=title,
        at=report.period.until,
        form="pdf" if pictures is None else "png",
        ppi=pictures,
    )


def _data(report: Report, language: Language, font: PaperFont, title: str) -> dict[str, Any]:
    shown = Shown(font)
    sections = show_sections(report.sections, language, font=font.family)
    data = {
        "title": shown(title),
        "language": language,
        "region": "CN" if language == "zh" else None,
        "family": font.family,
        "page-label": say("page", language).replace("{n}", "{n}"),
        "nothing": say("nothing", language),
        "notes": [break_words(shown(note)) for note in notes_of(report, language)],
        "sections": [
            {
                "title": section.title,
                "tables": [_table(table, shown) for table in section.tables],
            }
            for section in sections
        ],
        "definitions-title": say("definitions", language),
        "definitions": [
            {"id": n, "name": name_of(n, language), "meaning": meaning_of(n, language)}
            for n in names_in(report.sections)
        ],
    }
    return data | {"lacking": [WORDS[language]["note"]] if shown.lacking else []}


def _table(table: ShownTable, shown: Shown) -> dict[str, Any]:
    width = _WIDTH.search(table.chart)
    return {
        "title": table.title,
        "is-list": table.is_list,
        "columns": [break_words(head) for head in table.columns],
        "rows": [_row(row, shown) for row in table.rows],
        "note": break_words(table.note),
        "chart": table.chart,
        "chart-title": table.chart_title,
        "chart-width": int(width[1]) * _PIXEL if width else 0,
    }


def _row(row: ShownRow, shown: Shown) -> dict[str, Any]:
    return {
        "label": break_words(shown(row.label)),
        "cells": [break_words(shown(cell)) for cell in row.cells],
        "total": row.total,
    }
