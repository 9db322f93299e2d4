"""Registry files: load and check.

A registry file is JSON Lines, one right per line, or a table (docs/reference/file-formats.md).
Every problem of a file is found in one go; a file with an error is refused whole.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from crawler.errors import FileFormatError, Problem
from crawler.model import COMPARED_WITH_PAGES, Licensee, Right
from crawler.offices.mapping import TableMapping
from crawler.offices.reading import Entry
from crawler.offices.sources import FindBytes, Seen, unseen
from crawler.pictures import picture_problem
from crawler.registry_entries import read_entries
from crawler.sites import parse_site
from crawler.texts import is_text_file, load_texts

NICE_CLASSES = range(1, 46)
"""The Nice classification has 45 classes."""

_CLASSES = frozenset(NICE_CLASSES)
_PLAIN_ID = re.compile(r"[\w:-][\w.:-]*")
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories of what an id cannot hold: controls, half characters, ends of lines."""
MOST_PRICE = 10**12
"""In any currency; what is above is a mistake, and nothing that can be computed with."""

_SENT = "a file that was sent cannot name a text's file; put the text itself into it"

MIN_SELLER = 3
"""Characters below which a seller's name says hardly anything without a site."""
GENERIC_SELLERS = frozenset(
    {"official", "store", "shop", "seller", "outlet", "online", "flagship", "brand", "admin"}
    | {"the", "my", "best", "旗舰店", "官方旗舰店", "专营店", "专卖店", "官方店", "自营", "本店"}
)
"""Words of which a seller's name consists that anybody may bear."""


