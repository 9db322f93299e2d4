"""Word lists in plain files beside this one, for people to read and correct.

``#`` starts a comment line, one entry a line. What the context looks for stands in files by
language, ``phrases_<language>.txt`` and ``classes_<language>.txt``, which have sections: a name in
brackets, then entries one a line or parted by commas; two spaces and ``#`` begin a remark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_REMARK = re.compile(r"(?:^|\s\s+)#.*")
_SECTION = re.compile(r"\[(\w+)\]")


@cache
def load_words(*names: str) -> frozenset[str]:
    """Return all entries of the files ``<name>.txt``."""
    return frozenset(entry for name in names for entry in _entries(name))


@cache
def load_pairs(name: str) -> dict[str, str]:
    """Return the first word of each entry of ``<name>.txt`` -> its second word."""
    return dict(entry.split() for entry in _entries(name))


@cache
def load_sections(kind: str) -> Mapping[str, tuple[str, ...]]:
    """Return section -> its entries in all languages, of the files ``<kind>_<language>.txt``.

    :raises ValueError: when an entry stands before the first section, or a section comes twice
    """
    found: dict[str, dict[str, None]] = {}
    for language in find_languages(kind):
        for section, entries in load_language(kind, language).items():
            found.setdefault(section, {}).update(dict.fromkeys(entries))
    return {section: tuple(entries) for section, entries in found.items()}


def find_languages(kind: str) -> list[str]:
    """Return the languages of the files ``<kind>_<language>.txt``."""
    return sorted(path.stem.removeprefix(f"{kind}_") for path in _FOLDER.glob(f"{kind}_*.txt"))


def load_language(kind: str, language: str) -> dict[str, list[str]]:
    """Return section -> entries of one language."""
    return read_sections(_FOLDER / f"{kind}_{language}.txt")


def read_sections(path: Path) -> dict[str, list[str]]:
    """Return section -> entries of one file."""
    found: dict[str, list[str]] = {}
    section: str | None = None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = _REMARK.sub("", line).strip()
        if named := _SECTION.fullmatch(text):
            section = named[1]
            if section in found:
                raise ValueError(f"{path.name}, line {number}: section {section} comes twice")
            found[section] = []
        elif text and section is None:
            raise ValueError(f"{path.name}, line {number}: expected a section, got {text!r}")
        elif text and section is not None:
            found[section].extend(entry.strip() for entry in text.split(",") if entry.strip())
    return found


def _entries(name: str) -> list[str]:
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
