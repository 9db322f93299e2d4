"""Sample pictures for the open air."""

from __future__ import annotations

from PIL import Image

from console.demo.pictures import logos
from console.demo.pictures.drawing import (
    Canvas,
    box,
    joined,
    linear,
    oval,
    path,
    radial,
    smooth,
    turned,
    within,
    without,
)


def umbrella() -> Image.Image:
    """Draw an open umbrella in the rain, seen from the side."""
    c = Canvas(linear("55677a", "8b9dab", "b9c5cb"))
    c.paint(
        c.stroke(
            2.2,
            *[
                [(i * 61 % 840, i * 97 % 780), (i * 61 % 840 - 14, i * 97 % 780 + 46)]
                for i in range(110)
            ],
        ),
        (226, 236, 244),
        0.55,
    )
    pool = c.ellipse(430, 742, 330, 44)
    c.paint(pool, linear("9fb2c0", "6b7f8f"))
    about = (430, 400)
    c.solid(
        c.stroke(
            13,
            turned([(430, 130), (430, 640)], 14, about)
            + turned(oval(466, 640, 36, 46, 180, 10), 14, about),
        ),
        linear("b5763c", "6e421c"),
        width=5,
        drop=(8, 10),
    )
    rim = path("90 430, 200 392, 320 428, 430 392, 540 428, 660 392, 770 430")
    dome = turned(oval(430, 430, 340, 300, 180, 360), 14, about)
    canopy = c.polygon(dome + turned(smooth(list(reversed(rim)), closed=False), 14, about))
    ends = [90, 203, 316, 430, 543, 656, 770]
    panels = []
    for i in range(6):
        left, right = (
            smooth([(430, 128), (430 + (e - 430) * 0.82, 250), (e, 434)], closed=False)
            for e in (ends[i], ends[i + 1])
        )
        panels.append(within(canopy, c.polygon(turned(left + list(reversed(right)), 14, about))))
    canopy = joined(*panels)
    c.shadow(canopy, (20, 40), 40, 0.5)
    for i, panel in enumerate(panels):
        c.paint(panel, linear(*(("e23d4d", "a91e33") if i % 2 else ("fff4e6", "e2cdb4"))))
    c.relief(canopy, 24, 0.3, 0.45)
    c.paint(c.stroke(12, turned([(430, 132), (430, 96)], 14, about)), (60, 44, 34))
    return c.finish(46)


def dome_tent() -> Image.Image:
    """Draw a lit tent under stars by a lake."""
    c = Canvas(linear("0b1533", "1f3563", "4d6a93", "8aa3b5"))
    sky = [(i * 211 % 800, i * 137 % 380) for i in range(90)]
    c.paint(
        joined(
            *(
                c.polygon(*[oval(x, y, r, r) for x, y in sky[k::3]])
                for k, r in enumerate((1.2, 1.8, 2.6))
            )
        ),
        (255, 255, 240),
    )
    c.glow(650, 120, 170, (255, 246, 214), 0.5)
    c.paint(without(c.ellipse(650, 120, 52), c.ellipse(674, 108, 46)), (255, 250, 226))
    c.paint(
        c.polygon(
            path("0 500, 150 330, 260 430, 400 280, 560 450, 680 370, 800 470, 800 560, 0 560")
        ),
        linear("24365c", "35507a"),
    )
    c.paint(c.polygon(box(0, 520, 800, 610)), linear("5c7c9c", "2f4a6e"))
    c.paint(
        c.polygon(
            [
                *smooth(path("-20 610, 260 570, 560 640, 820 590"), closed=False),
                (820, 800),
                (-20, 800),
            ]
        ),
        linear("1f3a33", "0c1a18"),
    )
    c.glow(270, 590, 460, (255, 176, 84), 0.5)
    tent = c.polygon(smooth(path("60 720, 120 520, 270 430, 430 530, 500 720"), closed=False))
    c.paint(tent, radial("fff0b8", "ffb84d", "e0702a", "9c3d1c", centre=(0.45, 0.75), reach=0.8))
    c.relief(tent, 18, 0.2, 0.5)
    for arch in (
        path("60 720, 190 470, 330 440, 500 720"),
        path("500 720, 380 490, 230 440, 60 720"),
    ):
        c.paint(within(tent, c.stroke(6, smooth(arch, closed=False))), (120, 50, 20), 0.8)
    c.paint(
        c.polygon(smooth(path("220 722, 250 560, 290 500, 330 570, 350 722"), closed=False)),
        linear("7a2f16", "ffcf70"),
    )
    c.paint(c.stroke(3, [(60, 720), (10, 760)], [(500, 720), (566, 756)]), (210, 200, 180))
    c.paint(logos.nordvinter(c, 408, 640, 26), (80, 30, 12))
    return c.finish(49)
