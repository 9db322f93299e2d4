"""Makes ``matchers/vocabulary/han_sounds.txt`` and ``han_variants.txt``.

    python -m benchmarks.make_han_tables UNIHAN

UNIHAN is the folder of the Unihan database's text files (Unicode licence), plain or bzip2; Debian's
package ``unicode-data`` puts them into ``/usr/share/unicode``. The readings are those of pypinyin
(MIT); one-to-one variants come from OpenCC's tables for Japan, Hong Kong and Taiwan (Apache-2.0)
and from Unihan's kSemanticVariant and kZVariant. The same inputs make the same files.
"""

from __future__ import annotations

import bz2
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import opencc
from pypinyin.constants import PINYIN_DICT
from wordfreq import get_frequency_dict

VOCABULARY = Path(__file__).parent.parent / "matchers/vocabulary"
IDEOGRAPHS = range(0x4E00, 0x9FA6)
"""The unified ideographs of Unicode's first version: whatever a shop can type."""
MAX_READINGS = 3

_SOUNDS_HEAD = """\
# Toneless Mandarin syllables of Han characters, made by benchmarks/make_han_tables.py from the
# character dictionary of pypinyin (MIT). Each line: syllable, the characters whose first reading it
# is, and after a stroke those whose second or third it is.
"""
_VARIANTS_HEAD = """\
# Han characters -> the simplified character that they are another form of, where OpenCC's t2s does
# not lead to one. Made by benchmarks/make_han_tables.py from OpenCC's tables of regional variants
# (Apache-2.0) and the Unihan database (kSemanticVariant, kZVariant; Unicode licence).
"""

to_simplified = opencc.OpenCC("t2s").convert
_regional = [opencc.OpenCC(name).convert for name in ("jp2t", "hk2t", "tw2t")]


def main(arguments: list[str]) -> None:
    """Write both files."""
    unihan = Path(arguments[0])
    common = find_common(unihan)
    write(VOCABULARY / "han_sounds.txt", _SOUNDS_HEAD, sound_lines(common))
    variants = find_variants(unihan, common)
    write(VOCABULARY / "han_variants.txt", _VARIANTS_HEAD, map(" ".join, variants.items()))


def find_common(unihan: Path) -> list[str]:
    """Return the characters of GB 2312 and of the standard list 通用规范汉字表, sorted."""
    listed = {char for char, key, _ in load_unihan(unihan, "OtherMappings") if key == "kTGH"}
    national = bytearray()
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            national += bytes([row, cell])
    return sorted(listed.union(national.decode("gb2312", errors="ignore")))


def load_unihan(folder: Path, name: str) -> Iterator[tuple[str, str, str]]:
    """Yield (character, property, value) of one of the database's files."""
    path = folder / f"Unihan_{name}.txt"
    packed = folder / f"Unihan_{name}.txt.bz2"
    data = path.read_bytes() if path.exists() else bz2.decompress(packed.read_bytes())
    for line in data.decode("utf-8").splitlines():
        fields = line.split("\t")
        if len(fields) == 3 and fields[0].startswith("U+"):
            yield chr(int(fields[0][2:], 16)), fields[1], fields[2]


def find_uses() -> dict[str, float]:
    """Return how often each character is used, by the words of wordfreq, per word."""
    uses: dict[str, float] = {}
    for word, share in get_frequency_dict("zh", "small").items():
        for char in word:
            uses[char] = uses.get(char, 0.0) + share
    return uses


def sound_lines(common: list[str]) -> Iterator[str]:
    """Yield the lines of ``han_sounds.txt``, by syllable."""
    first: dict[str, list[str]] = {}
    later: dict[str, list[str]] = {}
    for char in sorted({*map(chr, IDEOGRAPHS), *common}):
        readings = [without_tone(part) for part in PINYIN_DICT.get(ord(char), "").split(",")]
        for place, syllable in enumerate(dict.fromkeys(filter(None, readings))):
            if place < MAX_READINGS:
                (later if place else first).setdefault(syllable, []).append(char)
    for syllable in sorted({*first, *later}):
        chars, others = first.get(syllable, []), later.get(syllable, [])
        yield f"{syllable} {''.join(chars)}|{''.join(others)}"


def without_tone(syllable: str) -> str:
    """Return a syllable in plain letters; ü is v, as it is typed."""
    letters = unicodedata.normalize("NFD", syllable.replace("ü", "v"))
    for toned, plain in (("u\u0308", "v"), ("\u00ea", "e")):
        letters = letters.replace(toned, plain)
    return "".join(filter(str.isascii, letters))


def find_variants(unihan: Path, common: list[str]) -> dict[str, str]:
    """Return rare characters -> the common character that each is another form of."""
    meant: dict[str, list[str]] = {}
    for char, key, value in load_unihan(unihan, "Variants"):
        if key in ("kSemanticVariant", "kZVariant"):
            targets = [chr(int(part.split("<")[0][2:], 16)) for part in value.split()]
            meant.setdefault(char, []).extend(targets)
    known, uses = frozenset(common), find_uses()
    found: dict[str, str] = {}
    for char in map(chr, range(0x3400, 0x9FFF)):
        simplified = to_simplified(char)
        if char in known or simplified in known:
            continue
        standard = [to_simplified(convert(char)) for convert in _regional]
        standard = [target for target in standard if target not in (char, simplified)]
        near = {to_simplified(target) for target in meant.get(char, ())} - {char}
        near = {target for target in near if uses.get(target, 0.0) > uses.get(char, 0.0)}
        choice = standard or (sorted(near) if len(near) == 1 else [])
        if choice and choice[0] in known:
            found[char] = choice[0]
    return found


def write(path: Path, head: str, lines: Iterator[str]) -> None:
    """Write one file of the vocabulary."""
    text = head + "".join(f"{line}\n" for line in lines)
    path.write_text(text, encoding="utf-8")
    print(f"{path.name}: {text.count(chr(10))} lines, {len(text.encode())} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
