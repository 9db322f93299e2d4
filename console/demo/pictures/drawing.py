"""Drawing with Pillow alone: stencils, fills, shadows and texture for the sample pictures.

A stencil is a grey picture as large as the canvas (white = inside), drawn four times as large and
reduced, so that edges are smooth. Everything is deterministic: noise comes from a given seed.
Coordinates are pixels of the finished picture; angles are degrees, clockwise on the screen.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Point = tuple[float, float]
Colour = tuple[int, int, int]
Stencil = Image.Image

_SCALE = 4
"""How many times larger than the finished picture a stencil is drawn."""
_GRID = 36
"""Sides of the small grid on which a gradient is computed before it is enlarged."""
_RAMP = 96
"""How many colours a gradient is made of, before it is enlarged."""


@dataclass(frozen=True, slots=True)
class Linear:
    """Colours that run across a stencil's box; at 90 degrees from top to bottom."""

    stops: tuple[Colour, ...]
    angle: float = 90.0


@dataclass(frozen=True, slots=True)
class Radial:
    """Colours that run outwards from ``centre`` (0 to 1 across the stencil's box)."""

    stops: tuple[Colour, ...]
    centre: Point = (0.5, 0.5)
    reach: float = 0.75
    """Where the last colour stands, in box sides."""


Fill = Colour | Linear | Radial


def hexa(*codes: str) -> tuple[Colour, ...]:
    """Return the colours of codes such as ``e8dccb``."""
    return tuple((int(c[0:2], 16), int(c[2:4], 16), int(c[4:6], 16)) for c in codes)


def linear(*codes: str, angle: float = 90.0) -> Linear:
    """Return a linear gradient of hexadecimal colours."""
    return Linear(hexa(*codes), angle)


def radial(*codes: str, centre: Point = (0.5, 0.5), reach: float = 0.75) -> Radial:
    """Return a radial gradient of hexadecimal colours."""
    return Radial(hexa(*codes), centre, reach)


def path(text: str) -> list[Point]:
    """Return the points of ``x y, x y, ...``: outlines are long, and easier read on one line."""
    return [(float(x), float(y)) for x, y in (pair.split() for pair in text.split(", "))]


def _colour_at(stops: Sequence[Colour], t: float) -> Colour:
    place = t * (len(stops) - 1)
    low = min(int(place), len(stops) - 2)
    part = place - low
    a, b = stops[low], stops[low + 1]
    return (
        round(a[0] + (b[0] - a[0]) * part),
        round(a[1] + (b[1] - a[1]) * part),
        round(a[2] + (b[2] - a[2]) * part),
    )


@lru_cache(maxsize=512)
def _gradient(fill: Linear | Radial) -> Image.Image:
    steps = [(i + 0.5) / _GRID for i in range(_GRID)]
    if isinstance(fill, Linear):
        dx, dy = math.cos(math.radians(fill.angle)), math.sin(math.radians(fill.angle))
        span = abs(dx) + abs(dy)
        places = (((x - 0.5) * dx + (y - 0.5) * dy) / span + 0.5 for y in steps for x in steps)
    else:
        cx, cy = fill.centre
        places = (math.hypot(x - cx, y - cy) / fill.reach for y in steps for x in steps)
    last = _RAMP - 1
    ramp = [bytes(_colour_at(fill.stops, i / last)) for i in range(_RAMP)]
    pixels = b"".join([ramp[int(t * last + 0.5) if t < 1 else last] for t in places])
    return Image.frombytes("RGB", (_GRID, _GRID), pixels)


def filled(size: tuple[int, int], fill: Fill) -> Image.Image:
    """Return a picture of ``size`` covered with ``fill``."""
    if isinstance(fill, tuple):
        return Image.new("RGB", size, fill)
    return _gradient(fill).resize(size, Image.Resampling.BICUBIC)


def noise(size: tuple[int, int], cell: tuple[int, int], seed: int) -> Image.Image:
    """Return soft grey noise whose grains are about ``cell`` pixels wide and high."""
    columns, rows = size[0] // cell[0] + 3, size[1] // cell[1] + 3
    # Not for secrets: the same seed must give the same picture everywhere.
    grains = random.Random(seed).randbytes(columns * rows)  # noqa: S311
    return Image.frombytes("L", (columns, rows), grains).resize(size, Image.Resampling.BICUBIC)


