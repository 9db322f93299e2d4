"""Accounts in the hands of an admin."""

from __future__ import annotations

import html
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from console.web.pages import SESSION
from crawler.accounts import Role
from crawler.errors import NotAllowedError
from crawler.store.accounts import load_account, record_account_change, sign_in
from crawler.store.database import now, writing
from crawler.workspace import Workspace, make_workspace
from tests.servers.command import invoke
from tests.servers.console import PASSPHRASE, an_account, session_of, signed_in

NEW = "nine blue cranes at dawn"


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def ask(client: TestClient, workspace: Workspace, whose: str, **form: str) -> tuple[int, str]:
    """Send a form about the account of that name; return status and page."""
    with workspace.store() as db:
        account = load_account(db, whose)
    answer = client.post(f"/people/{account.id}", data=form)
    return answer.status_code, html.unescape(answer.text)


@pytest.mark.parametrize("role", ["analyst", "approver", "legal", "auditor"])
def test_only_an_admin_comes_in(opened: Workspace, role: Role) -> None:
    other = an_account(opened, "王芳")
    with signed_in(opened, "李伟", role) as client:
        assert client.get("/people").status_code == 403
        assert client.get(f"/people/{other.id}").status_code == 403
        form = {"name": "Eve", "role": "admin", "new": NEW, "again": NEW}
        assert client.post("/people", data=form).status_code == 403
        assert ask(client, opened, "王芳", what="disable")[0] == 403
        assert 'href="/people"' not in client.get("/account").text


def test_an_account_is_made_and_can_sign_in(opened: Workspace) -> None:
    with signed_in(opened, "Ada", "admin") as client:
        form = {"name": "王芳", "role": "legal", "new": NEW, "again": NEW}
        page = client.post("/people", data=form).text
        assert "The account is made." in page
        assert "王芳" in page
    with opened.store() as db:
        assert sign_in(db, "王芳", NEW, at=now()).role == "legal"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "Аda"}, "cannot be told from the account"),
        ({"again": "another one, mistyped"}, "got two different ones"),
        ({"role": "king"}, "expected one of analyst"),
        ({"name": "a\u202eb"}, "visible characters, got U+202E"),
        ({"new": "short", "again": "short"}, "expected a passphrase of 12"),
    ],
)
def test_a_wrong_account_is_refused_on_the_page(
    opened: Workspace, change: dict[str, str], words: str
) -> None:
    form = {"name": "王芳", "role": "legal", "new": NEW, "again": NEW} | change
    with signed_in(opened, "Ada", "admin") as client:
        answer = client.post("/people", data=form)
    assert answer.status_code == 422
    assert words in html.unescape(answer.text)
    assert NEW not in answer.text


def test_role_and_name_change(opened: Workspace) -> None:
    an_account(opened, "王芳")
    with signed_in(opened, "Ada", "admin", "zh") as client:
        assert "已保存" in ask(client, opened, "王芳", what="role", role="approver")[1]
        ask(client, opened, "王芳", what="name", name="王小芳")
    with opened.store() as db:
        assert load_account(db, "王小芳").role == "approver"


def test_a_disabled_account_is_out_until_it_is_enabled(opened: Workspace) -> None:
    account = an_account(opened, "王芳")
    token = session_of(opened, account)
    with signed_in(opened, "Ada", "admin") as client:
        ask(client, opened, "王芳", what="disable")
        with signed_in(opened, "Leo") as other:
            other.cookies.clear()
            other.cookies.set(SESSION, token)
            assert other.get("/account", follow_redirects=False).status_code == 303
        with opened.store() as db, pytest.raises(NotAllowedError, match="disabled"):
            sign_in(db, "王芳", PASSPHRASE, at=now())
        ask(client, opened, "王芳", what="enable")
    with opened.store() as db:
        assert not sign_in(db, "王芳", PASSPHRASE, at=now()).disabled


def test_the_last_admin_stays_one(opened: Workspace) -> None:
    with signed_in(opened, "Ada", "admin") as client:
        for form in ({"what": "disable"}, {"what": "role", "role": "legal"}):
            status, page = ask(client, opened, "Ada", **form)
            assert (status, "Ada is the only admin" in page) == (422, True)
        an_account(opened, "Bo", "admin")
        assert ask(client, opened, "Ada", what="role", role="legal")[0] == 403  # done, so is out
    with opened.store() as db:
        assert load_account(db, "Ada").role == "legal"


def test_a_reset_ends_what_was_open(opened: Workspace) -> None:
    session_of(opened, an_account(opened, "王芳"))
    with signed_in(opened, "Ada", "admin") as client:
        assert "王芳" in client.get("/people").text
        ask(client, opened, "王芳", what="passphrase", new=NEW, again=NEW)
        with opened.store() as db:
            assert db.execute("SELECT count(*) FROM web_sessions").fetchone() == (1,)
            assert sign_in(db, "王芳", NEW, at=now()).name == "王芳"
        session_of(opened, an_account(opened, "王芳"))
        ask(client, opened, "王芳", what="end")
    with opened.store() as db:
        assert db.execute("SELECT count(*) FROM web_sessions").fetchone() == (1,)


def test_who_has_to_wait_is_shown(opened: Workspace) -> None:
    an_account(opened, "王芳")
    with opened.store() as db:
        for _ in range(3):
            with pytest.raises(NotAllowedError):
                sign_in(db, "王芳", "wrong wrong wrong", at=now())
    with signed_in(opened, "Ada", "admin") as client:
        page = client.get("/people").text
    assert "3 in a row" in page
    assert "has to wait until" in page


def test_what_is_not_there_is_told(opened: Workspace) -> None:
    with signed_in(opened, "Ada", "admin") as client:
        assert client.get("/people/a-none").status_code == 404
        assert ask(client, opened, "Ada", what="crown")[0] == 422


def test_the_command_line_enables_too(opened: Workspace) -> None:
    account = an_account(opened, "王芳")
    with opened.store() as db, writing(db):
        record_account_change(db, replace(account, disabled=True), by="x", at=now())
    invoke("user", "enable", "王芳", workspace=opened.folder)
    with opened.store() as db:
        assert not load_account(db, "王芳").disabled
