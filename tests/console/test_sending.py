"""What stops `notice send`, and what it tells when a listing cannot be captured."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.model import TargetState
from crawler.store.captures import Capture, find_captures
from crawler.store.rights import record_rights
from crawler.workspace import Workspace
from pipelines.takedown import leaving
from tests.servers.command import Finished, invoke
from tests.servers.judged import add_account, fill_workspace, now, see
from tests.servers.stored_hits import LISTING, MARK, a_listing

SECOND = a_listing(url="https://shop.example/商品/2", title="Aurelio 皮带")
WHY = ("--reason", "假冒")


class Office:
    """A workspace with two approved notices, of one listing each."""

    def __init__(self, folder: Path) -> None:
        self.workspace: Workspace
        self.workspace, self.hits = fill_workspace(folder, listings=(LISTING, SECOND))
        with self.workspace.store() as db:
            self.wei = add_account(db, "张伟", "analyst")[1]
            self.ann = add_account(db, "Ann", "approver")[1]
        self.set('capture = "flagged"', 'capture = "off"')
        for hit in self.hits:
            self.do("judge", hit, "--as", "infringing", "--by", "张伟", *WHY, env=self.wei)
            self.do("notice", "draft", hit, "--kind", "dsa", env=self.wei)
        self.notices = sorted(n["id"] for n in self.do("notice", "status", "--json").lines)
        for notice in self.notices:
            for exception in ("referential", "exhaustion"):
                considered = ("notice", "consider", notice, "--exception", exception)
                self.do(*considered, "--result", "不适用", env=self.wei)
            self.do("notice", "approve", notice, *WHY, env=self.ann)

    def do(self, *words: str, expect: int = 0, env: dict[str, str] | None = None) -> Finished:
        return invoke(*words, workspace=self.workspace.folder, expect=expect, env=env)

    def set(self, old: str, new: str) -> None:
        file = self.workspace.folder / "markhound.toml"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def send(self, *notices: str, expect: int = 0) -> str:
        return self.do("notice", "send", *notices, "--queue-only", expect=expect, env=self.ann).err

    def statuses(self) -> dict[str, str]:
        return {n["id"]: n["status"] for n in self.do("notice", "status", "--json").lines}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "w")


def test_a_right_that_lapsed_since_the_approval_stops_all_that_was_to_be_sent(
    office: Office,
) -> None:
    one, other = office.notices
    with office.workspace.store() as db:
        lapsed = replace(MARK, expires=now().date() - timedelta(days=1))
        record_rights(db, [(lapsed, {})], source="rights.jsonl", at=now())
    refused = office.send(one, other, expect=2)
    assert f"{one}: facts: " in refused
    assert f"{other}: facts: " in refused
    assert "expired" in refused
    assert set(office.statuses().values()) == {"approved"}


def test_what_is_gone_by_the_last_sweep_is_not_sent_without_a_capture(office: Office) -> None:
    one, other = office.notices
    with office.workspace.store() as db:
        see(db, "w-2", [LISTING], state=TargetState.GONE)
    refused = office.send(one, other, expect=2)
    assert f"{one}: still-up: {LISTING.url} is gone" in refused
    assert other not in refused
    assert set(office.statuses().values()) == {"approved"}


def test_one_that_may_not_be_sent_keeps_the_others_back(office: Office) -> None:
    one, other = office.notices
    office.do("notice", "withdraw", other, *WHY, env=office.wei)
    assert f"{other}" in office.send(one, other, expect=2)
    assert office.statuses() == {one: "approved", other: "withdrawn"}
    assert "the listings are not captured: evidence.capture is off" in office.send(one)
    assert office.statuses() == {one: "queued", other: "withdrawn"}


def test_a_notice_about_what_is_gone_stays_and_the_others_go(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = office.notices
    office.set('capture = "off"', 'capture = "flagged"')

    def captured(_: Workspace, notices: list[str], **__: object) -> dict[str, list[Capture]]:
        states = {one: TargetState.GONE, other: TargetState.FAILED}
        return {notice: [a_capture(states[notice])] for notice in notices}

    monkeypatch.setattr(leaving, "capture_for_notices", captured)
    assert f"{one} is not sent: what it is about is gone" in office.send(one, other, expect=2)
    assert office.statuses() == {one: "approved", other: "queued"}


def test_a_host_that_cannot_be_reached_is_told_and_stops_nothing(office: Office) -> None:
    office.set('capture = "off"', 'capture = "flagged"')
    told = office.send(*office.notices)
    assert told.count("(failed)") == 2
    assert told.count("no proof: it does not show the page") == 2
    assert set(office.statuses().values()) == {"queued"}
    with office.workspace.store() as db:
        assert sorted(made.purpose for made in find_captures(db)) == [
            f"sending of {notice}" for notice in office.notices
        ]


def a_capture(state: TargetState) -> Capture:
    return Capture(
        id="cap-1", url=LISTING.url, hit=None, sweep=None, purpose="x", at=now(), file="x",
        sha256="0" * 64, proof=False, record={"state": state.value, "doubts": []}, entry=1,
    )  # fmt: skip
