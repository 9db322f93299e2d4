from __future__ import annotations

import json
import tomllib
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http.client import HTTPMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from crawler.errors import FileFormatError, InputError
from crawler.model import Seller
from crawler.workspace import Workspace, make_workspace
from pipelines.rdap import _SecretRedirects
from pipelines.takedown.rdap import (
    find_domain_contacts,
    find_network_contacts,
    parse_abuse_contacts,
)
from pipelines.takedown.recipients import Proposal, add_recipients, as_toml, propose_recipients
from tests.servers.command import run
from tests.servers.notices import a_listing, see
from tests.servers.tiny_shop import Answer, TinyShop


def entity(email: str, *roles: str, name: str = "Abuse desk 滥用", **more: Any) -> dict[str, Any]:
    card = [["version", {}, "text", "4.0"], ["fn", {}, "text", name], ["email", {}, "text", email]]
    return {"objectClassName": "entity", "roles": roles, "vcardArray": ["vcard", card], **more}


REGISTRAR = {
    "objectClassName": "domain",
    "entities": [
        entity("holder@shop.example", "registrant"),
        entity(
            "info@registrar.example", "registrar",
            entities=[entity("abuse@registrar.example", "abuse", name="Registrar, abuse")],
        ),
    ],
}  # fmt: skip
NETWORK = {"objectClassName": "ip network", "entities": [entity("abuse@host.example", "Abuse")]}


def as_json(value: object, status: int = 200) -> Answer:
    return Answer(json.dumps(value), status, {"Content-Type": "application/rdap+json"})


@pytest.fixture
def rdap() -> Iterator[TinyShop]:
    with TinyShop({}) as server:
        services = [[["example"], [f"{server.url}/other/"]], [["shop.example"], [server.url]]]
        ours = [[["127.0.0.0/8"], [f"{server.url}/wide"]], [["127.0.0.0/24"], [server.url]]]
        server.routes |= {
            "/dns.json": as_json({"version": "1.0", "services": services}),
            "/ipv4.json": as_json({"version": "1.0", "services": ours}),
            "/domain/shop.example": as_json(REGISTRAR),
            "/ip/127.0.0.1": as_json(NETWORK),
        }
        yield server


def test_the_registrar_s_desk_stands_within_the_registrar(rdap: TinyShop) -> None:
    [contact] = find_domain_contacts("shop.example", rdap.url)
    assert (contact.email, contact.name, contact.scope) == (
        "abuse@registrar.example", "Registrar, abuse", "registrar",
    )  # fmt: skip
    assert contact.source == f"{rdap.url}/domain/shop.example"


def test_the_smallest_network_and_the_longest_ending_count(rdap: TinyShop) -> None:
    [contact] = find_network_contacts("127.0.0.1", rdap.url)
    assert (contact.email, contact.scope) == ("abuse@host.example", "network")
    assert "/wide/ip/127.0.0.1" not in rdap.requests
    assert find_domain_contacts("else.example", rdap.url) == []
    assert rdap.requests["/other/domain/else.example"] == 1
    assert find_domain_contacts("shop.test", rdap.url) == []  # a registry without RDAP


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer("oops", status=500), "HTTP 500"),
        (Answer("<html>"), "expected JSON"),
        (Answer("[" * 100_000), "expected JSON"),
        (Answer("[]"), "expected a JSON object"),
        (Answer("{" + " " * 5_000_001), "more than 5000000 bytes"),
        (Answer(status=302, headers={"Location": "http://a.example/x"}), "is not https"),
    ],
)
def test_a_server_that_gives_no_answer_is_told(rdap: TinyShop, answer: Answer, said: str) -> None:
    rdap.routes["/domain/shop.example"] = answer
    with pytest.raises(InputError, match=said):
        find_domain_contacts("shop.example", rdap.url)


def test_nothing_is_asked_in_the_clear() -> None:
    with pytest.raises(InputError, match="http is for loopback only"):
        find_domain_contacts("shop.example", "http://rdap.example")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"entities": None},
        {"entities": ["x", 1, None, {}]},
        {"entities": {"roles": ["abuse"]}},
        {"entities": [{"roles": "abuse"}]},
        {"entities": [{"roles": ["abuse"], "vcardArray": "x"}]},
        {"entities": [{"roles": ["abuse", 3], "vcardArray": ["vcard", [["email"], 3]]}]},
        {"entities": [{"roles": ["abuse"], "vcardArray": ["vcard", [["email", {}, "text", 7]]]}]},
        {"entities": [entity("no address", "abuse")]},
        {"entities": [entity("a@b.example\nBcc: x", "abuse")]},
    ],
)
def test_broken_answers_hold_no_contact(answer: Mapping[str, Any]) -> None:
    assert list(parse_abuse_contacts(answer)) == []


