"""A case goes into one signed folder that anybody can check, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.errors import InputError, NotAllowedError, NotFoundError
from crawler.model import Judgement
from crawler.store.database import writing
from crawler.store.decisions import Choice, record_decision, undo_judgement
from crawler.store.handover import find_exported_case, find_keys
from crawler.store.hits import record_judgement
from crawler.store.ledger import find_entries
from crawler.workspace import Workspace, make_workspace
from pipelines.evidence.bag import is_safe_name
from pipelines.evidence.bag_check import check_bag
from pipelines.evidence.bundle import Exported, export_case
from pipelines.evidence.bundle_check import check_bundle
from pipelines.evidence.bundle_proofs import LEDGER
from tests.servers.stored_case import AT, store_capture, store_case

LATER = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Office:
    """A workspace with an open store, and a case in it."""

    workspace: Workspace
    db: Database
    case: str

    def export(self, path: Path) -> Exported:
        return export_case(self.db, self.workspace, self.case, path, by="李伟", at=LATER)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    workspace = make_workspace(tmp_path / "w")
    with workspace.store() as db:
        yield Office(workspace, db, store_case(db, workspace))


def lines(bundle: Path, name: str) -> list[dict[str, object]]:
    text = (bundle / "data" / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_a_bundle_holds_the_case_as_it_was_recorded(office: Office, tmp_path: Path) -> None:
    done = office.export(tmp_path / "b")
    counts = json.loads((done.path / "data" / "case.json").read_bytes())["counts"]
    assert counts == {
        "hits": 2,
        "sweeps": 1,
        "listings": 2,
        "rights": 1,
        "judgements": 2,
        "captures": 2,
        "notices": 1,
        "rest": 4,
    }
    stored = office.db.execute("SELECT record FROM hit_findings ORDER BY id").fetchall()
    text = (done.path / "data" / "hits.jsonl").read_text(encoding="utf-8")
    assert all(record in text for (record,) in stored)
    assert {line["id"] for line in lines(done.path, "captures")} == {"cap-0000", "cap-0001"}
    capture = done.path / "data" / "captures" / "cap-0001.wacz"
    kept = office.workspace.folder / "evidence" / "captures" / "cap-0001.wacz"
    assert capture.read_bytes() == kept.read_bytes()
    assert len([*(done.path / "data" / "pictures").glob("*.png")]) == 3
    notice = (done.path / "data" / "notices" / "N-2026-000001.txt").read_text(encoding="utf-8")
    assert notice == "侵权通知\n\n正文 text\n"
    assert [e["kind"] for e in lines(done.path / ".", "proofs/ledger")] == [
        "judgement",
        "judgement",
        "case-opened",
        "notice-drafted",
        "notice-checked",
        "capture",
        "capture",
    ]
    assert (done.captures, done.lacks) == (2, ())


def test_a_bundle_is_intact_and_by_our_own_word(office: Office, tmp_path: Path) -> None:
    done = office.export(tmp_path / "b")
    checks = check_bundle(done.path, find_keys(office.db))
    assert [(c.what, c.state) for c in checks[:3]] == [
        ("signature", "holds"),
        ("files", "holds"),
        ("records", "holds"),
    ]
    assert {c.state for c in checks} == {"holds"}
    stranger = check_bundle(done.path)
    assert [c.state for c in stranger[:3]] == ["unproven", "holds", "holds"]
    assert f"does not know: fingerprint {done.key}" in stranger[0].detail


def test_the_commands_of_its_text_agree(office: Office, tmp_path: Path) -> None:
    done = office.export(tmp_path / "b")
    text = (done.path / "VERIFY.txt").read_text(encoding="utf-8")
    commands = re.findall(r"^    (\S.*)$", text, flags=re.MULTILINE)
    assert len(commands) == 7
    said = [run_shell(command, done.path) for command in commands]
    assert said[0] == f"{done.key}  -\n"
    assert said[1] == "Signature Verified Successfully\n"
    assert said[2:5] == ["", "", ""]
    assert said[5] == "True\n"
    assert said[6].count("digest pass") >= 2
    assert "not checked" not in said[6]
    bagged = [sys.executable, "-W", "ignore", "-m", "bagit", "--validate", "--quiet", "."]
    assert subprocess.run(bagged, cwd=done.path, check=False).returncode == 0


def run_shell(command: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout


def test_the_commands_of_its_text_find_a_changed_file(office: Office, tmp_path: Path) -> None:
    done = office.export(tmp_path / "b")
    (done.path / "data" / "hits.jsonl").write_text("{}\n")
    (done.path / "data" / "more.txt").write_text("?")
    text = (done.path / "VERIFY.txt").read_text(encoding="utf-8")
    commands = re.findall(r"^    (\S.*)$", text, flags=re.MULTILINE)
    with pytest.raises(AssertionError, match=r"data/hits\.jsonl: FAILED"):
        run_shell(commands[3], done.path)
    with pytest.raises(AssertionError, match=r"> data/more\.txt"):
        run_shell(commands[4], done.path)


def test_texts_of_sellers_cannot_forge_lines_of_the_summary(office: Office, tmp_path: Path) -> None:
    done = office.export(tmp_path / "b")
    summary = (done.path / "data" / "case-summary.txt").read_text(encoding="utf-8")
    assert "\u202e" not in summary
    assert "Case c-0 is closed" not in summary.splitlines()
    assert "判断: 侵权, 李伟（姓名未经验证）" in summary
    assert "judged: infringing, 李伟 (name as given)" in summary


def test_the_ledger_and_the_store_know_what_was_exported(office: Office, tmp_path: Path) -> None:
    done = office.export(tmp_path / "b")
    assert find_exported_case(office.db, done.bundle) == office.case
    assert find_exported_case(office.db, "0" * 64) is None
    entries = [(e.kind, e.subject) for e in find_entries(office.db)][-2:]
    assert entries == [("key", done.key), ("export", office.case)]
    again = office.export(tmp_path / "c")
    assert again.key == done.key
    assert [e.kind for e in find_entries(office.db)].count("key") == 1


@pytest.mark.parametrize("taken", ["file", "full", "link"])
def test_a_place_that_is_taken_is_refused(office: Office, tmp_path: Path, taken: str) -> None:
    path = tmp_path / "b"
    if taken == "file":
        path.write_text("mine")
    elif taken == "full":
        path.mkdir()
        (path / "mine").write_text("mine")
    else:
        path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="expected a new"):
        office.export(path)
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")] == []
    assert "export" not in [e.kind for e in find_entries(office.db)]


def test_an_empty_folder_is_filled(office: Office, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    assert office.export(tmp_path / "b").files == len(
        [p for p in (tmp_path / "b").rglob("*") if p.is_file()]
    )


def test_a_place_without_a_folder_is_refused(office: Office, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        office.export(tmp_path / "no" / "b")


def test_a_case_that_is_not_there_is_refused(office: Office, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="c-none"):
        export_case(office.db, office.workspace, "c-none", tmp_path / "b", by="李伟", at=LATER)
    assert not (tmp_path / "b").exists()
    assert not (office.workspace.folder / "keys").exists()


def test_what_records_name_and_is_not_there_is_told(office: Office, tmp_path: Path) -> None:
    captures = office.workspace.folder / "evidence" / "captures"
    (captures / "cap-0000.wacz").unlink()
    (captures / "cap-0001.wacz").write_bytes(b"other")
    shutil.rmtree(office.workspace.pictures.root)
    done = office.export(tmp_path / "b")
    reasons = {lack.name: lack.reason for lack in done.lacks if lack.what == "capture"}
    assert reasons["cap-0000"] == "the file is not there any more"
    assert "expected the SHA-256" in reasons["cap-0001"]
    assert len([lack for lack in done.lacks if lack.what == "picture"]) == 3
    assert not (done.path / "data" / "captures").exists()
    states = {c.subject: c.state for c in check_bundle(done.path)}
    assert states["cap-0000"] == states["cap-0001"] == "unproven"
    assert "broken" not in states.values()
    summary = (done.path / "data" / "case-summary.txt").read_text(encoding="utf-8")
    assert "not inside:   capture cap-0000: the file is not there any more" in summary


def test_a_case_without_captures_says_so(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    with workspace.store() as db:
        case = store_case(db, workspace, captures=False)
        done = export_case(db, workspace, case, tmp_path / "b", by="李伟", at=LATER)
    assert ("captures", "unproven") in {(c.what, c.state) for c in check_bundle(done.path)}
    assert "There are no captures" in (done.path / "README.txt").read_text(encoding="utf-8")
    assert "warcio" in (done.path / "VERIFY.txt").read_text(encoding="utf-8").split("5.")[0]
    assert "for file in" not in (done.path / "VERIFY.txt").read_text(encoding="utf-8")


def test_every_judgement_goes_along_and_a_hit_that_is_overturned_leaves(
    office: Office, tmp_path: Path
) -> None:
    hit = str(office.db.execute("SELECT id FROM hits ORDER BY rowid DESC").fetchone()[0])
    overturned = Judgement(
        id="j-late",
        hit=hit,
        findings=2,
        decision="licensed",
        by="Ann",
        authenticated=True,
        reason="they have a licence",
        judged_at=AT,
    )
    record_judgement(office.db, overturned)
    judgements = lines(office.export(tmp_path / "b").path, "judgements")
    assert [j["decision"] for j in judgements if j["hit"] == hit] == ["infringing", "licensed"]


def test_a_judgement_that_was_undone_goes_along_as_entries_alone(
    office: Office, tmp_path: Path
) -> None:
    hit = str(office.db.execute("SELECT id FROM hits ORDER BY rowid DESC").fetchone()[0])
    findings = office.db.execute("SELECT max(id) FROM hit_findings WHERE hit = ?", [hit])
    choice = Choice(hit=hit, decision="licensed", findings=findings.fetchone()[0], reason="slip")
    ann = Actor(name="李伟")
    made = record_decision(office.db, replace(choice, known=None), ann, at=AT)
    undo_judgement(office.db, made.id, ann, reason="wrong key", at=AT)
    bundle = office.export(tmp_path / "b").path
    judgements = [j for j in lines(bundle, "judgements") if j["hit"] == hit]
    assert [j["decision"] for j in judgements] == ["infringing"]
    entries = [json.loads(line) for line in (bundle / LEDGER).read_text("utf-8").splitlines()]
    assert [e["kind"] for e in entries if e["subject"] == hit][-2:] == [
        "judgement",
        "judgement-undone",
    ]
    assert [c for c in check_bundle(bundle) if c.state == "broken"] == []


def test_only_names_that_are_the_same_everywhere_are_safe() -> None:
    for good in ("data/hits.jsonl", "data/captures/cap-0001.wacz", "a", "x_y-z.A"):
        assert is_safe_name(good), good
    for bad in (
        *("", "/a", "a/", "a//b", "../a", "a/..", ".a", "a.", "a b", "é", "e\u0301", "包"),
        *("con", "data/NUL.txt", "a\\b", "a:b", "a%2fb", "a\n", "a" * 201, "com1"),
    ):
        assert not is_safe_name(bad), bad


def test_an_imported_case_without_hits_of_ours_is_not_exported(
    office: Office, tmp_path: Path
) -> None:
    with writing(office.db):
        office.db.execute(
            "INSERT INTO cases VALUES ('c-1', 'x', 'other.example', 'y', '2026-11-22T01:02:03Z')"
        )
    with pytest.raises(NotAllowedError, match="nothing to hand over"):
        replace(office, case="c-1").export(tmp_path / "b")
    assert not (tmp_path / "b").exists()


def test_a_large_capture_is_not_held_in_memory(office: Office, tmp_path: Path) -> None:
    size = 48 << 20
    hit = str(office.db.execute("SELECT id FROM hits").fetchone()[0])
    with writing(office.db):
        path = store_capture(office.db, office.workspace, 9, hit, room=size)
    tracemalloc.start()
    try:
        done = office.export(tmp_path / "b")
        assert not check_bag(done.path).broken
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (done.path / "data" / "captures" / path.name).stat().st_size > size
    assert peak < size // 4


def test_captures_that_share_a_file_are_one_file(office: Office, tmp_path: Path) -> None:
    copied = "INSERT INTO captures SELECT id || '-2', url, hit, sweep, purpose, at, {}, sha256"
    rest = ", proof, record, entry FROM captures WHERE id = 'cap-0000'"
    office.db.execute(copied.format("file") + rest)
    moved = office.workspace.folder / "evidence" / "other" / "cap-0001.wacz"
    moved.parent.mkdir()
    shutil.copyfile(office.workspace.folder / "evidence" / "captures" / "cap-0000.wacz", moved)
    office.db.execute(copied.replace("-2", "-3").format("'evidence/other/cap-0001.wacz'") + rest)
    done = office.export(tmp_path / "b")
    files = {str(line["id"]): str(line["file"]) for line in lines(done.path, "captures")}
    assert files["cap-0000"] == files["cap-0000-2"] == "data/captures/cap-0000.wacz"
    assert re.fullmatch(r"data/captures/[0-9a-f]{64}\.wacz", files["cap-0001"])
    assert len({*files.values()}) == 3
    assert "broken" not in {c.state for c in check_bundle(done.path)}


def test_whatever_else_refers_to_the_case_goes_along(office: Office, tmp_path: Path) -> None:
    """Of tables that were added later too: their keys say that they belong to it."""
    mail = "回信".encode()
    digest, gone = hashlib.sha256(mail).hexdigest(), "ab" * 32
    for folder, name in (("answers", f"{digest}.eml"), ("outbox", gone)):
        (office.workspace.folder / folder).mkdir()
        (office.workspace.folder / folder / name).write_bytes(mail)
    office.db.execute(
        "CREATE TABLE letters (id INTEGER PRIMARY KEY, about TEXT REFERENCES notices(id),"
        " text TEXT, entry INTEGER, seal BLOB) STRICT"
    )
    letters = [(1, "N-2026-000001", f"mail {digest}, {gone}", 1, b"\xff"), (2, None, "", 2, b"")]
    office.db.conn.executemany("INSERT INTO letters VALUES (?, ?, ?, ?, ?)", letters)
    office.db.conn.commit()
    first = office.export(tmp_path / "a")
    again = office.export(tmp_path / "b")
    rest = lines(again.path, "rest")
    assert {line["table"] for line in rest} == {
        *("case_events", "case_hits", "exports", "letters", "notice_drafts"),
    }
    [export] = [line for line in rest if line["table"] == "exports"]
    [letter] = [line for line in rest if line["table"] == "letters"]
    assert first.bundle in json.dumps(export)
    assert letter["row"] == {
        "id": 1,
        "about": "N-2026-000001",
        "text": letters[0][2],
        "entry": 1,
        "seal": "ff",
    }
    assert letter["files"] == [f"data/files/{digest}.eml"]
    assert (again.path / "data" / "files" / f"{digest}.eml").read_bytes() == mail
    assert [(lack.what, lack.name) for lack in again.lacks] == [("file", gone)]
    assert "export" in [entry["kind"] for entry in lines(again.path, "proofs/ledger")]
    assert "broken" not in {c.state for c in check_bundle(again.path)}
