"""The registry's pages: found, read, written by the roles that may, imported as previewed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from crawler.formats import dump_json
from crawler.model import Judgement, Licensee, Right
from crawler.store.database import now
from crawler.store.hits import find_hits, load_hit, record_judgement
from crawler.store.ledger import find_entries
from crawler.store.right_facts import find_newest
from crawler.store.rights import find_versions, load_right, record_rights
from crawler.workspace import Workspace, make_workspace
from tests.crawler.offices import samples
from tests.servers.console import signed_in
from tests.servers.filled import a_picture, fill
from tests.servers.stored_hits import MARK, WORK

AT = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


@pytest.fixture
def filled(opened: Workspace) -> Workspace:
    fill(opened, 12)
    return opened


def take_in(workspace: Workspace, *rights: Right) -> None:
    with workspace.store() as db:
        record_rights(db, [(right, {}) for right in rights], source="rights.jsonl", at=AT)


def many(count: int) -> list[Right]:
    return [replace(MARK, id=f"TM-{n:04d}", name=f"Mark {n}", images=()) for n in range(count)]


def judge(workspace: Workspace, hit: str, decision: Any) -> None:
    with workspace.store() as db:
        stored = load_hit(db, workspace.pictures, hit)
        judgement = Judgement(
            id=f"j-{hit}-{decision}",
            hit=hit,
            findings=stored.findings,
            decision=decision,
            by="wei",
            authenticated=False,
            reason="r",
            judged_at=now(),
        )
        record_judgement(db, judgement)


def test_pages_of_the_list_hold_every_right_once(opened: Workspace) -> None:
    take_in(opened, *many(120))
    seen: list[str] = []
    with signed_in(opened) as client:
        page, pages = client.get("/registry").text, 1
        while True:
            seen += [i for i in (f"TM-{n:04d}" for n in range(120)) if f"/registry/{i}" in page]
            if 'rel="next"' not in page:
                break
            to = page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
            page, pages = client.get(to.replace("&amp;", "&")).text, pages + 1
    assert (pages, len(seen), len(set(seen))) == (3, 120, 120)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=heron", {"WK-0001"}),
        ("q=奥雷利奥", {"TM-0001"}),
        ("q=AURELIO++12345", {"TM-0001"}),
        ("q=TM-0001", {"TM-0001"}),
        ("q=%25", set()),
        ("kind=work", {"WK-0001"}),
        ("kind=nonsense", {"WK-0001", "TM-0001", "TM-OLD", "TM-OUT"}),
        ("office=EUIPO", {"TM-OLD"}),
        ("state=lapsed", {"TM-OLD", "TM-OUT"}),
        ("state=in-force", {"WK-0001", "TM-0001"}),
    ],
)
def test_rights_are_found_by(opened: Workspace, query: str, found: set[str]) -> None:
    old = replace(MARK, id="TM-OLD", name="Old", variants=(), office="EUIPO", registration="9",
                  expires=datetime(2020, 1, 1, tzinfo=UTC).date(), holder=None)  # fmt: skip
    out = replace(MARK, id="TM-OUT", name="Out", variants=(), status="cancelled", holder=None,
                  registration="8")  # fmt: skip
    take_in(opened, MARK, WORK, old, out)
    with signed_in(opened) as client:
        page = client.get(f"/registry?{query}").text
    assert {i for i in ("TM-0001", "WK-0001", "TM-OLD", "TM-OUT") if f"/{i}" in page} == found


def test_figures_of_a_right_follow_findings_and_judgements(filled: Workspace) -> None:
    with filled.store() as db:
        of_mark = [s.hit.id for s in find_hits(db, filled.pictures, right="TM-0001")]
    judge(filled, of_mark[0], "infringing")
    judge(filled, of_mark[1], "unrelated")
    judge(filled, of_mark[2], "unsure")
    judge(filled, of_mark[1], "infringing")
    judge(filled, of_mark[3], "licensed")
    with signed_in(filled) as client:
        page = client.get("/registry/TM-0001").text
        listed = client.get("/registry?order=hits").text
    assert "2 of 3 judged" in page
    assert "<b>67 %</b>" in page
    assert "21 to 94 %" in page  # Wilson's interval of 2 in 3
    assert "2 of 3 judged" in listed
    assert page.count("/hits/h-") == len(of_mark) + 4


def edit_form(**changes: str) -> dict[str, Any]:
    return {
        "kind": "trademark",
        "name": "Aurelio",
        "variants": "奥雷利奥\nAvrelio",
        "office": "CNIPA",
        "registration": "12345678",
        "status": "registered",
        "expires": "2031-05-01",
        "classes": "18, 25",
        "prices": "CNY 1280.00",
        "holder.name": "Aurelio S.p.A.",
        "reason": "seen in a decision of the office",
        **changes,
    }


def version_of(workspace: Workspace, right: str) -> str:
    with workspace.store() as db:
        return str(next(v for _, _, v in find_newest(db, [right])))


def test_an_edit_is_a_version_of_its_own_with_its_author(filled: Workspace) -> None:
    form = edit_form(version=version_of(filled, "TM-0001"))
    form |= {"licensee_seller": ["授权店", ""], "licensee_site": ["shop.example", ""]}
    files = {"pictures": ("../../logo 新.png", a_picture("#070", 90), "image/png")}
    with signed_in(filled, "王芳", "legal") as client:
        answer = client.post("/registry/-/edit/TM-0001", data=form, files=files)
        page = answer.text
    assert answer.url.path == "/registry/TM-0001"
    with filled.store() as db:
        right = load_right(db, filled.pictures, "TM-0001")
        [entry] = [e for e in find_entries(db, subject="TM-0001") if e.kind == "right-edited"]
        assert len(find_versions(db, "TM-0001")) == 2
    assert right.right.variants == ("奥雷利奥", "Avrelio")
    assert right.right.licensees == (Licensee(seller="授权店", site="shop.example"),)
    assert right.right.images[0] == "logos/aurelio.png"
    assert right.right.images[1].endswith("/logo 新.png")
    assert ".." not in right.right.images[1]
    assert all(path.is_file() for path in right.picture_files.values())
    record = json.loads(entry.record)
    assert (entry.by, record["reason"]) == ("王芳", "seen in a decision of the office")
    assert {"variants", "licensees", "prices", "images"} <= {*record["fields"]}
    assert "by 王芳" in page
    assert "Avrelio" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"classes": "46"}, "expected Nice classes 1 to 45, got 46"),
        ({"classes": "x"}, "got &#39;x&#39;"),
        ({"prices": "euro 3"}, "expected a currency in three capitals"),
        ({"expires": "soon"}, "expires"),
        ({"name": "", "variants": "", "drop": "image:logos/aurelio.png"}, "expected a name"),
        ({"licensee_site": "not a site"}, "expected a site such as shop.example"),
        ({"holder.name": "", "holder.email": "a@b.example"}, "required key is missing"),
        ({"reason": ""}, "expected a reason"),
    ],
)
def test_what_no_file_may_say_no_form_may(
    filled: Workspace, changes: dict[str, str], said: str
) -> None:
    form = edit_form(version=version_of(filled, "TM-0001"), **changes)
    with signed_in(filled, role="admin") as client:
        answer = client.post("/registry/-/edit/TM-0001", data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert "seen in a decision" in answer.text or changes == {"reason": ""}
    with filled.store() as db:
        assert len(find_versions(db, "TM-0001")) == 1


def test_a_picture_that_is_none_is_refused(filled: Workspace) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    with signed_in(filled, role="admin") as client:
        answer = client.post(
            "/registry/-/edit/TM-0001",
            data=edit_form(version=version_of(filled, "TM-0001")),
            files={"pictures": ("x.png", svg, "image/png")},
        )
    assert answer.status_code == 422
    assert "not a picture in one of the formats" in answer.text


def test_an_edit_of_what_somebody_else_changed_is_refused(filled: Workspace) -> None:
    form = edit_form(version=version_of(filled, "TM-0001"))
    with signed_in(filled, role="admin") as client:
        assert client.post("/registry/-/edit/TM-0001", data=form).status_code == 200
        answer = client.post("/registry/-/edit/TM-0001", data=form)
    assert answer.status_code == 403
    assert "was changed by somebody else" in answer.text


def test_a_right_is_added_once(opened: Workspace) -> None:
    form = edit_form(id="TM-7/新", version="0")
    with signed_in(opened, role="approver") as client:
        answer = client.post("/registry/-/new", data=form)
        assert (answer.status_code, "TM-7/新" in answer.text) == (200, True)
        again = client.post("/registry/-/new", data=form)
    assert again.status_code == 422
    assert "There is a right TM-7/新 already" in again.text


PAGES_OF_WRITERS = ["/registry/-/new", "/registry/-/edit/TM-0001", "/registry/-/import"]


@pytest.mark.parametrize("role", ["analyst", "auditor"])
def test_other_roles_read_only(filled: Workspace, role: Any) -> None:
    with signed_in(filled, role=role) as client:
        assert "Edit" not in client.get("/registry/TM-0001").text
        for path in PAGES_OF_WRITERS:
            assert client.get(path).status_code == 403
            assert client.post(path, data=edit_form()).status_code == 403
    with filled.store() as db:
        assert len(find_versions(db, "TM-0001")) == 1


# -- import ----------------------------------------------------------------------------


def upload(client: TestClient, data: bytes, name: str = "rights.jsonl", **pictures: bytes) -> Any:
    files: list[tuple[str, tuple[str, bytes]]] = [("file", (name, data))]
    files += [("pictures", (f"{stem}.png", content)) for stem, content in pictures.items()]
    return client.post("/registry/-/import", files=files)


def lines(*rights: Right | Mapping[str, Any]) -> bytes:
    dumped = (dump_json(r) if isinstance(r, Right) else json.dumps(r) for r in rights)
    return "\n".join(dumped).encode()


def state_of(page: str) -> str:
    return page.partition('name="state" value="')[2].partition('"')[0]


def test_exactly_what_was_previewed_is_taken_in(filled: Workspace) -> None:
    file = lines(
        replace(MARK, variants=("奥雷利奥", "Avrelio"), expires=None),
        WORK,
        replace(MARK, id="TM-0003", name="Third", images=("a/third.png",)),
    )
    with signed_in(filled, "王芳", "legal") as client:
        preview = upload(client, file, third=a_picture("#070", 90))
        assert preview.status_code == 200
        for count, what in ((1, "added"), (1, "updated"), (1, "unchanged")):
            assert f"<b>{count}</b>{what}" in preview.text
        assert "Avrelio" in preview.text
        assert "2031-05-01" in preview.text
        with filled.store() as db:
            assert len(find_versions(db, "TM-0001")) == 1
        answer = client.post(preview.url.path, data={"state": state_of(preview.text)})
        assert answer.status_code == 200
        page = client.get("/registry/TM-0001").text
    with filled.store() as db:
        third = load_right(db, filled.pictures, "TM-0003")
        [entry] = [e for e in find_entries(db) if e.kind == "registry-imported"]
        assert len(find_versions(db, "TM-0001")) == 2
        assert len(find_versions(db, "WK-0001")) == 1
    assert third.picture_files["a/third.png"].is_file()
    record = json.loads(entry.record)
    assert (entry.by, record["added"], record["updated"]) == ("王芳", 1, 1)
    assert "from rights.jsonl" in page
    assert "by 王芳" in page


def test_an_offices_file_is_previewed_and_taken_in_with_its_pictures(opened: Workspace) -> None:
    file = samples.ST66.replace("</TradeMarkDetails>", f"{FIGURE}</TradeMarkDetails>").encode()
    with signed_in(opened, role="legal") as client:
        preview = upload(client, file, "marks.xml", figure=samples.png(40))
        assert preview.status_code == 200
        assert "<b>2</b>added" in preview.text
        assert "is no Nice class (1 to 45)" in preview.text
        answer = client.post(preview.url.path, data={"state": state_of(preview.text)})
        assert answer.status_code == 200
    with opened.store() as db:
        inside = load_right(db, opened.pictures, "DE-302026000123.4")
        beside = load_right(db, opened.pictures, "DE-5")
    [picture] = inside.picture_files.values()
    assert picture.read_bytes() == samples.png()
    assert [p.read_bytes() for p in beside.picture_files.values()] == [samples.png(40)]


FIGURE = (
    "<TradeMark><RegistrationOfficeCode>DE</RegistrationOfficeCode><RegistrationNumber>5"
    "</RegistrationNumber><MarkImageDetails><MarkImage><MarkImageFilename>figure.png"
    "</MarkImageFilename></MarkImage></MarkImageDetails></TradeMark>"
)


def test_an_import_is_refused_when_the_registry_changed_meanwhile(filled: Workspace) -> None:
    with signed_in(filled, role="legal") as client:
        preview = upload(client, lines(replace(MARK, expires=None)))
        take_in(filled, *many(1))
        answer = client.post(preview.url.path, data={"state": state_of(preview.text)})
    assert answer.status_code == 403
    assert "the registry changed since the preview" in answer.text
    with filled.store() as db:
        assert len(find_versions(db, "TM-0001")) == 1


def test_what_is_kept_is_what_was_sent(filled: Workspace) -> None:
    with signed_in(filled, role="legal") as client:
        preview = upload(client, lines(replace(MARK, expires=None)))
        [kept] = (filled.folder / "uploads").glob("*.jsonl")
        kept.write_bytes(lines(replace(MARK, name="Other")))
        answer = client.post(preview.url.path, data={"state": state_of(preview.text)})
        assert answer.status_code == 422
        assert client.get(f"/registry/-/import/{'0' * 64}").status_code == 404
        assert client.get("/registry/-/import/..%2f..%2fmarkhound").status_code == 404


def test_a_file_with_errors_tells_each_with_its_line(filled: Workspace) -> None:
    data = lines({"id": "A", "kind": "mark"}, {"id": "B", "kind": "work", "name": "B", "x": 1})
    with signed_in(filled, role="legal") as client:
        preview = upload(client, data + b"\n{")
        answer = client.post(preview.url.path, data={"state": "2"})
    assert preview.text.count('<td class="count">') == 3
    assert "name=&#34;state&#34;" not in preview.text
    assert state_of(preview.text) == ""
    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["/etc/hostname", "../markhound.toml", "logos/none.png"])
def test_no_file_of_this_machine_is_read_for_an_upload(filled: Workspace, path: str) -> None:
    as_text = path.rpartition(".")[0] + ".txt"
    (filled.folder / "markhound.txt").write_text("a secret")
    rights = lines(
        replace(WORK, id="W-1", images=(path,)),
        replace(WORK, id="W-2", images=(), texts=(as_text, str(filled.folder / "markhound.txt"))),
    )
    with signed_in(filled, role="legal") as client:
        preview = upload(client, rights)
    assert "was not sent along" in preview.text
    assert "cannot name a text" in preview.text
    assert "a secret" not in preview.text
    assert state_of(preview.text) == ""


@pytest.mark.parametrize("charset", ["utf-8-sig", "gb18030"])
def test_a_table_is_taken_like_lines(opened: Workspace, charset: str) -> None:
    table = (
        "id,kind,name,variants,holder.name,classes,licensees,prices,expires\n"
        'TM-9,trademark,大兴西瓜,"Daxing; 大興西瓜",协会,"31;32",店 @ shop.example;@ a.example,'
        "CNY 12.5,2031-01-02\n"
    ).encode(charset)
    with signed_in(opened, role="legal") as client:
        preview = upload(client, table, "表格.csv")
        assert "<b>1</b>added" in preview.text
        client.post(preview.url.path, data={"state": state_of(preview.text)})
    with opened.store() as db:
        right = load_right(db, opened.pictures, "TM-9").right
    assert right.variants == ("Daxing", "大興西瓜")
    assert right.classes == (31, 32)
    assert right.licensees == (
        Licensee(seller="店", site="shop.example"),
        Licensee(site="a.example"),
    )


def test_hostile_names_stay_text(opened: Workspace) -> None:
    evil = '<script>alert(1)</script>\u202e"'
    right = replace(MARK, name=evil, holder=replace(MARK.holder, name=evil), images=())  # type: ignore[type-var] # it has a holder
    with signed_in(opened, role="legal") as client:
        preview = upload(client, lines(right), '"><script>x</script>.jsonl')
        client.post(preview.url.path, data={"state": state_of(preview.text)})
        pages = [preview.text, *(client.get(p).text for p in ("/registry", "/registry/TM-0001"))]
        pages.append(client.get("/registry/-/edit/TM-0001").text)
    for page in pages:
        assert "<script>" not in page
        assert "\u202e" not in page or "registry/-/edit" in page
