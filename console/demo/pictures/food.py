"""Sample pictures of bottled oils and peaches."""

from __future__ import annotations

from PIL import Image

from console.demo.pictures import logos
from console.demo.pictures.drawing import (
    Canvas,
    Stencil,
    box,
    linear,
    noise,
    path,
    radial,
    smooth,
    star,
    turned,
    within,
)


def _bottle(c: Canvas, x: float, base: float, w: float, h: float) -> Stencil:
    outline = path("0.14 1, 0.14 0.72, 0.2 0.64, 0.5 0.52, 0.5 0.03, 0.42 0")
    right = [(px * w, py * h) for px, py in outline]
    return c.polygon(
        [(x - px, base - py) for px, py in right]
        + [(x + px, base - py) for px, py in reversed(right)]
    )


def olive_oil() -> Image.Image:
    """Draw a tall bottle of oil with an olive branch before a tiled wall."""
    c = Canvas(linear("f4efe2", "e3d9c2"))
    tiles = [[(x, 0), (x, 620)] for x in range(-40, 840, 124)] + [
        [(0, y), (800, y)] for y in range(60, 620, 124)
    ]
    c.paint(c.stroke(5, *tiles), (202, 190, 164))
    for left in range(22, 800, 248):
        for top in range(122, 560, 248):
            c.paint(c.polygon(star(left, top, 46, 20, 8)), (92, 132, 158), 0.75)
    c.paint(c.polygon(box(0, 620, 800, 800)), linear("c08552", "8c5730"))
    bottle = _bottle(c, 300, 720, 210, 640)
    c.shadow(bottle, (60, 20), 40, 0.45)
    c.paint(bottle, linear("2d3d12", "7d8f2a", "b6bf4e", "55671b", "26340e", angle=0))
    c.relief(bottle, 14, 0.5, 0.5)
    c.paint(
        c.stroke(9, smooth(path("222 390, 216 500, 220 660"), closed=False)), (255, 255, 230), 0.55
    )
    label = c.polygon(box(200, 470, 400, 640, 6))
    c.paint(label, linear("d9cfb5", "fffaf0", "e0d5ba", angle=0))
    c.paint(within(label, c.polygon(box(200, 600, 400, 616))), (176, 62, 40))
    c.paint(
        c.blob(
            *[
                turned(path("300 556, 318 520, 300 486, 282 520"), a, (300, 560))
                for a in (-50, 0, 50)
            ]
        ),
        (92, 112, 40),
    )
    c.solid(
        c.polygon(box(262, 44, 338, 104, 8)),
        linear("a3642f", "d69a5e", "8a5126", angle=0),
        width=6,
        drop=(8, 8),
    )
    dish = c.ellipse(590, 690, 160, 56)
    c.solid(dish, linear("ffffff", "cfd5da"), width=12, drop=(10, 20))
    c.paint(c.ellipse(590, 684, 126, 38), linear("c7b93b", "8f9122"))
    branch = smooth(path("770 260, 660 330, 560 420, 480 560"), closed=False)
    c.solid(c.stroke(8, branch), (106, 86, 52), width=3, drop=(10, 12))
    spots = [branch[i] for i in range(4, len(branch), 5)]
    for i, (x, y) in enumerate(spots):
        for side in (-1, 1):
            leaf = turned(
                [(x, y), (x + 44, y - 12), (x + 92, y), (x + 44, y + 12)],
                130 + side * 58 + i * 3,
                (x, y),
            )
            c.solid(
                c.blob(leaf), linear("8a9c66", "5b7042", angle=side * 30), width=5, drop=(8, 10)
            )
    for i, (x, y) in enumerate(spots[1::2]):
        c.solid(
            c.ellipse(x + 14 * (-1) ** i, y + 24, 20, 25),
            radial("a9b45a", "5f6b22", "38420f", centre=(0.35, 0.3)),
            width=7,
            drop=(8, 10),
        )
    return c.finish(23)


def oil_trio() -> Image.Image:
    """Draw three small bottles of coloured oil in a row, back-lit."""
    c = Canvas(linear("2a1d33", "5b2f4a", "a9524f"))
    c.glow(560, 330, 520, (255, 180, 110), 0.75)
    c.paint(c.polygon(box(0, 560, 800, 800)), linear("3a1f2e", "160c14"))
    for x, w, h, tone in (
        (160, 170, 330, ("4a1508", "e2622b", "ffb765", "7a260c")),
        (385, 190, 470, ("3c2f06", "dba61c", "ffe68a", "6b5208")),
        (620, 180, 280, ("0d3327", "2f9c6c", "a6f0c0", "145239")),
    ):
        flip = _bottle(c, x, 1280 - 640, w, h)
        mirror = flip.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        low = Image.new("L", c.size)
        low.paste(mirror, (0, 2 * 640 - 800))
        c.paint(low, linear(tone[1], tone[0]), 0.22)
        bottle = _bottle(c, x, 640, w, h)
        c.glow(x, 640 - h * 0.3, w * 1.6, (255, 214, 150), 0.3)
        c.paint(bottle, linear(*tone, angle=0))
        c.relief(bottle, 12, 0.55, 0.5)
        c.paint(
            c.stroke(7, [(x - w * 0.36, 640 - h * 0.46), (x - w * 0.36, 662 - h * 0.2)]),
            (255, 255, 255),
            0.6,
        )
        c.solid(
            c.polygon(box(x - w * 0.17, 640 - h - 34, x + w * 0.17, 640 - h + 16, 6)),
            linear("8a5f3a", "c99f6c", "6d4728", angle=0),
            width=5,
            drop=(0, 4),
        )
    return c.finish(24)


