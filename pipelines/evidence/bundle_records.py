"""What a bundle says, read and checked against itself: nothing of it is believed before that."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from crawler.formats import load_record, problems_of
from crawler.model import JudgementKind, TargetKind, hit_id
from crawler.store.ledger import Entry, digest_of
from crawler.store.notice_events import NoticeEvent
from crawler.takedown import Case
from pipelines.evidence.bag import CHUNK, Payload
from pipelines.evidence.bag_check import CheckedBag
from pipelines.evidence.bundle_proofs import LEDGER
from pipelines.evidence.bundle_texts import LONGEST_NAME
from pipelines.evidence.checks import Check

FORMAT = "markhound-bundle-1"
CASE = "data/case.json"
HITS = "data/hits.jsonl"
LISTINGS = "data/listings.jsonl"
RIGHTS = "data/rights.jsonl"
JUDGEMENTS = "data/judgements.jsonl"
CAPTURES = "data/captures.jsonl"
NOTICES = "data/notices.jsonl"
SWEEPS = "data/sweeps.jsonl"
REST = "data/rest.jsonl"
COUNTED = (HITS, LISTINGS, RIGHTS, JUDGEMENTS, CAPTURES, NOTICES, SWEEPS, REST)
EXPECTED = (CASE, *COUNTED, LEDGER)
LONGEST_LINE = 1 << 25
"""Bytes; the text of a whole novel is shorter."""

Record = TypeVar("Record")
_CASE_ID = re.compile(r"c-[0-9a-f]{16}")


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """``data/case.json``."""

    format: str
    case: Case
    organisation: str
    exported_by: str
    exported_at: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureLine:
    """A picture of a listing or a right."""

    sha256: str | None
    file: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SightingLine:
    """A line of ``data/listings.jsonl``."""

    sighting: str
    pictures: tuple[PictureLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RightLine:
    """A line of ``data/rights.jsonl``."""

    id: str
    version: int
    pictures: tuple[PictureLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class HitRecord:
    """What matters here of a hit."""

    target: TargetKind
    listing: str
    score: float


@dataclass(frozen=True, kw_only=True, slots=True)
class HitLine:
    """A line of ``data/hits.jsonl``."""

    id: str
    sighting: str
    right: str
    version: int
    newest: bool
    record: HitRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgementLine:
    """A line of ``data/judgements.jsonl``."""

    id: str
    hit: str
    decision: JudgementKind
    by: str
    judged_at: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CaptureLine:
    """A line of ``data/captures.jsonl``."""

    id: str
    sha256: str
    file: str | None
    proof: bool
    entry: int


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeRecord:
    """What matters here of a notice."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticedHit:
    """A hit that a notice is about."""

    hit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeLine:
    """A line of ``data/notices.jsonl``."""

    id: str
    file: str
    record: NoticeRecord
    hits: tuple[NoticedHit, ...]
    events: tuple[NoticeEvent, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepLine:
    """A line of ``data/sweeps.jsonl``."""

    id: str
    campaign: str
    purpose: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RestLine:
    """A line of ``data/rest.jsonl``."""

    table: str
    row: Mapping[str, Any]
    files: tuple[str, ...]


class BrokenRecordError(Exception):
    """A line that is none; carries the file and what is wrong. It never leaves this module."""


def load_about(folder: Path) -> About:
    """Return what a checked bundle says of itself."""
    return load_record(About, (folder / CASE).read_bytes())


def read_bundle_lines(kind: type[Record], folder: Path, name: str) -> Iterator[Record]:
    """Yield the records of a file of the bundle.

    :param name: its path in the bundle
    """
    with (folder / name).open("rb") as file:
        number = 0
        while line := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                message = f"line {number}: longer than {LONGEST_LINE} bytes"
                raise BrokenRecordError(name, message)
            try:
                yield load_record(kind, line)
            except ValidationError as error:
                problem = next(problems_of(error, Path(name), number, "a record"))
                where = f" {problem.where}:" if problem.where else ""
                message = f"line {number}:{where} {problem.message}"
                raise BrokenRecordError(name, message) from error


def check_records(bag: CheckedBag) -> Iterator[Check]:
    """Yield what is wrong with the records of a bag whose bytes are right, or that nothing is."""
    folder, files = bag.folder, bag.files
    wrong = False
    try:
        for subject, detail in _contradictions(folder, files):
            wrong = True
            yield Check("records", "broken", subject, None, detail)
    except BrokenRecordError as error:
        name, message = error.args
        yield Check("records", "broken", name, None, message)
        return
    if wrong:
        return
    detail = "the records name only each other and files that are there"
    yield Check("records", "holds", "data", None, detail)
    yield from _captures_told(folder)


def _contradictions(folder: Path, files: Mapping[str, Payload]) -> Iterator[tuple[str, str]]:
    if missing := [name for name in EXPECTED if name not in files]:
        yield from ((name, "a bundle must have it") for name in missing)
        return
    yield from _about_wrong(folder)
    sightings = yield from _check_sightings(folder, files)
    rights = yield from _check_rights(folder, files)
    hits = yield from _check_hits(folder, sightings, rights)
    for judgement in read_bundle_lines(JudgementLine, folder, JUDGEMENTS):
        if judgement.hit not in hits:
            yield JUDGEMENTS, f"a judgement is of {judgement.hit}, which is not there"
    for _ in read_bundle_lines(SweepLine, folder, SWEEPS):
        pass  # it is read as what it must be
    for line in read_bundle_lines(RestLine, folder, REST):
        for name in line.files:
            if not _is(files, name, PurePosixPath(name).name[:64]):
                yield REST, f"{name!r} is not the file of that SHA-256"
    said = yield from _check_entries(folder)
    yield from _check_captures(folder, files, said)
    yield from _check_notices(folder, files, hits)


def _check_hits(
    folder: Path, sightings: set[str], rights: set[tuple[str, int]]
) -> Generator[tuple[str, str], None, set[str]]:
    hits = set()
    for hit in read_bundle_lines(HitLine, folder, HITS):
        hits.add(hit.id)
        if hit.id != hit_id(hit.record.target, hit.record.listing, hit.right):
            yield HITS, f"{hit.id} is not the id of a hit of {hit.right} on {hit.record.listing}"
        if not 0 <= hit.record.score <= 1:
            yield HITS, f"{hit.id} has the score {hit.record.score}, expected 0 to 1"
        if hit.sighting not in sightings:
            yield HITS, f"{hit.id} names the sighting {hit.sighting}, which is not there"
        if (hit.right, hit.version) not in rights:
            yield HITS, f"{hit.id} names a version of {hit.right} that is not there"
    return hits


def _read_about(folder: Path) -> About:
    if (folder / CASE).stat().st_size > LONGEST_LINE:
        raise BrokenRecordError(CASE, f"longer than {LONGEST_LINE} bytes")
    try:
        data = orjson.loads((folder / CASE).read_bytes())
        made = data.get("format") if isinstance(data, dict) else None
    except orjson.JSONDecodeError as error:
        raise BrokenRecordError(CASE, f"not JSON: {error}") from error
    if made != FORMAT:
        detail = f"expected the format {FORMAT!r}, got {made!r}: made by another version"
        raise BrokenRecordError(CASE, detail)
    try:
        return load_about(folder)
    except ValidationError as error:
        problem = next(problems_of(error, Path(CASE), None, "a case"))
        raise BrokenRecordError(CASE, f"{problem.where}: {problem.message}") from error


def _about_wrong(folder: Path) -> Iterator[tuple[str, str]]:
    about = _read_about(folder)
    for key, moment in (("exported_at", about.exported_at), ("opened_at", about.case.opened_at)):
        if not _is_moment(moment):
            yield CASE, f"{key}: expected a time with its zone, got {moment.isoformat()}"
    case = about.case
    for name in (case.seller, case.site, case.holder, about.organisation, about.exported_by):
        if len(name) > LONGEST_NAME:
            yield CASE, f"a name has {len(name):,} characters, expected up to {LONGEST_NAME:,}"
    if not _CASE_ID.fullmatch(case.id):
        yield CASE, f"expected the id of a case (c- and 16 digits), got {case.id!r:.80}"
    for name in COUNTED:
        expected = about.counts.get(PurePosixPath(name).stem)
        with (folder / name).open("rb") as file:
            got = sum(piece.count(b"\n") for piece in iter(lambda: file.read(CHUNK), b""))
        if got != expected:
            yield name, f"expected {expected} lines, got {got}"


def _is_moment(moment: datetime) -> bool:
    """Tell whether it is one moment, and one that can be told in UTC."""
    try:
        return moment.tzinfo is not None and bool(moment.astimezone(UTC))
    except OverflowError:  # in the first or the last hours of the calendar
        return False


def _check_sightings(
    folder: Path, files: Mapping[str, Payload]
) -> Generator[tuple[str, str], None, set[str]]:
    sightings = set()
    for line in read_bundle_lines(SightingLine, folder, LISTINGS):
        sightings.add(line.sighting)
        yield from _pictures_wrong(LISTINGS, line.pictures, files)
    return sightings


def _check_rights(
    folder: Path, files: Mapping[str, Payload]
) -> Generator[tuple[str, str], None, set[tuple[str, int]]]:
    rights = set()
    for line in read_bundle_lines(RightLine, folder, RIGHTS):
        rights.add((line.id, line.version))
        yield from _pictures_wrong(RIGHTS, line.pictures, files)
    return rights


def _pictures_wrong(
    name: str, pictures: tuple[PictureLine, ...], files: Mapping[str, Payload]
) -> Iterator[tuple[str, str]]:
    for picture in pictures:
        if picture.file is not None and not _is(files, picture.file, picture.sha256):
            yield name, f"{picture.file!r} is not the picture {picture.sha256}"


def _is(files: Mapping[str, Payload], name: str, sha256: str | None) -> bool:
    return name in files and files[name].sha256 == sha256


def _check_captures(
    folder: Path, files: Mapping[str, Payload], said: Mapping[int, str]
) -> Iterator[tuple[str, str]]:
    named = set()
    for line in read_bundle_lines(CaptureLine, folder, CAPTURES):
        if line.sha256 not in said.get(line.entry, ""):
            yield CAPTURES, f"entry {line.entry} of the ledger does not name the capture {line.id}"
        if line.file is not None:
            named.add(line.file)
            if not _is(files, line.file, line.sha256):
                yield line.file, f"it is not the capture {line.id}, which is {line.sha256}"
    for name in files:
        if name.startswith("data/captures/") and name not in named:
            yield name, f"no line of {CAPTURES} names it"


def _check_notices(
    folder: Path, files: Mapping[str, Payload], hits: set[str]
) -> Iterator[tuple[str, str]]:
    for line in read_bundle_lines(NoticeLine, folder, NOTICES):
        text = hashlib.sha256(line.record.text.encode()).hexdigest()
        if not _is(files, line.file, text):
            yield NOTICES, f"{line.file!r} is not the text of {line.id}"
        for noticed in line.hits:
            if noticed.hit not in hits:
                yield NOTICES, f"{line.id} is about {noticed.hit}, which is not there"


def _check_entries(folder: Path) -> Generator[tuple[str, str], None, dict[int, str]]:
    """Check the entries, and return what those about captures say, by number."""
    said: dict[int, str] = {}
    before: Entry | None = None
    for e in read_bundle_lines(Entry, folder, LEDGER):
        try:
            made = digest_of(e.number, e.kind, e.subject, e.record, e.by, e.at, e.previous)
        except (ValueError, TypeError):  # no hexadecimal; a number beyond JSON's
            made = None
        if made != e.digest:
            yield LEDGER, f"entry {e.number} does not make the digest that it says"
        if before and (e.number <= before.number or not _follows(before, e)):
            yield LEDGER, f"entry {e.number} does not follow entry {before.number}"
        before = e
        if e.kind == "capture":
            said[e.number] = e.record
    return said


def _follows(before: Entry, entry: Entry) -> bool:
    return entry.number != before.number + 1 or entry.previous == before.digest


def _captures_told(folder: Path) -> Iterator[Check]:
    lines = list(read_bundle_lines(CaptureLine, folder, CAPTURES))
    if not lines:
        detail = "the case has no captures: nothing was kept of the pages themselves"
        yield Check("captures", "unproven", CAPTURES, None, detail)
    for line in lines:
        if line.file is None:
            detail = "its file was not there when the bundle was made"
            yield Check("captures", "unproven", line.id, None, detail)
        elif not line.proof:
            yield Check("captures", "unproven", line.file, None, "by its own record it is no proof")
