"""What no browser of ours sends: other roles, other pages, too much, too large, broken machines."""

from __future__ import annotations

import asyncio
import errno
import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from console.web import proving
from console.web.app import make_app
from console.web.areas import ROUTES
from console.web.faults import fault_of
from console.web.pages import LARGEST_OF_STRANGERS, SESSION
from console.web.periods import parse_period
from console.web.visits import LONGEST_FIELD
from crawler.accounts import Role
from crawler.errors import WorkspaceError
from crawler.store import database
from crawler.store.database import now, timestamp
from crawler.workspace import Workspace, make_workspace
from tests.servers.console import BASE, PASSPHRASE, an_account, session_of, signed_in
from tests.servers.filled import fill

OWN = {"sec-fetch-site": "same-origin"}
EVERYBODY = frozenset[str](get_args(Role))
WRITERS = EVERYBODY - {"auditor"}
MAY_DO: Mapping[str, frozenset[str]] = {
    "/sign-out": EVERYBODY,
    "/account/passphrase": EVERYBODY,
    "/account/keys": EVERYBODY,
    "/account/zone": EVERYBODY,
    "/account/sessions": EVERYBODY,
    "/account/tokens": EVERYBODY,
    "/people": frozenset({"admin"}),
    "/people/{account}": frozenset({"admin"}),
    "/notices/{notice}/approve": frozenset({"approver", "legal", "admin"}),
    "/registry/-/new": frozenset({"approver", "legal", "admin"}),
    "/registry/-/edit/{right:path}": frozenset({"approver", "legal", "admin"}),
    "/registry/-/import": frozenset({"approver", "legal", "admin"}),
    "/registry/-/import/{digest}": frozenset({"approver", "legal", "admin"}),
    "/sweeps/-/start": frozenset({"approver", "admin"}),
    "/sweeps/-/starts/{start}/stop": frozenset({"approver", "admin"}),
    "/sweeps/{sweep}/resume": frozenset({"approver", "admin"}),
}
"""Who may do what is not for everybody but an auditor."""
OPEN = frozenset({"/sign-in", "/language", "/tell"})


def actions() -> list[str]:
    """Return the paths of everything that can be done."""
    return sorted(r.path for r in ROUTES if isinstance(r, Route) and "POST" in (r.methods or ()))


def pages() -> list[str]:
    """Return the paths of everything that can be looked at."""
    return sorted(r.path for r in ROUTES if isinstance(r, Route) and "GET" in (r.methods or ()))


def filled_in(path: str) -> str:
    """Return an address of the path, of things that there are not."""
    return re.sub(r"{[^}]+}", "x-1", path)


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


@pytest.fixture
def stranger(opened: Workspace) -> Iterator[TestClient]:
    an_account(opened, "李伟", "admin")
    with TestClient(make_app(opened), base_url=BASE, follow_redirects=False) as client:
        yield client


def records(workspace: Workspace) -> dict[str, list[Any]]:
    """Return all that is kept but whose session it is, and when it was used."""
    with workspace.store() as db:
        return {
            name: list(db[name].rows)
            for name in db.table_names()
            if name not in {"web_sessions", "sqlite_sequence"} and "fts" not in name
        }


def test_the_table_of_roles_names_what_there_is() -> None:
    assert set(MAY_DO) <= set(actions())
    assert len(actions()) > 40


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_every_action_is_for_its_roles_alone(opened: Workspace, role: Role) -> None:
    an_account(opened, "root", "admin")
    with signed_in(opened, "李伟", role) as client:
        answers = {
            path: client.post(filled_in(path), follow_redirects=False)
            for path in actions()
            if path not in OPEN and path != "/sign-out"
        }
    for path, answer in answers.items():
        said = "which may not do this" in answer.text
        assert said == (role not in MAY_DO.get(path, WRITERS)), f"{role} at {path}"
        assert answer.status_code < 500, path


def test_an_auditor_changes_nothing(opened: Workspace) -> None:
    [hit] = fill(opened, 1)
    an_account(opened, "root", "admin")
    with signed_in(opened, "Eve", "auditor") as client:
        with opened.store() as db:
            group = next(db.query("SELECT grp FROM queue"))["grp"]
        before = records(opened)
        known = {"hit": hit, "group": group, "right": "TM-0001", "right:path": "TM-0001"}
        for path in (*pages(), *actions()):
            if path.startswith(("/account", "/sign-")):
                continue
            address = re.sub(r"{([^}]+)}", lambda found: known.get(found[1], "x-1"), path)
            form = {
                "hit": hit,
                "decision": "infringing",
                "findings": "1",
                "reason": "so",
                "to": "/",
            }
            client.request("POST" if path in actions() else "GET", address, data=form)
        after = records(opened)
    assert {name for name in after if after[name] != before[name]} == set()


