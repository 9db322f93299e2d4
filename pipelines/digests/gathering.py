"""What is new for an audience since it was told last: gathered from the store, recorded nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from crawler.running import is_running
from crawler.store.digest_sweeps import find_recent_campaigns
from crawler.store.digests import (
    DigestItem,
    Memory,
    StoredDigest,
    find_digests,
    find_failing_since,
    find_newest_findings,
    tells_of_channels_alone,
)
from crawler.store.retention import count_erased
from crawler.workspace import Workspace
from pipelines.digests.audiences import Audience, Broken, Planned
from pipelines.digests.hits import find_hit_items
from pipelines.digests.noticed import find_back_items, find_deadline_items
from pipelines.digests.sweeps import (
    NotRun,
    find_broken_items,
    find_campaign_sweeps,
    find_not_run_items,
    find_overdue_items,
    find_rise_items,
    find_site_items,
)
from pipelines.retention import RULES

RECENT = timedelta(days=90)
"""Campaigns that were not swept for so long are looked at no more, unless a file plans them."""
LOOK_BACK = 200
"""Digests, the newest, that are looked through for those that failed or are uncertain."""
KINDS = (
    *("sweep", "channel", "deadline", "site", "reference"),
    *("back", "rise", "seller", "hits", "erased"),
)
"""What is told, the most urgent first."""
ONCE_PER_FINDINGS = frozenset({"reference", "seller", "hits"})
"""Kinds that are new by the number of their findings, whatever was told of the same before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """What is looked at beside the store."""

    planned: Sequence[Planned] = ()
    broken: Sequence[Broken] = ()
    find_not_run: Callable[[Database, datetime], Sequence[NotRun]] = lambda _db, _since: ()
    """From a moment on: what the schedule's records say was not done."""


def gather(
    db: Database,
    workspace: Workspace,
    audience: Audience,
    memory: Memory,
    sources: Sources,
    moment: datetime,
) -> tuple[list[DigestItem], int]:
    """Return what is new, the most urgent first, and the number of the findings looked at last."""
    upto = max(find_newest_findings(db), memory.upto)
    scope = audience.scope
    hits, flooded = find_hit_items(db, memory, scope, audience.risk, upto)
    found = [
        *_sweep_items(db, workspace, audience, memory, sources, moment, flooded),
        *_channel_items(db, audience, memory),
        *find_back_items(db, memory.floor, scope),
        *find_deadline_items(db, workspace.config.takedown, moment, scope),
        *hits,
        *(_erased_items(db, memory) if audience.scope is None else ()),
    ]
    return _only_new(found, memory), upto


def _only_new(found: Sequence[DigestItem], memory: Memory) -> list[DigestItem]:
    """Return what was not told in this state, each thing once, in the order of their kinds."""
    fresh: dict[tuple[str, str], DigestItem] = {}
    for item in found:
        name = (item.kind, item.key)
        if item.kind in ONCE_PER_FINDINGS or memory.told.get(name) != item.state:
            fresh.setdefault(name, item)
    return sorted(fresh.values(), key=lambda item: KINDS.index(item.kind))


def _sweep_items(
    db: Database,
    workspace: Workspace,
    audience: Audience,
    memory: Memory,
    sources: Sources,
    moment: datetime,
    flooded: set[str],
) -> Iterator[DigestItem]:

    def alive(sweep: str) -> bool:
        return is_running(sweep, workspace.logs)

    not_run = sources.find_not_run(db, memory.floor)
    yield from find_not_run_items(one for one in not_run if audience.hears_of(one.campaign))
    planned = [one for one in sources.planned if audience.hears_of(one.campaign.name)]
    yield from find_overdue_items(db, planned, moment, alive)
    if audience.scope is None:
        yield from (_broken_item(one) for one in sources.broken)
    names = {one.campaign.name for one in planned}
    names |= set(filter(audience.hears_of, find_recent_campaigns(db, moment - RECENT)))
    for name in sorted(names):
        sweeps = find_campaign_sweeps(db, name, moment)
        recent = [one for one in sweeps if (one.ended_at or one.started_at) >= memory.floor]
        if not recent:
            continue  # nothing happened since it is told anything
        yield from find_broken_items(sweeps, alive)
        yield from find_site_items(db, sweeps)
        yield from find_rise_items(db, sweeps, memory, flooded)


def _erased_items(db: Database, memory: Memory) -> Iterator[DigestItem]:
    """Yield what each rule erased since it was told last."""
    for rule in RULES:
        told = memory.told.get(("erased", rule), "0")
        erased = count_erased(db, rule, memory.floor, int(told))
        if erased is not None:
            yield DigestItem(
                kind="erased",
                key=rule,
                state=str(erased.newest),
                words=f"erased_{rule}",
                facts={
                    "count": erased.files,
                    "mib": f"{erased.bytes / 2**20:,.1f}",
                    "days": erased.days,
                    "by": ", ".join(erased.by),
                },
            )


def _broken_item(one: Broken) -> DigestItem:
    return DigestItem(
        kind="sweep",
        key=one.file,
        state=one.problem,
        words="campaign_broken",
        facts={"file": one.file, "why": one.problem},
    )


def _channel_items(db: Database, audience: Audience, memory: Memory) -> Iterator[DigestItem]:
    """Yield what may not have arrived, and which other channels fail.

    Who is told of some campaigns alone hears of nothing but their own channel. Nobody is told of a
    message that told of such messages alone: else a channel of which nobody knows would be told of
    without end.
    """
    own = "" if audience.scope is None else audience.name
    recent = [
        one for one in find_digests(db, channel=own, limit=LOOK_BACK) if one.at >= memory.floor
    ]
    for digest in recent:
        if digest.event == "uncertain" and not tells_of_channels_alone(db, digest.id):
            yield DigestItem(
                kind="channel",
                key=digest.id,
                state="",
                words="channel_uncertain",
                facts={"channel": digest.channel, "digest": digest.id, "count": digest.items},
            )
    others = [one for one in recent if one.channel != audience.name]
    for digest in find_failing(others).values():
        yield _failing_item(digest, find_failing_since(db, digest.channel))


def find_failing(digests: Sequence[StoredDigest]) -> dict[str, StoredDigest]:
    """Return channel -> its newest digest, of the channels of which that failed.

    :param digests: newest first
    """
    newest: dict[str, StoredDigest] = {}
    for digest in digests:
        newest.setdefault(digest.channel, digest)
    return {channel: one for channel, one in newest.items() if one.event == "failed"}


def _failing_item(digest: StoredDigest, since: str) -> DigestItem:
    """Return that a channel fails; it is told once until it has worked again."""
    return DigestItem(
        kind="channel",
        key=digest.channel,
        state=since,
        words="channel_failed",
        facts={"channel": digest.channel, "why": digest.words},
    )
