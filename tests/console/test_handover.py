"""Handing a case over, as people do it: with the command line, from one workspace to another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlite_utils import Database

from console import authentication
from console.cli import cli
from crawler.accounts import Account
from crawler.store.accounts import record_account, sign_in
from crawler.store.database import now, writing
from crawler.workspace import make_workspace
from tests.servers.judged import HASHED, PASSPHRASE
from tests.servers.stored_case import store_case
from tests.test_docs import ROOT, examples, run_example


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
    make_workspace(b)
    made = call(a, "export", case[:8], "--output", bundle, "--json")
    done = json.loads(made.stdout)
    assert {"case", "bundle", "key", "files", "captures", "lacks"} <= set(done)
    assert f"signed by {done['key']}" in made.stderr
    assert call(a, "key", "show").stdout.strip() == done["key"]
    call(b, "key", "trust", a / "keys" / "signing.pub", "--name", "北京", "--by", "安娜")
    checks = [*map(json.loads, call(b, "verify", bundle, "--json").stdout.splitlines())]
    assert [(check["what"], check["state"]) for check in checks[:3]] == [
        ("signature", "proven"),
        ("files", "holds"),
        ("records", "holds"),
    ]
    receipt = tmp_path / "receipt.json"
    said = json.loads(call(b, "import", bundle, "--receipt", receipt, "--json").stdout)
    assert (said["outcome"], said["case"]) == ("accepted", case)
    call(a, "receipt", receipt, expect=1)
    call(a, "key", "trust", b / "keys" / "signing.pub", "--name", "上海")
    back = json.loads(call(a, "receipt", receipt, "--json").stdout)
    assert {"outcome": "accepted", "signer": "上海", "new": True}.items() <= back.items()
    assert "taken in before" in call(a, "receipt", receipt).stderr


def test_the_statuses_of_verify(case: str, tmp_path: Path) -> None:
    a, bundle = tmp_path / "a", tmp_path / "bundle"
    call(a, "export", case, "--output", bundle)
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


@pytest.mark.long
def test_the_how_to_runs_as_it_stands(tmp_path: Path) -> None:
    """Its blocks are marked as not to be run alone: they need a case that is there."""
    workspace = make_workspace(tmp_path / "beijing")
    with workspace.store() as db:
        case = store_case(db, workspace)
    make_workspace(tmp_path / "shanghai")
    text = (ROOT / "docs" / "how-to" / "hand-over-a-case.md").read_text(encoding="utf-8")
    assert case in text
    commands = list(examples(text.replace("console no-run", "console")))
    assert len(commands) == 11
    for example in commands:
        done = run_example(example, tmp_path)
        assert done.returncode == example.status, (example.command, done.stdout, done.stderr)


def test_a_case_of_others_is_shown_with_its_origin_and_their_judgements(
    case: str, tmp_path: Path
) -> None:
    a, b, bundle = tmp_path / "a", tmp_path / "b", tmp_path / "bundle"
    make_workspace(b)
    call(a, "export", case, "--output", bundle)
    call(b, "import", bundle)

    def cases(*arguments: str) -> str:
        done = CliRunner().invoke(cli, ["--workspace", str(b), "case", *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "is not known here" in cases("show", case)
    call(b, "key", "trust", a / "keys" / "signing.pub", "--name", "北京")
    shown = cases("show", case)
    assert "from 北京: handed over by not named on" in shown
    assert "theirs: h-" in shown
    assert "infringing, 李伟: 仿冒商标 logo on goods never made" in shown
    [listed] = map(json.loads, cases("list", "--json").splitlines())
    assert (listed["hits"], [one["case"] for one in listed["imported"]]) == ([], [case])
    told = json.loads(cases("show", case, "--json"))["imported"]
    assert [(one["name"], len(one["hits"])) for one in told] == [("北京", 2)]


def test_people_who_give_their_passphrase_can_do_all_of_it(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, bundle = tmp_path / "a", tmp_path / "b", tmp_path / "bundle"
    call(a, "export", case, "--output", bundle)
    with make_workspace(b).store() as db, writing(db):
        record_account(db, "安娜", "analyst", HASHED, by="test", at=now())
    call(b, "import", bundle, "--by", "安娜", expect=2)
    call(b, "key", "make", expect=2)

    def prove(db: Database, name: str) -> Account:
        return sign_in(db, name, PASSPHRASE, at=now())

    monkeypatch.setattr(authentication, "_prove", prove)
    call(b, "key", "make", "--by", "安娜")
    said = json.loads(call(b, "import", bundle, "--by", "安娜", "--json").stdout)
    call(b, "receipt", said["receipt"], "--by", "安娜", expect=1)
    call(b, "key", "trust", a / "keys" / "signing.pub", "--name", "北京", "--by", "安娜")


def test_nobody_captures_in_the_name_of_an_account_without_proving_it(tmp_path: Path) -> None:
    with make_workspace(tmp_path / "a").store() as db, writing(db):
        record_account(db, "安娜", "analyst", HASHED, by="test", at=now())
    url = "http://127.0.0.1:9/"
    refused = call(tmp_path / "a", "capture", url, "--by", "安娜", expect=2)
    assert "must prove it" in refused.stderr
    assert "no account" in call(tmp_path / "a", "capture", url, "--by", "Eve", expect=2).stderr
    assert "on one line" in call(tmp_path / "a", "capture", url, "--by", "a\nb", expect=2).stderr
