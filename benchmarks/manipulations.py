"""Ways in which sellers alter a picture that they copy: a table of plain functions.

Each takes a picture in RGB and a random generator and returns another picture in RGB. What is drawn
by chance (where a sticker lies, how far something is turned) comes from the generator alone, so the
same seed gives the same picture. Other pictures that composites need are handed in, or made up.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

Picture = Image.Image
Alter = Callable[[Picture, random.Random], Picture]

_WORDS = ("SALE", "NEW", "50% OFF", "FREE", "HOT", "2 PCS", "BEST", "ONLY TODAY")
_LANCZOS, _BICUBIC = Image.Resampling.LANCZOS, Image.Resampling.BICUBIC


def _colour(rng: random.Random) -> tuple[int, int, int]:
    return rng.randint(0, 255), rng.randint(0, 255), rng.randint(0, 255)


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=max(size, 8))


# geometric


def resize(picture: Picture, _: random.Random, *, share: float) -> Picture:
    """Return the picture with its sides multiplied."""
    size = tuple(max(32, round(side * share)) for side in picture.size)
    return picture.resize((size[0], size[1]), _LANCZOS)


def squeeze(picture: Picture, rng: random.Random) -> Picture:
    """Return the picture narrower or wider by up to a quarter."""
    return picture.resize(
        (round(picture.width * rng.uniform(0.75, 1.25)), picture.height), _LANCZOS
    )


def crop(picture: Picture, rng: random.Random, *, kept: float) -> Picture:
    """Return a part with a share of the area, anywhere in the picture."""
    width, height = (min(side, max(32, round(side * kept**0.5))) for side in picture.size)
    x, y = rng.randint(0, picture.width - width), rng.randint(0, picture.height - height)
    return picture.crop((x, y, x + width, y + height))


def turn(picture: Picture, _: random.Random, *, how: Image.Transpose) -> Picture:
    """Return the picture mirrored or turned by right angles."""
    return picture.transpose(how)


def rotate(picture: Picture, rng: random.Random, *, degrees: float) -> Picture:
    """Return the picture turned by some degrees to either side, corners white."""
    return picture.rotate(rng.choice((-1, 1)) * degrees, _BICUBIC, expand=True, fillcolor="white")


def perspective(
    picture: Picture, rng: random.Random, *, strength: float, fill: str = "white"
) -> Picture:
    """Return the picture as seen from the side: each corner moved by a share of the sides."""
    width, height = picture.size
    corners = ((0, 0), (width, 0), (width, height), (0, height))
    moved = [
        (x + rng.uniform(0, strength) * width * (1 if x == 0 else -1),
         y + rng.uniform(0, strength) * height * (1 if y == 0 else -1))
        for x, y in corners
    ]  # fmt: skip
    return picture.transform(
        picture.size,
        Image.Transform.PERSPECTIVE,
        _solve(moved, corners),
        _BICUBIC,
        fillcolor=fill,
    )


def _solve(
    seen: Sequence[tuple[float, float]], original: Sequence[tuple[float, float]]
) -> list[float]:
    """Return the eight numbers by which Pillow looks up where each seen pixel comes from."""
    rows, wanted = [], []
    for (x, y), (u, v) in zip(seen, original, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return [float(number) for number in np.linalg.solve(np.array(rows), np.array(wanted))]


# photometric


def recompress(picture: Picture, _: random.Random, *, quality: int) -> Picture:
    """Return the picture after a JPEG of some quality."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB")


def blur(picture: Picture, _: random.Random, *, share: float) -> Picture:
    """Return the picture blurred by a share of its longer side."""
    return picture.filter(ImageFilter.GaussianBlur(share * max(picture.size)))


def sharpen(picture: Picture, _: random.Random) -> Picture:
    """Return the picture with harder edges."""
    return picture.filter(ImageFilter.UnsharpMask(3, 180, 2))


def brighten(picture: Picture, _: random.Random, *, factor: float) -> Picture:
    """Return the picture brighter or darker."""
    return ImageEnhance.Brightness(picture).enhance(factor)


