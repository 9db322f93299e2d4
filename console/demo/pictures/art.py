"""Sample works: illustrations and posters, each a composition of its own."""

from __future__ import annotations

import math

from PIL import Image

from console.demo.pictures.drawing import (
    Canvas,
    Point,
    box,
    hexa,
    joined,
    linear,
    noise,
    oval,
    path,
    radial,
    smooth,
    star,
    turned,
    within,
    without,
)

_TALL = (640, 800)


_WIDE = (800, 600)


def _ridge(y: float, heights: tuple[int, ...], size: tuple[int, int]) -> list[Point]:
    step = size[0] / (len(heights) - 1)
    top = smooth([(i * step, y - h) for i, h in enumerate(heights)], closed=False)
    return [
        (-4.0, top[0][1]),
        *top,
        (size[0] + 4.0, top[-1][1]),
        (size[0] + 4.0, size[1] + 4.0),
        (-4.0, size[1] + 4.0),
    ]


def _crane(
    x: float, y: float, s: float, turn: float
) -> tuple[list[list[Point]], list[list[Point]], list[Point]]:
    """Return a flying crane: white parts, black parts, and the line of neck and legs."""

    def at(points: list[Point]) -> list[Point]:
        return turned([(x + px * s, y + py * s) for px, py in points], turn, (x, y))

    white = [
        at(path("-0.5 0.06, -0.1 -0.12, 0.36 -0.06, 0.5 0.04, 0.1 0.16")),
        at(path("0.1 0.0, 0.02 -0.5, -0.3 -0.95, -0.5 -0.92, -0.4 -0.4, -0.25 -0.02")),
        at(path("0.16 0.04, 0.2 0.42, 0.02 0.8, -0.2 0.86, -0.2 0.4, -0.12 0.1")),
    ]
    black = [
        at(path("-0.3 -0.95, -0.5 -0.92, -0.62 -1.06, -0.44 -1.02")),
        at(path("-0.46 -0.66, -0.4 -0.4, -0.6 -0.62")),
        at(path("0.02 0.8, -0.2 0.86, -0.3 1.0, -0.1 0.94")),
        at(path("-0.5 0.0, -0.4 0.12, -0.62 0.14")),
    ]
    return (
        white,
        black,
        smooth(at(path("0.42 0.0, 0.7 -0.1, 0.92 -0.04, 1.12 -0.02")), closed=False),
    )


def cranes() -> Image.Image:
    """Draw nine cranes over blue-green mountains, a red sun, bands of mist."""
    c = Canvas(linear("f3e3c3", "efd9b4", "e4cfae"), _TALL)
    c.paint(c.ellipse(456, 176, 92), linear("e2572f", "c93a26"))
    for k, (y, tone, low, heights) in enumerate(
        (
            (420, "a9c3bb", "dcd9bf", (60, 150, 70, 190, 120, 40, 90)),
            (500, "6fa39c", "c5d2b8", (180, 60, 130, 40, 100, 210, 60)),
            (600, "2f7f80", "a8c6ae", (20, 210, 250, 90, 40, 110, 30)),
            (720, "12565f", "5f9a8c", (120, 60, 30, 90, 210, 230, 100)),
        )
    ):
        hill = c.polygon(_ridge(y, heights, _TALL))
        c.paint(hill, linear(tone, low))
        c.texture(hill, noise(_TALL, (7, 50), 40 + k), (20, 60, 60), 0.3)
        c.paint(within(hill, c.stroke(3, _ridge(y, heights, _TALL)[1:-3])), hexa("c59b4a")[0], 0.9)
        mist = c.blob(
            [(-60 + 90 * k, y + 46), (180 + 40 * k, y + 20), (420 + 30 * k, y + 44), (300, y + 70)]
        )
        c.paint(mist, (246, 234, 208), 0.6)
    flock = [
        (150, 150, 66, -12),
        (290, 250, 52, -20),
        (420, 330, 62, -8),
        (110, 330, 44, -26),
        (240, 410, 38, -16),
        (540, 260, 40, -10),
        (350, 120, 36, -22),
        (520, 440, 46, -14),
        (120, 520, 50, -8),
    ]
    parts = [_crane(*bird) for bird in flock]
    c.shadow(c.blob(*[p for white, _, _ in parts for p in white]), (4, 9), 6, 0.3)
    c.paint(c.stroke(4, *[neck for _, _, neck in parts]), (40, 40, 44))
    c.paint(c.blob(*[p for white, _, _ in parts for p in white]), (253, 250, 242))
    c.paint(c.blob(*[p for _, black, _ in parts for p in black]), (34, 36, 42))
    c.paint(
        joined(*(c.ellipse(neck[-12][0], neck[-12][1] - 2, 5) for _, _, neck in parts)),
        (200, 44, 36),
    )
    return c.finish(60, 0.08)


