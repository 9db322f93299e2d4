"""A report as a file of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from console.reports.html import render_report
from console.reports.pdf import draw_report
from console.reports.sheets import report_csv, report_xlsx
from matchers.wording import Language
from pipelines.figures.numbers import Report
from pipelines.typesetting import find_paper_font

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "pdf": "application/pdf",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "html": "text/html; charset=utf-8",
        "csv": "text/csv; charset=utf-8",
    }
)
"""Kind of file -> what it is sent as."""


def make_file(kind: str, made: Report, language: Language, font: str) -> bytes:
    """Return a report as a file.

    :param kind: one of ``MEDIA_TYPES``
    :param font: path of the font for a PDF; empty = the one that is found
    :raises MachineError: when the machine has nothing to make a PDF with
    """
    if kind == "html":
        return render_report(made, language).encode()
    if kind == "pdf":
        return b"".join(draw_report(made, language, find_paper_font(font)))
    return report_xlsx(made, language) if kind == "xlsx" else report_csv(made, language)
