"""Sample works on the table and on the wall: books, a framed print, a theatre mask."""

from __future__ import annotations

from PIL import Image

from console.demo.pictures.drawing import (
    Canvas,
    Point,
    box,
    hexa,
    linear,
    noise,
    path,
    radial,
    smooth,
    star,
    turned,
    within,
)


def _book(
    c: Canvas, corners: tuple[float, float, float, float], turn: float, face: str, low: str
) -> tuple[Image.Image, Point]:
    """Paint a standing book and return the stencil of its cover and its middle."""
    x0, y0, x1, y1 = corners
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    c.solid(
        c.polygon(turned(box(x0 + 8, y0 + 8, x1 + 22, y1 + 16, 4), turn, middle)),
        linear("fbf7ec", "cdc4b0", angle=0),
        width=5,
        drop=(22, 26),
    )
    cover = c.polygon(turned(box(x0, y0, x1, y1, 6), turn, middle))
    c.paint(cover, linear(face, low))
    return cover, middle


def lighthouse_book() -> Image.Image:
    """Draw a novel: a lighthouse over green water, its beam across the cover."""
    c = Canvas(linear("e9ddcb", "cdb99c"))
    c.paint(c.polygon(box(0, 640, 800, 800)), linear("8b5e3c", "6a432a"))
    cover, middle = _book(c, (190, 70, 600, 690), 5, "123b3f", "2e7a68")
    beam = turned(path("368 250, 700 110, 700 300"), 5, middle)
    c.paint(within(cover, c.polygon(beam)), (255, 232, 160), 0.75)
    c.paint(
        within(cover, c.polygon(turned(path("368 250, 120 210, 120 300"), 5, middle))),
        (255, 232, 160),
        0.3,
    )
    c.paint(within(cover, c.ellipse(280, 160, 44)), (240, 240, 220), 0.9)
    tower = c.polygon(turned(path("338 290, 398 290, 418 540, 318 540"), 5, middle))
    c.solid(tower, linear("d9d6cc", "fffdf5", "b9b4a6", angle=0), width=8, drop=(8, 4))
    c.paint(
        within(
            tower,
            c.polygon(
                *[turned(box(300, 340 + 84 * i, 440, 380 + 84 * i), 5, middle) for i in range(3)]
            ),
        ),
        (196, 60, 50),
    )
    c.paint(c.polygon(turned(box(344, 226, 392, 290), 5, middle)), (255, 214, 110))
    c.paint(c.polygon(turned(path("332 226, 368 184, 404 226"), 5, middle)), (60, 40, 44))
    for k, (y, tone) in enumerate(((520, "3f9b80"), (566, "2a7a6b"), (616, "155049"))):
        swell = [
            (150.0, 720.0),
            *smooth(
                [(150 + 70 * i, y + (14 if (i + k) % 2 else -12)) for i in range(8)], closed=False
            ),
            (650.0, 720.0),
        ]
        c.paint(within(cover, c.polygon(turned(swell, 5, middle))), hexa(tone)[0])
    c.paint(within(cover, c.polygon(turned(box(190, 70, 214, 690), 5, middle))), (0, 0, 0), 0.3)
    c.relief(cover, 6, 0.35, 0.4)
    cup = c.ellipse(690, 660, 70, 60)
    c.solid(cup, radial("ffffff", "d8dde0", "9aa3a8", centre=(0.35, 0.3)), width=10, drop=(12, 18))
    c.paint(c.ellipse(690, 652, 52, 40), radial("8a5a2c", "4a2c14"))
    return c.finish(63)


def garden_book() -> Image.Image:
    """Draw a book on gardens, lying open-faced on linen, seen aslant."""
    c = Canvas(linear("cfd9e4", "b3c2d2", angle=20))
    c.texture(c.everything(), noise(c.size, (3, 80), 2), (90, 110, 130), 0.25)
    c.texture(c.everything(), noise(c.size, (80, 3), 3), (90, 110, 130), 0.25)
    cover, middle = _book(c, (230, 110, 620, 650), -28, "f7ecd2", "efdcb4")
    for i in range(5):
        for j in range(7):
            x, y = 262 + 82 * i, 142 + 82 * j
            tone = hexa("d9684a", "5b8a72", "e3b24c", "7a6ba8", "c9506f")[(i * 2 + j * 3) % 5]
            if (i + j) % 2:
                c.paint(
                    within(
                        cover,
                        c.blob(
                            *[
                                turned(
                                    [(x, y), (x + 13, y - 20), (x, y - 42), (x - 13, y - 20)],
                                    60 * k - 28,
                                    turned([(x, y)], 0, middle)[0],
                                )
                                for k in range(6)
                            ]
                        ),
                    ),
                    tone,
                )
                c.paint(within(cover, c.ellipse(x, y, 9)), (250, 220, 120))
            else:
                c.paint(
                    within(
                        cover,
                        c.blob(
                            turned(
                                [
                                    (x - 30, y + 26),
                                    (x - 4, y - 4),
                                    (x + 32, y - 28),
                                    (x + 8, y + 10),
                                ],
                                40 * (i + j),
                                (x, y),
                            )
                        ),
                    ),
                    tone,
                )
    plate = c.polygon(turned(box(300, 300, 550, 430, 8), -28, middle))
    c.paint(plate, (253, 248, 234))
    c.paint(
        c.stroke(4, turned([*box(312, 312, 538, 418), (312.0, 312.0)], -28, middle)), (72, 98, 82)
    )
    c.paint(
        c.stroke(
            9,
            *[
                turned([(350 + 14 * k, 345 + 22 * k), (500 - 14 * k, 345 + 22 * k)], -28, middle)
                for k in range(3)
            ],
        ),
        (72, 98, 82),
    )
    c.relief(cover, 8, 0.3, 0.35)
    return c.finish(64)


