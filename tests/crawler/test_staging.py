"""Large registries on their way in: all or nothing, whatever stops them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.errors import InputError
from crawler.staging import Staging, import_staged
from crawler.workspace import Workspace, make_workspace
from tests.crawler.offices import samples
from tests.servers.command import run, start
from tests.servers.tiny_shop import TinyShop, links_page, listing_page

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def table(folder: Path, count: int) -> Path:
    path = folder / "rights.csv"
    rows = (f"T-{number},trademark,Name {number}\n" for number in range(count))
    path.write_text("id,kind,name\n" + "".join(rows))
    return path


def count_rights(workspace: Workspace) -> int:
    with workspace.store() as db:
        return int(db.execute("SELECT count(*) FROM right_versions").fetchone()[0])


def test_what_stops_half_way_leaves_nothing(tmp_path: Path, workspace: Workspace) -> None:
    told: list[int] = []

    def stop(number: int) -> None:
        told.append(number)
        if number == 2000:
            raise KeyboardInterrupt

    with Staging(workspace.folder) as staging:
        staging.read(table(tmp_path, 2500), AT.date())
        with workspace.store() as db, pytest.raises(KeyboardInterrupt):
            import_staged(db, workspace.pictures, staging, AT, stop)
        assert count_rights(workspace) == 0
        with workspace.store() as db:
            assert import_staged(db, workspace.pictures, staging, AT, told.append)["added"] == 2500
    assert told == [1000, 2000, 1000, 2000]
    assert count_rights(workspace) == 2500


def test_the_last_of_several_records_is_recorded_with_its_picture(
    tmp_path: Path, workspace: Workspace
) -> None:
    path = tmp_path / "wo.xml"
    record = samples.ST96.partition("<tmk:TrademarkBag>")[2].partition("</tmk:TrademarkBag>")[0]
    path.write_text(samples.ST96.replace(record, record + record.replace("青溪鹿", "青溪鹤")))
    (tmp_path / "1799999.png").write_bytes(samples.png())
    with Staging(workspace.folder) as staging, workspace.store() as db:
        staging.read(path, AT.date())
        assert len(staging) == 1
        assert import_staged(db, workspace.pictures, staging, AT) == {"added": 1}
        (record,) = db.execute("SELECT record ->> '$.name' FROM right_versions").fetchone()
    assert record == "青溪鹤"


def test_a_picture_that_is_gone_since_stops_the_import(
    tmp_path: Path, workspace: Workspace
) -> None:
    path = tmp_path / "wo.xml"
    path.write_text(samples.ST96)
    picture = tmp_path / "1799999.png"
    picture.write_bytes(samples.png())
    with Staging(workspace.folder) as staging, workspace.store() as db:
        staging.read(path, AT.date())
        picture.unlink()
        with pytest.raises(InputError, match="cannot read"):
            import_staged(db, workspace.pictures, staging, AT)
    assert count_rights(workspace) == 0


def test_one_id_in_two_files_of_ours_is_an_error(tmp_path: Path, workspace: Workspace) -> None:
    first = table(tmp_path, 3)
    second = tmp_path / "more.csv"
    second.write_text("id,kind,name\nT-9,trademark,A\nT-1,trademark,B\n")
    with Staging(workspace.folder) as staging:
        staging.read(first, AT.date())
        staging.read(second, AT.date())
        assert [str(problem) for problem in staging.problems.problems()] == [
            f"{second}:3: error: id: duplicate id 'T-1', first in {first}:3"
        ]


def test_an_offices_record_takes_the_place_of_an_earlier_one(
    tmp_path: Path, workspace: Workspace
) -> None:
    first, second, third = (tmp_path / name for name in ("a.xml", "b.xml", "c.csv"))
    first.write_text(samples.ST96.replace("1799999.png", ""))
    second.write_text(samples.ST96.replace("1799999.png", "").replace("青溪鹿", "青溪鹤"))
    third.write_text("id,kind,name\nWO-1799999,trademark,青溪鸟\n")
    with Staging(workspace.folder) as staging, workspace.store() as db:
        for path in (first, second, third):
            staging.read(path, AT.date())
        assert staging.problems.count("error") == 0
        assert staging.problems.count("warning") == 2
        import_staged(db, workspace.pictures, staging, AT)
        assert db.execute("SELECT record ->> '$.name' FROM right_versions").fetchall() == [
            ("青溪鸟",)
        ]


@pytest.mark.long
def test_a_killed_import_leaves_the_old_registry(tmp_path: Path, workspace: Workspace) -> None:
    path = table(tmp_path, 60_000)
    command = [sys.executable, "-m", "console.cli", "--workspace", str(workspace.folder)]
    for pause in (3.0, 6.0, 9.0):
        with subprocess.Popen([*command, "registry", "import", str(path)]) as process:
            time.sleep(pause)
            process.send_signal(signal.SIGKILL)
        assert count_rights(workspace) in (0, 60_000)
        assert [one for one in workspace.folder.iterdir() if one.name.startswith("tmp")] == []
    again = subprocess.run([*command, "registry", "import", str(path)], check=True, timeout=600,
                           capture_output=True, text=True)  # fmt: skip
    assert "60000 rights:" in again.stderr
    with workspace.store() as db:  # each right once, however often it was begun
        counts = "SELECT count(*), count(DISTINCT right_id) FROM right_versions"
        assert db.execute(counts).fetchone() == (60_000, 60_000)


@pytest.mark.long
def test_rights_are_taken_in_while_a_sweep_runs(tmp_path: Path, workspace: Workspace) -> None:
    pages = [f"/p/{number}" for number in range(30)]
    routes = {"/": links_page(*pages), **{path: listing_page(path) for path in pages}}
    with TinyShop(routes, seconds_a_page=0.2) as shop:
        sweep = start("sweep", shop.url, "--allow-private", "--delay", "0",
                      workspace=workspace.folder)  # fmt: skip
        while shop.requests.total() < 5:
            time.sleep(0.05)
        run("registry", "import", table(tmp_path, 5_000), workspace=workspace.folder)
        _, err = sweep.communicate(timeout=300)
    assert sweep.returncode == 0, err
    assert count_rights(workspace) == 5_000
    with workspace.store() as db:
        assert db.execute("SELECT count(*) FROM listings").fetchone() == (30,)
