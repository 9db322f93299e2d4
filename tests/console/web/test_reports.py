"""Reports as files, who is told what is new, and what they were told."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.store.database import now, writing
from crawler.store.digests import (
    DigestItem,
    StoredDigest,
    new_digest_id,
    record_digest,
    record_digest_end,
)
from crawler.workspace import Workspace, make_workspace, open_workspace
from tests.servers.command import invoke
from tests.servers.console import signed_in

SETTINGS = """
[[tell]]
name = "team <b>"
kind = "webhook"
address = "https://hooks.example/services/S3CRET"
[[tell]]
name = "post"
kind = "mail"
address = "team@harbour.example"
language = "zh"
"""
PERIOD = {"from": "2026-11-01", "to": "2026-11-30"}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = make_workspace(tmp_path_factory.mktemp("reports") / "w")
    file = made.folder / "markhound.toml"
    file.write_text(file.read_text() + SETTINGS)
    return open_workspace(made.folder)


def test_an_auditor_reads_who_is_told_and_no_secret(opened: Workspace) -> None:
    with signed_in(opened, "周宁", "auditor", "zh") as client:
        shown = client.get("/reports").text
        assert "https://hooks.example/…" in shown
        assert "S3CRET" not in shown
        assert "team &lt;b&gt;" in shown
        assert "team@harbour.example" in shown
        assert 'href="/reports"' in client.get("/audit").text
        assert client.get("/reports/digests/dg-none").status_code == 404


def test_the_console_sends_the_file_of_the_command(opened: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    days = ("--from", PERIOD["from"], "--to", PERIOD["to"])
    invoke("report", *days, "--language", "zh", "--csv", file, workspace=opened.folder)
    with signed_in(opened, "周宁", "auditor") as client:
        sent = client.get("/reports/file", params={**PERIOD, "as": "csv", "language": "zh"})
    assert sent.content == file.read_bytes()


def test_what_was_told_can_be_read(opened: Workspace) -> None:
    at = now()
    told = StoredDigest(
        id=new_digest_id(),
        channel="post",
        follows="",
        kind="mail",
        address="team@harbour.example",
        language="zh",
        risk=0.5,
        floor=at,
        upto=0,
        items=1,
        subject="新情况 <i>",
        text="假货 <script>x</script>\u202e\n第二行",
        at=at,
        event="sending",
        words="",
        worker="",
    )
    item = DigestItem(kind="site", key="a.example", state="blocked", words="site_blocked")
    with opened.store() as db, writing(db):
        record_digest(db, told, [item])
        record_digest_end(db, told.id, "failed", "550 <b>no</b>", at=at)
    with signed_in(opened, "周宁", "auditor") as client:
        listed = client.get("/reports").text
        assert "新情况 &lt;i&gt;" in listed
        assert "550 &lt;b&gt;no" in listed
        shown = client.get(f"/reports/digests/{told.id}").text
    assert "假货 &lt;script&gt;x" in shown
    assert "\n第二行\n" in shown
    assert "\u202e" not in shown


@pytest.mark.parametrize(
    ("kind", "begins"), [("csv", b"\xef\xbb\xbf"), ("html", b"<!doctype html"), ("xlsx", b"PK")]
)
def test_a_report_is_the_same_file_each_time(opened: Workspace, kind: str, begins: bytes) -> None:
    with signed_in(opened, "周宁", "auditor") as client:
        first, again = (
            client.get("/reports/file", params={**PERIOD, "as": kind, "language": "zh"})
            for _ in range(2)
        )
    assert first.status_code == 200, first.text
    assert first.content.lower().startswith(begins.lower())
    assert first.content == again.content
    name = f"markhound-2026-11-01-2026-11-30-zh.{kind}"
    assert first.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert first.headers["content-security-policy"].startswith("sandbox;")


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "2026-12-01"},
        {"from": ""},
        {"to": "<script>"},
        {"to": "9999-99-99"},
        {"from": "1980-01-01"},
        {"as": "exe"},
    ],
)
def test_what_is_no_report_is_told(opened: Workspace, wrong: dict[str, str]) -> None:
    with signed_in(opened, "周宁", "auditor") as client:
        answer = client.get("/reports/file", params={**PERIOD, "as": "csv", **wrong})
    assert (answer.status_code, "Expected" in answer.text) == (422, True)
    assert "<script>" not in answer.text
