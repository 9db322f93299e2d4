"""The figurative marks of the invented houses, as stencils on any canvas and as pictures."""

from __future__ import annotations

from PIL import Image

from console.demo.pictures.drawing import (
    Canvas,
    Fill,
    Stencil,
    joined,
    linear,
    oval,
    path,
    smooth,
    star,
    turned,
    without,
)

LOGO_SIZE = (512, 512)


def aurelio(c: Canvas, x: float, y: float, r: float) -> Stencil:
    """Draw a sun with an open A in it, its bar a laurel leaf."""
    rays = []
    for i in range(24):
        reach = 1.0 if i % 2 else 0.9
        rays.append(turned([(x, y - r * 0.76), (x, y - r * reach)], i * 15, (x, y)))
    ring = without(c.ellipse(x, y, r * 0.7), c.ellipse(x, y, r * 0.62))
    legs = c.stroke(
        r * 0.1,
        smooth(
            [(x - 0.34 * r, y + 0.38 * r), (x - 0.12 * r, y - 0.1 * r), (x, y - 0.46 * r)],
            closed=False,
        ),
        smooth(
            [(x, y - 0.46 * r), (x + 0.12 * r, y - 0.1 * r), (x + 0.34 * r, y + 0.38 * r)],
            closed=False,
        ),
    )
    leaf = c.blob(
        [
            (x - 0.3 * r, y + 0.16 * r),
            (x, y + 0.04 * r),
            (x + 0.34 * r, y + 0.06 * r),
            (x + 0.04 * r, y + 0.2 * r),
        ]
    )
    return joined(c.stroke(r * 0.045, *rays), ring, legs, leaf)


def nordvinter(c: Canvas, x: float, y: float, r: float) -> Stencil:
    """Draw two peaks cut into half a snow crystal."""
    arms = []
    for i in range(5):
        angle = -72 + i * 36
        arms.append(turned([(x, y + 0.1 * r), (x, y - 0.98 * r)], angle, (x, y + 0.1 * r)))
        for reach, side in ((0.5, 0.2), (0.72, 0.15)):
            for sign in (-1, 1):
                tip = [
                    (x, y + (0.1 - reach) * r),
                    (x + sign * side * r, y + (0.1 - reach - side) * r),
                ]
                arms.append(turned(tip, angle, (x, y + 0.1 * r)))
    hill = path("-1.0 0.62, -0.42 -0.14, -0.16 0.2, 0.2 -0.36, 1.0 0.62")
    peaks = c.polygon([(x + px * r, y + py * r) for px, py in hill])
    halo = c.polygon([(x + px * r * 1.1, y + (py * 1.06 - 0.1) * r) for px, py in hill])
    snow = c.stroke(
        r * 0.06,
        [(x - 0.58 * r, y + 0.2 * r), (x - 0.42 * r, y + 0.08 * r), (x - 0.26 * r, y + 0.2 * r)],
        [(x - 0.02 * r, y + 0.04 * r), (x + 0.2 * r, y - 0.1 * r), (x + 0.42 * r, y + 0.04 * r)],
    )
    base = c.stroke(r * 0.07, [(x - r, y + 0.78 * r), (x + r, y + 0.78 * r)])
    return joined(without(c.stroke(r * 0.07, *arms), halo), without(peaks, snow), base)


def celadora(c: Canvas, x: float, y: float, r: float) -> Stencil:
    """Draw a bowl whose steam is a willow leaf."""
    bowl = without(
        c.polygon(
            smooth(
                [
                    (x - 0.86 * r, y + 0.08 * r),
                    (x - 0.6 * r, y + 0.62 * r),
                    (x, y + 0.84 * r),
                    (x + 0.6 * r, y + 0.62 * r),
                    (x + 0.86 * r, y + 0.08 * r),
                ],
                closed=False,
            )
        ),
        c.stroke(
            r * 0.05,
            smooth(
                [(x - 0.62 * r, y + 0.3 * r), (x, y + 0.42 * r), (x + 0.62 * r, y + 0.24 * r)],
                closed=False,
            ),
        ),
    )
    foot = c.stroke(r * 0.11, [(x - 0.3 * r, y + 0.92 * r), (x + 0.3 * r, y + 0.92 * r)])
    leaf = c.blob(
        [
            (x - 0.1 * r, y - 0.06 * r),
            (x - 0.34 * r, y - 0.42 * r),
            (x + 0.22 * r, y - 1.0 * r),
            (x + 0.24 * r, y - 0.5 * r),
        ]
    )
    vein = c.stroke(
        r * 0.04,
        smooth(
            [
                (x - 0.12 * r, y - 0.02 * r),
                (x - 0.02 * r, y - 0.46 * r),
                (x + 0.2 * r, y - 0.92 * r),
            ],
            closed=False,
        ),
    )
    return joined(bowl, foot, without(leaf, vein))


