"""Sample pictures of shoes and clothing."""

from __future__ import annotations

from PIL import Image

from console.demo.pictures import logos
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
    star,
    turned,
    within,
)


def running_shoe() -> Image.Image:
    """Draw a running shoe in profile over a slanted two-colour ground."""
    c = Canvas(linear("1aa39a", "27c2b0"))
    c.paint(c.polygon(path("0 800, 0 560, 800 170, 800 800")), linear("ff8f6b", "ff6f61"))
    c.paint(c.stroke(26, [(60, 180), (300, 62)], [(30, 270), (210, 182)]), (255, 255, 255), 0.35)
    sole = c.blob(
        path(
            "90 590, 200 604, 420 596, 640 610, 722 580, 730 640, 640 676, 400 680, 180 680, 86 650"
        )
    )
    c.shadow(joined(sole, c.ellipse(400, 690, 330, 22)), (0, 30), 30, 0.5)
    upper = c.blob(
        path(
            "100 590, 92 470, 120 330, 172 300, 230 352, 300 372, 392 330, "
            "440 322, 540 440, 690 512, 728 590, 420 618, 200 614"
        )
    )
    c.paint(upper, linear("fdfdfb", "e9edf2", "c7d0dc", angle=60))
    c.texture(upper, noise(c.size, (3, 6), 6), (110, 128, 150), 0.28)
    c.relief(upper, 20)
    heel = within(upper, c.blob(path("80 600, 80 440, 110 310, 190 300, 200 420, 252 610")))
    c.paint(heel, linear("21324f", "31496f"))
    toe = within(upper, c.blob(path("560 620, 590 520, 700 490, 760 590")))
    c.paint(toe, linear("31496f", "21324f"))
    swoops = [
        smooth([(236, 600), (330 + 40 * i, 520), (430 + 46 * i, 392 + 30 * i)], closed=False)
        for i in range(3)
    ]
    c.paint(within(upper, c.stroke(17, *swoops)), linear("ff6f61", "ffae42", angle=0))
    laces = [[(372 + 34 * i, 356 + 30 * i), (432 + 30 * i, 336 + 34 * i)] for i in range(5)]
    c.solid(c.stroke(12, *laces), (255, 255, 255), width=4, drop=(0, 4))
    c.solid(
        c.blob(path("380 330, 410 262, 462 282, 452 330, 420 346")),
        linear("ffb84d", "f08a2c"),
        width=9,
        drop=(0, 4),
    )
    c.paint(sole, linear("ffffff", "d6dde6"))
    c.relief(sole, 14)
    wave = smooth(
        path("96 640, 180 622, 260 646, 340 622, 420 646, 500 624, 580 646, 660 624, 726 634"),
        closed=False,
    )
    c.paint(c.stroke(10, wave), linear("ff6f61", "ffae42", angle=0))
    return c.finish(5)