def smooth(points: Sequence[Point], *, closed: bool = True, steps: int = 14) -> list[Point]:
    """Return a Catmull-Rom curve through ``points``."""
    n = len(points)
    out: list[Point] = []
    for i in range(n if closed else n - 1):
        if closed:
            p0, p1, p2, p3 = (points[(i + k) % n] for k in (-1, 0, 1, 2))
        else:
            p0, p1, p2, p3 = (points[min(max(i + k, 0), n - 1)] for k in (-1, 0, 1, 2))
        for s in range(steps):
            t = s / steps
            out.append(
                (_spline(p0[0], p1[0], p2[0], p3[0], t), _spline(p0[1], p1[1], p2[1], p3[1], t))
            )
    return out if closed else [*out, points[-1]]


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b
        + (c - a) * t
        + (2 * a - 5 * b + 4 * c - d) * t * t
        + (3 * b - a - 3 * c + d) * t * t * t
    )


def turned(points: Iterable[Point], angle: float, about: Point) -> list[Point]:
    """Return ``points`` turned clockwise by ``angle`` about a point."""
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    x0, y0 = about
    return [(x0 + (x - x0) * c - (y - y0) * s, y0 + (x - x0) * s + (y - y0) * c) for x, y in points]


def oval(
    cx: float, cy: float, rx: float, ry: float, start: float = 0, end: float = 360
) -> list[Point]:
    """Return points along an ellipse from angle ``start`` to ``end``."""
    n = max(12, int(abs(end - start) / 4))
    angles = (math.radians(start + (end - start) * i / n) for i in range(n + 1))
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles]


def box(x0: float, y0: float, x1: float, y1: float, radius: float = 0) -> list[Point]:
    """Return the outline of an upright rectangle with rounded corners."""
    if radius <= 0:
        return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    r = min(radius, (x1 - x0) / 2, (y1 - y0) / 2)
    corners = (
        (x1 - r, y0 + r, -90),
        (x1 - r, y1 - r, 0),
        (x0 + r, y1 - r, 90),
        (x0 + r, y0 + r, 180),
    )
    return [p for cx, cy, a in corners for p in oval(cx, cy, r, r, a, a + 90)]


def star(
    cx: float, cy: float, outer: float, inner: float, tips: int, turn: float = -90
) -> list[Point]:
    """Return a star (or a flower of straight petals) with ``tips`` tips."""
    out = []
    for i in range(2 * tips):
        a, r = math.radians(turn + 180 * i / tips), inner if i % 2 else outer
        out.append((cx + r * math.cos(a), cy + r * math.sin(a)))
    return out


