"""The sweeps' pages: honest states, and campaigns started and stopped as processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from console.web.campaigns import find_files, read_tail
from console.web.processes import began_at, is_alive
from crawler.accounts import Actor
from crawler.campaign import Campaign
from crawler.model import Outcome, PageWarning, TargetState
from crawler.report import keep_report, report_on
from crawler.running import running
from crawler.store.console_starts import (
    ConsoleStart,
    find_start_of,
    find_starts,
    find_sweep_of,
    record_start,
)
from crawler.store.database import writing
from crawler.store.frontier import Changes, Row, record_frontier, record_rest
from crawler.store.ledger import find_entries
from crawler.store.schedule import PlannedRun, claim_run, record_run_end
from crawler.store.sweep_figures import count_sweep, find_kept_reports
from crawler.store.sweeps import (
    find_sweeps,
    load_sweep,
    record_outcomes,
    record_requests,
    record_sweep,
    record_sweep_end,
    record_warnings,
)
from crawler.sweep import RUN_OVER
from crawler.workspace import Workspace, make_workspace
from pipelines.evidence.row_checks import check_rows
from tests.servers.console import an_account, signed_in
from tests.servers.filled import SWEEP, fill
from tests.servers.tiny_shop import TinyShop, links_page, listing_page

AT = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def a_sweep(workspace: Workspace, sweep: str, *, at: datetime = AT, end: str = "finished") -> None:
    """Record a sweep of 120 sites, of which every third is blocked and two were not reached."""
    with workspace.store() as db:
        plan = Campaign(name=f"night {EVIL}", seeds=("https://s000.example/",))
        record_sweep(db, sweep, plan, at)
        states = [TargetState.SEEN, TargetState.UNCHANGED, TargetState.BLOCKED]
        with writing(db):
            for n in range(120):
                site, state = f"s{n:03d}.example", states[n % 3]
                reason = f"HTTP 403 {EVIL}" if state == TargetState.BLOCKED else None
                url = f"https://{site}/"
                record_outcomes(
                    db, sweep, [Outcome(url=url, site=site, state=state, reason=reason)]
                )
            rows = [Row(0, n, f"s{n:03d}.example", f"https://s{n:03d}.example/x") for n in (5, 6)]
            record_frontier(db, sweep, Changes(rows, [], [], [], []))
            record_rest(db, sweep, "the sweep ended first: time is up")
            record_warnings(db, sweep, [PageWarning(url="https://s001.example/", message=EVIL)])
            record_requests(db, sweep, {"s001.example": 7})
        if end:
            record_sweep_end(db, sweep, end, None, at + timedelta(minutes=50))
            keep_report(db, sweep)


def test_figures_are_those_of_the_report(opened: Workspace) -> None:
    fill(opened, 6)
    a_sweep(opened, "w-1")
    with opened.store() as db:
        for sweep in ("w-1", SWEEP):
            report, counted = report_on(db, sweep), count_sweep(db, sweep)
            assert counted.targets == report.targets
            for name in ("requests", "listings", "hits", "flagged"):
                assert getattr(counted, name) == getattr(report, name), (sweep, name)
        kept = find_kept_reports(db, find_sweeps(db))
        assert kept["w-1"].figures.targets == {
            "seen": 40, "unchanged": 40, "blocked": 40, "not_reached": 2
        }  # fmt: skip
        assert [one.url for one in kept["w-1"].told] == ["https://s000.example/"]
        # one that went on has other figures; what was kept is not told of it
        record_sweep_end(db, "w-1", "finished", None, AT + timedelta(hours=2))
        assert "w-1" not in find_kept_reports(db, find_sweeps(db))


def test_sites_are_paged_and_filtered(opened: Workspace) -> None:
    a_sweep(opened, "w-1")
    with signed_in(opened) as client:
        page, seen = client.get("/sweeps/w-1").text, []
        while True:
            seen += [n for n in range(120) if f"<bdi>s{n:03d}.example</bdi>" in page]
            if 'rel="next"' not in page:
                break
            to = page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
            page = client.get(to.replace("&amp;", "&")).text
        blocked = client.get("/sweeps/w-1?state=blocked&site=s00").text
        left = client.get("/sweeps/w-1?state=not_reached").text
        nonsense = client.get("/sweeps/w-1?state=nonsense&site=%27--").text
    assert seen == list(range(120))
    assert [n for n in range(120) if f"<bdi>s{n:03d}" in blocked] == [2, 5, 8]
    assert [n for n in range(120) if f"<bdi>s{n:03d}" in left] == [5, 6]
    assert "No site." in nonsense


def test_states_are_told_apart(opened: Workspace) -> None:
    a_sweep(opened, "w-1", end="")
    a_sweep(opened, "w-2", at=AT + timedelta(hours=1))
    with signed_in(opened) as client:
        with running("w-1", opened.logs):
            assert ">running<" in client.get("/sweeps").text
            assert "--resume" not in client.get("/sweeps/w-1").text
        page = client.get("/sweeps").text
        assert ">killed<" in page
        assert ">finished<" in page
        assert "markhound sweep --resume w-1" in client.get("/sweeps/w-1").text
        assert client.get("/sweeps/w-3").status_code == 404
    with signed_in(opened, language="zh") as client:
        assert "异常中止" in client.get("/sweeps").text


def test_the_list_goes_on_page_by_page(opened: Workspace) -> None:
    with opened.store() as db:
        for n in range(65):
            plan = Campaign(name="a" if n % 2 else "b", seeds=("https://a.example/",))
            record_sweep(db, f"w-{n:02d}", plan, AT + timedelta(minutes=n // 3))
    with signed_in(opened) as client:
        counts, to = [], "/sweeps"
        while to:
            page = client.get(to).text
            counts.append(page.count('"/sweeps/w-'))
            found = page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
            to = found.replace("&amp;", "&") if 'rel="next"' in page else ""
        assert client.get("/sweeps?campaign=a").text.count('"/sweeps/w-') == 30
    assert counts == [30, 30, 5]


def test_nothing_of_a_page_runs(opened: Workspace) -> None:
    a_sweep(opened, "w-1")
    (opened.logs).mkdir(exist_ok=True)
    (opened.logs / "w-1.log").write_text(f"one {EVIL}\ntwo \u202e\n", encoding="utf-8")
    with signed_in(opened, role="admin") as client:
        pages = [client.get(path).text for path in ("/sweeps", "/sweeps/w-1", "/overview")]
    assert all("<script>" not in page and "\u202e" not in page for page in pages)
    assert "one &lt;script&gt;" in pages[1]


def test_the_log_is_an_admins(opened: Workspace) -> None:
    a_sweep(opened, "w-1")
    opened.logs.mkdir(exist_ok=True)
    (opened.logs / "w-1.log").write_text("a line of the log\n", encoding="utf-8")
    for role in ("admin", "approver", "auditor"):
        with signed_in(opened, role, role) as client:
            assert ("a line of the log" in client.get("/sweeps/w-1").text) == (role == "admin")


def test_the_end_of_a_long_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("".join(f"line {n}\n" for n in range(20_000)), encoding="utf-8")
    assert read_tail(path, 3).split("\n") == ["line 19997", "line 19998", "line 19999"]
    assert read_tail(path, 9_999, most=20) == "line 19999"
    assert read_tail(tmp_path / "none.log", 3) == ""


# -- starting and stopping -------------------------------------------------------------


def write_campaign(workspace: Workspace, name: str, text: str) -> None:
    folder = workspace.folder / "campaigns"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def test_campaign_files_are_found_and_checked(opened: Workspace) -> None:
    fill(opened, 1)
    write_campaign(
        opened,
        "a.toml",
        'name = "夜间"\nseeds = ["https://a.example/"]\nrights = ["TM-*", "tag:none", "W[!K]-*"]',
    )
    write_campaign(opened, "wrong.toml", 'name = "b"\nseeds = []\n')
    (opened.folder / "top.toml").write_text('name = "c"\nseeds = ["https://c.example/"]')
    assert [*find_files(opened)] == ["campaigns/a.toml", "campaigns/wrong.toml", "top.toml"]
    with signed_in(opened, role="approver") as client:
        page = client.get("/sweeps").text
        assert "seeds: expected at least one URL, got none" in page
        assert str(opened.folder) not in page
        check = client.get("/sweeps/-/campaign?file=campaigns/a.toml").text
        assert "1 of the registry" in check
        assert "tag:none selects nothing" in check
        assert "W[!K]-* selects nothing" in check
        assert "TM-* selects nothing" not in check
        for file in ("markhound.toml", "../w/top.toml", "/etc/hostname", "campaigns/none.toml", ""):
            assert client.get(f"/sweeps/-/campaign?file={file}").status_code == 404
            answer = client.post("/sweeps/-/start", data={"file": file, "sha256": "0"})
            assert answer.status_code == 404
        assert client.get("/sweeps/-/campaign?file=campaigns/wrong.toml").status_code == 422


@pytest.mark.parametrize("role", ["analyst", "legal", "auditor"])
def test_other_roles_start_nothing(opened: Workspace, role: Any) -> None:
    write_campaign(opened, "a.toml", 'name = "a"\nseeds = ["https://a.example/"]')
    a_sweep(opened, "w-1", end="stopped")
    with signed_in(opened, role=role) as client:
        page = client.get("/sweeps").text + client.get("/sweeps/w-1").text
        assert "campaigns/a.toml" not in page
        assert 'action="/sweeps' not in page.replace('action="/sweeps/w-1#sites"', "")
        for path in ("/sweeps/-/start", "/sweeps/w-1/resume", "/sweeps/-/starts/x-1/stop"):
            assert client.post(path, data={"file": "campaigns/a.toml"}).status_code == 403
    with opened.store() as db:
        assert find_starts(db, 9) == []


@pytest.fixture
def slow_shop() -> Iterator[TinyShop]:
    pages = {f"/p/{n}": listing_page(f"Aurelio bag {n}") for n in range(60)}
    with TinyShop({"/": links_page(*pages), **pages}) as shop:
        yield shop


def wait_for(is_so: Callable[[], bool], seconds: float = 60) -> None:
    for _ in range(int(seconds * 10)):
        if is_so():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come about")


def test_a_campaign_is_started_once_shown_and_stopped(
    opened: Workspace, slow_shop: TinyShop
) -> None:
    write_campaign(
        opened,
        "night.toml",
        f'name = "night"\nseeds = ["http://{slow_shop.site}/"]\nallow_private = true\n'
        'render = "never"\n[politeness]\ndelay = 0.5\n',
    )
    with signed_in(opened, "王芳", "approver") as client:
        check = client.get("/sweeps/-/campaign?file=campaigns/night.toml").text
        sha256 = check.partition('name="sha256" value="')[2][:64]
        form = {"file": "campaigns/night.toml", "sha256": sha256}
        assert client.post("/sweeps/-/start", data={**form, "sha256": "0"}).status_code == 403
        assert client.post("/sweeps/-/start", data=form).status_code == 200
        again = client.post("/sweeps/-/start", data=form)
        assert again.status_code == 403
        assert "is running: 王芳 started it" in again.text
        with opened.store() as db:
            [start] = find_starts(db, 9)
            assert is_alive(start.pid, start.pid_began)
            assert os.getsid(start.pid) == start.pid  # a session of its own: it outlives us
            wait_for(
                lambda: (
                    bool(find_sweeps(db)) and count_sweep(db, find_sweeps(db)[0].id).listings > 1
                )
            )
            [sweep] = find_sweeps(db)
        page = client.get(f"/sweeps/-/starts/{start.id}").text
        assert ">running<" in page
        assert "by 王芳" in page
        stopped = client.post(f"/sweeps/-/starts/{start.id}/stop")
        assert "王芳 asked it to stop" in stopped.text
        wait_for(lambda: not is_alive(start.pid, start.pid_began))
        page = client.get(f"/sweeps/{sweep.id}").text
        assert ">stopped<" in page
        assert f"markhound sweep --resume {sweep.id}" in page
        assert client.post(f"/sweeps/-/starts/{start.id}/stop").status_code == 403
        with opened.store() as db:
            assert load_sweep(db, sweep.id).state == "stopped"
            assert find_kept_reports(db, find_sweeps(db))[sweep.id].figures.listings > 1
            entries = [e for e in find_entries(db) if e.kind.startswith("sweep-")]
            assert [(e.kind, e.by) for e in entries] == [
                ("sweep-started", "王芳"),
                ("sweep-stopped", "王芳"),
            ]
            assert json.loads(entries[0].record)["sha256"] == sha256
            told = [c for c in check_rows(db) if "console_" in c.what]
            assert [c.state for c in told] == ["holds", "holds"]


def test_a_sweep_is_a_starts_own_only(opened: Workspace) -> None:
    """The first of its campaign, soon after it; one that came much later was started elsewhere."""
    actor = Actor(name="王芳", account=an_account(opened, "王芳", "admin"))
    starts = [
        ConsoleStart(
            id=f"x-{n}",
            campaign="night",
            file="night.toml",
            sha256="0",
            resumes="w-2" if n == 3 else None,
            pid=1,
            pid_began=0,
            by="王芳",
            at=AT + timedelta(hours=n),
        )
        for n in range(4)
    ]
    plan = Campaign(name="night", seeds=("https://a.example/",))
    with opened.store() as db:
        record_sweep(db, "w-0", plan, AT + timedelta(minutes=1))
        record_sweep(db, "w-1", plan, AT + timedelta(minutes=2))
        record_sweep(db, "w-2", plan, AT + timedelta(hours=1, minutes=30))
        with writing(db):
            for start in starts:
                record_start(db, start, actor)
        of_starts = [find_sweep_of(db, start) for start in starts]
        of_sweeps = [s and s.id for s in (find_start_of(db, f"w-{n}") for n in range(3))]
    assert of_starts == ["w-0", None, None, "w-2"]
    assert of_sweeps == ["x-0", None, "x-3"]


def test_another_process_of_that_number_is_not_stopped() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        began = began_at(process.pid)
        assert began is not None
        assert is_alive(process.pid, began)
        assert not is_alive(process.pid, began - 1)
        process.kill()
    assert began_at(process.pid) is None


def test_what_is_planned_is_shown_in_both_languages(opened: Workspace) -> None:
    (opened.folder / "campaigns").mkdir()
    (opened.folder / "campaigns" / "night.toml").write_text(
        'name = "夜间 <b>"\nseeds = ["https://a.example/"]\n[schedule]\ncron = "0 2 * * *"\n'
    )
    due = datetime(2026, 11, 22, 2, tzinfo=UTC)
    run = PlannedRun(
        id="n-1", campaign="夜间 <b>", file="night.toml", due=due, why="due", runner="r 1",
        claimed_at=due,
    )  # fmt: skip
    with opened.store() as db:
        claim_run(db, run)
        record_run_end(db, "n-1", "out of time", RUN_OVER, None, due)
    with signed_in(opened) as client:
        english = client.get("/sweeps").text
    with signed_in(opened, language="zh") as client:
        chinese = client.get("/sweeps").text
    assert "夜间 &lt;b&gt;" in english
    for page, words in (
        (english, ("out of time", "the time of this night is used up")),
        (chinese, ("时间用尽", "本次时间已用尽")),
    ):
        assert all(word in page for word in words)
