"""Lines of text that were read in a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from matchers.pictures.prints import Box

LEAST_CONFIDENCE = 0.7
"""Lines that were read with less are dropped; most of them are no text."""


class Line(NamedTuple):
    """A line of text in a picture."""

    text: str
    region: Box
    """x, y, width, height in pixels of the picture."""
    confidence: float
    """How sure the reader is, 0 to 1."""


class Joined(NamedTuple):
    """A line, or two that stand together as the words of one name may."""

    line: Line
    before: str
    """The line above; empty where it is the first."""
    seam: int | None
    """Where the second begins in the text; None of a single line."""


def join_lines(lines: Sequence[Line]) -> Iterator[Joined]:
    """Yield every line, and every two neighbours that stand below or beside each other.

    :param lines: of one picture, from top to bottom
    """
    for at, line in enumerate(lines):
        before = lines[at - 1].text if at else ""
        yield Joined(line, before, None)
        if at and _stand_together(lines[at - 1].region, line.region):
            above = lines[at - 2].text if at > 1 else ""
            yield Joined(_join(lines[at - 1], line), above, len(before) + 1)


def _stand_together(first: Box, second: Box) -> bool:
    """Whether two lines of about one size touch but for the height of one, across or down."""
    low, high = sorted((first[3], second[3]))
    across = max(first[0], second[0]) - min(first[0] + first[2], second[0] + second[2])
    down = max(first[1], second[1]) - min(first[1] + first[3], second[1] + second[3])
    return high <= 2 * low and max(across, down) <= low and min(across, down) < 0


def _join(first: Line, second: Line) -> Line:
    (x, y, width, height), (left, top, wide, deep) = first.region, second.region
    begin = min(x, left), min(y, top)
    end = max(x + width, left + wide), max(y + height, top + deep)
    region = (*begin, end[0] - begin[0], end[1] - begin[1])
    text = f"{first.text} {second.text}"
    return Line(text, region, min(first.confidence, second.confidence))