def velisono(c: Canvas, x: float, y: float, r: float) -> Stencil:
    """Draw a sail made of sound waves."""
    waves = [
        oval(x - 0.86 * r, y + 0.86 * r, 1.15 * k * r, k * r, -84 + k * 4, -6 - k * 4)
        for k in (0.5, 0.84, 1.18, 1.52)
    ]
    arcs = joined(*(c.stroke(r * (0.17 - 0.025 * i), wave) for i, wave in enumerate(waves)))
    return joined(arcs, c.ellipse(x - 0.76 * r, y + 0.76 * r, r * 0.19))


def kelvaron(c: Canvas, x: float, y: float, r: float) -> Stencil:
    """Draw a K of three shards in a broken dial."""
    dial = joined(
        c.stroke(r * 0.09, oval(x, y, 0.92 * r, 0.92 * r, -60, 130)),
        c.stroke(r * 0.09, oval(x, y, 0.92 * r, 0.92 * r, 150, 280)),
    )
    shards = [
        path("-0.42 -0.56, -0.2 -0.5, -0.2 0.5, -0.42 0.56"),
        path("-0.1 0.02, 0.46 -0.58, 0.56 -0.36, 0.06 0.14"),
        path("0.08 0.22, 0.2 0.08, 0.6 0.46, 0.4 0.6"),
    ]
    return joined(
        dial, c.polygon(*[[(x + px * r, y + py * r) for px, py in shard] for shard in shards])
    )


def yunluling(c: Canvas, x: float, y: float, r: float) -> Stencil:
    """Draw a seal: a peach, its leaf, and a heron's wing over a ridge."""
    ring = without(c.polygon(star(x, y, r, 0.93 * r, 36)), c.ellipse(x, y, 0.83 * r))
    peach = c.blob(
        [
            (x + 0.06 * r, y - 0.36 * r),
            (x + 0.4 * r, y - 0.34 * r),
            (x + 0.5 * r, y + 0.06 * r),
            (x + 0.24 * r, y + 0.42 * r),
            (x - 0.02 * r, y + 0.6 * r),
            (x - 0.3 * r, y + 0.38 * r),
            (x - 0.5 * r, y + 0.02 * r),
            (x - 0.32 * r, y - 0.34 * r),
        ]
    )
    cleft = c.stroke(
        0.05 * r,
        smooth(
            [
                (x + 0.06 * r, y - 0.36 * r),
                (x - 0.12 * r, y - 0.02 * r),
                (x - 0.02 * r, y + 0.34 * r),
            ],
            closed=False,
        ),
    )
    wing = c.blob(
        [
            (x - 0.06 * r, y - 0.42 * r),
            (x - 0.34 * r, y - 0.62 * r),
            (x - 0.56 * r, y - 0.4 * r),
            (x - 0.3 * r, y - 0.44 * r),
        ],
        [
            (x + 0.02 * r, y - 0.42 * r),
            (x + 0.16 * r, y - 0.74 * r),
            (x + 0.5 * r, y - 0.52 * r),
            (x + 0.24 * r, y - 0.46 * r),
        ],
    )
    ridge = c.stroke(
        0.06 * r,
        smooth(
            [(x - 0.74 * r, y + 0.3 * r), (x - 0.56 * r, y + 0.12 * r), (x - 0.5 * r, y + 0.3 * r)],
            closed=False,
        ),
        smooth(
            [
                (x + 0.46 * r, y + 0.34 * r),
                (x + 0.58 * r, y + 0.1 * r),
                (x + 0.74 * r, y + 0.28 * r),
            ],
            closed=False,
        ),
    )
    return joined(ring, without(peach, cleft), wing, ridge)


def _logo(ground: Fill, ink: Fill, mark: str) -> Image.Image:
    canvas = Canvas(ground, LOGO_SIZE)
    canvas.paint(_MARKS[mark](canvas, 256, 256, 196), ink)
    return canvas.image


_MARKS = {
    "aurelio": aurelio,
    "nordvinter": nordvinter,
    "celadora": celadora,
    "velisono": velisono,
    "kelvaron": kelvaron,
    "yunluling": yunluling,
}


def logo_aurelio() -> Image.Image:
    """Draw Aurelio, gold on ivory."""
    return _logo((250, 245, 234), linear("b98a3c", "7d5520"), "aurelio")


def logo_nordvinter() -> Image.Image:
    """Draw Nordvinter, white on night blue."""
    return _logo((18, 40, 66), (240, 246, 252), "nordvinter")


def logo_celadora() -> Image.Image:
    """Draw Celadora, celadon on white."""
    return _logo((255, 255, 255), linear("7fb09b", "3f7767"), "celadora")


def logo_velisono() -> Image.Image:
    """Draw Velisono, coral on white."""
    return _logo((255, 255, 255), linear("ff7a59", "d8345f", angle=45), "velisono")


def logo_kelvaron() -> Image.Image:
    """Draw Kelvaron, steel on black."""
    return _logo((16, 17, 20), linear("f2f4f7", "8e98a6"), "kelvaron")


def logo_yunluling() -> Image.Image:
    """Draw the seal of Yunluling peaches, cinnabar on paper."""
    return _logo((253, 247, 240), (186, 46, 38), "yunluling")
