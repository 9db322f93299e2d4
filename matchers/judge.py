"""Findings -> one explained score for each pair of a listing and a right.

The weights are bits of evidence (``matchers.weights``), fitted on labelled listings as far as there
are any. The score is the probability they make::

    score = 1 / (1 + 2 ** -(prior + sum of weights))

Only rights with a name or a picture found in the listing are looked at; the context then speaks
for or against. Names and pictures of the same right add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from crawler.model import Finding, Hit, Listing, Right, hit_id
from matchers.candidate import Candidate, FoundName, FoundPicture
from matchers.context import find_context
from matchers.explain import also_named, find_level, name_finding, picture_finding
from matchers.marks import MarkIndex, NameMatch
from matchers.pictures import Fingerprint, PictureIndex
from matchers.price import find_usual_prices
from matchers.reading import Reading, find_brand_field, find_text
from matchers.standing import find_standing
from matchers.tokens import joined_letters
from matchers.weights import ALSO_NAMED, PRIOR

_MAX_LENGTHS = {"title": 2_000, "brand": 500, "description": 20_000}
"""Characters of each field that are read; pages are hostile, and no honest field is longer."""
_MAX_FORMS = 3
"""Name findings kept of one field, strongest first."""
_MAX_USES = 8
"""Places of one name in the title that are compared; the one that says most counts."""
_MAX_RIVALS = 40
"""Names in the title, from its start, that others are compared with."""
_MAX_PICTURES = 5
"""Picture findings kept of one candidate, nearest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchSettings:
    """What is kept and what is flagged."""

    cutoff: float = 0.05
    """Pairs with a lower score are forgotten."""
    threshold: float = 0.5
    """Hits with this score or more are flagged for review."""
    prior: float = PRIOR
    """Bits before any finding."""

    def __post_init__(self) -> None:
        if not 0 <= self.cutoff <= self.threshold <= 1:
            raise ValueError(
                f"expected 0 <= cutoff <= threshold <= 1, got {self.cutoff} and {self.threshold}"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What is matched: a listing with the fingerprints of its pictures."""

    listing: Listing
    pictures: Mapping[str, Fingerprint]
    """Key as in ``Listing.images``; pictures that could not be had are simply not there."""


class Matcher:
    """All rights as indexes, built once. Matching itself is pure and keeps nothing."""

    def __init__(
        self,
        rights: Sequence[Right],
        references: Mapping[tuple[str, str], Fingerprint],
        settings: MatchSettings = MatchSettings(),
        marks: MarkIndex | None = None,
    ) -> None:
        """Build the indexes.

        :param rights: those in force; ``Right.lapse`` is the caller's business
        :param references: (right id, image as in ``Right.images``) -> its fingerprint; those of
            other rights are left out
        :param marks: the index of ``names_of(rights)``, where there is one already
        """
        self._settings = settings
        self._rights = tuple(rights)
        places = {right.id: place for place, right in enumerate(self._rights)}
        if len(places) != len(self._rights):
            twice = {right.id for place, right in enumerate(rights) if places[right.id] != place}
            raise ValueError(f"expected one right for each id, got several for {sorted(twice)}")
        self._marks = MarkIndex(names_of(self._rights)) if marks is None else marks
        self._watched = frozenset(
            joined_letters(name) for right in self._rights for name in right.names
        )
        kept = [(key, print_) for key, print_ in references.items() if key[0] in places]
        self._references = [(places[right], image) for (right, image), _ in kept]
        self._pictures = PictureIndex([print_ for _, print_ in kept])

    @property
    def rights(self) -> Sequence[Right]:
        """Those that it was built with."""
        return self._rights

    @property
    def prior(self) -> float:
        """Bits before any finding."""
        return self._settings.prior

    def match(self, subjects: Iterable[Subject]) -> list[Hit]:
        """Return the hits, in the order of the subjects, the highest score first within each.

        The listings matched together say what goods of a mark usually cost, where enough do.
        """
        candidates = [list(self.find_candidates(subject)) for subject in subjects]
        usual = find_usual_prices(candidate for found in candidates for candidate in found)
        return [hit for found in candidates for hit in self._judge_all(found, usual)]

    def _judge_all(
        self, candidates: Iterable[Candidate], usual: Mapping[tuple[str, str], Decimal]
    ) -> list[Hit]:
        hits = []
        for found in candidates:
            price = usual.get((found.right.id, found.listing.currency or "")) if usual else None
            hit = self.judge(replace(found, usual_price=price) if price else found)
            if hit.score >= self._settings.cutoff:
                hits.append(hit)
        return sorted(hits, key=lambda hit: (-hit.score, hit.right))

    def find_candidates(self, subject: Subject) -> Iterator[Candidate]:
        """Yield the rights with a name or picture in the listing, unscored, in their order."""
        listing = _cut(subject.listing)
        reading = Reading(listing)
        names: dict[int, list[FoundName]] = {}
        rivals: list[tuple[Right, NameMatch]] = []
        for found_name in self._find_names(listing):
            names.setdefault(found_name.match.owner, []).append(found_name)
            if found_name.field == "title" and len(rivals) < _MAX_RIVALS:
                rivals.append((self._rights[found_name.match.owner], found_name.match))
        pictures: dict[int, list[FoundPicture]] = {}
        for image, print_ in subject.pictures.items():
            for match in self._pictures.find(print_):
                owner, reference = self._references[match.entry]
                found = FoundPicture(image=image, reference=reference, match=match)
                pictures.setdefault(owner, []).append(found)
        for owner in sorted(names.keys() | pictures.keys()):
            yield Candidate(
                listing=listing,
                right=self._rights[owner],
                names=tuple(names.get(owner, ())),
                pictures=tuple(pictures.get(owner, ())),
                watched=self._watched,
                rivals=rivals,
                reading=reading,
            )

    def _find_names(self, listing: Listing) -> Iterator[FoundName]:
        for field, text, fuzzy in (
            ("title", listing.title, True),
            (*(find_brand_field(listing) or ("brand", None)), True),
            ("description", listing.description, False),
        ):
            if not text:
                continue
            for match in self._marks.find(text, fuzzy=fuzzy):
                if field != "description" or find_level(field, text, match) is not None:
                    yield FoundName(field=field, match=match)

    def judge(self, candidate: Candidate) -> Hit:
        """Return the pair with its score and findings, whatever the cutoff."""
        findings = [
            *_name_findings(candidate),
            *_picture_findings(candidate.pictures),
            *find_context(candidate),
        ]
        bits = self._settings.prior + sum(finding.weight for finding in findings)
        score = round(1 / (1 + 2**-bits), 6)
        listing, right = candidate.listing.url, candidate.right.id
        return Hit(
            id=hit_id("listing", listing, right),
            target="listing",
            listing=listing,
            right=right,
            score=score,
            flagged=score >= self._settings.threshold,
            findings=tuple(findings),
        )


def names_of(rights: Sequence[Right]) -> Iterator[tuple[int, str]]:
    """Yield every name with the place of its right, as the index over names takes them."""
    return ((place, name) for place, right in enumerate(rights) for name in right.names)


def _cut(listing: Listing) -> Listing:
    """Cut the fields that are read to ``_MAX_LENGTHS``."""
    cut = {
        field: text[:limit]
        for field, limit in _MAX_LENGTHS.items()
        if (text := getattr(listing, field)) is not None and len(text) > limit
    }
    return replace(listing, **cut) if cut else listing


def _name_findings(candidate: Candidate) -> Iterator[Finding]:
    """Yield one finding for each form in each field, the strongest of a field in full.

    How the name stands in the title follows the strongest there.
    """
    for field in dict.fromkeys(found.field for found in candidate.names):
        text = find_text(candidate.listing, field)
        uses = [
            (level, found.match)
            for found in candidate.names
            if found.field == field and (level := find_level(field, text, found.match))
        ]
        uses.sort(key=lambda use: (-use[0].weight, use[1].span))
        best: dict[str, list[Finding]] = {}
        for level, match in uses[:_MAX_USES]:
            findings = [name_finding(field, match, level)]
            if field == "title":
                findings.extend(find_standing(candidate, match))
            if match.form not in best or _total(findings) > _total(best[match.form]):
                best[match.form] = findings
        ranked = sorted(best.values(), key=lambda found: (-_total(found), found[0].span or ()))
        for rank, findings in enumerate(ranked[:_MAX_FORMS]):
            if rank == 0:
                yield from findings
            elif (bits := min(_total(findings), ALSO_NAMED)) > 0:
                yield also_named(findings[0], bits)


def _total(findings: Iterable[Finding]) -> float:
    return sum(finding.weight for finding in findings)


def _picture_findings(pictures: Sequence[FoundPicture]) -> Iterator[Finding]:
    """Yield the nearest reference for each picture of the listing, the nearest of all in full."""
    nearest: dict[str, FoundPicture] = {}
    for found in sorted(pictures, key=lambda found: found.match.distance):
        nearest.setdefault(found.image, found)
    for rank, found in enumerate(list(nearest.values())[:_MAX_PICTURES]):
        yield picture_finding(found, also=rank > 0)
