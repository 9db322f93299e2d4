"""The queue in the console: filters, groups in one hand, decisions, undo, bulk, eight at once."""

from __future__ import annotations

import html
import re
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from starlette.testclient import TestClient

from crawler.store.database import writing
from crawler.workspace import Workspace, make_workspace, open_workspace
from tests.servers.console import signed_in
from tests.servers.filled import fill
from tests.servers.queues import check_derived

SELLERS = ("店甲", "Best <b>Bags</b>", "金源\u202e皮具")


class Asked(NamedTuple):
    """What the page of a group asks."""

    group: str
    hit: str
    fields: dict[str, str]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = make_workspace(tmp_path_factory.mktemp("filled") / "w")
    fill(workspace, 30, sellers=SELLERS)
    return workspace.folder


@pytest.fixture
def opened(filled: Path, tmp_path: Path) -> Workspace:
    return open_workspace(Path(shutil.copytree(filled, tmp_path / "w")))


@pytest.fixture
def client(opened: Workspace) -> Iterator[TestClient]:
    with signed_in(opened, "李伟") as client:
        yield client


def groups_in(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'<h3><a href="/queue/(g-\w+)', page)))


def asked_in(page: str) -> Asked | None:
    """Return what the form for deciding asks; None where there is none."""
    form = re.search(r'action="/hits/(h-\w+)/judge" class="judge">(.*?)</form>', page, re.S)
    if form is None:
        return None
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[2]))
    fields = {name: html.unescape(value) for name, value in fields.items()}
    group = re.match(r"/queue/(g-\w+)", fields["to"])
    assert group
    return Asked(group[1], form[1], fields)


def take(client: TestClient, **fields: str) -> Asked | None:
    return asked_in(client.post("/queue/next", data=fields).text)


def taken(client: TestClient, **fields: str) -> Asked:
    asked = take(client, **fields)
    assert asked is not None
    return asked


def decide(client: TestClient, asked: Asked, decision: str = "infringing", **more: str) -> str:
    data = {**asked.fields, "decision": decision, **more}
    answer = client.post(f"/hits/{asked.hit}/judge", data=data)
    assert answer.status_code == 200, answer.text
    return answer.text


def judged(workspace: Workspace) -> list[tuple[str, str, str | None, str]]:
    with workspace.store() as db:
        rows = db.execute("SELECT hit, decision, cause, reason FROM judgements ORDER BY rowid")
        return [tuple(row) for row in rows]


def test_groups_are_listed_and_names_of_others_do_nothing(client: TestClient) -> None:
    page = client.get("/queue").text
    assert len(groups_in(page)) == 6
    assert "Best &lt;b&gt;Bags&lt;/b&gt;" in page
    assert "<b>Bags" not in page
    assert "\u202e" not in page
    assert "30</b> hits wait" in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("right=TM-0001", 3),
        ("kind=work&seller=店甲", 1),
        ("seller=best+%3CB", 2),
        ("state=judged", 0),
        ("mine=1", 0),
        ("days=1&all=1&score=0.5", 6),
        ("site=elsewhere.example", 0),
        ("holder=Aurelio+S.p.A.", 6),
    ],
)
def test_the_filter_stands_in_the_address(client: TestClient, query: str, count: int) -> None:
    assert len(groups_in(client.get(f"/queue?{query}").text)) == count


@pytest.mark.parametrize("query", ["score=2", "score=x", "kind=poem", "state=lost", "days=-1"])
def test_a_filter_that_cannot_be_is_told(client: TestClient, query: str) -> None:
    answer = client.get(f"/queue?{query}")
    assert answer.status_code == 422
    assert "expected" in answer.text


def test_a_hit_is_decided_with_the_cause_that_the_button_shows(
    opened: Workspace, client: TestClient
) -> None:
    first = taken(client, kind="trademark")
    assert "The mark used without leave" in client.get(f"/queue/{first.group}").text
    page = decide(client, first)
    assert "Saved: infringing." in page
    second = asked_in(page)
    assert second is not None
    assert (second.group, second.hit != first.hit) == (first.group, True)
    page = decide(client, second, "unrelated", cause="other-goods", reason="kitchen taps")
    assert judged(opened) == [
        (first.hit, "infringing", "mark-use", "The mark used without leave"),
        (second.hit, "unrelated", "other-goods", "kitchen taps"),
    ]
    with opened.store() as db:
        check_derived(db)


def test_a_cause_of_another_decision_is_refused(opened: Workspace, client: TestClient) -> None:
    asked = taken(client, kind="trademark")
    data = {**asked.fields, "decision": "infringing", "cause": "licensee"}
    answer = client.post(f"/hits/{asked.hit}/judge", data=data)
    assert answer.status_code == 422
    assert "Nothing was decided" in answer.text
    for broken in (
        {"cause": "copied-work"},
        {"cause": "nonsense"},
        {"findings": "x"},
        {"findings": "99999"},
        {"decision": "guilty"},
    ):
        answer = client.post(f"/hits/{asked.hit}/judge", data={**data, **broken})
        assert answer.status_code == 422
    assert judged(opened) == []


