"""A workspace as one file: whole, checked to the last byte, and a workspace again elsewhere."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import resource
import signal
import stat
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.backup import HEAD, MANIFEST, ROOT, check_backup, restore_backup, write_backup
from crawler.errors import InputError, WorkspaceError
from crawler.store.database import now, writing
from crawler.store.ledger import append_entry
from crawler.workspace import Workspace, make_workspace, open_workspace
from tests.servers.command import run
from tests.servers.filled import fill

Member = tuple[str, bytes]


@pytest.fixture
def filled(tmp_path: Path) -> Workspace:
    workspace = make_workspace(tmp_path / "工作区")
    fill(workspace, 12)
    captures = workspace.captures
    captures.mkdir(parents=True)
    (captures / "c-1.wacz").write_bytes(b"PK\x03\x04 what was captured")
    keys = workspace.folder / "keys"
    keys.mkdir(mode=0o700)
    (keys / "signing.pem").write_text("secret")
    (keys / "signing.pem").chmod(0o600)
    (workspace.folder / "index").mkdir()
    (workspace.folder / "index" / "names").write_bytes(b"made again")
    return workspace


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith((".", "markhound.db"))
    }


def test_a_backup_is_restored_as_the_workspace_was(filled: Workspace, tmp_path: Path) -> None:
    made = write_backup(filled, tmp_path / "b.tar.gz", at=now())
    assert made.left_out == ()
    found = restore_backup(tmp_path / "b.tar.gz", tmp_path / "elsewhere")
    assert (found.files, found.size) == (made.files, made.size)
    before, after = files(filled.folder), files(tmp_path / "elsewhere")
    assert after == {name: data for name, data in before.items() if not name.startswith("index/")}
    restored = open_workspace(tmp_path / "elsewhere")
    with filled.store() as one, restored.store() as other:
        assert list(one.conn.iterdump()) == list(other.conn.iterdump())
    key = tmp_path / "elsewhere" / "keys" / "signing.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "b.tar.gz").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_anybody_checks_it_with_tar_and_sha256sum(filled: Workspace, tmp_path: Path) -> None:
    write_backup(filled, tmp_path / "b.tar.gz", at=now())
    check = "tar xzf b.tar.gz && sha256sum --check --quiet manifest.sha256"
    subprocess.run(check, shell=True, cwd=tmp_path, check=True)
    (tmp_path / ROOT / "keys" / "signing.pem").write_text("another")
    again = "sha256sum --check --quiet manifest.sha256"
    done = subprocess.run(again, shell=True, cwd=tmp_path, check=False, capture_output=True)
    assert done.returncode == 1


def test_what_others_write_meanwhile_is_in_it_whole_or_not_at_all(
    filled: Workspace, tmp_path: Path
) -> None:
    stop = threading.Event()
    written: list[str] = []

    def write() -> None:
        with filled.store() as db:
            while not stop.is_set() or len(written) < 20:
                with writing(db):
                    digest = filled.pictures.keep(os.urandom(100))
                    append_entry(db, "kept", digest, {}, by="markhound", at=now())
                written.append(digest)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        while len(written) < 5:
            assert thread.is_alive()
        write_backup(filled, tmp_path / "b.tar.gz", at=now())
    finally:
        stop.set()
        thread.join()
    restore_backup(tmp_path / "b.tar.gz", tmp_path / "again")
    restored = open_workspace(tmp_path / "again")
    with restored.store() as db:
        named = [row[0] for row in db.execute("SELECT subject FROM ledger WHERE kind = 'kept'")]
    assert named == written[: len(named)]
    assert len(named) >= 5
    assert all(restored.pictures.path_of(digest).is_file() for digest in named)


def members(path: Path) -> list[Member]:
    with tarfile.open(path) as tar:
        return [(m.name, tar.extractfile(m).read()) for m in tar]  # type: ignore[union-attr]  # all are files


def pack(path: Path, content: list[Member]) -> None:
    with tarfile.open(path, "w:gz") as tar:
        for name, data in content:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


def without(name: str) -> Callable[[list[Member]], list[Member]]:
    return lambda content: [m for m in content if m[0] != name]


def with_more(*more: Member) -> Callable[[list[Member]], list[Member]]:
    return lambda content: [content[0], *more, *content[1:]]


def changed(content: list[Member]) -> list[Member]:
    return [(n, d.replace(b"secret", b"secreT") if "keys" in n else d) for n, d in content]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (changed, "differ from its manifest"),
        (without(f"{ROOT}/keys/signing.pem"), "differ from its manifest"),
        (without(MANIFEST), f"it has no {MANIFEST}"),
        (without(HEAD), f"it does not begin with {HEAD}"),
        (lambda c: [*c, (f"{ROOT}/late", b"x")], f"comes after its {MANIFEST}"),
        (with_more((f"{ROOT}/extra", b"x")), "differ from its manifest"),
        (with_more((f"{ROOT}/../../evil", b"x")), "expected files below workspace/"),
        (with_more(("/etc/evil", b"x")), "expected files below workspace/"),
        (with_more((f"{ROOT}/a", b"x"), (f"{ROOT}/a", b"y")), "is in it twice"),
        (lambda c: [(HEAD, b'{"format": 2, "made_at": "2026-11-30", "markhound": "9"}'), *c[1:]],
         "is a backup of format 2"),
        (lambda c: [(HEAD, b"[]"), *c[1:]], "does not say what the backup is"),
        (lambda _: [], "does not begin with"),
    ],
)  # fmt: skip
def test_a_backup_that_was_changed_is_refused_and_leaves_nothing(
    filled: Workspace,
    tmp_path: Path,
    change: Callable[[list[Member]], list[Member]],
    message: str,
) -> None:
    write_backup(filled, tmp_path / "b.tar.gz", at=now())
    pack(tmp_path / "wrong.tar.gz", change(members(tmp_path / "b.tar.gz")))
    before = sorted(tmp_path.iterdir())
    for read in (check_backup, lambda path: restore_backup(path, tmp_path / "again")):
        with pytest.raises(InputError, match=message):
            read(tmp_path / "wrong.tar.gz")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("share", [0, 0.0005, 0.01, 0.5, 0.98])
def test_a_backup_that_is_cut_off_is_refused(
    filled: Workspace, tmp_path: Path, share: float
) -> None:
    write_backup(filled, tmp_path / "b.tar.gz", at=now())
    whole = (tmp_path / "b.tar.gz").read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InputError, match=r"no (whole )?backup|cannot read"):
        restore_backup(tmp_path / "cut.tar.gz", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_links_and_devices_in_it_are_refused(filled: Workspace, tmp_path: Path) -> None:
    write_backup(filled, tmp_path / "b.tar.gz", at=now())
    with tarfile.open(tmp_path / "b.tar.gz") as tar, tarfile.open(tmp_path / "l", "w:gz") as out:
        out.addfile(next(iter(tar)), io.BytesIO(members(tmp_path / "b.tar.gz")[0][1]))
        link = tarfile.TarInfo(f"{ROOT}/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        out.addfile(link)
    with pytest.raises(InputError, match="expected files alone"):
        restore_backup(tmp_path / "l", tmp_path / "again")


def test_a_damaged_database_is_told(filled: Workspace, tmp_path: Path) -> None:
    write_backup(filled, tmp_path / "b.tar.gz", at=now())
    content = members(tmp_path / "b.tar.gz")
    place = next(n for n, (name, _) in enumerate(content) if name == f"{ROOT}/markhound.db")
    broken = bytearray(content[place][1])
    broken[4096:12288] = b"\xff" * 8192
    old, new = (hashlib.sha256(data).hexdigest() for data in (content[place][1], bytes(broken)))
    content[place] = (content[place][0], bytes(broken))
    content[-1] = (MANIFEST, content[-1][1].replace(old.encode(), new.encode()))
    pack(tmp_path / "wrong.tar.gz", content)
    with pytest.raises(InputError, match="the database in it is damaged"):
        restore_backup(tmp_path / "wrong.tar.gz", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_a_folder_that_holds_something_is_left_as_it_is(filled: Workspace, tmp_path: Path) -> None:
    write_backup(filled, tmp_path / "b.tar.gz", at=now())
    before = files(filled.folder)
    with pytest.raises(WorkspaceError, match="holds something"):
        restore_backup(tmp_path / "b.tar.gz", filled.folder)
    assert files(filled.folder) == before


def test_a_backup_inside_its_workspace_does_not_hold_itself(filled: Workspace) -> None:
    target = filled.folder / "b.tar.gz"
    write_backup(filled, target, at=now())
    write_backup(filled, target, at=now())
    assert f"{ROOT}/b.tar.gz" not in dict(members(target))


def test_pictures_behind_a_link_are_taken_in_and_what_is_no_file_is_told(
    filled: Workspace, tmp_path: Path
) -> None:
    (filled.folder / "pictures").rename(tmp_path / "large disk")
    (filled.folder / "pictures").symlink_to(tmp_path / "large disk")
    (filled.folder / "round").symlink_to(filled.folder)
    (filled.folder / "dangling").symlink_to(tmp_path / "nowhere")
    os.mkfifo(filled.folder / "pipe")
    made = write_backup(filled, tmp_path / "b.tar.gz", at=now())
    assert len(made.left_out) == 2
    restore_backup(tmp_path / "b.tar.gz", tmp_path / "again")
    kept = [path.is_file() for path in (tmp_path / "again" / "pictures").rglob("*")]
    assert sum(kept) == 2


def test_the_commands_write_check_and_restore(filled: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    told = run("backup", file, "--json", workspace=filled.folder).json
    assert told["files"] == run("restore", file, "--check", "--json").json["files"]
    with filled.store() as db:
        entries = list(db.execute("SELECT kind, record FROM ledger ORDER BY number"))
    assert entries[-1][0] == "backup"
    assert json.loads(entries[-1][1])["sha256"] == told["sha256"]
    run("restore", file, workspace=tmp_path / "again")
    run("evidence", "verify", "--all", workspace=tmp_path / "again")
    assert "holds something" in run("restore", file, workspace=filled.folder, expect=2).err
    (tmp_path / "plain").write_bytes(gzip.compress(b"no tar"))
    refused = run("restore", tmp_path / "plain", workspace=tmp_path / "n", expect=2)
    assert "no whole backup" in refused.err


def test_a_disk_that_is_full_leaves_the_earlier_backup(filled: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    file.write_bytes(b"the earlier one")
    command = [sys.executable, "-m", "console.cli", "-w", str(filled.folder), "backup", str(file)]
    limit = 2**14

    def fill_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        command, check=False, preexec_fn=fill_disk, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert file.read_bytes() == b"the earlier one"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
