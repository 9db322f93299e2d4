"""Lessons in the console: what they would change is told first, and they can be taken back."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from crawler.model import GenericWord, Licensee
from crawler.store.hits import find_hits
from crawler.store.lessons import find_lessons
from crawler.store.rights import find_rights
from crawler.workspace import Workspace, make_workspace
from pipelines.lessons import MOST, find_effect, speaks_of
from tests.servers.console import an_account, signed_in
from tests.servers.filled import fill
from tests.servers.reviewed import judge_hits
from tests.servers.stored_hits import LISTING, NAME, a_hit, a_listing


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def teach(client: TestClient, **form: str) -> tuple[int, str]:
    answer = client.post("/lessons", data=form)
    return answer.status_code, html.unescape(answer.text)


def figures(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"<dd><b>(\d+)</b></dd>", page)]


def test_what_a_licence_would_change_is_told_before_it_is_taught(opened: Workspace) -> None:
    ids = fill(opened, 40)  # five sellers in turn, two rights by fives
    an_account(opened, "王芳")
    judge_hits(opened, [ids[0]], "王芳", ["infringing"])
    judge_hits(opened, [ids[10]], "王芳", ["unrelated"])
    with signed_in(opened, "李伟") as client:
        asked = {"kind": "licensee", "hit": ids[0], "to": f"/hits/{ids[0]}"}
        page = client.get("/lessons/new", params=asked).text
        assert figures(page) == [2, 1, 1]  # of the seller's hits 0, 10, 20 and 30 of the mark
        assert "1 of these were judged infringing" in page
        assert 'name="seller" value="s-0"' in page
        everywhere = client.get("/lessons/new", params=asked | {"seller": ""}).text
        assert sum(figures(everywhere)) == 20
        form = asked | {"seller": "s-0", "site": "shop.example", "reason": "licence of 2026"}
        answer = client.post("/lessons", data=form, follow_redirects=False)
        assert answer.headers["location"] == f"/hits/{ids[0]}?said=taught"
        page = client.get("/lessons").text
        assert "licence of 2026" in page
    with opened.store() as db:
        [lesson] = find_lessons(db)
        assert (lesson.right, lesson.by, lesson.authenticated) == ("TM-0001", "李伟", True)
        licensee = Licensee(seller="s-0", site="shop.example")
        assert lesson.value == licensee
        [mark] = find_rights(db, opened.pictures, ["TM-0001"])
        assert licensee in mark.right.licensees


def test_a_generic_word_is_taught_for_a_class(opened: Workspace) -> None:
    ids = fill(opened, 10)
    with signed_in(opened, "李伟", language="zh") as client:
        page = client.get("/lessons/new", params={"kind": "generic", "hit": ids[0]}).text
        assert 'name="word" value="Aurelio"' in page
        assert sum(figures(page)) == 5
        form = {"kind": "generic", "hit": ids[0], "word": "Aurelio", "reason": "饼干的通称"}
        status, page = teach(client, **form, nice_class="46")
        assert (status, "got 46" in page) == (422, True)
        assert "饼干的通称" in page  # what was typed stays
        assert teach(client, **form, nice_class="30")[0] == 200
        assert "规则已添加" in client.get("/lessons?said=taught").text
    with opened.store() as db:
        assert [t.value for t in find_lessons(db)] == [GenericWord(word="Aurelio", nice_class=30)]


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"kind": "licensee", "reason": "r"}, 422, "Expected a seller, a site, or both"),
        ({"kind": "licensee", "seller": "x", "reason": " "}, 422, "a lesson needs a reason"),
        ({"kind": "generic", "reason": "r"}, 422, "Expected a word, got none"),
        ({"kind": "generic", "word": "x", "nice_class": "²"}, 422, "Expected a Nice class"),
        ({"kind": "generic", "word": "--", "reason": "r"}, 422, "expected a letter or a digit"),
        ({"kind": "licensee", "site": "http://[", "reason": "r"}, 422, "site"),
        ({"kind": "licensee", "seller": "x", "right": "TM-9"}, 404, "no right has the id"),
        ({"kind": "licensee", "seller": "x", "hit": "h-none"}, 404, "no hit has the id"),
    ],
)
def test_a_lesson_that_says_nothing_is_refused(
    opened: Workspace, form: dict[str, str], status: int, words: str
) -> None:
    fill(opened, 1)
    with signed_in(opened) as client:
        got, page = teach(client, **({"right": "TM-0001"} | form))
    assert (got, words in page) == (status, True)
    with opened.store() as db:
        assert find_lessons(db, with_undone=True) == []


def test_a_lesson_is_taken_back_with_a_reason(opened: Workspace) -> None:
    fill(opened, 1)
    with signed_in(opened, "李伟") as client:
        form = {"kind": "licensee", "right": "TM-0001", "site": "shop.example", "reason": "<b>r"}
        teach(client, **form)
        with opened.store() as db:
            [lesson] = find_lessons(db)
        path = f"/lessons/{lesson.id}"
        assert client.post(f"{path}/undo", data={"reason": ""}).status_code == 422
        page = client.post(f"{path}/undo", data={"reason": "it ended"}).text
        assert "Taken back." in page
        assert "it ended" in page
        assert "<b>r" not in page
        assert client.post(f"{path}/undo", data={"reason": "again"}).status_code == 403
        assert client.get("/lessons/t-none").status_code == 404
    with opened.store() as db:
        assert find_lessons(db) == []


def test_an_auditor_reads_and_teaches_nothing(opened: Workspace) -> None:
    [hit] = fill(opened, 1)
    with signed_in(opened, "Ada", "auditor") as client:
        assert client.get("/lessons").status_code == 200
        assert client.get("/lessons/new", params={"hit": hit}).status_code == 403
        assert teach(client, right="TM-0001", site="shop.example", reason="r")[0] == 403
        assert "/lessons/new" not in client.get(f"/hits/{hit}").text
    with signed_in(opened, "李伟") as client:
        assert "/lessons/new" in client.get(f"/hits/{hit}").text


def test_the_way_back_stays_on_the_console(opened: Workspace) -> None:
    [hit] = fill(opened, 1)
    with signed_in(opened) as client:
        form = {"hit": hit, "kind": "licensee", "reason": "r", "to": "//evil.example"}
        answer = client.post("/lessons", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/?said=taught"


def test_only_the_newest_hits_of_a_right_are_looked_through(
    opened: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST >= 1000
    monkeypatch.setattr("pipelines.lessons.MOST", 5)
    fill(opened, 20)
    with opened.store() as db:
        effect = find_effect(db, "TM-0001", Licensee(site="shop.example"))
        assert (effect.looked_at, effect.count, effect.is_all) == (5, 5, False)
        assert len(find_hits(db, opened.pictures, right="TM-0001")) == 10


def test_a_word_is_met_in_what_was_found() -> None:
    hit = a_hit(findings=(NAME,)).hit
    other = replace(hit, findings=(replace(NAME, feature="near_name"),))
    assert speaks_of(GenericWord(word="AURELIO"), LISTING, hit)
    assert not speaks_of(GenericWord(word="Aurelia"), LISTING, hit)
    assert not speaks_of(GenericWord(word="Aurelio"), LISTING, other)
    assert not speaks_of(Licensee(seller="Other"), a_listing(), hit)
