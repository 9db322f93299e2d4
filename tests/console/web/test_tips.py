"""Tips in the console: taken in, shown with how far they came, refused, told back and erased."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from crawler.campaign import Campaign
from crawler.model import Outcome, TargetState
from crawler.store.database import now, writing
from crawler.store.sweeps import record_outcomes, record_sweep
from crawler.store.tips import find_texts, find_tips
from crawler.workspace import Workspace, make_workspace, open_workspace
from tests.servers.console import signed_in
from tests.servers.mail import MailServer, use

URL = "https://shop.example/p/1"
HOSTILE = "<script>x</script>\u202e假货"


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "w")


def add(client: TestClient, url: str = URL, **form: str) -> str:
    """Take a tip in; return the path of its page."""
    answer = client.post("/tips", data={"url": url, **form}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def look(opened: Workspace, state: TargetState) -> None:
    with opened.store() as db:
        record_sweep(db, "w-1", Campaign(name="n", seeds=(URL,)), now())
        with writing(db):
            outcome = Outcome(url=URL, site="shop.example", state=state, reason="a <b> captcha")
            record_outcomes(db, "w-1", [outcome])


def test_a_tip_is_taken_in_shown_and_told_back(opened: Workspace) -> None:
    with signed_in(opened, language="zh") as client:
        assert "没有符合条件的线索" in client.get("/tips").text
        path = add(client, kind="trademark", words=HOSTILE, contact="a@b.example")
        again = add(client, kind="patent")
        shown = client.get(path).text
        assert "&lt;script&gt;x" in shown
        assert "\u202e" not in shown
        assert f'href="{again}"' in shown
        answer = client.post(f"{path}/answer", data={"way": "电话"})
        assert (answer.status_code, "nothing to tell yet" in answer.text) == (403, True)
        look(opened, TargetState.BLOCKED)
        shown = client.get(path).text
        assert "未能打开页面" in shown
        assert "这并不表示该处没有侵权内容" in shown
        assert "a &lt;b&gt; captcha" in shown
        assert client.post(f"{path}/answer", data={"way": " "}).status_code == 422
        assert "已登记答复" in client.post(f"{path}/answer", data={"way": "电话"}).text
        listed = client.get("/tips", params={"state": "not_had", "kind": "trademark"}).text
        assert re.findall(r'href="(/tips/tip-[^"]+)"', listed) == [path]
        assert "没有符合条件的线索" in client.get("/tips?state=noticed").text


def test_the_outcome_is_told_by_mail_once(opened: Workspace, tmp_path: Path) -> None:
    with signed_in(opened) as client:
        path = add(client, contact="gave@example.org")
        look(opened, TargetState.BLOCKED)
        assert "name no relay" in client.get(path).text
    with MailServer(tmp_path) as server:
        use(opened.folder, server)
        with signed_in(open_workspace(opened.folder), language="zh") as client:
            shown = client.get(path).text
            assert f'action="{path}/mail"' in shown
            assert "邮件已发送并已记录" in client.post(f"{path}/mail").text
            [taken] = server.taken
            body = taken.parsed.get_content().replace("\r\n", "\n")
            assert body.strip() in unescape(shown)
            assert taken.recipients == ["gave@example.org"]
            assert client.post(f"{path}/mail").status_code == 403
            assert "该结果已答复过" in client.get(path).text
            server.handler.to_recipient = lambda _: "550 no such <b>box</b>"
            refused = client.post(f"{path}/mail", data={"again": "yes"})
            assert refused.status_code == 502
            assert "&lt;b&gt;box" in refused.text
        with signed_in(opened, "周宁", "auditor") as client:
            assert "gave@example.org" not in client.get(path).text
            assert client.post(f"{path}/mail").status_code == 403


def test_what_is_no_tip_is_told_and_what_was_typed_stays(opened: Workspace) -> None:
    with signed_in(opened) as client:
        for form, said in (
            ({"url": "javascript:alert(1)"}, "Expected the address of a web page"),
            ({"url": "http://127.0.0.1/"}, "lies in a private network"),
            ({"url": "https://a.example/" + "x" * 3000}, "longer than any page"),
            ({"url": URL, "kind": "brand"}, "kind: expected one of"),
            ({"url": URL, "right": "TM-9"}, "no right has the id"),
            ({"url": URL, "words": "x" * 5000}, "expected at most 4,000 characters"),
        ):
            answer = client.post("/tips", data={"contact": "stays@b.example", **form})
            assert (answer.status_code, said in answer.text) == (422, True), said
            assert 'value="stays@b.example"' in answer.text
        assert client.post("/tips", data={"url": "x" * 30_000}).status_code == 422
        assert client.get("/tips/tip-none").status_code == 404
    with opened.store() as db:
        assert list(find_tips(db)) == []


def test_a_tip_is_refused_and_erased(opened: Workspace) -> None:
    with signed_in(opened) as client:
        path = add(client, words="his name", contact="a@b.example")
        for verb in ("refuse", "erase"):
            assert client.post(f"{path}/{verb}", data={"reason": ""}).status_code == 422
        assert "not taken up" in client.post(f"{path}/refuse", data={"reason": "spam"}).text
        assert client.post(f"{path}/refuse", data={"reason": "spam"}).status_code == 403
        client.post(f"{path}/erase", data={"reason": "asked", "what": "contact"})
        page = client.get(path).text
        assert ("a@b.example" in page, "his name" in page) == (False, True)
        assert "Erased." in client.post(f"{path}/erase", data={"reason": "r", "what": "texts"}).text
    with opened.store() as db:
        [tip] = find_tips(db)
        assert (find_texts(db, tip.id).words, find_texts(db, tip.id).given) == ("", "")


def test_pages_of_tips_follow_each_other(opened: Workspace) -> None:
    with signed_in(opened) as client:
        paths = [add(client, f"https://shop.example/p/{n}") for n in range(52)]
        page = client.get("/tips").text
        found = re.findall(r'href="(/tips/tip-[^"]+)"', page)
        older = re.search(r'href="(/tips\?before=[^"]+)" rel="next"', page)
        assert older
        found += re.findall(r'href="(/tips/tip-[^"]+)"', client.get(older[1]).text)
        assert found == paths[::-1]
        assert client.get("/tips?before=tip-none").status_code == 200
