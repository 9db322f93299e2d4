"""Sample pictures of watches and of things that sound."""

from __future__ import annotations

from PIL import Image

from console.demo.pictures import logos
from console.demo.pictures.drawing import (
    Canvas,
    box,
    hexa,
    linear,
    noise,
    oval,
    path,
    radial,
    smooth,
    turned,
    within,
)


def diver_watch() -> Image.Image:
    """Draw a steel watch with a blue dial, large and cut by the frame, on black sand."""
    c = Canvas(radial("3a4148", "1b1f24", "0b0d10", centre=(0.3, 0.25), reach=1.0))
    c.texture(c.everything(), noise(c.size, (3, 3), 31), (0, 0, 0), 0.5)
    x, y = 430, 420
    for k in range(7):
        for sign in (-1, 1):
            link = turned(
                box(
                    x - 110 + 4 * k,
                    y + sign * (262 + 50 * k) - 22,
                    x + 110 - 4 * k,
                    y + sign * (262 + 50 * k) + 22,
                    10,
                ),
                32,
                (x, y),
            )
            c.solid(
                c.polygon(link),
                linear("666d76", "f2f4f7", "8e98a6", "dfe4ea", "5b626c", angle=32),
                width=7,
                drop=(8, 12),
            )
    case = c.ellipse(x, y, 268)
    c.shadow(case, (20, 28), 40, 0.8)
    c.solid(
        c.polygon(turned(box(x + 258, y - 30, x + 306, y + 30, 8), 32, (x, y))),
        linear("dfe4ea", "6b727c"),
        width=6,
    )
    c.paint(case, linear("f7f9fb", "9aa4b1", "eef1f5", "6d7682", angle=40))
    c.relief(case, 12)
    c.paint(c.ellipse(x, y, 240), linear("22324c", "0e1828", angle=50))
    c.paint(
        c.stroke(
            5,
            *[
                turned([(x, y - 232), (x, y - (208 if i % 5 == 0 else 220))], i * 6, (x, y))
                for i in range(60)
            ],
        ),
        (214, 224, 236),
    )
    c.paint(c.polygon([(x - 14, y - 236), (x + 14, y - 236), (x, y - 208)]), (255, 170, 60))
    dial = c.ellipse(x, y, 198)
    c.paint(dial, radial("3b7fb8", "1b4c80", "0b2747", centre=(0.4, 0.35)))
    c.relief(dial, 9, 0.1, 0.6, angle=45)
    c.paint(
        c.polygon(
            *[turned(box(x - 8, y - 182, x + 8, y - 142, 3), 30 * i, (x, y)) for i in range(12)]
        ),
        (244, 248, 240),
    )
    c.paint(logos.kelvaron(c, x, y - 92, 34), (226, 234, 242))
    for angle, reach, width in ((306, 104, 17), (58, 160, 12)):
        hand = turned(
            [
                (x - width, y + 26),
                (x + width, y + 26),
                (x + width * 0.6, y - reach),
                (x, y - reach - 22),
                (x - width * 0.6, y - reach),
            ],
            angle,
            (x, y),
        )
        c.solid(c.polygon(hand), linear("ffffff", "c3ccd6"), width=4, drop=(6, 9))
    c.solid(
        c.stroke(4, turned([(x, y + 50), (x, y - 176)], 200, (x, y))),
        (255, 150, 50),
        width=2,
        drop=(6, 9),
    )
    c.solid(
        c.ellipse(x, y, 14),
        radial("ffffff", "9aa4b1", "4b535e", centre=(0.35, 0.3)),
        width=4,
        drop=(4, 6),
    )
    c.paint(
        within(
            dial,
            c.polygon(
                [(x - 220, y - 220), (x - 20, y - 220), (x - 160, y + 220), (x - 330, y + 220)]
            ),
        ),
        (255, 255, 255),
        0.12,
    )
    return c.finish(40)


