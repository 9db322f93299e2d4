"""Sample pictures of things for the house."""

from __future__ import annotations

from PIL import Image

from console.demo.pictures.drawing import (
    Canvas,
    box,
    linear,
    noise,
    path,
    smooth,
    star,
    turned,
    within,
    without,
)


def halo_lamp() -> Image.Image:
    """Draw a ring lamp over a bedside table at night."""
    c = Canvas(linear("1d2233", "2b3048", "3d3a50"))
    c.glow(330, 320, 620, (255, 196, 120), 0.7)
    c.glow(330, 320, 330, (255, 226, 176), 0.6)
    c.paint(without(c.ellipse(330, 320, 190), c.ellipse(330, 320, 158)), linear("fffdf2", "ffe2a8"))
    c.relief(without(c.ellipse(330, 320, 196), c.ellipse(330, 320, 152)), 6, 0.3, 0.4)
    c.solid(c.stroke(12, [(330, 510), (330, 640)]), linear("d8b07a", "7c5a32", angle=0), width=4)
    c.paint(c.polygon(box(0, 660, 800, 800)), linear("6b4630", "3a2418"))
    c.solid(c.ellipse(330, 650, 84, 20), linear("e2bd88", "8a6336"), width=6, drop=(0, 12))
    c.solid(
        c.polygon(turned(box(520, 606, 730, 650, 4), -3, (620, 640))),
        linear("b4493f", "7c2b26"),
        width=5,
        drop=(-8, 10),
    )
    c.solid(
        c.polygon(turned(box(536, 566, 712, 606, 4), 4, (620, 590))),
        linear("3c6e80", "254955"),
        width=5,
        drop=(-6, 6),
    )
    c.paint(c.polygon(box(640, 90, 760, 330)), linear("0c1230", "22305c"))
    c.paint(
        c.stroke(6, [*box(640, 90, 760, 330), (640, 90)], [(700, 90), (700, 330)]), (92, 84, 96)
    )
    c.paint(c.ellipse(726, 140, 16), (236, 234, 214))
    return c.finish(27)


def plant_pot() -> Image.Image:
    """Draw a split-leaf plant in a ribbed pot in a corner."""
    c = Canvas(linear("f7d9d3", "efc3bb"))
    c.paint(c.polygon(path("0 0, 260 0, 260 650, 0 760")), linear("e8b5ac", "dba096", angle=0))
    c.paint(c.polygon(path("0 760, 260 650, 800 650, 800 800, 0 800")), linear("c9d6df", "a3b5c2"))
    for i, (angle, reach) in enumerate(
        ((-74, 300), (-44, 360), (-12, 400), (22, 350), (52, 380), (82, 270))
    ):
        stem = turned(
            smooth([(470, 560), (466, 560 - reach * 0.5), (470, 560 - reach)], closed=False),
            angle * 0.75,
            (470, 560),
        )
        c.solid(c.stroke(8, stem), (72, 116, 70), width=3, drop=(8, 10))
        x, y = stem[-1]
        w = 96 - 8 * (i % 3)
        heart = c.blob(
            turned(
                [
                    (x, y - w * 0.5),
                    (x + w * 0.7, y - w * 0.9),
                    (x + w, y),
                    (x + w * 0.6, y + w * 0.9),
                    (x, y + w * 1.4),
                    (x - w * 0.6, y + w * 0.9),
                    (x - w, y),
                    (x - w * 0.7, y - w * 0.9),
                ],
                angle * 0.9 + 180,
                (x, y),
            )
        )
        slits = [
            turned(
                [(x + s * w * 1.1, y + k * w), (x + s * w * 0.4, y + (k - 0.12) * w)],
                angle * 0.9 + 180,
                (x, y),
            )
            for s in (-1, 1)
            for k in (-0.1, 0.4, 0.8)
        ]
        leaf = without(heart, c.stroke(w * 0.12, *slits))
        c.solid(leaf, linear("4fa06a", "1f6040", angle=60 + i * 40), width=10, drop=(14, 20))
        c.paint(
            c.stroke(3, turned([(x, y - w * 0.4), (x, y + w * 1.2)], angle * 0.9 + 180, (x, y))),
            (170, 214, 160),
            0.8,
        )
    pot = c.polygon(path("340 540, 600 540, 566 744, 374 744"))
    c.solid(pot, linear("b9b2a4", "fbf6ec", "c9c0ae", "9a917f", angle=0), width=14, drop=(26, 16))
    c.paint(
        c.stroke(4, *[[(356 + 26 * i, 548), (384 + 20 * i, 740)] for i in range(1, 9)]),
        (150, 140, 120),
        0.5,
    )
    return c.finish(28)


