"""Charts as SVG, drawn on the server: bars that stand on each other, and lines.

Only places are worked out here; ``templates/charts.html`` writes them, in the words of the page.
Colours are classes (``static/charts.css``), and no value is told by colour alone: every chart has
its table beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 10, 24
MOST_LABELS = 8
"""Words below the chart; more would run into each other."""
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One row of values, one for each place of the chart."""

    name: str
    tone: str
    """Class of its colour."""
    values: tuple[float | None, ...]
    """None = there is none, which is another thing than 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A part of a bar."""

    x: float
    y: float
    width: float
    height: float
    tone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line through values that follow each other without a gap; one alone is a dot."""

    points: tuple[tuple[float, float], ...]
    tone: str

    @property
    def path(self) -> str:
        """What an SVG ``polyline`` takes."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in self.points)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A word beside an axis, and where it stands."""

    at: float
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """A chart, ready to be written."""

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    heights: tuple[Mark, ...]
    places: tuple[Mark, ...]
    suffix: str
    """Behind every value: ``%``."""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = HEIGHT - BOTTOM

    def rows(self) -> Iterator[tuple[str, list[str]]]:
        """Yield the same numbers as a table has them: label, then a value of each series."""
        for index, label in enumerate(self.labels):
            yield label, [_value(one.values[index], self.suffix) for one in self.series]


def bars(title: str, labels: Sequence[str], series: Sequence[Series]) -> Chart:
    """Return bars, the values of all series on each other.

    :param labels: a word for each place, in order
    """
    sums = [sum(one.values[i] or 0 for one in series) for i in range(len(labels))]
    top, step = scale(max(sums, default=0))
    room = _room(len(labels))
    boxes = []
    for index in range(len(labels)):
        below = 0.0
        for one in series:
            value = one.values[index] or 0
            if value <= 0:
                continue
            y = _height(below + value, top)
            boxes.append(
                Box(
                    x=round(LEFT + (index + 0.15) * room, 2),
                    y=round(y, 2),
                    width=round(max(room * 0.7, 1), 2),
                    height=round(_height(below, top) - y, 2),
                    tone=one.tone,
                )
            )
            below += value
    return _chart(title, labels, series, top, step, boxes=tuple(boxes))


def lines(
    title: str, labels: Sequence[str], series: Sequence[Series], *, most: float, suffix: str = ""
) -> Chart:
    """Return lines; where a value is missing a line has a gap, not a zero.

    :param most: value at the top of the chart
    """
    drawn = [line for one in series for line in _pieces(one, _room(len(labels)), most)]
    return _chart(title, labels, series, most, most / 4, lines=tuple(drawn), suffix=suffix)


def _pieces(one: Series, room: float, most: float) -> Iterator[Line]:
    points: list[tuple[float, float]] = []
    for index, value in enumerate((*one.values, None)):
        if value is not None:
            points.append((LEFT + (index + 0.5) * room, _height(value, most)))
        elif points:
            yield Line(points=tuple(points), tone=one.tone)
            points = []


def _chart(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    top: float,
    step: float,
    *,
    boxes: tuple[Box, ...] = (),
    lines: tuple[Line, ...] = (),
    suffix: str = "",
) -> Chart:
    count = round(top / step)
    heights = (
        Mark(at=_height(n * step, top), text=f"{_number(n * step)}{suffix}")
        for n in range(count + 1)
    )
    every = math.ceil(len(labels) / MOST_LABELS) or 1
    room = _room(len(labels))
    places = (
        Mark(at=round(LEFT + (index + 0.5) * room, 2), text=labels[index])
        for index in range(0, len(labels), every)
    )
    return Chart(
        title=title,
        labels=tuple(labels),
        series=tuple(series),
        boxes=boxes,
        lines=lines,
        heights=tuple(heights),
        places=tuple(places),
        suffix=suffix,
    )


def scale(most: float) -> tuple[float, float]:
    """Return the top of an axis and the step of its marks: whole, few, and easy to read."""
    if most <= 0:
        return 1, 1
    raw = max(most / 4, 1)
    power = 10 ** math.floor(math.log10(raw))
    step = next(one * power for one in STEPS if one * power >= raw and (one * power) % 1 == 0)
    return math.ceil(most / step) * step, step


def _room(count: int) -> float:
    return (WIDTH - LEFT - RIGHT) / max(count, 1)


def _height(value: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP), 2)


def _value(value: float | None, suffix: str) -> str:
    return "–" if value is None else f"{_number(value)}{suffix and ' ' + suffix}"


def _number(value: float) -> str:
    return f"{value:,.10g}"
