"""Thirteen ways to hide a name in a title, each a seeded function from a name to how it is written.

They are the ways of sellers, not those of the matcher: nothing here is taken from its tables.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

LOOKALIKES = {
    **dict(zip("aceopxysijkh", "асеорхуѕіјкһ", strict=True)),  # Cyrillic
    **dict(zip("ABCEHIKMOPTX", "АВСЕНІКМОРТХ", strict=True)),  # Cyrillic
    **dict(zip("vnuNZY", "νηυΝΖΥ", strict=True)),  # Greek
}
LEET = {"a": "@4", "b": "8", "e": "3", "g": "9", "i": "1!", "l": "1", "o": "0", "s": "5$", "t": "7"}
SIGNS = ".-_*·~'|/"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
ACCENTS = "\u0300\u0301\u0302\u0303\u0308\u030a"
GOODS: list[str] = re.findall(
    r"\w+", "shoes bag bags watch shirt case belt jacket perfume jeans toys store shop"
)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
LONG = 8
"""Names of so many letters may have two slips."""

Disguise = Callable[[str, random.Random], str]
_LATIN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Planted:
    """A title with a hidden name."""

    title: str
    name: str
    kind: str
    """As in ``KINDS``."""
    span: tuple[int, int]
    """Where the hidden name stands in the title."""


def _some(name: str, able: Callable[[str], bool], rng: random.Random) -> set[int]:
    """Return places of letters to change: each with an even chance, at least one."""
    places = [i for i, char in enumerate(name) if able(char)]
    chosen = {i for i in places if rng.random() < 0.5}
    return chosen or set(rng.sample(places, min(len(places), 1)))


def _replace(name: str, table: Mapping[str, str], rng: random.Random) -> str:
    chosen = _some(name, table.__contains__, rng)
    return "".join(rng.choice(table[c]) if i in chosen else c for i, c in enumerate(name))


def hide_by_lookalikes(name: str, rng: random.Random) -> str:
    """Write some letters with Cyrillic or Greek ones that look alike."""
    return _replace(name, LOOKALIKES, rng)


def hide_by_style(name: str, rng: random.Random) -> str:
    """Write all letters full-width, mathematical, circled or as small capitals."""
    style = rng.randrange(4)
    if style == 0:
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)
    if style == 1:
        first = rng.choice((0x1D400, 0x1D5D4, 0x1D63C, 0x1D670))  # bold, sans bold (italic), mono
        return _shift(name, first, first + 26)
    if style == 2:
        return _shift(name, 0x24B6, 0x24D0)
    capitals = {c: f"LATIN LETTER SMALL CAPITAL {c.upper()}" for c in LETTERS if c not in "qsx"}
    return "".join(unicodedata.lookup(capitals[c]) if c in capitals else c for c in name.lower())


def _shift(name: str, capital: int, small: int) -> str:
    return "".join(
        chr(ord(c) - 65 + capital) if "A" <= c <= "Z" else chr(ord(c) - 97 + small)
        if "a" <= c <= "z" else c
        for c in name
    )  # fmt: skip


def hide_by_digits(name: str, rng: random.Random) -> str:
    """Write some letters as digits and signs."""
    return _replace(name.lower() if rng.random() < 0.5 else name, LEET | _capitals(LEET), rng)


def _capitals(table: Mapping[str, str]) -> dict[str, str]:
    return {letter.upper(): others for letter, others in table.items()}


def space_out(name: str, rng: random.Random) -> str:
    """Put a space between all letters."""
    shown = name.upper() if rng.random() < 0.5 else name
    return " ".join(c for c in shown if not c.isspace())


def punctuate(name: str, rng: random.Random) -> str:
    """Put one sign between all letters."""
    return rng.choice(SIGNS).join(c for c in name if not c.isspace())


def add_invisible(name: str, rng: random.Random) -> str:
    """Put invisible characters between some letters."""
    chosen = _some(name[:-1], str.isalnum, rng)
    return "".join(c + rng.choice(INVISIBLE) if i in chosen else c for i, c in enumerate(name))


def add_accents(name: str, rng: random.Random) -> str:
    """Put accents on some letters, composed where Unicode has the letter."""
    chosen = _some(name, lambda c: c in "aeiounycsAEIOUNYCS", rng)
    accented = (c + rng.choice(ACCENTS) if i in chosen else c for i, c in enumerate(name))
    return unicodedata.normalize("NFC", "".join(accented))


def _slip(name: str, rng: random.Random, slip: Callable[[str, int], str | None]) -> str:
    """Make one slip, or one or two in a long name; ``slip`` refuses a place by None."""
    long = len(_LATIN.findall(name)) >= LONG
    for _ in range(rng.randint(1, 2) if long else 1):
        places = [match.start() for match in _LATIN.finditer(name)]
        rng.shuffle(places)
        made = (slip(name, place) for place in places)
        name = next((new for new in made if new not in (None, name)), None) or name
    return name


def double_letter(name: str, rng: random.Random) -> str:
    """Write a letter twice."""
    return _slip(name, rng, lambda text, i: text[: i + 1] + text[i].lower() + text[i + 1 :])


def drop_letter(name: str, rng: random.Random) -> str:
    """Leave out a letter that is neither the first nor the last of the name."""
    return _slip(
        name, rng, lambda text, i: text[:i] + text[i + 1 :] if 0 < i < len(text) - 1 else None
    )


def swap_letters(name: str, rng: random.Random) -> str:
    """Swap two neighbours, the first letter aside."""

    def swap(text: str, i: int) -> str | None:
        if i == 0 or not _LATIN.match(text[i + 1 : i + 2]):
            return None
        return text[:i] + text[i + 1] + text[i] + text[i + 2 :]

    return _slip(name, rng, swap)


def replace_letter(name: str, rng: random.Random) -> str:
    """Write another letter, the first aside."""
    return _slip(
        name, rng, lambda text, i: text[:i] + rng.choice(LETTERS) + text[i + 1 :] if i else None
    )


def join_product(name: str, rng: random.Random) -> str:
    """Join the name and a word for goods."""
    return name.replace(" ", "") + rng.choice(GOODS)


def split_in_two(name: str, rng: random.Random) -> str:
    """Put a space inside, two letters from either end at least."""
    joined = name.replace(" ", "")
    place = rng.randint(2, len(joined) - 2)
    return joined[:place] + " " + joined[place:]


KINDS: Mapping[str, Disguise] = MappingProxyType(
    {
        "look-alike letters": hide_by_lookalikes,
        "styled letters": hide_by_style,
        "leet": hide_by_digits,
        "spaced": space_out,
        "punctuated": punctuate,
        "invisible": add_invisible,
        "accents": add_accents,
        "doubled": double_letter,
        "dropped": drop_letter,
        "swapped": swap_letters,
        "replaced": replace_letter,
        "compound": join_product,
        "split": split_in_two,
    }
)

SLIPS = frozenset({"doubled", "dropped", "swapped", "replaced"})
"""The kinds that change letters: one slip, or one or two from eight letters on."""


def plant(
    names: Sequence[str], titles: Sequence[str], count: int, rng: random.Random
) -> list[Planted]:
    """Return ``count`` titles for each kind, with a name of at least four Latin letters each.

    A name that a disguise leaves as it is, or whose letters the title already holds, is passed
    over for another.
    """
    able = [name for name in names if _is_plantable(name)]
    planted = []
    for kind, disguise in KINDS.items():
        made = 0
        while made < count:
            name, title = rng.choice(able), rng.choice(titles)
            hidden = disguise(name, rng)
            if _is_as_before(hidden, name, kind) or _letters(name) in _letters(title):
                continue
            planted.append(_plant_one(title, name, hidden, kind, rng))
            made += 1
    return planted


def _is_plantable(name: str) -> bool:
    """Whether a name has 4 to 24 Latin letters, and no letter of another kind."""
    return name.isascii() and 4 <= len(_LATIN.findall(name)) <= 24


def _is_as_before(hidden: str, name: str, kind: str) -> bool:
    """Whether nothing was hidden: two swaps may undo each other, an f become an F."""
    return hidden == name or (kind in SLIPS and _letters(hidden) == _letters(name))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _plant_one(title: str, name: str, hidden: str, kind: str, rng: random.Random) -> Planted:
    words = title.split()
    place = rng.randint(0, len(words))
    start = sum(len(word) + 1 for word in words[:place])
    shown = " ".join([*words[:place], hidden, *words[place:]])
    return Planted(title=shown, name=name, kind=kind, span=(start, start + len(hidden)))
