"""The book of a sweep's targets: each URL is taken once and ends in exactly one honest state."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from twisted.python.failure import Failure

from crawler.failures import outcome_of_failure
from crawler.frontier import Frontier
from crawler.model import Outcome, PageWarning, TargetState, stable_id
from crawler.sites import canonical_url, site_of
from crawler.store.frontier import Changes

logger = logging.getLogger(__name__)

LONGEST_URL = 2083
"""Longer ones are made by traps; Internet Explorer set the measure, and shops keep to it."""
OVER_BUDGET = "page budget of the site is used up"


class Unwritten(NamedTuple):
    """What has to be written, in one transaction."""

    outcomes: list[Outcome]
    warnings: list[PageWarning]
    frontier: Changes

    def __bool__(self) -> bool:
        return any(self)


class Targets:
    """Which URLs a sweep took on, and how each ended."""

    def __init__(self, pages_per_site: int, frontier: Frontier | None = None) -> None:
        self._pages_per_site = pages_per_site
        self._sites: set[str] = set()
        self._taken: set[int] = set()
        self._pages: Counter[str] = Counter()
        self._addresses: dict[str, str] = {}
        self._outcomes: list[Outcome] = []
        self._warnings: list[PageWarning] = []
        self.frontier = Frontier() if frontier is None else frontier
        """What is still to be fetched."""
        self.settled: Counter[TargetState] = Counter()
        """How many targets ended in each state so far."""
        self.on_change: Callable[[], None] = lambda: None
        """Called when something has to be written."""

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
        if len(target) > LONGEST_URL:
            reason = f"URL of more than {LONGEST_URL} characters"
            self.note(target, TargetState.SKIPPED, reason)
            return None
        return target

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

    def first_address(self, identity: tuple[str, ...], fetched: str) -> str:
        """Return the first URL at which a listing of that identity was met."""
        name = stable_id("i", *map(storable, identity))
        first = self._addresses.get(name)
        if first is None:
            first = self._addresses[name] = fetched
            self.frontier.changes.addresses.append((name, fetched))
        return first

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
        elif self.frontier.end(target):
            self.note(target, state, reason, kind)
        else:
            logger.debug("already settled: %s (now %s, %s)", target, state, reason)

    def note(
        self, target: str, state: TargetState, reason: str | None = None, kind: str | None = None
    ) -> None:
        """Note how a target ended."""
        self.settled[state] += 1
        reason = None if reason is None else storable(reason)
        outcome = Outcome(url=target, site=site_of(target), state=state, reason=reason, kind=kind)
        self._outcomes.append(outcome)
        self.on_change()

    def warn(self, url: str, message: str) -> None:
        """Note something that people must know of the sweep."""
        self._warnings.append(PageWarning(url=storable(url), message=storable(message)))

    @property
    def unwritten(self) -> Unwritten:
        """What has to be written, all of it or nothing."""
        return Unwritten(self._outcomes, self._warnings, self.frontier.changes)

    def written(self) -> None:
        """Forget what had to be written: it stands in the store."""
        self._outcomes, self._warnings = [], []
        self.frontier.written()

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


def storable(text: str) -> str:
    """Return text that can be written as UTF-8: half a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace").decode()