def botanical_print() -> Image.Image:
    """Draw a framed study of poppies on a shaded wall."""
    c = Canvas(linear("465a52", "5f766b", "41554d", angle=25))
    frame = c.polygon(box(130, 60, 650, 740))
    c.solid(frame, linear("b98a55", "7b5329", angle=45), width=9, drop=(22, 28))
    c.paint(c.polygon(box(156, 86, 624, 714)), linear("fbf7ec", "f1e8d3"))
    stems = [
        smooth([(390 + d * 0.1, 690), (390 + d * 0.5, 500), (390 + d, y)], closed=False)
        for d, y in ((-130, 300), (20, 190), (140, 350), (-60, 480))
    ]
    c.paint(c.stroke(6, *stems), (92, 120, 72))
    for (d, y), r, turn in zip(
        ((-130, 300), (20, 190), (140, 350), (-60, 480)),
        (78, 92, 70, 46),
        (-20, 8, 30, -40),
        strict=True,
    ):
        x = 390 + d
        for k in range(4):
            petal = turned(
                [
                    (x, y + r * 0.2),
                    (x + r * 0.75, y - r * 0.1),
                    (x + r * 0.55, y - r * 0.85),
                    (x, y - r),
                    (x - r * 0.55, y - r * 0.85),
                    (x - r * 0.75, y - r * 0.1),
                ],
                turn + 90 * k,
                (x, y),
            )
            c.paint(c.blob(petal), radial("f7a27a", "e2543f", "b7312f", reach=0.7), 0.92)
        c.paint(c.polygon(star(x, y, r * 0.36, r * 0.14, 16)), (46, 36, 40))
        c.paint(c.ellipse(x, y, r * 0.14), (180, 190, 110))
    for x, y, a in ((360, 600, 150), (410, 560, -20), (370, 650, 200), (420, 650, 10)):
        leaf = turned([(x, y), (x + 50, y - 34), (x + 130, y - 8), (x + 60, y + 18)], a, (x, y))
        c.paint(c.blob(leaf), linear("9db583", "5f7f56"))
    c.paint(c.polygon(path("0 0, 360 0, 40 800, 0 800")), (255, 255, 240), 0.07)
    return c.finish(65)


def guardian_mask() -> Image.Image:
    """Draw a painted theatre mask, a little turned, against a dark curtain."""
    c = Canvas(linear("2a0f18", "4a1826", "200a12", angle=0))
    for i in range(9):
        c.paint(c.polygon(box(i * 98 - 20, 0, i * 98 + 26, 800)), (150, 40, 60), 0.22)
    about = (430, 400)

    def at(points: list[Point]) -> list[Point]:
        return turned(points, 10, about)

    face = c.blob(
        at(
            path(
                "430 70, 600 120, 690 300, 650 520, 540 690, 430 750, 320 690, "
                "210 520, 170 300, 260 120"
            )
        )
    )
    c.shadow(face, (30, 36), 44, 0.7)
    c.paint(face, radial("fff4de", "f3dcb6", "c99f72", centre=(0.4, 0.4)))
    for sign in (-1, 1):

        def side(points: list[Point], s: int = sign) -> list[Point]:
            return at([(430 + s * x, y) for x, y in points])

        c.paint(
            within(face, c.blob(side(path("20 110, 120 90, 250 240, 280 330, 190 300, 90 200")))),
            linear("d3342f", "961b22"),
        )
        c.paint(
            within(face, c.blob(side(path("36 330, 110 260, 220 300, 236 390, 140 420, 50 390")))),
            linear("1b2d5c", "0f1a38"),
        )
        c.paint(c.blob(side(path("70 352, 130 312, 200 350, 140 382"))), (255, 252, 240))
        c.paint(c.ellipse(*side([(136, 348)])[0], 22), (24, 16, 20))
        c.paint(
            within(face, c.blob(side(path("60 470, 160 440, 240 480, 200 600, 130 560")))),
            linear("e0a02c", "b9761a"),
        )
        swirl = smooth(path("110 640, 190 610, 220 540, 170 500, 120 530, 146 570"), closed=False)
        c.paint(within(face, c.stroke(11, side(swirl))), (150, 30, 34))
        c.solid(
            c.blob(side(path("170 120, 240 20, 300 10, 270 90, 220 170"))),
            linear("f0c862", "a3741f"),
            width=12,
            drop=(10, 14),
        )
    nose = c.blob(at(path("430 330, 462 440, 484 500, 430 524, 376 500, 398 440")))
    c.solid(nose, linear("fdeccb", "d2a678"), width=14, drop=(6, 8))
    c.paint(
        c.blob(at(path("320 590, 430 566, 540 590, 500 650, 430 666, 360 650"))),
        linear("7c1620", "b8323a"),
    )
    c.paint(
        c.polygon(
            *[at([(346 + 30 * k, 586), (374 + 30 * k, 584), (362 + 30 * k, 618)]) for k in range(6)]
        ),
        (255, 250, 236),
    )
    c.solid(
        c.polygon(star(*at([(430, 180)])[0], 52, 22, 8)),
        linear("f6d878", "b98524"),
        width=8,
        drop=(4, 8),
    )
    c.relief(face, 30, 0.3, 0.5)
    return c.finish(66)
