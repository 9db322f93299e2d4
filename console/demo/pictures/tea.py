"""Sample pictures of tea ware and tea."""

from __future__ import annotations

from PIL import Image

from console.demo.pictures.drawing import (
    Canvas,
    box,
    joined,
    linear,
    noise,
    oval,
    path,
    radial,
    smooth,
    turned,
    within,
    without,
)

_GLAZE = linear("6f9f8c", "b9dac7", "8fbfa9", "4f8270", angle=10)


def teapot() -> Image.Image:
    """Draw a celadon teapot on a walnut board by a round window with bamboo."""
    c = Canvas(linear("efe8da", "ddd2bd"))
    c.shadow(c.ellipse(560, 270, 240), (0, 0), 24, 0.3)
    moon = c.ellipse(560, 270, 226)
    c.paint(moon, linear("f8f4e4", "d9e6cf"))
    canes = [[(470 + 70 * i, 20), (450 + 80 * i, 520)] for i in range(3)]
    c.paint(within(moon, c.stroke(9, *canes)), (142, 168, 116), 0.8)
    leaves = [
        turned(
            [
                (480 + 66 * i, 150 + 60 * j),
                (520 + 66 * i, 140 + 60 * j),
                (575 + 66 * i, 160 + 60 * j),
                (520 + 66 * i, 160 + 60 * j),
            ],
            35 + 50 * ((i + j) % 3),
            (480 + 66 * i, 150 + 60 * j),
        )
        for i in range(3)
        for j in range(3)
    ]
    c.paint(within(moon, c.blob(*leaves)), (110, 146, 92), 0.8)
    board = c.polygon(path("0 660, 800 640, 800 800, 0 800"))
    c.paint(board, linear("7a5237", "4f3220"))
    c.texture(board, noise(c.size, (90, 4), 4), (30, 14, 6), 0.5)
    handle = oval(566, 490, 118, 108, -80, 90)
    c.shadow(c.stroke(30, handle), (14, 18), 16)
    c.paint(c.stroke(30, handle), _GLAZE)
    c.relief(c.stroke(30, handle), 10)
    spout = c.blob(path("250 560, 176 500, 128 392, 84 366, 100 338, 168 362, 222 440, 290 470"))
    body = c.blob(
        path("356 366, 500 390, 582 490, 546 616, 430 676, 286 676, 170 616, 134 520, 216 396")
    )
    c.shadow(joined(body, spout), (26, 34), 34, 0.5)
    c.paint(spout, linear("a6cdb9", "5f9280", angle=60))
    c.relief(spout, 14)
    c.paint(body, radial("dff0e2", "a5cfb9", "6ba08b", "3d6f60", centre=(0.34, 0.28), reach=0.85))
    c.texture(body, noise(c.size, (60, 40), 2), (60, 110, 90), 0.25)
    c.relief(body, 30, 0.3, 0.5)
    c.paint(
        within(
            body,
            c.stroke(
                3,
                *[
                    smooth(
                        [(150 + 40 * i, 700), (210 + 32 * i, 560), (200 + 36 * i, 470)],
                        closed=False,
                    )
                    for i in range(9)
                ],
            ),
        ),
        (52, 104, 88),
        0.4,
    )
    lid = c.blob(path("246 396, 300 352, 362 340, 432 352, 480 396, 362 414"))
    c.solid(lid, linear("c4e2cf", "7fb29c"), width=14, drop=(0, 6))
    c.solid(
        c.ellipse(364, 326, 25, 22),
        radial("eaf7ea", "8fbfa9", "4f8270", centre=(0.35, 0.3)),
        width=8,
        drop=(0, 5),
    )
    c.paint(c.blob(path("222 470, 250 432, 286 420, 262 462, 236 520")), (255, 255, 255), 0.6)
    return c.finish(20)


