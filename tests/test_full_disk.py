"""A disk that is full, or that takes nothing any more: what was committed stays, and what to do is
said; and a backup that is taken while a sweep writes."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlite_utils import Database

from crawler.store.schema import migrations
from crawler.workspace import make_workspace, open_workspace
from tests.servers.command import invoke, run, start
from tests.servers.console import an_account
from tests.servers.small_disk import fill_up, small_disk
from tests.servers.sweeping import check_database, read_no_words, sweep, take_in
from tests.servers.tiny_shop import TinyShop, links_page, listing_page

PAGES = [f"/p/{number}" for number in range(70)]


@pytest.fixture
def shop() -> Iterator[TinyShop]:
    routes = {"/": links_page(*PAGES), **{path: listing_page(path) for path in PAGES}}
    with TinyShop(routes, seconds_a_page=0.03) as shop:
        yield shop


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 24) as place:
        if place is None:
            pytest.skip("a disk can only be mounted by root of a machine that allows it")
        yield place


@pytest.fixture
def small(disk: Path) -> Path:
    make_workspace(disk / "w")
    read_no_words(disk / "w")
    return disk / "w"


def break_off(small: Path, shop: TinyShop) -> Path:
    """Let a sweep fill its disk; return the file that takes the room, when it has ended."""
    process = start("sweep", shop.url, "--allow-private", "--delay", "0", workspace=small)
    try:
        _wait(shop, 20)
        ballast = fill_up(small.parent)
        shop.seconds_a_page = 0.01
        _, err = process.communicate(timeout=240)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 3, err
    assert "broke off, as the disk has no room" in err
    assert f"The disk of {small} has no room: 0.0 MiB free of 24" in err
    assert "sweep --resume" in err
    return ballast


def test_a_sweep_that_fills_its_disk_says_so_and_keeps_what_it_had(
    small: Path, shop: TinyShop
) -> None:
    break_off(small, shop)
    assert 0 < check_database(small)[0] < len(PAGES)
    refused = invoke("backup", small.parent / "b.tar.gz", workspace=small, expect=2).err
    assert "has no room" in refused
    assert not (small.parent / "b.tar.gz").exists()


@pytest.mark.long
def test_a_sweep_that_filled_its_disk_goes_on_when_there_is_room(
    small: Path, shop: TinyShop
) -> None:
    break_off(small, shop).unlink()
    shop.seconds_a_page = 0
    report = sweep(small, shop.url, "--resume")
    assert (report["state"], report["listings"]) == ("finished", len(PAGES))
    assert check_database(small) == (len(PAGES), len(PAGES))


def _wait(shop: TinyShop, requests: int) -> None:
    deadline = time.monotonic() + 120
    while shop.requests.total() < requests:
        assert time.monotonic() < deadline, "the sweep does not get going"
        time.sleep(0.02)
    shop.seconds_a_page = 1  # so that it is still under way when the next step is done


@pytest.mark.long
def test_an_import_on_a_full_disk_changes_nothing(small: Path, tmp_path: Path) -> None:
    take_in(small, {"id": "TM-1", "kind": "trademark", "name": "Aurelio 奥雷利奥"})
    rights = tmp_path / "many.jsonl"
    line = '{{"id": "TM-{0}", "kind": "trademark", "name": "Name {0}", "goods": ["{1}"]}}\n'
    rights.write_text("".join(line.format(n, "皮具" * 40) for n in range(20_000)))
    ballast = fill_up(small.parent, leave=2**20)
    told = run("registry", "import", rights, workspace=small, expect=2).err
    assert "has no room" in told
    assert [right["id"] for right in run("registry", "list", "--json", workspace=small).lines] == [
        "TM-1"
    ]
    ballast.unlink()
    run("registry", "import", rights, workspace=small)


@pytest.mark.long
def test_on_a_read_only_disk_what_is_stored_is_read_and_the_rest_is_told(
    disk: Path, small: Path
) -> None:
    take_in(small, {"id": "TM-1", "kind": "trademark", "name": "Aurelio"})
    an_account(open_workspace(small), "李伟", "admin")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert run("registry", "list", "--json", workspace=small).json["id"] == "TM-1"
    told = run("evidence", "capture", "http://127.0.0.1:1/", workspace=small, expect=2).err
    assert "is read-only" in told
    process = start("serve", "--port", "0", workspace=small)
    assert process.stderr is not None
    try:
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", process.stderr.readline())):
            assert process.poll() is None
        assert "nothing can be written in" in process.stderr.readline()
        with urlopen(f"{found[0]}/sign-in", timeout=60) as answer:
            assert "pages can be read, nothing can be done" in answer.read().decode()
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert "Traceback" not in err


def test_a_backup_taken_during_a_sweep_is_a_workspace_elsewhere(
    shop: TinyShop, tmp_path: Path
) -> None:
    workspace = make_workspace(tmp_path / "w").folder
    read_no_words(workspace)
    take_in(workspace, {"id": "TM-1", "kind": "trademark", "name": "/p/7"})
    process = start("sweep", shop.url, "--allow-private", "--delay", "0", workspace=workspace)
    try:
        _wait(shop, 25)
        invoke("backup", tmp_path / "b.tar.gz", workspace=workspace)
        assert process.poll() is None, "the sweep ended before its backup was made"
    finally:
        shop.seconds_a_page = 0
        process.communicate(timeout=240)
    assert process.returncode == 0
    elsewhere = tmp_path / "另一台机器" / "w"
    elsewhere.parent.mkdir()
    invoke("restore", tmp_path / "b.tar.gz", workspace=elsewhere)
    invoke("evidence", "verify", "--all", workspace=elsewhere)
    kept = check_database(elsewhere)[0]
    assert 0 < kept < len(PAGES)
    with open_workspace(elsewhere).store() as db:
        for (file,) in db.execute("SELECT file FROM captures"):
            assert (elsewhere / file).is_file()


@pytest.mark.parametrize("leave", [0, 2**17], ids=["none", "some"])
def test_an_older_database_that_cannot_grow_stays_as_it_was(disk: Path, leave: int) -> None:
    workspace = make_workspace(disk / "w")
    workspace.database.unlink()
    with sqlite3.connect(workspace.database, isolation_level=None) as connection:
        old = Database(connection)
        old.enable_wal()
        migrations.apply(old, stop_before="m0012_queue")
        before = [row[0] for row in old.execute("SELECT name FROM sqlite_master ORDER BY name")]
    connection.close()
    ballast = fill_up(disk, leave=leave)
    told = invoke("sites", workspace=workspace.folder, expect=2).err
    assert "has no room" in told
    ballast.unlink()
    with sqlite3.connect(workspace.database) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master ORDER BY name")
        assert [name for (name,) in rows] == before
    connection.close()
    invoke("sites", workspace=workspace.folder)
    check_database(workspace.folder)


@pytest.mark.long
def test_a_capture_that_finds_no_room_says_so_and_leaves_nothing(
    disk: Path, shop: TinyShop
) -> None:
    folder = make_workspace(disk / "w").folder
    settings = folder / "markhound.toml"
    settings.write_text(settings.read_text().replace('render = "auto"', 'render = "never"'))
    assert 'render = "never"' in settings.read_text()
    shop.seconds_a_page = 0
    page = f"{shop.url}/p/1"
    capture = ("evidence", "capture", "--allow-private", page)
    invoke(*capture, workspace=folder)
    kept = {path.name: path.read_bytes() for path in (folder / "evidence").rglob("*.wacz")}
    ballast = fill_up(disk)
    told = invoke(*capture, workspace=folder, expect=2).err
    assert "has no room" in told
    ballast.unlink()
    assert {path.name: path.read_bytes() for path in (folder / "evidence").rglob("*.wacz")} == kept
    invoke("evidence", "verify", "--all", workspace=folder)
    invoke(*capture, workspace=folder)
    invoke("evidence", "verify", "--all", workspace=folder)
