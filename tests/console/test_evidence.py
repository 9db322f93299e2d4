"""``markhound evidence`` as people call it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from console.cli import cli
from crawler.workspace import Workspace
from tests.servers.command import Finished, start
from tests.servers.command import run as run_sweep
from tests.servers.ledgers import at_hand, record_capture, workspace_with
from tests.servers.tiny_shop import Answer, TinyShop
from tests.servers.tsa import Authority, make_authority, serving


def run(*arguments: str | Path, workspace: Path, expect: int = 0) -> Finished:
    """Run the command in this process, which loads all it needs only once."""
    done = CliRunner().invoke(cli, ["--workspace", str(workspace), *map(str, arguments)])
    assert done.exit_code == expect, (done.exit_code, done.output, done.exception)
    return Finished(done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with serving(make_authority(tmp_path / "tsa")) as authority:
        yield authority


@pytest.fixture
def stamped(tmp_path: Path, authority: Authority) -> Workspace:
    """Return a workspace with a capture, its head not stamped yet."""
    made = workspace_with(tmp_path / "w", authority, entries=3)
    record_capture(made, "c-17", "页面".encode())
    return made


def test_from_stamp_to_proof_to_a_stranger(
    stamped: Workspace, authority: Authority, tmp_path: Path
) -> None:
    folder = stamped.folder
    before = run("evidence", "verify", "--all", workspace=folder)
    assert "Nothing is broken: 0 proven" in before.out
    assert "entries 1 to 4 (ledger): nobody else vouches for them yet" in before.out
    done = run("evidence", "stamp", workspace=folder)
    assert "甲 TSA 1 stamped entries 1 to 4 of the ledger at 20" in done.out
    after = run("evidence", "verify", "--all", "--json", workspace=folder).lines
    assert all(set(line) == {"what", "state", "subject", "by", "detail"} for line in after)
    proven = {line["what"] for line in after if line["state"] == "proven"}
    assert proven == {"entries 1 to 4 were there", "the capture's file"}
    run("evidence", "prove", "c-1", "--output", tmp_path / "p", workspace=folder)
    nowhere = tmp_path / "nowhere"
    alone = run("evidence", "verify", tmp_path / "p", "--root", authority.root, workspace=nowhere)
    assert "entry 4, capture of c-17, was there (entry 4) by CN=Example TSA" in alone.out
    assert "the file that the entry is about (c-17.wacz): its SHA-256" in alone.out
    (tmp_path / "p" / "c-17.wacz").write_bytes(b"another page")
    other = run("evidence", "verify", tmp_path / "p", workspace=nowhere)
    assert "the file that the entry is about (entry 4): it does not lie here" in other.out
    (tmp_path / "p" / "statement.json").write_text("{}")
    wrong = run("evidence", "verify", tmp_path / "p", workspace=nowhere, expect=1)
    assert "1 broken" in wrong.out


def test_what_is_broken_ends_with_1_and_names_the_entry(stamped: Workspace) -> None:
    with at_hand(stamped) as db:
        db.execute("UPDATE ledger SET by = 'eve\x1b[31m' WHERE number = 2")
    done = run("evidence", "verify", "--all", workspace=stamped.folder, expect=1)
    assert "what an entry says (entry 2)" in done.out
    assert "\x1b[31m" not in done.out


def test_a_stamp_that_nobody_gives_ends_with_1(stamped: Workspace, authority: Authority) -> None:
    authority.status = 503
    done = run("evidence", "stamp", workspace=stamped.folder, expect=1)
    assert "甲 TSA 1 did not stamp entries 1 to 4" in done.out
    run("evidence", "verify", "--all", workspace=stamped.folder)
    authority.status = 200
    done = run("evidence", "stamp", "--retry", workspace=stamped.folder)
    assert "甲 TSA 1 stamped entries 1 to 4" in done.out
    done = run("evidence", "stamp", "--retry", workspace=stamped.folder)
    assert "Nothing to ask again" in done.err


def test_a_stamping_that_was_killed_is_taken_up(stamped: Workspace, authority: Authority) -> None:
    authority.seconds = 0.5
    process = start("evidence", "stamp", workspace=stamped.folder)
    while not authority.requests:
        assert process.poll() is None
    process.kill()
    process.communicate()
    authority.seconds = 0
    done = run("evidence", "verify", "--all", workspace=stamped.folder)
    assert "by 甲 TSA 1: it left no answer: stamping broke off" in done.out
    done = run("evidence", "stamp", "--retry", workspace=stamped.folder)
    assert "甲 TSA 1 stamped entries 1 to 4" in done.out


def test_wrong_use_is_told(stamped: Workspace, tmp_path: Path) -> None:
    folder = stamped.folder
    (tmp_path / "page.html").write_text("<html>")
    for arguments, said in (
        (("verify",), "expected either a path or --all"),
        (("verify", "x", "--all"), "expected either a path or --all"),
        (("verify", tmp_path / "no"), "there is no such file"),
        (("verify", tmp_path / "page.html"), "expected the folder of a bundle"),
        (("verify", "--all", "--root", tmp_path / "page.html"), "expected certificates in PEM"),
        (("prove", "c-9", "--output", tmp_path / "p"), "no capture has the id 'c-9'"),
        (("prove", "99", "--output", tmp_path / "p"), "the ledger has no entry 99"),
        (("prove", "2", "--output", tmp_path / "p"), "entry 2 is not stamped yet"),
    ):
        assert said in run("evidence", *arguments, workspace=folder, expect=2).err
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[evidence.stamp_authorities]]\nname = "x"\nurl = "file:///x"\nroot = "x"', "https://"),
        ('[[evidence.anchors]]\nname = " "\ncommand = ["x"]', "a name of one line"),
        ('[[evidence.anchors]]\nname = "x"\ncommand = []', "the command of the anchor 'x'"),
        ('[[evidence.anchors]]\nname = "x"\ncommand = ["x"]\n' * 2, "'x' twice"),
        ('[evidence]\nstamp = "daily"', "evidence.stamp"),
        ('[evidence]\nstamps = "off"', "unknown key"),
    ],
)
def test_wrong_settings_are_told(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "markhound.toml").write_text(text)
    assert said in run("evidence", "stamp", workspace=tmp_path, expect=2).err


def test_a_sweep_has_what_is_new_stamped(stamped: Workspace) -> None:
    page = Answer("<html><body><h1>Nothing for sale</h1></body></html>")
    with TinyShop({"/": page}) as shop:
        sweep = ("sweep", shop.url, "--allow-private", "--delay", "0", "--json")
        done = run_sweep(*sweep, workspace=stamped.folder)
    assert "甲 TSA 1 stamped entries 1 to 4 of the ledger" in done.err
    assert done.json["state"] == "finished"
