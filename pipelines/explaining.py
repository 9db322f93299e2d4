"""Why a right is a hit on a listing, or why not (``markhound explain``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

from crawler.campaign import Campaign, matching_of
from crawler.errors import FileFormatError, NotFoundError, PictureError
from crawler.listing_file import ListingFile
from crawler.model import GenericWord, Hit, Listing, Right
from crawler.pictures import WordsMode
from crawler.registry import load_registry
from crawler.sites import canonical_url
from crawler.store.listings import StoredListing, load_listing
from crawler.store.rights import StoredRight, find_rights, load_right
from crawler.store.sweeps import load_sweep
from crawler.workspace import Workspace
from matchers.judge import Matcher, MatchSettings, Subject
from matchers.pictures.lines import Line
from matchers.pictures.matches import PictureMatch
from matchers.taught import GENERIC
from matchers.why import FieldReading, Nearest, Step, find_nearest, find_readings, find_steps
from pipelines.matching import (
    FingerprintIndex,
    PicturedRight,
    PictureSearch,
    build_matcher,
    may_have_words,
)
from pipelines.words import Rank, Wanted, open_word_search

Outcome = Literal["flagged", "hit", "forgotten", "not_found", "lapsed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A listing and a right, and all that decides between them."""

    listing: Listing
    pictures: Mapping[str, Path]
    """``Listing.images`` -> file, of those that are there to be compared."""
    rights: Sequence[PicturedRight]
    """All rights that are matched beside it: what a title says of one depends on the others."""
    right: str
    """Id of the one that is asked about; it is among ``rights``."""
    settings: MatchSettings
    on: date
    hashes_only: bool = False
    """Whether pictures are compared by hashes alone."""
    words: WordsMode = "auto"
    """Whether text in the listing's pictures is read, unless the listing is flagged without."""
    descriptor: str = ""
    """Descriptor model that pictures are compared by besides; empty = none."""
    generic: Mapping[str, Sequence[GenericWord]] = field(default_factory=dict)
    """Right id -> words of it that people found to be generic."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """Why a right is a hit on a listing, or why not."""

    listing: str
    """URL of the listing."""
    title: str
    right: str
    """Id of the right."""
    names: tuple[str, ...]
    outcome: Outcome
    lapse: str | None
    """Why the right is not in force; the rest then says what would be if it were."""
    score: float | None
    """Probability, 0 to 1; None when neither a name nor a picture was found."""
    prior: float
    """Bits before any finding."""
    steps: tuple[Step, ...]
    """The findings, with the sum after each."""
    cutoff: float
    threshold: float
    readings: tuple[FieldReading, ...]
    """How the fields were read, where no name was found."""
    nearest: tuple[Nearest, ...]
    """What came nearest to each name, where none was found."""
    pictures: tuple[int, int]
    """How many pictures of the listing were compared with how many of the right."""
    notes: tuple[str, ...]
    """What else bears on it: pictures that could not be read, a campaign that leaves it out."""


def explain_question(
    question: Question, index: FingerprintIndex, folder: Path | None = None
) -> Explanation:
    """Match the listing with all rights, and say what came of the one that is asked about.

    :param folder: where the indexes over names and texts are kept, as for ``build_matcher``
    """
    rights = [
        (replace(right, status=None, expires=None) if right.id == question.right else right, files)
        for right, files in question.rights
    ]
    asked, files = next(item for item in question.rights if item[0].id == question.right)
    matcher, search, left_out = build_matcher(
        rights,
        index,
        replace(question.settings, cutoff=0.0),
        question.on,
        folder,
        question.generic,
    )
    found, plain, unread = _find_pictures(question.pictures, search)
    subject = Subject(listing=question.listing, pictures=found)
    hits = matcher.match([subject])
    if all(hit.score < question.settings.threshold for hit in hits):
        lines, unread_words = _read_words(question, matcher, [*found, *plain])
        unread = [*unread, *unread_words]
        hits = matcher.match([subject._replace(lines=lines)]) if lines else hits
    hit = next((hit for hit in hits if hit.right == asked.id), None)
    named = hit is not None and any(
        f.feature == "name" or f.feature in GENERIC for f in hit.findings
    )
    lapse = asked.lapse(question.on)
    return Explanation(
        listing=question.listing.url,
        title=question.listing.title,
        right=asked.id,
        names=asked.names,
        outcome="lapsed" if lapse else _outcome(hit, question.settings),
        lapse=lapse,
        score=hit.score if hit else None,
        prior=question.settings.prior,
        steps=find_steps(hit.findings, question.settings.prior) if hit else (),
        cutoff=question.settings.cutoff,
        threshold=question.settings.threshold,
        readings=() if named else find_readings(question.listing),
        nearest=() if named else find_nearest(question.listing, asked),
        pictures=(len(found), len(files)),
        notes=(*question.notes, *unread, *_about(asked, left_out)),
    )


def _outcome(hit: Hit | None, settings: MatchSettings) -> Outcome:
    if hit is None:
        return "not_found"
    if hit.score < settings.cutoff:
        return "forgotten"
    return "flagged" if hit.score >= settings.threshold else "hit"


def _find_pictures(
    pictures: Mapping[str, Path], search: PictureSearch
) -> tuple[dict[str, tuple[PictureMatch, ...]], list[str], list[str]]:
    """Return image -> what it copies, the images that can only be read, and all problems."""
    plain: list[str] = []
    found: dict[str, tuple[PictureMatch, ...]] = {}
    problems = []
    for image, path in pictures.items():
        try:
            found[image] = search.find(path)
        except (PictureError, OSError, ValueError) as error:
            problems.append(f"The picture {image} is not compared: {error}.")
            if may_have_words(error):
                plain.append(image)
    return found, plain, problems


def _read_words(
    question: Question, matcher: Matcher, images: Sequence[str]
) -> tuple[dict[str, tuple[Line, ...]], list[str]]:
    """Return image -> the text in it, and what could not be read."""
    search = open_word_search(question.words, matcher, len(images))
    if search is None:
        return {}, []
    problems = []
    files = {image: question.pictures[image] for image in images}

    def tell(image: str, error: Exception) -> None:
        problems.append(f"The words of the picture {image} are not read: {error}.")

    with closing(search):
        lines = search.read_batch([Wanted(Rank.OTHER, 0.0, 0, files)], len(images), tell)
    return lines.get(0, {}), problems


def _about(right: Right, left_out: Iterable[str]) -> list[str]:
    return [f"{message}." for message in left_out if message.startswith(f"{right.id}:")]


def ask_of_files(listings: Path, registry: Path, url: str, right: str, on: date) -> Question:
    """Return the question about a listing of a file and a right of a registry file.

    :raises FileFormatError: with every problem of the files
    :raises NotFoundError: when there is no such listing or right in them
    """
    file = ListingFile(listings)
    if file.problems:
        raise FileFormatError(file.problems)
    rights = load_registry(registry, on)
    wanted = {url, canonical_url(url)}
    found = [item for item in file if item.url in wanted]
    if not found:
        raise NotFoundError(f"no listing of {listings} has the URL {url!r}")
    if all(item.id != right for _, item in rights.rights):
        raise NotFoundError(f"no right of {registry} has the id {right!r}")
    more = f"{listings} has {len(found)} listings of this URL; this is the first."
    return Question(
        listing=found[0],
        pictures={i: listings.parent / i for i in found[0].images if "://" not in i},
        rights=[(r, {i: rights.picture_path(i) for i in r.images}) for _, r in rights.rights],
        right=right,
        settings=MatchSettings(),
        on=on,
        notes=(more,) if len(found) > 1 else (),
    )


def ask_of_workspace(workspace: Workspace, listing: str, right: str, on: date) -> Question:
    """Return the question about a stored listing, as last seen, and a right as it stands now.

    :param listing: its id or its URL
    :raises NotFoundError: when there is no such listing or right
    """
    with workspace.store() as db:
        stored = load_listing(db, listing)
        asked = load_right(db, workspace.pictures, right)
        campaign = load_sweep(db, stored.sweep).campaign
        rights = find_rights(db, workspace.pictures)
    limits = matching_of(campaign, workspace.config.matching)
    return Question(
        listing=stored.listing,
        pictures={url: workspace.pictures.path_of(d) for url, d in stored.pictures.items()},
        rights=[
            (r.right, r.picture_files)
            for r in rights
            if campaign.covers(r.right) or r.right.id == right
        ],
        right=right,
        settings=MatchSettings(cutoff=limits.cutoff, threshold=limits.threshold),
        on=on,
        hashes_only=limits.pictures == "hashes",
        words=limits.words,
        descriptor=limits.descriptor,
        generic={r.right.id: r.generic for r in rights if r.generic},
        notes=tuple(_what_has_changed(stored, asked, campaign)),
    )


def _what_has_changed(
    stored: StoredListing, asked: StoredRight, campaign: Campaign
) -> Iterator[str]:
    if not campaign.covers(asked.right):
        yield (
            f"The campaign {campaign.name}, whose sweep {stored.sweep} saw the listing last,"
            " does not look for this right."
        )
    if asked.imported_at > stored.seen_at:
        yield "The right was taken in or changed after the listing was last seen."
    for lesson in asked.lessons:
        if lesson.at > stored.seen_at:
            what = "a licensee" if lesson.kind == "licensee" else "a generic word"
            yield f"{lesson.by} taught {what} of the right after the listing was last seen."
