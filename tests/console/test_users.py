"""``markhound user``, and how a name is proved."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.workspace import make_workspace
from tests.servers.command import Finished, invoke
from tests.servers.judged import PASSPHRASE, add_account, fill_workspace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "w").folder


def add(
    folder: Path, name: str, role: str, *more: str, expect: int = 0, token: str = ""
) -> Finished:
    words = ("user", "add", name, "--role", role, *more)
    env = {"MARKHOUND_TOKEN": token}
    return invoke(*words, workspace=folder, expect=expect, env=env, stdin=PASSPHRASE + "\n")


def token_of(folder: Path, name: str) -> str:
    done = invoke("user", "token", name, workspace=folder, stdin=PASSPHRASE + "\n")
    assert "it is not shown again" in done.err
    return done.out.strip()


def test_until_there_is_an_admin_anybody_makes_accounts(folder: Path) -> None:
    assert "There is no admin yet" in add(folder, "张伟", "analyst").err
    made = add(folder, "Ada", "admin", "--json")
    assert (made.json["name"], made.json["role"]) == ("Ada", "admin")
    assert "no admin" not in made.err
    assert "expected --by NAME" in add(folder, "Eve", "admin", expect=2).err
    assert "must prove it" in add(folder, "Eve", "admin", "--by", "Ada", expect=2).err
    by_other = add(folder, "Eve", "admin", expect=2, token=token_of(folder, "张伟"))
    assert "张伟 is analyst" in by_other.err
    add(folder, "Leo", "legal", token=token_of(folder, "Ada"))
    names = [a["name"] for a in invoke("user", "list", "--json", workspace=folder).lines]
    assert names == ["张伟", "Ada", "Leo"]


def test_accounts_change_and_end(folder: Path) -> None:
    add(folder, "Ada", "admin")
    env = {"MARKHOUND_TOKEN": token_of(folder, "Ada")}
    add(folder, "Leo", "analyst", token=env["MARKHOUND_TOKEN"])
    invoke("user", "change", "Leo", "--role", "legal", workspace=folder, env=env)
    invoke("user", "change", "Leo", "--name", "李欧", workspace=folder, env=env)
    own = token_of(folder, "李欧")
    invoke("user", "disable", "李欧", workspace=folder, env=env)
    [_, leo] = invoke("user", "list", "--json", workspace=folder).lines
    assert (leo["name"], leo["role"], leo["disabled"]) == ("李欧", "legal", True)
    late = invoke(
        "user", "list", workspace=folder, env={"MARKHOUND_TOKEN": own}
    )  # who reads needs no account
    assert "disabled" in late.out
    refused = invoke("user", "disable", "Ada", workspace=folder, env=env, expect=2)
    assert "the only admin" in refused.err


def test_a_new_passphrase_needs_the_old_one(folder: Path, tmp_path: Path) -> None:
    add(folder, "Ada", "admin")
    change = ("user", "passphrase", "Ada")
    wrong = invoke(*change, workspace=folder, stdin="wrong\nnew one, long enough\n", expect=2)
    assert "not the passphrase" in wrong.err
    short = invoke(*change, workspace=folder, stdin=f"{PASSPHRASE}\nshort\n", expect=2)
    assert "12 to 1024 characters" in short.err
    new = tmp_path / "new.txt"
    new.write_text("new one, long enough\n", encoding="utf-8")
    options = ("--passphrase-file", str(new))
    invoke(*change, *options, workspace=folder, stdin=f"{PASSPHRASE}\n")
    invoke("user", "token", "Ada", *options, workspace=folder)


def test_tokens_are_ended_by_their_account(folder: Path) -> None:
    add(folder, "Ada", "admin")
    env = {"MARKHOUND_TOKEN": token_of(folder, "Ada")}
    done = invoke("user", "token", "Ada", "--end", workspace=folder, stdin=PASSPHRASE + "\n")
    assert "1 tokens of Ada ended" in done.err
    refused = invoke("user", "disable", "Ada", workspace=folder, env=env, expect=2)
    assert "expired or was ended" in refused.err


@pytest.mark.parametrize(
    ("words", "stdin", "match"),
    [
        (("add", "", "--role", "admin"), PASSPHRASE, "expected a name"),
        (("add", "a\u202eb", "--role", "admin"), PASSPHRASE, "got U+202E"),
        (("add", "Ada", "--role", "boss"), PASSPHRASE, "'boss' is not one of"),
        (("add", "Ada", "--role", "admin"), "", "expected a passphrase"),
        (("add", "Ada", "--role", "admin"), "short", "got 5"),
        (("disable", "Nobody"), "", "no account is called 'Nobody'"),
        (("token", "Nobody"), "", "no account is called 'Nobody'"),
        (("change", "Nobody"), "", "nothing to change"),
    ],
)
def test_wrong_use_is_told(folder: Path, words: tuple[str, ...], stdin: str, match: str) -> None:
    assert match in invoke("user", *words, workspace=folder, stdin=stdin, expect=2).err


def test_without_accounts_names_are_taken_as_given(tmp_path: Path) -> None:
    workspace, [hit] = fill_workspace(tmp_path / "w")
    folder = workspace.folder
    judge = ("judge", hit, "--as", "infringing", "--by", "李伟", "--reason", "假冒")
    assert "(name not authenticated)" in invoke(*judge, workspace=folder).err
    invoke("notice", "draft", hit, "--kind", "dsa", workspace=folder)
    [notice] = invoke("notice", "status", "--json", workspace=folder).lines
    assert notice["drafted_by"] == "Li Wei"
    approve = ("notice", "approve", notice["id"], "--by", "Ann", "--reason", "ok")
    assert "approving needs accounts" in invoke(*approve, workspace=folder, expect=2).err
    with workspace.store() as db:
        _, env = add_account(db, "Ann", "approver")
    assert "no account is called '李伟'" in invoke(*judge, workspace=folder, expect=2).err
    refused = invoke(*approve, workspace=folder, env=env, expect=2).err
    assert "author: 'Li Wei' drafted it, which no account proved; draft it again" in refused
    checked = invoke("notice", "check", notice["id"], "--no-fetch", workspace=folder, expect=1).out
    assert f"warning: judgements: {hit} was judged by '李伟', which nobody proved" in checked


def test_a_passphrase_is_asked_for_at_the_terminal(tmp_path: Path) -> None:
    workspace, [hit] = fill_workspace(tmp_path / "w")
    with workspace.store() as db:
        add_account(db, "安娜", "analyst")
    leader, follower = pty.openpty()
    command = ["-m", "console.cli", "-w", str(workspace.folder), "judge", hit]
    command += ["--as", "unsure", "--by", "安娜", "--reason", "x"]
    env = {k: v for k, v in os.environ.items() if k != "MARKHOUND_TOKEN"}
    process = subprocess.Popen(
        [sys.executable, *command], stdin=follower, stdout=follower, stderr=follower, env=env,
        start_new_session=True,
    )  # fmt: skip
    os.close(follower)
    said = b""
    while b"Passphrase of" not in said:
        said += os.read(leader, 1024)
    os.write(leader, PASSPHRASE.encode() + b"\n")
    assert process.wait(timeout=60) == 0, said
    said += os.read(leader, 4096)
    os.close(leader)
    assert PASSPHRASE.encode() not in said
    with workspace.store() as db:
        [row] = db.query("SELECT judged_by, authenticated FROM judgements")
    assert row == {"judged_by": "安娜", "authenticated": 1}