@pytest.mark.parametrize("site", ["cross-site", "same-site", ""])
def test_no_action_is_taken_from_anothers_page(opened: Workspace, site: str) -> None:
    headers = {"sec-fetch-site": site} if site else {"origin": "http://evil.example"}
    token = session_of(opened, an_account(opened, "李伟", "admin"))
    with TestClient(make_app(opened), base_url=BASE, cookies={SESSION: token}) as client:
        for path in actions():
            answer = client.post(filled_in(path), headers=headers, follow_redirects=False)
            assert answer.status_code == 403, path
            assert answer.text.startswith("This was not sent from a page of this console"), path


def unread(workspace: Workspace, path: str, *, size: int, token: str = "") -> int:
    """Send the head of a form; return the status of the answer. Nothing of the form is read."""
    scope: dict[str, Any] = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "root_path": "",
        "scheme": "http", "query_string": b"", "http_version": "1.1", "client": ("192.0.2.1", 5),
        "headers": [
            (b"host", b"127.0.0.1"), (b"sec-fetch-site", b"same-origin"),
            (b"content-length", str(size).encode()), (b"cookie", f"{SESSION}={token}".encode()),
            (b"content-type", b"application/x-www-form-urlencoded"),
        ],
    }  # fmt: skip
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        raise AssertionError("the form was read")

    async def send(message: Any) -> None:
        statuses.extend([message["status"]] if "status" in message else [])

    asyncio.run(make_app(workspace)(scope, receive, send))
    return statuses[0]


def test_nothing_is_read_of_who_may_not_send_it(opened: Workspace) -> None:
    token = session_of(opened, an_account(opened, "李伟"))
    for path in actions():
        if path not in OPEN:
            assert unread(opened, filled_in(path), size=2**25) == 303, path
    assert unread(opened, "/sign-in", size=LARGEST_OF_STRANGERS + 1) == 413
    assert unread(opened, "/registry/-/import", size=2**25, token=token) == 403


def test_a_body_that_tells_two_lengths_is_refused(stranger: TestClient) -> None:
    headers = OWN | {"content-length": "5", "transfer-encoding": "chunked"}
    assert stranger.post("/sign-in", content=b"a=b&c", headers=headers).status_code == 413


def test_a_name_without_an_account_has_to_wait_as_one_with(stranger: TestClient) -> None:
    for name in ("李伟", "nobody"):
        said = [
            "Too many wrong passphrases" in stranger.post(
                "/sign-in", data={"name": name, "passphrase": "not this one"}, headers=OWN
            ).text
            for _ in range(4)
        ]  # fmt: skip
        assert said == [False, False, False, True], name


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 25, "²", "-1", "1e400", "\x00", "nan"])
def test_a_number_that_is_none_breaks_no_page(opened: Workspace, number: str) -> None:
    fill(opened, 1)
    addresses = ("/notices?tray=deadlines&page=", "/notices?tray=back&page=", "/cases/new?before=")
    more = ("/queue?score=", "/queue?days=", "/audit?before=", "/overview?days=", "/queue?after=")
    with signed_in(opened) as client:
        for address in (*addresses, *more):
            path, _, name = address.rpartition("?")
            *given, last = name.split("&")
            query = dict(part.split("=") for part in given) | {last.rstrip("="): number}
            assert client.get(path, params=query).status_code in (200, 422), address


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_time_breaks_no_page(opened: Workspace, day: str) -> None:
    period = parse_period({"from": day, "to": day}, date(2026, 11, 30), ZoneInfo("Asia/Shanghai"))
    assert period.wrong
    fill(opened, 1)
    with signed_in(opened, "Ada", "admin") as client:
        assert client.get("/overview", params={"from": day, "to": day}).status_code == 200
        assert client.get("/audit", params={"day": day}).status_code == 422
        assert client.post("/queue/g-1/leave", data={"until": day}).status_code == 200


@pytest.mark.parametrize(
    ("charset", "sent"),
    [("unicode_escape", rb"\ud800"), ("raw_unicode_escape", rb"\ud800"), ("utf-8", b"a\0b")],
)
def test_a_form_that_no_browser_sends_is_refused(
    opened: Workspace, charset: str, sent: bytes
) -> None:
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    head = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n'
    body = head + sent + b"\r\n--b--\r\n"
    with signed_in(opened) as client:
        answer = client.post("/queue/views", content=body, headers={"content-type": kind})
    assert answer.status_code == 400
    assert "The form could not be read: expected text as a browser sends it" in answer.text


def test_too_many_fields_are_told_on_a_page(opened: Workspace) -> None:
    with signed_in(opened) as client:
        body = "&".join(f"hit={number}" for number in range(1001))
        kind = {"content-type": "application/x-www-form-urlencoded"}
        answer = client.post("/cases", content=body, headers=kind)
    assert answer.status_code == 400
    assert "The form could not be read: Too many fields" in answer.text


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.2)