def hiking_boot() -> Image.Image:
    """Draw a brown hiking boot that faces left, on slate before a dusk sky."""
    c = Canvas(linear("2f3d5c", "6b6f94", "d59a86", "f2c38f"))
    c.paint(
        c.polygon(
            [
                *smooth(path("-20 560, 120 430, 250 510, 430 370, 600 490, 820 400"), closed=False),
                (820, 800),
                (-20, 800),
            ]
        ),
        linear("3c4664", "59546f"),
    )
    slate = c.polygon(path("0 650, 800 610, 800 800, 0 800"))
    c.paint(slate, linear("4b4a55", "2c2c36"))
    c.texture(slate, noise(c.size, (40, 5), 3), (16, 16, 22), 0.6)
    boot = c.blob(
        path(
            "540 150, 664 166, 672 360, 690 560, 672 650, 420 664, 150 656, "
            "104 590, 170 512, 330 470, 420 400, 452 260, 446 160"
        )
    )
    c.shadow(boot, (24, 34), 34, 0.6)
    c.paint(boot, linear("a8693a", "87502a", "5b3419", angle=60))
    c.texture(boot, noise(c.size, (3, 3), 14), (50, 24, 8), 0.25)
    c.relief(boot, 24)
    cuff = c.blob(path("436 140, 560 116, 676 150, 680 214, 560 200, 442 216"))
    c.solid(cuff, linear("5d6f60", "36463b"), width=14, drop=(0, 8))
    c.paint(
        within(boot, c.blob(path("90 670, 96 580, 180 510, 262 560, 250 670"))),
        linear("4d2d16", "38200f"),
    )
    for i in range(6):
        y = 250 + i * 46
        x = 448 - i * i * 4
        c.solid(
            c.stroke(11, [(x - 14, y), (x + 74, y + 24)]),
            linear("f2d9a0", "c7a45e"),
            width=4,
            drop=(0, 4),
        )
        c.solid(
            c.ellipse(x + 78, y + 26, 9),
            radial("ffffff", "8d8d95", centre=(0.3, 0.3)),
            width=3,
            drop=(0, 3),
        )
    sole = c.blob(path("92 640, 300 656, 480 664, 696 640, 704 704, 480 720, 200 716, 88 690"))
    c.solid(sole, linear("3a3a40", "17171b"), width=10, drop=(0, 16))
    c.paint(
        c.polygon(*[box(112 + i * 66, 700, 146 + i * 66, 728, 5) for i in range(9)]), (20, 20, 24)
    )
    c.paint(logos.nordvinter(c, 600, 430, 40), (236, 214, 176))
    return c.finish(6)


def puffer_jacket() -> Image.Image:
    """Draw a quilted jacket in mustard on a wooden hanger."""
    c = Canvas(radial("eef3f7", "c9d5e0", "9fb1c4", centre=(0.35, 0.3), reach=0.95))
    c.paint(c.stroke(8, [(0, 104), (800, 104)]), linear("6d6f75", "33353a"))
    c.paint(
        c.stroke(7, smooth(path("400 176, 402 140, 430 122, 420 88, 388 92"), closed=False)),
        (60, 62, 68),
    )
    c.solid(
        c.stroke(20, smooth(path("250 246, 400 178, 550 246"), closed=False)),
        linear("c79a63", "8a5f33"),
        width=6,
    )
    sleeves = [
        c.blob(path("268 232, 196 290, 128 470, 104 650, 170 676, 222 640, 262 440")),
        c.blob(path("532 232, 604 290, 672 470, 696 650, 630 676, 578 640, 538 440")),
    ]
    for sleeve in sleeves:
        c.solid(sleeve, linear("e3aa2c", "b77b12", angle=40), width=22, drop=(18, 24))
        c.paint(
            within(
                sleeve,
                c.stroke(
                    5,
                    *[[(90, 340 + 74 * i), (330, 300 + 74 * i)] for i in range(5)],
                    *[[(470, 300 + 74 * i), (710, 340 + 74 * i)] for i in range(5)],
                ),
            ),
            (120, 76, 6),
            0.6,
        )
    body = c.blob(
        path(
            "270 226, 400 250, 530 226, 566 360, 580 560, 566 700, 400 716, "
            "234 700, 220 560, 234 360"
        )
    )
    c.shadow(body, (18, 26), 30)
    for i in range(7):
        puff = within(body, c.polygon(box(200, 216 + 74 * i, 600, 290 + 74 * i, 24)))
        c.paint(puff, linear("ffd75e", "eeb02c", "bd8012"))
    c.relief(body, 26, 0.25, 0.5)
    c.paint(c.stroke(10, [(400, 250), (400, 712)]), linear("5a4a2a", "2c2415"))
    c.solid(
        c.blob(path("306 214, 400 262, 494 214, 480 158, 400 190, 320 158")),
        linear("3d4655", "232a36"),
        width=14,
        drop=(0, 8),
    )
    c.paint(logos.nordvinter(c, 480, 372, 30), (250, 250, 246))
    return c.finish(7)


