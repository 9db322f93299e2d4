"""Stamping: one statement for all that is new, several authorities, failures, second tries."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from crawler.errors import NotAllowedError
from crawler.store.ledger import find_entries
from crawler.store.stamps import find_receipts, find_stamps
from pipelines.evidence.anchors import TimeStampAuthority, find_anchors
from pipelines.evidence.merkle import leaf_of, root_of
from pipelines.evidence.stamps import (
    retry_stamps,
    stamp_after_sweep,
    stamp_ledger,
    words_of,
)
from pipelines.evidence.statements import parse_statement, stamps_folder
from tests.servers.ledgers import ask, broken, record_entries, verified, workspace_with
from tests.servers.tsa import Authority, make_authority, serving


@pytest.fixture
def first(tmp_path: Path) -> Iterator[Authority]:
    with serving(make_authority(tmp_path / "tsa-1")) as authority:
        yield authority


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Authority]:
    with serving(make_authority(tmp_path / "tsa-2", name="乙", chain=True)) as authority:
        yield authority


def test_one_asking_of_each_covers_all_that_is_new(
    tmp_path: Path, first: Authority, second: Authority
) -> None:
    workspace = workspace_with(tmp_path / "w", first, second, entries=5)
    stamped = stamp_ledger(workspace)
    assert stamped is not None
    assert [receipt.state for receipt in stamped.receipts] == ["granted", "granted"]
    assert (len(first.requests), len(second.requests)) == (1, 1)
    folder = stamps_folder(workspace) / stamped.stamp.id
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "statement.json", "leaves.txt", "1-jia-tsa-1.tsq", "1-jia-tsa-1.tsr", "1-jia-tsa-1.pem",
        "2-jia-tsa-2.tsq", "2-jia-tsa-2.tsr", "2-jia-tsa-2.pem",
    }  # fmt: skip
    statement = parse_statement((folder / "statement.json").read_bytes())
    with workspace.store() as db:
        entries = list(find_entries(db))
        assert find_stamps(db) == [stamped.stamp]
        assert tuple(find_receipts(db, stamped.stamp.id)) == stamped.receipts
    leaves = [leaf_of(bytes.fromhex(entry.digest)) for entry in entries[:5]]
    assert statement.root == root_of(leaves).hex()
    assert (statement.first, statement.last, statement.head) == (1, 5, entries[4].digest)
    assert [entry.kind for entry in entries[5:]] == ["stamp", "stamp-receipt", "stamp-receipt"]
    record = orjson.loads(entries[6].record)
    assert record["files"]["1-jia-tsa-1.tsr"] == stamped.receipts[0].files["1-jia-tsa-1.tsr"]


def test_entries_about_stamps_alone_need_no_stamp(tmp_path: Path, first: Authority) -> None:
    workspace = workspace_with(tmp_path / "w", first)
    assert stamp_ledger(workspace) is None
    record_entries(workspace, 1)
    assert stamp_ledger(workspace) is not None
    assert stamp_ledger(workspace) is None
    record_entries(workspace, 1)
    stamped = stamp_ledger(workspace)
    assert stamped is not None
    assert (stamped.stamp.first, stamped.stamp.last) == (2, 4)
    assert broken(verified(workspace)) == []


def test_one_that_fails_does_not_keep_the_others_and_is_asked_again(
    tmp_path: Path, first: Authority, second: Authority
) -> None:
    workspace = workspace_with(tmp_path / "w", first, second, entries=2)
    first.status = 503
    stamped = stamp_ledger(workspace)
    assert stamped is not None
    assert stamped.granted
    assert list(words_of(stamped)) == [
        "甲 TSA 1 did not stamp entries 1 to 2 of the ledger: expected status 200, got 503 Said",
        f"甲 TSA 2 stamped entries 1 to 2 of the ledger at"
        f" {stamped.receipts[1].gen_time:%Y-%m-%d %H:%M:%S} UTC",
        "try again: markhound evidence stamp --retry",
    ]
    told = [c for c in verified(workspace) if c.state == "unproven"]
    assert [(c.by, "503" in c.detail) for c in told] == [("甲 TSA 1", True)]
    first.status = 200
    [again] = retry_stamps(workspace)
    assert [(r.anchor, r.number, r.state) for r in again.receipts] == [("甲 TSA 1", 3, "granted")]
    assert list(retry_stamps(workspace)) == []
    assert len(second.requests) == 1
    assert {c.by for c in verified(workspace) if c.state == "proven"} == {"甲 TSA 1", "甲 TSA 2"}


def test_what_cannot_be_verified_is_kept_and_told(tmp_path: Path, first: Authority) -> None:
    workspace = workspace_with(tmp_path / "w", first, entries=1)
    first.body = b"\x30\x80 neither DER nor anything"
    stamped = stamp_ledger(workspace)
    assert stamped is not None
    assert not stamped.granted
    [receipt] = stamped.receipts
    assert receipt.state == "unverified"
    kept = stamps_folder(workspace) / stamped.stamp.id / "1-jia-tsa-1.tsr"
    assert kept.read_bytes() == first.body
    assert "is kept as it is: it cannot be read" in next(words_of(stamped))
    [told] = [c for c in verified(workspace) if c.what == "the time-stamp"]
    assert (told.state, told.by) == ("unproven", "甲 TSA 1")
    first.body = None
    assert [s.granted for s in retry_stamps(workspace)] == [True]


def test_an_answer_to_another_request_is_not_taken(tmp_path: Path, first: Authority) -> None:
    workspace = workspace_with(tmp_path / "w", first, entries=1)
    assert stamp_ledger(workspace)
    record_entries(workspace, 1)
    first.body = (first.folder / "1.tsr").read_bytes()  # the one given before: a replay
    stamped = stamp_ledger(workspace)
    assert stamped is not None
    assert stamped.receipts[0].state == "unverified"
    assert "expected the nonce" in str(stamped.receipts[0].problem)


def test_a_root_that_is_not_the_authoritys_is_told_at_once(
    tmp_path: Path, first: Authority, second: Authority
) -> None:
    workspace = workspace_with(tmp_path / "w", first, entries=1)
    (first.folder / "root.pem").write_bytes(second.root.read_bytes())
    stamped = stamp_ledger(workspace)
    assert stamped is not None
    assert "does not verify" in str(stamped.receipts[0].problem)


@pytest.mark.parametrize("wrong", [timedelta(hours=-3), timedelta(days=2)])
def test_a_clock_that_is_wrong_is_told(tmp_path: Path, first: Authority, wrong: timedelta) -> None:
    workspace = workspace_with(tmp_path / "w", first, entries=1)
    stamped = stamp_ledger(workspace, clock=lambda: datetime.now(UTC) + wrong)
    assert stamped is not None
    assert stamped.granted
    assert any(line.startswith("a clock is wrong: 甲 TSA 1 says") for line in words_of(stamped))
    assert [c.by for c in verified(workspace) if c.what == "the clocks"] == ["甲 TSA 1"]


class _Interrupted(TimeStampAuthority):
    """The machine goes down while it is asked."""

    def anchor(self, digest: bytes) -> None:  # type: ignore[override]  # it never returns
        raise KeyboardInterrupt(digest)


def test_what_broke_off_is_taken_up_again(
    tmp_path: Path, first: Authority, second: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = workspace_with(tmp_path / "w", first, second, entries=3)
    alive, _ = find_anchors(workspace)
    dead = _Interrupted(name="甲 TSA 2", url=second.url, root=second.root)
    with monkeypatch.context() as patched:
        patched.setattr("pipelines.evidence.stamps.find_anchors", lambda _: [alive, dead])
        with pytest.raises(KeyboardInterrupt):
            stamp_ledger(workspace)
    [told] = [c for c in verified(workspace) if c.state == "unproven"]
    assert (told.by, told.detail.partition(":")[0]) == ("甲 TSA 2", "it left no answer")
    assert stamp_ledger(workspace) is None
    [again] = retry_stamps(workspace)
    assert [(r.anchor, r.state) for r in again.receipts] == [("甲 TSA 2", "granted")]
    assert [c for c in verified(workspace) if c.state in ("broken", "unproven")] == []


def test_who_is_named_now_is_asked_where_nobody_stamped(
    tmp_path: Path, first: Authority, second: Authority
) -> None:
    workspace = workspace_with(tmp_path / "w", first, entries=1)
    first.status = 500
    stamp_ledger(workspace)
    renamed = ask(workspace, first, second)
    first.status = 200
    assert [len(again.receipts) for again in retry_stamps(renamed)] == [2]


def test_of_several_at_once_one_stamps(tmp_path: Path, first: Authority) -> None:
    workspace = workspace_with(tmp_path / "w", first, entries=3)
    with ThreadPoolExecutor(4) as pool:
        made = [
            future.result() for future in [pool.submit(stamp_ledger, workspace) for _ in "1234"]
        ]
    assert sum(stamped is not None for stamped in made) == 1
    assert len(first.requests) == 1
    assert broken(verified(workspace)) == []


def test_nobody_to_ask_is_refused(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path / "w", entries=1)
    with pytest.raises(NotAllowedError, match="nobody is named who could stamp"):
        stamp_ledger(workspace)
    assert stamp_after_sweep(workspace) == []


def test_after_a_sweep_it_is_stamped_and_never_fails(
    tmp_path: Path, first: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = workspace_with(tmp_path / "w", first, entries=1)
    assert stamp_after_sweep(ask(workspace, first, more='stamp = "off"')) == []
    [line] = stamp_after_sweep(ask(workspace, first))
    assert line.startswith("甲 TSA 1 stamped entries 1 to 1")
    assert stamp_after_sweep(workspace) == []
    record_entries(workspace, 1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipelines.evidence.stamps.whole_file", full)
    assert "No space left" in stamp_after_sweep(workspace)[0]


def test_an_anchor_by_command_is_proven_by_its_own_check_alone(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path / "w", entries=1)
    anchor = '[[evidence.anchors]]\nname = "公证链"\ncommand = ["echo"]\n'
    workspace = ask(workspace, more=anchor)
    stamped = stamp_ledger(workspace)
    assert stamped is not None
    assert list(words_of(stamped)) == ["公证链 left a receipt for entries 1 to 1 of the ledger"]
    states = {c.by: c.state for c in verified(workspace) if c.by}
    assert states == {"公证链": "unproven"}
    states = {
        c.by: c.state for c in verified(ask(workspace, more=f'{anchor}check = ["true"]\n')) if c.by
    }
    assert states == {"公证链": "proven"}
    assert broken(verified(ask(workspace, more=f'{anchor}check = ["false"]\n')))
    assert not broken(verified(ask(workspace, more=f'{anchor}check = ["/no/such"]\n')))
