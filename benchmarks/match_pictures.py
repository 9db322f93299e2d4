"""What the picture index finds and mistakes, on a corpus made here, in a dev and a test half.

    python benchmarks/match_pictures.py [--count N]

Six kinds of pictures, N of each and half: T-shirts and phone cases of one colour on white, printed
phone cases, wordmarks, size charts, and textured pictures. Every picture of a half is a reference;
its altered copies must be found, and all other pictures of its kind must not be. Seeds of the two
halves differ; limits and weights were set by hand before the first run, on neither.
``alone`` is the share whose
evidence is flagged with no other sign. The last result stands in ``benchmarks/results/``.
"""

from __future__ import annotations

import argparse
import io
import random
import string
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from matchers.candidate import FoundPicture
from matchers.explain import picture_finding
from matchers.pictures.hashing import fingerprint
from matchers.pictures.index import PictureIndex
from matchers.pictures.matches import PictureMatch
from matchers.pictures.prints import Fingerprint
from matchers.weights import PRIOR

Alter = Callable[[Image.Image], Image.Image]


def _white(size: tuple[int, int] = (600, 600)) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", size, "white")
    return image, ImageDraw.Draw(image)


def _colour(rng: random.Random) -> tuple[int, int, int]:
    return rng.randint(0, 210), rng.randint(0, 210), rng.randint(0, 210)


def draw_t_shirt(rng: random.Random) -> Image.Image:
    """Return a T-shirt of one colour; all have nearly one cut."""
    image, draw = _white()

    def near(x: int, y: int) -> tuple[int, int]:
        return x + rng.randint(-1, 1), y + rng.randint(-1, 1)

    left = [near(240, 80), near(180, 100), near(60, 220), near(140, 280), near(170, 240)]
    right = [near(430, 240), near(460, 280), near(540, 220), near(420, 100), near(360, 80)]
    draw.polygon([*left, near(170, 530), near(430, 530), *right, near(300, 110)], _colour(rng))
    return image


def draw_case(rng: random.Random) -> Image.Image:
    """Return a phone case of one colour."""
    image, draw = _white()
    draw.rounded_rectangle((190 + rng.randint(-2, 2), 60, 410, 540), 40, _colour(rng))
    draw.rounded_rectangle((210, 80, 280 + rng.randint(-2, 2), 170), 20, "#222")
    return image


def draw_printed_case(rng: random.Random) -> Image.Image:
    """Return a phone case with a pattern of its own."""
    image, draw = draw_case(rng), Image.new("L", (600, 600))
    ImageDraw.Draw(draw).rounded_rectangle((200, 180, 400, 530), 30, 255)
    image.paste(draw_textured(rng).resize((600, 600)), (0, 0), draw)
    return image


def draw_wordmark(rng: random.Random) -> Image.Image:
    """Return an invented name in black on white."""
    image, draw = _white((600, 240))
    name = "".join(rng.choices(string.ascii_lowercase, k=rng.randint(4, 9))).title()
    font = ImageFont.load_default(size=150)
    x, y, right, bottom = map(round, draw.textbbox((0, 0), name, font=font))
    word, pen = _white((right - x + 8, bottom - y + 8))
    pen.text((4 - x, 4 - y), name, "black", font)
    image.paste(ImageOps.contain(word, (560, 200)), (20, 20))
    return image


def draw_size_chart(rng: random.Random) -> Image.Image:
    """Return a table of sizes."""
    image, draw = _white()
    font = ImageFont.load_default(size=28)
    rows, columns = rng.randint(5, 8), rng.randint(4, 6)
    down, across = 520 / rows, 540 / columns
    for row in range(rows + 1):
        draw.line((30, 40 + row * down, 570, 40 + row * down), "black", 2)
        for column in range(columns if row < rows else 0):
            place = 42 + column * across, 56 + row * down
            draw.text(place, str(rng.randint(30, 120)), "black", font)
    for column in range(columns + 1):
        draw.line((30 + column * across, 40, 30 + column * across, 560), "black", 2)
    return image


