"""A month of nights: clock changes, crashes, an overrun, missed nights, a dead site.

The clock is ours, the shops are on loopback and change, all that runs are real processes that sweep
them, and some are killed. What was planted in each night is held against what the schedule says.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.report import report_on
from crawler.store.database import open_store
from crawler.store.schedule import PlannedRun, find_runs
from tests.servers.command import invoke
from tests.servers.mail import MailServer, use
from tests.servers.nights import watching
from tests.servers.simulated import Simulation
from tests.servers.sweeping import read_no_words
from tests.servers.tiny_shop import Answer, Route, TinyShop, links_page, listing_page

NIGHTS = 30
FIRST = datetime(2027, 3, 14, 12, tzinfo=UTC)
"""The noon before the first night. In the night of March 28 it is never 02:30 in Berlin, in that of
April 4 it is so twice in Sydney."""
SPRING = 14
"""The night in which Berlin's clocks go on."""
BOOTS = "Northgate boots"
WAITS = 5.0
"""Seconds in which a page does not come, where a sweep is to take longer than it may."""
DESK = """
[[tell]]
name = "desk"
kind = "mail"
address = "desk@harbour.example"
"""
PATIENCE = 120.0
"""Seconds until what a busy machine does must have happened."""


def noon(night: int) -> datetime:
    """Return the noon after a night; the first is 1."""
    return FIRST + timedelta(days=night)


def due(night: int) -> datetime:
    """Return when it is 02:30 in Berlin (UTC); in the night of the change, when it is 03:00."""
    hour = (1, 30) if night < SPRING else (1, 0) if night == SPRING else (0, 30)
    return noon(night).replace(hour=hour[0], minute=hour[1])


@dataclass(frozen=True, kw_only=True)
class Night:
    """What is expected of a night."""

    outcome: str = "done"
    why: str = "due"
    listings: int = 0
    flagged: int = 0
    sweep_of: int = 0
    """Night whose sweep goes on; 0 = a new one."""


def expected() -> dict[int, Night]:
    nights = {n: Night(listings=6) for n in range(1, NIGHTS + 1)}
    nights[1] = Night(listings=6, flagged=3)
    for n in (5, 6, 7):
        nights[n] = Night(listings=7, flagged=int(n == 5))  # one came, and is one of the mark
    for n in (10, 11):
        nights[n] = Night(listings=4)  # one shop does not answer
    nights[16] = Night(outcome="interrupted", listings=6)
    nights[17] = Night(listings=6, sweep_of=16)
    nights[18] = Night(outcome="interrupted", listings=6)
    nights[20] = Night(outcome="out of time", listings=6)
    nights[21] = Night(listings=6, sweep_of=20)
    nights[22] = Night(outcome="stopped", listings=6)
    nights[23] = Night(listings=6, sweep_of=22)
    nights[24] = Night(outcome="missed")
    nights[25] = Night(why="catch-up", listings=6)
    return nights


class Month:
    """The month as it goes by."""

    def __init__(self, workspace: Path, simulation: Simulation, mail: MailServer) -> None:
        self.workspace = workspace
        self.mail = mail
        self.simulation = simulation
        self.alpha = TinyShop({})
        self.beta = TinyShop({})
        self.fair = TinyShop({})
        self.sell(self.alpha, BOOTS, "Northgate shoes", "Kettle", "Lamp")
        self.sell(self.beta, "Northgate jacket", "Table")
        self.sell(self.fair, "Northgate tent")

    def sell(self, shop: TinyShop, *titles: str) -> None:
        """Let a shop offer these; one without a title is gone."""
        goods = {f"/p/{n}": title for n, title in enumerate(titles) if title}
        pages: dict[str, Route] = {path: listing_page(title) for path, title in goods.items()}
        shop.routes = {"/": links_page(*goods), **pages}

    def plan(self, name: str, seeds: str, cron: str, more: str = "") -> None:
        file = self.workspace / "campaigns" / f"{name}.toml"
        file.write_text(
            f'name = "{name}"\nseeds = [{seeds}]\nallow_private = true\n'
            f'[politeness]\ndelay = 0\n[capture]\nmode = "off"\n[schedule]\n{cron}\n{more}'
        )

    def plan_nights(self, more: str = "") -> None:
        seeds = f'"{self.alpha.url}/", "{self.beta.url}/"'
        self.plan("night", seeds, f'cron = "30 2 * * *"\nzone = "Europe/Berlin"\n{more}')

    def run(self, after: int, last: int) -> None:
        self.simulation.run(noon(after), noon(last))

    def hold(self, seconds: float) -> threading.Event:
        """Let one page of a shop come only when it is let go, or after so long."""
        gate = threading.Event()
        page = listing_page(BOOTS)

        def answer() -> Answer:
            gate.wait(seconds)
            return page

        self.alpha.routes["/p/0"] = answer
        return gate

    def until_held(self, begin: datetime, end: datetime) -> int:
        """Start the schedule, and return its process when the page that is held was asked for."""
        asked = self.alpha.requests["/p/0"]
        runner = self.simulation.start(begin, end)
        wait_for(lambda: self.alpha.requests["/p/0"] > asked)
        return runner

    def sweeping(self) -> int:
        """Return the process of the sweep that runs."""
        with closing(sqlite3.connect(self.workspace / "markhound.db")) as db:
            [(pid,)] = db.execute(
                "SELECT pid FROM run_steps WHERE id NOT IN (SELECT step FROM run_step_ends)"
                " ORDER BY id DESC LIMIT 1"
            )
        return int(pid)