FindPicture = Callable[[str, str], Path | None]
"""Id of a right and path of its picture -> the file, if there is one."""
_NOWHERE = Path("/nonexistent")


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistryFile:
    """What a registry file holds, and what is wrong in it."""

    path: Path
    rights: tuple[tuple[int, Right], ...]
    """Line number and right, of the lines that could be read."""
    problems: tuple[Problem, ...] = field(default=())
    find_picture: FindPicture | None = None
    """Where the pictures of an upload are; None = beside the file."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems for which the file is refused."""
        return tuple(p for p in self.problems if p.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that are only told."""
        return tuple(p for p in self.problems if p.severity == "warning")

    def picture_path(self, image: str, right: str = "") -> Path:
        """Return where a right's picture lies: relative to the file, or absolute.

        Of an upload it is where ``find_picture`` says, and nowhere else.
        """
        if self.find_picture is None:
            return self.path.parent / image
        return self.find_picture(right, image) or _NOWHERE


def check_registry(
    path: Path, today: date, *, find_picture: FindPicture | None = None
) -> RegistryFile:
    """Read a registry file, of ours or an office's, and find every problem in it.

    :param find_picture: of a file that somebody sent: its pictures are those that this finds,
        and no other file is read, neither a picture nor a text
    :raises InputError: when the file cannot be read at all
    """
    numbered: dict[int, tuple[int, Right]] = {}
    problems: list[Problem] = []
    ids = Ids()
    for read in check_entries(path, today, find_picture=find_picture):
        if isinstance(read, Problem):
            problems.append(read)
            continue
        entry = read if find_picture is not None else _without_data(read, problems)
        numbered[len(ids)] = (entry.line, entry.right)
        problems.extend(ids.add(entry))
    rights = tuple(one for number, one in numbered.items() if number not in ids.replaced)
    if not rights and not problems:
        problems.append(_problem(path, None, "", "holds no right", severity="warning"))
    problems.sort(key=lambda p: (p.line or 0, p.where))
    return RegistryFile(
        path=path, rights=rights, problems=tuple(problems), find_picture=find_picture
    )


def check_entries(
    path: Path,
    today: date,
    *,
    mapping: TableMapping | None = None,
    seen: Seen = unseen,
    find_picture: FindPicture | None = None,
) -> Iterator[Entry | Problem]:
    """Yield each right of a file and each problem, as they are read; a right before its problems.

    :param mapping: how a table is read that is none of ours
    :param seen: is told of the bytes that were read
    :param find_picture: as of ``check_registry``
    :raises InputError: when the file cannot be read at all
    """
    sent = None if find_picture is None else _bytes_of(find_picture)
    file = RegistryFile(path=path, rights=(), find_picture=find_picture)
    for read in read_entries(path, mapping, seen, sent):
        if isinstance(read, Problem):
            yield read
            continue
        entry = read
        if read.right.texts:
            entry, unread = _with_texts(read, find_picture is not None)
            yield from unread
        yield entry
        if not _is_plain(entry.right):
            pictures = not entry.of_office
            yield from _problems_of_right(file, entry, today, pictures=pictures)


def _bytes_of(find_picture: FindPicture) -> FindBytes:
    def sent(name: str) -> bytes | None:
        place = find_picture("", name)
        return place.read_bytes() if place is not None and place.is_file() else None

    return sent


def _with_texts(entry: Entry, was_sent: bool) -> tuple[Entry, list[Problem]]:
    right, line = entry.right, entry.line
    if was_sent:
        named = [text for text in right.texts if is_text_file(text)]
        return entry, [_problem(entry.path, line, "texts", f"{_SENT}: {t!r:.80}") for t in named]
    right, unread = load_texts(right, entry.path.parent)
    told = [_problem(entry.path, line, "texts", message) for message in unread]
    return replace(entry, right=right), told


def _without_data(entry: Entry, problems: list[Problem]) -> Entry:
    """Leave out pictures that are in the file itself, for which there is no place here."""
    if not entry.data:
        return entry
    message = "pictures in the file itself are compared once it was imported; left out here"
    problems.append(
        replace(_problem(entry.path, entry.line, "", message, severity="warning"), kind=message)
    )
    images = tuple(image for image in entry.right.images if image not in entry.data)
    return replace(entry, right=replace(entry.right, images=images), data={})


def load_registry(path: Path, today: date) -> RegistryFile:
    """Read a registry file that must be free of errors.

    :raises FileFormatError: with every problem of the file
    """
    file = check_registry(path, today)
    if file.errors:
        raise FileFormatError(file.problems)
    return file


class Ids:
    """Which ids there were, in one file or several: each is to be one right's.

    Of an office's records of the same right the last one counts; in files of ours it is an error.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._lines = array("q")
        self._starts: list[tuple[int, Path | None]] = []
        """Number of the first record of each file, and the file; None = an office's."""
        self.replaced: set[int] = set()
        """Numbers of records in whose place a later one stands, counted from 0."""

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, entry: Entry) -> Iterator[Problem]:
        """Count a record, and yield the problem with its id."""
        number, path = len(self), entry.path
        source = None if entry.of_office else path
        if not self._starts or self._starts[-1][1] != source:
            self._starts.append((number, source))
        self._lines.append(entry.line)
        before = self._numbers.setdefault(entry.right.id, number)
        if before == number:
            return
        place = next(path for start, path in reversed(self._starts) if start <= before)
        if entry.of_office or place is None:
            self.replaced.add(before)
            self._numbers[entry.right.id] = number
            kind = "stands there more than once; the last counts"
            told = f"{kind}: {entry.right.id!r}"
            yield replace(_problem(path, entry.line, "id", told, severity="warning"), kind=kind)
            return
        where = f"first on line {self._lines[before]}"
        if place != path:
            where = f"first in {place}:{self._lines[before]}"
        yield _problem(path, entry.line, "id", f"duplicate id {entry.right.id!r}, {where}")


def _is_plain(right: Right) -> bool:
    """Whether a right certainly has no problem; most are so, and this is quickly seen."""
    if right.variants or right.images or right.texts or right.licensees or right.prices:
        return False
    name = right.name
    if not (name and _PLAIN_ID.fullmatch(right.id)) or right.expires is not None:
        return False
    readable = name.isalnum() or any(map(str.isalnum, name))
    known = right.status is None or right.status == "registered"
    return readable and known and _CLASSES.issuperset(right.classes)


def check_right(right: Right, today: date) -> list[Problem]:
    """Find every problem of a right that stands in no file, other than with its pictures."""
    return list(_problems_of_content(Path("right"), None, right, today))


def _problems_of_right(
    file: RegistryFile, entry: Entry, today: date, *, pictures: bool
) -> Iterator[Problem]:
    right = entry.right
    for where, message in _wrong_pictures(file, right) if pictures and right.images else ():
        yield _problem(entry.path, entry.line, where, message)
    yield from _problems_of_content(entry.path, entry.line, right, today)


