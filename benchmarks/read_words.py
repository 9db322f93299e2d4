"""How many words that were planted in real pictures are read and matched.

    python -m benchmarks.read_words PHOTOS [--data DATA] [--names N] [--count N] [--half dev|test]
                                    [--font FILE]...

``PHOTOS`` is a folder of pictures in folders. Half of them, by a digest of the name, are for
developing, the other half is only reported on. Each of N pictures is made 1,000 pixels long, as
shops show them, and gets an invented word, Latin and Chinese in turn, at 10 to 35% of its width:
as it is, with an outline, or on a label, and light or dark as its ground asks for. It goes through
JPEG as a listing's picture does. A word is *read* when a line has it, *found* when the matcher
names its right for the picture, *flagged* when that is flagged for goods of the right's kind.

The same pictures without a word are innocent. What is found on them is told, for a registry of N
names that is made as ``benchmarks.registries`` says; text that names one of them rightly counts.
The time to read a picture is told as a multiple of decoding one whole with Pillow in the same run.
"""

from __future__ import annotations

import argparse
import io
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.picture_recall import SUFFIXES, encode, flatten
from benchmarks.registries import HAN, SYLLABLES, make_registry
from benchmarks.titles import is_kept_back
from crawler.fonts import find_fonts
from crawler.model import Hit, Listing, Right
from matchers.judge import Matcher, Subject
from matchers.normalize import fold
from matchers.pictures.lines import Line
from matchers.pictures.ocr import read_lines

SEED = 20261130
LONGEST = 1000
LEAST = 300
"""Pixels of the longer side of an original; smaller ones are passed over."""
SHARES = (0.10, 0.15, 0.20, 0.35)
"""Widths of a word, as shares of the picture's."""
STYLES = ("plain", "outlined", "on a label")
DARK, LIGHT = (20, 20, 20), (240, 240, 240)
PLACES = 4
"""Places that are looked at; the calmest takes the word, as a designer would put it."""


class Planted(NamedTuple):
    """A picture with a word in it."""

    word: str
    script: str
    share: float
    image: Image.Image


def load(path: Path) -> Image.Image | None:
    """Return a picture upright, over white and ``LONGEST`` pixels long; None when it is small."""
    with Image.open(path) as image:
        if max(image.size) < LEAST:
            return None
        flat = flatten(image)
    scale = LONGEST / max(flat.size)
    return flat.resize((round(flat.width * scale), round(flat.height * scale)))


def choose(photos: Path, half: str, count: int) -> list[tuple[str, Image.Image]]:
    """Return pictures of a half with their names, the same for the same arguments."""
    rng = random.Random(SEED)
    paths = [p for p in sorted(photos.rglob("*")) if p.suffix.lower() in SUFFIXES]
    paths = [p for p in paths if is_kept_back(p.name) == (half == "test")]
    rng.shuffle(paths)
    found: list[tuple[str, Image.Image]] = []
    for path in paths:
        if len(found) == count:
            break
        if (image := load(path)) is not None:
            found.append((path.name, image))
    return found


def make_word(script: str, rng: random.Random) -> str:
    """Return an invented word of 4 to 10 letters, or of two to four characters."""
    if script == "Chinese":
        return "".join(rng.sample(HAN, rng.randint(2, 4)))
    made = "".join(rng.choices(SYLLABLES, k=rng.randint(2, 4)))
    return made.title() if len(made) > 3 else make_word(script, rng)