def tea_bowls() -> Image.Image:
    """Draw celadon bowls on a round tray, seen from above."""
    c = Canvas(linear("39332f", "57493f", angle=30))
    c.texture(c.everything(), noise(c.size, (4, 60), 12), (12, 8, 6), 0.5)
    tray = c.ellipse(360, 440, 320)
    c.solid(tray, radial("b07a4b", "96623a", "7c4d2b", centre=(0.4, 0.4)), width=16, drop=(16, 26))
    c.texture(tray, noise(c.size, (70, 5), 6), (60, 30, 10), 0.45)
    c.paint(without(c.ellipse(360, 440, 300), c.ellipse(360, 440, 292)), (70, 40, 20), 0.7)
    for x, y, r, tea in (
        (250, 330, 118, True),
        (500, 380, 96, True),
        (330, 590, 104, False),
        (690, 140, 84, True),
    ):
        rim = c.ellipse(x, y, r)
        c.shadow(rim, (16, 22), 24, 0.6)
        c.paint(rim, radial("f0f8ee", "b5d8c4", "77ab95", centre=(0.35, 0.3)))
        c.relief(rim, 8, 0.5, 0.3)
        hollow = c.ellipse(x, y, r * 0.84)
        c.paint(hollow, radial("5f9280", "8fbfa9", "c4e2cf", centre=(0.4, 0.36), reach=0.62))
        if tea:
            c.paint(
                c.ellipse(x + r * 0.02, y + r * 0.03, r * 0.7),
                radial("e3b65c", "c98d33", "8d5a1a", centre=(0.42, 0.4), reach=0.6),
            )
            c.paint(
                c.stroke(r * 0.05, oval(x, y, r * 0.54, r * 0.54, 190, 260)), (255, 246, 214), 0.7
            )
    twig = smooth(path("60 100, 170 150, 300 110, 420 170"), closed=False)
    c.solid(c.stroke(9, twig), (74, 52, 38), width=3, drop=(6, 10))
    for x, y in ((150, 120), (236, 160), (310, 84), (390, 180), (90, 84)):
        petals = [oval(*turned([(x, y - 17)], 72 * k + x, (x, y))[0], 14, 14) for k in range(5)]
        c.solid(
            c.polygon(*petals),
            radial("d2496f", "f7b3c2", "fde4e8", reach=0.6),
            width=6,
            drop=(5, 8),
        )
        c.paint(c.ellipse(x, y, 5), (250, 214, 120))
    return c.finish(21)


def tea_tin() -> Image.Image:
    """Draw two tea tins, one stacked askew, with loose leaves."""
    c = Canvas(linear("e4ded2", "cfc4b0"))
    c.paint(c.polygon(box(0, 0, 250, 800)), linear("b34a37", "8f3526"))
    c.paint(c.polygon(path("0 640, 800 640, 800 800, 0 800")), linear("c9b794", "a8936c"))
    for x0, y0, x1, y1, tone in (
        (330, 380, 640, 690, ("143d36", "2f7a68", "1d5247", "0d2c27")),
        (250, 130, 520, 388, ("7a5a17", "e2b64e", "b98a2c", "6b4b10")),
    ):
        rx, ry = (x1 - x0) / 2, 26
        cx = (x0 + x1) / 2
        body = c.polygon([*oval(cx, y1, rx, ry, 0, 180), (x0, y0), (x1, y0)])
        c.shadow(body, (32, 26), 34, 0.5)
        c.paint(body, linear(*tone, angle=0))
        c.paint(c.ellipse(cx, y0, rx, ry), linear(tone[1], tone[2]))
        lid = c.polygon([*oval(cx, y0 + 62, rx + 4, ry, 0, 180), (x0 - 4, y0), (x1 + 4, y0)])
        c.paint(lid, linear(*tone[::-1], angle=0))
        c.paint(c.ellipse(cx, y0, rx + 4, ry), linear(tone[1], tone[0], angle=30))
        c.paint(c.stroke(3, oval(cx, y0, rx - 16, ry - 7)), (255, 240, 200), 0.5)
        label = c.polygon(box(cx - rx * 0.55, y0 + 108, cx + rx * 0.55, y1 - 24, 8))
        c.paint(label, linear("efe4c8", "fbf5e4", "dccfae", angle=0))
        hills = [
            [
                *smooth(
                    [
                        (cx - rx, y1 - 60 - 26 * k),
                        (cx - 30 + 40 * k, y1 - 120 - 10 * k),
                        (cx + rx, y1 - 50 - 30 * k),
                    ],
                    closed=False,
                ),
                (cx + rx, y1 + 40),
                (cx - rx, y1 + 40),
            ]
            for k in (1, 0)
        ]
        for k, hill in enumerate(hills):
            c.paint(within(label, c.polygon(hill)), ((120, 160, 140), (66, 112, 92))[k])
        c.paint(within(label, c.ellipse(cx + rx * 0.25, y0 + 136, 16)), (200, 64, 48))
    leaves = [
        turned([(x, y), (x + 13, y - 5), (x + 30, y), (x + 13, y + 5)], x * 7 % 180, (x, y))
        for x, y in ((80 + i * 37 % 250, 690 + i * 53 % 90) for i in range(26))
    ]
    c.solid(c.blob(*leaves), linear("5d7142", "2e3c22"), width=4, drop=(3, 5))
    return c.finish(22)
