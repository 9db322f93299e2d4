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
from crawler.link import Link
from crawler.model import Listing, Outcome, PageWarning, TargetState, stable_id
from crawler.revisits import Revisits
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
        self.settled: Counter[TargetState] = Counter()
        """How many targets ended in each state so far."""
        self.on_change: Callable[[], None] = lambda: None
        """Called when something has to be written."""
        self.find_trap: Callable[[str, str], str | None] = lambda site, url: None  # noqa: ARG005
        """Asked of each new URL; returns the reason why it is left out, if it is."""

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
            priority = LAST if visit.source else -visit.priority
            self.frontier.add(visit.site, visit.url, priority, visit.request)

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
                    self.revisits.unwritten.missed.append(_missed(row))
                kind = self._look_back(self.revisits, target, state) or kind
                self.revisits.forget(target)
            self.note(target, state, reason, kind)
        else:
            logger.debug("already settled: %s (now %s, %s)", target, state, reason)

    def _look_back(self, revisits: Revisits, target: str, state: TargetState) -> str | None:
        """Confirm what is unchanged, forget what is gone; return what an unchanged page is."""
        if state is TargetState.GONE:
            revisits.unwritten.gone.append(target)
        visit = revisits.find(target) if state is TargetState.UNCHANGED else None
        if visit is None:
            return None
        self.confirm(visit)
        for listing in revisits.stored.read_from(target):
            if self.read_elsewhere(listing.url):
                self.confirm(listing)
                self.note(listing.url, state, f"read from {target}, which is as it was", "listing")
        return visit.kind

    def confirm(self, visit: Visit) -> None:
        """Note that what was read last time stands."""
        assert self.revisits is not None
        self.revisits.unwritten.confirmed.append((timestamp(now()), visit.url))
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

    def warn(self, url: str, message: str) -> None:
        """Note something that people must know of the sweep."""
        self._warnings.append(PageWarning(url=storable(url), message=storable(message)))

    @property
    def unwritten(self) -> Unwritten:
        """What has to be written, all of it or nothing."""
        visits = None if self.revisits is None else self.revisits.unwritten
        return Unwritten(
            self._outcomes, self._warnings, self.frontier.changes, visits, self._requests
        )

    def written(self) -> None:
        """Forget what had to be written: it stands in the store."""
        self._outcomes, self._warnings, self._requests = [], [], Counter()
        self.frontier.written()
        if self.revisits is not None:
            self.revisits.written()

    def errback(self, target: str) -> Callable[[Failure], None]:
        """Return what ends the target when its request fails."""

        def settle(failure: Failure) -> None:
            assert failure.value is not None
            state, reason = outcome_of_failure(failure.value)
            self.settle(target, state, reason)

        return settle

    def _claim(self, name: str) -> bool:
        key = hash(name)
        if key in self._taken:
            return False
        self._taken.add(key)
        return True


def identities_of(listing: Listing, site: str, content: str | None) -> tuple[str, ...]:
    """Return by what a listing is known at another address of its site.

    By its canonical link and title, by its seller's article number or GTIN and title, and by the
    whole content of its page. The title counts as well, since a shop that names one canonical
    address, or one number, on all of its pages must not make them one listing.

    :param content: digest of what the page's server answered; None when that says nothing
    """
    seller = (listing.seller and (listing.seller.id or listing.seller.name)) or ""
    known: list[tuple[str, ...]] = [(listing.url, listing.title)]
    for kind, code in (("sku", listing.sku), ("gtin", listing.gtin)):
        if code:
            known.append((kind, site, seller, code, listing.title))
    if content:
        known.append(("content", site, content))
    return tuple(stable_id("i", *map(storable, parts)) for parts in known)


def _missed(row: Row) -> Visit:
    """Return a visit that saw nothing."""
    return Visit(
        url=row.target,
        site=row.site,
        kind="page",
        plan="",
        seen_at=timestamp(now()),
        priority=row.priority,
        request=row.request,
    )


def storable(text: str) -> str:
    """Return text that can be written as UTF-8: half a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace").decode()
