"""Findings -> one explained score for each pair of a listing and a right.

The weights are bits of evidence (``matchers.weights``), fitted on labelled listings as far as there
are any. The score is the probability they make::

    score = 1 / (1 + 2 ** -(prior + sum of weights))

Only rights with a name or a picture found in the listing are looked at; the context then speaks
for or against. Names and pictures of the same right add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from crawler.model import (
    COMPARED_WITH_PAGES,
    Finding,
    GenericWord,
    Hit,
    Listing,
    Right,
    hit_id,
)
from crawler.records import collecting_paused
from matchers.candidate import (
    Candidate,
    FoundFile,
    FoundLine,
    FoundName,
    FoundPicture,
)
from matchers.context import find_context
from matchers.cutting import cut_listing
from matchers.explain import find_level, picture_findings
from matchers.marks import MarkIndex
from matchers.pages import find_named, find_page_findings
from matchers.pictured_names import stands_across, tell_pictured
from matchers.pictures.lines import Line, join_lines
from matchers.pictures.matches import PictureMatch
from matchers.reading import Reading, find_brand_field
from matchers.taught import leave_out_generic
from matchers.texts.finding import passage_findings
from matchers.texts.index import PassageMatch, TextIndex
from matchers.tokens import joined_letters
from matchers.uses import Use, find_uses
from matchers.weights import PRIOR

_MAX_RIVALS = 40
"""Names in the title, from its start, that others are compared with."""
_NO_PICTURES: Mapping[int, Sequence[FoundPicture]] = {}
_NO_FOUND_LINES: Mapping[int, Sequence[FoundLine]] = {}
_NO_PASSAGES: Mapping[int, Sequence[PassageMatch]] = {}
_NO_CANDIDATES: list[Candidate] = []
_NO_LINES: Mapping[str, Sequence[Line]] = {}
_NO_WORDS: Mapping[str, Sequence[GenericWord]] = {}


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


class Subject(NamedTuple):
    """What is matched: a listing with what its pictures copy."""

    listing: Listing
    pictures: Mapping[str, Sequence[PictureMatch]]
    """Image as in ``Listing.images`` -> the references that it copies; pictures that could not be
    had are simply not there."""
    lines: Mapping[str, Sequence[Line]] = _NO_LINES
    """Image as in ``Listing.images`` -> the text that was read in it, from top to bottom; pictures
    that were not read are simply not there."""


class Matcher:
    """All rights as indexes, built once. Matching itself is pure and keeps nothing."""

    def __init__(
        self,
        rights: Sequence[Right],
        references: Iterable[tuple[str, str]] = (),
        settings: MatchSettings = MatchSettings(),
        marks: MarkIndex | None = None,
        texts: TextIndex | None = None,
        generic: Mapping[str, Sequence[GenericWord]] = _NO_WORDS,
    ) -> None:
        """Build the indexes.

        :param rights: those in force; ``Right.lapse`` is the caller's business
        :param references: right id, and image as in ``Right.images``: what the entries of picture
            matches stand for; those of other rights are passed over
        :param marks: the index of ``names_of(rights)``, where there is one already
        :param texts: the same of ``texts_of(rights)``
        :param generic: right id -> its words that count for nothing
        """
        self._settings = settings
        self._generic = generic
        self._rights = tuple(rights)
        places = {right.id: place for place, right in enumerate(self._rights)}
        if len(places) != len(self._rights):
            twice = {right.id for place, right in enumerate(rights) if places[right.id] != place}
            raise ValueError(f"expected one right for each id, got several for {sorted(twice)}")
        self._marks = MarkIndex(names_of(self._rights)) if marks is None else marks
        texts = TextIndex(texts_of(self._rights)) if texts is None else texts
        self._texts = texts if texts.holds_any else None
        self._references = [(places.get(right), image) for right, image in references]

    @property
    def rights(self) -> Sequence[Right]:
        """Those that it was built with."""
        return self._rights

    @cached_property
    def _watched(self) -> frozenset[str]:
        """Comparable letters of all names; only listings that give a brand ask for them."""
        return frozenset(joined_letters(name) for right in self._rights for name in right.names)

    def _is_watched(self, letters: str) -> bool:
        return letters in self._watched

    @property
    def prior(self) -> float:
        """Bits before any finding."""
        return self._settings.prior

    def match(self, subjects: Iterable[Subject]) -> list[Hit]:
        """Return the hits, in the order of the subjects, the highest score first within each."""
        return [hit for hits in self.match_each(list(subjects)) for hit in hits]

    def match_each(self, subjects: Sequence[Subject]) -> list[list[Hit]]:
        """Return the hits of each subject, the highest score first."""
        hits: list[list[Hit]] = [[] for _ in subjects]
        with collecting_paused():
            for place, found in self._find_all(subjects):
                hits[place] = self._judge_all(found)
        return hits

    def find_candidates(self, subject: Subject) -> Iterator[Candidate]:
        """Yield the rights with a name or picture in the listing, unscored, in their order."""
        for _, found in self._find_all([subject]):
            yield from found

    def _find_all(self, subjects: Sequence[Subject]) -> Iterator[tuple[int, list[Candidate]]]:
        """Yield the place of each subject that has candidates, and these.

        Names are looked for in one go.
        """
        listings = [cut_listing(subject.listing) for subject in subjects]
        names = self._find_names(listings)
        for place, (subject, listing) in enumerate(zip(subjects, listings, strict=True)):
            named = names.get(place, ())
            pictures = self._find_pictures(subject) if subject.pictures else _NO_PICTURES
            found = _NO_CANDIDATES
            if listing.target == "page":
                found = self._pair_page(listing, pictures)
            elif named or pictures:
                found = self._pair(listing, named, pictures)
            lines = self._find_lines(subject) if subject.lines else _NO_FOUND_LINES
            passages = self._find_passages(listing) if self._texts is not None else _NO_PASSAGES
            if lines or passages:
                found = self._add(found, listing, lines, passages)
            if found:
                yield place, found

    def _find_names(self, listings: Sequence[Listing]) -> dict[int, list[FoundName]]:
        """Return place of a listing -> the names in it, in the order of the fields."""
        found: dict[int, list[FoundName]] = {}
        titles, brands, descriptions = [], [], []
        for place, listing in enumerate(listings):
            if listing.target != "listing":
                continue
            titles.append((place, "title", listing.title))
            if brand := find_brand_field(listing):
                brands.append((place, *brand))
            if listing.description:
                descriptions.append((place, "description", listing.description))
        for texts, fuzzy in ((titles + brands, True), (descriptions, False)):
            matches = self._marks.find_all([text for _, _, text in texts], fuzzy=fuzzy)
            for (place, field, text), there in zip(texts, matches, strict=True):
                for match in there:
                    if field != "description" or find_level(field, text, match) is not None:
                        found.setdefault(place, []).append(FoundName(field, match))
        return found

    def _find_pictures(self, subject: Subject) -> dict[int, list[FoundPicture]]:
        """Return place of a right -> what the listing copies of its pictures."""
        found: dict[int, list[FoundPicture]] = {}
        for image, matches in subject.pictures.items():
            for match in matches:
                owner, reference = self._references[match.entry]
                if owner is None:
                    continue
                copy = FoundPicture(image=image, reference=reference, match=match)
                found.setdefault(owner, []).append(copy)
        return found

    def _find_lines(self, subject: Subject) -> dict[int, list[FoundLine]]:
        """Return place of a right -> where the text in the listing's pictures names it."""
        found: dict[int, list[FoundLine]] = {}
        read = [
            (image, line, before, seam)
            for image, lines in subject.lines.items()
            for line, before, seam in join_lines(lines)
        ]
        matches = self._marks.find_all([line.text for _, line, _, _ in read])
        for (image, line, before, seam), named in zip(read, matches, strict=True):
            rivals = [(self._rights[match.owner], match) for match in named[:_MAX_RIVALS]]
            for match in named:
                if seam is None or stands_across(match, seam):
                    one = FoundLine(image, line, match, before, rivals)
                    found.setdefault(match.owner, []).append(one)
        return found

    def _find_passages(self, listing: Listing) -> dict[int, list[PassageMatch]]:
        """Return place of a right -> what a listing's description or a page's text has of it."""
        assert self._texts is not None
        _, text = find_prose(listing)
        found: dict[int, list[PassageMatch]] = {}
        for match in self._texts.find(text) if text else ():
            found.setdefault(match.owner, []).append(match)
        return found

    def _add(
        self,
        candidates: list[Candidate],
        listing: Listing,
        lines: Mapping[int, Sequence[FoundLine]],
        passages: Mapping[int, Sequence[PassageMatch]],
    ) -> list[Candidate]:
        """Return the candidates of a listing, with what its pictures' text and its texts have."""
        by_right = {candidate.right.id: candidate for candidate in candidates}
        reading = candidates[0].reading if candidates else Reading(listing)
        for owner in dict.fromkeys((*lines, *passages)):
            right = self._rights[owner]
            known = by_right.get(right.id) or Candidate(
                listing, right, (), (), self._is_watched, (), reading
            )
            by_right[right.id] = known._replace(
                lines=tuple(lines.get(owner, ())), passages=tuple(passages.get(owner, ()))
            )
        return list(by_right.values())

    def _pair_page(
        self, page: Listing, pictures: Mapping[int, Sequence[FoundPicture]]
    ) -> list[Candidate]:
        """Return a candidate for each work or design that a page names or shows."""
        names: dict[int, list[FoundName]] = {}
        files: dict[int, list[FoundFile]] = {}
        for owner, found in find_named(page, self._rights, self._marks):
            if isinstance(found, FoundName):
                names.setdefault(owner, []).append(found)
            else:
                files.setdefault(owner, []).append(found)
        reading = Reading(page)
        return [
            Candidate(
                listing=page,
                right=self._rights[owner],
                names=tuple(names.get(owner, ())),
                pictures=tuple(pictures.get(owner, ())),
                watched=self._is_watched,
                reading=reading,
                files=tuple(files.get(owner, ())),
            )
            for owner in sorted(names.keys() | files.keys() | pictures.keys())
            if self._rights[owner].kind in COMPARED_WITH_PAGES
        ]

    def _pair(
        self,
        listing: Listing,
        names: Sequence[FoundName],
        pictures: Mapping[int, Sequence[FoundPicture]],
    ) -> list[Candidate]:
        """Return a candidate for each right of which something was found, in their order."""
        rights, watched, reading = self._rights, self._is_watched, Reading(listing)
        if len(names) == 1 and not pictures:  # as of most
            ((field, match),) = names
            right = rights[match.owner]
            rivals = [(right, match)] if field == "title" else []
            return [Candidate(listing, right, tuple(names), (), watched, rivals, reading)]
        in_title = [match for field, match in names if field == "title"][:_MAX_RIVALS]
        rivals = [(rights[match.owner], match) for match in in_title]
        own: dict[int, list[FoundName]] = {}
        for found in names:
            own.setdefault(found.match.owner, []).append(found)
        candidates = []
        for owner in sorted(own.keys() | pictures.keys()):
            named, shown = tuple(own.get(owner, ())), tuple(pictures.get(owner, ()))
            one = Candidate(listing, rights[owner], named, shown, watched, rivals, reading)
            candidates.append(one)
        return candidates

    def judge(self, candidate: Candidate) -> Hit:
        """Return the pair with its score and findings, whatever the cutoff."""
        return self._weigh(candidate).hit()

    def _judge_all(self, candidates: Iterable[Candidate]) -> list[Hit]:
        hits = []
        for candidate in candidates:
            weighed = self._weigh(candidate)
            if weighed.score >= self._settings.cutoff:
                hits.append(weighed.hit())
        return sorted(hits, key=lambda hit: (-hit.score, hit.right)) if len(hits) > 1 else hits

    def _weigh(self, candidate: Candidate) -> _Weighed:
        is_page = candidate.listing.target == "page"
        taught: list[Finding] = []
        if self._generic and not is_page:
            words = self._generic.get(candidate.right.id, ())
            candidate, taught = leave_out_generic(candidate, words)
        uses = () if is_page else find_uses(candidate)
        others = find_page_findings(candidate) if is_page else find_context(candidate)
        if candidate.passages:
            others = [*_passages_of(candidate), *others]
        if candidate.pictures:
            others = [*picture_findings(candidate.pictures), *others]
        bits = self._settings.prior
        for use in uses:
            bits += use.total
        if candidate.lines:
            others = [*tell_pictured(candidate, bits - self._settings.prior), *others]
        others = [*taught, *others]
        bits += sum([finding.weight for finding in others])
        score = round(1 / (1 + 2**-bits), 6)
        return _Weighed(candidate, score, score >= self._settings.threshold, uses, others)


