"""Name and picture matches -> findings: their weight, and the words that explain them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from crawler.model import Finding
from matchers.candidate import FoundPicture
from matchers.looks import Look
from matchers.marks import OTHER_SCRIPT, SHORT, NameMatch
from matchers.normalize import fold
from matchers.pictures import BITS
from matchers.vocabulary import load_words
from matchers.weights import (
    ALSO_NAMED,
    ALSO_PICTURED,
    BRAND_FIELD,
    DESCRIPTION,
    NAME,
    PICTURE,
    RECOLOURED_PICTURE,
)

EDIT_WORDS: Final[Mapping[str, str]] = {
    "homoglyph": "with look-alike letters",
    "full_width": "in full-width letters",
    "zero_width": "with invisible characters inside",
    "diacritic": "with accents",
    "leet": "with digits or signs for letters",
    "traditional": "in traditional characters",
    "spaced": "with its letters set apart",
    "punctuated": "with signs between its letters",
    "split": "in two words",
    "joined": "joined to another word",
    "typo": "misspelt",
    "doubled": "with a letter doubled",
    "dropped": "with a letter dropped",
    "swapped": "with two letters swapped",
    OTHER_SCRIPT: "in another alphabet, as the text around it",
}

_SLIPS = frozenset({"doubled", "dropped", "swapped"})

_TRANSFORM_WORDS = {
    "mirror": "mirrored",
    "flip": "turned upside down and mirrored",
    "rotate-90": "turned by 90 degrees",
    "rotate-180": "turned upside down",
    "rotate-270": "turned by 270 degrees",
    "transpose": "mirrored and turned by 270 degrees",
    "transverse": "mirrored and turned by 90 degrees",
    "crop": "cropped",
    "border": "with something around it",
}


_LOOK_WORDS: Mapping[Look, str] = {
    "flat": " It shows little more than an outline, which other goods share.",
    "plain": " It shows something on a plain ground, so only near copies count.",
    "rich": "",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """How strongly a name stands in a field."""

    label: str
    weight: float


def find_level(field: str, match: NameMatch) -> Level | None:
    """Return the level of a name match; None when it says nothing in that field."""
    label = _label(match)
    if field == "description":
        if label in DESCRIPTION:
            return Level(label=label, weight=DESCRIPTION[label])
        return None
    return Level(
        label=label, weight=min(NAME[label], BRAND_FIELD) if field == "brand" else NAME[label]
    )


def _label(match: NameMatch) -> str:
    if match.distance:
        return _label_of_misspelling(match)
    if match.disguised:
        return "disguised"
    if OTHER_SCRIPT in match.edits:
        return "in another alphabet"
    if match.common:
        return _label_of_ordinary_words(match)
    if "split" in match.edits:
        return "split"
    if match.unspaced:
        return _label_of_unspaced(match)
    return "three letters at most" if match.length <= SHORT else "exact"


def _label_of_ordinary_words(match: NameMatch) -> str:
    if match.unspaced or match.words == 1:
        if match.unspaced and not match.begins:
            return "ordinary word inside a run"
        first = match.leading and not match.unspaced
        return "ordinary word, first in the title" if first else "ordinary word"
    if match.words > 2:
        return "three ordinary words or more"
    first = match.leading and all(word[:1].isupper() for word in match.text.split())
    return "two ordinary words, first in the title" if first else "two ordinary words"


def _label_of_unspaced(match: NameMatch) -> str:
    """Few characters in a row may belong to two words: 美的 in 精美的, 安踏 in 平安踏板."""
    if match.length == 2:
        if not match.begins:
            return "two characters, where a word ends" if match.ends else "two characters in a run"
        return "two characters" if match.ends else "two characters, where a word begins"
    if match.length == SHORT and not (match.begins or match.ends):
        return "three characters in a run"
    return "exact"


def _label_of_misspelling(match: NameMatch) -> str:
    if match.disguised:
        return "disguised and misspelt"
    if fold(match.text) in load_words("given_names"):
        return "a given name"
    if match.distance > 1:
        return "misspelt by two letters" + (" of ten" if match.length >= 10 else "")
    if match.length >= 10:
        return "misspelt by one letter of ten"
    if not _SLIPS.isdisjoint(match.edits):
        return "a letter doubled, dropped or swapped"
    return "misspelt by one letter of eight" if match.length >= 8 else "misspelt by one letter"


def name_finding(field: str, match: NameMatch, *, also: bool) -> Finding:
    """Return the finding of a name in a field.

    :param also: whether a stronger name of the same right was found in the same field
    """
    level = find_level(field, match)
    if level is None:
        raise ValueError(f"a name that says nothing in {field}: {match!r}")
    how = ", ".join(EDIT_WORDS[edit] for edit in match.edits)
    place = f"The {field}" + (" also" if also else "")
    if match.distance and not match.disguised:
        detail = f"{place} says “{match.text}”, nearly “{match.form}” ({level.label})."
    elif how:
        detail = f"{place} writes “{match.form}” as “{match.text}”, {how}."
    else:
        detail = f"{place} contains “{match.form}”" + (
            "." if level.label == "exact" else f" ({level.label})."
        )
    return Finding(
        feature="name",
        weight=min(level.weight, ALSO_NAMED) if also else level.weight,
        field=field,
        span=match.span,
        text=match.text,
        form=match.form,
        edits=match.edits,
        detail=detail,
    )


def picture_finding(found: FoundPicture, *, also: bool) -> Finding:
    """Return the finding of a copied picture.

    :param also: whether a nearer picture of the same listing was found for the same right
    """
    match = found.match
    levels = (RECOLOURED_PICTURE if match.recoloured else PICTURE)[match.look]
    weight = next(bits for limit, bits in levels if match.distance <= limit)
    words = [_TRANSFORM_WORDS[part] for part in (match.transform or "").split("+") if part]
    how = f", {' and '.join(words)}" if words else ""
    doubts = (" Its colours differ." if match.recoloured else "") + _LOOK_WORDS[match.look]
    return Finding(
        feature="picture",
        weight=min(weight, ALSO_PICTURED) if also else weight,
        image=found.image,
        reference=found.reference,
        region=match.region,
        transform=match.transform,
        distance=match.distance,
        detail=(
            f"The picture shows the registered picture {found.reference}{how}"
            f" ({match.distance} of {BITS} bits of the fingerprint differ).{doubts}"
        ),
    )
