"""The audit log: the whole ledger in words, page by page, by who, what, when and of what."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from console.web.links import path_of
from console.web.words import load_words
from crawler.accounts import Role
from crawler.store.audit import LogFilter, find_kinds, find_ledger_state, find_log, find_people
from crawler.store.database import open_store, writing
from crawler.store.ledger import append_entry, find_head
from crawler.workspace import Workspace, make_workspace
from tests.servers.console import an_account, signed_in

AT = datetime(2026, 11, 1, 15, 30, tzinfo=UTC)
KINDS = ("judgement", "capture", "made-up")


def append(db: Database, count: int) -> None:
    """Append entries of three kinds by two people about five things, an hour apart."""
    with writing(db):
        for number in range(count):
            append_entry(
                db,
                KINDS[number % 3],
                f"h-{number % 5}",
                {"reason": f"number {number} <b>\u202ex</b>", "decision": "unrelated"},
                by=("李伟", "王芳")[number % 2],
                at=AT + timedelta(hours=number),
            )


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = open_store(tmp_path / "a.db")
    append(opened, 30)
    yield opened
    opened.close()


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<td class="count">(\d+)</td>', page)]


def test_pages_hold_every_entry_once(db: Database) -> None:
    found, before = [], None
    while True:
        page = find_log(db, LogFilter(), before=before, limit=7)
        found += [entry.number for entry in page.entries]
        if not page.older:
            break
        before = found[-1]
    assert found == [*range(30, 0, -1)]
    back = find_log(db, LogFilter(), after=9, limit=7)
    assert [entry.number for entry in back.entries] == [16, 15, 14, 13, 12, 11, 10]
    assert (back.newer, back.older) == (True, True)
    assert not find_log(db, LogFilter(), after=25, limit=7).newer


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (LogFilter(kind="capture"), {2, 5, 8, 11, 14, 17, 20, 23, 26, 29}),
        (LogFilter(kind="capture", by="李伟"), {5, 11, 17, 23, 29}),
        (LogFilter(subject="h-0", by="王芳"), {6, 16, 26}),
        (LogFilter(since=AT + timedelta(hours=27)), {28, 29, 30}),
        (LogFilter(until=AT + timedelta(hours=2)), {1, 2}),
        (LogFilter(since=AT + timedelta(days=9)), set()),
        (LogFilter(kind="none"), set()),
    ],
)
def test_what_is_asked_for_is_found(db: Database, wanted: LogFilter, expected: set[int]) -> None:
    assert {entry.number for entry in find_log(db, wanted).entries} == expected


def test_kinds_and_people_are_those_that_there_are(db: Database) -> None:
    assert find_kinds(db) == sorted(KINDS)
    assert find_people(db) == sorted(["李伟", "王芳"])


def test_no_page_goes_through_the_whole_ledger(db: Database) -> None:
    asked: list[str] = []
    with db.tracer(lambda sql, values: asked.append(sql) if values is not None else None):
        for wanted in (
            LogFilter(),
            LogFilter(kind="capture"),
            LogFilter(by="李伟"),
            LogFilter(subject="h-1"),
            LogFilter(since=AT, until=AT),
        ):
            find_log(db, wanted)
    assert len(asked) == 6
    for sql in asked:
        names = re.findall(r":(\w+)", sql)
        plan = [
            row["detail"] for row in db.query(f"EXPLAIN QUERY PLAN {sql}", dict.fromkeys(names))
        ]
        assert all("SEARCH" in step for step in plan), (sql, plan)


def test_the_state_of_the_ledger_is_known(db: Database) -> None:
    state, head = find_ledger_state(db), find_head(db)
    assert head is not None
    assert (state.entries, state.digest, state.stamped, state.unstamped) == (
        30,
        head.digest,
        0,
        30,
    )


@pytest.mark.parametrize("role", ["auditor", "analyst", "admin"])
def test_everybody_reads_the_log(opened: Workspace, role: Role) -> None:
    with opened.store() as db:
        append(db, 3)
    with signed_in(opened, "Ada", role) as client:
        page = client.get("/audit").text
        assert 'href="/audit" aria-current="page"' in page
        assert "judged the hit" in page
        assert "captured the page as evidence" in page
        assert "made-up" in page  # a kind that has no words yet
        assert "<b>\u202e" not in page
        assert "number 2 &lt;b&gt;" in page
        assert ('href="/people/a-' in page) == (role == "admin")
    with signed_in(opened, "Ada", role, "zh") as client:
        assert "对命中作出判定" in client.get("/audit").text


def test_the_log_of_one_thing(opened: Workspace) -> None:
    with opened.store() as db:
        append(db, 12)
    with signed_in(opened, "Ada", "auditor") as client:
        page = client.get("/audit/h-1").text
        assert numbers(page) == [12, 7, 2]
        assert 'href="/hits/h-1"' in page
        assert client.get("/audit?subject=h-1", follow_redirects=False).headers["location"] == (
            "/audit/h-1"
        )
        odd = client.get("/audit", params={"subject": "a/b?c#d\u202e"})
        assert odd.status_code == 200
        assert "No entry is like that." in odd.text


def test_pages_follow_each_other(opened: Workspace) -> None:
    with opened.store() as db:
        append(db, 120)
    with signed_in(opened, "李伟") as client:
        first = client.get("/audit", params={"by": "李伟", "kind": "judgement"})
        assert numbers(first.text) == [*range(115, 0, -6)]
        pages = [client.get("/audit")]
        while older := re.search(r'href="(\?before=\d+)" data-action="next"', pages[-1].text):
            pages.append(client.get(f"/audit{older[1]}"))
        found = [number for page in pages for number in numbers(page.text)]
        assert found == [*range(max(found), 0, -1)]
        assert max(found) >= 122  # with the account and its session
        newer = re.search(r'href="(\?after=\d+)" data-action="previous"', pages[-1].text)
        assert newer
        assert numbers(client.get(f"/audit{newer[1]}").text) == numbers(pages[-2].text)


def test_a_day_is_one_of_the_visitors_zone(opened: Workspace) -> None:
    with opened.store() as db:
        append(db, 30)  # from 15:30 UTC on: 8 h 30 min of the day are left there, 30 min here
    with signed_in(opened, "李伟") as client:
        assert len(numbers(client.get("/audit?day=2026-11-01").text)) == 9
        client.post("/account/zone", data={"zone": "Asia/Shanghai"})
        assert len(numbers(client.get("/audit?day=2026-11-01").text)) == 1
        for day in ("yesterday", "0001-01-01", "9999-12-31", "2026-13-01"):
            answer = client.get("/audit", params={"day": day})
            assert (answer.status_code, "Expected a day" in answer.text) == (422, True)
        for number in ("9" * 40, "-1", "x", "²"):
            assert client.get("/audit", params={"before": number}).status_code == 200


def test_an_entry_that_was_changed_afterwards_is_told(opened: Workspace) -> None:
    an_account(opened, "李伟")
    with signed_in(opened, "李伟") as client:
        assert "changed afterwards" not in client.get("/audit").text
        with opened.store() as db:
            db.execute("DROP TRIGGER ledger_refuses_update")
            db.execute("UPDATE ledger SET by = 'Eve' WHERE number = 1")
            db.conn.commit()
        assert client.get("/audit").text.count("changed afterwards") == 1


@pytest.mark.parametrize(
    ("subject", "kind", "path"),
    [
        ("h-1", "", "/hits/h-1"),
        ("N-2026-000001", "", "/notices/N-2026-000001"),
        ("cap-1", "", "/captures/cap-1"),
        ("TM/1?", "lesson", "/registry/TM%2F1%3F"),
        ("h-1/../../x", "", "/hits/h-1%2F..%2F..%2Fx"),
        ("h-", "", None),
        ("h-\u202e", "", None),
        ("javascript:alert(1)", "", None),
        ("st-1", "", None),
    ],
)
def test_a_thing_has_its_page(subject: str, kind: str, path: str | None) -> None:
    assert path_of(subject, kind=kind) == path


def kinds_of(path: Path) -> set[str]:
    """Return the kinds of ledger entries that a module appends, where they stand in it as text."""
    tree = ast.parse(path.read_text("utf-8"))
    named: dict[str, str] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            named |= _strings(statement.targets[0], statement.value)
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "append_entry":
            kind = node.args[1]
            if isinstance(kind, ast.Constant):
                found.add(str(kind.value))
            elif isinstance(kind, ast.Name) and kind.id in named:
                found.add(named[kind.id])
    return found


def _strings(target: ast.expr, value: ast.expr) -> dict[str, str]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=True)
        return {name: text for pair in pairs for name, text in _strings(*pair).items()}
    if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
        return {target.id: str(value.value)}
    return {}


def test_every_kind_of_entry_has_words() -> None:
    root = Path(__file__).resolve().parents[3]
    sources = [
        p for room in ("crawler", "pipelines", "console") for p in (root / room).rglob("*.py")
    ]
    kinds = {kind for path in sources for kind in kinds_of(path)}
    assert {"judgement", "capture", "backup", "rematch", "right-edited", "stamp"} <= kinds
    assert sorted(kind for kind in kinds if f"audit.did-{kind}" not in load_words()) == []