def contrast(picture: Picture, _: random.Random, *, factor: float) -> Picture:
    """Return the picture with more or less contrast."""
    return ImageEnhance.Contrast(picture).enhance(factor)


def saturate(picture: Picture, _: random.Random, *, factor: float) -> Picture:
    """Return the picture with stronger or weaker colours; 0 is grey."""
    return ImageEnhance.Color(picture).enhance(factor)


def shift_hue(picture: Picture, rng: random.Random) -> Picture:
    """Return the picture in other colours of the same brightness."""
    hue, strength, value = picture.convert("HSV").split()
    by = rng.randint(30, 226)
    return Image.merge("HSV", (hue.point(lambda h: (h + by) % 256), strength, value)).convert("RGB")


def invert(picture: Picture, _: random.Random) -> Picture:
    """Return the negative."""
    return ImageOps.invert(picture)


def add_noise(picture: Picture, rng: random.Random) -> Picture:
    """Return the picture with grain."""
    numbers = np.random.default_rng(rng.getrandbits(32)).normal(0, 14, (*picture.size[::-1], 3))
    return Image.fromarray((np.asarray(picture) + numbers).clip(0, 255).astype(np.uint8))


def posterise(picture: Picture, _: random.Random) -> Picture:
    """Return the picture in few colours."""
    return ImageOps.posterize(picture, 3)


def warm(picture: Picture, rng: random.Random) -> Picture:
    """Return the picture under a warm or cold filter."""
    red, green, blue = picture.split()
    up, down = (lambda v: min(255, v * 1.2)), (lambda v: v * 0.8)
    warmer = rng.random() < 0.5
    return Image.merge(
        "RGB", (red.point(up if warmer else down), green, blue.point(down if warmer else up))
    )


# what is laid over or around it


def border(picture: Picture, rng: random.Random, *, share: float) -> Picture:
    """Return the picture in a frame of one colour."""
    return ImageOps.expand(picture, max(2, round(share * max(picture.size))), _colour(rng))


def pad(picture: Picture, _: random.Random) -> Picture:
    """Return the picture in the middle of a white square."""
    side = max(picture.size) + 2
    return ImageOps.pad(picture, (side, round(side * 1.3)), color="white")


