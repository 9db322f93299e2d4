"""A console on a read-only disk: its pages are read, nothing is done, nothing reaches the disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from console.web.app import make_app
from console.web.pages import SESSION
from crawler.workspace import make_workspace
from tests.servers.console import BASE, PASSPHRASE, an_account, session_of


def test_pages_are_read_from_a_copy_and_nothing_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = make_workspace(tmp_path / "w")
    account = an_account(workspace, "周宁", "approver")
    token = session_of(workspace, account)
    before = workspace.database.read_bytes()
    access, writable = os.access, [False]

    def may(place: Path, mode: int) -> bool:  # root may write anywhere, but on a read-only disk
        return access(place, mode) if writable[0] else Path(place) != workspace.folder

    monkeypatch.setattr(os, "access", may)
    tip = {"url": "https://shop.example/p/1"}
    with TestClient(
        make_app(workspace), base_url=BASE, headers={"sec-fetch-site": "same-origin"}
    ) as client:
        form = {"name": "周宁", "passphrase": PASSPHRASE, "to": "/cases"}
        signed = client.post("/sign-in", data=form)
        assert signed.status_code == 200
        assert "pages can be read, nothing can be done" in signed.text
        for path in ("/queue", "/tips", "/overview", "/audit", "/account", "/notices", "/reports"):
            assert client.get(path).status_code == 200, path
        refused = client.post("/tips", data=tip)
        assert (refused.status_code, "Nothing was done" in refused.text) == (507, True)
        assert workspace.database.read_bytes() == before
        writable[0] = True
        assert client.get("/tips").url.path == "/sign-in"  # that session was in the copy alone
        client.cookies.set(SESSION, token)
        assert "nothing can be done" not in client.get("/tips").text
        assert client.post("/tips", data=tip).status_code == 200
    assert list(Path(tmp_path).glob("markhound-console-*")) == []
