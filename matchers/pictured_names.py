"""Names in the text of a listing's pictures: how much each says, and the words for it.

A line of text in a picture is read as a title is: the same features say whether the name is a word
there, part of another name, or what the goods fit ("fits Aurelio"). They can only take away: what
a line is about is mostly not known, and its letters may be misread. Where the listing's own words
name the right already, the picture hardly adds anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from crawler.model import Finding, Listing
from matchers.candidate import Candidate, FoundLine, FoundName
from matchers.comparison import compared, denied
from matchers.marks import SHORT, NameMatch
from matchers.reading import Reading
from matchers.referential import about, packaging, referential
from matchers.standing import find_levels, tell_standing
from matchers.tokens import joined_letters
from matchers.weights import ALSO_PICTURED, PICTURED_NAME
from matchers.wording import say_pictured

FIELD: Final = "picture"
"""The field of findings about text in a picture."""

_MAX_FORMS = 3
"""Forms of one right that are told, strongest first."""
_MANY = 7
"""Letters above which a name that was nearly read is still told from others."""
_MISREAD = frozenset({"typo", "doubled", "dropped", "swapped", "sound", "homophone"}) | {
    "han_lookalike",
    "initials",
    "vowels_dropped",
}
"""Edits that reading a picture makes by itself."""
_OF_THE_NAME = frozenset({"ordinary_words", "own_word", "short", "han_word", "han_near", "rivals"})
"""Features that speak of a name even where it is all of a line."""
_CONTEXT: Final[Sequence[Callable[[Candidate], Finding | None]]] = (
    referential,
    packaging,
    about,
    denied,
    compared,
)


class _Pictured(NamedTuple):
    found: FoundLine
    bits: float
    reasons: tuple[str, ...]
    """Sentences of what took away from it."""


def tell_pictured(candidate: Candidate, named: float) -> list[Finding]:
    """Return the findings of the names in the pictures' text, the one that says most first.

    :param named: bits of the names in the listing's own words
    """
    best: dict[str, _Pictured] = {}
    for found in candidate.lines:
        use = _weigh(candidate, found)
        known = best.get(found.match.form)
        if known is None or use.bits > known.bits:
            best[found.match.form] = use
    ranked = sorted(best.values(), key=lambda use: (-use.bits, use.found.match.form))
    findings = []
    for rank, use in enumerate(ranked[:_MAX_FORMS]):
        bits = use.bits if rank == 0 else min(use.bits, ALSO_PICTURED)
        if rank == 0 and candidate.names:
            bits = max(bits - max(named, 0.0), min(bits, ALSO_PICTURED))
        if bits > 0 or not rank:
            findings.append(_tell(use, round(bits, 6)))
    return findings


def stands_across(match: NameMatch, seam: int) -> bool:
    """Whether a name of several words, or of Han characters, is set on two lines.

    :param seam: where the second begins. Two words that would be one by chance ("over", "land") are
        none, and what is misspelt besides is too little.
    """
    start, end = match.span
    plain = not match.distance and _MISREAD.isdisjoint(match.edits)
    whole = match.unspaced or "split" not in match.edits
    return plain and whole and start < seam - 1 and seam < end


def _weigh(candidate: Candidate, found: FoundLine) -> _Pictured:
    """Weigh one place of a name."""
    match, text = found.match, found.line.text
    whole = joined_letters(text) == joined_letters(match.text)
    reasons = []
    alone = _as_title(candidate, text, match)._replace(rivals=found.rivals)
    standing = find_levels(alone, match)
    bits = PICTURED_NAME[_label(match, standing.get("han_word"), whole=whole)]
    if whole:
        standing = {f: level for f, level in standing.items() if f in _OF_THE_NAME}
    against = (*tell_standing(match, standing), *_find_context(candidate, found))
    for finding in against:
        if finding.weight < 0:
            bits += finding.weight
            reasons.append((finding.detail or "").replace("The title", "The line"))
    reasons = [reason.replace("the title", "the line") for reason in reasons]
    return _Pictured(found, max(0.0, bits), tuple(reasons))


def _label(match: NameMatch, word: str | None, *, whole: bool) -> str:
    """Return the level of ``PICTURED_NAME``.

    :param word: what kind of word a Chinese name is by itself, see ``matchers.han_standing``
    """
    if match.unspaced and match.common:
        return "ordinary word"
    if match.distance or not _MISREAD.isdisjoint(match.edits):
        return "nearly, many letters" if match.length > _MANY and not match.unspaced else "nearly"
    if match.unspaced and match.length == 2 and whole and (word is None or "name" in word):
        return "two characters, alone"
    if match.length <= (2 if match.unspaced else SHORT):
        return "few letters, alone" if whole else "few letters"
    return "alone" if whole else "in a line"


def _find_context(candidate: Candidate, found: FoundLine) -> Iterator[Finding]:
    """Yield what the line and the one above it say of the name: "fits Aurelio", "no Aurelio"."""
    above = f"{found.before} " if found.before else ""
    start, end = found.match.span
    moved = found.match._replace(span=(start + len(above), end + len(above)))
    both = _as_title(candidate, above + found.line.text, moved)
    for feature in _CONTEXT:
        finding = feature(both)
        if finding is not None:
            yield finding


def _as_title(candidate: Candidate, text: str, match: NameMatch) -> Candidate:
    """Return the candidate as if the text were all of its listing."""
    listing = Listing(url=candidate.listing.url, title=text)
    return candidate._replace(
        listing=listing,
        names=(FoundName("title", match),),
        pictures=(),
        lines=(),
        rivals=(),
        reading=Reading(listing),
    )


def _tell(use: _Pictured, bits: float) -> Finding:
    found, match = use.found, use.found.match
    told = Finding(
        feature="name",
        weight=bits,
        field=FIELD,
        span=match.span,
        text=match.text,
        form=match.form,
        edits=match.edits,
        image=found.image,
        line=found.line.text,
        region=found.line.region,
    )
    said = say_pictured(told.text or "", match.form, found.image, match.edits)
    return replace(told, detail=" ".join([said, *use.reasons]))
