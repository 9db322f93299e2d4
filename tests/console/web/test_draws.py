"""Inspections by lot in the console: shown as drawn, and recorded by who was drawn alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.accounts import Actor
from crawler.draws import Conflict
from crawler.store.database import now, writing
from crawler.store.draws import Draw, DrawList, find_inspections, record_lots
from crawler.workspace import Workspace, make_workspace
from tests.servers.console import an_account, signed_in
from tests.servers.ledgers import at_hand

TARGET = "店<b>.example"


@pytest.fixture
def drawn(tmp_path: Path) -> tuple[Workspace, Draw]:
    """Return a workspace with one target, drawn for 李伟, as 王芳 has a conflict."""
    workspace = make_workspace(tmp_path / "w")
    for name in ("李伟", "王芳"):
        an_account(workspace, name)
    conflict = Conflict(inspector="王芳", target="*", reason="亲属")
    listed = DrawList(targets=(TARGET,), inspectors=("李伟", "王芳"), conflicts=(conflict,))
    with workspace.store() as db, writing(db):
        draw = record_lots(
            db, listed, Actor(name="x"), source="file", count=1, seed="s", purpose="秋季", at=now()
        )
    return workspace, draw


def test_who_was_drawn_records_the_outcome(drawn: tuple[Workspace, Draw]) -> None:
    workspace, draw = drawn
    path = f"/draws/{draw.id}"
    form = {"target": TARGET, "outcome": "infringement", "words": "<i>三件"}
    with signed_in(workspace, "王芳") as client:
        page = client.get(path).text
        assert "店&lt;b&gt;.example" in page
        assert f'action="{path}/record"' not in page
        refused = client.post(f"{path}/record", data=form)
        assert (refused.status_code, "李伟 was drawn" in refused.text) == (403, True)
    with signed_in(workspace, "李伟", language="zh") as client:
        assert "秋季" in client.get("/draws").text
        assert f'action="{path}/record"' in client.get(path).text
        for wrong in ({"outcome": "fine"}, {"outcome": "not_inspected", "words": ""}):
            assert client.post(f"{path}/record", data=form | wrong).status_code == 422
        missing = client.post(f"{path}/record", data=form | {"target": "x"})
        assert missing.status_code == 404
        page = client.post(f"{path}/record", data=form).text
        assert "检查结果已登记" in page
        assert "&lt;i&gt;三件" in page
        assert client.get("/draws/dr-none").status_code == 404
    with workspace.store() as db:
        [found] = find_inspections(db, draw.id).values()
    assert (found.inspector, found.outcome) == ("李伟", "infringement")


def test_a_draw_that_was_changed_is_told(drawn: tuple[Workspace, Draw]) -> None:
    workspace, draw = drawn
    with signed_in(workspace, "周宁", "auditor") as client:
        assert "it is the same, as the ledger has it" in client.get(f"/draws/{draw.id}").text
        with at_hand(workspace) as db:
            db.execute("UPDATE drawn SET inspector = '王芳'")
        page = client.get(f"/draws/{draw.id}").text
        assert "it is not what the ledger has" in page
        assert "another result from place 1 on" in page