def square_watch() -> Image.Image:
    """Draw a slim square watch with a strap, laid slanting over marble."""
    c = Canvas(linear("f6f5f2", "e2dfda"))
    for i, vein in enumerate(
        (
            (0, 90, 300, 240, 520, 180, 820, 330),
            (60, 820, 240, 560, 500, 640, 820, 480),
            (0, 460, 160, 420, 240, 300, 420, -20),
        )
    ):
        line = smooth(list(zip(vein[::2], vein[1::2], strict=True)), closed=False)
        c.paint(c.stroke(4 + 3 * i, line), (150, 148, 150), 0.28)
    about = (400, 400)
    strap = c.polygon(
        turned(
            path("330 -160, 470 -160, 486 300, 486 520, 464 980, 336 980, 314 520, 314 300"),
            -48,
            about,
        )
    )
    c.solid(strap, linear("a7683b", "7b451f", angle=42), width=12, drop=(20, 26))
    c.texture(strap, noise(c.size, (4, 4), 3), (50, 20, 6), 0.3)
    seams = [
        turned([(s, k), (s, k + 15)], -48, about)
        for s in (334, 466)
        for k in range(-160, 980, 27)
        if not 280 < k < 520
    ]
    c.paint(c.stroke(3, *seams), (240, 216, 178))
    case = c.polygon(turned(box(286, 272, 514, 528, 44), -48, about))
    c.solid(case, linear("fff3cf", "d3a955", "f4d58e", "8c6725", angle=30), width=12, drop=(16, 22))
    dial = c.polygon(turned(box(308, 294, 492, 506, 30), -48, about))
    c.paint(dial, linear("fdfcf8", "e7e2d6", angle=45))
    c.relief(dial, 6, 0, 0.4, angle=45)
    c.paint(
        c.stroke(
            5,
            *[
                turned([(x, y), (x + (400 - x) * 0.16, y + (400 - y) * 0.16)], -48, about)
                for x, y in (
                    (400, 306),
                    (480, 330),
                    (480, 400),
                    (480, 470),
                    (400, 494),
                    (320, 470),
                    (320, 400),
                    (320, 330),
                )
            ],
        ),
        (52, 48, 44),
    )
    c.solid(
        c.stroke(7, turned([(400, 400), (400, 336)], 12, about)), (40, 44, 60), width=3, drop=(4, 5)
    )
    c.solid(
        c.stroke(5, turned([(400, 400), (464, 400)], -30, about)),
        (40, 44, 60),
        width=2,
        drop=(4, 5),
    )
    return c.finish(41)


def headphones() -> Image.Image:
    """Draw black over-ear headphones that stand on a yellow ground."""
    c = Canvas(linear("ffd34d", "ffbf1f"))
    c.paint(c.ellipse(400, 430, 340), (255, 226, 120), 0.8)
    c.paint(c.polygon(path("0 690, 800 690, 800 800, 0 800")), linear("f0a400", "ffc93a"))
    band = smooth(
        path("196 500, 186 300, 280 132, 400 96, 540 150, 618 320, 600 520"), closed=False
    )
    c.shadow(c.stroke(50, band), (24, 16), 26, 0.45)
    c.paint(c.stroke(50, band), linear("3b3d44", "15161a"))
    c.relief(c.stroke(50, band), 16)
    c.paint(c.stroke(20, band[8:-8]), linear("5a5d66", "2a2c32"))
    for x, y, turn, sign in ((206, 560, 8, -1), (596, 574, -10, 1)):
        pad = c.polygon(
            turned(box(x - 60 - 26 * sign, y - 128, x + 60 - 26 * sign, y + 128, 58), turn, (x, y))
        )
        c.solid(pad, linear("55585f", "26282d", angle=0), width=22, drop=(18, 22))
        cup = c.polygon(
            turned(box(x - 50 + 30 * sign, y - 116, x + 44 + 30 * sign, y + 116, 46), turn, (x, y))
        )
        c.solid(cup, linear("44474f", "101115", angle=60), width=16, drop=(8, 10))
        c.paint(
            c.stroke(4, turned(oval(x + 28 * sign, y, 28, 80), turn, (x, y))), (255, 199, 64), 0.9
        )
    c.paint(logos.velisono(c, 634, 574, 22), (255, 210, 90))
    return c.finish(42)


def headphones_white() -> Image.Image:
    """Draw white headphones lying folded on lilac, cable and shadows."""
    c = Canvas(linear("b9a7e6", "8f78cf", angle=50))
    c.paint(c.polygon(path("0 0, 470 0, 0 620")), (213, 202, 245))
    cable = smooth(path("250 560, 120 640, 180 760, 400 700, 560 760, 820 690"), closed=False)
    c.solid(c.stroke(9, cable), (250, 250, 252), width=3, drop=(8, 10))
    band = smooth(path("300 470, 250 250, 400 110, 600 120, 700 280, 620 430"), closed=False)
    c.solid(c.stroke(44, band), linear("ffffff", "cfd0de"), width=14, drop=(24, 30))
    c.paint(c.stroke(12, band[10:-10]), (236, 120, 142), 0.9)
    for x, y, r in ((300, 500, 150), (600, 480, 120)):
        c.solid(
            c.ellipse(x, y, r, r * 0.94),
            radial("ffffff", "eceaf4", "b7b3cc", centre=(0.35, 0.3)),
            width=24,
            drop=(22, 28),
        )
        c.paint(
            c.ellipse(x, y, r * 0.68, r * 0.63),
            radial("f7c3cc", "ea8c9f", "cf5f7c", centre=(0.35, 0.3)),
        )
        c.relief(c.ellipse(x, y, r * 0.68, r * 0.63), 10, 0.2, 0.5, angle=45)
        c.paint(logos.velisono(c, x, y, r * 0.36), (255, 255, 255))
    return c.finish(43)


