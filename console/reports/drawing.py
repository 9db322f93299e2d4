"""Charts of a report as SVG: of tables, whose every value stands beside them.

Nothing is told by colour alone, nothing is styled from outside: the same text is a file of its own,
a part of a page, and a picture of a PDF.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from rich.cells import cell_len

from console.reports.wording import label_of, name_of, say, value_of
from console.web.charts import HEIGHT, LEFT, WIDTH, Chart, Series, lines, scale
from matchers.wording import Language
from pipelines.figures.numbers import Row, Table

INK, SOFT, LINE = "#1c2530", "#5b6672", "#d9dee3"
TONES = {"one": "#1f5aa6", "three": "#b5501a", "five": "#1d6b3a"}
DASHES = {"one": "", "three": "7 4", "five": "2 4"}
BAR, GAP, LETTER = 16, 8, 6.4
"""Pixels: of a bar, between two, of a letter."""
DRAWN = ("hits.found", "judged.hits", "noticed.listings")
"""Columns of the table by time that are drawn."""
FONT = "sans-serif"
SQUARE = 320
"""Side of the calibration plot."""


def draw_chart(table: Table, language: Language, *, font: str = FONT) -> str:
    """Return a table's chart as SVG; empty where there is nothing to draw.

    :param font: family of its letters
    """
    if not table.rows or not any(number.count for number in table.numbers()):
        return ""
    title = say("chart", language, title=say(f"table.{table.key}", language))
    if table.dimension == "place":
        return _svg(WIDTH, HEIGHT + 24, title, font, _over_time(table, language))
    if table.dimension == "band":
        return _svg(SQUARE + 330, SQUARE + 56, title, font, _calibration(table, language))
    rows = [row for row in table.rows if _is_part(table, row)]
    height = len(rows) * (BAR + GAP) + GAP
    return _svg(WIDTH, height, title, font, _bars(table, rows, language))


def _is_part(table: Table, row: Row) -> bool:
    """Tell whether a row is a part of the table's first number."""
    first, number = table.rows[0].numbers[0], row.numbers[0]
    return number.unit == "count" and number.of == first.records and "in_bulk" not in number.id


def _svg(width: int, height: int, title: str, font: str, parts: Iterator[str]) -> str:
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" font-family={quoteattr(font)} font-size="12"'
        f" aria-label={quoteattr(title)}>\n{inside}\n</svg>\n"
    )


def _text(x: float, y: float, words: str, *, anchor: str = "start", fill: str = SOFT) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}">{escape(words)}</text>'
    )


def _bars(table: Table, rows: Sequence[Row], language: Language) -> Iterator[str]:
    """Yield bars that lie, each with its words and its value."""
    labels = [label_of(table, row, language) for row in rows]
    left = max(cell_len(label) for label in labels) * LETTER + 12
    most = max(1, *(row.numbers[0].count for row in rows))
    room = WIDTH - left - 70
    for place, (label, row) in enumerate(zip(labels, rows, strict=True)):
        number, y = row.numbers[0], GAP + place * (BAR + GAP)
        length = number.count / most * room
        yield _text(left - 8, y + 12.5, label, anchor="end", fill=INK)
        yield (
            f'<rect x="{left:.1f}" y="{y}" width="{length:.1f}" height="{BAR}"'
            f' fill="{TONES["one"]}"/>'
        )
        yield _text(left + length + 6, y + 12.5, value_of(number, language))


def _over_time(table: Table, language: Language) -> Iterator[str]:
    columns = [column for column in DRAWN if column in table.columns]
    series = []
    for tone, column in zip(TONES, columns, strict=False):
        at = table.columns.index(column)
        values = tuple(float(row.numbers[at].count) for row in table.rows)
        series.append(Series(name=name_of(column, language), tone=tone, values=values))
    _, step = scale(max(value or 0 for one in series for value in one.values))
    years = {row.key[:4] for row in table.rows}
    labels = [row.key[5:] if len(years) == 1 else row.key[2:] for row in table.rows]
    chart = lines("", labels, series, most=4 * step)  # an axis of lines has four marks
    yield from _grid(chart)
    x = float(LEFT)
    for one in series:
        dash = _dash(one.tone)
        yield (
            f'<line x1="{x:.1f}" x2="{x + 26:.1f}" y1="{HEIGHT + 12}" y2="{HEIGHT + 12}"'
            f' stroke="{TONES[one.tone]}" stroke-width="2"{dash}/>'
        )
        yield _text(x + 32, HEIGHT + 16, one.name, fill=INK)
        x += 32 + cell_len(one.name) * LETTER + 28
    for line in chart.lines:
        yield (
            f'<polyline points="{line.path}" fill="none" stroke="{TONES[line.tone]}"'
            f' stroke-width="2"{_dash(line.tone)}/>'
        )
        for px, py in line.points:
            yield f'<circle cx="{px:.1f}" cy="{py:.1f}" r="2" fill="{TONES[line.tone]}"/>'


