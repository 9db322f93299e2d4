"""The queue in a real browser: decided by keys alone, and nothing that shuts anybody out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from console.web.pages import LANGUAGE, SESSION
from crawler.workspace import Workspace, make_workspace
from tests.servers.browsers import opened_browser
from tests.servers.console import an_account, serving, session_of
from tests.servers.filled import fill

VIEWS = {"en-light-360": ("en", "light", 360), "zh-dark-1440": ("zh", "dark", 1440)}


@dataclass(frozen=True)
class Opened:
    """A console with hits in it, and a browser."""

    browser: Browser
    base: str
    workspace: Workspace

    def context(
        self, name: str, language: str = "en", scheme: Any = "light", width: int = 1440
    ) -> BrowserContext:
        token = session_of(self.workspace, an_account(self.workspace, name))
        made = self.browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}
        )
        cookies = {SESSION: token, LANGUAGE: language}
        made.add_cookies([{"name": n, "value": v, "url": self.base} for n, v in cookies.items()])
        return made

    def decisions(self) -> list[str]:
        with self.workspace.store() as db:
            rows = db.execute("SELECT decision FROM standing_judgements ORDER BY number")
            return [str(decision) for (decision,) in rows]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    workspace = make_workspace(tmp_path_factory.mktemp("queue") / "w")
    fill(workspace, 60, sellers=("Best <b>Bags</b> 店",))
    with serving(workspace) as base, opened_browser() as browser:
        yield Opened(browser, base, workspace)


def press(page: Page, key: str, said: str) -> None:
    page.wait_for_load_state()
    page.keyboard.press(key)
    expect(page.get_by_role("status").filter(has_text=said)).to_be_visible()
    page.wait_for_load_state()  # the next key is heard once the scripts of the page run


def test_hits_are_decided_undone_and_left_by_keys_alone(opened: Opened) -> None:
    with opened.context("李伟") as context:
        page = context.new_page()
        page.goto(f"{opened.base}/queue?kind=trademark")
        page.keyboard.press("j")
        page.wait_for_url(re.compile("/queue/g-"))
        said = {"y": "infringing", "l": "licensed", "n": "unrelated", "u": "unsure"}
        for number in range(8):
            if number % 4:
                page.wait_for_selector("form.judge")
            key = "ylnu"[number % 4]
            shown = page.locator("form.judge").get_attribute("action")
            press(page, key, said[key])
            expect(page.locator("form.judge")).not_to_have_attribute("action", shown or "")
            page.goto(page.url.split("said=")[0].rstrip("?&"))  # the same words come twice
        assert counted(opened.decisions()) == dict.fromkeys(said.values(), 2)
        press(page, "z", "Taken back")
        assert len(opened.decisions()) == 7
        page.keyboard.press("8")
        expect(page.locator("input[value=other-goods]")).to_be_checked()
        expect(page.locator(".answer.unrelated small")).to_contain_text("does not cover")
        press(page, "n", "unrelated")
        page.locator("textarea").fill("yyy jjj")
        assert len(opened.decisions()) == 8
        page.goto("about:blank")
    with opened.context("吴芳") as context:
        page = context.new_page()
        page.goto(f"{opened.base}/queue")
        expect(page.locator(".groups")).not_to_contain_text("李伟")


def test_all_alike_are_decided_after_a_sample(opened: Opened) -> None:
    before = len(opened.decisions())
    with opened.context("王芳") as context:
        page = context.new_page()
        page.goto(f"{opened.base}/queue?kind=work")
        page.keyboard.press("j")
        page.wait_for_url(re.compile("/queue/g-"))
        page.locator(".bulk summary").click()
        page.locator(".bulk select").select_option("copied-work")
        page.locator(".bulk button").click()
        for _ in range(6):
            looked = page.locator(".figures b").inner_text()
            page.wait_for_load_state()
            page.keyboard.press("y")
            expect(page.locator(".figures b")).not_to_have_text(looked)
        page.get_by_role("button", name="Decide 30 hits").click()
        expect(page.get_by_role("status").filter(has_text="All of them")).to_be_visible()
        assert len(opened.decisions()) == before + 30
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Undo all of it").click()
        expect(page.get_by_role("status").filter(has_text="Taken back")).to_be_visible()
        assert len(opened.decisions()) == before


@pytest.mark.parametrize("view", VIEWS)
def test_everybody_can_use_the_pages(opened: Opened, view: str) -> None:
    with opened.context("张敏", *VIEWS[view]) as context:
        page = context.new_page()
        page.goto(f"{opened.base}/queue?all=1")
        first = page.locator(".groups li:not(.theirs) h3 a").first.get_attribute("href")
        paths = ["/queue", "/queue?all=1", "/queue?state=judged&seller=nobody", first or ""]
        for path in paths:
            page.goto(opened.base + path)
            results = Axe().run(page)
            assert results.violations_count == 0, (path, results.generate_report())
            assert page.evaluate("document.documentElement.scrollWidth") <= VIEWS[view][2]
        page.locator(".bulk summary").click()
        page.locator(".bulk select").select_option(index=1)
        page.locator(".bulk button").click()
        page.wait_for_url(re.compile("/bulk/"))
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


def counted(values: list[str]) -> dict[str, int]:
    return {value: values.count(value) for value in values}