class _Weighed(NamedTuple):
    """A candidate with its score. Most are forgotten for it, so what makes a hit comes later."""

    candidate: Candidate
    score: float
    flagged: bool
    uses: Sequence[Use]
    others: Sequence[Finding]

    def hit(self) -> Hit:
        """Return the pair as it is kept, with all its findings."""
        page, right = self.candidate.listing, self.candidate.right.id
        told = [finding for use in self.uses for finding in use.tell()]
        return Hit(
            id=hit_id(page.target, page.url, right),
            target=page.target,
            listing=page.url,
            right=right,
            score=self.score,
            flagged=self.flagged,
            findings=(*told, *self.others),
        )


def _passages_of(candidate: Candidate) -> list[Finding]:
    field, text = find_prose(candidate.listing)
    works = candidate.right.texts
    return passage_findings(candidate.passages, field=field, text=text, works=works)


def find_prose(listing: Listing) -> tuple[str, str]:
    """Return the field that passages are looked for in, and its text."""
    if listing.target == "page":
        return "text", listing.text or ""
    return "description", listing.description or ""


def names_of(rights: Sequence[Right]) -> Iterator[tuple[int, str]]:
    """Yield every name with the place of its right, as the index over names takes them."""
    return ((place, name) for place, right in enumerate(rights) for name in right.names)


def texts_of(rights: Sequence[Right]) -> Iterator[tuple[int, str]]:
    """Yield every protected text with the place of its right, as the index over texts takes them.

    Of works alone: the texts of other rights are no works.
    """
    return (
        (place, text)
        for place, right in enumerate(rights)
        if right.kind in COMPARED_WITH_PAGES
        for text in right.texts
    )
