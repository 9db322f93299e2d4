"""What was compared -> findings: their weight, and the words that explain them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final, NamedTuple

from crawler.model import Finding
from matchers.candidate import FoundPicture
from matchers.han_standing import stands_exactly
from matchers.marks import OTHER_SCRIPT, SHORT, NameMatch
from matchers.pictures.matches import PictureMatch, Verdict
from matchers.pictures.prints import BITS, Look
from matchers.weights import (
    ALSO_PICTURED,
    BRAND_FIELD,
    BRAND_FIELD_IN_PART,
    COMMON_SHADES,
    CONTEXT,
    COPIED_POINTS,
    DESCRIBED,
    DESCRIPTION,
    LOGO,
    LOOKALIKE,
    NAME,
    PICTURE,
    RECOLOURED_PICTURE,
    SAME_SHADES,
    SHARED_POINTS,
)
from matchers.wording import EDITS, TRANSFORMS, say
from matchers.wordlists import are_ordinary

_WEAK_EDITS: Final[Mapping[str, str]] = {
    "initials": "initials",
    "vowels_dropped": "without vowels",
    "homophone": "homophone",
    "han_lookalike": "look-alike characters",
    "sound": "sound-alike",
}
"""Edits after which a name is only nearly there -> their level, the weakest first."""
_SLIPS = frozenset({"doubled", "dropped", "swapped"})
_PLACES_OF_UNSPACED = frozenset(
    {
        "two characters",
        "two characters, where a word begins",
        "two characters, where a word ends",
        "two characters in a run",
        "three characters in a run",
        "ordinary word",
        "ordinary word inside a run",
    }
)
_FEW = 4
"""Latin names up to this length have few letters to be recognised by."""
_LONG = 10
MAX_PICTURES = 5
"""Picture findings kept of one candidate, nearest first."""

_PICTURE_FEATURES: Mapping[Verdict, str] = {
    "copy": "picture",
    "logo": "picture",
    "part": "picture_part",
    "lookalike": "picture_lookalike",
}
_LOOK_WORDS: Mapping[Look, str] = {
    "flat": " It shows little more than an outline, which other goods share.",
    "plain": " It shows something on a plain ground, so only near copies count.",
    "rich": "",
}


class Level(NamedTuple):
    """How strongly a name stands in a field."""

    label: str
    weight: float


_TITLE_LEVELS: Final = {label: Level(label, bits) for label, bits in NAME.items()}


def find_level(field: str, text: str, match: NameMatch) -> Level | None:
    """Return the level of a name match; None when it says nothing in that field.

    :param text: of the field
    """
    label = _label(match)
    if field == "title":
        if match.unspaced and label in _PLACES_OF_UNSPACED and stands_exactly(match):
            label = "exact"  # how it stands there is what matchers.han_standing says
        return _TITLE_LEVELS[label]
    if field == "description":
        if label not in DESCRIPTION or _is_ordinary(match):
            return None
        return Level(label=label, weight=DESCRIPTION[label])
    whole = match.span == (0, len(text.strip()))
    limit = BRAND_FIELD_IN_PART if not whole and _is_ordinary(match) else BRAND_FIELD
    return Level(label=label, weight=min(NAME[label], limit))


def _is_ordinary(match: NameMatch) -> bool:
    return match.common if match.unspaced else are_ordinary(match.form)


def _label(match: NameMatch) -> str:
    if not (match.edits or match.distance or match.unspaced or match.words > 2):
        return "exact"  # as most are
    if match.distance or any(edit in _WEAK_EDITS for edit in match.edits):
        return _label_of_near(match)
    if match.disguised:
        return "disguised"
    if OTHER_SCRIPT in match.edits:
        return "in another alphabet"
    if match.unspaced:
        return _label_of_unspaced(match)
    if "romanised" in match.edits:
        return "romanised" if match.length > _FEW else "romanised, few letters"
    if "reordered" in match.edits:
        return "reordered"
    if "spaced" in match.edits:  # and not disguised, so it is ordinary words
        return "ordinary word, letters set apart"
    if match.words > 2 and _is_ordinary(match):
        return "three ordinary words or more"
    return "split" if "split" in match.edits else "exact"


def _label_of_unspaced(match: NameMatch) -> str:
    """Few characters in a row may belong to two words: 美的 in 精美的, 安踏 in 平安踏板."""
    if match.common:
        return "ordinary word" if match.begins else "ordinary word inside a run"
    if "split" in match.edits:
        return "split"
    if match.length == 2:
        if not match.begins:
            return "two characters, where a word ends" if match.ends else "two characters in a run"
        return "two characters" if match.ends else "two characters, where a word begins"
    if match.length == SHORT and not (match.begins or match.ends):
        return "three characters in a run"
    return "exact"


def _label_of_near(match: NameMatch) -> str:
    """Level of a name that is only nearly there: by sound, by look or by letters."""
    for edit, label in _WEAK_EDITS.items():
        if edit in match.edits:
            return f"{label}, {_size(match)}"
    if match.unspaced:
        return f"a character differs, {_size(match)}"
    if match.disguised:
        return "disguised and misspelt"
    if match.distance > 1:
        return "misspelt by two letters" + (" of ten" if match.length >= _LONG else "")
    if match.length >= _LONG:
        return "misspelt by one letter of ten"
    slip = not _SLIPS.isdisjoint(match.edits)
    kind = "a letter doubled, dropped or swapped" if slip else "misspelt by one letter"
    return f"{kind}, {_size(match)}"


def _size(match: NameMatch) -> str:
    """Return how much of a name there is to be like."""
    if match.unspaced:
        return ("two", "three")[match.length - 2] if match.length < 4 else "four"
    return "few" if match.length <= _FEW else "many"


def name_finding(field: str, match: NameMatch, level: Level) -> Finding:
    """Return the finding of a name in a field."""
    how = _list_edits(match.edits) if match.edits else ""
    if match.distance and not match.disguised:
        detail = f"The {field} says “{match.text}”, nearly “{match.form}” ({level.label})."
    elif how:
        detail = f"The {field} writes “{match.form}” as “{match.text}” ({how})."
    else:
        detail = f"The {field} contains “{match.form}”" + (
            "." if level.label == "exact" else f" ({level.label})."
        )
    return Finding(
        feature="name",
        weight=level.weight,
        field=field,
        span=match.span,
        text=match.text,
        form=match.form,
        edits=match.edits,
        detail=detail,
    )


@lru_cache(maxsize=1 << 10)
def _list_edits(edits: tuple[str, ...]) -> str:
    return ", ".join(EDITS["en"].get(edit, edit.replace("_", " ")) for edit in edits)


def also_named(finding: Finding, weight: float) -> Finding:
    """Return the finding of a further form of the same right in the same field."""
    place = f"The {finding.field}"
    detail = (finding.detail or "").replace(place, f"{place} also", 1)
    return replace(finding, weight=weight, detail=detail)


def context_finding(
    feature: str, field: str, text: str, form: str | None, span: tuple[int, int] | None = None
) -> Finding:
    """Return what a feature of the context found, with its weight and its sentence.

    :param field: of the listing, in which ``text`` stands (at ``span``, where that is known)
    :param form: what it was compared with
    """
    return Finding(
        feature=feature,
        weight=CONTEXT[feature],
        field=field,
        span=span,
        text=text,
        form=form,
        detail=say(feature, text=text, form=form or "", field=field),
    )


def picture_finding(found: FoundPicture, *, also: bool) -> Finding:
    """Return the finding of a picture that copies a registered one, or shares a part with it.

    :param also: whether a nearer picture of the same listing was found for the same right
    """
    match = found.match
    weight = weigh_picture(match)
    return Finding(
        feature=_PICTURE_FEATURES[match.verdict],
        weight=min(weight, ALSO_PICTURED if match.verdict == "copy" else 0.0) if also else weight,
        image=found.image,
        reference=found.reference,
        region=match.region,
        reference_region=match.reference_region,
        transform=match.transform,
        verdict=match.verdict,
        method=match.method,
        distance=match.distance,
        descriptor_distance=match.far,
        points=match.points or None,
        area=match.area if match.points else None,
        detail=_say_picture(found.reference, match),
    )


def weigh_picture(match: PictureMatch) -> float:
    """Return the bits of evidence of a picture, without anything else."""
    if match.verdict == "logo":
        return _weigh_strength(match.strength)
    if match.method == "descriptor":
        return LOOKALIKE if match.verdict == "lookalike" else DESCRIBED[match.look]
    if match.method == "features":
        levels = COPIED_POINTS if match.verdict == "copy" else SHARED_POINTS
        bits = next(bits for least, bits in levels if match.support >= least)
        return max(bits, _weigh_strength(match.strength)) if match.verdict == "copy" else bits
    if match.apart is not None and not match.recoloured:
        if match.common:
            return COMMON_SHADES
        return next(bits for limit, bits in SAME_SHADES[match.look] if match.apart <= limit)
    limits = (RECOLOURED_PICTURE if match.recoloured else PICTURE)[match.look]
    distance = 0 if match.distance is None else match.distance
    return next(bits for limit, bits in limits if distance <= limit)


def _weigh_strength(strength: float) -> float:
    return next(bits for least, bits in LOGO if strength >= least)


def _say_picture(reference: str, match: PictureMatch) -> str:
    if match.verdict == "logo":
        return (
            f"The picture shows the registered logo {reference}"
            f" ({match.points} points of it, strength {match.strength:.1f})."
        )
    if match.verdict == "part":
        return (
            f"The picture and the registered picture {reference} show something in common"
            f" ({match.points} points): packaging, a logo or a ground."
        )
    if match.verdict == "lookalike":
        return (
            f"The picture looks like the registered picture {reference}: the same motif or design"
            f" perhaps, in another picture (descriptors {match.far or 0:.2f} apart)."
        )
    words = [TRANSFORMS["en"][part] for part in (match.transform or "").split("+") if part]
    how = f", {' and '.join(words)}" if words else ""
    said = f"The picture shows the registered picture {reference}{how}"
    if match.method == "features":
        return f"{said} ({match.points} points of it, over {match.area:.0%} of one of the two)."
    if match.method == "descriptor":
        return f"{said} (descriptors {match.far or 0:.2f} apart).{_LOOK_WORDS[match.look]}"
    doubts = (" Its colours differ." if match.recoloured else "") + _LOOK_WORDS[match.look]
    if match.distance is None:
        return f"{said}; its shades correlate by {1 - (match.apart or 0):.3f}.{doubts}"
    return f"{said} ({match.distance} of {BITS} bits of the fingerprint differ).{doubts}"


def _by_weight(found: FoundPicture) -> float:
    return -picture_finding(found, also=False).weight


def picture_findings(pictures: Sequence[FoundPicture]) -> Iterator[Finding]:
    """Yield the nearest reference for each picture of the listing, the nearest of all in full."""
    nearest: dict[str, FoundPicture] = {}
    for found in sorted(pictures, key=_by_weight):
        nearest.setdefault(found.image, found)
    for rank, found in enumerate(list(nearest.values())[:MAX_PICTURES]):
        yield picture_finding(found, also=rank > 0)
