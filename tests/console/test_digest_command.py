"""``markhound digest`` as people and schedulers call it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.campaign import Campaign
from crawler.store.database import now
from crawler.store.sweeps import record_sweep, record_sweep_end
from crawler.workspace import make_workspace, open_workspace
from tests.servers.command import Finished, invoke
from tests.servers.mail import MailServer, use
from tests.servers.nightly import see

CAMPAIGN = """\
name = "夜巡"
seeds = ["https://shop.example/"]
[schedule]
cron = "* * * * *"
[tell]
to = ["mailto:li@firm.example"]
language = "zh"
"""
TELL = """
[[tell]]
name = "desk"
kind = "mail"
address = "desk@firm.example"
risk = 0.8
"""


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Return a workspace in which a sweep found a hit two hours ago."""
    folder = make_workspace(tmp_path / "w").folder
    (folder / "campaigns").mkdir()
    with open_workspace(folder).store() as db:
        at = now() - timedelta(hours=2)
        record_sweep(db, "sw-1", Campaign(name="夜巡", seeds=("https://shop.example/",)), at)
        see(db, "sw-1", "p/1", at, seller="店 <b>")
        record_sweep_end(db, "sw-1", "finished", None, at)
    return folder


@pytest.fixture
def digest(office: Path) -> Callable[..., Finished]:
    def call(*arguments: str, expect: int = 0) -> Finished:
        return invoke("digest", *arguments, workspace=office, expect=expect)

    return call


def test_what_is_new_is_printed_and_nothing_recorded(
    office: Path, digest: Callable[..., Finished]
) -> None:
    assert "New sellers (1)" in digest().out
    [record] = [one for one in digest("--json").lines if one["kind"] == "seller"]
    assert record["facts"]["seller"] == "店 <b>"
    chinese = digest("--language", "zh", "--html", str(office / "digest.html"))
    assert "digest.html" in chinese.err
    page = (office / "digest.html").read_text(encoding="utf-8")
    assert "新卖家" in page
    assert "店 &lt;b&gt;" in page
    later = f"{now():%Y-%m-%dT%H:%M:%S}"
    assert "seller" not in digest("--since", later).out
    assert "Nobody was told anything yet." in digest("--list").out
    assert "nobody is told" in digest("--send").err


def test_it_is_sent_once_to_those_who_are_told(
    office: Path, digest: Callable[..., Finished], tmp_path: Path
) -> None:
    (office / "campaigns" / "night.toml").write_text(CAMPAIGN)
    (office / "campaigns" / "broken.toml").write_text("name = 3\n")
    with MailServer(tmp_path) as server:
        use(office, server, more=TELL)
        sent = digest("--send", "--json", "--campaign", "夜巡")
        assert [(one["channel"], one["result"]) for one in sent.lines] == [
            ("desk", "sent"),
            ("mailto:li@firm.example", "sent"),
        ]
        english, chinese = (taken.parsed for taken in server.taken)
        assert english["Subject"] == "Markhound, urgent: sweeps not done 1, new sellers 1"
        assert chinese["Subject"] == "Markhound：新卖家 1"
        assert chinese["Content-Language"] == "zh-CN"
        assert "nothing is new" in digest("--send", "--to", "mailto:li@firm.example").err
    [last, first] = digest("--list", "--json").lines
    assert (last["channel"], first["event"]) == ("mailto:li@firm.example", "sent")
    assert "新卖家" in digest("--show", last["id"]).out
    shown = digest("--show", first["id"], "--json").lines
    assert [one["kind"] for one in shown].count("seller") == 1


def test_who_cannot_be_told_makes_it_end_with_1(
    office: Path, digest: Callable[..., Finished]
) -> None:
    file = office / "markhound.toml"
    file.write_text(file.read_text() + TELL)
    failed = digest("--send", expect=1)
    assert "desk: failed: no relay to send by" in failed.err
    assert "desk: failed" in digest("--send", expect=1).err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--send", "--since", "2026-01-01"), "for looking, not with --send"),
        (("--since", "2999-01-01"), "expected a time that is past"),
        (("--campaign", "none"), "no campaign has the name 'none'"),
        (("--to", "none"), "no channel 'none'"),
        (("--show", "dg-0"), "no digest has the id 'dg-0'"),
    ],
)
def test_wrong_use_is_told(
    digest: Callable[..., Finished], arguments: tuple[str, ...], expected: str
) -> None:
    assert expected in digest(*arguments, expect=2).err
