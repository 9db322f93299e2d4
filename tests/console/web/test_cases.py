"""Cases in the console: made from judged hits, looked through, and filled by people."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from console.web.routes import cases
from crawler.store.cases import find_case_events
from crawler.store.ledger import find_entries
from crawler.workspace import Workspace
from tests.servers.console import signed_in
from tests.servers.desk import judged_workspace


@pytest.fixture
def office(tmp_path: Path) -> tuple[Workspace, list[str]]:
    return judged_workspace(tmp_path / "w")


@pytest.fixture
def desk(office: tuple[Workspace, list[str]]) -> Iterator[TestClient]:
    with signed_in(office[0], "李伟", "analyst") as client:
        yield client


def opened(desk: TestClient, *hits: str) -> str:
    answer = desk.post("/cases", data={"hit": hits})
    assert answer.status_code == 200, answer.text
    return answer.url.path.rpartition("/")[2]


def test_a_case_is_made_of_hits_that_are_in_none(
    office: tuple[Workspace, list[str]], desk: TestClient
) -> None:
    hits = office[1]
    page = desk.get("/cases/new").text
    assert page.count('action="/cases"') == 2  # one for each seller
    case = opened(desk, *hits[:2])
    assert f"/cases/{case}" in desk.get("/cases").text
    page = desk.get("/cases/new").text
    assert hits[0] not in page
    assert hits[2] in page
    several = desk.post("/cases", data={"hit": [hits[0], hits[2]]})
    assert several.status_code == 403
    assert "a case has one seller" in several.text
    assert desk.post("/cases", data={}).status_code == 422


def test_the_list_shows_what_its_filters_leave(
    office: tuple[Workspace, list[str]], desk: TestClient
) -> None:
    one, other = opened(desk, *office[1][:2]), opened(desk, office[1][2])
    desk.post(f"/cases/{one}/assign", data={"to": "李伟"})
    for query, found in (
        ("", {one, other}),
        ("state=new", {one, other}),
        ("state=noticed", set()),
        ("waiting=notice", {one, other}),
        ("waiting=answer", set()),
        ("seller=bags", {one}),
        ("seller=%25", set()),
        ("site=shop.example&holder=Aurelio S.p.A.", {one, other}),
        ("holder=nobody", set()),
        ("assigned=李伟", {one}),
        ("assigned=-", {other}),
    ):
        page = desk.get(f"/cases?{query}").text
        assert {case for case in (one, other) if f'"/cases/{case}"' in page} == found, query


def test_the_list_goes_on_where_the_page_before_ended(
    office: tuple[Workspace, list[str]], desk: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {opened(desk, *office[1][:2]), opened(desk, office[1][2])}
    monkeypatch.setattr(cases, "ROWS", 1)
    first = desk.get("/cases").text
    more = (
        first.partition('rel="next"')[0].rpartition('href="')[2].rstrip('" ').replace("&amp;", "&")
    )
    second = desk.get(f"/cases{more}").text
    seen = [case for page in (first, second) for case in known if f'"/cases/{case}"' in page]
    assert sorted(seen) == sorted(known)
    assert 'rel="next"' not in second


def test_what_others_wrote_stays_text(
    office: tuple[Workspace, list[str]], desk: TestClient
) -> None:
    page = desk.get(f"/cases/{opened(desk, *office[1][:2])}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;[U+202E]包" in page


def test_linked_sellers_are_named_with_what_both_have(
    office: tuple[Workspace, list[str]], desk: TestClient
) -> None:
    page = desk.get(f"/cases/{opened(desk, *office[1][:2])}").text
    assert "金源 &lt;b&gt;皮具&lt;/b&gt;" in page
    assert "<code>weixin:bestbags88</code>" in page
    assert "tel:+8610555" not in page


def test_a_file_is_kept_as_it_came_and_never_shown(
    office: tuple[Workspace, list[str]], desk: TestClient
) -> None:
    case = opened(desk, office[1][0])
    content = b"<script>alert(document.cookie)</script>"
    name = '..\\..\\etc/鉴定"意见\u202e.html'
    sent = desk.post(f"/cases/{case}/files", files={"file": (name, content, "text/html")})
    assert sent.status_code == 200
    with office[0].store() as db:
        [entry] = [e for e in find_entries(db, subject=case) if e.kind == "case-attached"]
    record = json.loads(entry.record)
    answer = desk.get(f"/cases/{case}/files/{record['sha256']}")
    assert answer.content == content
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "/" not in record["name"]
    assert "\\" not in record["name"]
    assert "意见[U+202E].html" in desk.get(f"/cases/{case}").text
    assert desk.get(f"/cases/{case}/files/{'0' * 64}").status_code == 404
    other = opened(desk, office[1][2])
    assert desk.get(f"/cases/{other}/files/{record['sha256']}").status_code == 404
    empty = desk.post(f"/cases/{case}/files", files={"file": ("a.txt", b"")})
    assert empty.status_code == 422


def test_notes_and_outcomes_are_a_persons(
    office: tuple[Workspace, list[str]], desk: TestClient
) -> None:
    workspace, hits = office
    case = opened(desk, *hits[:2])
    assert desk.post(f"/cases/{case}/note", data={"text": "  "}).status_code == 422
    desk.post(f"/cases/{case}/note", data={"text": "已电话确认\n<i>未授权</i>"})
    said = {"hit": [hits[0], hits[2]], "state": "settled", "reason": "和解"}
    page = desk.post(f"/cases/{case}/outcome", data=said).text
    assert "&lt;i&gt;未授权&lt;/i&gt;" in page
    with workspace.store() as db:
        events = {event.event: event for event in find_case_events(db, case)}
    assert events["outcome"].record["urls"] == ["https://shop.example/p/1"]  # of this case alone
    assert (events["outcome"].by, events["outcome"].authenticated) == ("李伟", True)
    wrong = {"hit": hits[0], "state": "noticed", "reason": "x"}
    assert desk.post(f"/cases/{case}/outcome", data=wrong).status_code == 422


def test_a_case_is_handed_over_in_one_file(
    office: tuple[Workspace, list[str]], desk: TestClient
) -> None:
    case = opened(desk, *office[1][:2])
    answer = desk.post(f"/cases/{case}/export")
    names = {
        name.partition("/")[2] for name in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    }
    assert {"bagit.txt", "VERIFY.txt"} & names
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{case}')


def test_an_auditor_reads_and_changes_nothing(
    office: tuple[Workspace, list[str]], desk: TestClient
) -> None:
    case = opened(desk, office[1][0])
    with signed_in(office[0], "Audit", "auditor") as auditor:
        page = auditor.get(f"/cases/{case}").text
        main = page.partition("<main")[2].partition("</main>")[0]
        assert ("<button" in main, "<textarea" in main, 'type="checkbox"' in main) == (False,) * 3
        assert auditor.get("/cases/new").status_code == 200
        for path in ("note", "assign", "files", "outcome", "export"):
            assert auditor.post(f"/cases/{case}/{path}", data={"text": "x"}).status_code == 403
        assert auditor.post("/cases", data={"hit": office[1][2]}).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/cases/new?before=99999999999999999999999999",
        "/cases?after=x%00y&seller=%25_%5C&state=none&waiting=none",
        "/notices?page=99999999999999999999&tray=answers",
        "/notices?after=%F0%9F%98%80&tray=none",
    ],
)
def test_an_odd_address_is_an_empty_page(desk: TestClient, path: str) -> None:
    answer = desk.get(path)
    assert answer.status_code == 200
    assert "<table" not in answer.text
