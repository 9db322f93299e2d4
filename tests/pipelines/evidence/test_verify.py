"""Tampering: what somebody with the database at hand can do, and what is found of it."""

from __future__ import annotations

import resource
import sqlite3
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.store.database import now, writing
from crawler.store.notice_events import record_notice_event
from crawler.workspace import Workspace
from pipelines.evidence.stamps import stamp_ledger
from pipelines.evidence.statements import stamps_folder
from pipelines.evidence.trust import load_trust
from pipelines.evidence.verify import check_workspace
from tests.servers.ledgers import (
    ask,
    at_hand,
    broken,
    chain_anew,
    record_capture,
    record_entries,
    verified,
    workspace_with,
)
from tests.servers.tsa import Authority, make_authority, serving


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with serving(make_authority(tmp_path / "tsa")) as authority:
        yield authority


@pytest.fixture
def workspace(tmp_path: Path, authority: Authority) -> Workspace:
    """Return one with entries 1 to 9, of which 1 to 6 are stamped (7 and 8 are the stamp's own)."""
    made = workspace_with(tmp_path / "w", authority, entries=6)
    stamp_ledger(made)
    record_entries(made, 1)
    return made


def stamp_of(workspace: Workspace) -> Path:
    [folder] = (path for path in stamps_folder(workspace).iterdir() if path.is_dir())
    return folder


def test_what_is_whole_is_told_with_who_vouches(workspace: Workspace) -> None:
    checks = verified(workspace)
    assert broken(checks) == []
    [proven] = [c for c in checks if c.state == "proven"]
    assert (proven.what, proven.by) == ("entries 1 to 6 were there", "甲 TSA 1")
    assert "signed by CN=Example TSA" in proven.detail
    [open_] = [c for c in checks if c.state == "unproven"]
    assert open_.what == "entries 7 to 9"
    assert "nobody else vouches" in open_.detail


def test_an_empty_workspace_is_whole(tmp_path: Path) -> None:
    checks = verified(workspace_with(tmp_path / "w"))
    assert {c.state for c in checks} == {"holds"}


@pytest.mark.parametrize(
    ("column", "value", "number"),
    [
        ("kind", "capture", 4),
        ("subject", "h-９", 4),
        ("record", '{"decision":"licensed"}', 4),
        ("by", "eve", 4),
        ("at", "2020-01-01T00:00:00.000000Z", 4),
        ("previous", "0" * 64, 4),
        ("previous", "no digest", 4),
        ("digest", "ab" * 32, 4),
        ("digest", "no digest", 4),
        ("record", "{}", 9),
    ],
)
def test_a_changed_column_names_its_entry(
    workspace: Workspace, column: str, value: str, number: int
) -> None:
    with at_hand(workspace) as db:
        db.execute(f"UPDATE ledger SET {column} = ? WHERE number = ?", [value, number])
    found = broken(verified(workspace))
    assert any(f": entry {number}:" in line for line in found), found
    assert not any(f": entry {n}:" in line for line in found for n in (1, 2, 3, 6, 7)), found


def test_a_range_with_a_changed_entry_is_not_called_proven(workspace: Workspace) -> None:
    """Also where the digest that is recorded of it was left as it was."""
    with at_hand(workspace) as db:
        db.execute("UPDATE ledger SET by = 'eve' WHERE number = 4")
    checks = verified(workspace)
    assert any("entry 4 is not the one that was stamped" in line for line in broken(checks))
    assert not any(c.what == "entries 1 to 6 were there" for c in checks)


def test_a_later_stamp_vouches_for_earlier_entries_as_far_as_the_chain_holds(
    tmp_path: Path, authority: Authority
) -> None:
    workspace = workspace_with(tmp_path / "w", authority)
    record_capture(workspace, "c-1", b"a page")
    record_capture(workspace, "c-2", b"a page")
    authority.status = 500
    stamp_ledger(workspace)
    authority.status = 200
    record_capture(workspace, "c-3", b"a page")
    stamp_ledger(workspace)

    def states() -> list[str]:
        return [c.state for c in verified(workspace) if c.what == "the capture's file"]

    assert states() == ["proven", "proven", "proven"]
    with at_hand(workspace) as db:
        db.execute("UPDATE ledger SET by = 'eve' WHERE number = 1")
    assert states() == ["holds", "proven", "proven"]
    with at_hand(workspace) as db:
        db.execute("UPDATE ledger SET by = 'eve' WHERE number = 3")
    assert states() == ["holds", "holds", "holds"]  # it lies under the root of the later stamp


