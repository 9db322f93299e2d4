"""Finding noticed listings that are gone and stand at another URL by now.

It takes two of three to be the same: the seller, the pictures, the text. A seller that offers
something else is no relisting, nor are the same words at another seller's. What a shop shows
everywhere (a logo, a placeholder), and a title that a seller gives to many goods, say nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rapidfuzz import fuzz
from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.model import Listing, Seller, stable_id
from crawler.store.cases import record_case_event
from crawler.store.database import now, writing
from crawler.store.listings import find_listings
from crawler.store.looks import (
    Noticed,
    Relisting,
    find_last_looks,
    find_noticed,
    find_stored_relistings,
    record_relisting,
)
from crawler.workspace import Workspace
from matchers.normalize import fold
from pipelines.takedown.same_pictures import Pictures

ALIKE_WORD = 85.0
"""Of 100: a word that is misspelt, or in the plural; shorter ones than ``SHORTEST_WORD``, and
Chinese characters, must be the same. Another colour makes another thing."""
SHORTEST_WORD = 5
MOST_ADDED = 0.25
"""Share of a title that the other one may lack: "new", 包邮."""
ALIKE_TEXT = 90.0
SHORTEST_TITLE = 8
"""Letters and digits of a title that says which goods are meant; a Chinese character counts two."""
SHORTEST_TEXT = 60
"""The same of a description."""
COMMON = 2
"""A picture or a title on more than so many other listings than the noticed ones is the shop's."""
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"\w", re.UNICODE)
_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")
"""A Chinese character, or a word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """A listing as last seen, made comparable."""

    listing: Listing
    sighting: str
    first_seen_at: datetime
    seller: frozenset[str]
    """By what its seller is known."""
    pictures: frozenset[str]
    """SHA-256 of each."""
    title: str

    @property
    def text(self) -> str:
        """Its description, made comparable."""
        return _comparable(self.listing.description or "")


@dataclass(frozen=True, slots=True)
class _Spread:
    """What else there is, to tell what is of one listing from what is of all."""

    shown: dict[str, int]
    """SHA-256 of a picture -> on how many listings it is."""
    named: dict[str, int]
    """Title -> how many listings have it."""
    pictures: Pictures


def find_relistings(db: Database, workspace: Workspace) -> list[Relisting]:
    """Return listings that are what a case's gone listing was, at a URL that was new afterwards.

    Those that are known are left out.
    """
    gone = _gone(db)
    if not gone:
        return []
    seen = dict(_load(db))
    noticed = {one.url for one in find_noticed(db)}
    others = [one for url, one in seen.items() if url not in noticed]
    shown, named = _spread(others)
    by_key = _by_key(others)
    spread = _Spread(shown, named, Pictures(workspace.pictures))
    known = {(one.case, one.new) for one in find_stored_relistings(db)}
    found: dict[tuple[str, str], Relisting] = {}
    for old in gone:
        was = seen.get(old.url)
        if was is None:
            continue
        for one in _candidates(was, by_key):
            key = (old.case, one.listing.url)
            if key in known or key in found or one.first_seen_at <= old.sent_at:
                continue
            reasons = _compare(was, one, spread)
            if reasons:
                found[key] = Relisting(
                    id=stable_id("r", *key),
                    case=old.case,
                    old=old.url,
                    new=one.listing.url,
                    sighting=one.sighting,
                    reasons=reasons,
                    found_at=now(),
                )
    return list(found.values())


def record_relistings(db: Database, found: Sequence[Relisting]) -> list[Relisting]:
    """Append what came back, and reopen its case; return what was not known before."""
    new: list[Relisting] = []
    with writing(db):
        for one in found:
            if record_relisting(db, one):
                told = {"relisting": one.id, "old": one.old, "new": one.new}
                by = Actor(name="markhound")
                record_case_event(db, one.case, "reopened", told, by, at=one.found_at)
                new.append(one)
    return new


def _gone(db: Database) -> list[Noticed]:
    last = find_last_looks(db, known_only=True)
    return [
        noticed
        for noticed in find_noticed(db)
        if (look := last.get((noticed.notice, noticed.url))) is not None and look.verdict == "gone"
    ]


def _load(db: Database) -> Iterator[tuple[str, _Seen]]:
    for stored in find_listings(db):
        listing = stored.listing
        yield (
            listing.url,
            _Seen(
                listing=listing,
                sighting=stored.sighting,
                first_seen_at=stored.first_seen_at,
                seller=_seller_keys(listing.seller, listing.site),
                pictures=frozenset(stored.pictures.values()),
                title=_comparable(listing.title),
            ),
        )


def _comparable(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))


def _seller_keys(seller: Seller | None, site: str | None) -> frozenset[str]:
    """Return by what a seller is known: id or name on its site, and contacts anywhere.

    Where a page names none, the site sells.
    """
    if seller is None:
        return frozenset((f"site {site}",))
    keys = {f"id {site} {seller.id}"} if seller.id else set[str]()
    if seller.name:
        keys.add(f"name {site} {_comparable(seller.name)}")
    if seller.url:
        keys.add(f"url {seller.url}")
    keys |= {f"contact {contact}" for contact in seller.contacts}
    return frozenset(keys)


def _spread(others: Iterable[_Seen]) -> tuple[dict[str, int], dict[str, int]]:
    """Return on how many listings each picture is, and how many have each title."""
    shown: defaultdict[str, int] = defaultdict(int)
    named: defaultdict[str, int] = defaultdict(int)
    for one in others:
        named[one.title] += 1
        for sha256 in one.pictures:
            shown[sha256] += 1
    return shown, named


def _by_key(others: Iterable[_Seen]) -> dict[str, list[_Seen]]:
    """Return seller's key, picture or title -> the listings that have it."""
    found: defaultdict[str, list[_Seen]] = defaultdict(list)
    for one in others:
        for key in (*one.seller, *one.pictures, one.title):
            found[key].append(one)
    return found