class Canvas:
    """A picture being painted, back to front."""

    def __init__(self, backdrop: Fill, size: tuple[int, int] = (800, 800)) -> None:
        self.size = size
        self.image = filled(size, backdrop)

    # stencils

    def _raster(self, parts: Sequence[tuple[Sequence[Point], float]]) -> Stencil:
        """Draw outlines (width 0 = filled, else a stroke of that width) into one stencil."""
        xs = [x for points, w in parts for x, _ in points for x in (x - w, x + w)]
        ys = [y for points, w in parts for _, y in points for y in (y - w, y + w)]
        x0, y0 = max(int(min(xs)) - 1, 0), max(int(min(ys)) - 1, 0)
        x1, y1 = min(int(max(xs)) + 2, self.size[0]), min(int(max(ys)) + 2, self.size[1])
        stencil = Image.new("L", self.size)
        if x1 <= x0 or y1 <= y0:
            return stencil
        large = Image.new("L", ((x1 - x0) * _SCALE, (y1 - y0) * _SCALE))
        pen = ImageDraw.Draw(large)
        for points, width in parts:
            at = [((x - x0) * _SCALE, (y - y0) * _SCALE) for x, y in points]
            if width == 0:
                pen.polygon(at, fill=255)
                continue
            pen.line(at, fill=255, width=max(1, round(width * _SCALE)), joint="curve")
            r = width * _SCALE / 2
            for x, y in (at[0], at[-1]):
                pen.ellipse((x - r, y - r, x + r, y + r), fill=255)
        stencil.paste(large.reduce(_SCALE), (x0, y0))
        return stencil

    def polygon(self, *outlines: Sequence[Point]) -> Stencil:
        """Return a stencil of filled outlines."""
        return self._raster([(points, 0) for points in outlines])

    def blob(self, *outlines: Sequence[Point]) -> Stencil:
        """Return a stencil of smooth closed curves through the points given."""
        return self._raster([(smooth(points), 0) for points in outlines])

    def stroke(self, width: float, *lines: Sequence[Point]) -> Stencil:
        """Return a stencil of round-ended lines."""
        return self._raster([(points, width) for points in lines])

    def ellipse(self, cx: float, cy: float, rx: float, ry: float | None = None) -> Stencil:
        """Return a stencil of a filled ellipse."""
        return self.polygon(oval(cx, cy, rx, rx if ry is None else ry))

    # paint

    def paint(self, stencil: Stencil, fill: Fill, opacity: float = 1.0) -> None:
        """Lay ``fill`` over the picture inside ``stencil``."""
        area = stencil.getbbox()
        if area is None:
            return
        mask = stencil.crop(area)
        if opacity < 1:
            mask = mask.point([round(v * opacity) for v in range(256)])
        self.image.paste(filled(mask.size, fill), area[:2], mask)

    def shadow(
        self,
        stencil: Stencil,
        move: Point = (0, 18),
        blur: float = 22,
        opacity: float = 0.35,
        colour: Colour = (24, 18, 20),
    ) -> None:
        """Lay the soft shadow that ``stencil`` would throw; call it before painting the thing."""
        # Blurred at a quarter of the size: a soft shadow has no detail to lose.
        small = stencil.reduce(4).filter(ImageFilter.GaussianBlur(blur / 4))
        soft = small.resize(self.size, Image.Resampling.BILINEAR)
        moved = (
            soft.copy()
        )  # not an empty one: a thing cut by the frame throws its shadow there too
        moved.paste(soft, (round(move[0]), round(move[1])))
        self.paint(moved, colour, opacity)

    def relief(
        self,
        stencil: Stencil,
        width: float = 14,
        light: float = 0.45,
        dark: float = 0.4,
        angle: float = 225,
    ) -> None:
        """Round the edges: light from ``angle`` (225 = upper left), dark on the far side."""
        area = _grown(stencil.getbbox(), int(width * 2), self.size)
        if area is None:
            return
        inside = stencil.crop(area)
        soft = inside.filter(ImageFilter.GaussianBlur(width * 0.7))
        dx = round(math.cos(math.radians(angle)) * width)
        dy = round(math.sin(math.radians(angle)) * width)
        for sign, colour, opacity in ((-1, (255, 255, 255), light), (1, (10, 6, 12), dark)):
            away = soft.copy()  # where the frame cuts the thing, there is no edge
            away.paste(soft, (sign * dx, sign * dy))
            rim = ImageChops.multiply(inside, ImageChops.invert(away))
            mask = Image.new("L", self.size)
            mask.paste(rim, area[:2])
            self.paint(mask, colour, opacity)

    def solid(
        self, stencil: Stencil, fill: Fill, *, width: float = 14, drop: Point = (0, 18)
    ) -> None:
        """Paint a thing with thickness: shadow, body, rounded edges."""
        self.shadow(stencil, drop, blur=12 + abs(drop[0]) + abs(drop[1]))
        self.paint(stencil, fill)
        self.relief(stencil, width)

    def texture(self, stencil: Stencil, grain: Image.Image, colour: Colour, opacity: float) -> None:
        """Stain the inside of ``stencil`` with ``colour`` where ``grain`` is light."""
        self.paint(ImageChops.multiply(stencil, grain), colour, opacity)

    def glow(self, cx: float, cy: float, r: float, colour: Colour, opacity: float) -> None:
        """Add light that fades outwards."""
        spot = self.ellipse(cx, cy, r * 0.55).reduce(4).filter(ImageFilter.GaussianBlur(r / 10))
        self.paint(spot.resize(self.size, Image.Resampling.BILINEAR), colour, opacity)

    def everything(self) -> Stencil:
        """Return the stencil of the whole picture."""
        return Image.new("L", self.size, 255)

    def finish(self, seed: int, grain: float = 0.05) -> Image.Image:
        """Return the picture with a little grain, as a camera or paper gives it."""
        speck = noise(self.size, (2, 2), seed)
        self.texture(self.everything(), speck, (0, 0, 0), grain)
        return self.image


def within(stencil: Stencil, *others: Stencil) -> Stencil:
    """Return the part of ``stencil`` that lies inside every other."""
    for other in others:
        stencil = ImageChops.multiply(stencil, other)
    return stencil


def without(stencil: Stencil, *others: Stencil) -> Stencil:
    """Return ``stencil`` with the others cut out of it."""
    for other in others:
        stencil = ImageChops.multiply(stencil, ImageChops.invert(other))
    return stencil


def joined(*stencils: Stencil) -> Stencil:
    """Return what lies in any of the stencils."""
    whole = stencils[0]
    for other in stencils[1:]:
        whole = ImageChops.lighter(whole, other)
    return whole


def _grown(
    area: tuple[int, int, int, int] | None, by: int, size: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    if area is None:
        return None
    x0, y0, x1, y1 = area
    return max(x0 - by, 0), max(y0 - by, 0), min(x1 + by, size[0]), min(y1 + by, size[1])
