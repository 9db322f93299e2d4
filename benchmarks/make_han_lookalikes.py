"""Makes ``matchers/vocabulary/han_lookalikes.txt``: Han characters that are drawn nearly alike.

    python -m benchmarks.make_han_lookalikes SANS SERIF UNIHAN

SANS and SERIF are font files, best Noto Sans CJK and Noto Serif CJK (Regular; Debian's package
``fonts-noto-cjk``), of whose collections the simplified Chinese face is taken; UNIHAN is the folder
of the Unihan database as in ``make_han_tables``. The same fonts make the same file, up to the order
of characters that are equally near.

Every character is drawn at 48 px in both faces, slightly blurred, and compared by correlation:

- as a whole, the best of nine small shifts (师 帅, 雪 雷, 未 末), and stretched to the same height
  and width (日 曰);
- by what stands at the right, below and above, where the other part was exchanged (扬 杨, 抱 泡);
- one as a whole with the right or lower part of the other, where a part was added (贝 呗, 柔 揉).

Parts count nine tenths. Traditional forms are compared with each other too (師 帥, 傳 傅), as a
name may be registered in them; what Unihan lists as kSpoofingVariant and what was seen on goods
comes first.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import opencc
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from benchmarks.make_han_tables import (
    IDEOGRAPHS,
    VOCABULARY,
    find_common,
    find_uses,
    find_variants,
    load_unihan,
    to_simplified,
    write,
)

Images = npt.NDArray[np.float32]
SIZE = 48
MOST = 8
"""Neighbours kept of a character."""
SPOOFING = 2.0
"""Likeness of what Unihan or ``SEEN`` lists: before everything that is computed."""
SEEN = ("奥粤", "亮壳", "佳住", "口日", "白臼", "师帅", "雪雷", "动劫", "兔免")
"""Pairs known from look-alike goods: 粤利粤, 蓝月壳, 周住, 可日可乐, 立臼, 康帅傅, 雷碧 ..."""
LEAST = 0.68
"""Below this correlation two characters are not alike."""
LEAST_RARE = 0.76
"""The same of characters outside the standard lists, of which there are many, and of traditional
forms, whose many strokes are alike anyhow."""
PART = 0.9
STRETCHED = 0.95
FAMILIAR = 0.03
"""What one step of a character's Zipf frequency adds to its rank: writers choose what they know."""

_HEAD = """\
# Han characters drawn nearly alike: a character of the standard lists, then those that may be
# written instead of it, best first. Computed
# by benchmarks/make_han_lookalikes.py from drawings in Noto Sans CJK and Noto Serif CJK (the fonts'
# licence, OFL-1.1, leaves what is computed from drawings free), kSpoofingVariant of the Unihan
# database (Unicode licence), and a few pairs seen on look-alike goods.
"""

_WHOLE = (slice(2, 46), slice(2, 46))
_PARTS = (
    (slice(2, 46), slice(17, 46)),
    (slice(16, 46), slice(2, 46)),
    (slice(2, 30), slice(2, 46)),
)
_ADDED = (*_PARTS[:2], (slice(2, 46), slice(20, 46)), (slice(19, 46), slice(2, 46)))
_SHIFTS = tuple((down, right) for down in (-2, 0, 2) for right in (-2, 0, 2))


def main(arguments: list[str]) -> None:
    """Draw, compare and write."""
    sans, serif, unihan = map(Path, arguments)
    faces = [ImageFont.truetype(str(path), SIZE, index=_face(path)) for path in (sans, serif)]
    common = find_common(unihan)
    drawn = Drawings(common, faces)
    near: dict[str, dict[str, float]] = {char: {} for char in common}
    for char, other, likeness in _neighbours(drawn.compare(drawn), common, common, LEAST):
        _add(near, char, other, likeness)
    rare = _rare(common, unihan)
    alike = Drawings(rare, faces).compare(drawn)
    for strange, char, likeness in _neighbours(alike, rare, common, LEAST_RARE):
        _add(near, char, strange, likeness)
    for char, other, likeness in _traditional_neighbours(common, faces):
        _add(near, char, other, likeness)
    for char, other in (*_spoofing(unihan), *SEEN):
        _add(near, char, other, SPOOFING)
        _add(near, other, char, SPOOFING)
    lines = (f"{char} {_best(others)}" for char, others in sorted(near.items()) if others)
    write(VOCABULARY / "han_lookalikes.txt", _HEAD, lines)


def _add(near: dict[str, dict[str, float]], char: str, other: str, likeness: float) -> None:
    if char in near and other != char:
        rank = likeness + FAMILIAR * familiarity(other)
        near[char][other] = max(rank, near[char].get(other, 0.0))


def _best(others: dict[str, float]) -> str:
    return "".join(sorted(others, key=lambda other: (-others[other], other))[:MOST])


@cache
def familiarity(char: str) -> float:
    """Return the Zipf frequency of a character as part of words, between 2 and 7."""
    return min(max(math.log10(_uses().get(char, 1e-9)) + 9, 2.0), 7.0)


_uses = cache(find_uses)


