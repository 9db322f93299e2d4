"""Listings with a known brand, as rows for fitting and measuring: one for each name in a title.

A file holds one JSON object a line, with ``title`` and ``brand``. The registry is every brand of
that column, filled up with names of a second file (``name`` in each line) in random order. Only the
title is matched. A row's answer is whether its mark is the brand of its listing.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from crawler.model import Listing, Right
from matchers.explain import find_level
from matchers.judge import Matcher, MatchSettings, Subject
from matchers.standing import find_levels
from matchers.tokens import joined_letters

SEED = 20261122
MOVED = 4
"""One title in so many has its brand moved away from its start, as sellers' titles have."""
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A name in a title."""

    listing: int
    """Number of the listing."""
    mark: str
    """Its comparable letters."""
    answer: bool
    """Whether it is the brand of the listing."""
    exact: bool
    """Whether every letter is there."""
    levels: tuple[str, ...]
    """``feature: level`` of the name and of how it stands in the title."""
    rest: float
    """Bits of all other findings."""
    bits: float
    """Bits of all findings together, with the prior."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Labelled:
    """A title and the comparable letters of its brand."""

    title: str
    brand: str


def read_names(path: Path) -> list[str]:
    """Return the names of a file that are wholly in ASCII letters or digits, two or more."""
    lines = path.read_text(encoding="utf-8").splitlines()
    names = sorted({str(json.loads(line)["name"]) for line in lines})
    keys = {name: joined_letters(name) for name in names}
    return [name for name, key in keys.items() if key.isascii() and len(key) > 1]


def read_labelled(path: Path) -> tuple[list[Labelled], list[str]]:
    """Return the listings that have a brand, and the brands as written, each once."""
    listings: list[Labelled] = []
    brands: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        key = joined_letters(row["brand"] or "")
        if len(key) > 1:
            listings.append(Labelled(title=row["title"], brand=key))
            brands.setdefault(key, row["brand"])
    return listings, list(brands.values())


def make_matcher(brands: Sequence[str], names: Sequence[str], size: int) -> Matcher:
    """Return a matcher of ``size`` marks: all the brands, then names in random order."""
    filling = list(names)
    random.Random(SEED).shuffle(filling)
    marks: dict[str, str] = {}
    for name in [*brands, *filling]:
        if len(marks) >= max(size, len(brands)):
            break
        marks.setdefault(joined_letters(name), name)
    rights = [Right(id=key, kind="trademark", name=name) for key, name in marks.items()]
    return Matcher(rights, {}, MatchSettings(cutoff=0))


def move_brands(listings: Iterable[Labelled]) -> list[Labelled]:
    """Return the listings, in one of ``MOVED`` the first words moved if they are the brand.

    Catalogues begin nearly every title with the brand; a fit to them alone would take any other
    place for proof that it is not meant.
    """
    moved, rng = [], random.Random(SEED)
    for listing in listings:
        words = _WORD.findall(listing.title)
        count = next((n for n in range(1, 5) if _joined(words[:n]) == listing.brand), 0)
        if count and len(words) > count + 1 and rng.randrange(MOVED) == 0:
            place = rng.randint(count + 1, len(words))
            words = [*words[count:place], *words[:count], *words[place:]]
            moved.append(Labelled(title=" ".join(words), brand=listing.brand))
        else:
            moved.append(listing)
    return moved


def _joined(words: Sequence[str]) -> str:
    return joined_letters(" ".join(words))


def find_rows(matcher: Matcher, listings: Iterable[Labelled]) -> Iterator[Row]:
    """Yield a row for every mark that the matcher finds in a title."""
    for number, labelled in enumerate(listings):
        listing = Listing(url=f"https://shop.example/{number}", title=labelled.title)
        for candidate in matcher.find_candidates(Subject(listing=listing, pictures={})):
            findings = matcher.judge(candidate).findings
            said = next(finding for finding in findings if finding.feature == "name")
            match = next(
                found.match
                for found in candidate.names
                if (found.match.span, found.match.form) == (said.span, said.form)
            )
            level = find_level("title", labelled.title, match)
            standing = find_levels(candidate, match)
            fitted = {"name", *standing}
            rest = sum(finding.weight for finding in findings if finding.feature not in fitted)
            yield Row(
                listing=number,
                mark=candidate.right.id,
                answer=candidate.right.id == labelled.brand,
                exact=match.distance == 0,
                levels=(
                    f"name: {level.label if level else ''}",
                    *(f"{feature}: {value}" for feature, value in standing.items()),
                ),
                rest=rest,
                bits=rest + matcher.prior + sum(f.weight for f in findings if f.feature in fitted),
            )


def find_fold(mark: str, folds: int) -> int:
    """Return which fold a mark belongs to, the same on every machine."""
    return hashlib.md5(mark.encode(), usedforsecurity=False).digest()[0] % folds