def great_tide() -> Image.Image:
    """Draw a breaking wave in bands of blue with a small boat."""
    c = Canvas(linear("f6e7cc", "f2cfa8", "eeb48d"), _WIDE)
    c.paint(c.ellipse(610, 170, 70), (234, 88, 58))
    for i in range(4):
        c.paint(
            c.stroke(5, [(470 + 22 * i, 120 + 34 * i), (760 - 10 * i, 120 + 34 * i)]),
            (246, 226, 196),
        )
    curl = [
        *smooth(
            path(
                "0 600, 0 330, 80 190, 220 90, 370 90, 470 170, 486 268, "
                "430 322, 380 296, 392 240, 340 206, 270 250, 250 350, 330 460, "
                "480 520, 800 540"
            ),
            closed=False,
        ),
        (800, 600),
    ]
    wave = c.polygon(curl)
    c.shadow(wave, (10, 10), 20, 0.3)
    c.paint(wave, linear("0f3d6b", "1c6c9c", "0b2c52"))
    bands = [
        smooth(
            [
                (-10, 600 - 30 * k),
                (10 + 16 * k, 380 - 10 * k),
                (110 + 12 * k, 230 - 3 * k),
                (240 + 4 * k, 140 + 4 * k),
                (350, 134 + 5 * k),
                (430 - 3 * k, 190 + 3 * k),
            ],
            closed=False,
        )
        for k in range(0, 9, 2)
    ]
    c.paint(within(wave, c.stroke(11, *bands)), linear("8fd0d8", "d8f1ea"), 0.85)
    swirl = [
        smooth(
            [
                (250 + 14 * k, 360 + 8 * k),
                (330 + 12 * k, 470 + 4 * k),
                (480, 532 + 9 * k),
                (820, 548 + 12 * k),
            ],
            closed=False,
        )
        for k in range(4)
    ]
    c.paint(within(wave, c.stroke(8, *swirl)), (190, 228, 226), 0.8)
    foam = [
        (oval(x, y, r, r))
        for x, y, r in (
            (480, 180, 30),
            (498, 232, 34),
            (478, 286, 32),
            (430, 320, 28),
            (390, 300, 24),
            (440, 150, 26),
            (396, 110, 24),
            (350, 86, 20),
            (386, 256, 18),
            (520, 300, 14),
            (468, 346, 16),
            (536, 244, 10),
            (512, 350, 8),
            (440, 372, 10),
        )
    ]
    c.solid(c.polygon(*foam), linear("ffffff", "dcebee"), width=8, drop=(3, 5))
    for k, y in enumerate((500, 560)):
        sea = c.polygon(
            [
                *smooth(
                    [
                        (-20, y + 20),
                        (140, y - 26),
                        (300, y + 18),
                        (470, y - 22),
                        (650, y + 20),
                        (830, y - 18),
                    ],
                    closed=False,
                ),
                (830, 620),
                (-20, 620),
            ]
        )
        c.paint(sea, linear(("2a86ae", "14507e")[k], ("0f3d6b", "082543")[k]))
        c.paint(
            within(
                sea,
                c.stroke(
                    5,
                    smooth(
                        [
                            (-20, y + 32),
                            (140, y - 14),
                            (300, y + 30),
                            (470, y - 10),
                            (650, y + 32),
                            (830, y - 6),
                        ],
                        closed=False,
                    ),
                ),
            ),
            (206, 236, 236),
            0.8,
        )
    c.paint(c.polygon(path("590 480, 730 470, 706 510, 616 514")), (96, 48, 30))
    c.paint(
        c.polygon(path("656 470, 650 340, 730 452"), path("644 472, 640 366, 596 462")),
        (250, 242, 222),
    )
    return c.finish(61, 0.08)


