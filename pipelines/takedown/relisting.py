"""Finding noticed listings that are gone and stand at another URL by now.

It takes two of three to be the same: the seller, the pictures, the text. A seller that offers
something else is no relisting, nor are the same words at another seller's. What a shop shows
everywhere (a logo, a placeholder), and a title that a seller gives to many goods, say nothing.

No search reads all listings: what shares a seller, a picture, the words of a title or a piece of a
description is found by keys, which are made once of each sighting.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from heapq import nsmallest
from zlib import crc32

from rapidfuzz import fuzz
from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.model import Listing, Seller, stable_id
from crawler.pictures import PictureFolder
from crawler.store.cases import record_case_event
from crawler.store.database import now, writing
from crawler.store.listing_keys import (
    find_sharing,
    find_unread,
    is_common,
    key_of,
    record_keys,
)
from crawler.store.listings import StoredListing, find_listings
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
RUN, RUNS = 5, 3
"""Words, or Chinese characters, of a run of a description, and runs by which one is found."""
MOST_TOKENS = 500
"""Words of a description that are read."""
AT_ONCE = 500
"""Sightings of which keys are made in one transaction."""
MOST_LOADED = 2_000
"""Listings that a search keeps in memory."""
MOST_SHARING = 50
"""Listings with the same picture, title or run of words beyond which nothing is found by it."""
COMMON = 2
"""A picture or a title on more than so many other listings than the noticed ones is the shop's."""
_NUMBER = re.compile(r"\d+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")
"""A Chinese character, or a word."""


@dataclass(frozen=True, kw_only=True)
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

    @cached_property
    def text(self) -> str:
        """Its description, made comparable."""
        return _comparable(self.listing.description or "")


class _Search:
    """One search: what it reads, and what is the shop's rather than a listing's."""

    def __init__(self, db: Database, pictures: PictureFolder, noticed: Iterable[str]) -> None:
        self._db = db
        self._noticed = frozenset(stable_id("l", url) for url in noticed)
        self.pictures = Pictures(pictures)
        # listings are looked at again for each of a seller's goods that are gone
        self.load = lru_cache(MOST_LOADED)(self._load)
        self._is_common = lru_cache(MOST_LOADED)(self._ask)

    def find(self, was: _Seen, *, since: datetime) -> Iterator[_Seen]:
        """Yield listings that share something with one, and were new after a moment."""
        telling = {key for key in _own_keys(was) if not self._is_common(key, MOST_SHARING)}
        for listing in find_sharing(self._db, _seller_numbers(was) | telling, since=since):
            one = None if listing in self._noticed else self.load(listing)
            if one is not None:
                yield one

    def _load(self, name: str) -> _Seen | None:
        return next(map(_seen, find_listings(self._db, name=name)), None)

    def is_shops_picture(self, sha256: str) -> bool:
        """Tell whether a picture is on more listings than goods have."""
        return self._is_common(key_of("picture", sha256), COMMON)

    def is_shops_title(self, title: str) -> bool:
        """Tell whether more listings have a title than one thing has."""
        return self._is_common(_title_key(title), COMMON)

    def _ask(self, key: int, most: int) -> bool:
        return is_common(self._db, key, self._noticed, most)


def find_relistings(db: Database, workspace: Workspace) -> list[Relisting]:
    """Return listings that are what a case's gone listing was, at a URL that was new afterwards.

    Those that are known are left out. Keys of new sightings are written first.
    """
    gone = _gone(db)
    if not gone:
        return []
    _read_new(db)
    search = _Search(db, workspace.pictures, (one.url for one in find_noticed(db)))
    known = {(one.case, one.new) for one in find_stored_relistings(db)}
    found: dict[tuple[str, str], Relisting] = {}
    for old in gone:
        was = search.load(old.url)
        if was is None:
            continue
        for one in search.find(was, since=old.sent_at):
            key = (old.case, one.listing.url)
            if key in known or key in found:
                continue
            reasons = _compare(was, one, search)
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


