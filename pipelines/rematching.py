"""Today's registry and rules against everything ever seen, without fetching (``rematch``)."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, get_args

from sqlite_utils import Database

from crawler.errors import FileFormatError
from crawler.formats import dump_json
from crawler.model import GenericWord, Hit, Sighting
from crawler.records import collecting_paused, quick
from crawler.registry import check_registry
from crawler.store.database import now, writing
from crawler.store.hits import record_hits
from crawler.store.ledger import append_entry
from crawler.store.lessons import Lesson, find_lessons
from crawler.store.rights import find_rights, with_licensees
from crawler.store.sightings import (
    CHUNK,
    SeenRecord,
    count_listings,
    find_seen,
    find_standing_hits,
)
from crawler.workspace import Workspace
from matchers.judge import MatchSettings
from pipelines.batching import BatchMatching
from pipelines.matching import FingerprintIndex, PicturedRight, build_matcher
from pipelines.sweep.decoding import Decoder
from pipelines.words import open_word_search

Change = Literal["new", "flagged", "unflagged", "ended", "earlier", "same"]
"""``new``: no hit so far. ``flagged``, ``unflagged``: a hit that now lies on the other side of the
threshold. ``ended``: a hit that is found no more. ``earlier``: none as last seen, but one as it was
seen before. ``same``: as it stands."""
_Pair = tuple[str, str, str]
"""Target, address, right."""
_Changed = tuple[SeenRecord, list[Hit], set[str]]
"""What was matched, its hits, and the ids of those that may be recorded."""
_NO_HITS: Mapping[str, Hit] = {}
_NO_FILES: Mapping[str, Path] = {}
CHANGES: tuple[Change, ...] = get_args(Change)


@quick
@dataclass(frozen=True, kw_only=True, slots=True)
class Rematched:
    """What today's registry says of one pair of a listing and a right."""

    change: Change
    hit: Hit
    """As it is found today; of one that ended, as it stands."""
    was: Hit | None
    """As it stands in the store."""
    seen: SeenRecord
    """What was matched."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Registry:
    """What is matched with: rights, and what people taught of them."""

    rights: Sequence[PicturedRight]
    generic: Mapping[str, Sequence[GenericWord]]
    """Right id -> words of it that count for nothing."""


class Rematch:
    """Everything ever seen, matched anew; nothing is recorded unless asked.

    :param registry: what is matched with
    :param right: the only right that is told of; all are matched, as what a title says of one
        depends on the others
    :param images: whether stored pictures are compared, and read for words as the settings say
    """

    def __init__(
        self,
        workspace: Workspace,
        registry: Registry,
        settings: MatchSettings,
        *,
        on: date,
        right: str | None = None,
        since: datetime | None = None,
        images: bool = True,
    ) -> None:
        self._workspace = workspace
        self._right = right
        self._since = since
        self._images = images
        limits = workspace.config.matching
        self._decoder = Decoder(
            hashes_only=limits.pictures == "hashes", descriptor=limits.descriptor
        )
        index = workspace.folder / "index"
        matcher, search, left_out = build_matcher(
            [(right, files if images else {}) for right, files in registry.rights],
            FingerprintIndex(self._decoder, index if images else None),
            settings,
            on,
            index,
            registry.generic,
        )
        self.covered = frozenset(r.id for r in matcher.rights if right in (None, r.id))
        """Ids of the rights in force that are told of."""
        with workspace.store() as db:
            self.total = count_listings(db)
            """How many listings and pages were ever seen."""
        words = limits.words if images else "off"
        self._matching = BatchMatching(
            matcher,
            search,
            open_word_search(words, matcher, limits.words_budget if images else 0),
            batches=math.ceil(self.total / CHUNK),
        )
        self.problems = self._matching.problems
        """What was not looked at, and how often."""
        self.problems.update(left_out)
        self.listings = 0
        """How many of the listings and pages were looked at so far."""
        self.records = 0
        """How many different states of them were matched so far."""

    def run(self, db: Database, *, record: bool = False) -> Iterator[Rematched]:
        """Yield every pair that is a hit today, was one before, or stands as one.

        :param record: whether hits as last seen that changed are recorded, as a sweep does it
        """
        with self._decoder:
            for listings, seen in find_seen(db, since=self._since):
                with collecting_paused():
                    results, changed = self._match(db, seen)
                yield from results
                if record and changed:
                    self._record(db, changed)
                self.listings += listings
                self.records += len(seen)
        self._matching.close()

    def _match(
        self, db: Database, batch: Sequence[SeenRecord]
    ) -> tuple[list[Rematched], list[_Changed]]:
        """Return what is told of a batch, and what of it may be recorded."""
        found = self._matching.match([(one.record, self._find_files(one)) for one in batch])
        standing = find_standing_hits(db, batch[0].listing, batch[-1].listing) if batch else {}
        results: list[Rematched] = []
        changed: list[_Changed] = []
        told: set[_Pair] = set()
        for one, hits in zip(batch, found, strict=True):
            if one.record.target == "page" and one.newest and one.record.text is None:
                self.problems["a page's text was not kept, as it had no hit"] += 1
            here = standing.get((one.record.target, one.record.url), _NO_HITS)
            if not (hits or here):
                continue  # as of most
            compared = list(self._compare(one, hits, here, told))
            if new := {r.hit.id for r in compared if r.change not in ("same", "earlier")}:
                changed.append((one, [hit for hit in hits if hit.right in self.covered], new))
            results += compared
        return results, changed

    def _find_files(self, one: SeenRecord) -> Mapping[str, Path]:
        """Return where the files of the pictures lie that are compared."""
        if not (self._images and one.pictures):
            return _NO_FILES
        path_of = self._workspace.pictures.path_of
        return {url: path_of(digest) for url, digest in one.pictures.items()}

    def _compare(
        self, one: SeenRecord, hits: Sequence[Hit], here: Mapping[str, Hit], told: set[_Pair]
    ) -> Iterator[Rematched]:
        place = (one.record.target, one.record.url)
        for hit in hits:
            key: _Pair = (*place, hit.right)
            if hit.right not in self.covered or key in told:
                continue
            told.add(key)
            was = here.get(hit.right)
            yield Rematched(change=_change(one, hit, was), hit=hit, was=was, seen=one)
        if not one.newest:
            return
        for right, was in here.items():
            key = (*place, right)
            if right in self.covered and key not in told:
                told.add(key)
                yield Rematched(change="ended", hit=was, was=was, seen=one)

    def _record(self, db: Database, changed: Sequence[_Changed]) -> None:
        with writing(db):
            for one, hits, new in changed:
                sighting = Sighting(
                    id=one.sighting,
                    listing=one.listing,
                    sweep=one.sweep,
                    seen_at=one.seen_at,
                    record=one.record,
                )
                record_hits(db, sighting, hits, self.covered, rematched=new)


def _change(one: SeenRecord, hit: Hit, was: Hit | None) -> Change:
    if was is None:
        return "new" if one.newest else "earlier"
    if was.flagged == hit.flagged or not one.newest:
        return "same"
    return "flagged" if hit.flagged else "unflagged"


def registry_of_workspace(workspace: Workspace) -> Registry:
    """Return the workspace's registry as it stands now."""
    with workspace.store() as db:
        stored = find_rights(db, workspace.pictures)
    return Registry(
        rights=[(r.right, r.picture_files) for r in stored],
        generic={r.right.id: r.generic for r in stored if r.generic},
    )


