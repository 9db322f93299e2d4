"""``markhound case``, and notices that are withdrawn after they were sent."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.model import TargetState
from crawler.store.approvals import record_approval
from crawler.store.database import writing
from crawler.store.notice_events import record_notice_event
from crawler.store.notices import load_notice
from crawler.workspace import Workspace
from tests.servers.command import Finished, invoke
from tests.servers.judged import add_account, fill_workspace, now, see
from tests.servers.stored_hits import LISTING, a_listing

SECOND = a_listing(url="https://shop.example/商品/2", title="Aurelio 皮带")
BY = ("--by", "李伟")


@pytest.fixture
def shop(tmp_path: Path) -> tuple[Workspace, list[str]]:
    """Return a workspace without accounts, and its two hits, judged infringing."""
    workspace, hits = fill_workspace(tmp_path / "w", listings=(LISTING, SECOND))
    for hit in hits:
        judge(workspace, hit)
    return workspace, hits


def judge(workspace: Workspace, hit: str, env: Mapping[str, str] | None = None) -> None:
    by = () if env else BY
    name = by[1] if by else "张伟"
    invoke(
        *("judge", hit, "--as", "infringing", "--by", name, "--reason", "假冒"),
        workspace=workspace.folder,
        env=env,
    )


def show(workspace: Workspace, case: str) -> Finished:
    return invoke("case", "show", case, "--json", workspace=workspace.folder)


def states(workspace: Workspace, case: str) -> dict[str, str]:
    found = show(workspace, case).json["listings"]
    return {listing["url"]: listing["outcome"]["state"] for listing in found}


def test_a_case_is_opened_once_and_grows(shop: tuple[Workspace, list[str]]) -> None:
    workspace, (first, second) = shop
    folder = workspace.folder
    assert "No cases yet" in invoke("case", "list", workspace=folder).out
    opened = invoke("case", "open", first, *BY, workspace=folder).out
    assert invoke("case", "open", first, second, *BY, workspace=folder).out == opened
    case = opened.strip()
    [listed] = invoke("case", "list", "--json", workspace=folder).lines
    assert (listed["id"], listed["hits"]) == (case, [first, second])
    assert (listed["seller"], listed["outcomes"]) == ("Best Bags 优品", {"open": 2})
    kinds = [entry["kind"] for entry in show(workspace, case).json["timeline"]]
    assert kinds == ["judgement", "judgement", "case-opened", "case-hits-added"]
    assert case in invoke("case", "list", workspace=folder).out


def test_notes_files_and_who_has_it(shop: tuple[Workspace, list[str]], tmp_path: Path) -> None:
    workspace, (first, _) = shop
    folder = workspace.folder
    case = invoke("case", "open", first, *BY, workspace=folder).out.strip()
    receipt = tmp_path / "购买凭证.pdf"
    receipt.write_bytes(b"%PDF receipt")
    digest = hashlib.sha256(b"%PDF receipt").hexdigest()
    for _ in range(2):
        invoke("case", "attach", case, receipt, *BY, workspace=folder)
    invoke("case", "note", case[:5], "  卖家已回复\x1b[2J ", *BY, workspace=folder)
    invoke("case", "assign", case, "Ann", *BY, workspace=folder)
    invoke("case", "assign", case, "张伟", *BY, workspace=folder)
    assert (folder / "attachments" / digest).read_bytes() == b"%PDF receipt"
    assert not (folder / "attachments" / "incoming").exists()
    view = show(workspace, case).json
    assert view["assigned"] == "张伟"
    assert [(f["name"], f["sha256"], f["bytes"]) for f in view["files"]] == [
        ("购买凭证.pdf", digest, 12)
    ] * 2
    words = invoke("case", "show", case, workspace=folder).out
    assert "\x1b" not in words
    assert "case-noted" in words


def test_what_people_say_counts_until_it_is_seen_again(
    shop: tuple[Workspace, list[str]],
) -> None:
    workspace, (first, second) = shop
    case = invoke("case", "open", first, second, *BY, workspace=workspace.folder).out.strip()
    said = ("--reason", "和解协议", *BY)

    def state(target: str, outcome: str) -> None:
        invoke("case", "outcome", target, "--as", outcome, *said, workspace=workspace.folder)

    state(SECOND.url, "delisted")
    assert states(workspace, case) == {LISTING.url: "open", SECOND.url: "delisted"}
    state(case, "settled")
    state(second, "delisted")
    with workspace.store() as db:
        see(db, "w-2", [LISTING, SECOND], at=now() + timedelta(hours=1))
    assert states(workspace, case) == {LISTING.url: "settled", SECOND.url: "restored"}


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("show", "c-none"), "no case has the id"),
        (("show", ""), "no case has the id"),
        (("note", "c-none", "x", *BY), "no case has the id"),
        (("outcome", "https://shop.example/p/1", "--as", "removed", "--reason", "x", *BY),
         "is in no case"),
        (("outcome", "c-none", "--as", "open", "--reason", "x"), "'open' is not one of"),
        (("open", "h-none"), "no hit has the id"),
        (("open", "h-none", "--by", "\udcff"), "no hit has the id"),
    ],
)  # fmt: skip
def test_wrong_use_is_told(
    shop: tuple[Workspace, list[str]], words: tuple[str, ...], match: str
) -> None:
    assert match in invoke("case", *words, workspace=shop[0].folder, expect=2).err


def test_bytes_that_are_no_text_are_told(shop: tuple[Workspace, list[str]], tmp_path: Path) -> None:
    workspace, (first, _) = shop
    folder = workspace.folder
    case = invoke("case", "open", first, *BY, workspace=folder).out.strip()
    refused = invoke("case", "note", case, "\udcff", *BY, workspace=folder, expect=2)
    assert "expected text" in refused.err
    odd = tmp_path / os.fsdecode(b"\xff.pdf")
    odd.write_bytes(b"x")
    invoke("case", "attach", case, odd, *BY, workspace=folder)
    assert show(workspace, case).json["files"][0]["name"] == "\\xff.pdf"


def test_a_hit_that_nobody_judged_opens_no_case(tmp_path: Path) -> None:
    workspace, [hit] = fill_workspace(tmp_path / "w")
    refused = invoke("case", "open", hit, *BY, workspace=workspace.folder, expect=2)
    assert "has not been judged" in refused.err


# -- notices of a case -----------------------------------------------------------------


def sent_notice(
    workspace: Workspace, hits: list[str], *, kind: str = "dsa"
) -> tuple[str, dict[str, str]]:
    """Draft a notice as 张伟, have it approved and sent; return its id and his environment."""
    with workspace.store() as db:
        _, env = add_account(db, "张伟", "analyst")
        ann, _ = add_account(db, "Ann", "approver")
    for hit in hits:
        judge(workspace, hit, env)
    invoke("notice", "draft", *hits, "--kind", kind, workspace=workspace.folder, env=env)
    name = invoke("notice", "status", "--json", workspace=workspace.folder).lines[0]["id"]
    with workspace.store() as db, writing(db):
        record_approval(db, load_notice(db, name), "ordinary", ann, "seen", at=now())
        for event in ("queued", "sending", "sent"):
            record_notice_event(db, name, event, {}, by="markhound", at=now())
    return name, env


def test_not_seen_is_not_removed(tmp_path: Path) -> None:
    workspace, hits = fill_workspace(tmp_path / "w", listings=(LISTING, SECOND))
    sent_notice(workspace, hits)
    case = invoke("case", "list", "--json", workspace=workspace.folder).json["id"]
    steps = ((TargetState.FAILED, 2), (TargetState.BLOCKED, 4), (TargetState.GONE, 6))
    later = now()
    with workspace.store() as db:
        for number, (state, hours) in enumerate(steps):
            at = later + timedelta(hours=hours)
            see(db, f"w-1{number}", [LISTING], state=state, at=at)
    assert states(workspace, case) == {LISTING.url: "blocked", SECOND.url: "noticed"}
    with workspace.store() as db:
        see(db, "w-20", [LISTING], state=TargetState.GONE, at=later + timedelta(hours=20))
    assert states(workspace, case) == {LISTING.url: "removed", SECOND.url: "noticed"}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("dsa", ("With this letter we withdraw our notice N-", "put back what was removed")),
        ("cn-ecommerce", ("我方现撤回", "请恢复因该通知而删除")),
    ],
)
def test_a_sent_notice_is_withdrawn_in_one_step(
    tmp_path: Path, kind: str, words: tuple[str, str]
) -> None:
    workspace, [hit] = fill_workspace(tmp_path / "w")
    folder = workspace.folder
    name, env = sent_notice(workspace, [hit], kind=kind)
    reason = "正品\n签名：伪造"
    withdraw = ("notice", "withdraw", name, "--reason", reason)
    done = invoke(*withdraw, workspace=folder, env=env)
    assert "it is ready to be sent" in done.err
    retraction, withdrawn = invoke("notice", "status", "--json", workspace=folder).lines
    assert (withdrawn["id"], withdrawn["status"]) == (name, "withdrawn")
    assert (retraction["kind"], retraction["status"]) == ("retraction", "approved")
    assert retraction["recipient"] == withdrawn["recipient"]
    flat = " ".join(retraction["text"].split())
    assert name in flat
    assert LISTING.url in flat
    for word in words:
        assert word.replace(" ", "") in flat.replace(" ", "")
    assert not any(line.startswith("签名：伪造") for line in retraction["text"].split("\n"))
    assert invoke("hits", "--json", workspace=folder).json["judgement"] == "unrelated"
    [standing] = invoke("notice", "standing", "--json", workspace=folder).lines
    assert (standing["decided"], standing["accepted"], standing["withdrawn"]) == (1, 0, 1)
    assert standing["too_few"] is True
    with workspace.store() as db:
        for event in ("queued", "sending", "sent"):  # one person was enough
            with writing(db):
                record_notice_event(db, retraction["id"], event, {}, by="markhound", at=now())
    assert "withdrawn already" in invoke(*withdraw, workspace=folder, env=env, expect=2).err
    again = ("notice", "withdraw", retraction["id"], "--reason", "x")
    assert "is a retraction" in invoke(*again, workspace=folder, env=env, expect=2).err
    case = withdrawn["case"]
    assert states(workspace, case) == {LISTING.url: "withdrawn"}
    assert withdrawn["clocks"] == []
    assert "No clock runs" in invoke("deadlines", workspace=folder).out


def test_a_site_without_named_seller_gets_no_licensee(tmp_path: Path) -> None:
    nameless = a_listing(seller=None)
    workspace, [hit] = fill_workspace(tmp_path / "w", listings=(nameless,))
    name, env = sent_notice(workspace, [hit])
    words = ("notice", "withdraw", name, "--reason", "x", "--licensee")
    refused = invoke(*words, workspace=workspace.folder, env=env, expect=2)
    assert "the page names no seller" in refused.err
    [notice] = invoke("notice", "status", "--json", workspace=workspace.folder).lines
    assert notice["status"] == "sent"  # nothing of it was done


def test_standing_asks_for_an_approval_that_says_so(tmp_path: Path) -> None:
    workspace, hits = fill_workspace(tmp_path / "w", listings=(LISTING, SECOND))
    recipients = workspace.folder / "recipients.toml"
    limits = "[recipients.standing]\nleast = 1\n"
    recipients.write_text(recipients.read_text(encoding="utf-8") + limits, encoding="utf-8")
    name, env = sent_notice(workspace, hits[:1])
    with workspace.store() as db:
        with writing(db):
            refused = {"outcome": "refused"}
            record_notice_event(db, name, "decided", refused, by="Ann", at=now())
        _, leo = add_account(db, "Leo", "admin")
    folder = workspace.folder
    judge(workspace, hits[1], env)
    invoke("notice", "draft", hits[1], "--kind", "dsa", workspace=folder, env=env)
    name = invoke("notice", "status", "--json", workspace=folder).lines[0]["id"]
    for exception in ("referential", "exhaustion"):
        words = ("notice", "consider", name, "--exception", exception, "--result", "no")
        invoke(*words, workspace=folder, env=env)
    assert "need: standing:" in invoke("notice", "check", name, "--no-fetch", workspace=folder).out
    approve = ("notice", "approve", name, "--reason", "ok")
    done = invoke(*approve, workspace=folder, env=leo)
    assert "it still needs: standing" in done.err
    [_, row] = invoke("notice", "status", "--json", workspace=folder).lines[::-1]
    assert (row["status"], row["lacking"]) == ("checked", ["standing"])
    assert "1 of 1 (100.0%)" in invoke("notice", "show", name, workspace=folder).err
    done = invoke(*approve, "--as", "standing", workspace=folder, env=leo)
    assert "it may be sent" in done.err
    [standing] = invoke("notice", "standing", "--json", workspace=folder).lines
    assert "not accepted: 1 of 1 (100.0%)" in standing["danger"]
    assert "pending" in invoke("notice", "standing", workspace=folder).out
