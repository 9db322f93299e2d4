"""Second looks in the console: blind, by another person, without a trace of the first one."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from crawler.store.ledger import find_entries
from crawler.store.second_looks import find_answers
from crawler.workspace import Workspace, make_workspace, open_workspace
from pipelines.second_looks import draw_after_sweep
from tests.servers.command import invoke
from tests.servers.console import an_account, signed_in
from tests.servers.filled import SWEEP, fill
from tests.servers.reviewed import answer_looks, draw_looks, judge_hits

LOOK = re.compile(r'action="(/second-looks/sl-\w+)"')


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    workspace = make_workspace(tmp_path / "w")
    an_account(workspace, "王芳")
    return workspace


def test_the_card_is_blind(opened: Workspace) -> None:
    [hit, other] = fill(opened, 2)
    judge_hits(opened, [hit, other], "王芳", ["licensed"])
    draw_looks(opened)
    with signed_in(opened, "李伟") as client:
        page = client.get("/second-looks").text
        main = page[page.index("<main") :]
        seen = client.get(f"/hits/{hit}").text
    assert "2 for you" in main
    assert "Аurеliо leather bag" in html.unescape(re.sub(r"<[^>]*>", "", main))
    score = re.search(r'class="hit-score"[^>]*>\s*<b>([\d.]+)', seen)
    assert score
    for word in ("王芳", "no goods of the brand", "hit-score", "flagged", "Bits", score[1]):
        assert word not in main, word
    assert "no goods of the brand" in seen
    assert "/lessons/new" not in main


def test_a_second_look_says_nothing_of_the_first(opened: Workspace) -> None:
    ids = fill(opened, 2)
    judge_hits(opened, ids, "王芳", ["unrelated"])
    draw_looks(opened)
    told = []
    with signed_in(opened, "李伟") as client:
        for decision in ("unrelated", "infringing"):
            path = LOOK.findall(client.get("/second-looks").text)[0]
            form = {"decision": decision, "reason": "looked well"}
            told.append(client.post(path, data=form))
        assert "Nothing waits for a second look." in told[-1].text
        assert "Disputed: 1" in told[-1].text
    assert all("Your second look is recorded." in answer.text for answer in told)
    with opened.store() as db:
        assert [a.second for a in find_answers(db)] == ["unrelated", "infringing"]
        [*_, entry] = [e for e in find_entries(db) if e.kind == "second-look"]
        assert json.loads(entry.record)["agrees"] is False


def test_the_first_person_gets_none_of_their_own(opened: Workspace) -> None:
    judge_hits(opened, fill(opened, 2), "王芳")
    draw_looks(opened)
    with signed_in(opened, "王芳") as client:
        page = client.get("/second-looks").text
        assert "What waits was first judged by you" in page
        assert "2 that others must look at" in page
        with opened.store() as db:
            look = next(iter(db.query("SELECT id FROM second_looks")))["id"]
        form = {"decision": "unrelated", "reason": "r"}
        answer = client.post(f"/second-looks/{look}", data=form)
    assert answer.status_code == 403
    assert "another person than the first" in answer.text


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"decision": "unrelated", "reason": " "}, 422, "A second look needs a reason."),
        ({"decision": "whatever", "reason": "r"}, 422, "expected one of infringing"),
        ({"reason": "r"}, 422, "expected one of infringing"),
    ],
)
def test_what_says_nothing_is_not_recorded(
    opened: Workspace, form: dict[str, str], status: int, words: str
) -> None:
    judge_hits(opened, fill(opened, 1), "王芳")
    draw_looks(opened)
    with signed_in(opened, "李伟") as client:
        path = LOOK.findall(client.get("/second-looks").text)[0]
        answer = client.post(path, data=form)
        assert (answer.status_code, words in answer.text) == (status, True)
        assert client.post("/second-looks/sl-none", data=form).status_code == 404
    with opened.store() as db:
        assert find_answers(db) == []


def test_an_auditor_sees_agreement_and_looks_at_none(opened: Workspace) -> None:
    judge_hits(opened, fill(opened, 3), "王芳", ["unrelated"])
    draw_looks(opened)
    an_account(opened, "李伟")
    answer_looks(opened, "李伟", ["unrelated", "licensed"])
    with signed_in(opened, "Ada", "auditor", "zh") as client:
        page = client.get("/second-looks").text
        assert not LOOK.search(page)
        assert "/second-looks/draw" not in page
        assert client.post("/second-looks/draw").status_code == 403
        page = client.get("/second-looks/agreement").text
    assert "50 %" in page
    assert "9 % 至 91 %" in page  # Wilson's interval of 1 of 2
    assert "李伟" in page
    assert "TM-0001" in page


def test_nobody_has_looked_yet(opened: Workspace) -> None:
    with signed_in(opened, "李伟") as client:
        assert "Nobody has given a second look yet." in client.get("/second-looks/agreement").text
        assert "Nothing was put aside" in client.post("/second-looks/draw").text
        judge_hits(opened, fill(opened, 1), "王芳")
        assert "A sample is drawn." in client.post("/second-looks/draw").text


def test_a_sample_is_drawn_after_each_sweep(opened: Workspace, tmp_path: Path) -> None:
    judge_hits(opened, fill(opened, 40), "王芳")
    drawn = draw_after_sweep(opened, SWEEP)
    assert drawn is not None
    assert (len(drawn.drawn), drawn.rejected) == (2, 40)  # a twentieth
    assert draw_after_sweep(opened, SWEEP) is None
    settings = opened.folder / "markhound.toml"
    settings.write_text("[console]\nsecond_look_share = 0\n", encoding="utf-8")
    assert draw_after_sweep(open_workspace(opened.folder), SWEEP) is None
    alone = make_workspace(tmp_path / "alone")
    judge_hits(alone, fill(alone, 1), "Li")
    assert draw_after_sweep(alone, SWEEP) is None  # nobody has an account to look with


def test_the_command_line_draws_and_tells(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path / "w")
    judge_hits(workspace, fill(workspace, 10), "王芳", ["unrelated"])
    folder = workspace.folder
    made = invoke("second-looks", "draw", "--share", "0.3", "--seed", "5", "--json",
                  workspace=folder)  # fmt: skip
    assert (made.json["seed"], len(made.json["drawn"])) == (5, 3)
    assert "3 drawn of 10" in made.err
    assert "nothing was put aside" in invoke("second-looks", "draw", workspace=folder).err
    assert "--share" in invoke("second-looks", "draw", "--share", "0", workspace=folder,
                               expect=2).err  # fmt: skip
    an_account(workspace, "李伟")
    answer_looks(workspace, "李伟", ["unrelated", "unrelated", "infringing"])
    lines = invoke("second-looks", "agreement", "--json", workspace=folder).lines
    assert [(line["of"], line["looks"], line["agreed"]) for line in lines] == [
        ("all", 3, 2),
        *[(right, *counts) for right, *counts in _by_right(workspace)],
        ("李伟 / 王芳", 3, 2),
    ]
    assert "2 of 3 agree (21% to 94%)" in invoke(
        "second-looks", "agreement", workspace=folder
    ).out.replace("\n", " ")


def _by_right(workspace: Workspace) -> list[tuple[str, int, int]]:
    with workspace.store() as db:
        answers = find_answers(db)
    rights = sorted({answer.right for answer in answers})
    return [
        (
            right,
            sum(a.right == right for a in answers),
            sum(a.right == right and a.first == a.second for a in answers),
        )
        for right in rights
    ]
