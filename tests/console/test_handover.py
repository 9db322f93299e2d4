"""Handing a case over, as people do it: with the command line, from one workspace to another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console.cli import cli
from crawler.workspace import make_workspace
from tests.servers.command import run
from tests.servers.stored_case import store_case


@pytest.fixture
def case(tmp_path: Path) -> str:
    workspace = make_workspace(tmp_path / "a")
    with workspace.store() as db:
        return store_case(db, workspace)


def call(folder: Path, *arguments: str | Path, expect: int = 0) -> Result:
    """Run a command in this process."""
    done = CliRunner().invoke(cli, ["--workspace", str(folder), "evidence", *map(str, arguments)])
    assert done.exit_code == expect, done.output
    return done


def test_a_case_goes_from_one_office_to_another_and_a_receipt_comes_back(
    case: str, tmp_path: Path
) -> None:
    a, b, bundle = tmp_path / "a", tmp_path / "b", tmp_path / "bundle"
    run("init", workspace=b)
    done = run("evidence", "export", case, "--output", bundle, "--json", workspace=a)
    assert {"case", "bundle", "key", "files", "captures", "lacks"} <= set(done.json)
    assert f"signed by {done.json['key']}" in done.err
    key = call(a, "key", "show").stdout.strip()
    assert key == done.json["key"]
    call(b, "key", "trust", a / "keys" / "signing.pub", "--name", "北京", "--by", "安娜")
    checked = run("evidence", "verify", bundle, "--json", workspace=b)
    assert {line["what"]: line["state"] for line in checked.lines} == {
        "signature": "proven",
        "files": "holds",
        "records": "holds",
    }
    receipt = tmp_path / "receipt.json"
    taken = run("evidence", "import", bundle, "--receipt", receipt, "--json", workspace=b)
    assert (taken.json["outcome"], taken.json["case"]) == ("accepted", case)
    call(a, "receipt", receipt, expect=1)
    call(a, "key", "trust", b / "keys" / "signing.pub", "--name", "上海")
    back = run("evidence", "receipt", receipt, "--json", workspace=a)
    assert (back.json["outcome"], back.json["signer"], back.json["new"]) == (
        "accepted",
        "上海",
        True,
    )
    assert "taken in before" in call(a, "receipt", receipt).stderr


def test_the_statuses_of_verify(case: str, tmp_path: Path) -> None:
    a, bundle = tmp_path / "a", tmp_path / "bundle"
    call(a, "export", case, "--output", bundle)
    assert run("evidence", "verify", bundle, workspace=tmp_path / "none").status == 0
    assert (
        "signed by a key that this workspace does not know"
        in call(tmp_path, "verify", bundle).stdout
    )
    (bundle / "data" / "hits.jsonl").write_bytes(b"")
    assert "data/hits.jsonl" in call(a, "verify", bundle, expect=1).stdout
    assert "returned" in call(a, "import", bundle, expect=1).stderr
    call(a, "verify", tmp_path, expect=2)
    call(a, "verify", tmp_path / "nothing", expect=2)
    call(a, "import", tmp_path, expect=2)
    call(a, "export", case, "--output", bundle, expect=2)
    call(a, "export", "c-none", "--output", tmp_path / "x", expect=2)


def test_a_bundle_is_sent_back_with_reasons(case: str, tmp_path: Path) -> None:
    a, b, bundle = tmp_path / "a", tmp_path / "b", tmp_path / "bundle"
    make_workspace(b)
    call(a, "export", case, "--output", bundle)
    call(b, "return", bundle, "--reason", " ", expect=2)
    said = json.loads(call(b, "return", bundle, "--reason", "管辖", "--json").stdout)
    assert (said["outcome"], said["reasons"], said["case"]) == ("returned", ["管辖"], case)
    assert Path(said["receipt"]).is_file()
    call(a, "key", "trust", b / "keys" / "signing.pub", "--name", "上海")
    assert "reason: 管辖" in call(a, "receipt", said["receipt"]).stderr


def test_keys_are_listed_and_revoked(tmp_path: Path) -> None:
    a = tmp_path / "a"
    make_workspace(a)
    assert "No keys yet" in call(a, "key", "list").stderr
    call(a, "key", "show", expect=2)
    made = call(a, "key", "make").stdout.strip()
    assert call(a, "key", "make").stdout.strip() == made
    shown = json.loads(call(a, "key", "show", "--json").stdout)
    assert (shown["fingerprint"], shown["pem"][:27]) == (made, "-----BEGIN PUBLIC KEY-----\n")
    call(a, "key", "trust", shown["file"], "--name", "us", expect=2)
    call(a, "key", "trust", shown["file"], "--name", " ", expect=2)
    call(a, "key", "revoke", made[:10], "--reason", "", expect=2)
    call(a, "key", "revoke", made[:10], "--reason", "磁盘丢失")
    assert call(a, "key", "list").stdout.split()[:2] == [made, "revoked"]
    assert json.loads(call(a, "key", "list", "--json").stdout)["reason"] == "磁盘丢失"


def test_what_others_call_themselves_cannot_steer_the_terminal(case: str, tmp_path: Path) -> None:
    a, b, bundle = tmp_path / "a", tmp_path / "b", tmp_path / "bundle"
    make_workspace(b)
    call(a, "export", case, "--output", bundle)
    (bundle / "data" / "\x1b[2J").write_text("")
    done = call(b, "import", bundle, expect=1)
    assert "\x1b" not in done.output
    assert "x1b[2J" in done.output
