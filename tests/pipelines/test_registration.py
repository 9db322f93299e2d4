"""What registries say of a page's name and address, in captures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.config import EvidenceConfig, evidence_problem
from pipelines import rdap
from pipelines.evidence import registration
from pipelines.evidence.keeping import keep_capture
from pipelines.evidence.registration import find_registrations
from pipelines.evidence.wacz import check_wacz
from tests.servers import captured
from tests.servers.captured import is_broken
from tests.servers.tiny_shop import Answer, TinyShop

NAME = '{"objectClassName": "domain",\r\n "ldhName": "shop.example", "remarks": "注册"}'.encode()


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registration, "_kept", {})


@pytest.fixture(scope="module")
def server() -> Iterator[TinyShop]:
    with TinyShop({}) as server:
        yield server


@pytest.fixture
def office(server: TinyShop) -> TinyShop:
    names = {"services": [[["example"], [server.url]]]}
    networks = {"services": [[["192.0.2.0/24"], [server.url]]]}
    server.routes |= {
        "/dns.json": Answer(json.dumps(names)),
        "/ipv4.json": Answer(json.dumps(networks)),
        "/domain/shop.example": Answer(NAME),
    }
    server.requests.clear()
    return server


def states(url: str, bootstrap: str, **more: Any) -> list[tuple[str, str]]:
    found = find_registrations(url, [captured.exchange(url, **more)], bootstrap)
    return [(one.about, one.state) for one in found]


def test_a_capture_holds_what_registries_say_byte_for_byte(
    tmp_path: Path, office: TinyShop
) -> None:
    workspace = captured.workspace_in(tmp_path)
    evidence = replace(workspace.config.evidence, rdap=office.url)
    workspace = replace(workspace, config=replace(workspace.config, evidence=evidence))
    [made] = keep_capture(workspace, captured.material())
    path = workspace.folder / made.file
    assert not is_broken(check_wacz(path))
    said = captured.told(path)["environment"]["network"]["registration"]
    assert (said["asked"], said["bootstrap"]) == (True, office.url)
    assert [(one["about"], one["state"]) for one in said["answers"]] == [
        ("shop.example", "answered"), ("192.0.2.7", "nothing known"),
    ]  # fmt: skip
    assert said["answers"][0]["url"] == f"{office.url}/domain/shop.example"
    records = {url: block for _, url, block in captured.records_of(path)}
    assert records["urn:registration:shop.example"] == NAME
    assert "urn:registration:192.0.2.7" not in records


def test_unless_it_is_wanted_nobody_is_asked_and_that_is_told(tmp_path: Path) -> None:
    workspace = captured.workspace_in(tmp_path)
    [made] = keep_capture(workspace, captured.material())
    said = captured.told(workspace.folder / made.file)["environment"]["network"]["registration"]
    assert said == {"asked": False, "why_not": "the workspace asks none (evidence.rdap)"}


def test_the_captures_of_a_while_ask_once(office: TinyShop) -> None:
    first, second = (states(f"https://shop.example/p/{n}", office.url) for n in range(2))
    assert first == second
    assert office.requests["/domain/shop.example"] == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer("", status=500),
        Answer("", status=0),
        Answer("<html>"),
        Answer("", status=302, headers={"Location": "http://elsewhere.example/"}),
        Answer("", status=302, headers={"Location": "http://127.0.0.1:99999/"}),
        Answer("", headers={"Content-Length": "-7"}),
    ],
)
def test_a_registry_that_fails_keeps_no_page_from_being_captured(
    office: TinyShop, answer: Answer
) -> None:
    office.routes["/domain/shop.example"] = answer
    found = find_registrations(captured.URL, [], office.url)
    assert [(one.state, one.body) for one in found] == [("failed", b"")]
    assert found[0].problem


def test_who_drips_is_not_waited_for(office: TinyShop, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(0, 10_000, 15))
    monkeypatch.setattr(rdap, "monotonic", lambda: next(moments))
    office.routes["/dns.json"] = Answer("{" + " " * 4_000_000)
    [found] = find_registrations(captured.URL, [], office.url)
    assert (found.state, found.problem) == (
        "failed", f"{office.url}/dns.json: the answer took more than 20 seconds",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("url", "address", "expected"),
    [
        ("https://www.shop.example/p", None, [("shop.example", "answered")]),
        ("https://shop.test/p", "@abstract", [("shop.test", "no server")]),
        ("http://127.0.0.1:8000/p", "127.0.0.1", [("127.0.0.1", "no server")]),
        ("http://localhost/p", None, []),
        ("https://店.example/p", "fe80::1%eth0", [("xn--hxt.example", "nothing known"),
                                                  ("fe80::1", "failed")]),
    ],
)  # fmt: skip
def test_what_is_asked_for(
    office: TinyShop, url: str, address: str | None, expected: list[tuple[str, str]]
) -> None:
    assert states(url, office.url, address=address) == expected


def test_nothing_is_asked_in_the_clear() -> None:
    assert evidence_problem(EvidenceConfig(rdap="https://data.iana.org/rdap")) is None
    said = evidence_problem(EvidenceConfig(rdap="http://rdap.example/"))
    assert said is not None
    assert "expected rdap to be https" in said
