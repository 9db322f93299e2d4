"""Rows that somebody wrote by hand: told as broken, whatever stands in them, never an error."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.store.database import writing
from crawler.store.handover import find_keys
from crawler.workspace import Workspace, open_workspace
from pipelines.evidence.bundle import export_case
from pipelines.evidence.imports import Desk
from pipelines.evidence.keys import make_signing_key, revoke_key, trust_key
from pipelines.evidence.receipts import load_receipt
from pipelines.evidence.stamps import stamp_ledger
from tests.servers.ledgers import at_hand, broken, verified, workspace_with
from tests.servers.stored_case import AT, store_case
from tests.servers.tsa import make_authority, serving


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stamped workspace with a case of another office, whose entries are stamped as well."""
    folder = tmp_path_factory.mktemp("hand")
    with serving(make_authority(folder / "tsa")) as authority:
        theirs = workspace_with(folder / "theirs", authority)
        with theirs.store() as db:
            case = store_case(db, theirs)
        stamp_ledger(theirs)
        with theirs.store() as db:
            export_case(db, theirs, case, folder / "b", by="李伟", at=AT)
        ours = workspace_with(folder / "w", authority, entries=2)
        with ours.store() as db:
            with writing(db):
                key = make_signing_key(theirs.folder).public
                trust_key(db, key, name="Shanghai", by="li", at=AT)
            Desk(db=db, workspace=ours, by="安娜", at=AT).take_in(folder / "b")
        stamp_ledger(ours)
    return ours.folder


@pytest.fixture
def workspace(kept: Path, tmp_path: Path) -> Workspace:
    return open_workspace(Path(shutil.copytree(kept, tmp_path / "w")))


def test_the_stamps_in_cases_of_others_are_checked_again(workspace: Workspace) -> None:
    checks = verified(workspace)
    assert broken(checks) == []
    [stamps] = [c for c in checks if c.what == "imported case, its stamps"]
    assert (stamps.state, stamps.by) == ("proven", "CN=Example TSA")
    assert stamps.detail == "4 of its entries were there when they were stamped"
    file = workspace.folder / "markhound.toml"
    file.write_text(file.read_text().split("[evidence]")[0])
    [stamps] = [
        c for c in verified(open_workspace(workspace.folder)) if c.what.endswith("its stamps")
    ]
    assert (stamps.state, "whose root you do not trust" in stamps.detail) == ("unproven", True)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("stamps", "at", "x"),
        ("stamps", "anchors", "{"),
        ("stamps", "statement", "x"),
        ("stamp_receipts", "gen_time", ""),
        ("stamp_receipts", "files", "[1]"),
        ("key_events", "at", "x"),
        ("key_events", "pem", "x"),
        ("imported_cases", "exported_at", "x"),
        ("imported_cases", "exported_by", "Eve"),
        ("imported_hits", "decision", "licensed"),
        ("imported_hits", "score", 0.1),
        ("receipts", "record", "{"),
        ("receipts", "record", '{"outcome": "accepted"}'),
        ("captures", "file", "/dev/zero"),
    ],
)
def test_a_column(workspace: Workspace, table: str, column: str, value: object) -> None:
    if table == "captures":
        with workspace.store() as db:
            store_case(db, workspace)
    with at_hand(workspace) as plain:
        plain.execute(f'UPDATE "{table}" SET "{column}" = ?', [value])
    assert broken(verified(workspace))


def test_a_revoked_key_is_not_believed_again_by_another_number_of_its_row(
    workspace: Workspace,
) -> None:
    with workspace.store() as db, writing(db):
        key = next(known for known in find_keys(db) if known.name == "Shanghai")
        revoke_key(db, key.fingerprint, reason="stolen", by="li", at=AT)
    assert broken(verified(workspace)) == []
    with at_hand(workspace) as plain:
        plain.execute("UPDATE key_events SET id = 99 WHERE event = 'trusted'")
    with workspace.store() as db:
        assert {k.event for k in find_keys(db) if k.name == "Shanghai"} == {"revoked"}
    assert any("has the later entry" in one for one in broken(verified(workspace)))


@pytest.mark.parametrize("days", [-400, 400])
def test_what_was_taken_in_before_a_key_was_revoked_stays_good_whatever_clocks_say(
    workspace: Workspace, days: int
) -> None:
    with workspace.store() as db, writing(db):
        key = next(known for known in find_keys(db) if known.name == "Shanghai")
        at = datetime(2026, 11, 22, tzinfo=UTC) + timedelta(days=days)
        revoke_key(db, key.fingerprint, reason="stolen", by="li", at=at)
    [case] = [c for c in verified(workspace) if c.what == "imported case"]
    assert (case.state, "revoked later" in (case.by or "")) == ("proven", True)


def test_a_receipt_is_kept_and_checked_with_its_signature(workspace: Workspace) -> None:
    [file] = (workspace.folder / "evidence" / "receipts").glob("*.json")
    assert load_receipt(file).statement.outcome == "accepted"
    [told] = [c for c in verified(workspace) if c.what == "receipts"]
    assert told.state == "holds"
    file.write_bytes(file.read_bytes().replace(b"accepted", b"returned"))
    [told] = [c for c in verified(workspace) if c.what == "receipts"]
    assert (told.state, "does not lie in evidence/receipts" in told.detail) == ("unproven", True)
