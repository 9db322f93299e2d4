"""The card in a real browser: it can be used by everybody, and nothing of a seller's runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Dialog,
    Page,
    Request,
)

from console.web.pages import LANGUAGE, SESSION
from crawler.model import Licensee, Listing, Seller
from crawler.sellers import seller_id
from crawler.workspace import make_workspace
from tests.console.web.test_files import a_capture
from tests.servers.browsers import opened_browser
from tests.servers.console import an_account, serving, session_of
from tests.servers.filled import SELLERS, fill
from tests.servers.hostile_listings import fill_hostile
from tests.servers.stored_hits import MARK, WORK

VIEWS = {"en-light": ("en", "light"), "zh-dark": ("zh", "dark")}


@dataclass(frozen=True)
class Opened:
    """A console with hits in it, and a browser that is signed in to it."""

    browser: Browser
    base: str
    token: str
    hits: list[str]
    hostile: list[str]
    pages: list[str]

    def context(self, language: str = "en", scheme: Any = "light", **more: Any) -> BrowserContext:
        made = self.browser.new_context(
            color_scheme=scheme,
            **more,
        )
        cookies = {SESSION: self.token, LANGUAGE: language}
        made.add_cookies(
            [{"name": name, "value": value, "url": self.base} for name, value in cookies.items()]
        )
        return made


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    workspace = make_workspace(tmp_path_factory.mktemp("card") / "w")
    licensed = replace(MARK, licensees=(Licensee(seller=SELLERS[1]),))
    hits = fill(workspace, 12, rights=(licensed, WORK))
    capture = a_capture(workspace, "cap-1", hits[1])
    hostile = fill_hostile(workspace)
    token = session_of(workspace, an_account(workspace, "李伟"))
    seller = seller_id(Listing(url="", title="", site="shop.example", seller=Seller(id="s-1")))
    pages = [
        f"/hits/{hits[0]}",
        f"/hits/{hits[1]}",
        f"/captures/{capture.id}",
        f"/sellers/{seller}",
    ]
    with serving(workspace) as base, opened_browser() as browser:
        yield Opened(browser, base, token, hits, hostile, pages)


@pytest.mark.parametrize("view", VIEWS)
def test_everybody_can_use_the_pages(opened: Opened, view: str) -> None:
    with opened.context(*VIEWS[view]) as context:
        page = context.new_page()
        for path in opened.pages:
            page.goto(opened.base + path)
            for button in page.locator("[data-view=overlay]").all()[:1]:
                button.click()
            results = Axe().run(page)
            assert results.violations_count == 0, (path, results.generate_report())


def opacity(page: Page) -> str | None:
    return page.locator('[data-part="over"]').first.get_attribute("opacity")


def test_two_pictures_are_compared_by_keyboard_alone(opened: Opened) -> None:
    with opened.context() as context:
        page = context.new_page()
        page.goto(opened.base + opened.pages[0])
        page.locator("[data-view=overlay]").focus()
        with page.expect_response(lambda answer: "side=960" in answer.url) as loaded:
            page.keyboard.press("Enter")
        assert loaded.value.ok
        assert opacity(page) == "0.5"
        assert not page.locator(".beside").first.is_visible()
        page.locator("input[type=range]").focus()
        page.keyboard.press("Home")
        assert opacity(page) == "0"
        page.locator("[data-view=swipe]").focus()
        page.keyboard.press(" ")
        page.locator("input[type=range]").focus()
        page.keyboard.press("End")
        assert page.locator('[data-part="cut"]').get_attribute("width") == "240"
        assert opacity(page) == "1"
        page.locator("[data-view=swipe]").press("Enter")
        assert page.locator(".beside").first.is_visible()


def test_blinking_is_slow_and_can_be_stopped(opened: Opened) -> None:
    with opened.context() as context:
        page = context.new_page()
        page.clock.install()
        page.goto(opened.base + opened.pages[0])
        page.evaluate(
            "window.turns = 0; new MutationObserver((all) => window.turns += all.length).observe("
            "document.querySelector('[data-part=over]'), {attributeFilter: ['visibility']})"
        )
        page.click("[data-view=blink]")
        page.evaluate("window.turns = 0")
        page.clock.run_for(3_000)
        turns = page.evaluate("window.turns")
        assert 2 <= turns < 3 * 2 * 3  # a flash is two of them; under three flashes a second
        page.keyboard.press("Escape")
        page.evaluate("window.turns = 0")
        page.clock.run_for(3_000)
        assert page.evaluate("window.turns") == 0
        page.click("[data-view=blink]")
        page.clock.run_for(30_000)
        assert page.locator("[data-view=blink]").get_attribute("aria-pressed") == "false"


def test_nothing_blinks_for_those_who_want_it_still(opened: Opened) -> None:
    with opened.context(reduced_motion="reduce") as context:
        page = context.new_page()
        page.clock.install()
        page.goto(opened.base + opened.pages[0])
        over = page.locator('[data-part="over"]')
        page.click("[data-view=blink]")
        page.clock.run_for(5_000)
        assert over.get_attribute("visibility") == "visible"
        page.click("[data-view=blink]")
        assert over.get_attribute("visibility") == "hidden"


def test_the_card_is_read_with_scripts_off(opened: Opened) -> None:
    with opened.context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(opened.base + opened.pages[0])
        assert page.locator(".beside image").count() == 2
        assert page.locator(".beside").first.is_visible()
        assert not page.locator(".tools").first.is_visible()
        assert page.locator(".evidence tbody tr").count() >= 3


def listen(page: Page, base: str) -> list[str]:
    """Return what a page does that it should not, as it happens."""
    told: list[str] = []

    def asked(request: Request) -> None:
        if not request.url.startswith(base):
            told.append(request.url)

    def asked_in_words(dialog: Dialog) -> None:
        told.append(f"dialog {dialog.message}")
        dialog.dismiss()

    page.on("request", asked)
    page.on("dialog", asked_in_words)
    page.on("console", lambda said: told.append(f"console {said.type} {said.text}"))
    page.on("pageerror", lambda error: told.append(f"error {error}"))
    return told


def test_nothing_of_a_seller_runs_or_breaks_the_page(opened: Opened) -> None:
    with opened.context(viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        told = listen(page, opened.base)
        paths = [f"/hits/{hit}" for hit in opened.hostile]
        for path in paths:  # grows by the sellers that the cards lead to
            page.goto(opened.base + path)
            seller = page.locator(".hit-facts a[href^='/sellers/']")
            if seller.count():
                paths.append(seller.get_attribute("href") or "")
            page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
            wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            canary = page.evaluate("typeof window.canary")
            assert (wide, canary, told) == (0, "undefined", []), path


def test_the_canary_sings(opened: Opened) -> None:
    """What the test above looks for is seen when it happens."""
    with opened.context() as context:
        page = context.new_page()
        told = listen(page, opened.base)
        page.goto(opened.base + opened.pages[0])
        page.evaluate(
            "document.querySelector('h2').insertAdjacentHTML('beforeend',"
            " '<img src=https://evil.example/x.png onerror=window.canary=1>')"
        )
        page.wait_for_timeout(200)
        assert any("Content Security Policy" in one for one in told)
        assert page.evaluate("typeof window.canary") == "undefined"