def _read_new(db: Database) -> None:
    """Make the keys of all that was sighted since the last search, a few at a time."""
    while True:
        listings, until = find_unread(db, AT_ONCE)
        if not until:
            return
        stored = [one for name in listings for one in find_listings(db, name=name)]
        keys = {
            one.id: _seller_numbers(seen) | _own_keys(seen)
            for one in stored
            for seen in [_seen(one)]
        }
        with writing(db):
            record_keys(db, keys, until)


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


def _seen(stored: StoredListing) -> _Seen:
    listing = stored.listing
    return _Seen(
        listing=listing,
        sighting=stored.sighting,
        first_seen_at=stored.first_seen_at,
        seller=_seller_keys(listing.seller, listing.site),
        pictures=frozenset(stored.pictures.values()),
        title=_comparable(listing.title),
    )


def _seller_numbers(seen: _Seen) -> set[int]:
    """Return the keys by which all goods of a seller are found."""
    return {key_of("seller", key) for key in seen.seller}


def _own_keys(seen: _Seen) -> set[int]:
    """Return the keys by which a listing is found: of its pictures, title and description.

    Of the words of a title the order makes no difference. Of a description it is the least of the
    digests of its runs of words (min-wise hashing, Broder 1997): two that are nearly the same have
    most likely one of them in common.
    """
    keys = {key_of("picture", sha256) for sha256 in seen.pictures}
    keys.add(_title_key(seen.title))
    text = seen.text
    if _length(text) >= SHORTEST_TEXT:
        tokens = _TOKEN.findall(text)[:MOST_TOKENS]
        starts = range(max(1, len(tokens) - RUN + 1))
        runs = {" ".join(tokens[n : n + RUN]).encode() for n in starts}
        keys.update(key_of("run", run.decode()) for run in nsmallest(RUNS, runs, key=crc32))
    return keys


def _title_key(title: str) -> int:
    return key_of("title", *sorted(_TOKEN.findall(title)))


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


def _compare(was: _Seen, one: _Seen, search: _Search) -> tuple[str, ...]:
    """Return why one listing is the other at a new URL, in words; empty when it is not."""
    seller = _same_seller(was, one)
    pictures = _same_pictures(was, one, search)
    if seller is None and pictures is None:
        return ()
    text = _same_text(was, one, search)
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


def _same_pictures(was: _Seen, one: _Seen, search: _Search) -> str | None:
    """Say how many pictures are the same, those left aside that the shop shows everywhere."""
    old, new = (
        [sha256 for sha256 in seen.pictures if not search.is_shops_picture(sha256)]
        for seen in (was, one)
    )
    count = search.pictures.find_same(old, new) if old and new else 0
    return f"the same pictures: {count} of {len(was.pictures)}" if count else None


def _same_text(was: _Seen, one: _Seen, search: _Search) -> str | None:
    texts = (was.text, one.text)
    if min(map(_length, texts)) >= SHORTEST_TEXT and _same_numbers(*texts):
        alike = fuzz.token_sort_ratio(*texts)
        if alike >= ALIKE_TEXT:
            return f"the same description: {alike:.0f}% alike"
    titles = (was.title, one.title)
    if min(map(_length, titles)) < SHORTEST_TITLE or not _same_numbers(*titles):
        return None
    if search.is_shops_title(one.title):
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
    """Return the letters and digits of what was made comparable, a Chinese character as two."""
    return len(text) - text.count(" ") + len(_HAN.findall(text))


def _shows_other_goods(was: _Seen, one: _Seen) -> bool:
    """Tell whether both show pictures, all of them others: then a title alone proves nothing."""
    texts = (was.text, one.text)
    same_text = min(map(_length, texts)) >= SHORTEST_TEXT and (
        fuzz.token_sort_ratio(*texts) >= ALIKE_TEXT
    )
    return bool(was.pictures and one.pictures) and not same_text