def test_a_number_that_was_changed_leaves_a_gap(workspace: Workspace) -> None:
    with at_hand(workspace) as db:
        db.execute("UPDATE ledger SET number = 70 WHERE number = 9")
    assert any("entry 9 to 69" in line for line in broken(verified(workspace)))


def test_an_entry_taken_out_of_the_middle_is_named(workspace: Workspace) -> None:
    with at_hand(workspace) as db:
        db.execute("DELETE FROM ledger WHERE number = 4")
    found = broken(verified(workspace))
    assert "entries without gaps: entry 4: missing: after entry 3 comes entry 5" in found
    assert any("entry 4 was stamped and is gone" in line for line in found)


@pytest.mark.parametrize("left", [0, 3, 5])
def test_a_stamped_tail_that_was_taken_off_is_found(workspace: Workspace, left: int) -> None:
    with at_hand(workspace) as db:
        db.execute("DELETE FROM ledger WHERE number > ?", [left])
    found = broken(verified(workspace))
    gone = f"entry {left + 1} was stamped and is gone: the ledger ends before it"
    assert any(gone in line for line in found), found


def test_an_unstamped_tail_that_was_taken_off_is_not_found_and_that_is_said(
    workspace: Workspace,
) -> None:
    [before] = [c for c in verified(workspace) if c.what == "entries 7 to 9"]
    assert "entries taken off the end would not be missed" in before.detail
    with at_hand(workspace) as db:
        db.execute("DELETE FROM ledger WHERE number = 9")
    assert broken(verified(workspace)) == []


def test_a_chain_made_anew_after_a_change_is_found_by_the_stamp(workspace: Workspace) -> None:
    with at_hand(workspace) as db:
        db.execute("UPDATE ledger SET record = '{}' WHERE number = 4")
        chain_anew(db)
    checks = verified(workspace)
    [found] = broken(checks)
    assert found.startswith("entries 1 to 6 are those that were stamped: st-")
    assert "entry 4 is not the one that was stamped" in found
    assert any(c.what == "the chain of entries" and c.state == "holds" for c in checks)
    [proven] = [c for c in checks if c.state == "proven"]
    assert proven.what == "what was stamped was there; it is not what stands in the ledger now"
    assert any("as they stand there now: see what is broken" in c.detail for c in checks)


def test_a_chain_made_anew_after_an_entry_was_taken_out_is_found(workspace: Workspace) -> None:
    with at_hand(workspace) as db:
        db.execute("DELETE FROM ledger WHERE number = 2")
        chain_anew(db)
    found = broken(verified(workspace))
    assert any("entry 2 is not the one that was stamped" in line for line in found)


def test_without_the_kept_digests_the_range_is_named(workspace: Workspace) -> None:
    (stamp_of(workspace) / "leaves.txt").unlink()
    with at_hand(workspace) as db:
        db.execute("UPDATE ledger SET record = '{}' WHERE number = 4")
        chain_anew(db)
    found = broken(verified(workspace))
    assert any("entries 1 to 6" in line and "one of them or more is not" in line for line in found)
    assert any("leaves.txt does not give the root" in line for line in found)


@pytest.mark.parametrize("text", ["", "x\n", "ab" * 32 + "\n", "\n" * 9])
def test_kept_digests_that_were_changed_blame_no_entry(workspace: Workspace, text: str) -> None:
    with (stamp_of(workspace) / "leaves.txt").open("a") as file:
        file.write(text)
    found = broken(verified(workspace))
    assert len(found) == (1 if text else 0)
    assert all("the digests kept beside the statement" in line for line in found)


