"""Pages that are no listings: whether they hand on copies of works, or show them.

A page is compared with works and designs alone, as marks are used on goods that are offered. To
name a work is free, so a title on a page says little by itself; what counts is what is copied
(pictures, passages of the text) and files that are handed on under the name of the work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from crawler.model import FileKind, FileLink, Finding, Listing, Right
from matchers.candidate import Candidate, FoundFile, FoundName
from matchers.licence import licensed_seller
from matchers.marks import MarkIndex, NameMatch
from matchers.normalize import UNSPACED
from matchers.page_words import Section, find_said
from matchers.weights import PAGE
from matchers.wording import say

MOST_FILES = 200
"""Links to files of a page whose names are compared."""
_HANDED_ON: Final[frozenset[FileKind]] = frozenset(
    ("book", "video", "audio", "archive", "torrent", "share", "download")
)
"""Files that may be the work which the page is about; programs and documents are most pages'."""
_SIGNS = str.maketrans(dict.fromkeys("._+", " "))
"""Signs that part the words of file names."""
_QUOTED = re.compile(r"[《〈「『“\"]\s*$")
_WORD = re.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}])[^\W_])+")
_FORMAT = re.compile(r"\d+(?:p|k|kbps|mb|gb|卷|册|集|章|部)?|s\d+(?:e\d+)?|[a-z0-9]{2,4}$", re.I)


class _Named(NamedTuple):
    """How a work is named by a file."""

    level: str
    found: FoundFile


def find_named(
    page: Listing, rights: Sequence[Right], marks: MarkIndex
) -> Iterator[tuple[int, FoundName | FoundFile]]:
    """Yield the place of each right that the page's title or its files name, and where.

    Misspellings are not looked for: who hands on a copy wants it to be found.
    """
    texts: list[tuple[FileLink | None, str]] = [(None, page.title)]
    for link in page.files[:MOST_FILES]:
        texts += [(link, text) for text in dict.fromkeys((link.name, link.text)) if text]
    matches = marks.find_all([text.translate(_SIGNS) for _, text in texts], fuzzy=False)
    for (file, text), there in zip(texts, matches, strict=True):
        for match in there:
            if match.distance or rights[match.owner].kind != "work":
                continue
            given = match._replace(text=text[slice(*match.span)])
            if file is None:
                yield match.owner, FoundName("title", given)
            else:
                yield match.owner, FoundFile(file, text, given)


def find_page_findings(candidate: Candidate) -> list[Finding]:
    """Return what names, files and licences say of a page and a work.

    Pictures and passages are told as those of listings are.
    """
    found = [*_of_names(candidate)]
    licence = licensed_seller(candidate)
    return [*found, licence] if licence is not None else found


def _of_names(candidate: Candidate) -> Iterator[Finding]:
    page = candidate.listing
    named = max((_level(found) for found in candidate.files), key=_weight, default=None)
    title = max((name.match for name in candidate.names), key=_by_standing, default=None)
    if title is not None:
        level = "page_title" if _stands_out(title, page.title) else "page_title_ordinary"
        yield _finding(level, "title", title.text, title.form, title.span)
    if named is not None:
        match, file = named.found.match, named.found.file
        said = _finding(named.level, "files", match.text, match.form, match.span, file)
        yield replace(said, edits=match.edits)
        yield from _of_file(file)
    elif title is not None and (beside := _beside(page)) is not None:
        text = beside.name or beside.text or ""
        yield _finding("files_beside", "files", text, title.form, None, beside)
        yield from _of_file(beside)
    if title is not None:
        yield from _of_title(page.title, has_file=named is not None)


def _level(found: FoundFile) -> _Named:
    """Say how plainly a file bears the name of the work."""
    stands, whole = _stands_out(found.match, found.text), _is_whole(found.match, found.text)
    if stands:
        level = "file_named" if whole else "file_named_among"
    else:
        level = "file_named_ordinary" if whole else "file_named_perhaps"
    return _Named(level, found)


def _weight(named: _Named) -> float:
    return PAGE[named.level]


def _by_standing(match: NameMatch) -> tuple[bool, int]:
    return not match.ordinary, match.length


def _stands_out(match: NameMatch, text: str) -> bool:
    """Tell whether a title can be nothing else: no ordinary words, or set in signs of titles."""
    if _QUOTED.search(text[: match.span[0]]):
        return True
    if match.unspaced:
        return not match.ordinary and match.length > 2
    return not match.ordinary and match.length > 3


def _is_whole(match: NameMatch, text: str) -> bool:
    """Tell whether a title is all that a file's name says, forms and numbers of parts apart."""
    rest = f"{text[: match.span[0]]} {text[match.span[1] :]}"
    spans = [*find_said(rest, "handed_on"), *find_said(rest, "form")]
    letters = 0
    for word in _WORD.finditer(rest):
        known = any(start <= word.start() and word.end() <= end for start, end in spans)
        if not known and not _FORMAT.fullmatch(word[0]):
            letters += len(word[0])
    return letters <= match.length


def _beside(page: Listing) -> FileLink | None:
    """Return a file that a page hands on which is called by the title of a work.

    A page that says that it reviews, quotes or announces a work hands on no copy by that.
    """
    if any(find_said(page.title, "in_part")):
        return None
    return next((file for file in page.files if file.kind in _HANDED_ON), None)


def _of_file(file: FileLink) -> Iterator[Finding]:
    """Yield what a file is said to be: the whole work, or a part that holders hand out."""
    sections: tuple[Section, ...] = ("in_part", "handed_on")
    for section in sections:
        for text in filter(None, (file.name, file.text)):
            for start, end in find_said(text, section):
                yield _finding(section, "files", text[start:end], "", (start, end), file)
                return


def _of_title(title: str, *, has_file: bool) -> Iterator[Finding]:
    """Yield what the title says the page is for, where no file says more."""
    sections: tuple[Section, ...] = ("handed_on",) if has_file else ("in_part", "handed_on")
    for section in sections:
        for start, end in find_said(title, section):
            yield _finding(f"title_{section}", "title", title[start:end], "", (start, end))
            return


def _finding(
    feature: str,
    field: str,
    text: str,
    form: str,
    span: tuple[int, int] | None,
    file: FileLink | None = None,
) -> Finding:
    shown = text or (file.url if file else "")
    return Finding(
        feature=feature,
        weight=PAGE[feature],
        field=field,
        span=span,
        text=text or None,
        form=form or None,
        file=file.url if file else None,
        detail=say(feature, text=shown, form=form, field=field),
    )
