"""The whole way of a notice in a real browser, by two people, and the desk's pages under axe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from email.message import EmailMessage
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from console.web.pages import LANGUAGE, SESSION
from crawler.accounts import Role
from crawler.model import Seller
from crawler.workspace import Workspace
from tests.servers.browsers import opened_browser
from tests.servers.console import an_account, serving, session_of
from tests.servers.desk import BEST, judge_all, judged_workspace, one_listing_shop
from tests.servers.mail import MailServer
from tests.servers.stored_hits import a_listing

LOOKS = (("en", 1440, "light"), ("zh", 360, "dark"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as started:
        yield started


class Desk:
    """A console, and people who sit before it."""

    def __init__(self, browser: Browser, workspace: Workspace, base: str) -> None:
        self._browser = browser
        self._workspace = workspace
        self._base = base
        self.wrong: list[str] = []
        """What the browser complained of."""

    def sit(
        self, name: str, role: Role, language: str = "en", width: int = 1440, scheme: str = "light"
    ) -> Page:
        context: BrowserContext = self._browser.new_context(
            base_url=self._base,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        token = session_of(self._workspace, an_account(self._workspace, name, role))
        context.add_cookies(
            [
                {"name": SESSION, "value": token, "url": self._base},
                {"name": LANGUAGE, "value": language, "url": self._base},
            ]
        )
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("dialog", lambda dialog: dialog.accept())
        page.on("console", lambda m: self.wrong.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        return page


def answer_by_mail(to: str, folder: Path) -> Path:
    """Return a file with the recipient's answer."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "desk@shop.example", to, "已处理 Re: notice"
    mail.set_content("We have removed the listing. 商品已下架。<img src=x onerror=alert(1)>")
    file = folder / "answer.eml"
    file.write_bytes(mail.as_bytes(policy=mail.policy.clone(linesep="\r\n")))
    return file


def test_the_whole_way_of_a_notice(tmp_path: Path, browser: Browser) -> None:
    with ExitStack() as stack:
        shop = stack.enter_context(one_listing_shop())
        mail = stack.enter_context(MailServer(tmp_path))
        site, seller = shop.partition("//")[2], Seller(name=BEST.name)
        listings = [a_listing(url=f"{shop}/p/1", seller=seller, site=site)]
        workspace, hits = judged_workspace(tmp_path / "w", mail, listings, allow_private=True)
        recipients = tmp_path / "w" / "recipients.toml"
        known = recipients.read_text(encoding="utf-8")
        recipients.write_text(known.replace('site = "shop.example"', f'site = "{site}"'), "utf-8")
        base = stack.enter_context(serving(workspace))
        desk = Desk(browser, workspace, base)
        wei, fang = desk.sit("李伟", "approver"), desk.sit("王芳", "approver")

        wei.goto("/cases/new")
        wei.get_by_role("button", name="Open the case").click()
        wei.get_by_role("checkbox", name="Aurelio").check()
        wei.get_by_role("button", name="Draft a notice of the ticked hits").click()
        wei.get_by_role("radio", name="E-commerce platform (China)").check()
        wei.get_by_role("button", name="Draft it").click()
        expect(wei.locator(".said")).to_contain_text("nothing was sent")
        notice = wei.url.partition("/notices/")[2].partition("?")[0]

        for exception in ("Referential use", "Exhaustion: genuine goods"):
            asked = wei.get_by_role("listitem").filter(
                has=wei.get_by_role("heading", name=exception)
            )
            asked.get_by_label("What came of it").fill("不适用 not so")
            asked.get_by_role("button", name="Keep it").click()
        wei.get_by_role("button", name="look at the listings again").click()
        expect(wei.get_by_text("Looking at the listings and checking")).to_be_visible()
        expect(wei.get_by_text("has changed since it was judged")).to_be_visible(timeout=60_000)
        judge_all(workspace, hits)  # what the look found is other than what was judged
        wei.get_by_role("button", name="Check by what is stored").click()
        expect(wei.get_by_text("every rule holds")).to_be_visible()

        expect(wei.get_by_text("You drafted this notice.")).to_be_visible()
        refused = wei.request.post(
            f"/notices/{notice}/approve",
            form={"kind": "ordinary", "reason": "mine"},
            headers={"origin": base},
        )
        assert refused.status == 403
        assert "the author of a notice cannot approve it" in refused.text()

        fang.goto(f"/notices/{notice}")
        fang.get_by_label("Why (ordinary approval)").fill("看过 looked at both pictures")
        fang.get_by_role("button", name="Approve: ordinary approval").click()
        expect(fang.locator(".said")).to_contain_text("Approved; it may be sent.")

        wei.reload()
        wei.get_by_role("button", name="Queue it for sending").click()
        expect(wei.get_by_text("due: it goes with the next sending")).to_be_visible(timeout=60_000)
        wei.get_by_role("button", name="Send what is due").click()
        expect(wei.get_by_text("It is with the recipient.")).to_be_visible(timeout=60_000)
        [taken] = mail.taken
        assert taken.parsed["Subject"].startswith(f"[{notice}]")

        wei.goto("/notices?tray=answers")
        wei.get_by_text("Take in answers").click()
        answer = answer_by_mail(taken.parsed["Reply-To"], tmp_path)
        wei.get_by_label("Mails as files").set_input_files(answer)
        wei.get_by_role("button", name="Take these files").click()
        wei.get_by_role("link", name="已处理 Re: notice").click()
        expect(wei.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
        expect(wei.get_by_label("What the recipient says")).to_have_value("removed")
        wei.get_by_label("Why").first.fill("平台已下架")
        wei.get_by_role("button", name="Record it").click()
        expect(wei.get_by_text("平台已下架").first).to_be_visible()
        expect(wei.get_by_text("recipient decided")).to_be_visible()

        case = wei.get_by_role("link", name=str(BEST.name)).get_attribute("href") or ""
        look_through(desk, case, notice, wei.request.get("/notices?tray=decided").text())
        assert desk.wrong == []


def look_through(desk: Desk, case: str, notice: str, tray: str) -> None:
    """Let axe look at each page of the desk, in both languages and lights, and at its width."""
    assert notice in tray
    for language, width, scheme in LOOKS:
        page = desk.sit("李伟", "approver", language, width, scheme)
        for path in (
            "/cases", "/cases/new", case, f"/notices/new?case={case.rpartition('/')[2]}",
            "/notices", "/notices?tray=deadlines", f"/notices/{notice}",
        ):  # fmt: skip
            page.goto(path)
            found = Axe().run(page).response["violations"]
            assert [(one["id"], one["nodes"][0]["target"]) for one in found] == [], (path, language)
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert over <= 0, (path, language)
