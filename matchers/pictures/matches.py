"""What an index over pictures finds, and how a copy lies in its picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from matchers.pictures.geometry import Fit, Floats
from matchers.pictures.prints import Box, Fingerprint, HashedView, Look

Method = Literal["hash", "shades", "features", "descriptor"]
Verdict = Literal["copy", "logo", "part", "lookalike"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureMatch:
    """One reference that a picture copies, or shares a part with."""

    entry: int
    """Position of the reference in the index."""
    method: Method
    verdict: Verdict
    """``copy``: the same picture, altered or not. ``logo``: a registered logo, inside a picture.
    ``part``: something that both show, such as packaging, a logo, or a ground. ``lookalike``: the
    same motif or design, as far as a descriptor model tells."""
    region: Box
    """Where in the listing's picture, in its pixels."""
    reference_region: Box
    """What of the reference it shows, in its pixels."""
    transform: str | None
    """How the picture was altered (``mirror``, ``crop``, ``mirror+border``); None = not at all."""
    look: Look
    """How much the reference shows."""
    distance: int | None = None
    """Bits of the hash that differ; None of local features and descriptors."""
    recoloured: bool = False
    """Whether the colours differ, so that it may be another thing of the same shape."""
    apart: float | None = None
    """What lacks to a correlation of 1, of shades; None where they were not compared."""
    common: bool = False
    """Whether it is so near in its shades alone to a figure of which others are as near: a ring."""
    far: float | None = None
    """Cosine distance of the descriptors, 0 to 2; None where they did not bring it up."""
    points: int = 0
    """Places that were found again; 0 of hashes."""
    area: float = 1.0
    """Share of the reference over which they spread; of the picture, if that is more and the
    reference is rich."""
    density: float = 1.0
    """Share of the places within that area that were found again."""
    rarity: float = 1.0
    """How much those places count: less where the reference has what is there many times."""
    strength: float = 0.0
    """How sure it is that a logo is shown; see ``matchers.pictures.logos``."""

    @property
    def support(self) -> float:
        """How much local features say for it."""
        return self.points * self.area * self.density * self.rarity


def name_turn(orientation: str) -> str | None:
    """Return how a picture was turned that is like the reference when turned so."""
    return None if orientation == "same" else _INVERSE.get(orientation, orientation)


_INVERSE = {"rotate-90": "rotate-270", "rotate-270": "rotate-90"}


def name_transform(view: HashedView, reference: HashedView) -> str | None:
    """Return how a view was altered of which the reference has a near one."""
    upright = reference.orientation == "same"
    turn = name_turn(view.orientation) if upright else reference.orientation
    words = [turn] if turn else []
    if reference.part == "window":
        words.append("crop")
    elif view.part == "inset":
        words.append("inside")
    elif view.part == "window" or (view.part == "trimmed" and reference.part == "whole"):
        words.append("border")
    return "+".join(words) or None


_QUARTERS = ("", "rotate-90", "rotate-180", "rotate-270")
_MIRRORED = ("mirror", "transpose", "flip", "transverse")
_ASKEW = math.radians(3)
_WHOLE, _FRAMED = 0.93, 0.6
"""Shares of a frame: from the first it is whole; a copy that takes less than the second of its
picture is a part of it."""


def describe_fit(
    fit: Fit, variant: int, reference: Fingerprint, picture: Fingerprint
) -> tuple[Box, Box, str | None]:
    """Return the region in the picture, that in the reference, and how the copy was altered.

    :param variant: number of ``VARIANTS`` in which the picture's points were described
    """
    there = _mapped(_frame(reference), fit.matrix)
    inverse = np.linalg.inv(fit.matrix[:2])
    back = np.vstack([inverse, -fit.matrix[2] @ inverse])
    here = _mapped(_frame(picture), back)
    shown, seen = find_box(here, reference), find_box(unmirrored(there, variant, picture), picture)
    words = []
    turn = math.atan2(fit.matrix[0, 1], fit.matrix[0, 0])
    quarter = round(turn / (math.pi / 2))
    name = (_MIRRORED if variant & 1 else _QUARTERS)[quarter % 4]
    words += [name] if name else []
    words += ["turned"] if abs(turn - quarter * math.pi / 2) > _ASKEW else []
    words += ["negative"] if variant & 2 else []
    words += ["crop"] if _share(shown, reference) < _WHOLE else []
    share = _share(seen, picture)
    words += ["inside"] if share < _FRAMED else ["border"] if share < _WHOLE else []
    return seen, shown, "+".join(words) or None


def unmirrored(places: Floats, variant: int, picture: Fingerprint) -> Floats:
    """Return places of a picture that was described in a variant as they are in the picture."""
    if not variant & 1:
        return places
    width = picture.size[0] / max(picture.size)
    return np.column_stack([width - places[:, 0], places[:, 1]])


def _frame(picture: Fingerprint) -> Floats:
    longer = max(picture.size)
    width, height = (side / longer for side in picture.size)
    return np.array([[0, 0], [width, 0], [width, height], [0, height]])


def _mapped(places: Floats, matrix: Floats) -> Floats:
    mapped: Floats = places @ matrix[:2] + matrix[2]
    return mapped


def find_box(places: Floats, picture: Fingerprint) -> Box:
    """Return what holds some places of a picture, in its pixels."""
    longer, (width, height) = max(picture.size), picture.size
    x, y = (np.clip(places.min(axis=0) * longer, 0, (width - 1, height - 1))).tolist()
    right, bottom = (np.clip(places.max(axis=0) * longer, 1, (width, height))).tolist()
    left, top = math.floor(x), math.floor(y)
    return left, top, max(1, math.ceil(right) - left), max(1, math.ceil(bottom) - top)


def _share(box: Box, picture: Fingerprint) -> float:
    return box[2] * box[3] / (picture.size[0] * picture.size[1])
