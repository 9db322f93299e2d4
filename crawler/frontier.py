"""What a sweep has still to fetch: on disk, with the next few rows of each site in memory.

Scrapy's own queues hold every request in memory (1.2 to 1.5 KB each), look through all hosts for
each pop, and are lost on ``kill -9``. Here a target is a row of the workspace's database, taken out
in the transaction that records how it ended, so that a sweep can be killed at any moment and goes
on with what was left. Sites take turns; only so many are worked on at a time, the others wait until
one is done, which bounds memory and open connections whatever the number of sites.
"""

from __future__ import annotations

import logging
from bisect import insort
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from crawler.store.frontier import Changes, Row

logger = logging.getLogger(__name__)

HEADS = 8
"""Rows of a site that are kept in memory."""
ACTIVE_SITES = 400
"""Sites that are worked on at the same time. A night of 18,000 sites at one request per 2 seconds
needs at least that many; stock Scrapy falls to .38 of its speed with all of them at once."""


class Rows(Protocol):
    """What stands on disk."""

    def first(self, site: str, most: int) -> list[Row]:
        """Return the first rows of a site, in order."""

    def hold(self, target: str) -> bool:
        """Tell whether a target waits."""

    def find(self, target: str) -> Row | None:
        """Return the row of a target that waits."""


class _Site:
    """What is known of one site's rows."""

    __slots__ = ("active", "early", "heads", "left", "loading", "name", "offered", "on_disk", "out")

    def __init__(self, name: str) -> None:
        self.name = name
        self.heads: list[Row] = []
        """The first rows, in order; none on disk comes before them."""
        self.on_disk = 0
        """Rows that wait on disk alone."""
        self.out: set[int] = set()
        """Numbers of rows that were handed out and may still stand on disk."""
        self.early = 0
        """Rows that were handed out, have not ended, and may make late ones needless."""
        self.loading: set[str] = set()
        """Targets that are being fetched."""
        self.left: str | None = None
        """Why nothing more of the site is fetched; None = it is."""
        self.offered = False
        """Whether it stands in one of the queues of sites."""
        self.active = False

    @property
    def waiting(self) -> int:
        """Rows that were not handed out."""
        return len(self.heads) + self.on_disk