def wait_for(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def go_by(month: Month) -> None:
    """Let the month go by."""
    month.plan_nights()
    month.plan(
        "展会 fair",
        f'"{month.fair.url}/"',
        'cron = "30 2 * * *"\nzone = "Australia/Sydney"',
        '[window]\nfirst_day = 2027-04-03\nlast_day = 2027-04-05\nzone = "Australia/Sydney"\n',
    )
    month.run(0, 4)
    titles = (BOOTS, "Northgate shoes", "Kettle", "Lamp")
    month.sell(month.alpha, *titles, "Northgate gloves")
    month.run(4, 7)
    month.sell(month.alpha, titles[0], "", *titles[2:], "Northgate gloves")
    month.run(7, 9)
    goods = month.beta.routes
    month.beta.routes = {path: Answer(status=0) for path in (*goods, "/robots.txt")}
    month.run(9, 11)
    month.beta.routes = goods
    month.run(11, 15)
    # a sweep is killed
    gate = month.hold(PATIENCE)
    month.until_held(noon(15), noon(16))
    os.kill(month.sweeping(), signal.SIGKILL)
    gate.set()
    assert month.simulation.wait() == 0
    month.run(16, 17)
    # the runner is killed, its sweep goes on alone
    gate = month.hold(PATIENCE)
    runner = month.until_held(noon(17), noon(18))
    os.kill(runner, signal.SIGKILL)
    assert month.simulation.wait() == -signal.SIGKILL
    sweep = month.sweeping()
    gate.set()
    wait_for(lambda: not lives(sweep))
    month.simulation.run(due(18) + timedelta(minutes=10), noon(19))
    # a night takes longer than it may
    month.plan_nights("minutes = 0.05")
    month.hold(WAITS)
    month.run(19, 20)
    month.plan_nights()
    month.hold(0)
    month.run(20, 21)
    # the runner is told to stop, and starts again at once
    gate = month.hold(PATIENCE)
    os.kill(month.until_held(noon(21), noon(22)), signal.SIGTERM)
    logs = month.workspace / "logs"
    wait_for(lambda: any("SIGTERM" in log.read_text() for log in logs.glob("w-20270405T*.log")))
    gate.set()
    assert month.simulation.wait() == 0
    month.simulation.run(due(22) + timedelta(minutes=5), noon(23))
    # nobody runs for two nights
    month.run(25, NIGHTS)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """A month that went by."""
    folder = tmp_path_factory.mktemp("month") / "w"
    invoke("init", workspace=folder)
    read_no_words(folder)
    watching(folder)
    (folder / "campaigns").mkdir()
    with MailServer(folder.parent) as mail, Simulation(folder) as simulation:
        use(folder, mail, more=DESK)
        month = Month(folder, simulation, mail)
        with month.alpha, month.beta, month.fair:
            go_by(month)
            yield month


@pytest.fixture
def runs(month: Month) -> list[PlannedRun]:
    """Return all that was planned, oldest first."""
    db = open_store(month.workspace / "markhound.db")
    found = find_runs(db, limit=1000)
    db.close()
    return found[::-1]


def test_every_night_is_told_as_it_was(month: Month, runs: list[PlannedRun]) -> None:
    nights = [run for run in runs if run.campaign == "night"]
    told = {n: (run.due, run.why, run.outcome) for n, run in enumerate(nights, 1)}
    planted = expected()
    wanted = {
        n: (due(n), "due" if night.outcome == "missed" else night.why, night.outcome)
        for n, night in planted.items()
    }
    assert told == wanted, month.simulation.output.read_text()
    sweeps = {n: run.sweep for n, run in enumerate(nights, 1)}
    for n, night in planted.items():
        assert (sweeps[n] is None) == (night.outcome == "missed")
        assert not night.sweep_of or sweeps[n] == sweeps[night.sweep_of]
    new = [sweeps[n] for n, night in planted.items() if not night.sweep_of and sweeps[n]]
    assert len(set(new)) == len(new)


def test_every_report_is_of_what_was_in_the_shops(month: Month, runs: list[PlannedRun]) -> None:
    nights = dict(enumerate((run for run in runs if run.campaign == "night"), 1))
    db = open_store(month.workspace / "markhound.db")
    reports = {n: report_on(db, run.sweep) for n, run in nights.items() if run.sweep}
    db.close()
    found = {n: (report.listings, report.flagged) for n, report in reports.items()}
    planted = {n: night for n, night in expected().items() if night.outcome != "missed"}
    assert found == {n: (night.listings, night.flagged) for n, night in planted.items()}
    assert reports[8].targets["gone"] == 1
    silent = [
        n for n, r in reports.items() if any(month.beta.site in w.message for w in r.warnings)
    ]
    assert silent == [10, 11]


def test_nothing_ran_twice(month: Month, runs: list[PlannedRun]) -> None:
    assert len({(run.campaign, run.due) for run in runs}) == len(runs)
    assert all(run.outcome and run.ended_at for run in runs)
    started = [step for run in runs for step in run.steps]
    assert {len(run.steps) for run in runs if run.outcome == "missed"} == {0}
    whole = [[(step.step, step.status) for step in run.steps] for run in runs if run.steps]
    assert len(whole) == len(runs) - 1
    cut = [run.outcome for run in runs if len(run.steps) == 1]
    assert cut == ["interrupted", "stopped"]  # their runner ended before the digest
    assert sum(steps == [("sweep", 0), ("digest", 0)] for steps in whole) == len(whole) - 4
    assert len({step.id for run in runs for step in run.steps}) == len(started)
    with closing(sqlite3.connect(month.workspace / "markhound.db")) as db:
        sweeps = db.execute("SELECT campaign, count(*) FROM sweeps GROUP BY 1 ORDER BY 1")
        assert sweeps.fetchall() == [("night", 26), ("展会 fair", 3)]
        # what was killed and went on is left out: a page that was under way is asked for again
        [(asked,)] = db.execute(
            "SELECT sum(requests) FROM site_requests WHERE site = ?", [month.fair.site]
        )
    assert month.fair.requests["/p/0"] == 3
    assert asked == sum(month.fair.requests.values()) + sum(month.fair.guesses.values())


def test_a_time_that_comes_twice_is_due_once_and_a_window_is_kept(runs: list[PlannedRun]) -> None:
    fair = [(run.due, run.outcome) for run in runs if run.campaign == "展会 fair"]
    days = ("2027-04-02T15:30Z", "2027-04-03T15:30Z", "2027-04-04T16:30Z")
    assert fair == [(datetime.fromisoformat(day), "done") for day in days]


def test_the_runs_are_listed(month: Month) -> None:
    listed = invoke("schedule", "runs", "--limit", "100", "--json", workspace=month.workspace)
    lines = [json.loads(line) for line in listed.out.splitlines()]
    assert [line["outcome"] for line in lines if line["campaign"] == "night"][:2] == ["done"] * 2
    assert sum(line["outcome"] == "interrupted" for line in lines) == 2


def test_each_alert_came_once(month: Month) -> None:
    with closing(sqlite3.connect(month.workspace / "markhound.db")) as db:
        told = db.execute(
            "SELECT at, i.kind, i.words, i.key FROM digests d"
            " JOIN digest_items i ON i.digest = d.id ORDER BY i.id"
        ).fetchall()
        sent = db.execute("SELECT digest FROM digest_events WHERE event = 'sent'").fetchall()
    nights = [(datetime.fromisoformat(at), kind, words) for at, kind, words, _ in told]
    assert [((at - FIRST).days + 1, kind, words) for at, kind, words in nights] == [
        (1, "seller", "seller"),  # three hits of two shops
        (1, "seller", "seller"),
        (5, "hits", "hits"),  # the gloves
        (10, "site", "site_failed"),  # the shop that does not answer, and not again in night 11
        (16, "sweep", "sweep_unfinished"),  # its sweep was killed
        (19, "sweep", "sweep_interrupted"),  # in night 18 nobody was left to tell
        (20, "seller", "seller"),  # of the fair
        (26, "sweep", "sweep_missed"),  # of night 24, by the first runner since
    ]
    assert len(set(told)) == len(told)
    subjects = [str(mail.parsed["Subject"]) for mail in month.mail.taken]
    assert len(subjects) == len(sent) == len(set(sent)) == 7
    assert sum("urgent" in subject for subject in subjects) == 3


def test_the_report_of_the_month_says_what_was_planted(month: Month, tmp_path: Path) -> None:
    period = ("report", "--from", "2027-03-14", "--to", "2027-04-14")
    told = invoke(*period, "--json", workspace=month.workspace)
    numbers = {line["id"]: line["value"] for line in told.lines}
    planted = {
        "sweeps.run": 29,  # of 33 times one was missed, and three went on where one had stopped
        "sweeps.finished": 29,
        "sites.asked": 3,
        "listings.new": 8,  # six at first, the gloves, the tent of the fair
        "hits.flagged": 5,
        "judged.hits": 0,
    }
    assert {name: numbers[name] for name in planted} == planted
    for name, count in planted.items():
        listed = invoke(*period, "--explain", name, "--json", workspace=month.workspace)
        assert len(listed.lines) == count, name
    pages = [tmp_path / f"{n}.html" for n in range(2)]
    for page in pages:
        invoke(*period, "--html", page, "--language", "zh", workspace=month.workspace)
    assert pages[0].read_bytes() == pages[1].read_bytes()
