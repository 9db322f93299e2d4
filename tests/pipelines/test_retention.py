"""What nobody needs is erased and told as erased; what is of a case is never touched."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from console.web.words import load_words
from crawler.accounts import Actor
from crawler.backup import restore_backup, write_backup
from crawler.errors import InputError
from crawler.running import running
from crawler.store.captures import Capture, record_capture
from crawler.store.database import now, timestamp, writing
from crawler.store.decisions import NONE_SEEN, Choice, record_decision, undo_judgement
from crawler.store.ledger import append_entry
from crawler.store.retention import Erasable, find_erasable, find_erasures, record_erasure
from crawler.workspace import Workspace, make_workspace, open_workspace
from pipelines import retention
from pipelines.evidence.capture_files import ERASED
from pipelines.evidence.checks import Check
from pipelines.retention import apply_retention, check_retention, find_unfinished
from tests.servers.command import invoke
from tests.servers.console import signed_in
from tests.servers.filled import fill
from tests.servers.ledgers import verified

OLD = now() - timedelta(days=400)
LI = Actor(name="李伟")
SETTINGS = "\n[retention]\ncaptures_days = 365\npictures_days = 365\n"


def keep(workspace: Workspace, hit: str | None, url: str, name: str, at: datetime = OLD) -> str:
    """Record a capture, whose file holds its name, and return the file."""
    file = f"evidence/captures/{name}.wacz"
    path = workspace.folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(name.encode())
    capture = Capture(
        id=name if hit is None else f"{name}-{hit}",
        url=url,
        hit=hit,
        sweep=None,
        purpose="flagged by a sweep",
        at=at,
        file=file,
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        proof=True,
        record={"state": "seen", "doubts": []},
        entry=0,
    )
    with workspace.store() as db, writing(db):
        record_capture(db, capture, by="markhound", at=now())
    return file


def judge(workspace: Workspace, hit: str, decision: str, at: datetime | None = None) -> None:
    with workspace.store() as db:
        [(findings,)] = db.execute("SELECT max(id) FROM hit_findings WHERE hit = ?", [hit])
        choice = Choice(
            hit=hit, decision=decision, findings=findings, reason="so", known=NONE_SEEN,  # type: ignore[arg-type]  # text
        )  # fmt: skip
        record_decision(db, choice, LI, at=at or now())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = make_workspace(tmp_path_factory.mktemp("kept") / "w")
    hits = fill(workspace, 10)
    urls = [f"https://shop.example/p/{number}" for number in range(10)]
    for number in range(8):
        keep(workspace, hits[number], urls[number], f"cap-{number}")
    keep(workspace, None, urls[2], "cap-of-a-case-by-address")
    keep(workspace, hits[8], urls[8], "cap-young", at=now())
    keep(workspace, None, "https://elsewhere.example/", "cap-on-request")
    keep(workspace, hits[0], urls[0], "cap-shared")
    keep(workspace, hits[2], urls[2], "cap-shared")
    judge(workspace, hits[0], "unrelated")
    for number, decision in ((3, "infringing"), (4, "licensed"), (5, "unsure")):
        judge(workspace, hits[number], decision)
    moment = timestamp(OLD)
    with workspace.store() as db, writing(db):
        db.execute("INSERT INTO cases VALUES ('C-1', 's', 'shop.example', 'h', ?)", [moment])
        db.execute("INSERT INTO case_hits VALUES ('C-1', ?, ?)", [hits[2], moment])
        drawn = append_entry(db, "second-looks-drawn", "d-1", {}, by="markhound", at=OLD).number
        what = {"old": "https://o.example/", "new": urls[7]}
        back = append_entry(db, "relisting", "C-1", what, by="markhound", at=OLD).number
        row = ("d-1", 0.5, 1, None, 0, 0, "markhound", moment, drawn)
        db.execute("INSERT INTO second_look_draws VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        db.execute("INSERT INTO second_looks VALUES ('l-1', 'd-1', ?, NULL, 7)", [hits[6]])
        db.execute(
            "INSERT INTO relistings VALUES ('r-1', 'C-1', 'https://o.example/', ?,"
            " (SELECT id FROM sightings LIMIT 1), '[]', ?, ?)",
            [urls[7], moment, back],
        )
    with (workspace.folder / "markhound.toml").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    return workspace.folder


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    return open_workspace(Path(shutil.copytree(made, tmp_path / "w")))


GO = {"cap-0", "cap-1", "cap-on-request"}


def left(workspace: Workspace) -> set[str]:
    return {path.stem for path in workspace.captures.glob("*.wacz")}


def of_files(workspace: Workspace) -> list[Check]:
    return [c for c in verified(workspace) if c.what in (ERASED, "the capture's file")]


def test_only_what_nobody_needs_goes(workspace: Workspace) -> None:
    before = left(workspace)
    [captures, pictures] = check_retention(workspace, at=now())
    assert (captures.files, captures.bytes) == (3, len("cap-0cap-1cap-on-request"))
    assert captures.kept == {
        "case": 3, "judged": 3, "second_look": 1, "relisting": 1, "young": 1,
    }  # fmt: skip
    assert left(workspace) == before
    [erased, _] = apply_retention(workspace, LI)
    assert (erased.files, erased.bytes) == (3, captures.bytes)
    assert erased.kept == captures.kept
    assert before - left(workspace) == GO
    assert pictures.kept  # the one that all listings share is of a case


def test_what_went_is_told_as_erased_and_what_is_missing_as_missing(workspace: Workspace) -> None:
    list(apply_retention(workspace, LI))
    assert {(c.what, c.state) for c in of_files(workspace)} == {
        (ERASED, "holds"), ("the capture's file", "holds"),
    }  # fmt: skip
    told = next(c for c in of_files(workspace) if c.subject.startswith("cap-0-"))
    assert "by the rule captures (365 days)" in told.detail
    assert "李伟" in told.detail
    (workspace.captures / "cap-3.wacz").unlink()
    [broken] = [c for c in of_files(workspace) if c.state == "broken"]
    assert "cap-3.wacz" in broken.subject
    invoke("evidence", "verify", "--all", workspace=workspace.folder, expect=1)


def test_again_erases_nothing_more(workspace: Workspace) -> None:
    list(apply_retention(workspace, LI))
    before = left(workspace)
    assert [report.files for report in apply_retention(workspace, LI)] == [0, 0]
    assert left(workspace) == before


def test_what_a_kill_left_is_told_and_finished(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed: list[Path] = []

    def die(path: Path) -> None:
        if len(removed) == 1:
            raise KeyboardInterrupt
        removed.append(path)
        path.unlink()

    monkeypatch.setattr(retention, "_remove", die)
    with pytest.raises(KeyboardInterrupt):
        list(apply_retention(workspace, LI))
    monkeypatch.undo()
    with workspace.store() as db:
        assert len(list(find_erasures(db))) == 3
        assert len(list(find_unfinished(db, workspace.folder))) == 2
    assert sum(c.state == "unproven" for c in of_files(workspace)) == 2
    list(apply_retention(workspace, LI))
    assert not GO & left(workspace)
    with workspace.store() as db:
        assert len(list(find_erasures(db))) == 3
    assert all(c.state == "holds" for c in of_files(workspace))


def erase(workspace: Workspace, name: str, used_at: datetime = OLD) -> None:
    digest = hashlib.sha256(name.encode()).hexdigest()
    one = Erasable(file=f"evidence/captures/{name}.wacz", sha256=digest, used_at=used_at)
    with workspace.store() as db, writing(db):
        record_erasure(db, one, rule="captures", days=365, size=1, by=LI, at=now())


NEEDED = (
    "cap-2", "cap-of-a-case-by-address", "cap-shared", "cap-3", "cap-4", "cap-5", "cap-6", "cap-7",
)  # fmt: skip


def test_the_store_refuses_what_is_needed(workspace: Workspace) -> None:
    for name in NEEDED:
        with pytest.raises(sqlite3.IntegrityError, match="belongs to a case"):
            erase(workspace, name)
    with pytest.raises(sqlite3.IntegrityError, match="no capture has that file"):
        erase(workspace, "cap-unknown")


def test_the_store_refuses_what_is_young_and_what_went(workspace: Workspace) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="younger than its rule"):
        erase(workspace, "cap-1", used_at=now() - timedelta(days=364))
    erase(workspace, "cap-1")
    with pytest.raises(sqlite3.IntegrityError, match="erased already"):
        erase(workspace, "cap-1")


def test_an_erasure_past_the_triggers_is_found(workspace: Workspace) -> None:
    with workspace.store() as db:
        [sql] = db.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'what_is_needed_is_not_erased'"
        ).fetchone()
        db.execute("DROP TRIGGER what_is_needed_is_not_erased")
        db.conn.commit()
    erase(workspace, "cap-2")
    (workspace.captures / "cap-2.wacz").unlink()
    with workspace.store() as db:
        db.execute(sql)
        db.conn.commit()
    [broken] = [c for c in verified(workspace) if c.state == "broken"]
    assert "needed by then (case)" in broken.detail


def test_an_erasure_that_was_changed_is_found(workspace: Workspace) -> None:
    list(apply_retention(workspace, LI))
    with workspace.store() as db:
        triggers = [t for t in db.triggers if t.name == "erasures_refuses_update"]
        db.execute("DROP TRIGGER erasures_refuses_update")
        db.execute("UPDATE erasures SET by = 'eve' WHERE id = 1")
        db.execute(triggers[0].sql)
        db.conn.commit()
    assert [c.what for c in verified(workspace) if c.state == "broken"] == ["rows of erasures"]


def hit_of(workspace: Workspace, name: str) -> str:
    with workspace.store() as db:
        [hit] = db.execute(f"SELECT hit FROM captures WHERE id LIKE '{name}-%'").fetchone()
    return str(hit)


def test_what_came_to_count_before_it_went_stays(workspace: Workspace) -> None:
    erase(workspace, "cap-0")
    erase(workspace, "cap-1")  # and then the machine fails
    with workspace.store() as db, writing(db):
        what = [hit_of(workspace, "cap-1"), timestamp(now())]
        db.execute("INSERT INTO case_hits VALUES ('C-1', ?, ?)", what)
    list(apply_retention(workspace, LI))
    assert GO & left(workspace) == {"cap-1"}
    assert all(c.state == "holds" for c in of_files(workspace))
    (workspace.captures / "cap-1.wacz").write_bytes(b"another")
    assert [c.state for c in of_files(workspace) if "cap-1" in c.subject] == ["broken"]


def test_what_was_missing_is_not_told_as_erased(workspace: Workspace) -> None:
    (workspace.captures / "cap-0.wacz").unlink()
    for reports in (check_retention(workspace, at=now()), apply_retention(workspace, LI)):
        [captures, _] = reports
        assert (captures.files, captures.kept["missing"]) == (2, 1)
    [broken] = [c for c in of_files(workspace) if c.state == "broken"]
    assert "cap-0.wacz" in broken.subject


def test_files_that_are_left_alone_do_not_hide_others(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    (workspace.captures / "cap-0.wacz").unlink()
    list(apply_retention(workspace, LI))
    assert not GO & left(workspace)


def test_a_decision_that_waited_for_the_erasure_accuses_nobody(workspace: Workspace) -> None:
    hit, before = hit_of(workspace, "cap-1"), now()
    list(apply_retention(workspace, LI))
    judge(workspace, hit, "infringing", at=before)
    assert [c for c in verified(workspace) if c.state == "broken"] == []


def test_nothing_goes_while_a_sweep_runs(workspace: Workspace) -> None:
    with running("w-1", workspace.logs), pytest.raises(InputError, match="while a sweep runs"):
        list(apply_retention(workspace, LI))
    assert left(workspace) > GO


def test_nothing_goes_while_a_backup_is_made(workspace: Workspace, tmp_path: Path) -> None:
    def show(_: int) -> None:  # the database is copied, and some of the files
        with pytest.raises(InputError, match="while a backup is made"):
            list(apply_retention(workspace, LI))

    write_backup(workspace, tmp_path / "b.tar.gz", at=now(), show=show)
    assert left(workspace) > GO
    list(apply_retention(workspace, LI))
    restore_backup(tmp_path / "b.tar.gz", tmp_path / "back")
    restored = open_workspace(tmp_path / "back")  # of before the erasure, which it knows nothing of
    assert left(restored) > GO
    assert {c.state for c in of_files(restored)} == {"holds"}


def test_pictures_go_with_the_listings_that_had_them_and_may_come_again(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    fill(workspace, 3)
    with workspace.store() as db:
        db.execute("DROP TRIGGER right_pictures_refuses_delete")
        db.execute("DELETE FROM right_pictures")
        db.conn.commit()
        [(digest,)] = db.execute("SELECT DISTINCT sha256 FROM sighting_pictures").fetchall()
        later = datetime.fromisoformat("2100-01-01T00:00:00+00:00")
        [one] = find_erasable(db, "pictures", later)
        assert workspace.folder / one.file == workspace.pictures.path_of(digest)
        assert find_erasable(db, "pictures", one.used_at) == []
        db.execute(
            "INSERT INTO visits (url, site, kind, plan, seen_at, priority, first_at, changes)"
            " VALUES ('https://shop.example/p/1', 'shop.example', 'listing', '',"
            " '2099-12-31T00:00:00.000000Z', 0, '', 0)"
        )
        assert find_erasable(db, "pictures", later - timedelta(days=30)) == []
        path = workspace.folder / one.file
        os.utime(path, (now().timestamp() - 9, now().timestamp() - 9))
        at = later + timedelta(days=1)
        with writing(db):
            record_erasure(db, one, rule="pictures", days=1, size=1, by=LI, at=at)
        assert list(find_unfinished(db, workspace.folder)) == [path]
        os.utime(path, (at.timestamp() + 9, at.timestamp() + 9))
        assert list(find_unfinished(db, workspace.folder)) == []


def test_a_picture_that_was_taken_in_again_stays_though_nothing_names_it_yet(
    tmp_path: Path,
) -> None:
    workspace = make_workspace(tmp_path / "w")
    fill(workspace, 1)
    with workspace.store() as db:
        db.execute("DROP TRIGGER right_pictures_refuses_delete")
        db.execute("DELETE FROM right_pictures")
        db.conn.commit()
        [(digest,)] = db.execute("SELECT DISTINCT sha256 FROM sighting_pictures").fetchall()
    with (workspace.folder / "markhound.toml").open("a", encoding="utf-8") as file:
        file.write("\n[retention]\npictures_days = 30\n")
    workspace = open_workspace(workspace.folder)
    path, later = workspace.pictures.path_of(digest), now() + timedelta(days=40)
    data = path.read_bytes()
    os.utime(path, (1, 1))
    [_, pictures] = check_retention(workspace, at=later)
    assert pictures.files == 1
    workspace.pictures.keep(data)  # by an import that has not recorded its rights yet
    [_, pictures] = check_retention(workspace, at=later - timedelta(days=10, minutes=1))
    assert (pictures.files, pictures.kept["young"]) == (0, 1)


def test_the_commands(workspace: Workspace) -> None:
    checked = invoke("retention", "check", "--json", workspace=workspace.folder).lines
    assert [(line["rule"], line["files"]) for line in checked] == [("captures", 3), ("pictures", 0)]
    told = invoke("retention", "check", workspace=workspace.folder).err
    assert "3 files to be erased" in told
    assert "3 stay, as they are of a case" in told
    told = invoke("retention", "apply", "--by", "李伟", workspace=workspace.folder).err
    assert "3 files erased" in told
    invoke("evidence", "verify", "--all", workspace=workspace.folder)
    with signed_in(workspace) as client:
        page = client.get("/captures/cap-on-request").text
        assert "as nobody needed it for 365 days" in page
    refused = invoke("retention", "apply", "--by", "李伟", workspace=workspace.folder, expect=2).err
    assert "must prove it" in refused


def test_without_rules_everything_is_kept(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    keep(workspace, None, "https://shop.example/", "cap-1")
    told = invoke("retention", "apply", "--by", "Li", workspace=workspace.folder).err
    assert told.count("everything is kept") == 2
    assert left(workspace) == {"cap-1"}


def test_every_reason_has_words() -> None:
    assert {"captures.erased", "audit.did-erased"} <= set(load_words())


def test_what_counts_again_as_a_judgement_was_taken_back_was_erased_rightly(
    workspace: Workspace,
) -> None:
    hit = hit_of(workspace, "cap-1")
    judge(workspace, hit, "unsure")
    with workspace.store() as db:
        [first] = db.execute("SELECT id FROM judgements WHERE hit = ?", [hit]).fetchone()
        choice = Choice(hit=hit, decision="unrelated", findings=2, reason="so", known=first)
        second = record_decision(db, choice, LI, at=now())
    list(apply_retention(workspace, LI))
    assert "cap-1" not in left(workspace)
    with workspace.store() as db:
        undo_judgement(db, second.id, LI, reason="no", at=now())
    assert [c for c in verified(workspace) if c.state == "broken"] == []