def _face(path: Path) -> int:
    """Return the place of the simplified Chinese face in a collection."""
    for index in range(64):
        try:
            family = ImageFont.truetype(str(path), SIZE, index=index).getname()[0]
        except OSError:
            break
        if family is not None and family.endswith("CJK SC"):
            return index
    return 0


class Drawings:
    """Characters as images in every face, ready for comparison."""

    def __init__(self, chars: Sequence[str], faces: Sequence[ImageFont.FreeTypeFont]) -> None:
        self._faces = [np.stack([_draw(char, face) for char in chars]) for face in faces]
        self._stretched = [np.stack([_stretch(image) for image in face]) for face in self._faces]

    def compare(self, other: Drawings) -> Images:
        """Return the likeness of every pair, rows x columns, 1 for the same."""
        best = np.full((len(self._faces[0]), len(other._faces[0])), -1, np.float32)
        for down, right in _SHIFTS:
            cost = 0.02 * bool(down) + 0.02 * bool(right)
            mine = [np.roll(face, (down, right), (1, 2))[:, ::2, ::2] for face in self._faces]
            theirs = [face[:, ::2, ::2] for face in other._faces]
            np.maximum(best, _correlate(mine, theirs) - cost, out=best)
        np.maximum(best, STRETCHED * _correlate(self._stretched, other._stretched), out=best)
        for part in _PARTS:
            np.maximum(best, PART * _correlate(self._cut(part), other._cut(part)), out=best)
        for part in _ADDED:
            np.maximum(best, PART * _correlate(self._cut(part), other._cut(_WHOLE)), out=best)
            np.maximum(best, PART * _correlate(self._cut(_WHOLE), other._cut(part)), out=best)
        return best

    def _cut(self, part: tuple[slice, slice]) -> list[Images]:
        """Return one part of every image, scaled to the same size."""
        down, right = (
            np.linspace(side.start, side.stop - 1, 20).round().astype(int) for side in part
        )
        return [face[:, down][:, :, right] for face in self._faces]


def _draw(char: str, face: ImageFont.FreeTypeFont) -> Images:
    image = Image.new("L", (SIZE, SIZE))
    ImageDraw.Draw(image).text((0, 42), char, fill=255, font=face, anchor="ls")
    blurred = image.filter(ImageFilter.GaussianBlur(1.1))
    return np.asarray(np.asarray(blurred, np.float32) / 255, np.float32)


def _stretch(image: Images) -> Images:
    """Return what is drawn, without the margins, at 20 x 20 pixels."""
    rows, columns = (np.flatnonzero(image.max(axis=axis) > 0.3) for axis in (1, 0))
    if not rows.size:
        return np.zeros((20, 20), np.float32)
    down, right = (
        np.linspace(side[0], side[-1], 20).round().astype(int) for side in (rows, columns)
    )
    return np.asarray(image[down][:, right], np.float32)


def _correlate(mine: Sequence[Images], theirs: Sequence[Images]) -> Images:
    """Return the mean over the faces of the correlation of every pair."""
    pairs = zip(mine, theirs, strict=True)
    total = np.sum([_normed(one) @ _normed(other).T for one, other in pairs], axis=0)
    return np.asarray(total / len(mine), np.float32)


def _normed(images: Images) -> Images:
    rows = images.reshape(len(images), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-3))


def _neighbours(
    alike: Images, rows: Sequence[str], columns: Sequence[str], least: float
) -> Iterator[tuple[str, str, float]]:
    """Yield (row, column, likeness) of the nearest columns of each row that are near enough."""
    zipf = np.array([familiarity(char) for char in columns], np.float32)
    ranks = np.where(alike >= least, alike + FAMILIAR * zipf, 0)
    for row, char in enumerate(rows):
        for place in np.argsort(-ranks[row], kind="stable")[: MOST + 1]:
            if ranks[row, place] > 0:
                yield char, columns[place], float(alike[row, place])


def _traditional_neighbours(
    common: Sequence[str], faces: Sequence[ImageFont.FreeTypeFont]
) -> Iterator[tuple[str, str, float]]:
    """Yield the neighbours of characters in their traditional forms, as simplified characters."""
    convert = opencc.OpenCC("s2t").convert
    forms = [convert(char) for char in common]
    changed = [(char, form) for char, form in zip(common, forms, strict=True) if form != char]
    rows = Drawings([form for _, form in changed], faces)
    alike = rows.compare(Drawings(forms, faces))
    yield from _neighbours(alike, [char for char, _ in changed], common, LEAST_RARE)


def _rare(common: Sequence[str], unihan: Path) -> list[str]:
    """Return the characters that stay as they are although they are in no standard list."""
    known = {*common, *find_variants(unihan, list(common))}
    return [c for c in map(chr, IDEOGRAPHS) if c not in known and to_simplified(c) == c]


def _spoofing(unihan: Path) -> Iterator[tuple[str, str]]:
    for char, key, value in load_unihan(unihan, "Variants"):
        if key == "kSpoofingVariant":
            for part in value.split():
                yield to_simplified(char), to_simplified(chr(int(part.split("<")[0][2:], 16)))


if __name__ == "__main__":
    main(sys.argv[1:])