def promo_frame(picture: Picture, rng: random.Random) -> Picture:
    """Return the picture between a banner above and a price below."""
    band = max(24, picture.height // 7)
    framed = Image.new("RGB", (picture.width + 20, picture.height + 2 * band), _colour(rng))
    framed.paste(picture, (10, band))
    draw = ImageDraw.Draw(framed)
    draw.text((14, band // 5), "  ".join(rng.sample(_WORDS, 2)), "white", _font(band * 0.6))
    price = f"{rng.randint(9, 999)}.00 EUR"
    draw.text((14, framed.height - band + band // 5), price, "yellow", _font(band * 0.6))
    return framed


def write_text(picture: Picture, rng: random.Random) -> Picture:
    """Return the picture with two lines written over it."""
    done = picture.copy()
    draw, size = ImageDraw.Draw(done), max(picture.height // 8, 12)
    for line in range(2):
        y = rng.randint(0, max(1, picture.height - 2 * size))
        text = " ".join(rng.choices(_WORDS, k=3)) + "!" * line
        draw.text((rng.randint(0, picture.width // 4), y), text, _colour(rng), _font(size))
    return done


def watermark(picture: Picture, _: random.Random) -> Picture:
    """Return the picture under rows of faint writing."""
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw, size = ImageDraw.Draw(layer), max(picture.height // 14, 10)
    for row, y in enumerate(range(0, picture.height, 3 * size)):
        for x in range(-(row % 2) * 3 * size, picture.width, 7 * size):
            draw.text((x, y), "shop.example", (128, 128, 128, 110), _font(size))
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def sticker(picture: Picture, rng: random.Random, *, share: float) -> Picture:
    """Return the picture with round and square stickers on it, each a share of the shorter side."""
    done = picture.copy()
    draw, side = ImageDraw.Draw(done), round(share * min(picture.size))
    for kind in range(2):
        x, y = rng.randint(0, picture.width - side), rng.randint(0, picture.height - side)
        box = (x, y, x + side, y + side)
        (draw.ellipse if kind else draw.rectangle)(box, _colour(rng), "white", 3)
        draw.text((x + side // 6, y + side // 3), rng.choice(_WORDS), "white", _font(side / 5))
    return done


def shade(picture: Picture, rng: random.Random) -> Picture:
    """Return the picture under a shade that grows to one side, down to a third of the light."""
    ramp = Image.linear_gradient("L").point(lambda value: 85 + value * 2 // 3)
    ramp = ramp.transpose(rng.choice((Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180)))
    return Image.composite(
        picture, Image.new("RGB", picture.size, "black"), ramp.resize(picture.size)
    )


# composites


def _other(rng: random.Random, size: tuple[int, int]) -> Picture:
    """Return a made-up picture: soft and hard shapes."""
    numbers = np.random.default_rng(rng.getrandbits(32)).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    other = Image.fromarray(numbers).resize(size, _BICUBIC)
    draw = ImageDraw.Draw(other)
    for _ in range(12):
        x, y = rng.randint(0, size[0]), rng.randint(0, size[1])
        width, height = rng.randint(8, size[0] // 3), rng.randint(8, size[1] // 3)
        draw.rectangle((x, y, x + width, y + height), _colour(rng))
    return other


def screenshot(picture: Picture, rng: random.Random) -> Picture:
    """Return a page of a phone that shows the picture between bars and lines of text."""
    width = max(picture.width, 120)
    screen = Image.new("RGB", (width, round(width * 1.9)), "white")
    draw, bar = ImageDraw.Draw(screen), width // 12
    draw.rectangle((0, 0, width, bar), "#222222")
    draw.text((bar // 2, bar // 6), "12:08", "white", _font(bar * 0.6))
    shown = ImageOps.contain(picture, (width, round(width * 1.1)), _LANCZOS)
    screen.paste(shown, ((width - shown.width) // 2, 2 * bar))
    y = 2 * bar + shown.height + bar // 2
    while y + bar < screen.height:
        draw.text((bar // 2, y), " ".join(rng.choices(_WORDS, k=4)), "#333333", _font(bar * 0.6))
        y += bar
    return screen


def collage(picture: Picture, rng: random.Random) -> Picture:
    """Return four pictures in a square, one of them the picture."""
    side = max(64, min(picture.size))
    square = Image.new("RGB", (2 * side + 6, 2 * side + 6), "white")
    place = rng.randrange(4)
    for cell in range(4):
        shown = picture if cell == place else _other(rng, picture.size)
        shown = ImageOps.fit(shown, (side, side), _LANCZOS) if cell != place else shown
        shown = ImageOps.contain(shown, (side, side), _LANCZOS)
        square.paste(shown, ((cell % 2) * (side + 6), (cell // 2) * (side + 6)))
    return square


def picture_in_picture(picture: Picture, rng: random.Random, *, share: float) -> Picture:
    """Return another picture on which this one lies, as wide as a share of it."""
    width = round(picture.width / share)
    other = _other(rng, (width, round(width * 0.75)))
    inside = ImageOps.contain(picture, (round(width * share), other.height - 4), _LANCZOS)
    x, y = rng.randint(0, width - inside.width), rng.randint(0, other.height - inside.height)
    other.paste(inside, (x, y))
    return other


def half(picture: Picture, rng: random.Random) -> Picture:
    """Return the picture beside another of the same size."""
    both = Image.new("RGB", (2 * picture.width, picture.height))
    left = rng.random() < 0.5
    both.paste(picture, (0 if left else picture.width, 0))
    both.paste(_other(rng, picture.size), (picture.width if left else 0, 0))
    return both


def photographed(picture: Picture, rng: random.Random) -> Picture:
    """Return the picture as a photo of a screen: askew, shaded, blurred, noisy."""
    return mix(
        picture,
        rng,
        steps=(
            partial(perspective, strength=0.12),
            shade,
            partial(blur, share=0.0015),
            add_noise,
            partial(recompress, quality=60),
        ),
    )


def mix(picture: Picture, rng: random.Random, *, steps: Sequence[Alter]) -> Picture:
    """Return the picture after several steps."""
    for step in steps:
        picture = step(picture, rng)
    return picture


_MIRROR = partial(turn, how=Image.Transpose.FLIP_LEFT_RIGHT)
_QUARTER = partial(turn, how=Image.Transpose.ROTATE_90)
_TINY = partial(resize, share=0.35)
_SEVENTY = partial(recompress, quality=70)

MANIPULATIONS: Mapping[str, Alter] = {
    "recompress 80": partial(recompress, quality=80),
    "recompress 30": partial(recompress, quality=30),
    "resize 50%": partial(resize, share=0.5),
    "resize 25%": partial(resize, share=0.25),
    "squeeze": squeeze,
    "crop to 95%": partial(crop, kept=0.95),
    "crop to 90%": partial(crop, kept=0.9),
    "crop to 80%": partial(crop, kept=0.8),
    "crop to 50%": partial(crop, kept=0.5),
    "mirror": _MIRROR,
    "90 degrees": _QUARTER,
    "180 degrees": partial(turn, how=Image.Transpose.ROTATE_180),
    "2 degrees": partial(rotate, degrees=2),
    "5 degrees": partial(rotate, degrees=5),
    "15 degrees": partial(rotate, degrees=15),
    "perspective": partial(perspective, strength=0.08),
    "strong perspective": partial(perspective, strength=0.2),
    "blur": partial(blur, share=0.004),
    "strong blur": partial(blur, share=0.01),
    "sharpen": sharpen,
    "brighter": partial(brighten, factor=1.4),
    "darker": partial(brighten, factor=0.6),
    "more contrast": partial(contrast, factor=1.6),
    "less contrast": partial(contrast, factor=0.6),
    "strong colours": partial(saturate, factor=1.8),
    "grey": partial(saturate, factor=0.0),
    "hue": shift_hue,
    "warm or cold": warm,
    "negative": invert,
    "noise": add_noise,
    "few colours": posterise,
    "thin border": partial(border, share=0.03),
    "border": partial(border, share=0.12),
    "padding": pad,
    "promo frame": promo_frame,
    "text": write_text,
    "watermark": watermark,
    "sticker 20%": partial(sticker, share=0.2),
    "sticker 35%": partial(sticker, share=0.35),
    "shade": shade,
    "screenshot": screenshot,
    "collage": collage,
    "picture in picture 50%": partial(picture_in_picture, share=0.5),
    "picture in picture 30%": partial(picture_in_picture, share=0.3),
    "half of two": half,
    "photographed": photographed,
    "mirror, crop, text": partial(mix, steps=(_MIRROR, partial(crop, kept=0.8), write_text)),
    "border, small, hue": partial(mix, steps=(partial(border, share=0.08), _TINY, shift_hue)),
    "90 degrees, promo frame": partial(mix, steps=(_QUARTER, promo_frame, _SEVENTY)),
    "crop, perspective, grey": partial(
        mix,
        steps=(
            partial(crop, kept=0.7),
            partial(perspective, strength=0.08),
            partial(saturate, factor=0.0),
        ),
    ),
}
"""Name -> what is done: geometric, photometric, overlays, composites, mixes."""

MILD = (
    "recompress 80", "recompress 30", "resize 50%", "resize 25%", "blur", "sharpen", "brighter",
    "darker", "more contrast", "less contrast", "strong colours", "grey", "hue", "warm or cold",
    "noise",
)  # fmt: skip
"""Those that leave every part where it was."""
