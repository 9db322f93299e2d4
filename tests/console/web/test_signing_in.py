"""Who may come in: strangers meet the page for signing in, others' pages send nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from console.web.app import make_app
from console.web.pages import SESSION
from console.web.routes.signing_in import own_path
from crawler.store.accounts import load_account, record_account_change
from crawler.store.database import now, writing
from crawler.workspace import Workspace, make_workspace
from tests.servers.console import BASE, PASSPHRASE, an_account, signed_in

OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


@pytest.fixture
def stranger(opened: Workspace) -> Iterator[TestClient]:
    an_account(opened, "李伟", "admin")
    with TestClient(make_app(opened), base_url=BASE, follow_redirects=False) as client:
        yield client


def sign_in(client: TestClient, name: str = "李伟", passphrase: str = PASSPHRASE) -> int:
    fields = {"name": name, "passphrase": passphrase, "to": "/cases?a=1"}
    return client.post("/sign-in", data=fields, headers=OWN).status_code


@pytest.mark.parametrize("path", ["/", "/queue", "/cases", "/nowhere", "/notices/N-1"])
def test_a_stranger_meets_the_page_for_signing_in(stranger: TestClient, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?to=%2F")


def test_a_session_begins_with_the_passphrase_and_ends_on_the_server(
    stranger: TestClient,
) -> None:
    assert sign_in(stranger) == 303
    token = stranger.cookies[SESSION]
    assert stranger.get("/sign-in").headers["location"] == "/"
    assert stranger.post("/sign-out", headers=OWN).headers["location"] == "/sign-in"
    stranger.cookies.set(SESSION, token)
    assert stranger.get("/").headers["location"].startswith("/sign-in")


def test_over_tls_no_neighbour_can_give_a_browser_a_session(opened: Workspace) -> None:
    an_account(opened, "李伟", "admin")
    app, own = make_app(opened), f"__Host-{SESSION}"
    base = BASE.replace("http:", "https:")
    with TestClient(app, base_url=base, follow_redirects=False) as client:
        fields = {"name": "李伟", "passphrase": PASSPHRASE}
        set_cookie = client.post("/sign-in", data=fields, headers=OWN).headers["set-cookie"]
        assert set_cookie.startswith(f"{own}=")
        assert "; Secure" in set_cookie
        assert "; Path=/;" in set_cookie
        assert "Domain" not in set_cookie
        assert client.get("/sign-in").headers["location"] == "/"
        ended = client.post("/sign-out", headers=OWN).headers["set-cookie"]
        assert ended.startswith(f'{own}="";')
        assert "; Secure" in ended
    with signed_in(opened) as plain:
        token = plain.cookies[SESSION]
    with TestClient(app, base_url=base, follow_redirects=False, cookies={SESSION: token}) as client:
        assert client.get("/").headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(
    ("name", "passphrase"),
    [("李伟", "wrong wrong wrong"), ("nobody", PASSPHRASE), ("", ""), ("\u202e", PASSPHRASE)],
)
def test_a_wrong_name_and_a_wrong_passphrase_look_alike(
    stranger: TestClient, name: str, passphrase: str
) -> None:
    answer = stranger.post("/sign-in", data={"name": name, "passphrase": passphrase}, headers=OWN)
    assert answer.status_code == 403
    assert "Name and passphrase do not belong together" in answer.text
    assert SESSION not in stranger.cookies


def test_after_wrong_passphrases_the_right_one_has_to_wait(stranger: TestClient) -> None:
    for _ in range(3):
        assert sign_in(stranger, passphrase="not this one") == 403
    answer = stranger.post("/sign-in", data={"name": "李伟", "passphrase": PASSPHRASE}, headers=OWN)
    assert answer.status_code == 403
    assert "Too many wrong passphrases" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://127.0.0.1"},
        {"sec-fetch-site": "cross-site", "origin": BASE},
    ],
)
def test_what_others_pages_send_is_refused(stranger: TestClient, headers: dict[str, str]) -> None:
    fields = {"name": "李伟", "passphrase": PASSPHRASE}
    answer = stranger.post("/sign-in", data=fields, headers=headers)
    assert answer.status_code == 403
    assert SESSION not in stranger.cookies


def test_an_older_browser_is_known_by_its_origin(stranger: TestClient) -> None:
    fields = {"name": "李伟", "passphrase": PASSPHRASE}
    answer = stranger.post("/sign-in", data=fields, headers={"origin": BASE})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "", "[::", "127.0.0.1/evil.example", "a@127.0.0.1"],
)
def test_another_name_is_not_answered(stranger: TestClient, host: str) -> None:
    assert stranger.get("/sign-in", headers={"host": host}).status_code == 421


def test_a_name_of_the_settings_is_answered(opened: Workspace) -> None:
    settings = opened.folder / "markhound.toml"
    settings.write_text('[console]\nhosts = ["review.firm.example"]\n', encoding="utf-8")
    with TestClient(make_app(make_workspace(opened.folder)), base_url=BASE) as client:
        answer = client.get("/sign-in", headers={"host": "Review.firm.example:8443"})
    assert answer.status_code == 200


def test_a_disabled_account_is_out_at_once(opened: Workspace) -> None:
    an_account(opened, "root", "admin")
    with signed_in(opened, "李伟") as client:
        assert client.get("/", follow_redirects=False).headers.get("location") != "/sign-in?to=%2F"
        with opened.store() as db, writing(db):
            account = replace(load_account(db, "李伟"), disabled=True)
            record_account_change(db, account, by="root", at=now())
        answer = client.get("/", follow_redirects=False)
        assert answer.headers["location"] == "/sign-in?to=%2F"


def test_without_accounts_the_page_says_how_to_make_one(opened: Workspace) -> None:
    with TestClient(make_app(opened), base_url=BASE) as client:
        page = client.get("/sign-in", headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.5"}).text
    assert "markhound user add NAME --role admin" in page
    assert 'lang="zh-CN"' in page
    assert "登录" in page


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/cases?a=1", "/cases?a=1"),
        ("", "/"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
        ("/\t/evil.example", "/"),
    ],
)
def test_the_way_back_never_leads_elsewhere(text: str, path: str) -> None:
    assert own_path(text) == path


def test_every_answer_has_the_rules_of_the_console(stranger: TestClient) -> None:
    for path in ("/sign-in", "/", "/static/console.css", "/static/none.css"):
        headers = stranger.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_a_request_that_does_not_say_its_length_is_refused(stranger: TestClient) -> None:
    answer = stranger.post("/sign-in", content=iter([b"name=x"]), headers=OWN)
    assert answer.status_code == 413