def _problems_of_content(
    path: Path, line: int | None, right: Right, today: date
) -> Iterator[Problem]:
    for where, message in _wrong_content(right, right.names):
        yield _problem(path, line, where, message)
    if right.texts and right.kind not in COMPARED_WITH_PAGES:
        message = f"texts of a {right.kind.replace('_', ' ')} are kept, but not matched"
        yield _problem(path, line, "texts", message, severity="warning")
    for where, message in _loose_licensees(right) if right.licensees else ():
        yield _problem(path, line, where, message, severity="warning")
    if lapse := right.lapse(today):
        message = f"{right.id} {lapse}; it is kept, but not matched"
        told = _problem(path, line, "", message, severity="warning")
        yield replace(told, kind="is not in force; it is kept, but not matched")


def _wrong_content(right: Right, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield from _wrong_id(right.id)
    if not (names or right.images or right.texts):
        yield "", "expected a name, an image or a text to look for, got none of them"
    for name in names:
        if not name.isalnum() and not any(map(str.isalnum, name)):
            yield "name", f"expected a letter or a digit to look for, got {name!r}"
    for number in right.classes:
        if number not in NICE_CLASSES:
            yield "classes", f"expected Nice classes 1 to 45, got {number}"
    if "" in right.variants:
        yield "variants", "holds an empty text"
    if any(not text.strip() for text in right.texts):
        yield "texts", "holds an empty text"
    yield from _wrong_licensees(right)
    yield from _wrong_prices(right)


def _wrong_licensees(right: Right) -> Iterator[tuple[str, str]]:
    for index, licensee in enumerate(right.licensees):
        if wrong := wrong_licensee(licensee):
            key, message = wrong
            yield f"licensees.{index}{key and f'.{key}'}", message


def wrong_licensee(licensee: Licensee) -> tuple[str, str] | None:
    """Return which key of a licensee is wrong, "" for all of it, and why; None when none is."""
    if licensee.seller is None and licensee.site is None:
        return "", "expected a seller, a site or both, got neither"
    if licensee.site is not None and not parse_site(licensee.site):
        return "site", f"expected a site such as shop.example, got {licensee.site!r}"
    if licensee.seller == "":
        return "seller", "is empty; leave it out to mean every seller"
    return None


def _wrong_id(text: str) -> Iterator[tuple[str, str]]:
    if not text:
        yield "id", "is empty; every right needs an id of its own"
    elif any(unicodedata.category(char) in _UNSEEN for char in text):
        yield "id", f"expected characters that can be seen, got {text!a:.80}"
    elif text.startswith("-/") or {".", ".."} & set(text.split("/")):
        message = "expected no part that is . or .., and no -/ at the start: no address has it"
        yield "id", f"{message}; got {text!a:.80}"


def _wrong_prices(right: Right) -> Iterator[tuple[str, str]]:
    for currency, price in right.prices.items():
        if not re.fullmatch("[A-Z]{3}", currency):
            message = f"expected a currency in three capitals, such as EUR, got {currency!r:.80}"
            yield f"prices.{currency:.80}", message
        elif not (price.is_finite() and price > 0):
            yield f"prices.{currency}", f"expected a price above 0, got {price}"
        elif price >= MOST_PRICE:
            yield f"prices.{currency}", f"expected a price below {MOST_PRICE:,}, got {price}"


def _loose_licensees(right: Right) -> Iterator[tuple[str, str]]:
    """Find licensees whose name anybody may bear, on every site."""
    for index, licensee in enumerate(right.licensees):
        if licensee.site is not None or not licensee.seller:
            continue
        name = licensee.seller
        words = set(re.findall(r"\w+", name.casefold()))
        if len(name) < MIN_SELLER or words <= GENERIC_SELLERS:
            yield (
                f"licensees.{index}",
                f"{name!r} without a site licenses every seller of that name, on every site",
            )


def _wrong_pictures(file: RegistryFile, right: Right) -> Iterator[tuple[str, str]]:
    for image in right.images:
        try:
            place = file.picture_path(image, right.id)
            there = bool(image) and place.is_file()
        except (OSError, ValueError) as error:
            yield "images", f"no path: {image!r:.80} ({error})"[:200]
            continue
        if not there and file.find_picture is not None:
            yield "images", f"{image!r:.80} was not sent along, and the right has none of that path"
        elif not there:
            yield "images", f"no picture at {place}"
        elif problem := picture_problem(place):
            yield "images", f"{place}: {problem}"


def _problem(
    path: Path, line: int | None, where: str, message: str, severity: str = "error"
) -> Problem:
    return Problem(path=path, line=line, where=where, message=message, severity=severity)
