"""What stops `notice send`, and what it tells when a listing cannot be captured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.errors import InputError
from crawler.model import TargetState
from crawler.store.captures import Capture, find_captures
from crawler.store.rights import record_rights
from crawler.takedown import Notice
from crawler.workspace import Workspace
from pipelines.takedown import leaving, queueing
from pipelines.takedown.outbox import queue_notice
from pipelines.typesetting import PaperFont
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


def a_capture(state: TargetState, *, shows_other: bool = False) -> Capture:
    record: dict[str, object] = {"state": state.value, "doubts": [], "shows_other": shows_other}
    return Capture(
        id="cap-1", url=LISTING.url, hit=None, sweep=None, purpose="x", at=now(), file="x",
        sha256="0" * 64, proof=False, record=record, entry=1,
    )  # fmt: skip


def test_a_listing_that_became_another_page_is_not_noticed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = office.notices
    office.set('capture = "off"', 'capture = "flagged"')

    def captured(_: Workspace, notices: list[str], **__: object) -> dict[str, list[Capture]]:
        made = {notice: [a_capture(TargetState.SEEN)] for notice in notices}
        return made | {one: [*made[one], a_capture(TargetState.SEEN, shows_other=True)]}

    monkeypatch.setattr(leaving, "capture_for_notices", captured)
    told = f"{one} is not sent: another page stands at {LISTING.url}"
    assert told in office.send(one, other, expect=2)
    assert office.statuses() == {one: "approved", other: "queued"}


def test_what_cannot_be_attached_is_told_and_keeps_no_other_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = office.notices
    asked = leaving.make_attachments

    def made(workspace: Workspace, db: Database, notice: str, font: PaperFont | None) -> object:
        if notice == one:
            raise InputError(f"{notice}: no valid XARF report can be made")
        return asked(workspace, db, notice, font)

    monkeypatch.setattr(queueing, "make_attachments", made)
    assert f"{one} is not sent: {one}: no valid XARF" in office.send(one, other, expect=2)
    assert office.statuses() == {one: "approved", other: "queued"}


def test_a_report_for_machines_that_cannot_be_made_is_told_before_anything_is_done(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = office.notices

    def attached(notice: Notice, *_: object) -> list[object]:
        if notice.id == other:
            raise InputError("no valid XARF report can be made: url: is none")
        return []

    monkeypatch.setattr(leaving, "attachments_of", attached)
    assert "no valid XARF" in office.send(one, other, expect=2)
    assert set(office.statuses().values()) == {"approved"}


# -- what is queued may be stopped until it leaves ---------------------------------------


def lapse(office: Office) -> None:
    lapsed = replace(MARK, expires=now().date() - timedelta(days=1))
    with office.workspace.store() as db:
        record_rights(db, [(lapsed, {})], source="rights.jsonl", at=now())


def teach_licensee(office: Office) -> None:
    seller = ("--seller", "Best Bags 优品", "--site", "shop.example")
    office.do("registry", "teach", MARK.id, *seller, "--reason", "有授权", env=office.wei)


def overturn(office: Office) -> None:
    judged = ("--as", "unrelated", "--by", "张伟", "--reason", "看错了")
    office.do("judge", office.hits[0], *judged, env=office.wei)


def find_gone(office: Office) -> None:
    with office.workspace.store() as db:
        see(db, "w-2", [LISTING], state=TargetState.GONE)


@pytest.mark.parametrize(
    ("happen", "why"),
    [
        (lapse, "TM-0001 has lapsed (expired on"),
        (teach_licensee, "TM-0001 is licensed to Best Bags 优品 on shop.example"),
        (overturn, "is not judged infringing any more"),
        (find_gone, f"what it is about is gone ({LISTING.url})"),
    ],
)
def test_what_happens_after_queueing_stops_a_notice(
    office: Office, happen: Callable[[Office], None], why: str
) -> None:
    one, _ = office.notices
    office.do("notice", "send", one, "--now", "--queue-only", env=office.ann)
    happen(office)
    done = office.do("notice", "deliver", "--json", expect=1)
    assert done.json["result"] == "stopped"
    assert why in done.json["words"]
    assert office.statuses()[one] == "queued"
    office.do("notice", "cancel", one, *WHY, env=office.ann)


def test_what_was_queued_is_captured_again_when_nobody_looked_for_long(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = office.notices
    office.do("notice", "send", one, "--now", "--queue-only", env=office.ann)
    monkeypatch.setattr(leaving, "now", lambda: now() + timedelta(hours=25))
    without = office.do("notice", "deliver", "--json", expect=1).json
    assert (without["result"], "was not looked at since" in without["words"]) == ("stopped", True)
    office.set('capture = "off"', 'capture = "flagged"')

    def captured(_: Workspace, notices: list[str], **__: object) -> dict[str, list[Capture]]:
        return {notice: [a_capture(TargetState.GONE)] for notice in notices}

    monkeypatch.setattr(leaving, "capture_for_notices", captured)
    done = office.do("notice", "deliver", "--json", expect=1)
    assert "what it is about is gone" in done.json["words"]


def test_nothing_stops_what_is_as_it_was(office: Office) -> None:
    one, _ = office.notices
    office.do("notice", "send", one, "--now", "--queue-only", env=office.ann)
    assert "[delivery.smtp]" in office.do("notice", "deliver", expect=2).err


def test_what_another_program_has_queued_meanwhile_keeps_no_other_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = office.notices
    asked = leaving.make_attachments

    def made(workspace: Workspace, db: Database, notice: str, font: PaperFont | None) -> object:
        if notice == one:
            queue_notice(workspace, db, one, by="somebody else")
        return asked(workspace, db, notice, font)

    monkeypatch.setattr(queueing, "make_attachments", made)
    assert f"{one} is not sent: {one} is queued already" in office.send(one, other, expect=2)
    assert office.statuses() == {one: "queued", other: "queued"}
