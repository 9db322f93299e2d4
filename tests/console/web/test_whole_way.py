"""The whole way of a team through the console, in a real browser: from signing in to an approved
notice. With ``MARKHOUND_PICTURES=FOLDER`` every page is kept there as a picture."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from crawler.model import Seller
from crawler.store.approvals import find_draft
from crawler.store.database import now
from crawler.store.notices import load_notice
from crawler.workspace import Workspace, make_workspace, open_workspace
from tests.servers.console import an_account, serving
from tests.servers.eyes import Eyes, opened_eyes
from tests.servers.filled import fill
from tests.servers.judged import RECIPIENT, SENDER, see
from tests.servers.stored_hits import MARK, a_listing

BEST = Seller(name="Best Bags 优品", id="s-77", contacts=("weixin:bestbags88",))
OTHERS = ("Lucky Star 福星", "金源 <b>皮具</b>")


def a_filled_workspace(folder: Path) -> Workspace:
    """Return a workspace with hits of three sellers, and all that a notice asks for."""
    workspace = make_workspace(folder)
    settings = folder / "markhound.toml"
    text = settings.read_text(encoding="utf-8").replace("[sender]", "")
    settings.write_text(text + SENDER, encoding="utf-8")
    known = RECIPIENT.format(verified=f"{now():%Y-%m-%d}")
    (folder / "recipients.toml").write_text(known, encoding="utf-8")
    workspace = open_workspace(folder)
    fill(workspace, 120, sellers=OTHERS)
    titles = ("Аurеliо leather bag", "奥雷利奥 真皮手提包 1:1 复刻", "Aurel1o wallet 钱包")
    with workspace.store() as db:
        listings = [
            a_listing(url=f"https://shop.example/best/{n}", title=title, seller=BEST)
            for n, title in enumerate(titles)
        ]
        see(db, "w-1", listings, right=MARK)
    for name in ("王芳", "李伟", "陈静"):
        an_account(workspace, name, "analyst" if name == "王芳" else "approver")
    return workspace


def decisions(workspace: Workspace) -> list[str]:
    with workspace.store() as db:
        rows = db.execute("SELECT decision FROM standing_judgements ORDER BY number")
        return [str(decision) for (decision,) in rows]


def press(page: Page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def take_group(page: Page, filters: str) -> None:
    """Take the riskiest group that fits, by its key."""
    page.goto(f"/queue?{filters}")
    with page.expect_navigation(url=re.compile("/queue/g-")):
        page.keyboard.press("j")


def decide(page: Page, keys: str) -> None:
    """Decide by these keys, a hit each."""
    for key in keys:
        shown = page.locator("form.judge").get_attribute("action")
        press(page, key)
        left = page.locator("form.judge")
        assert left.count() == 0 or left.get_attribute("action") != shown, (key, shown)


def test_the_whole_way_of_a_team(tmp_path: Path) -> None:
    go(a_filled_workspace(tmp_path / "w"))


@pytest.mark.long
def test_the_whole_way_past_every_page(tmp_path: Path) -> None:
    go(a_filled_workspace(tmp_path / "w"), "cases notices registry sweeps overview lessons audit")


def go(workspace: Workspace, beside: str = "") -> None:
    """Go the whole way, look at each page that is met, and at those beside it."""
    with serving(workspace) as base, opened_eyes(base) as eyes:
        analyst(eyes, workspace)
        author = eyes.sit()
        eyes.sign_in(author, "李伟")
        second_look(eyes, author, workspace)
        notice = case_and_notice(eyes, author)
        refuse_author(author, notice)
        approve(eyes, notice)
        exact_bytes(author, workspace, notice)
        for name in beside.split():
            author.goto(f"/{name}")
            eyes.look(author, name)
        if beside:
            author.goto(f"/notices/{notice}")
            eyes.look(author, "approved-notice")
        assert eyes.wrong == []


def analyst(eyes: Eyes, workspace: Workspace) -> None:
    """Sign in, decide 20 hits, undo one, decide many alike, teach a licensee."""
    page = eyes.sit()
    page.goto("/")
    eyes.look(page, "sign-in")
    eyes.sign_in(page, "王芳")
    expect(page).to_have_url(re.compile("/queue$"))
    eyes.look(page, "queue")

    take_group(page, "seller=best")
    eyes.look(page, "group")
    page.reload()
    decide(page, "yyy")
    take_group(page, "right=TM-0001&seller=lucky")
    decide(page, "nlununlnunlnunnln")
    made = decisions(workspace)
    assert len(made) == 20
    assert made[:3] == ["infringing"] * 3
    assert set(made[3:]) == {"unrelated", "licensed", "unsure"}
    press(page, "z")
    expect(page.get_by_role("status").filter(has_text="Taken back")).to_be_visible()
    assert len(decisions(workspace)) == 19

    take_group(page, "right=WK-0001&seller=lucky")
    page.locator(".bulk summary").click()
    page.locator(".bulk select").select_option("copied-work")
    with page.expect_navigation(url=re.compile("/bulk/")):
        page.locator(".bulk button").click()
    eyes.look(page, "bulk")
    page.reload()
    while page.locator("form.fits").count():
        press(page, "y")
    page.get_by_role("button", name=re.compile(r"Decide \d+ hits")).click()
    expect(page.get_by_role("status").filter(has_text="All of them")).to_be_visible()
    assert decisions(workspace).count("infringing") == 3 + 30

    take_group(page, "right=TM-0001&seller=%E9%87%91")
    page.get_by_role("button", name="This seller is licensed").click()
    page.get_by_label("Reason, in words that a colleague understands").fill(
        "授权书已核 licence seen"
    )
    eyes.look(page, "teach")
    page.get_by_role("button", name="Teach it").click()
    expect(page.locator(".said")).to_be_visible()
    page.goto(page.url.split("?")[0])
    expect(page.locator(".licences .bad")).to_contain_text("is licensed, as 王芳 taught")


def second_look(eyes: Eyes, page: Page, workspace: Workspace) -> None:
    """Look again at what the analyst put aside, and see nothing of what was decided."""
    page.goto("/second-looks")
    page.get_by_role("button", name="Draw now").click()
    page.wait_for_selector("form.judge")
    expect(page.locator("article.hit")).not_to_contain_text("王芳")
    eyes.look(page, "second-look")
    press(page, "n")
    expect(page.locator(".said")).to_contain_text("second look is recorded")
    with workspace.store() as db:
        assert db.execute("SELECT by FROM second_look_answers").fetchall() == [("李伟",)]


def case_and_notice(eyes: Eyes, page: Page) -> str:
    """Open a case from judged hits, draft a notice, check it; return its id."""
    page.goto("/cases/new")
    eyes.look(page, "new-case")
    mine = page.locator("section").filter(has_text="Best Bags")
    mine.get_by_role("button", name="Open the case").click()
    expect(page.locator("h1")).to_contain_text("Best Bags")
    eyes.look(page, "case")
    for box in page.get_by_role("checkbox", name="Aurelio").all():
        box.check()
    page.get_by_role("button", name="Draft a notice of the ticked hits").click()
    page.get_by_role("radio", name="Notice of illegal content").check()
    eyes.look(page, "draft")
    page.get_by_role("radio", name="Notice of illegal content").check()
    page.get_by_role("button", name="Draft it").click()
    expect(page.locator(".said")).to_contain_text("nothing was sent")
    for exception in ("Referential use", "Exhaustion: genuine goods"):
        asked = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=exception))
        asked.get_by_label("What came of it").fill("不适用 not so")
        asked.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Check by what is stored").click()
    expect(page.get_by_text("every rule holds")).to_be_visible()
    eyes.look(page, "notice")
    return page.url.partition("/notices/")[2].partition("?")[0]


def refuse_author(page: Page, notice: str) -> None:
    """Try to approve one's own notice, in the page and beside it."""
    expect(page.get_by_text("You drafted this notice.")).to_be_visible()
    expect(page.locator(f'form[action="/notices/{notice}/approve"]')).to_have_count(0)
    origin = re.match(r"https?://[^/]+", page.url)
    assert origin is not None
    refused = page.request.post(
        f"/notices/{notice}/approve",
        form={"kind": "ordinary", "reason": "mine"},
        headers={"origin": origin[0]},
    )
    assert refused.status == 403
    assert "the author of a notice cannot approve it" in refused.text()


def approve(eyes: Eyes, notice: str) -> None:
    """Approve it by another account."""
    page = eyes.sit()
    eyes.sign_in(page, "陈静")
    page.goto(f"/notices/{notice}")
    page.get_by_label("Why (ordinary approval)").fill("看过 looked at both pictures")
    eyes.look(page, "approval")
    page.get_by_label("Why (ordinary approval)").fill("看过 looked at both pictures")
    page.get_by_role("button", name="Approve: ordinary approval").click()
    expect(page.locator(".said")).to_contain_text("Approved; it may be sent.")


def exact_bytes(page: Page, workspace: Workspace, notice: str) -> None:
    """See that what stands in the page is what was approved, byte for byte."""
    page.goto(f"/notices/{notice}")
    with workspace.store() as db:
        kept, draft = load_notice(db, notice), find_draft(db, notice)
    assert draft is not None
    shown = page.locator("pre.paper").text_content()
    assert shown is not None
    assert shown.rstrip("\n").encode() == kept.text.rstrip("\n").encode()
    expect(page.get_by_text(draft.sha256)).to_be_visible()
    listed = page.request.get(f"/notices/{notice}/files/listings.csv").body()
    assert listed.count(b"https://shop.example/best/") == 3
