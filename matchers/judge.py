"""Findings -> one explained score for each pair of a listing and a right.

The weights are bits of evidence (``matchers.weights``): set by hand for now, and to be fitted on
labelled listings. The score is the probability they make::

    score = 1 / (1 + 2 ** -(prior + sum of weights))

Only rights with a name or a picture found in the listing are looked at; the context then speaks
for or against. Names and pictures of the same right add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from crawler.model import Finding, Hit, Listing, Right, hit_id
from matchers.candidate import Candidate, FoundName, FoundPicture
from matchers.context import find_context
from matchers.explain import find_level, name_finding, picture_finding
from matchers.marks import MarkIndex, NameMatch
from matchers.pictures import Fingerprint, PictureIndex
from matchers.tokens import joined_letters
from matchers.weights import PRIOR

_MAX_LENGTHS = {"title": 2_000, "brand": 500, "description": 20_000}
"""Characters of each field that are read; pages are hostile, and no honest field is longer."""
_MAX_FORMS = 3
"""Name findings kept of one field, strongest first."""
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
    ) -> None:
        """Build the indexes.

        :param rights: those in force; ``Right.lapse`` is the caller's business
        :param references: (right id, image as in ``Right.images``) -> its fingerprint; those of
            other rights are left out
        """
        self._settings = settings
        self._rights = tuple(rights)
        places = {right.id: place for place, right in enumerate(self._rights)}
        if len(places) != len(self._rights):
            twice = {right.id for place, right in enumerate(rights) if places[right.id] != place}
            raise ValueError(f"expected one right for each id, got several for {sorted(twice)}")
        self._marks = MarkIndex(
            (place, name) for place, right in enumerate(self._rights) for name in right.names
        )
        self._watched = frozenset(
            joined_letters(name) for right in self._rights for name in right.names
        )
        kept = [(key, print_) for key, print_ in references.items() if key[0] in places]
        self._references = [(places[right], image) for (right, image), _ in kept]
        self._pictures = PictureIndex([print_ for _, print_ in kept])

    def match(self, subjects: Iterable[Subject]) -> list[Hit]:
        """Return the hits, in the order of the subjects, the highest score first within each."""
        return [hit for subject in subjects for hit in self._match_one(subject)]

    def _match_one(self, subject: Subject) -> list[Hit]:
        hits = []
        for candidate in self._find_candidates(_cut(subject.listing), subject.pictures):
            hit = self._judge(candidate)
            if hit.score >= self._settings.cutoff:
                hits.append(hit)
        return sorted(hits, key=lambda hit: (-hit.score, hit.right))

    def _find_candidates(
        self, listing: Listing, prints: Mapping[str, Fingerprint]
    ) -> Iterator[Candidate]:
        names: dict[int, list[FoundName]] = {}
        for found_name in self._find_names(listing):
            names.setdefault(found_name.match.owner, []).append(found_name)
        pictures: dict[int, list[FoundPicture]] = {}
        for image, print_ in prints.items():
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
            )

    def _find_names(self, listing: Listing) -> Iterator[FoundName]:
        for field, text, fuzzy in (
            ("title", listing.title, True),
            ("brand", listing.brand, True),
            ("description", listing.description, False),
        ):
            for match in self._marks.find(text, fuzzy=fuzzy) if text else ():
                if find_level(field, match) is not None:
                    yield FoundName(field=field, match=match)

    def _judge(self, candidate: Candidate) -> Hit:
        findings = [
            *_name_findings(candidate.names),
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


def _cut(listing: Listing) -> Listing:
    """Cut the fields that are read to ``_MAX_LENGTHS``."""
    cut = {
        field: text[:limit]
        for field, limit in _MAX_LENGTHS.items()
        if (text := getattr(listing, field)) is not None and len(text) > limit
    }
    return replace(listing, **cut) if cut else listing


def _name_findings(names: Sequence[FoundName]) -> Iterator[Finding]:
    """Yield one finding for each form in each field, the strongest of a field in full."""
    for field in dict.fromkeys(found.field for found in names):
        best: dict[str, tuple[float, NameMatch]] = {}
        for found in names:
            level = find_level(field, found.match) if found.field == field else None
            if level is not None and level.weight > best.get(found.match.form, (0.0,))[0]:
                best[found.match.form] = (level.weight, found.match)
        ranked = sorted(best.values(), key=lambda item: (-item[0], item[1].span))
        for rank, (_, match) in enumerate(ranked[:_MAX_FORMS]):
            yield name_finding(field, match, also=rank > 0)


def _picture_findings(pictures: Sequence[FoundPicture]) -> Iterator[Finding]:
    """Yield the nearest reference for each picture of the listing, the nearest of all in full."""
    nearest: dict[str, FoundPicture] = {}
    for found in sorted(pictures, key=lambda found: found.match.distance):
        nearest.setdefault(found.image, found)
    for rank, found in enumerate(list(nearest.values())[:_MAX_PICTURES]):
        yield picture_finding(found, also=rank > 0)