def _candidates(was: _Seen, by_key: dict[str, list[_Seen]]) -> Iterator[_Seen]:
    """Yield listings that share a seller, a picture or the title, each once."""
    met: set[str] = set()
    for key in (*was.seller, *was.pictures, was.title):
        for one in by_key.get(key, ()):
            if one.listing.url not in met and one.listing.url != was.listing.url:
                met.add(one.listing.url)
                yield one


def _compare(was: _Seen, one: _Seen, spread: _Spread) -> tuple[str, ...]:
    """Return why one listing is the other at a new URL, in words; empty when it is not."""
    seller = _same_seller(was, one)
    pictures = _same_pictures(was, one, spread)
    text = _same_text(was, one, spread.named)
    reasons = tuple(reason for reason in (seller, pictures, text) if reason)
    if pictures is None and text is not None and _shows_other_goods(was, one):
        return ()
    return reasons if len(reasons) >= 2 else ()


def _same_seller(was: _Seen, one: _Seen) -> str | None:
    common = sorted(was.seller & one.seller)
    if not common:
        return None
    seller = one.listing.seller
    name = (seller and (seller.name or seller.id or seller.url)) or one.listing.site
    what = {key.split(" ", 1)[0] for key in common}
    by = ", ".join(word for word in ("id", "name", "url", "contact", "site") if word in what)
    return f"the same seller: {name} (by {by})"


def _same_pictures(was: _Seen, one: _Seen, spread: _Spread) -> str | None:
    """Say how many pictures are the same, those left aside that the shop shows everywhere."""
    old, new = (
        [sha256 for sha256 in seen.pictures if spread.shown.get(sha256, 0) <= COMMON]
        for seen in (was, one)
    )
    count = spread.pictures.find_same(old, new) if old and new else 0
    return f"the same pictures: {count} of {len(was.pictures)}" if count else None


def _same_text(was: _Seen, one: _Seen, named: dict[str, int]) -> str | None:
    texts = (was.text, one.text)
    if min(map(_length, texts)) >= SHORTEST_TEXT and _same_numbers(*texts):
        alike = fuzz.token_sort_ratio(*texts)
        if alike >= ALIKE_TEXT:
            return f"the same description: {alike:.0f}% alike"
    titles = (was.title, one.title)
    if min(map(_length, titles)) < SHORTEST_TITLE or not _same_numbers(*titles):
        return None
    if named.get(one.title, 0) > COMMON:
        return None
    if not _same_words(*titles):
        return None
    return f"the same title: {one.listing.title!r}"


def _same_words(one: str, other: str) -> bool:
    """Tell whether all words of one title are in the other, in any order, and hardly any more."""
    few, many = sorted((Counter(_TOKEN.findall(one)), Counter(_TOKEN.findall(other))), key=_size)
    added = many - few
    for word in (few - many).elements():
        near = [w for w in added if max(len(w), len(word)) >= SHORTEST_WORD]
        best = max(near, key=lambda w: fuzz.ratio(w, word), default=None)
        if best is None or fuzz.ratio(best, word) < ALIKE_WORD:
            return False
        added -= Counter([best])
    return _size(added) <= MOST_ADDED * _size(many)


def _size(words: Counter[str]) -> int:
    return sum(map(len, words.elements()))


def _same_numbers(one: str, other: str) -> bool:
    """Tell whether both have the same numbers: a model or a size is another one."""
    return sorted(_NUMBER.findall(one)) == sorted(_NUMBER.findall(other))


def _length(text: str) -> int:
    return sum(2 if "\u3400" <= char <= "\u9fff" else 1 for char in text if _WORD.match(char))


def _shows_other_goods(was: _Seen, one: _Seen) -> bool:
    """Tell whether both show pictures, all of them others: then a title alone proves nothing."""
    texts = (was.text, one.text)
    same_text = min(map(_length, texts)) >= SHORTEST_TEXT and (
        fuzz.token_sort_ratio(*texts) >= ALIKE_TEXT
    )
    return bool(was.pictures and one.pictures) and not same_text