def registry_of_file(path: Path, workspace: Workspace, on: date) -> Registry:
    """Return the registry of a file, as it would stand once the workspace has imported it.

    What people taught of a right stays through an import, so it counts here too.

    :raises FileFormatError: with every problem of the file
    """
    file = check_registry(path, on)
    if file.errors:
        raise FileFormatError(file.errors)
    taught: dict[str, list[Lesson]] = {}
    with workspace.store() as db:
        for lesson in find_lessons(db):
            taught.setdefault(lesson.right, []).append(lesson)
    return Registry(
        rights=[
            (
                with_licensees(right, taught.get(right.id, ())),
                {image: file.picture_path(image) for image in right.images},
            )
            for _, right in file.rights
        ],
        generic={
            right: [lesson.value for lesson in lessons if isinstance(lesson.value, GenericWord)]
            for right, lessons in taught.items()
        },
    )


def record_rematch(db: Database, registry: Registry, counts: dict[str, int]) -> None:
    """Append to the ledger that hits were recorded without a sweep, and with which registry."""
    digest = hashlib.sha256()
    for right, _ in registry.rights:
        digest.update(dump_json(right).encode() + b"\n")
    with writing(db):
        append_entry(
            db,
            "rematch",
            "registry",
            {"registry": digest.hexdigest(), "changes": counts},
            by="markhound",
            at=now(),
        )