def test_an_older_database_put_back_is_found_by_the_stamps_folder(
    tmp_path: Path, authority: Authority
) -> None:
    workspace = workspace_with(tmp_path / "w", authority, entries=3)
    older = workspace.database.read_bytes()
    record_entries(workspace, 2)
    stamp_ledger(workspace)
    workspace.database.write_bytes(older)
    checks = verified(workspace)
    assert any("entry 4 was stamped and is gone" in line for line in broken(checks))
    assert any("the database does not know it" in c.detail for c in checks)


def test_every_byte_of_a_stamp_is_covered(workspace: Workspace) -> None:
    files = [path for path in stamp_of(workspace).iterdir() if path.name != "leaves.txt"]
    assert len(files) == 4
    for path in files:
        content = path.read_bytes()
        for place in range(0, len(content), max(1, len(content) // 6)):
            changed = bytearray(content)
            changed[place] ^= 0x01
            path.write_bytes(changed)
            assert any(path.name in line for line in broken(verified(workspace))), (path, place)
        path.unlink()
        assert any(path.name in line for line in broken(verified(workspace)))
        path.write_bytes(content)
    assert broken(verified(workspace)) == []


def test_a_stamp_taken_out_of_the_database_is_missed(workspace: Workspace) -> None:
    with at_hand(workspace) as db:
        db.execute("DELETE FROM stamp_receipts")
        db.execute("DELETE FROM stamps")
    found = broken(verified(workspace))
    assert any("its row in stamps is missing" in line for line in found)
    assert any("its row in stamp_receipts is missing" in line for line in found)


def test_a_stamp_of_a_root_of_their_own_is_not_proven(workspace: Workspace, tmp_path: Path) -> None:
    """Whoever has the database can make an authority too; only whom we trust makes it a proof."""
    other = make_authority(tmp_path / "other")
    checks = verified(ask(workspace, other))
    [told] = [c for c in checks if c.what == "entries 1 to 6 were there"]
    assert (told.state, told.by) == ("holds", "甲 TSA 1")
    assert "not one that you trust" in told.detail
    trusting = ask(workspace, other, more=f'roots = ["{tmp_path}/tsa/root.pem"]')
    assert [c.what for c in verified(trusting) if c.state == "proven"] == [told.what]


def test_a_root_of_the_settings_that_is_gone_is_told(workspace: Workspace) -> None:
    checks = verified(ask(workspace, more='roots = ["no.pem"]'))
    assert [c.detail for c in checks if c.subject == "no.pem"] == [
        "it cannot be read: No such file or directory"
    ]
    assert broken(checks) == []


def test_triggers_that_are_missing_changed_or_new_are_named(workspace: Workspace) -> None:
    db = sqlite3.connect(workspace.database)
    db.execute("DROP TRIGGER ledger_refuses_update")
    db.execute("DROP TRIGGER captures_refuses_delete")
    db.execute(
        "CREATE TRIGGER captures_refuses_delete BEFORE DELETE ON captures BEGIN SELECT 1; END"
    )
    db.execute("CREATE TRIGGER eve AFTER INSERT ON ledger BEGIN DELETE FROM sweeps; END")
    db.close()
    found = [line.split(": ")[1] for line in broken(verified(workspace))]
    assert sorted(found) == ["captures_refuses_delete", "eve", "ledger_refuses_update"]


def record_event(workspace: Workspace) -> None:
    with workspace.store() as db:
        db.execute("INSERT INTO cases VALUES ('c-1', 'seller', 'shop.example', 'holder', 'now')")
        db.execute("INSERT INTO notices VALUES ('n-1', 'c-1', 'dmca', '{}', 'ann', 'now')")
        db.conn.commit()
        with writing(db):
            record_notice_event(db, "n-1", "checked", {"why": "核实"}, by="李", at=now())


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE notice_events SET by = 'eve'",
        "UPDATE notice_events SET at = '2020-01-01T00:00:00.000000Z'",
        "UPDATE notice_events SET event = 'sent'",
        "UPDATE notice_events SET record = '{}'",
        "UPDATE notice_events SET entry = 1",
        "UPDATE notice_events SET entry = 999",
        "DELETE FROM notice_events",
        "UPDATE captures SET sha256 = replace(sha256, 'a', 'b')",
        "UPDATE captures SET file = 'markhound.toml'",
        "UPDATE captures SET id = 'c-9'",
        "UPDATE captures SET entry = 2",
        "DELETE FROM captures",
        "UPDATE stamps SET root = substr(root, 33) || substr(root, 1, 32)",
        "UPDATE stamps SET last = 7",
        "UPDATE stamp_receipts SET state = 'failed'",
        "UPDATE stamp_receipts SET gen_time = '2020-01-01T00:00:00.000000Z'",
        "UPDATE stamp_receipts SET files = '{}'",
    ],
)
def test_rows_that_name_an_entry_must_say_what_it_says(workspace: Workspace, change: str) -> None:
    record_event(workspace)
    record_capture(workspace, "c-1", b"a page")
    assert broken(verified(workspace)) == []
    with at_hand(workspace) as db:
        assert db.execute(change).rowcount
    assert broken(verified(workspace))