def _dash(tone: str) -> str:
    return f' stroke-dasharray="{DASHES[tone]}"' if DASHES[tone] else ""


def _grid(chart: Chart) -> Iterator[str]:
    for mark in chart.heights:
        yield (
            f'<line x1="{chart.left}" x2="{chart.right}" y1="{mark.at}" y2="{mark.at}"'
            f' stroke="{LINE}"/>'
        )
        yield _text(chart.left - 6, mark.at + 4, mark.text, anchor="end")
    for mark in chart.places:
        yield _text(mark.at, chart.base + 16, mark.text, anchor="middle")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Point:
    score: float
    share: float
    low: float
    high: float


def _points(table: Table) -> Iterator[_Point]:
    for row in table.rows:
        score, share = row.numbers[1], row.numbers[2]
        if score.value is not None and share.value is not None and share.interval is not None:
            low, high = share.interval
            yield _Point(score=score.value, share=share.value, low=low, high=high)


def _calibration(table: Table, language: Language) -> Iterator[str]:
    """Yield the plot: mean score to the right, share that infringes upwards, intervals as bars."""

    def x(value: float) -> float:
        return 44 + value * SQUARE

    def y(value: float) -> float:
        return 10 + (1 - value) * SQUARE

    for tenth in range(0, 11, 2):
        at = tenth / 10
        yield (
            f'<line x1="{x(0):.1f}" x2="{x(1):.1f}" y1="{y(at):.1f}" y2="{y(at):.1f}"'
            f' stroke="{LINE}"/>'
        )
        yield _text(38, y(at) + 4, f"{tenth * 10} %", anchor="end")
        yield _text(x(at), y(0) + 17, f"{at:.1f}", anchor="middle")
    yield (
        f'<line x1="{x(0):.1f}" y1="{y(0):.1f}" x2="{x(1):.1f}" y2="{y(1):.1f}"'
        f' stroke="{SOFT}" stroke-dasharray="4 4"/>'
    )
    for point in _points(table):
        at = x(point.score)
        yield (
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{y(point.low):.1f}" y2="{y(point.high):.1f}"'
            f' stroke="{TONES["one"]}" stroke-width="2"/>'
        )
        for end in (point.low, point.high):
            yield (
                f'<line x1="{at - 4:.1f}" x2="{at + 4:.1f}" y1="{y(end):.1f}" y2="{y(end):.1f}"'
                f' stroke="{TONES["one"]}" stroke-width="2"/>'
            )
        yield f'<circle cx="{at:.1f}" cy="{y(point.share):.1f}" r="4" fill="{TONES["one"]}"/>'
    yield _text(x(0.5), y(0) + 38, name_of("calibration.score", language), anchor="middle")
    side = x(1) + 22
    yield f'<circle cx="{side + 8:.1f}" cy="40" r="4" fill="{TONES["one"]}"/>'
    yield _text(side + 24, 44, name_of("calibration.share", language), fill=INK)
    yield (
        f'<line x1="{side + 8:.1f}" x2="{side + 8:.1f}" y1="56" y2="76" stroke="{TONES["one"]}"'
        f' stroke-width="2"/>'
    )
    yield _text(side + 24, 70, say("interval", language), fill=INK)
    yield (
        f'<line x1="{side:.1f}" x2="{side + 16:.1f}" y1="100" y2="84" stroke="{SOFT}"'
        f' stroke-dasharray="4 4"/>'
    )
    yield _text(side + 24, 96, say("perfect", language), fill=INK)
