"""Sample pictures of bags."""

from __future__ import annotations

from PIL import Image

from console.demo.pictures import logos
from console.demo.pictures.drawing import (
    Canvas,
    box,
    joined,
    linear,
    noise,
    path,
    radial,
    smooth,
    turned,
)


def _room(wall: tuple[str, ...], floor: tuple[str, ...], edge: float, angle: float = 90) -> Canvas:
    """Begin a picture with a wall and a table whose edge lies at ``edge`` pixels."""
    c = Canvas(linear(*wall, angle=angle))
    table = c.polygon(box(0, edge, 800, 800))
    c.paint(table, linear(*floor))
    return c


def tote_bag() -> Image.Image:
    """Draw a structured tan tote in front of a warm wall, light from a window."""
    c = _room(("f3e6d2", "dcc3a0"), ("b98f66", "e0bf95"), 610)
    pane = [
        [
            (430 + 130 * i + 60 * j, 40 + 190 * j),
            (545 + 130 * i + 60 * j, 40 + 190 * j),
            (600 + 130 * i + 60 * j, 215 + 190 * j),
            (485 + 130 * i + 60 * j, 215 + 190 * j),
        ]
        for i in range(3)
        for j in range(2)
    ]
    c.paint(c.polygon(*pane), (255, 248, 226), 0.55)
    handles = [smooth(path("268 330, 290 150, 400 96, 505 150, 530 330"), closed=False)]
    c.shadow(c.stroke(17, *handles), (14, 20), 12)
    c.paint(
        c.stroke(17, smooth(path("300 320, 320 175, 410 130, 490 175, 505 320"), closed=False)),
        linear("6f3f1d", "4d2a12"),
    )
    side = c.polygon(path("580 304, 620 297, 652 662, 606 696"))
    front = c.polygon(
        [
            (198, 300),
            (580, 300),
            *smooth(path("592 310, 602 500, 616 680"), closed=False),
            (604, 700),
            (168, 700),
            *smooth(path("156 680, 170 500, 184 312"), closed=False),
        ]
    )
    body = joined(front, side)
    c.shadow(body, (-30, 26), 40, 0.5)
    c.paint(side, linear("7a4520", "5b3115"))
    c.paint(front, linear("c98a4f", "a96832", "8a5024", angle=70))
    c.texture(front, noise(c.size, (3, 3), 11), (70, 36, 12), 0.16)
    c.relief(front, 16)
    band = c.polygon(path("187 330, 588 330, 591 372, 185 372"))
    c.paint(band, linear("8a5024", "6f3f1d"))
    stitch = [[(204 + i * 12, 380), (210 + i * 12, 380)] for i in range(32)] + [
        [(182 + i * 12, 672), (188 + i * 12, 672)] for i in range(35)
    ]
    c.paint(c.stroke(2.4, *stitch), (240, 212, 168), 0.9)
    c.solid(c.stroke(17, *handles), linear("9a5c2b", "6f3f1d"), width=6, drop=(6, 8))
    for x in (268, 530):
        c.solid(
            c.ellipse(x, 352, 13),
            radial("fff1bf", "c49a3f", "7a5a1c", centre=(0.35, 0.3)),
            width=4,
            drop=(0, 4),
        )
    c.paint(logos.aurelio(c, 390, 512, 62), linear("f6dfa4", "c99d4a"))
    return c.finish(1)


def saddle_bag() -> Image.Image:
    """Draw a burgundy saddle bag that hangs from a brass peg, tilted."""
    c = Canvas(linear("a9bba4", "7f9a85", "63806f", angle=60))
    for i in range(7):
        c.paint(c.polygon(box(i * 122 - 10, 0, i * 122 + 6, 800)), (70, 96, 82), 0.35)
    about = (420, 470)
    strap = smooth(path("235 430, 300 220, 520 62, 600 240, 640 440"), closed=False)
    c.shadow(c.stroke(20, strap), (26, 26), 16)
    c.solid(c.stroke(20, strap), linear("7a1f2e", "551320"), width=7, drop=(4, 6))
    c.solid(
        c.ellipse(524, 74, 25),
        radial("fff3c4", "d0a548", "83621f", centre=(0.35, 0.3)),
        width=6,
        drop=(10, 14),
    )
    body = c.polygon(
        turned(
            smooth(path("190 380, 420 356, 650 380, 676 520, 600 662, 420 694, 240 662, 164 520")),
            8,
            about,
        )
    )
    c.shadow(body, (36, 40), 40, 0.5)
    c.paint(body, linear("8d2438", "6a1727", "4b0f1b", angle=60))
    c.relief(body, 20)
    flap = c.polygon(
        turned(
            smooth(path("182 366, 420 344, 658 366, 664 470, 560 566, 420 600, 280 566, 176 470")),
            8,
            about,
        )
    )
    c.shadow(flap, (0, 14), 14, 0.5)
    c.paint(flap, linear("a83247", "8a2236", "6f1829", angle=70))
    c.texture(flap, noise(c.size, (4, 4), 5), (50, 4, 14), 0.25)
    c.relief(flap, 14)
    seam = turned(
        smooth(path("200 384, 420 364, 640 384, 646 462, 552 548, 420 582, 288 548, 194 462")),
        8,
        about,
    )
    c.paint(
        c.stroke(2.2, *[seam[i : i + 4] for i in range(0, len(seam) - 4, 7)]), (238, 186, 170), 0.9
    )
    clasp = c.polygon(turned(box(384, 548, 456, 622, 14), 8, about))
    c.solid(clasp, linear("fbe7a8", "c69a42", "8b6722", angle=45), width=6, drop=(0, 8))
    c.paint(logos.aurelio(c, 404, 584, 25), (96, 62, 20))
    return c.finish(2)