class Frontier:
    """Rows in, rows out; what has to be written is collected and handed over as ``changes``.

    Without rows on disk every row is kept in memory.
    """

    def __init__(
        self,
        stored: Rows | None = None,
        *,
        ahead: int = 2,
        active_sites: int = ACTIVE_SITES,
        first_number: int = 1,
    ) -> None:
        """Make an empty one.

        :param stored: where rows that are not in memory are read from
        :param ahead: rows of one site that may be handed out and not yet fetched
        :param active_sites: sites that are worked on at the same time
        :param first_number: of the rows to come
        """
        self._stored = stored
        self._ahead = ahead
        self._most_active = active_sites
        self._number = first_number
        self._sites: dict[str, _Site] = {}
        self._ready: deque[_Site] = deque()
        self._dormant: deque[_Site] = deque()
        self._active = 0
        self._out: dict[str, Row] = {}
        self._dropped: dict[str, str] = {}
        self._fetchable = 0
        self.total = 0
        """Targets that have not ended, waiting or handed out."""
        self.changes = Changes([], [], [], [], [])
        """What has to be written."""
        self.flush: Callable[[], None] = lambda: None
        """Writes the changes, or fails and leaves them."""

    # -- what a former run left ----------------------------------------------------------
    def restore(self, rows: Mapping[str, int]) -> None:
        """Take over what waits on disk: site -> number of rows."""
        for name, count in rows.items():
            site = self._site(name)
            site.on_disk += count
            self.total += count
            self._fetchable += count
            self._offer(site)

    # -- in ---------------------------------------------------------------------------------
    def add(self, site: str, target: str, priority: int = 0, request: str | None = None) -> None:
        """Let a target wait.

        :param priority: higher is earlier, as in Scrapy; below 0, the target waits until all others
            of its site that were handed out have ended, as these may tell what stands there
        """
        row = Row(-priority, self._number, site, target, request)
        self._number += 1
        self.total += 1
        self.changes.added.append(row)
        where = self._site(site)
        if where.left is None:
            self._fetchable += 1
        if self._stored is None or (not where.on_disk and len(where.heads) < HEADS):
            insort(where.heads, row)
        elif where.heads and row < where.heads[-1]:
            insort(where.heads, row)
            if len(where.heads) > HEADS:
                where.heads.pop()
                where.on_disk += 1
        else:
            where.on_disk += 1
        self._offer(where)

    # -- out --------------------------------------------------------------------------------
    @property
    def has_next(self) -> bool:
        """Whether anything waits that is to be fetched."""
        return self._fetchable > 0

    def pop(self) -> Row | None:
        """Hand out the next row; None when every site that has one is busy."""
        while True:
            site = self._next_site()
            if site is None:
                return None
            site.offered = False
            if site.left is None and not site.heads and site.on_disk:
                self._refill(site)
            if site.left is not None or not site.heads:
                self._retire(site)
                continue
            if len(site.loading) >= self._ahead or (site.early and _is_late(site.heads[0])):
                continue
            row = site.heads.pop(0)
            site.early += not _is_late(row)
            self._activate(site)
            self._fetchable -= 1
            site.out.add(row.number)
            site.loading.add(row.target)
            self._out[row.target] = row
            self._offer(site)
            return row

    def fetched(self, target: str) -> None:
        """Note that a target has been fetched: its site may have another."""
        if row := self._out.get(target):
            site = self._sites[row.site]
            site.loading.discard(target)
            self._offer(site)

    def fetching(self, target: str) -> None:
        """Note that a target is fetched once more (a redirect, a retry, a rendering)."""
        if row := self._out.get(target):
            self._sites[row.site].loading.add(target)

    def is_out(self, target: str) -> bool:
        """Whether a target was handed out and has not ended."""
        return target in self._out

    def waits(self, name: str, target: str) -> bool:
        """Whether a target waits that was not handed out."""
        if any(row.target == target for row in self._site(name).heads):
            return True
        changes = self.changes
        if target in self._out or target in self._dropped:
            return False
        if (name, target) in changes.read_elsewhere:
            return False
        if any(row.target == target for row in changes.ended):
            return False
        if any(row.target == target for row in changes.added):
            return True
        return self._stored is not None and self._stored.hold(target)

    def row_of(self, target: str) -> Row:
        """Return the row of a target that was handed out."""
        return self._out[target]

    # -- ends -------------------------------------------------------------------------------
    def end(self, target: str) -> bool:
        """End a target that was handed out; False when it was not."""
        row = self._out.pop(target, None)
        if row is None:
            return False
        self.total -= 1
        self.changes.ended.append(row)
        site = self._sites[row.site]
        site.early -= not _is_late(row)
        site.loading.discard(target)
        self._offer(site)
        return True

    def drop(self, name: str, target: str) -> None:
        """Take out a target that waits: it was read elsewhere and need not be fetched.

        On disk it stays until it is forgotten: what was read elsewhere is not recorded yet.
        """
        site = self._site(name)
        for place, row in enumerate(site.heads):
            if row.target == target:
                del site.heads[place]
                break
        else:
            site.on_disk -= 1
        self._dropped[target] = name
        self.total -= 1
        if site.left is None:
            self._fetchable -= 1

    def move_up(self, name: str, targets: Iterable[str], priority: int) -> None:
        """Give targets of a site that wait on disk a higher priority; what is under way stays.

        When what has to be written cannot be, they keep their places.
        """
        wanted = list(targets)
        if self._stored is None or not wanted:
            return
        self.flush()
        if self.changes:
            return
        site = self._site(name)
        heads = {row.target: row for row in site.heads}
        for target in wanted:
            row = heads.get(target) or self._stored.find(target)
            if row is None or row.number in site.out or target in self._dropped:
                continue
            if row.priority <= -priority:
                continue
            self._take_out(site, row)
            self.add(name, target, priority, row.request)
        self.flush()

    def _take_out(self, site: _Site, row: Row) -> None:
        """Take a row that waits out of the table and of memory."""
        if row in site.heads:
            site.heads.remove(row)
        else:
            site.on_disk -= 1
        self.total -= 1
        if site.left is None:
            self._fetchable -= 1
        site.out.add(row.number)
        self.changes.ended.append(row)

    def forget(self, target: str) -> None:
        """Note that a target that was dropped has ended; any other is none of its business."""
        if name := self._dropped.pop(target, None):
            self.changes.read_elsewhere.append((name, target))

    def put_back(self, target: str) -> None:
        """Let a target that was handed out go on waiting on disk; this run does not fetch it."""
        row = self._out.pop(target, None)
        if row is None:
            return
        site = self._sites[row.site]
        site.early -= not _is_late(row)
        site.out.discard(row.number)
        site.loading.discard(target)
        site.on_disk += 1
        if site.left is None:
            self._fetchable += 1
        self._retire(site)

    def leave(self, name: str, reason: str) -> None:
        """Fetch nothing more of a site; what waits of it stays, with the reason."""
        site = self._site(name)
        if site.left is None:
            self._fetchable -= site.waiting
        site.left = reason
        self._retire(site)

    @property
    def sites(self) -> set[str]:
        """Sites of which anything waited in this run."""
        return set(self._sites)

    @property
    def left(self) -> dict[str, str]:
        """Site -> why nothing more of it is fetched."""
        return {s.name: s.left for s in self._sites.values() if s.left is not None}

    def written(self) -> None:
        """Forget the changes: they stand on disk."""
        for row in self.changes.ended:
            self._sites[row.site].out.discard(row.number)
        self.changes = Changes([], [], [], [], [])

    def tell_left(self) -> None:
        """Note for each site that was left why: rows that came later have no reason yet."""
        self.changes.left.extend(self.left.items())

    # -- within -----------------------------------------------------------------------------
    def _site(self, name: str) -> _Site:
        site = self._sites.get(name)
        if site is None:
            site = self._sites[name] = _Site(name)
        return site

    def _next_site(self) -> _Site | None:
        if self._ready:
            return self._ready.popleft()
        while self._dormant and self._active < self._most_active:
            site = self._dormant.popleft()
            self._activate(site)
            return site
        return None

    def _offer(self, site: _Site) -> None:
        """Queue a site that has something to fetch and may be asked; retire one that has not."""
        if site.left is not None or not site.waiting:
            self._retire(site)
        elif not site.offered and len(site.loading) < self._ahead:
            site.offered = True
            (self._ready if site.active else self._dormant).append(site)

    def _activate(self, site: _Site) -> None:
        if not site.active:
            site.active = True
            self._active += 1

    def _retire(self, site: _Site) -> None:
        if site.active and not site.loading:
            site.active = False
            self._active -= 1

    def _refill(self, site: _Site) -> None:
        """Read the next rows of a site from disk."""
        self.flush()
        assert self._stored is not None
        unwritten = (row for row in self.changes.added if row.site == site.name)
        gone = {target for name, target in self.changes.read_elsewhere if name == site.name}
        gone |= {target for target, name in self._dropped.items() if name == site.name}
        rows = self._stored.first(site.name, HEADS + len(site.out) + len(gone))
        found = _wanted({*rows, *unwritten}, site.out, gone)
        site.heads = found[:HEADS]
        site.on_disk -= len(site.heads)
        if not found:  # somebody else took rows out of the table
            logger.error("%d rows of %s are not on disk any more", site.on_disk, site.name)
            self._fetchable -= site.on_disk
            self.total -= site.on_disk
            site.on_disk = 0


def _is_late(row: Row) -> bool:
    return row.priority > 0


def _wanted(rows: Iterable[Row], out: set[int], gone: set[str]) -> list[Row]:
    return sorted(row for row in rows if row.number not in out and row.target not in gone)