def lattice_scarf() -> Image.Image:
    """Draw a silk square: peonies in a cloud lattice (a registered design)."""
    c = Canvas(linear("e7e2da", "d5cdc2"))
    about = (400, 400)
    cloth = c.polygon(turned(box(84, 84, 716, 716, 10), 0, about))
    c.solid(cloth, linear("12455a", "0e3346", angle=45), width=10, drop=(10, 20))
    c.paint(
        c.stroke(14, [*turned(box(112, 112, 688, 688, 4), 0, about), (688.0, 112.0)]),
        (222, 158, 72),
    )
    lattice = [oval(x, y, 92, 92) for x in range(150, 700, 125) for y in range(150, 700, 125)]
    field = c.polygon(box(126, 126, 674, 674))
    c.paint(within(field, c.stroke(4, *lattice)), (124, 190, 188), 0.9)
    for i, (x, y, r, turn) in enumerate(
        ((270, 300, 148, 10), (560, 210, 86, 40), (520, 520, 118, 70), (220, 580, 84, 20))
    ):
        leaves = [
            turned(
                [
                    (x, y),
                    (x + r * 0.5, y - r * 0.24),
                    (x + r * 1.32, y),
                    (x + r * 0.5, y + r * 0.24),
                ],
                turn + 40 + k * 100,
                (x, y),
            )
            for k in range(4)
        ]
        c.paint(within(field, c.blob(*leaves)), linear("3f8f72", "7fc29b", angle=20 * i))
        for ring in range(4):
            size = r * (1 - ring * 0.23)
            petals = [
                p
                for k in range(9 - ring)
                for p in (
                    turned(
                        [(x, y - size), (x, y - size * 0.72)],
                        turn + ring * 17 + (k + 0.0) * 360 / (9 - ring),
                        (x, y),
                    )[0],
                    turned(
                        [(x, y - size * 0.74)],
                        turn + ring * 17 + (k + 0.5) * 360 / (9 - ring),
                        (x, y),
                    )[0],
                )
            ]
            flower = within(field, c.blob(petals))
            c.paint(
                flower,
                radial(
                    "fff0e6",
                    ("e8607a", "f08a90", "f7b3a8", "fde0cf")[ring],
                    ("b72f55", "d9566f", "e98a86", "f6c9a0")[ring],
                ),
            )
            c.relief(flower, 6, 0.25, 0.3)
        c.paint(within(field, c.polygon(star(x, y, r * 0.17, r * 0.07, 11))), (250, 206, 92))
    for sign, x in ((1, 112), (-1, 688)):
        c.paint(
            c.stroke(
                3,
                *[
                    [(x - sign * 26, 100 + i * 12), (x - sign * 34, 106 + i * 12)]
                    for i in range(50)
                ],
            ),
            (250, 226, 180),
        )
    return c.finish(8)


def wool_scarf() -> Image.Image:
    """Draw a checked wool scarf, folded in a slant over a chair rail."""
    c = Canvas(linear("5b6b78", "8fa0ab"))
    c.solid(c.polygon(box(0, 150, 800, 196)), linear("e0b98a", "a87a48"), width=8, drop=(0, 20))
    for x0, x1, low, lean in ((150, 380, 700, 30), (330, 600, 560, -70)):
        fall = c.polygon([(x0, 138), (x1, 130), (x1 + lean, low), (x0 + lean, low + 10)])
        c.shadow(fall, (22, 18), 26, 0.5)
        c.paint(fall, linear("efe5d3", "d8c7ab", angle=0))
        bars = [
            [(x0 + t * (x1 - x0), 120), (x0 + t * (x1 - x0) + lean, low + 20)]
            for t in (0.12, 0.46, 0.82)
        ]
        c.paint(within(fall, c.stroke(24, *bars)), (164, 48, 44), 0.75)
        rows = [[(0, 180 + i * 92 + x0 / 4), (800, 160 + i * 92 + x0 / 4)] for i in range(6)]
        c.paint(within(fall, c.stroke(26, *rows)), (38, 60, 88), 0.65)
        c.texture(fall, noise(c.size, (3, 9), x0), (60, 40, 20), 0.3)
        c.relief(fall, 26)
        c.paint(
            c.stroke(
                5,
                *[
                    [(x0 + lean + i * 12, low), (x0 + lean + i * 12 - 4, low + 52)]
                    for i in range(int((x1 - x0) / 12) + 1)
                ],
            ),
            (226, 212, 186),
        )
    return c.finish(9)
