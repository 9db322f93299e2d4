"""The book of a sweep's targets: each URL is taken once and ends in exactly one honest state."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from twisted.python.failure import Failure

from crawler.failures import outcome_of_failure
from crawler.frontier import Frontier
from crawler.identities import storable
from crawler.lastmods import believed_dates, is_newer
from crawler.link import Link
from crawler.model import Outcome, PageWarning, TargetState
from crawler.revisits import Revisits, visit_without
from crawler.sites import canonical_url, site_of
from crawler.store.database import now, timestamp
from crawler.store.frontier import Changes, Row
from crawler.store.visits import Visit, Visits

logger = logging.getLogger(__name__)

LONGEST_URL = 2083
"""Longer ones are made by traps; Internet Explorer set the measure, and shops keep to it."""
TOO_LONG = f"URL of more than {LONGEST_URL} characters"
LAST = -10
"""Priority below that of every link."""
NEWER = 35
"""Priority of a page that changed since it was read, as its sitemap says: before other listings."""
NOT_MODIFIED = "HTTP 304"
"""Why a page is unchanged by its server's word alone."""
OVER_BUDGET = "page budget of the site is used up"
_MISSED = (TargetState.FAILED, TargetState.BLOCKED)
"""Targets that ended so are asked for again in the next sweep; so is what robots.txt forbade."""


class Unwritten(NamedTuple):
    """What has to be written, in one transaction."""

    outcomes: list[Outcome]
    warnings: list[PageWarning]
    frontier: Changes
    visits: Visits | None
    requests: Counter[str]
    """Site -> requests that were sent since it was last written."""
    spent: Mapping[str, tuple[int, float]]
    """Site -> bytes and seconds that it has cost since the sweep began; the empty name is the whole
    sweep."""

    def __bool__(self) -> bool:
        return any(self)