@pytest.mark.usefixtures("impatient")
def test_while_another_writes_pages_are_read_and_nothing_is_half_done(opened: Workspace) -> None:
    [hit] = fill(opened, 1)
    form = {"decision": "infringing", "findings": "1", "reason": "so"}
    with signed_in(opened, "Ada", "admin") as client:
        with opened.store() as db:  # the use of the session is to be noted
            old = timestamp(now() - timedelta(minutes=5))
            db.execute("UPDATE web_sessions SET used_at = ?", [old])
            db.conn.commit()
        other = sqlite3.connect(opened.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        for path in ("/queue", "/cases", "/notices", "/registry", "/audit", f"/hits/{hit}"):
            assert client.get(path).status_code == 200, path
        answer = client.post(f"/hits/{hit}/judge", data=form)
        other.execute("ROLLBACK")
        other.close()
        assert answer.status_code == 503
        assert "Something else is writing to the workspace" in answer.text
        assert answer.headers["retry-after"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert client.post(f"/hits/{hit}/judge", data=form).status_code == 200


def test_on_a_full_disk_pages_are_read_and_nothing_is_half_done(opened: Workspace) -> None:
    [hit] = fill(opened, 1)
    with signed_in(opened, "Ada", "admin") as client:
        assert client.get(f"/hits/{hit}").status_code == 200
        [db] = client.app.state.stores._free  # type: ignore[attr-defined] # any ASGI app to httpx
        db.execute("PRAGMA max_page_count = 1")
        form = {"decision": "infringing", "findings": "1", "reason": "so" * 9_999}
        answer = client.post(f"/hits/{hit}/judge", data=form)
        assert answer.status_code == 507
        assert "disk cannot be read or written (database or disk is full)" in answer.text
        assert client.get("/queue").status_code == 200
    with opened.store() as db:
        assert db["judgements"].count == 0


@pytest.mark.parametrize(
    ("error", "words", "status"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk", 507),
        (OSError(errno.EROFS, "Read-only file system"), "disk", 507),
        (WorkspaceError("made by a newer version"), "workspace", 503),
        (RecursionError(), "broken", 500),
    ],
)
def test_what_was_in_the_way_is_told(error: Exception, words: str, status: int) -> None:
    fault = fault_of(error)
    assert (fault.words, fault.status) == (words, status)


def test_a_database_of_a_newer_version_is_told_on_every_page(opened: Workspace) -> None:
    token = session_of(opened, an_account(opened, "李伟", "admin"))
    with opened.store() as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " SELECT migration_set, 'm999_later', applied_at FROM _sqlite_migrations LIMIT 1"
        )
    with TestClient(make_app(opened), base_url=BASE, cookies={SESSION: token}) as client:
        for path in ("/queue", "/sign-in", "/nowhere"):
            answer = client.get(path, headers={"accept-language": "en"})
            assert answer.status_code == 503, path
            assert "made by a newer version" in answer.text
        answer = client.post("/cases", data={"hit": "x"}, headers=OWN)
        assert answer.status_code == 503


def test_an_undoing_that_names_another_hit_undoes_nothing(opened: Workspace) -> None:
    one, other = fill(opened, 2)
    form = {"decision": "infringing", "findings": "1", "reason": "so"}
    with signed_in(opened) as client:
        with opened.store() as db:
            [first] = db.execute("SELECT max(id) FROM hit_findings WHERE hit = ?", [one]).fetchone()
        client.post(f"/hits/{one}/judge", data=form | {"findings": str(first)})
        with opened.store() as db:
            judgement = next(db.query("SELECT id FROM judgements"))["id"]
        answer = client.post(f"/hits/{other}/undo", data={"judgement": judgement})
        assert answer.status_code == 422
    with opened.store() as db:
        assert db["undone_judgements"].count == 0
    assert PASSPHRASE not in answer.text


@pytest.mark.parametrize("room", ["_PLACES", "_AT_ONCE"])
def test_who_finds_no_room_to_sign_in_is_told_at_once_and_has_not_tried(
    opened: Workspace, stranger: TestClient, monkeypatch: pytest.MonkeyPatch, room: str
) -> None:
    monkeypatch.setattr(proving, room, threading.Semaphore(0))
    monkeypatch.setattr(proving, "_PATIENCE", 0.01)
    form = {"name": "李伟", "passphrase": PASSPHRASE}
    assert "Too many people sign in" in stranger.post("/sign-in", data=form, headers=OWN).text
    with opened.store() as db:
        assert db["sign_in_tries"].count == 0


def test_a_field_that_no_page_can_show_is_refused(opened: Workspace) -> None:
    [hit] = fill(opened, 1)
    form = {"decision": "infringing", "findings": "1", "reason": "so" * LONGEST_FIELD}
    with signed_in(opened) as client:
        answer = client.post(f"/hits/{hit}/judge", data=form)
    assert answer.status_code == 422
    assert "Expected at most 20,000 characters in the field reason, got 40,000" in answer.text
