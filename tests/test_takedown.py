"""From a listing to its end: flagged, judged, noticed, sent, answered, gone, back elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from crawler.model import TargetState
from crawler.store.captures import Capture, find_captures
from crawler.workspace import open_workspace
from tests.servers.command import Finished, invoke, run
from tests.servers.mail import MailServer, use
from tests.servers.notices import employ, proving
from tests.servers.sweeping import picture, sweep, take_in
from tests.servers.tiny_shop import Answer, Route, TinyShop, links_page, listing_page

SENDER = """
[sender]
name = "Li Wei"
organisation = "Harbour & Pine LLP"
role = "agent"
mandate = "power of attorney no. 12 of 2026-03-01"
identity = "91110000MA0000000X"
address = "1 Sample Road, Beijing"
phone = "+86 10 5555 0100"
email = "notices@harbour.example"
signature = "/s/ Li Wei"
"""
RIGHT = {
    "id": "TM-1",
    "kind": "trademark",
    "name": "Northgate",
    "holder": {"name": "Northgate Outdoor", "country": "US", "email": "ip@northgate.example"},
    "office": "EUIPO",
    "registration": "018000001",
    "jurisdictions": ["EU"],
    "goods": ["boots"],
    "classes": [25],
}
LEDGER = [
    "capture", "judgement", "case-opened", "notice-drafted", "consideration", "notice-checked",
    "approval", "notice-approved", "notice-queued", "notice-sending", "notice-sent", "answer",
    "notice-acknowledged", "look", "relisting", "case-reopened", "notice-restored",
]  # fmt: skip
"""What happens in the case, by when it first does."""
BOOTS = "Northgate mountain boots brown leather"


@pytest.fixture
def shop() -> Iterator[TinyShop]:
    routes: dict[str, Route] = {
        "/": links_page("/p/1", "/p/2"),
        "/p/1": listing_page(BOOTS, picture="/i/1.png"),
        "/p/2": listing_page("Harwick kettle, enamel", picture="/i/2.png"),
        "/i/1.png": Answer(picture(3), headers={"Content-Type": "image/png"}),
        "/i/2.png": Answer(picture(5), headers={"Content-Type": "image/png"}),
    }
    with TinyShop(routes) as shop:
        yield shop


@pytest.fixture
def ready(workspace: Path, shop: TinyShop) -> Path:
    (workspace / "recipients.toml").write_text(
        f'[[recipients]]\nsite = "{shop.site}"\nname = "Tiny shop, 投诉"\n'
        f'email = "desk@tiny.example"\nverified_at = {datetime.now(UTC):%Y-%m-%d}\n'
    )
    settings = workspace / "markhound.toml"
    text = settings.read_text().replace("\n[sender]\n", SENDER)
    settings.write_text(text + "\n[follow_up]\nconfirm_hours = 0\n")
    take_in(workspace, RIGHT)
    return workspace


def do(workspace: Path, *arguments: str | Path, **options: Any) -> Finished:
    """Give a command within this process, which saves the time of loading it all."""
    return invoke(*map(str, arguments), workspace=workspace, **options)


def steps(workspace: Path, notice: str) -> list[str]:
    [shown] = do(workspace, "notice", "show", notice, "--json").lines
    return [event["event"] for event in shown["events"]]


def look(workspace: Path) -> Any:
    """Return what a follow-up finds of the one noticed listing."""
    done = run(
        "follow-up", "--all", "--allow-private", "--delay", "0", "--json", workspace=workspace
    )
    [found] = [line for line in done.lines if line["what"] == "look"]
    return found


def the_case(workspace: Path) -> Any:
    [listed] = do(workspace, "case", "list", "--json").lines
    return do(workspace, "case", "show", listed["id"], "--json").json


def judged_and_drafted(workspace: Path, hit: str, wei: dict[str, str]) -> Any:
    """Judge the hit as wei and draft a notice about it, all that its check asks for considered."""
    judge = ("judge", hit, "--as", "infringing", "--by", "wei", "--reason", "never made by them")
    do(workspace, *judge, env=wei)
    do(workspace, "notice", "draft", hit, "--kind", "dsa", env=wei)
    [drafted] = do(workspace, "notice", "status", "--json").lines
    for exception in ("referential", "exhaustion"):
        considered = ("notice", "consider", drafted["id"], "--exception", exception)
        do(workspace, *considered, "--result", "no", env=wei)
    return drafted


def sent_to_a_real_server(
    workspace: Path, folder: Path, drafted: Any, mei: dict[str, str]
) -> EmailMessage:
    """Send the approved notice as mei; return the mail that the server took."""
    with MailServer(folder) as server:
        use(workspace, server)
        done = do(workspace, "notice", "send", drafted["id"], "--now", env=mei)
        [taken] = server.taken
    assert "captured" in done.err
    assert taken.recipients == ["desk@tiny.example"]
    mail = taken.parsed
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == drafted["text"]
    return mail


def test_from_a_listing_to_its_end(ready: Path, shop: TinyShop, tmp_path: Path) -> None:
    # flagged, and captured by the sweep
    sweep(ready, shop.url)
    [hit] = [h for h in do(ready, "hits", "--json").lines if h["flagged"]]
    [seen] = captures(ready)
    assert (seen.hit, seen.state, seen.proof) == (hit["id"], TargetState.SEEN, True)

    # judged, drafted, checked, approved by a second account
    with open_workspace(ready).store() as db:
        employ(db)
    wei, mei = proving(ready, "wei"), proving(ready, "mei")
    drafted = judged_and_drafted(ready, hit["id"], wei)
    notice = drafted["id"]
    do(ready, "notice", "send", notice, "--now", env=mei, expect=2)
    run("notice", "check", notice, "--allow-private", workspace=ready)
    do(ready, "notice", "approve", notice, "--reason", "my own", env=wei, expect=2)
    do(ready, "notice", "approve", notice, "--reason", "compared", env=mei)

    # captured again, and sent with its papers
    mail = sent_to_a_real_server(ready, tmp_path, drafted, mei)
    papers = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
    assert papers[f"{notice}.pdf"].startswith(b"%PDF-")
    assert f"{shop.url}/p/1" in papers["listings.csv"]
    assert [(one.purpose, one.proof) for one in captures(ready)[1:]] == [
        (f"sending of {notice}", True)
    ]

    # acknowledged by mail
    receipt = tmp_path / "receipt.eml"
    receipt.write_text(
        f"From: desk@tiny.example\nTo: {mail['Reply-To']}\nSubject: we have your notice\n"
        "Message-ID: <1@tiny.example>\nAuto-Submitted: auto-replied\n\nThank you.\n"
    )
    do(ready, "notice", "receive", "--eml", receipt)
    assert steps(ready, notice)[-5:] == ["approved", "queued", "sending", "sent", "acknowledged"]

    # removed from the shop: proven by the second look, not by the first
    gone = shop.routes.pop("/p/1")
    shop.routes["/"] = links_page("/p/2")
    first, second = look(ready), look(ready)
    assert (first["verdict"], first["outcome"]["state"]) == ("gone once", "noticed")
    assert (second["verdict"], second["outcome"]["state"]) == ("gone", "removed")
    [listing] = the_case(ready)["listings"]
    assert listing["outcome"] == second["outcome"]

    # back at another address: found again, and the case says so
    shop.routes["/p/9"] = gone
    shop.routes["/p/10"] = listing_page("Northgate rain jacket yellow", picture="/i/2.png")
    shop.routes["/"] = links_page("/p/2", "/p/9", "/p/10")
    told = run("sweep", shop.url, "--allow-private", "--delay", "0", "--json", workspace=ready).err
    assert f"back: {shop.url}/p/1 stands at {shop.url}/p/9" in told
    case = the_case(ready)
    [back] = case["relistings"]
    assert (back["old"], back["new"]) == (f"{shop.url}/p/1", f"{shop.url}/p/9")
    assert [reason.split(":")[0] for reason in back["reasons"]] == [
        "the same seller", "the same pictures", "the same title",
    ]  # fmt: skip
    [again] = [h["id"] for h in do(ready, "hits", "--json").lines if h["listing"] == back["new"]]
    assert back["hits"] == [{"id": again, "judgement": None, "by": None}]
    assert [one["outcome"]["state"] for one in case["listings"]] == ["relisted"]

    # back at its own address too
    shop.routes["/p/1"] = gone
    assert look(ready)["outcome"]["state"] == "restored"
    assert steps(ready, notice)[-1] == "restored"

    # each step is an entry of the ledger, and all of it holds
    kinds = [entry["kind"] for entry in the_case(ready)["timeline"]]
    assert list(dict.fromkeys(kinds)) == LEDGER, kinds
    checks = do(ready, "evidence", "verify", "--all", "--json").lines
    assert checks
    assert {check["state"] for check in checks} <= {"holds", "proven", "unproven"}


def captures(workspace: Path) -> list[Capture]:
    """Return the captures of the noticed listing, oldest first."""
    with open_workspace(workspace).store() as db:
        return sorted(
            (one for one in find_captures(db) if one.url.endswith("/p/1")),
            key=lambda one: one.entry,
        )