def geometric_city() -> Image.Image:
    """Draw Roofs, bridges and a moon in flat geometry."""
    c = Canvas(linear("20304f", "3f4f74"), (800, 800))
    c.paint(c.ellipse(210, 210, 130), linear("ffdf9a", "f6b45f"))
    tones = hexa("e86f51", "f2c14e", "7fb7be", "f4ead5", "4d7ea8", "c8553d")
    for i in range(8):
        x, w, h = i * 104 - 12, 104, 250 + (i * 137) % 270
        tone = tones[(i * 5) % 6]
        block = c.polygon(box(x, 800 - h, x + w, 800))
        c.paint(block, tone)
        c.paint(c.polygon(box(x + w * 0.62, 800 - h, x + w, 800)), (20, 26, 50), 0.25)
        roof = (
            [(x, 800 - h), (x + w / 2, 800 - h - 80), (x + w, 800 - h)],
            oval(x + w / 2, 800 - h, w / 2, w / 2, 180, 360),
            [(x, 800 - h), (x + w, 800 - h - 90), (x + w, 800 - h)],
        )[i % 3]
        c.paint(c.polygon(roof), tones[(i * 5 + 2) % 6])
        panes = [
            box(
                x + 16 + 27 * (k % 3),
                820 - h + 44 * (k // 3),
                x + 33 + 27 * (k % 3),
                846 - h + 44 * (k // 3),
            )
            for k in range(3 * int((h - 60) / 44))
            if (k * 7 + i) % 5
        ]
        c.paint(c.polygon(*panes), (255, 236, 176) if i % 2 else (32, 48, 79))
    arches = [oval(130 + 180 * i, 800, 70, 96, 180, 360) for i in range(5)]
    c.paint(
        without(c.polygon(box(0, 660, 800, 800)), c.polygon(*arches)), linear("f4ead5", "d9c7a3")
    )
    c.paint(c.stroke(6, [(0, 668), (800, 668)]), (200, 85, 61))
    c.paint(
        c.polygon(
            *[
                [
                    (480 + 84 * i, 110 + 34 * (i % 2)),
                    (506 + 84 * i, 98 + 34 * (i % 2)),
                    (532 + 84 * i, 110 + 34 * (i % 2)),
                    (506 + 84 * i, 106 + 34 * (i % 2)),
                ]
                for i in range(3)
            ]
        ),
        (244, 234, 213),
    )
    return c.finish(62, 0.08)


def orbit_poster() -> Image.Image:
    """Draw planets on their tracks, a poster of arcs and discs."""
    c = Canvas(linear("f1ede1", "e6dec9"), _TALL)
    for k in range(9):
        c.paint(
            c.stroke(3 if k % 3 else 6, oval(90, 700, 90 + 84 * k, 90 + 84 * k)), (46, 54, 74), 0.75
        )
    c.paint(c.ellipse(90, 700, 96), radial("ffd27a", "f08a3c", "d9512c"))
    for k, angle, r, tones in (
        (1, -70, 18, "6b7f8f"),
        (2, -30, 30, "d9684a"),
        (4, -62, 46, "2f7f80"),
        (5, -24, 26, "c9506f"),
        (7, -55, 74, "e3b24c"),
        (8, -84, 34, "4d5f9a"),
    ):
        x, y = (
            90 + (90 + 84 * k) * math.cos(math.radians(angle)),
            700 + (90 + 84 * k) * math.sin(math.radians(angle)),
        )
        disc = c.ellipse(x, y, r)
        c.paint(disc, hexa(tones)[0])
        c.paint(
            within(
                disc, c.polygon(turned(box(x - r, y - r * 0.1, x + r, y + r * 1.2), angle, (x, y)))
            ),
            (20, 24, 40),
            0.3,
        )
        if r > 60:
            c.paint(
                c.stroke(9, turned(oval(x, y, r * 1.5, r * 0.4, -20, 200), -24, (x, y))),
                (46, 54, 74),
            )
    c.paint(
        c.polygon(*[star(40 + i * 97 % 600, 40 + i * 61 % 560, 7, 2.4, 4) for i in range(16)]),
        (46, 54, 74),
    )
    return c.finish(67, 0.08)


def fox_print() -> Image.Image:
    """Draw a fox asleep beneath birches, autumn leaves."""
    c = Canvas(linear("f6c98f", "ee9f62", "d9743f"), _WIDE)
    for x, w in ((70, 44), (210, 30), (590, 52), (720, 34)):
        trunk = c.polygon([(x, -10), (x + w, -10), (x + w + 8, 610), (x - 8, 610)])
        c.paint(trunk, linear("d8d2c6", "fffaf0", "bdb4a6", angle=0))
        c.paint(
            within(
                trunk,
                c.stroke(
                    7,
                    *[
                        [
                            (x - 6 + (k % 2) * w * 0.5, 30 + k * 52),
                            (x + w * 0.45 + (k % 2) * w * 0.5, 36 + k * 52),
                        ]
                        for k in range(12)
                    ],
                ),
            ),
            (66, 52, 48),
        )
    c.paint(
        c.polygon(
            [
                *smooth(path("-20 470, 200 430, 420 470, 640 420, 830 470"), closed=False),
                (830, 620),
                (-20, 620),
            ]
        ),
        linear("9c4a2a", "5e2a1c"),
    )
    body = c.blob(path("250 470, 330 360, 470 340, 580 400, 600 500, 500 556, 340 556, 260 530"))
    c.solid(body, linear("e8692c", "b9431a"), width=26, drop=(8, 18))
    tail = c.blob(path("560 520, 470 560, 330 572, 236 540, 220 496, 300 520, 430 510, 540 470"))
    c.solid(tail, linear("f4833c", "c9521f"), width=14, drop=(2, 8))
    c.paint(within(tail, c.ellipse(240, 520, 64)), (253, 240, 222))
    head = c.blob(
        path(
            "280 470, 300 400, 290 350, 340 378, 400 372, 444 336, 440 400, "
            "456 450, 400 500, 340 520"
        )
    )
    c.solid(head, linear("f58d45", "d65c22"), width=14, drop=(4, 10))
    c.paint(
        within(head, c.blob(path("300 470, 360 450, 420 470, 390 510, 336 524"))), (253, 240, 222)
    )
    c.paint(
        c.stroke(
            5,
            smooth(path("312 440, 328 450, 344 442"), closed=False),
            smooth(path("396 436, 412 446, 428 436"), closed=False),
        ),
        (58, 30, 24),
    )
    c.paint(c.ellipse(352, 508, 11, 9), (40, 24, 24))
    for i in range(34):
        x, y = i * 173 % 800, i * 109 % 590
        leaf = turned([(x, y), (x + 11, y - 9), (x + 26, y), (x + 11, y + 9)], i * 47, (x, y))
        c.paint(c.blob(leaf), hexa("c7361f", "f2b33d", "8f2a1c", "f6d36b")[i % 4], 0.95)
    return c.finish(68, 0.08)
