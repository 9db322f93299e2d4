"""Lines of text that were read in a picture."""

from __future__ import annotations

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