def _peach(
    c: Canvas, x: float, y: float, r: float, turn: float, *, drop: tuple[float, float] = (10, 16)
) -> None:
    outline = path(
        "0.0 -0.8, 0.56 -0.92, 1.0 -0.3, 0.86 0.42, 0.3 0.9, 0.0 1.08, "
        "-0.3 0.9, -0.86 0.42, -1.0 -0.3, -0.56 -0.92"
    )
    body = c.blob(turned([(x + px * r, y + py * r) for px, py in outline], turn, (x, y)))
    c.shadow(body, drop, r * 0.25, 0.5)
    c.paint(
        body,
        radial("fff3cf", "ffd9a0", "f9a27f", "e8606a", "c93a58", centre=(0.34, 0.74), reach=0.95),
    )
    c.texture(body, noise(c.size, (9, 9), round(x)), (200, 40, 70), 0.16)
    c.relief(body, r * 0.26, 0.3, 0.3)
    cleft = turned(
        smooth(
            [
                (x + 0.02 * r, y - 0.8 * r),
                (x + 0.3 * r, y - 0.2 * r),
                (x + 0.16 * r, y + 0.6 * r),
                (x, y + 1.0 * r),
            ],
            closed=False,
        ),
        turn,
        (x, y),
    )
    c.paint(c.stroke(r * 0.05, cleft), (170, 34, 56), 0.5)


def peach_box() -> Image.Image:
    """Draw a gift box of six peaches in straw, with the growers' seal, turned a little."""
    c = Canvas(linear("dfe9d6", "bfd3b4", angle=40))
    about = (400, 400)
    tray = c.polygon(turned(box(96, 150, 704, 640, 18), -9, about))
    c.solid(tray, linear("c2382f", "99251f", angle=50), width=14, drop=(14, 30))
    inner = c.polygon(turned(box(120, 174, 680, 616, 10), -9, about))
    c.paint(inner, linear("6d1712", "8d2a20"))
    straw = [
        turned(
            [
                (120 + i * 13 % 560, 180 + i * 97 % 430),
                (150 + i * 13 % 560 + i % 40, 166 + i * 97 % 430 + i % 37),
            ],
            -9,
            about,
        )
        for i in range(330)
    ]
    c.paint(within(inner, c.stroke(3.4, *straw[::2])), (236, 212, 150))
    c.paint(within(inner, c.stroke(3.0, *straw[1::2])), (206, 170, 100))
    for i in range(6):
        x, y = turned([(218 + 182 * (i % 3), 284 + 220 * (i // 3))], -9, about)[0]
        leaf = turned(
            [(x, y - 70), (x + 40, y - 92), (x + 96, y - 80), (x + 44, y - 62)], i * 37 - 40, (x, y)
        )
        c.solid(c.blob(leaf), linear("7fb25a", "3f7a3c", angle=i * 30), width=7, drop=(4, 6))
        _peach(c, x, y, 80, i * 23 - 40)
    seal = turned([(640, 668)], -9, about)[0]
    c.solid(c.ellipse(seal[0], seal[1], 92), linear("fff8ea", "f1e2c4"), width=8, drop=(8, 14))
    c.paint(logos.yunluling(c, seal[0], seal[1], 78), (186, 46, 38))
    return c.finish(25)


def peach_branch() -> Image.Image:
    """Draw two peaches on the branch, sky behind."""
    c = Canvas(linear("6fb5dd", "b7dcec", "eaf3ea"))
    for cx, cy, r in ((140, 600, 150), (330, 690, 180), (640, 700, 150), (560, 130, 70)):
        c.glow(cx, cy, r * 1.7, (255, 255, 255), 0.8)
    branch = smooth(path("820 60, 640 150, 430 190, 250 300, 90 330"), closed=False)
    c.solid(c.stroke(22, branch), linear("8a6244", "553722"), width=7, drop=(6, 10))
    for i, (x, y) in enumerate(branch[3::5]):
        for side in (-1, 1):
            leaf = turned(
                [(x, y), (x + 60, y - 22), (x + 168, y), (x + 60, y + 20)],
                90 + side * 50 + i * 11,
                (x, y),
            )
            c.solid(c.blob(leaf), linear("93c85f", "3f8740", angle=i * 24), width=9, drop=(6, 10))
    _peach(c, 300, 466, 128, 12)
    _peach(c, 560, 372, 104, -18)
    for tx, ty, a in ((300.0, 352.0, 60), (552.0, 286.0, 120)):
        leaf = [(tx, ty), (tx + 70, ty - 24), (tx + 150, ty), (tx + 70, ty + 22)]
        c.solid(
            c.blob(turned(leaf, a, (tx, ty))),
            linear("a9d873", "4c9548"),
            width=8,
            drop=(5, 8),
        )
    return c.finish(26)