def draw_textured(rng: random.Random) -> Image.Image:
    """Return soft and hard shapes all over, with grain."""
    numbers = np.random.default_rng(rng.getrandbits(32))
    coarse = Image.fromarray(numbers.integers(20, 236, (7, 9, 3), dtype=np.uint8))
    image = coarse.resize((640, 480), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(16):
        x, y = rng.randint(0, 600), rng.randint(0, 440)
        box = (x, y, x + rng.randint(30, 200), y + rng.randint(30, 160))
        (draw.ellipse if rng.random() < 0.5 else draw.rectangle)(box, _colour(rng))
    grain = numbers.normal(0, 6, (480, 640, 1))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))


KINDS: Mapping[str, Callable[[random.Random], Image.Image]] = {
    "T-shirts of one colour": draw_t_shirt,
    "cases of one colour": draw_case,
    "printed cases": draw_printed_case,
    "wordmarks": draw_wordmark,
    "size charts": draw_size_chart,
    "textured": draw_textured,
}


def _cut(image: Image.Image) -> Image.Image:
    w, h = image.size
    return image.crop((w // 20, h // 20, w - w // 20, h - h // 20)).resize((500, 500 * h // w))


def _watermark(image: Image.Image) -> Image.Image:
    layer = Image.new("L", image.size)
    w, h = image.size
    ImageDraw.Draw(layer).rectangle((0, h * 44 // 100, w, h * 52 // 100), 120)
    return Image.composite(Image.new("RGB", image.size, "white"), image, layer)


def _recolour(image: Image.Image) -> Image.Image:
    """Swap the colour differences and keep the light: red becomes blue in the same shape."""
    light, blue, red = image.convert("YCbCr").split()
    return Image.merge("YCbCr", (light, red, blue)).convert("RGB")


ALTERATIONS: Mapping[str, Alter] = {
    "small": lambda image: image.resize((image.width // 3, image.height // 3)),
    "cut": _cut,
    "mirror": ImageOps.mirror,
    "turned": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "framed": lambda image: ImageOps.expand(image, 50, "#b01030"),
    "watermark": _watermark,
    "recoloured": _recolour,
}


def _print(image: Image.Image, quality: int = 80) -> Fingerprint:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=quality)
    return fingerprint(target.getvalue())


def _alone(match: PictureMatch) -> bool:
    found = FoundPicture(image="a", reference="b", match=match)
    return picture_finding(found, also=False).weight + PRIOR >= 0


def _share(found: Sequence[PictureMatch | None]) -> str:
    had = [match for match in found if match is not None]
    return f"{len(had) / len(found):4.0%} ({sum(map(_alone, had)) / len(found):4.0%} alone)"


def measure(half: str, count: int) -> Iterator[str]:
    """Yield the lines of results of one half."""
    for kind, draw in KINDS.items():
        rng = random.Random(f"{half} {kind}")
        images = [draw(rng) for _ in range(count)]
        references = [_print(image, 92) for image in images]
        index = PictureIndex(references)
        looks = sorted({print_.look for print_ in references})
        yield f"{half}: {kind} ({count}, {', '.join(looks)})"
        for name, alter in ALTERATIONS.items():
            found = []
            for place, image in enumerate(images):
                matches = {match.entry: match for match in index.find(_print(alter(image)))}
                found.append(matches.get(place))
            yield f"  found, {name:<11} {_share(found)}"
        pairs = []
        for place, print_ in enumerate(references):
            near = {match.entry: match for match in index.find(print_)}
            pairs += [near.get(other) for other in range(count) if other != place]
        yield f"  other goods taken for it  {_share(pairs)} of {len(pairs):,} pairs"


def main() -> None:
    """Print the results of both halves."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=40)
    arguments = parser.parse_args()
    for half in ("dev", "test"):
        for line in measure(half, arguments.count):
            print(line)


if __name__ == "__main__":
    main()
