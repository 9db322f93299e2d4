"""What is new, put together: each thing once, the most urgent first, by what a channel hears of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlite_utils import Database

from crawler.planning import Schedule
from crawler.store.digests import DigestItem, Memory, StoredDigest
from crawler.workspace import Workspace, make_workspace
from pipelines.digests.audiences import Audience, Broken, Planned
from pipelines.digests.gathering import Sources, find_failing, gather
from pipelines.digests.sweeps import NotRun
from tests.servers.nightly import CAMPAIGN, FIRST_NIGHT, after, night

EVERYTHING = Audience(
    name="desk", kind="mail", address="a@b.example", language="en", risk=0.5, scope=None
)
FAIR = replace(EVERYTHING, name="fair", scope=frozenset({"fair"}))
LONG_AGO = FIRST_NIGHT - timedelta(days=9)
DAILY = Planned(
    campaign=replace(CAMPAIGN, schedule=Schedule(cron="0 1 * * *")),
    file="campaigns/night.toml",
    changed_at=LONG_AGO,
)
NEW = Memory(newest="", floor=LONG_AGO, upto=0, at=LONG_AGO, told={})


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("gathering") / "w")


@pytest.fixture(scope="module")
def db(office: Workspace) -> Iterator[Database]:
    """Return a store with one night of two hits, on which a second site blocked."""
    with office.store() as opened:
        night(opened, 0, 2, campaign=DAILY.campaign)
        yield opened


def missed(_: Database, since: datetime) -> list[NotRun]:
    due = FIRST_NIGHT + timedelta(days=1)
    return [NotRun(campaign=CAMPAIGN.name, due=due, outcome="missed", why="nobody ran")] * (
        since < due
    )


def kinds(items: list[DigestItem]) -> list[tuple[str, str]]:
    return [(item.kind, item.words) for item in items]


def test_a_sweep_that_did_not_run_is_told_once_whoever_says_so(
    office: Workspace, db: Database
) -> None:
    sources = Sources(planned=[DAILY], find_not_run=missed)
    items, upto = gather(db, office, EVERYTHING, NEW, sources, after(1))
    assert kinds(items) == [("sweep", "sweep_missed"), ("seller", "seller")]
    told = replace(NEW, upto=upto, told={(one.kind, one.key): one.state for one in items})
    assert gather(db, office, EVERYTHING, told, sources, after(1)) == ([], upto)
    alone = Sources(planned=[DAILY])
    assert gather(db, office, EVERYTHING, told, alone, after(1))[0] == []
    assert kinds(gather(db, office, EVERYTHING, told, alone, after(2))[0]) == [
        ("sweep", "sweep_overdue")
    ]


def test_who_hears_of_a_campaign_hears_of_nothing_else(office: Workspace, db: Database) -> None:
    broken = [Broken(file="campaigns/x.toml", problem="seeds: got none")]
    sources = Sources(planned=[DAILY], broken=broken, find_not_run=missed)
    assert gather(db, office, FAIR, NEW, sources, after(1))[0] == []
    own = replace(FAIR, scope=frozenset({CAMPAIGN.name}))
    assert kinds(gather(db, office, own, NEW, sources, after(1))[0]) == [
        ("sweep", "sweep_missed"),
        ("seller", "seller"),
    ]
    assert ("sweep", "campaign_broken") in kinds(
        gather(db, office, EVERYTHING, NEW, sources, after(1))[0]
    )


def test_only_a_channel_whose_last_digests_failed_fails() -> None:
    def digests(*rows: tuple[str, str]) -> list[StoredDigest]:
        return [
            StoredDigest(
                id=f"dg-{number}", channel=channel, follows="", kind="mail", address="", risk=0.5,
                language="en", floor=LONG_AGO, upto=0, items=1, subject="", text="", at=LONG_AGO,
                event=event, words="", worker="",
            )
            for number, (channel, event) in enumerate(rows)
        ]  # fmt: skip

    newest_first = digests(
        ("a", "failed"), ("b", "sent"), ("a", "failed"), ("b", "failed"), ("a", "sent"),
        ("a", "failed"),
    )  # fmt: skip
    found = find_failing(newest_first)
    assert {channel: one.id for channel, one in found.items()} == {"a": "dg-0"}