def bucket_bag() -> Image.Image:
    """Draw a navy bucket bag before a half-round arch."""
    c = _room(("f2c6a8", "eeb692"), ("d98e6c", "f0b794"), 650)
    arch = joined(c.ellipse(560, 330, 200), c.polygon(box(360, 330, 760, 650)))
    c.paint(arch, linear("fbe9da", "f6d8c1"))
    c.relief(arch, 22, 0.1, 0.25, angle=45)
    c.solid(c.polygon(box(40, 590, 300, 660, 8)), linear("f7ede2", "d9b89c"), width=10)
    ball = c.ellipse(150, 520, 72)
    c.solid(ball, radial("fff6ee", "e8a583", "b86f4f", centre=(0.3, 0.25), reach=0.9), width=20)
    strap = smooth(path("345 330, 330 120, 440 40, 560 130, 545 330"), closed=False)
    c.solid(c.stroke(15, strap), linear("2e4672", "1b2b4d"), width=6, drop=(14, 14))
    body = c.blob(
        path(
            "322 320, 445 300, 568 320, 590 440, 612 600, 590 706, 445 728, "
            "300 706, 278 600, 300 440"
        )
    )
    c.shadow(body, (-34, 22), 40, 0.5)
    c.paint(body, linear("1d2f55", "3c5a8c", "2a4370", "15223f", angle=0))
    c.texture(body, noise(c.size, (3, 3), 21), (8, 12, 30), 0.25)
    c.relief(body, 18)
    mouth = c.ellipse(445, 326, 122, 26)
    c.paint(mouth, linear("0c152b", "1c2c4e"))
    folds = [
        smooth([(330 + 33 * i, 338), (336 + 32 * i, 380), (332 + 32 * i, 420)], closed=False)
        for i in range(8)
    ]
    c.paint(c.stroke(7, *folds), (10, 18, 40), 0.5)
    cord = smooth(path("296 404, 445 432, 594 404"), closed=False)
    c.solid(c.stroke(10, cord), linear("d9b26a", "a37b35"), width=4, drop=(0, 5))
    for x in (420, 462):
        c.solid(
            c.stroke(8, smooth([(446, 430), (x, 480), (x - 6, 540)], closed=False)),
            (206, 166, 92),
            width=3,
            drop=(4, 5),
        )
        c.solid(
            c.polygon([(x - 16, 532), (x + 4, 532), (x + 8, 590), (x - 22, 590)]),
            linear("e2bf7c", "9a7330"),
            width=4,
            drop=(4, 5),
        )
    c.paint(logos.aurelio(c, 540, 628, 34), linear("f0d79a", "c2984c"))
    return c.finish(3)


def backpack() -> Image.Image:
    """Draw a forest-green roll-top backpack on a rock, fir trees behind."""
    c = Canvas(linear("cfdfe2", "a9c3c4", "89a8a2"))
    for row, (tone, base) in enumerate(((("8fb0aa", "7d9f98")), ("5f877d", "4f776d"))):
        for i in range(9):
            x, y, h = i * 104 - 20 + row * 50, 430 + row * 90, 210 + (i * 67 + row * 31) % 120
            c.paint(c.polygon([(x, y - h), (x + 62, y + 60), (x - 62, y + 60)]), linear(tone, base))
    rock = c.polygon(path("0 800, 0 640, 130 590, 330 610, 520 575, 720 620, 800 600, 800 800"))
    c.paint(rock, linear("8b8f8e", "5b605f"))
    c.texture(rock, noise(c.size, (26, 9), 8), (30, 34, 34), 0.5)
    about = (440, 420)
    strap = turned(smooth(path("590 250, 690 360, 690 540, 620 640"), closed=False), -6, about)
    c.solid(c.stroke(30, strap), linear("2a3c33", "17241e"), width=9, drop=(12, 14))
    body = c.polygon(turned(box(270, 190, 620, 668, 60), -6, about))
    c.shadow(body, (24, 30), 36, 0.55)
    c.paint(body, linear("3f6a54", "2f5543", "20402f", angle=20))
    c.texture(body, noise(c.size, (3, 3), 9), (8, 24, 16), 0.3)
    c.relief(body, 26)
    roll = c.polygon(turned(box(258, 150, 632, 236, 40), -6, about))
    c.solid(roll, linear("4f7d65", "2b4d3c"), width=16, drop=(0, 12))
    for x in (350, 540):
        c.solid(
            c.polygon(turned(box(x - 13, 140, x + 13, 520, 6), -6, about)),
            linear("b9793c", "8a5425"),
            width=5,
            drop=(3, 6),
        )
        c.solid(
            c.polygon(turned(box(x - 22, 330, x + 22, 372, 8), -6, about)),
            linear("efe6d2", "a89b82"),
            width=5,
            drop=(2, 5),
        )
    pocket = c.polygon(turned(box(300, 452, 590, 640, 34), -6, about))
    c.solid(pocket, linear("477259", "2a4e3c"), width=14, drop=(0, 10))
    c.paint(c.stroke(5, turned([(320, 486), (570, 486)], -6, about)), (222, 200, 150))
    c.paint(logos.nordvinter(c, 452, 556, 44), (236, 242, 238))
    return c.finish(4)
