"""Pages that are no listings: whether they hand on copies of works, or show them.

A page is compared with works and designs alone, as marks are used on goods that are offered. To
name a work is free, so a title on a page says little by itself; what counts is what is copied
(pictures, passages of the text) and files that are handed on under the name of the work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import Final, NamedTuple

from crawler.model import FileKind, FileLink, Finding, Listing, Right
from matchers.candidate import Candidate, FoundFile, FoundName
from matchers.licence import licensed_seller
from matchers.marks import MarkIndex, NameMatch
from matchers.normalize import UNSPACED
from matchers.page_words import Section, find_said
from matchers.weights import PAGE
from matchers.wording import say

_SIGNS = str.maketrans(dict.fromkeys("._+", " "))
"""Signs that part the words of file names."""
_QUOTED = re.compile(r"[《〈「『“\"]\s*$")
_WORD = re.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}])[^\W_])+")
_FORMAT = re.compile(
    r"(?:hd|bd|web)?\d+(?:p|k|kbps|mb|gb|卷|册|集|章|部)?|s\d+(?:e\d+)?|ep?\d+|第|集|部|卷|章"
    r"|epub|mobi|azw3?|fb2|pdf|txt|docx?|zip|rar|7z|mkv|mp[34]|avi|rmvb|flac|torrent",
    re.I,
)
"""Words of file names that say of what form, or which part, a file is."""
_RESOLUTION = re.compile(r"(?<!\d)(?:480|720|1080|2160)p(?![a-z])", re.I)


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
    for link in page.files:
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
    """Yield what names say; a title without a file says nothing, as to name a work is free."""
    page = candidate.listing
    named = max((_level(found) for found in candidate.files), key=_weight, default=None)
    title = max((name.match for name in candidate.names), key=_by_standing, default=None)
    if named is not None:
        match, file = named.found.match, named.found.file
        said = _finding(named.level, "files", match.text, match.form, match.span, file)
        yield replace(said, edits=match.edits)
        yield from _of_file(file)
    elif title is not None and (beside := _beside(page)) is not None:
        text = beside.name or beside.text or ""
        yield _finding(_LEVELS_BESIDE[beside.kind], "files", text, title.form, None, beside)
        yield from _of_file(beside)
    else:
        return
    if title is not None:
        level = "page_title" if _stands_out(title, page.title) else "page_title_ordinary"
        yield _finding(level, "title", title.text, title.form, title.span)
    yield from _of_title(page.title, title)


_LEVELS_BESIDE: Final[dict[FileKind, str]] = {
    "book": "files_beside",
    "video": "files_beside",
    "audio": "files_beside",
    "torrent": "files_beside",
    "share": "share_beside",
    "archive": "perhaps_beside",
    "download": "perhaps_beside",
}
"""Kinds of files that may be the work by whose name a page is called; programs and documents are
most pages'."""
_COPIES: Final[frozenset[FileKind]] = frozenset(("book", "video", "audio", "torrent", "share"))
"""Files that mostly are works; archives, documents and programs may be anything."""


def _level(found: FoundFile) -> _Named:
    """Say how plainly a file bears the name of the work."""
    stands, rest = _stands_out(found.match, found.text), _rest(found.match, found.text)
    copies = found.file.kind in _COPIES or (found.file.name or "").lower().endswith(".txt")
    if stands and not rest:
        level = "file_named" if copies else "file_named_other"
    elif stands and copies and rest <= 2 * found.match.length:
        level = "file_named_among"
    elif copies and not rest:
        level = "file_named_han" if found.match.unspaced else "file_named_ordinary"
    else:
        level = "file_named_perhaps"
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


def _rest(match: NameMatch, text: str) -> int:
    """Return how many letters a file's name has besides a title, forms and numbers of parts."""
    rest = f"{text[: match.span[0]]} {text[match.span[1] :]}".translate(_SIGNS)
    sections: tuple[Section, ...] = ("handed_on", "perhaps_handed_on", "form")
    spans = [span for section in sections for span in find_said(rest, section)]
    letters = 0
    for word in _WORD.finditer(rest):
        known = any(start <= word.start() and word.end() <= end for start, end in spans)
        if not known and not _FORMAT.fullmatch(word[0]):
            letters += len(word[0])
    return letters


def _beside(page: Listing) -> FileLink | None:
    """Return the file that most likely is the work by whose name a page is called.

    A page that says that it reviews, quotes or announces a work hands on no copy by that.
    """
    if any(find_said(page.title, "in_part")):
        return None
    files = [file for file in page.files if file.kind in _LEVELS_BESIDE]
    return max(files, key=lambda file: PAGE[_LEVELS_BESIDE[file.kind]], default=None)


def _of_file(file: FileLink) -> Iterator[Finding]:
    """Yield what a file is said to be: the whole work, or a part that holders hand out."""
    texts = [text for text in (file.name, file.text) if text]
    sections: tuple[Section, ...] = ("in_part", "handed_on", "perhaps_handed_on")
    said = ((s, text, span) for s in sections for text in texts for span in find_said(text, s))
    shown = (
        ("handed_on", text, found.span()) for text in texts for found in _RESOLUTION.finditer(text)
    )
    for section, text, span in islice(chain(said, shown), 1):
        yield _finding(section, "files", text[slice(*span)], "", span, file)


def _of_title(title: str, name: NameMatch | None) -> Iterator[Finding]:
    """Yield what the title says the page is for, the name of the work left out."""
    text = title
    if name is not None:
        start, end = name.span
        text = f"{title[:start]}{' ' * (end - start)}{title[end:]}"
    sections: tuple[Section, ...] = ("in_part", "handed_on")
    for section in sections:
        for start, end in islice(find_said(text, section), 1):
            yield _finding(f"title_{section}", "title", title[start:end], "", (start, end))


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
