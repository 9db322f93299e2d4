"""From a listing to its end: flagged, judged, noticed, sent, answered, gone, back elsewhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.store.looks import find_stored_relistings
from crawler.workspace import open_workspace
from tests.servers.command import run
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
    settings.write_text(settings.read_text().replace("\n[sender]\n", SENDER))
    take_in(workspace, RIGHT)
    return workspace


def events(workspace: Path, notice: str) -> list[str]:
    db = sqlite3.connect(workspace / "markhound.db")
    rows = db.execute("SELECT event FROM notice_events WHERE notice = ? ORDER BY id", [notice])
    found = [row[0] for row in rows.fetchall()]
    db.close()
    return found


def look(workspace: Path, *options: str) -> list[Any]:
    return run(
        "follow-up", "--all", "--allow-private", "--delay", "0", "--confirm-hours", "0", "--json",
        *options, workspace=workspace,
    ).lines  # fmt: skip


def test_from_a_listing_to_its_end(ready: Path, shop: TinyShop, tmp_path: Path) -> None:
    sweep(ready, shop.url)
    [hit] = [h for h in run("hits", "--json", workspace=ready).lines if h["flagged"]]
    with open_workspace(ready).store() as db:
        employ(db)
    wei, mei = proving(ready, "wei"), proving(ready, "mei")
    run(
        "judge", hit["id"], "--as", "infringing", "--by", "wei", "--reason", "never made by them",
        workspace=ready, env=wei,
    )  # fmt: skip
    run("notice", "draft", hit["id"], "--kind", "dsa", workspace=ready, env=wei)
    [drafted] = run("notice", "status", "--json", workspace=ready).lines
    notice = drafted["id"]
    for exception in ("referential", "exhaustion"):
        considered = ("notice", "consider", notice, "--exception", exception)
        run(*considered, "--result", "no", workspace=ready, env=wei)
    run("notice", "send", notice, "--now", workspace=ready, env=mei, expect=2)
    run("notice", "check", notice, "--allow-private", workspace=ready)
    run("notice", "approve", notice, "--reason", "compared", workspace=ready, env=mei)
    with MailServer(tmp_path) as server:
        use(ready, server)
        run("notice", "send", notice, "--now", workspace=ready, env=mei)
        [mail] = server.taken
    assert mail.recipients == ["desk@tiny.example"]
    body = mail.parsed.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == drafted["text"]

    receipt = tmp_path / "receipt.eml"
    receipt.write_text(
        f"From: desk@tiny.example\nTo: {mail.parsed['Reply-To']}\nSubject: we have your notice\n"
        "Message-ID: <1@tiny.example>\nAuto-Submitted: auto-replied\n\nThank you.\n"
    )
    run("notice", "receive", "--eml", receipt, workspace=ready)
    assert events(ready, notice)[-5:] == [
        *("approved", "queued", "sending", "sent", "acknowledged")
    ]

    gone = shop.routes.pop("/p/1")
    shop.routes["/"] = links_page("/p/2")
    assert [one["verdict"] for one in look(ready)] == ["gone once"]
    [proven] = look(ready)
    assert (proven["verdict"], proven["ending"]) == ("gone", "removed after our notice")

    shop.routes["/p/9"] = gone
    shop.routes["/p/10"] = listing_page("Northgate rain jacket yellow", picture="/i/2.png")
    shop.routes["/"] = links_page("/p/2", "/p/9", "/p/10")
    found = run(
        "sweep", shop.url, "--allow-private", "--delay", "0", "--json", workspace=ready
    )  # fmt: skip
    assert f"back: {shop.url}/p/1 stands at {shop.url}/p/9" in found.err
    with open_workspace(ready).store() as db:
        [back] = find_stored_relistings(db)
    assert (back.case, back.new) == (drafted["case"], f"{shop.url}/p/9")
    assert [reason.split(":")[0] for reason in back.reasons] == [
        "the same seller", "the same pictures", "the same title",
    ]  # fmt: skip

    shop.routes["/p/1"] = gone
    [restored] = look(ready)
    assert (restored["verdict"], restored["ending"]) == ("back", "restored")
    assert events(ready, notice)[-1] == "restored"