class Targets:
    """Which URLs a sweep took on, and how each ended."""

    def __init__(
        self,
        pages_per_site: int,
        frontier: Frontier | None = None,
        revisits: Revisits | None = None,
    ) -> None:
        self._pages_per_site = pages_per_site
        self._sites: set[str] = set()
        self._taken: set[int] = set()
        self._pages: Counter[str] = Counter()
        self._addresses: dict[str, str] = {}
        self._outcomes: list[Outcome] = []
        self._warnings: list[PageWarning] = []
        self.frontier = Frontier() if frontier is None else frontier
        """What is still to be fetched."""
        self.revisits = revisits
        """What the last sweeps saw; None = nothing is remembered."""
        self._requests: Counter[str] = Counter()
        self._costing: set[str] = set()
        self._resting: dict[str, str] = {}
        self.settled: Counter[TargetState] = Counter()
        """How many targets ended in each state so far."""
        self.on_change: Callable[[], None] = lambda: None
        """Called when something has to be written."""
        self.find_trap: Callable[[str, str], str | None] = lambda site, url: None  # noqa: ARG005
        """Asked of each new URL; returns the reason why it is left out, if it is."""
        self.find_spent: Callable[[str], tuple[int, float]] = lambda site: (0, 0.0)  # noqa: ARG005
        """Returns the bytes and seconds that a site has cost; the empty name is the whole sweep."""
        self.spent_before: Mapping[str, tuple[int, float]] = {}
        """The same of former runs of the sweep."""
        self.shown_before: Iterable[tuple[str, str]] = ()
        """(site, URL) of what former runs of the sweep found, in order; read once."""
        self.traps_told: frozenset[tuple[str, str]] = frozenset()
        """(site, reason) of the traps that former runs told of."""

    @property
    def waiting(self) -> int:
        """How many targets have not ended yet."""
        return self.frontier.total

    @property
    def over_budget(self) -> set[str]:
        """Sites of which something was left out, since their page budget is used up."""
        return {site for site, why in self.frontier.left.items() if why == OVER_BUDGET}

    def restore(
        self,
        taken: Iterable[str],
        pages: Mapping[str, int],
        addresses: Iterable[tuple[str, str]],
    ) -> None:
        """Take over what a former run of the sweep did.

        :param taken: the name of every target so far
        :param pages: site -> pages fetched
        :param addresses: (identity, URL) of every listing met
        """
        self._taken.update(map(hash, taken))
        self._pages.update(pages)
        self._addresses.update(addresses)

    def add_seed(self, url: str) -> None:
        """Count the seed's site among those that are swept."""
        self._sites.add(site_of(url))

    def leave_others(self, sites: Iterable[str]) -> None:
        """Leave what a former run found on sites that the campaign has no more."""
        for site in self.frontier.sites - set(sites):
            self.frontier.leave(site, "the site is not in the campaign any more")

    def on_site(self, url: str) -> bool:
        """Whether the URL lies on a site that is swept."""
        return site_of(url) in self._sites

    def take(self, url: str, label: str | None = None) -> str | None:
        """Take a URL on, and return its name: its canonical form, with the label behind ``#``.

        None when it is not to be fetched: it lies elsewhere, or was taken before.
        """
        target = canonical_url(url)
        if target is None or not self.on_site(target):
            return None
        if label:
            target = f"{target}#{label}"
        if not self._claim(target):
            return None
        if rule := self._rule_against(site_of(target), target):
            self.note(target, TargetState.SKIPPED, rule)
            return None
        return target

    def take_link(self, link: Link, site: str, depth: int) -> None:
        """Take a link of a page of the site on and let it wait, if it is new."""
        if site in self._sites and self._claim(link.url):
            if rule := self._rule_against(site, link.url):
                self.note(link.url, TargetState.SKIPPED, rule)
            else:
                self.frontier.add(site, link.url, link.priority, link.request_text(depth))
                self.on_change()

    def _rule_against(self, site: str, url: str) -> str | None:
        return TOO_LONG if len(url) > LONGEST_URL else self.find_trap(site, url)

    def take_left(self, row: Row) -> None:
        """Let a page that the last sweep found and did not reach wait for its turn."""
        if self._claim(row.target):
            self.frontier.add(row.site, row.target, -row.priority, row.request)

    def take_again(self, visit: Visit, due: datetime | None = None) -> None:
        """Let a page that a former sweep read wait for its turn.

        What was read from a catalogue comes last: by then the catalogue has mostly told of it.

        :param due: before then a page that was matched as it would be now is left alone
        """
        if not self._claim(visit.url):
            return
        is_known = self.revisits is not None and visit.plan == self.revisits.plan
        if due is not None and due > now() and is_known and (visit.body or visit.listing):
            reason = f"rule: by its changes so far it is not due before {due:%Y-%m-%d %H:%M} UTC"
            self.note(visit.url, TargetState.SKIPPED, reason, visit.kind)
        else:
            priority = LAST if visit.source is not None else -visit.priority
            self.frontier.add(visit.site, visit.url, priority, visit.request)

    def rest(self, visit: Visit, until: datetime) -> None:
        """Leave alone what is gone, or not had, for a while, unless the site leads there again."""
        ended = f"gone {visit.gone}" if visit.missed < 2 else f"not had {visit.missed}"
        self._resting[visit.url] = (
            f"rule: {ended} times in a row; asked for again from {until:%Y-%m-%d %H:%M} UTC on"
        )

    def end_resting(self) -> None:
        """Say of what is gone for a while that it was not asked for: nothing led there."""
        for url, reason in self._resting.items():
            if self._claim(url):
                self.note(url, TargetState.SKIPPED, reason)
        self._resting = {}

    def learn_dates(self, sitemap: str, site: str, lastmods: Mapping[str, str]) -> None:
        """Keep what a sitemap says of its pages; what changed since it was read goes first."""
        revisits = self.revisits
        if revisits is None:
            return
        believed = {}
        if revisits.belief.believes_dates(sitemap):
            believed = believed_dates(lastmods, now())
        revisits.unwritten.lastmods.append((sitemap, believed))
        self.on_change()
        read = revisits.stored.read_times(site) if believed else {}
        newer = [url for url, date in believed.items() if is_newer(date, read.get(url))]
        self.frontier.move_up(site, newer, NEWER)

    def wait(self, target: str, priority: int = 0, request: str | None = None) -> None:
        """Let a target that was taken wait for its turn."""
        self.frontier.add(site_of(target), target, priority, request)
        self.on_change()

    def spend(self, target: str) -> bool:
        """Count a page of the target's site as fetched; False when its budget is used up."""
        site = site_of(target)
        if self._pages[site] >= self._pages_per_site:
            return False
        self._pages[site] += 1
        return True

    def claim(self, url: str) -> bool:
        """Mark a URL as fetched on the way to another target; False when it was taken before."""
        name = canonical_url(url)
        return name is not None and self._claim(name)

    def read_elsewhere(self, url: str) -> bool:
        """End the listing at ``url`` as read from a catalogue; False when its page was or is read.

        A page of it that still waits need not be fetched.
        """
        name = canonical_url(url)
        if name is None or not self.on_site(name) or self.frontier.is_out(name):
            return False
        if not self._claim(name):
            if not self.frontier.waits(site_of(name), name):
                return False
            self.frontier.drop(site_of(name), name)
        return True

    def first_address(self, identity: str, fetched: str) -> str:
        """Return the first URL at which a listing of that identity was met."""
        first = self._addresses.get(identity)
        if first is None:
            first = self._addresses[identity] = fetched
            self.frontier.changes.addresses.append((identity, fetched))
        return first

    def other_address(self, identities: Iterable[str], fetched: str) -> str | None:
        """Return another URL at which a listing of one of the identities was met first."""
        addresses = [self.first_address(identity, fetched) for identity in identities]
        return next((address for address in addresses if address != fetched), None)

    def settle(
        self, target: str, state: TargetState, reason: str | None = None, kind: str | None = None
    ) -> None:
        """End a target that was handed out.

        The first word counts: a target that has ended stays as it ended. One that was not reached
        has not ended: it goes on waiting, with everything of its site, for a run that goes on.
        """
        if state is TargetState.NOT_REACHED:
            self.frontier.leave(site_of(target), reason or "not reached")
            self.frontier.put_back(target)
        elif self.frontier.is_out(target):
            row = self.frontier.row_of(target)
            self.frontier.end(target)
            if self.revisits is not None:
                if state in _MISSED or (reason or "").startswith("robots.txt"):
                    missed = visit_without(row, missed=state in _MISSED)
                    self.revisits.unwritten.missed.append(missed)
                    self._tell_unread(self.revisits, target, reason)
                kind = self._look_back(self.revisits, row, state, reason) or kind
                self.revisits.forget(target)
            self.note(target, state, reason, kind)
        else:
            logger.debug("already settled: %s (now %s, %s)", target, state, reason)

    def _tell_unread(self, revisits: Revisits, target: str, reason: str | None) -> None:
        """Tell of the listings that were read from a catalogue which was not had this time."""
        if count := len(revisits.stored.read_from(target)):
            message = (
                f"{count} listings that it told of last time are looked for at their pages:"
                f" {reason or 'it was not had'}"
            )
            self.warn(target, message)

    def _look_back(
        self, revisits: Revisits, row: Row, state: TargetState, reason: str | None
    ) -> str | None:
        """Confirm what is unchanged, note what is gone; return what an unchanged page is."""
        target = row.target
        if state is TargetState.GONE:
            revisits.unwritten.gone.append(visit_without(row))
        visit = revisits.find(target) if state is TargetState.UNCHANGED else None
        if visit is None:
            return None
        in_full = reason != NOT_MODIFIED
        self.confirm(visit, in_full=in_full)
        for listing in revisits.stored.read_from(target):
            if self.read_elsewhere(listing.url):
                self.confirm(listing, in_full=in_full)
                self.note(listing.url, state, f"read from {target}, which is as it was", "listing")
        return visit.kind

    def confirm(self, visit: Visit, *, in_full: bool) -> None:
        """Note that what was read last time stands.

        :param in_full: it was sent once more; else by the server's word alone
        """
        assert self.revisits is not None
        at = timestamp(now())
        self.revisits.unwritten.confirmed.append((at, at if in_full else None, visit.url))
        self.know(visit)

    def know(self, visit: Visit) -> None:
        """Note that a listing that was read before is on sale there still."""
        for identity in (visit.identities or "").split():
            self.first_address(identity, visit.url)

    def note(
        self, target: str, state: TargetState, reason: str | None = None, kind: str | None = None
    ) -> None:
        """Note how a target ended."""
        self.frontier.forget(target)
        self.settled[state] += 1
        reason = None if reason is None else storable(reason)
        outcome = Outcome(url=target, site=site_of(target), state=state, reason=reason, kind=kind)
        self._outcomes.append(outcome)
        self.on_change()

    def count_request(self, url: str) -> None:
        """Count a request that was sent to a site that is swept."""
        if self.on_site(url):
            self._requests[site_of(url)] += 1
            self._costing.add(site_of(url))

    def count_cost(self, site: str) -> None:
        """Note that what a site has cost has to be written."""
        self._costing.add(site)

    def warn(self, url: str, message: str) -> None:
        """Note something that people must know of the sweep."""
        self._warnings.append(PageWarning(url=storable(url), message=storable(message)))

    @property
    def unwritten(self) -> Unwritten:
        """What has to be written, all of it or nothing."""
        visits = None if self.revisits is None else self.revisits.unwritten
        costing = {"", *self._costing} if self._costing else ()
        return Unwritten(
            self._outcomes,
            self._warnings,
            self.frontier.changes,
            visits,
            self._requests,
            {site: self.find_spent(site) for site in costing},
        )

    def written(self) -> None:
        """Forget what had to be written: it stands in the store."""
        self._outcomes, self._warnings, self._requests = [], [], Counter()
        self._costing = set()
        self.frontier.written()
        if self.revisits is not None:
            self.revisits.written()

    def errback(self, target: str) -> Callable[[Failure], None]:
        """Return what ends the target when its request fails."""

        def settle(failure: Failure) -> None:
            assert failure.value is not None
            state, reason = outcome_of_failure(failure.value)
            request = getattr(failure, "request", None)
            if state in _MISSED and request is not None and "interface" in request.meta:
                name = request.meta["interface"]
                told = f"the {name} interface does not answer: {reason}; pages are read"
                self.warn(target, told)
            self.settle(target, state, reason, getattr(failure.value, "kind", None))

        return settle

    def _claim(self, name: str) -> bool:
        key = hash(name)
        if key in self._taken:
            return False
        self._taken.add(key)
        return True