def plant(image: Image.Image, word: str, share: float, font: Path, rng: random.Random) -> None:
    """Draw a word of a share of the picture's width into it."""
    unit = ImageFont.truetype(font, 100)
    size = max(8, round(100 * share * image.width / unit.getlength(word)))
    letters = ImageFont.truetype(font, size)
    left, top, right, bottom = (round(edge) for edge in letters.getbbox(word))
    wide, high = right - left, bottom - top
    calmest: tuple[float, int, int, float] | None = None
    for _ in range(PLACES):
        x = rng.randint(0, max(0, image.width - wide))
        y = rng.randint(0, max(0, image.height - high))
        ground = np.asarray(image.crop((x, y, x + wide, y + high)).convert("L"))
        place = (float(ground.std()), x, y, float(ground.mean()))
        calmest = place if calmest is None else min(calmest, place)
    assert calmest is not None
    _, x, y, shade = calmest
    colour, other = (DARK, LIGHT) if shade > 127 else (LIGHT, DARK)
    draw, style = ImageDraw.Draw(image), rng.choice(STYLES)
    if style == "on a label":
        margin = size // 3
        box = (x - margin, y - margin, x + wide + margin, y + high + margin)
        draw.rectangle(box, fill=other)
    stroke = max(1, size // 14) if style == "outlined" else 0
    at = (x - left, y - top)
    draw.text(at, word, fill=colour, font=letters, stroke_width=stroke, stroke_fill=other)


def plant_all(
    pictures: Sequence[tuple[str, Image.Image]], fonts: Sequence[Path]
) -> Iterator[Planted]:
    """Yield each picture with a word, scripts and widths in turn."""
    rng = random.Random(SEED)
    for number, (_, image) in enumerate(pictures):
        script = ("Latin", "Chinese")[number % 2]
        share = SHARES[number // 2 % len(SHARES)]
        word, copy = make_word(script, rng), image.copy()
        plant(copy, word, share, fonts[number // 8 % len(fonts)], rng)
        yield Planted(word, script, share, copy)


def find_hits(matcher: Matcher, lines: Sequence[Line]) -> list[Hit]:
    """Return the hits of a picture's text on a listing of goods of every right."""
    listing = Listing(url="https://shop.example/1", title="Leather bag")
    return matcher.match([Subject(listing, {}, {"picture": lines})])


def make_matcher(words: Sequence[str], data: Path | None, names: int) -> Matcher:
    """Return a matcher of the planted words (rights named as they are) and the names."""
    bearers = dict.fromkeys([*words, *make_registry(names, data)])
    rights = [Right(id=name, kind="trademark", name=name, goods=("bags",)) for name in bearers]
    return Matcher(rights)


def report_planted(
    planted: Sequence[Planted], read: Sequence[list[Line]], matcher: Matcher
) -> None:
    """Print what was read, found and flagged, by script and width, and what was not read."""
    tally: defaultdict[tuple[str, str], list[tuple[bool, bool, bool]]] = defaultdict(list)
    for one, lines in zip(planted, read, strict=True):
        own = [hit for hit in find_hits(matcher, lines) if hit.right == one.word]
        told = [fold(line.text).replace(" ", "") for line in lines]
        outcome = (
            any(fold(one.word) in text for text in told),
            bool(own),
            any(hit.flagged for hit in own),
        )
        for width in (f"{one.share:.0%}", "all"):
            for script in (one.script, "both"):
                tally[script, width].append(outcome)
        if not outcome[0]:
            print(f"  not read: {one.word} at {one.share:.0%}; read: {told[:5]}")
    print(f"{'script':8} {'width':>5} {'count':>5} {'read':>6} {'found':>6} {'flagged':>7}")
    for (script, width), outcomes in sorted(tally.items()):
        shares = [sum(column) / len(outcomes) for column in zip(*outcomes, strict=True)]
        print(
            f"{script:8} {width:>5} {len(outcomes):5}"
            f" {shares[0]:6.3f} {shares[1]:6.3f} {shares[2]:7.3f}"
        )


def report_innocent(names: Sequence[str], read: Sequence[list[Line]], matcher: Matcher) -> None:
    """Print what was found on pictures without a planted word."""
    found = flagged = 0
    for name, lines in zip(names, read, strict=True):
        hits = find_hits(matcher, lines)
        found += bool(hits)
        flagged += any(hit.flagged for hit in hits)
        for hit in hits:
            (named,) = (f for f in hit.findings if f.feature == "name")
            mark = "FLAGGED " if hit.flagged else ""
            print(f"  {mark}{named.form!r} in {named.line!r} ({named.weight:+.1f}), {name}")
    lines_there = sum(map(bool, read))
    print(
        f"innocent: {len(names)} pictures, {lines_there} with some text; a name found on {found},"
        f" flagged on {flagged}"
    )


def main() -> None:
    """Read pictures with and without words, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--names", type=int, default=1000)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--half", choices=("dev", "test"), default="dev")
    parser.add_argument("--font", type=Path, action="append")
    options = parser.parse_args()
    fonts = options.font or [next(find_fonts())]
    pictures = choose(options.photos, options.half, options.count)
    planted = list(plant_all(pictures, fonts))
    matcher = make_matcher([one.word for one in planted], options.data, options.names)
    print(
        f"half {options.half}: {len(pictures)} pictures, {len(matcher.rights):,} names;"
        f" fonts {', '.join(font.name for font in fonts)}"
    )
    read_lines(encode(pictures[0][1]))  # loads the models
    read, multiples = [], []
    for one in planted:
        data = encode(one.image)
        start = time.process_time()
        with Image.open(io.BytesIO(data)) as image:
            image.load()
        between = time.process_time()
        read.append(read_lines(data))
        multiples.append((time.process_time() - between) / (between - start))
    report_planted(planted, read, matcher)
    print(
        f"reading a picture takes {statistics.median(multiples):.0f} times as long as decoding it"
    )
    innocent = [read_lines(encode(image)) for _, image in pictures]
    report_innocent([name for name, _ in pictures], innocent, matcher)


if __name__ == "__main__":
    main()