def test_undo_leads_back_to_the_hit_which_waits_again(
    opened: Workspace, client: TestClient
) -> None:
    first = taken(client)
    page = decide(client, first)
    undo = re.search(r'action="(/hits/h-\w+/undo)".*?name="judgement" value="(j-\w+)"', page, re.S)
    assert undo
    data = {"judgement": undo[2], "to": f"/queue/{first.group}?hit={first.hit}"}
    page = client.post(undo[1], data=data).text
    assert "Taken back" in page
    again = asked_in(page)
    assert again is not None
    assert (again.hit, again.fields["known"]) == (first.hit, "")
    with opened.store() as db:
        [(state,)] = db.execute("SELECT state FROM queue WHERE hit = ?", [first.hit]).fetchall()
    assert state == "open"


def test_a_hit_is_decided_and_undone_on_its_own_page(opened: Workspace, client: TestClient) -> None:
    hit = taken(client).hit
    page = client.get(f"/hits/{hit}").text
    form = dict(re.findall(r'type="hidden" name="(findings|known)" value="([^"]*)"', page))
    assert "/undo" not in page
    answer = client.post(f"/hits/{hit}/judge", data={**form, "decision": "licensed"})
    assert str(answer.url).endswith(f"/hits/{hit}?said=judged_licensed")
    judgement = re.search(r'name="judgement" value="(j-\w+)"', answer.text)
    assert judgement
    answer = client.post(f"/hits/{hit}/undo", data={"judgement": judgement[1]})
    assert "Taken back" in answer.text
    assert [decision for _, decision, *_ in judged(opened)] == ["licensed"]


def test_two_analysts_at_once(opened: Workspace, client: TestClient) -> None:
    asked = taken(client)
    with signed_in(opened, "吴芳") as other:
        page = other.get(f"/queue/{asked.group}").text
        assert asked_in(page) is None
        assert "李伟 has this group in hand" in page
        assert "In the hand of 李伟" in other.get("/queue").text
        answer = other.post(f"/hits/{asked.hit}/judge", data={**asked.fields, "decision": "unsure"})
        assert answer.status_code == 409
        assert "Nothing was decided" in answer.text
        assert taken(other).group != asked.group
        client.post(f"/queue/{asked.group}/leave")
        assert asked_in(other.get(f"/queue/{asked.group}").text) is not None
        decide(other, asked, "licensed")
        other.post(f"/queue/{asked.group}/leave")
    answer = client.post(f"/hits/{asked.hit}/judge", data={**asked.fields, "decision": "unsure"})
    assert answer.status_code == 409
    assert "吴芳 judged it meanwhile: licensed" in answer.text
    assert [decision for _, decision, *_ in judged(opened)] == ["licensed"]


def test_leaving_late_does_not_end_what_the_next_page_renewed(client: TestClient) -> None:
    asked = taken(client)
    until = re.search(r'data-until="([^"]+)"', client.get(f"/queue/{asked.group}").text)
    assert until
    client.get(f"/queue/{asked.group}")
    client.post(f"/queue/{asked.group}/leave", data={"until": html.unescape(until[1])})
    assert "In your hand" in client.get("/queue").text
    client.post(f"/queue/{asked.group}/leave")
    assert "In your hand" not in client.get("/queue").text


def test_what_changed_is_shown_and_nothing_decided(opened: Workspace, client: TestClient) -> None:
    asked = taken(client)
    with opened.store() as db, writing(db):
        db.execute(
            "INSERT INTO hit_findings (hit, sighting, right_version, record, score, flagged)"
            " SELECT hit, sighting, right_version,"
            " replace(json_set(record, '$.score', 0.51), 'Аurеliо', '<i>new</i>'), 0.51, 1"
            " FROM hit_findings WHERE hit = ? ORDER BY id DESC LIMIT 1",
            [asked.hit],
        )
    data = {**asked.fields, "decision": "infringing"}
    answer = client.post(f"/hits/{asked.hit}/judge", data=data)
    assert answer.status_code == 409
    assert "Other things were found since you looked" in answer.text
    assert ">0.51<" in answer.text
    assert "&lt;i&gt;new" in answer.text
    assert "<i>" not in answer.text
    again = re.search(r'href="(/queue/g-\w+\?hit=h-\w+)"', answer.text)
    assert again
    assert judged(opened) == []


def test_a_place_is_kept_and_offered(client: TestClient) -> None:
    asked = taken(client)
    second = asked_in(decide(client, asked))
    assert second is not None
    client.post(f"/queue/{asked.group}/leave")
    back = asked_in(client.get(f"/queue/{asked.group}").text)
    assert back is not None
    assert back.hit == second.hit
    assert f'href="/queue/{asked.group}"' in client.get("/queue").text


def test_an_auditor_reads_and_has_nothing_in_hand(opened: Workspace, client: TestClient) -> None:
    group = groups_in(client.get("/queue").text)[0]
    with signed_in(opened, "审计", "auditor") as auditor:
        page = auditor.get(f"/queue/{group}").text
        assert asked_in(page) is None
        assert "hit_card" not in page
        assert 'class="card hit' in page
        for path in ("/queue/next", f"/queue/{group}/bulk", "/hits/h-1/judge", "/hits/h-1/undo"):
            assert auditor.post(path).status_code == 403
    assert asked_in(client.get(f"/queue/{group}").text) is not None