def test_entities_without_end_are_not_followed_for_ever() -> None:
    inner: dict[str, Any] = entity("deep@host.example", "abuse")
    for _ in range(50):
        inner = {"entities": [inner]}
    assert list(parse_abuse_contacts(inner)) == []


# -- proposals -------------------------------------------------------------------------


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    workspace = make_workspace(tmp_path / "w")
    contacts = ("mailto:seller@mail.example", "tel:+86 10", "mailto:desk@shop.example")
    with workspace.store() as db:
        seller = Seller(name='Best "Bags" 优品', contacts=contacts)
        see(db, a_listing("https://shop.example/p/1", seller=seller), "w-1")
    return workspace


def proposals(office: Workspace, site: str, bootstrap: str | None = None) -> list[Proposal]:
    with office.store() as db:
        return propose_recipients(office, db, site, bootstrap=bootstrap)[0]


def test_proposals_come_by_who_can_act_and_a_guess_last(office: Workspace, rdap: TinyShop) -> None:
    (office.folder / "recipients.toml").write_text(
        '[[recipients]]\nsite = "shop.example"\nname = "Agent"\nemail = "agent@shop.example"\n'
        '[[recipients]]\nsite = "shop.example"\nname = "Form"\nportal = "https://shop.example/f"\n'
    )
    found = proposals(office, "https://www.shop.example/p/1")
    assert [one.email or one.portal for one in found] == [
        "https://shop.example/f", "agent@shop.example", "desk@shop.example", "seller@mail.example",
        "abuse@shop.example",
    ]  # fmt: skip
    assert [one.guess for one in found] == [False] * 4 + [True]
    with office.store() as db:
        site = rdap.site
        asked, problems = propose_recipients(office, db, site, bootstrap=rdap.url)
    assert [(one.email, one.scope) for one in asked] == [("abuse@host.example", "network")]
    assert problems == []


def test_what_rdap_does_not_say_is_told_and_the_rest_stands(office: Workspace) -> None:
    with TinyShop({}) as nobody, office.store() as db:
        found, problems = propose_recipients(office, db, "127.0.0.1:80", bootstrap=nobody.url)
    assert found == []
    assert ["HTTP 404" in problem for problem in problems] == [True]
    with pytest.raises(InputError, match="expected a site"):
        proposals(office, "  ")


def test_a_proposal_can_be_pasted_whatever_is_in_it(office: Workspace) -> None:
    [*_, seller, _] = proposals(office, "shop.example")
    hostile = replace(
        seller, name='x"\n[[recipients]]\nsite = "y"\\\x9b1m\u202e\x7f', source="a\nb = 1"
    )
    for one in (seller, hostile):
        [table] = tomllib.loads(as_toml(one))["recipients"]
        assert (table["name"], table["site"]) == (one.name, "shop.example")


def test_proposals_are_added_once_and_nothing_else_is_changed(office: Workspace) -> None:
    path = office.folder / "recipients.toml"
    before = path.read_text("utf-8")
    found = [one for one in proposals(office, "shop.example") if not one.guess]
    assert add_recipients(office, found) == found
    assert path.read_text("utf-8").startswith(before.rstrip())
    assert office.find_recipient("shop.example") is not None
    assert add_recipients(office, found) == []
    path.write_text("broken = ")
    with pytest.raises(FileFormatError):
        add_recipients(office, found)
    assert path.read_text() == "broken = "


def test_the_command_proposes_and_writes_when_told(office: Workspace, rdap: TinyShop) -> None:
    site = rdap.site
    done = run("recipient", "find", site, "--rdap", rdap.url, "--add", workspace=office.folder)
    assert 'scope = "network"' in done.out
    found = office.find_recipient(site)
    assert found is not None
    assert (found.email, found.scope, found.verified_at) == ("abuse@host.example", "network", None)


def test_no_server_elsewhere_leads_to_this_machine() -> None:
    asked = urllib.request.Request("https://rdap.example/domain/x.example")
    for here in ("http://127.0.0.1:8500/v1", "https://localhost/x", "http://[::1]/"):
        with pytest.raises(InputError, match="to this machine itself"):
            _SecretRedirects().redirect_request(asked, BytesIO(), 302, "", HTTPMessage(), here)
