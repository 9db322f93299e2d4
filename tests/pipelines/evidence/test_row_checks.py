"""Rows that were changed, put in or taken out behind the ledger's back, and files of rows."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crawler.accounts import Actor
from crawler.store.cases import record_case_event
from crawler.store.database import now, writing
from crawler.store.outbox import Outgoing, record_queued
from crawler.workspace import Workspace, make_workspace, open_workspace
from pipelines.evidence.recorded import RECORDED
from pipelines.evidence.row_checks import tables_with_entries
from pipelines.takedown.attaching import store_file
from pipelines.takedown.outbox import keep_message
from tests.servers.ledgers import at_hand, broken, verified
from tests.servers.notices import CASE, approved_notices

NOTICE = "N-2026-000001"


@pytest.fixture(scope="module")
def noticed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a notice that is queued, an answer to it, and a file in its case."""
    folder = tmp_path_factory.mktemp("rows") / "w"

    workspace = make_workspace(folder)
    approved_notices(folder, 2)
    bought = folder.parent / "receipt.txt"
    bought.write_text("购买凭证")
    with workspace.store() as db:
        (folder / "outbox").mkdir()
        body = "请删除".encode()
        message = Outgoing(
            id=0, notice=NOTICE, channel="email", destination="desk@shop.example",
            sha256=keep_message(folder / "outbox", body), size=len(body), message_id="<1@x>",
            queued_at=now(),
        )  # fmt: skip
        stored = store_file(folder, bought)
        with writing(db):
            record_queued(db, message, not_before=now(), by="mei")
            what = {"sha256": stored.sha256, "name": stored.name, "bytes": stored.bytes}
            record_case_event(db, CASE, "attached", what, Actor(name="mei"), at=now())
    return folder


@pytest.fixture
def workspace(noticed: Path, tmp_path: Path) -> Workspace:
    return open_workspace(Path(shutil.copytree(noticed, tmp_path / "w")))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE judgements SET decision = 'licensed' WHERE id = 'j-1'",
        "UPDATE judgements SET judged_by = 'eve' WHERE id = 'j-1'",
        "UPDATE judgements SET judged_at = '2020-01-01T00:00:00.000000Z' WHERE id = 'j-1'",
        "UPDATE judgements SET hit = (SELECT max(id) FROM hits) WHERE hit <>"
        " (SELECT max(id) FROM hits)",
        "UPDATE judgements SET authenticated = 1",
        "UPDATE judgements SET cause = 'counterfeit'",
        "DELETE FROM judgements WHERE id = 'j-2'",
        "DELETE FROM judgements",
        "UPDATE notices SET record = replace(record, '请删除', '请保留')",
        "UPDATE notices SET drafted_by = 'eve'",
        "UPDATE notices SET case_id = 'c-x'",
        "DELETE FROM notices",
        "DELETE FROM notice_hits WHERE notice = 'N-2026-000001'",
        "DELETE FROM notice_drafts",
        "DELETE FROM approvals WHERE notice = 'N-2026-000001'",
        "UPDATE approvals SET id = id || 'x'",
        "UPDATE approvals SET at = '2020-01-01T00:00:00.000000Z'",
        "UPDATE approvals SET entry = 1",
        "DELETE FROM case_events",
        "UPDATE case_events SET record = '{}'",
        "UPDATE case_events SET event = 'noted'",
        "UPDATE outbox SET queued_at = '2020-01-01T00:00:00.000000Z'",
        "DELETE FROM outbox",
        "UPDATE accounts SET made_at = '2020-01-01T00:00:00.000000Z'",
        "UPDATE account_changes SET role = 'admin'",
        "DELETE FROM account_changes WHERE name = 'mei'",
    ],
)
def test_what_was_changed_in_a_table_is_found(workspace: Workspace, change: str) -> None:
    assert broken(verified(workspace)) == []
    with at_hand(workspace) as db:
        assert db.execute(change).rowcount
    assert broken(verified(workspace))


def test_a_judgement_that_no_entry_tells_of_is_told(workspace: Workspace) -> None:
    with at_hand(workspace) as db:
        db.execute(
            "INSERT INTO judgements SELECT 'j-9', hit, findings, 'licensed', 'eve', 1, 'r',"
            " judged_at, cause, bulk FROM judgements WHERE id = 'j-1'"
        )
    [told] = [c for c in verified(workspace) if c.subject == "judgements" and c.state == "unproven"]
    assert told.detail.startswith("1 have no entry of the ledger")


@pytest.mark.parametrize("folder", ["outbox", "attachments"])
def test_a_file_of_a_row_that_was_changed_or_lost_is_named(
    workspace: Workspace, folder: str
) -> None:
    [file] = (p for p in (workspace.folder / folder).iterdir() if len(p.name) == 64)
    file.chmod(0o600)
    file.write_bytes(file.read_bytes() + b" ")
    assert any(
        f"{folder}/{file.name}: it was changed" in line for line in broken(verified(workspace))
    )
    file.unlink()
    assert any("it cannot be read" in line for line in broken(verified(workspace)))


def test_every_table_that_names_an_entry_is_known(workspace: Workspace) -> None:
    """A new one that is not among them would be compared by the names of its columns alone."""
    with workspace.store() as db:
        assert {table for table, _ in tables_with_entries(db)} <= RECORDED.keys()
        for table, known in RECORDED.items():
            columns = {column.name for column in db.table(table).columns}
            assert {*known.subject, *known.hand, *known.names, *known.members} <= columns, table