def test_files_of_captures_are_checked_and_vouched_for(
    tmp_path: Path, authority: Authority
) -> None:
    workspace = workspace_with(tmp_path / "w", authority)
    file = record_capture(workspace, "c-1", "页面".encode())
    record_capture(workspace, "c-2", b"a challenge", proof=False)
    stamp_ledger(workspace)
    record_capture(workspace, "c-3", b"later")
    found = [c for c in verified(workspace) if c.what == "the capture's file"]
    assert [(c.state, c.by) for c in found] == [
        ("proven", "甲 TSA 1"), ("unproven", None), ("holds", None)
    ]  # fmt: skip
    file.write_bytes("面页".encode())
    assert any("c-1.wacz: it was changed" in line for line in broken(verified(workspace)))
    file.unlink()
    assert any("c-1.wacz: it cannot be read" in line for line in broken(verified(workspace)))


def test_a_database_that_cannot_be_read_is_broken(workspace: Workspace) -> None:
    with at_hand(workspace) as db:
        db.execute("UPDATE ledger SET by = CAST(x'ff' AS TEXT) WHERE number = 4")
    assert any("UTF-8" in line for line in broken(verified(workspace)))


def most_memory(workspace: Workspace) -> int:
    """Return the most bytes that a verification holds at once."""
    tracemalloc.start()
    try:
        for check in check_workspace(workspace, load_trust(workspace)):
            assert check.state != "broken"
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_ledger(tmp_path: Path, authority: Authority) -> None:
    workspace = workspace_with(tmp_path / "w", authority, entries=100)
    stamp_ledger(workspace)
    few = most_memory(workspace)
    record_entries(workspace, 5000)
    stamp_ledger(workspace)
    assert most_memory(workspace) < few + 200_000  # 5,000 entries hold some 3,000,000


def test_many_stamps_need_few_open_files(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path / "w")
    workspace = ask(workspace, more='[[evidence.anchors]]\nname = "x"\ncommand = ["echo"]')
    for _ in range(30):
        record_entries(workspace, 1)
        stamp_ledger(workspace)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len([*Path("/dev/fd").iterdir()]) + 12, hard))
    try:
        checks = verified(workspace)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert broken(checks) == []
    assert sum(c.what.endswith("are those that were stamped") for c in checks) == 30


def test_very_many_faults_are_counted(tmp_path: Path) -> None:
    workspace = workspace_with(tmp_path / "w", entries=300)
    with at_hand(workspace) as db:
        db.execute("UPDATE ledger SET by = 'eve'")
    found = broken(verified(workspace))
    assert len(found) == 101
    assert "200 more entries do not hold" in found[-1]


def test_a_table_of_another_part_is_checked_by_its_reference(workspace: Workspace) -> None:
    with workspace.store() as db:
        db.execute(
            "CREATE TABLE glances (id TEXT, number INTEGER, at TEXT, ledger_entry INTEGER"
            " REFERENCES ledger(number))"
        )
        db.execute("INSERT INTO glances VALUES ('o-1', 0, '2026-11-30', 1), ('o-2', 5, 'x', NULL)")
        db.conn.commit()
    assert broken(verified(workspace)) == []
    with workspace.store() as db:
        db.execute("UPDATE glances SET number = 5 WHERE id = 'o-1'")
        db.conn.commit()
    [line] = broken(verified(workspace))
    assert line == "rows of glances: glances o-1: number is 5, its entry 1 says 0"
