"""One's own account: keys, time zone, passphrase, sessions and tokens."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from console.web.app import make_app
from console.web.keys import ACTIONS
from console.web.pages import LANGUAGE, SESSION
from crawler.accounts import Role
from crawler.errors import NotAllowedError
from crawler.store.accounts import load_account, load_token_account, record_token
from crawler.store.database import now, writing
from crawler.store.ledger import find_entries
from crawler.store.preferences import Preferences, find_preferences, record_preferences
from crawler.store.web_sessions import IDLE, LONGEST, begin_session, find_sessions, session_id
from crawler.workspace import Workspace, make_workspace
from tests.servers.console import BASE, PASSPHRASE, an_account, session_of, signed_in

NEW = "nine blue cranes at dawn"


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def keys_in(page: str) -> dict[str, str]:
    """Return the keys that a page tells its script."""
    found = re.search(r"data-keys='([^']*)'", page)
    return dict(json.loads(html.unescape(found[1]))) if found else {}


def a_token(workspace: Workspace, name: str) -> str:
    with workspace.store() as db, writing(db):
        until = now() + timedelta(days=9)
        return record_token(db, load_account(db, name), expires_at=until, by=name, at=now())


def test_keys_are_ones_own(opened: Workspace) -> None:
    with signed_in(opened, "李伟") as client:
        assert keys_in(client.get("/account").text) == ACTIONS
        form = {f"key-{name}": key for name, key in ACTIONS.items()}
        form |= {"mode": "alt", "key-infringing": "Ｆ", "key-skip": ""}
        page = client.post("/account/keys", data=form).text
        assert "Saved." in page
        assert keys_in(page) == {**ACTIONS, "infringing": "f", "skip": ""}
        assert 'data-key-mode="alt"' in page
    with signed_in(opened, "王芳") as client:
        assert keys_in(client.get("/account").text) == ACTIONS


def test_keys_can_be_switched_off_and_set_back(opened: Workspace) -> None:
    with signed_in(opened) as client:
        client.post("/account/keys", data={"mode": "off", "key-undo": "q"})
        page = client.get("/account").text
        assert "data-keys" not in page
        assert "keys.js" not in page
        page = client.post("/account/keys", data={"mode": "plain", "reset": "yes"}).text
        assert keys_in(page) == ACTIONS


@pytest.mark.parametrize(
    ("field", "key", "words"),
    [
        ("key-undo", "y", "The key y stands for two things: Infringing, and Undo."),
        ("key-undo", "ab", "Expected one character as a key, got ab."),
        ("key-undo", "\u200b", "Expected one character"),
        ("mode", "always", "expected one of plain, alt, off"),
    ],
)
def test_keys_that_cannot_be_meant_are_refused(
    opened: Workspace, field: str, key: str, words: str
) -> None:
    form = {f"key-{name}": k for name, k in ACTIONS.items()} | {"mode": "plain", field: key}
    with signed_in(opened) as client:
        answer = client.post("/account/keys", data=form)
        assert answer.status_code == 422
        assert words in answer.text
        assert keys_in(client.get("/account").text) == ACTIONS


def test_times_are_shown_in_the_zone_of_the_account(opened: Workspace) -> None:
    with signed_in(opened) as client:
        answer = client.post("/account/zone", data={"zone": "Mars/Olympus"})
        assert (answer.status_code, "Mars/Olympus" in answer.text) == (422, True)
        shown = re.compile(r'<time datetime="([^"]+)">([^<]+)</time>')
        before = shown.findall(client.get("/account").text)
        client.post("/account/zone", data={"zone": "Asia/Shanghai"})
        after = shown.findall(client.get("/account").text)
    assert before[0][0] == after[0][0]
    assert before[0][1] != after[0][1]


def test_preferences_are_known_in_the_ledger(opened: Workspace) -> None:
    account = an_account(opened, "李伟")
    with opened.store() as db:
        record_preferences(db, account, Preferences(key_mode="off"), at=now())
        record_preferences(db, account, Preferences(time_zone="UTC"), at=now())
        assert find_preferences(db, account.id) == Preferences(time_zone="UTC")
        told = [json.loads(e.record) for e in find_entries(db) if e.kind == "preferences"]
    assert told == [{"key_mode": "off"}, {"time_zone": "UTC"}]


def change(client: TestClient, old: str = PASSPHRASE, new: str = NEW, again: str = NEW) -> str:
    form = {"old": old, "new": new, "again": again}
    return client.post("/account/passphrase", data=form).text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"old": "not this one at all"}, "That is not your passphrase now."),
        ({"again": "something else here"}, "got two different ones"),
        ({"new": "short", "again": "short"}, "expected a passphrase of 12 to 1024 characters"),
    ],
)
def test_a_passphrase_changes_only_with_the_old_one(
    opened: Workspace, given: dict[str, str], words: str
) -> None:
    with signed_in(opened) as client:
        assert words in html.unescape(change(client, **given))
        assert client.get("/account").status_code == 200


def test_with_a_new_passphrase_whatever_was_open_ends(opened: Workspace) -> None:
    with signed_in(opened, "李伟") as client:
        other = session_of(opened, an_account(opened, "李伟"))
        token = a_token(opened, "李伟")
        before = client.cookies[SESSION]
        form = {"old": PASSPHRASE, "new": NEW, "again": NEW}
        answer = client.post("/account/passphrase", data=form, follow_redirects=False)
        assert answer.headers["location"] == "/account?said=new_passphrase"
        new = answer.cookies[SESSION]
        with opened.store() as db:
            account = load_account(db, "李伟").id
            assert [s.id for s in find_sessions(db, account, at=now())] == [session_id(new)]
            with pytest.raises(NotAllowedError, match="expired or was ended"):
                load_token_account(db, token, at=now())
        for used, status in ((new, 200), (before, 303), (other, 303)):
            client.cookies.clear()
            client.cookies.set(SESSION, used)
            assert client.get("/account", follow_redirects=False).status_code == status


def test_sessions_end_one_by_one_and_all_but_this(opened: Workspace) -> None:
    account = an_account(opened, "李伟")
    with signed_in(opened, "李伟") as client:
        others = [session_of(opened, account) for _ in range(3)]
        stranger = session_of(opened, an_account(opened, "王芳"))
        client.post("/account/sessions", data={"session": session_id(others[0])})
        client.post("/account/sessions", data={"session": session_id(stranger)})
        own = session_id(client.cookies[SESSION])
        assert client.post("/account/sessions", data={"session": own}).status_code == 403
        assert client.post("/account/sessions").status_code == 422
        with opened.store() as db:
            assert len(find_sessions(db, account.id, at=now())) == 3
        client.post("/account/sessions", data={"which": "others"})
        with opened.store() as db:
            assert [s.id for s in find_sessions(db, account.id, at=now())] == [own]
            assert len(find_sessions(db, an_account(opened, "王芳").id, at=now())) == 1


def test_a_session_that_is_over_is_not_shown(opened: Workspace) -> None:
    account = an_account(opened, "李伟")
    with opened.store() as db:
        for age in (IDLE, LONGEST):
            begin_session(db, account, at=now() - age)
        assert find_sessions(db, account.id, at=now()) == []


def test_a_token_ends_for_its_owner_alone(opened: Workspace) -> None:
    with signed_in(opened, "王芳") as other:
        a_token(opened, "王芳")
        token = re.findall(r'name="token" value="(t-\w+)"', other.get("/account").text)[0]
        with signed_in(opened, "李伟") as client:
            assert client.post("/account/tokens", data={"token": token}).status_code == 404
        page = other.post("/account/tokens", data={"token": token}).text
    assert "Ended." in page
    assert token not in page


@pytest.mark.parametrize("role", ["auditor", "analyst"])
def test_everybody_has_an_account(opened: Workspace, role: Role) -> None:
    with signed_in(opened, "李伟", role, "zh") as client:
        assert "我的账号" in client.get("/account").text
        assert client.post("/account/keys", data={"mode": "off"}).status_code == 200


def test_wrong_passphrases_from_one_address_hold_all_names_up(
    opened: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.store.sign_ins.TRIES", 3)
    an_account(opened, "李伟")
    an_account(opened, "王芳")
    words = "Too many wrong passphrases came from your address"

    def told(client: TestClient, name: str, passphrase: str) -> str:
        form = {"name": name, "passphrase": passphrase}
        return client.post("/sign-in", data=form, headers={"sec-fetch-site": "same-origin"}).text

    app = make_app(opened)
    english = {LANGUAGE: "en"}
    with TestClient(app, base_url=BASE, cookies=english, client=("192.0.2.7", 50)) as client:
        assert "Your account" in told(client, "李伟", PASSPHRASE) + client.get("/account").text
        client.post("/sign-out", headers={"sec-fetch-site": "same-origin"})
        for name in ("李伟", "nobody", "王芳"):
            assert words not in told(client, name, "wrong wrong wrong")
        assert words in told(client, "李伟", PASSPHRASE)
    with TestClient(app, base_url=BASE, cookies=english, client=("192.0.2.8", 50)) as client:
        assert words not in told(client, "李伟", PASSPHRASE)
    with opened.store() as db:
        held = [e for e in find_entries(db) if e.kind == "sign-ins-held"]
    assert [e.subject for e in held] == ["192.0.2.7"]