def wooden_chair() -> Image.Image:
    """Draw a bentwood chair on a chequered floor."""
    c = Canvas(linear("35586b", "4c7487"))
    tiles = [
        [
            (x0 + 80 * (y % 2), 560 + 60 * y),
            (x0 + 80 + 80 * (y % 2), 560 + 60 * y),
            (x0 + 60 + 80 * (y % 2), 620 + 60 * y),
            (x0 - 20 + 80 * (y % 2), 620 + 60 * y),
        ]
        for y in range(4)
        for x0 in range(-160, 900, 160)
    ]
    c.paint(c.polygon(box(0, 560, 800, 800)), linear("e9e2d2", "d3c8b2"))
    c.paint(c.polygon(*tiles), (70, 74, 82))
    c.paint(c.polygon(box(0, 548, 800, 562)), (236, 232, 222))
    back = smooth(path("180 470, 150 240, 230 80, 350 80, 430 240, 420 440"), closed=False)
    ribs = [
        smooth([(230 + 44 * i, 450), (222 + 46 * i, 260), (254 + 30 * i, 110)], closed=False)
        for i in range(4)
    ]
    c.solid(c.stroke(12, *ribs), linear("d69a5b", "9c6430", angle=0), width=5, drop=(18, 14))
    legs = [
        [(180, 480), (140, 760)],
        [(560, 500), (640, 730)],
        [(440, 440), (470, 660)],
        [(330, 530), (300, 790)],
    ]
    c.solid(c.stroke(22, *legs), linear("c98b4c", "7f4d22", angle=0), width=8, drop=(24, 12))
    c.solid(c.stroke(24, back), linear("dba063", "8f5a2a"), width=9, drop=(18, 14))
    seat = c.blob(path("160 460, 330 420, 520 424, 610 480, 540 540, 340 556, 180 530"))
    c.solid(seat, linear("e7b67c", "b97c42"), width=12, drop=(8, 22))
    c.paint(
        within(
            seat,
            c.stroke(
                3,
                *[[(100 + 24 * i, 400), (200 + 24 * i, 580)] for i in range(22)],
                *[[(640 - 24 * i, 400), (540 - 24 * i, 580)] for i in range(24)],
            ),
        ),
        (140, 88, 40),
        0.5,
    )
    return c.finish(29)


def face_masks() -> Image.Image:
    """Draw three pleated face masks fanned out on pale blue."""
    c = Canvas(linear("dff1f8", "b5dbea"))
    cross = path("-1 -3, 1 -3, 1 -1, 3 -1, 3 1, 1 1, 1 3, -1 3, -1 1, -3 1, -3 -1, -1 -1")
    c.paint(c.polygon([(660 + 30 * px, 140 + 30 * py) for px, py in cross]), (255, 255, 255), 0.8)
    for i, (tone, low) in enumerate(
        (("7fb4d6", "4a86ad"), ("f4f8fa", "c3d3dc"), ("8fd0c6", "519a8f"))
    ):
        about, turn = (300, 900), -22 + 27 * i
        loops = [
            smooth(
                [
                    (200, 380),
                    (130 if s else 470, 330),
                    (130 if s else 470, 560),
                    (200 if s else 400, 520),
                ],
                closed=False,
            )
            if s
            else smooth(path("400 380, 480 330, 480 560, 400 520"), closed=False)
            for s in (0, 1)
        ]
        c.solid(
            c.stroke(8, *[turned(loop, turn, about) for loop in loops]),
            (250, 250, 250),
            width=3,
            drop=(8, 10),
        )
        mask = c.polygon(
            turned(
                smooth(
                    path("150 330, 300 312, 450 330, 462 460, 450 580, 300 600, 150 580, 138 460")
                ),
                turn,
                about,
            )
        )
        c.solid(mask, linear(tone, low, angle=90 + turn), width=14, drop=(14, 22))
        for k in range(3):
            c.paint(
                c.stroke(7, turned([(150, 400 + 62 * k), (450, 400 + 62 * k)], turn, about)),
                (20, 50, 70),
                0.22,
            )
            c.paint(
                c.stroke(4, turned([(150, 392 + 62 * k), (450, 392 + 62 * k)], turn, about)),
                (255, 255, 255),
                0.5,
            )
    return c.finish(47)


def notebook() -> Image.Image:
    """Draw a cloth notebook with a ribbon, and a fountain pen."""
    c = Canvas(linear("d8c3a5", "b99b75", angle=30))
    c.texture(c.everything(), noise(c.size, (120, 5), 17), (80, 50, 20), 0.4)
    about = (400, 400)
    pages = c.polygon(turned(box(212, 128, 616, 692, 10), -14, about))
    c.solid(pages, linear("fffdf6", "d9d2c2", angle=0), width=8, drop=(20, 28))
    cover = c.polygon(turned(box(196, 120, 592, 684, 14), -14, about))
    c.solid(cover, linear("2f6173", "1c4352", angle=40), width=10, drop=(6, 8))
    c.texture(cover, noise(c.size, (2, 5), 5), (6, 24, 32), 0.35)
    c.paint(
        c.polygon(turned(box(196, 120, 246, 684, 8), -14, about)),
        linear("d98c4a", "a9622a", angle=0),
    )
    c.paint(c.polygon(turned(box(548, 112, 564, 692), -14, about)), (226, 190, 96))
    blossom = turned([(400, 300)], -14, about)[0]
    c.paint(c.polygon(star(*blossom, 86, 40, 8), star(*blossom, 28, 12, 8)), (214, 226, 214), 0.9)
    pen = turned(path("640 120, 672 120, 676 560, 658 650, 640 560"), 22, (650, 400))
    c.solid(c.polygon(pen), linear("2a2a30", "64646e", "17171b", angle=20), width=8, drop=(16, 22))
    c.solid(
        c.polygon(turned(path("648 566, 668 566, 658 650"), 22, (650, 400))),
        linear("fbe3a0", "a67c2b"),
        width=4,
        drop=(6, 8),
    )
    c.solid(
        c.polygon(turned(box(638, 330, 678, 346), 22, (650, 400))),
        linear("fbe3a0", "a67c2b", angle=0),
        width=3,
        drop=(0, 2),
    )
    return c.finish(48)
