"""Every way to damage a database ends in words that say what to do, and changes nothing more."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from console.web.app import make_app
from console.web.pages import SESSION
from crawler.store.database import now, writing
from crawler.store.ledger import append_entry
from crawler.workspace import Workspace, make_workspace, open_workspace
from tests.servers.command import invoke
from tests.servers.console import BASE, an_account, session_of
from tests.servers.filled import fill

COMMANDS = (
    ("hits",),
    ("listings",),
    ("sweeps",),
    ("case", "list"),
    ("registry", "check"),
    ("deadlines",),
    ("init",),
    ("judge", "h-1", "--as", "unsure", "--by", "Li", "--reason", "?"),
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = make_workspace(tmp_path_factory.mktemp("whole") / "w")
    fill(workspace, 40)
    an_account(workspace, "李伟", "admin")
    return workspace


@pytest.fixture
def copied(whole: Workspace, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole.folder, tmp_path / "w"))


def not_a_database(file: Path) -> None:
    file.write_text("<html>a page that was saved over it</html>" * 500)


def cut_in_half(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])


def overwritten(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    file.write_bytes(data)


def one_page_emptied(file: Path) -> None:
    data = bytearray(file.read_bytes())
    middle = len(data) // 8192 * 4096
    data[middle : middle + 4096] = bytes(4096)
    file.write_bytes(data)


def without_schema(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[100:4096] = b"\xff" * 3996
    file.write_bytes(data)


@pytest.mark.parametrize(
    "damage", [not_a_database, cut_in_half, overwritten, without_schema], ids=lambda f: f.__name__
)
def test_every_command_says_what_to_do(copied: Path, damage: Callable[[Path], None]) -> None:
    database = copied / "markhound.db"
    damage(database)
    before = database.read_bytes()
    for command in COMMANDS:
        told = invoke(*command, workspace=copied, expect=2).err
        assert f"The database {database} is damaged" in told, (command, told)
        assert "restore BACKUP" in told
        assert ".recover" in told
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    "damage", [not_a_database, overwritten, one_page_emptied], ids=lambda f: f.__name__
)
def test_a_backup_of_it_is_not_made(
    copied: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    damage(copied / "markhound.db")
    (tmp_path / "b.tar.gz").write_bytes(b"the earlier one")
    told = invoke("backup", tmp_path / "b.tar.gz", workspace=copied, expect=2).err
    assert "is damaged" in told
    assert (tmp_path / "b.tar.gz").read_bytes() == b"the earlier one"


@pytest.mark.parametrize("damage", [not_a_database, overwritten], ids=lambda f: f.__name__)
def test_the_console_says_so_on_every_page(
    copied: Path, whole: Workspace, damage: Callable[[Path], None]
) -> None:
    token = session_of(whole, an_account(whole, "李伟", "admin"))
    damage(copied / "markhound.db")
    app = make_app(open_workspace(copied))
    with TestClient(app, base_url=BASE, cookies={SESSION: token}) as client:
        for path in ("/queue", "/sign-in", "/cases"):
            answer = client.get(path, headers={"accept-language": "en"})
            assert answer.status_code == 503
            assert "database is damaged" in answer.text
            assert "markhound restore" in answer.text
        answer = client.get("/queue", headers={"accept-language": "zh"})
        assert "工作区数据库已损坏" in answer.text


@pytest.mark.parametrize("emptied", [True, False])
def test_a_database_that_is_gone_is_not_made_anew(copied: Path, *, emptied: bool) -> None:
    database = copied / "markhound.db"
    for file in copied.glob("markhound.db*"):
        file.unlink()
    if emptied:
        database.touch()
    for command in (("hits",), ("init",), ("evidence", "verify", "--all")):
        told = invoke(*command, workspace=copied, expect=2).err
        assert "holds what was recorded in it" in told
        assert "restore BACKUP" in told
    assert database.exists() == emptied
    assert not emptied or database.stat().st_size == 0
    with TestClient(make_app(open_workspace(copied)), base_url=BASE) as client:
        answer = client.get("/sign-in", headers={"accept-language": "en"})
        assert answer.status_code == 503
        assert "though its evidence is" in answer.text


def test_without_its_log_it_is_as_it_was_before_and_whole(copied: Path) -> None:
    workspace = open_workspace(copied)
    with workspace.store() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = db.execute("SELECT count(*) FROM ledger").fetchone()[0]
        with writing(db):
            append_entry(db, "backup", "workspace", {}, by="markhound", at=now())
        shutil.copytree(copied, copied.with_name("lost"))
    log = copied.with_name("lost") / "markhound.db-wal"
    assert log.stat().st_size
    log.unlink()
    with open_workspace(copied.with_name("lost")).store() as db:
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert db.execute("SELECT count(*) FROM ledger").fetchone()[0] == before