def earbuds() -> Image.Image:
    """Draw wireless earbuds beside their open case on mint."""
    c = Canvas(radial("d9f5e8", "a8e0cb", "6fbfa5", centre=(0.7, 0.3), reach=0.9))
    for r in (330, 260, 190):
        c.paint(c.stroke(3, oval(620, 200, r, r)), (255, 255, 255), 0.5)
    about = (300, 520)
    c.solid(
        c.polygon(turned(box(150, 300, 450, 440, 60), -14, about)),
        linear("ffffff", "d5dde0"),
        width=20,
        drop=(12, 14),
    )
    c.solid(
        c.polygon(turned(box(140, 420, 460, 660, 80), -14, about)),
        linear("ffffff", "c3ced2"),
        width=26,
        drop=(20, 30),
    )
    for dx in (-70, 70):
        c.paint(
            c.ellipse(*turned([(300 + dx, 460)], -14, about)[0], 44, 26), linear("6f7b80", "aab6ba")
        )
    c.paint(c.ellipse(*turned([(300, 600)], -14, about)[0], 7), (60, 220, 130))
    for x, y, a in ((560, 350, 24), (660, 560, -30)):
        c.solid(
            c.polygon(turned(box(x - 22, y, x + 22, y + 190, 22), a, (x, y))),
            linear("ffffff", "c9d3d7", angle=0),
            width=10,
            drop=(16, 20),
        )
        c.solid(
            c.ellipse(x, y, 66, 58),
            radial("ffffff", "e6ecee", "a9b6bb", centre=(0.35, 0.3)),
            width=16,
            drop=(14, 18),
        )
        tip = turned([(x - 66, y - 10)], a, (x, y))[0]
        c.solid(
            c.ellipse(*tip, 34, 38),
            radial("67737a", "3a444a", "20272b", centre=(0.35, 0.3)),
            width=10,
            drop=(8, 10),
        )
    return c.finish(44)


def phone_case() -> Image.Image:
    """Draw a clear phone case with terrazzo chips, tilted."""
    c = Canvas(linear("f3ede6", "ddd1c4"))
    c.paint(c.polygon(path("0 500, 800 240, 800 800, 0 800")), linear("5f7f95", "42606f"))
    about = (400, 400)
    body = c.polygon(turned(box(250, 70, 560, 720, 56), 17, about))
    c.solid(body, linear("fbfaf7", "e3e0da", angle=30), width=12, drop=(24, 34))
    chips = []
    for i in range(80):
        x, y, r = 240 + i * 83 % 330, 70 + i * 131 % 650, 9 + i * 7 % 17
        chips.append(
            (
                turned(
                    [
                        (x - r, y - r * 0.3),
                        (x + r * 0.2, y - r),
                        (x + r, y + r * 0.4),
                        (x - r * 0.2, y + r * 0.8),
                    ],
                    i * 40 + 17,
                    about,
                ),
                i % 4,
            )
        )
    inner = c.polygon(turned(box(266, 86, 544, 704, 44), 17, about))
    for k, tone in enumerate(hexa("d9684a", "2f5d73", "e3b24c", "6d8f5e")):
        c.paint(within(inner, c.polygon(*[chip for chip, kind in chips if kind == k])), tone)
    c.solid(
        c.polygon(turned(box(282, 104, 412, 238, 34), 17, about)),
        linear("3a3f46", "191c20"),
        width=8,
        drop=(4, 6),
    )
    for dx, dy in ((318, 140), (318, 202), (378, 170)):
        cx, cy = turned([(dx, dy)], 17, about)[0]
        c.paint(
            c.ellipse(cx, cy, 25),
            radial("4a6fa0", "16202c", "07090c", centre=(0.4, 0.35), reach=0.6),
        )
        c.paint(c.ellipse(cx - 8, cy - 9, 6), (220, 235, 255), 0.9)
    return c.finish(45)
