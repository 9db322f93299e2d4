"""A sweep over the hostile web: every case ends in its honest state, and the sweep goes on."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.servers.command import run
from tests.servers.hostile import Case, HostileWeb
from tests.servers.hostile_answers import answer_cases
from tests.servers.hostile_pages import page_cases
from tests.servers.hostile_redirects import redirects
from tests.servers.hostile_sites import goods, site_cases
from tests.servers.hostile_sweep import sweep_with
from tests.servers.sweeping import check_database, read_no_words

ALL = (*answer_cases(), *redirects(), *page_cases(), *site_cases())
CASES = [case for case in ALL if not case.is_long]
LIMITS: dict[str, Any] = {
    "DOWNLOAD_TIMEOUT": 3, "RETRY_TIMES": 1, "DOWNLOAD_MAXSIZE": 4_000_000,
    "MARKHOUND_PAGE_MEGABYTES": 2.5,
}  # fmt: skip
"""Lower than in settings.py, so that what is slow or large takes seconds."""
PEAK = 350
"""MiB of the sweep's process at its peak: about 180 for what is loaded, and room for the largest
answers (4 MB, as text, tree and copies) of a few sites at the same time."""

LARGEST_PEAK = 1_000
"""The same with settings.py's limits: a tree takes up to fifty times its text; 570 were taken."""


@dataclass(frozen=True, kw_only=True)
class Swept:
    web: HostileWeb
    report: dict[str, Any]
    outcomes: dict[str, tuple[str, str]]
    listings: set[str]
    pictures: dict[str, str]
    workspace: Path


def sweep_over(cases: Sequence[Case], folder: Path, limits: str, **changed: Any) -> Swept:
    workspace = folder / "w"
    run("init", workspace=workspace)
    read_no_words(workspace)
    with HostileWeb(cases) as web:
        campaign = folder / "hostile.toml"
        seeds = json.dumps([site.url for site in web.sites.values()])
        campaign.write_text(
            f'name = "hostile"\nseeds = {seeds}\nallow_private = true\n'
            f"[limits]\n{limits}\n[politeness]\ndelay = 0\nlongest_wait = 5\n"
        )
        report = sweep_with(workspace, campaign, 600, **changed)
    db = sqlite3.connect(workspace / "markhound.db")
    ended = db.execute("SELECT url, state, coalesce(reason, '') FROM outcomes").fetchall()
    listings = {url for (url,) in db.execute("SELECT url FROM listings")}
    pictures = dict(db.execute("SELECT url, coalesce(problem, 'had') FROM sighting_pictures"))
    db.close()
    return Swept(
        web=web, report=report, outcomes={url: (s, r) for url, s, r in ended},
        listings=listings, pictures=pictures, workspace=workspace,
    )  # fmt: skip


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Swept:
    folder = tmp_path_factory.mktemp("hostile")
    return sweep_over(CASES, folder, "pages_per_site = 25\nminutes = 3", **LIMITS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_ends_honestly(swept: Swept, case: Case) -> None:
    check(swept, case)


def check(swept: Swept, case: Case) -> None:
    url = swept.web.sites[case.name].url
    state, reason = swept.outcomes[f"{url}/"]
    assert state == case.home, reason
    if case.home != "seen":
        assert case.reason in reason
        return
    if case.state is not None:
        state, reason = swept.outcomes[f"{url}/hostile"]
        assert (state, case.reason in reason) == (case.state, True), reason
    assert (f"{url}/hostile" in swept.listings) >= case.listing
    if case.good:
        assert swept.outcomes[f"{url}/good"] == (case.good, "")
        assert f"{url}/good" in swept.listings
    if case.picture:
        assert case.picture in swept.pictures[f"{url}/picture"]
    if case.warning:
        site = url.removeprefix("http://")
        told = [
            w["message"]
            for w in swept.report["warnings"]
            if case.warning in w["message"] and site in f"{w['url']} {w['message']}"
        ]
        assert len([m for m in told if not m.startswith("no listing found")]) == 1, told


def test_the_sweep_goes_on_to_its_end_in_bounded_memory(swept: Swept) -> None:
    assert swept.report["state"] == "stopped"  # the traps' page budgets
    assert swept.report["reason"].startswith("page budget of the site is used up: ")
    assert swept.report["peak"] < PEAK
    assert check_database(swept.workspace)[0] == len(swept.listings)


def test_nothing_is_sent_before_the_time_that_a_site_names(swept: Swept) -> None:
    for name in ("busy for 2 s", "busy with 503"):
        first, _ = swept.web.sites[name].times("/hostile")
        later = [moment for moment in swept.web.sites[name].times() if moment > first]
        assert min(later) - first >= 2
    asked = swept.web.sites["used-up quota"].times()
    [told] = swept.web.sites["used-up quota"].times("/good")
    assert all(moment - told >= 2 for moment in asked if moment > told)


def test_one_that_wants_too_long_is_asked_once(swept: Swept) -> None:
    for name in ("busy for an hour", "busy until 2099"):
        assert len(swept.web.sites[name].times("/hostile")) == 1
    assert len(swept.web.sites["robots.txt 429 for an hour"].requests) == 1


def test_a_crawl_delay_holds_between_all_requests(swept: Swept) -> None:
    times = swept.web.sites["crawl-delay"].times()
    gaps = [after - before for before, after in itertools.pairwise(times[1:])]
    assert len(gaps) >= 4
    # as they arrive here: one that a busy machine delivers late comes nearer to the next one
    assert sum(gaps) >= 0.98 * len(gaps)
    assert min(gaps) >= 0.5


def test_a_site_that_refuses_is_not_hammered(swept: Swept) -> None:
    for name, most in (("403 for all", 14), ("challenge for all", 14), ("reset for all", 24)):
        assert len(swept.web.sites[name].times(*goods())) <= most


def test_an_unknown_address_is_asked_for_once_and_only_where_needed(swept: Swept) -> None:
    asked = {
        name: sum("asks-for-what-is-not-here" in path for _, path in site.requests)
        for name, site in swept.web.sites.items()
    }
    assert asked.pop("home page for all") == asked.pop("soft 404") == 1
    assert asked.pop("not found by name only") == 1
    assert max(asked.values()) <= 1
    assert sum(asked.values()) <= 5


@pytest.mark.long
def test_the_largest_ones_within_the_limits_that_sweeps_have(tmp_path: Path) -> None:
    large = [case for case in ALL if case.is_long]
    swept = sweep_over(large, tmp_path, "pages_per_site = 25\nminutes = 9")
    for case in large:
        check(swept, case)
    assert swept.report["peak"] < LARGEST_PEAK, swept.report["peak"]