def test_views_are_saved_shared_and_dropped(opened: Workspace, client: TestClient) -> None:
    data = {"name": "作品 <1>", "kind": "work", "all": "1", "shared": "1"}
    page = client.post("/queue/views", data=data).text
    assert 'href="/queue?kind=work&amp;all=1"' in page
    assert "作品 &lt;1&gt;" in page
    view = re.search(r'action="(/queue/views/v-\w+/drop)"', page)
    assert view
    with signed_in(opened, "吴芳") as other:
        assert "作品 &lt;1&gt;" in other.get("/queue").text
        assert other.post(view[1]).status_code == 403
    assert "作品" not in client.post(view[1]).text


def a_bulk(client: TestClient, group: str) -> tuple[str, str]:
    page = client.post(f"/queue/{group}/bulk", data={"cause": "counterfeit"})
    assert page.status_code == 200, page.text
    return str(page.url).removeprefix("http://127.0.0.1"), page.text


def test_a_bulk_is_decided_after_its_sample_and_undone(
    opened: Workspace, client: TestClient
) -> None:
    asked = taken(client, kind="trademark")
    path, page = a_bulk(client, asked.group)
    assert client.post(f"{path}/decide").status_code == 403
    looks = 0
    while hit := re.search(r'name="hit" value="(h-\w+)"', page):
        page = client.post(f"{path}/look", data={"hit": hit[1], "fits": "yes"}).text
        looks += 1
    assert looks == 5
    page = client.post(f"{path}/decide", data={"reason": "一批假货"}).text
    assert "All of them are judged" in page
    assert {(d, c, r) for _, d, c, r in judged(opened)} == {
        ("infringing", "counterfeit", "一批假货")
    }
    assert len(judged(opened)) == 5
    assert f"{path}/undo" in page
    page = client.post(f"{path}/undo").text
    assert len(asked_in(page) or ()) == 3
    with opened.store() as db:
        check_derived(db)


def test_a_sample_that_does_not_fit_ends_the_bulk(opened: Workspace, client: TestClient) -> None:
    asked = taken(client, kind="trademark")
    path, page = a_bulk(client, asked.group)
    hit = re.search(r'name="hit" value="(h-\w+)"', page)
    assert hit
    page = client.post(f"{path}/look", data={"hit": hit[1], "fits": "no"}).text
    assert "does not fit" in page
    assert client.post(f"{path}/decide").status_code == 403
    assert client.post(f"/queue/{asked.group}/bulk", data={"cause": "x"}).status_code == 422
    assert client.get(f"/queue/g-other/bulk/{path.rpartition('/')[2]}").status_code == 404
    assert judged(opened) == []


def test_a_bulk_stops_when_another_took_the_group(opened: Workspace, client: TestClient) -> None:
    asked = taken(client, kind="trademark")
    path, page = a_bulk(client, asked.group)
    hit = re.search(r'name="hit" value="(h-\w+)"', page)
    assert hit
    client.post(f"/queue/{asked.group}/leave")
    with signed_in(opened, "吴芳") as other:
        other.get(f"/queue/{asked.group}")
        for verb in ("look", "decide", "undo"):
            answer = client.post(f"{path}/{verb}", data={"hit": hit[1], "fits": "yes"})
            assert answer.status_code == 409
            assert "吴芳 has this group in hand" in answer.text
    assert judged(opened) == []


@pytest.mark.parametrize("count", [48, pytest.param(200, marks=pytest.mark.long)])
def test_eight_analysts_decide_everything_once(tmp_path: Path, count: int) -> None:
    """Each takes groups and decides until nothing is left; nothing twice, nothing lost."""
    workspace = make_workspace(tmp_path / "w")
    hits = fill(workspace, count, sellers=[f"店 {number}" for number in range(20)])
    problems: list[str] = []
    by_name: Counter[str] = Counter()
    clients = [signed_in(workspace, f"analyst {number}") for number in range(8)]
    opened = [(f"analyst {number}", client.__enter__()) for number, client in enumerate(clients)]
    start = threading.Barrier(len(opened))

    def work(name: str, client: TestClient) -> None:
        start.wait()
        asked = take(client, all="1")
        while asked is not None:
            data = {**asked.fields, "decision": "unrelated"}
            answer = client.post(f"/hits/{asked.hit}/judge", data=data)
            if answer.status_code != 200:
                problems.append(f"{name}: {answer.status_code}")
                return
            by_name[name] += 1
            asked = asked_in(answer.text) or take(client, all="1", leave=asked.group)

    threads = [threading.Thread(target=work, args=each) for each in opened]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client in clients:
        client.__exit__(None, None, None)
    assert problems == []
    assert Counter(hit for hit, *_ in judged(workspace)) == Counter(hits)
    assert sum(by_name.values()) == len(hits)
    assert len(by_name) == 8
    with workspace.store() as db:
        check_derived(db)
