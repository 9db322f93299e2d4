"""The page for everybody: off unless asked for, kept in bounds, and telling nothing of others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from console.web.app import make_app
from console.web.routes.tell import Turns
from console.web.security import POLICY
from crawler.campaign import Campaign
from crawler.model import Outcome, TargetState
from crawler.store.database import now, writing
from crawler.store.sweeps import record_outcomes, record_sweep
from crawler.store.tips import find_texts, find_tips
from crawler.workspace import Workspace, make_workspace, open_workspace
from tests.servers.console import BASE, an_account, signed_in

URL = "https://shop.example/p/1"
OWN = {"sec-fetch-site": "same-origin"}


def an_open_workspace(folder: Path, **limits: int) -> Workspace:
    make_workspace(folder)
    file = folder / "markhound.toml"
    lines = ("", "[tips]", "form = true", *(f"{key} = {value}" for key, value in limits.items()))
    file.write_text(file.read_text(encoding="utf-8") + "\n".join(lines) + "\n", encoding="utf-8")
    return open_workspace(folder)


@contextmanager
def stranger(workspace: Workspace, language: str = "en") -> Iterator[TestClient]:
    headers = OWN | {"accept-language": language}
    with TestClient(
        make_app(workspace), base_url=BASE, headers=headers, follow_redirects=False
    ) as client:
        yield client


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    return an_open_workspace(tmp_path / "w")


def kept(workspace: Workspace) -> int:
    with workspace.store() as db:
        return len(list(find_tips(db)))


def test_it_is_not_there_unless_the_settings_say_so(tmp_path: Path) -> None:
    closed = make_workspace(tmp_path / "w")
    with stranger(closed) as client:
        for answer in (client.get("/tell"), client.get("/tell/tip-1"), client.post("/tell")):
            assert answer.headers["location"].startswith("/sign-in")
        assert client.post("/tell", data={"url": URL}).headers["location"].startswith("/sign-in")
    with signed_in(closed) as client:
        assert client.get("/tell").status_code == 404
    assert kept(closed) == 0


def test_a_stranger_tells_and_asks_by_the_receipt_alone(opened: Workspace) -> None:
    with stranger(opened, "zh") as client:
        page = client.get("/tell")
        assert page.headers["content-security-policy"] == POLICY
        assert "提供侵权线索" in page.text
        assert 'href="/tips"' not in page.text
        form = {"url": URL, "kind": "copyright", "words": "盗版", "contact": "a@b.example"}
        receipt = client.post("/tell", data=form).headers["location"]
        shown = client.get(receipt)
        assert "正在处理" in shown.text
        assert not any(word in shown.text for word in (URL, "盗版", "a@b.example", "copyright"))
        again = client.post("/tell", data=form).headers["location"]
        assert receipt.removeprefix("/tell/") not in client.get(again).text
        asked = client.get("/tell/receipt", params={"receipt": receipt.removeprefix("/tell/")})
        assert asked.headers["location"] == receipt
        for wrong in ("tip-0", "../queue", "x" * 99, "\u202e"):
            led = client.get("/tell/receipt", params={"receipt": wrong}).headers["location"]
            assert client.get(led).status_code == 404
        assert client.get("/tips").headers["location"].startswith("/sign-in")
    with opened.store() as db:
        newest, oldest = find_tips(db)
        assert (oldest.way, oldest.by, oldest.kind) == ("form", "-", "copyright")
        assert newest.duplicate_of == oldest.id
        assert find_texts(db, oldest.id).words == "盗版"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"url": "javascript:alert(1)"}, 422),
        ({"url": 'https://"><script>alert(1)</script>'}, 422),
        ({"url": "http://169.254.169.254/latest/meta-data"}, 422),
        ({"url": "http://[::1]:8080/"}, 422),
        ({"url": "file:///etc/passwd"}, 422),
        ({"url": URL, "words": "x" * 4001}, 422),
        ({"url": URL, "contact": "a@b.example\r\nBcc: c@d.example"}, 422),
        ({"url": URL, "kind": "' OR 1=1"}, 422),
        ({"url": URL, "words": "x" * 2**20}, 413),
        ({"url": URL + "\0"}, 400),
        ({}, 422),
    ],
)
def test_what_is_hostile_is_refused_and_leaves_nothing(
    opened: Workspace, form: dict[str, str], status: int
) -> None:
    with stranger(opened) as client:
        answer = client.post("/tell", data=form)
    assert answer.status_code == status
    assert "<script>alert" not in answer.text
    assert kept(opened) == 0


def test_what_came_of_a_tip_is_told_when_a_person_says_so(opened: Workspace) -> None:
    with stranger(opened) as client:
        first, again = (
            client.post("/tell", data={"url": URL, "contact": "a@b.example"}).headers["location"]
            for _ in range(2)
        )
        with opened.store() as db:
            record_sweep(db, "w-1", Campaign(name="n", seeds=(URL,)), now())
            with writing(db):
                seen = Outcome(url=URL, site="shop.example", state=TargetState.SEEN)
                record_outcomes(db, "w-1", [seen])
        for receipt in (first, again):
            assert "is being worked on" in client.get(receipt).text
        with signed_in(opened) as house:
            path = first.replace("/tell/", "/tips/")
            house.post(f"{path}/answer", data={"way": "on the page"})
            assert "a@b.example" in house.get(path).text
        with signed_in(opened, "周宁", "auditor") as house:
            assert "a@b.example" not in house.get(path).text
        assert "found nothing that matches" in client.get(first).text
        assert "is being worked on" in client.get(again).text  # of a tip that repeats it


def test_hostile_words_are_shown_as_words_to_the_people_of_the_house(opened: Workspace) -> None:
    words = "<img src=x onerror=alert(1)>\u202egpj.exe{{ 7 * 7 }}"
    with stranger(opened) as client:
        receipt = client.post("/tell", data={"url": URL, "words": words}).headers["location"]
    with signed_in(opened) as client:
        page = client.get(receipt.replace("/tell/", "/tips/")).text
    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert "{{ 7 * 7 }}" in page


def test_nobody_tells_by_anothers_page(opened: Workspace) -> None:
    with stranger(opened) as client:
        answer = client.post("/tell", data={"url": URL}, headers={"sec-fetch-site": "cross-site"})
    assert (answer.status_code, kept(opened)) == (403, 0)


def test_how_often_is_limited_by_address_and_in_all(tmp_path: Path) -> None:
    few = an_open_workspace(tmp_path / "a", per_address_per_hour=2)
    with stranger(few) as client:
        statuses = [client.post("/tell", data={"url": URL}).status_code for _ in range(3)]
    assert (statuses, kept(few)) == ([303, 303, 429], 2)
    full = an_open_workspace(tmp_path / "b", per_hour=1)
    with stranger(full) as client:
        statuses = [client.post("/tell", data={"url": URL}).status_code for _ in range(2)]
        assert client.get("/tell").status_code == 200
    assert (statuses, kept(full)) == ([303, 429], 1)


def test_turns_come_back_after_an_hour_and_are_each_addresss_own() -> None:
    turns, at = Turns(), now()
    assert [turns.take("tell", "a", 2, at) for _ in range(3)] == [True, True, False]
    assert turns.take("tell", "b", 2, at)
    assert turns.take("look", "a", 2, at)
    assert not turns.take("tell", "a", 2, at + timedelta(minutes=59))
    assert turns.take("tell", "a", 2, at + timedelta(minutes=61))


def test_receipts_are_not_tried_out(opened: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.web.routes.tell.LOOKS_AN_HOUR", 3)
    an_account(opened, "李伟")
    with stranger(opened) as client:
        statuses = [client.get(f"/tell/tip-{number}").status_code for number in range(4)]
    assert statuses == [404, 404, 404, 429]
