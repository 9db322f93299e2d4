"""People before the console in a real browser, and what they notice on each page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from console.web.pages import LANGUAGE
from tests.servers.browsers import opened_browser
from tests.servers.console import PASSPHRASE

FOLDER = os.environ.get("MARKHOUND_PICTURES", "")
"""Where pictures of the pages go; nowhere if empty."""
NARROW = 360
WIDE = 1440


@dataclass
class Eyes:
    """Look at pages: as axe does, for complaints of the browser, at a telephone's width."""

    browser: Browser
    base: str
    wrong: list[str] = field(default_factory=list)
    """What was found, with the page and the language."""
    _others: dict[BrowserContext, Page] = field(default_factory=dict)
    """The same account in Chinese, at a telephone's width."""

    def sit(self, language: str = "en", width: int = WIDE, scale: float = 1) -> Page:
        """Return a browser's page that nobody is signed in at."""
        context = self.browser.new_context(
            base_url=self.base,
            viewport={"width": width, "height": 900},
            device_scale_factor=scale,
        )
        self._speak(context, language)
        page = context.new_page()
        page.set_default_timeout(60_000)  # others may use the machine
        page.on("dialog", lambda dialog: dialog.accept())
        self._listen(page)
        return page

    def sign_in(self, page: Page, name: str) -> None:
        """Sign in by the form, with the keyboard."""
        page.goto("/")
        expect(page.get_by_label("Name")).to_be_focused()
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSPHRASE)
        page.keyboard.press("Enter")
        refused = page.get_by_role("alert")
        expect(refused.or_(page.get_by_role("button", name="Sign out"))).to_be_visible()
        assert refused.count() == 0, refused.inner_text()

    def look(self, page: Page, name: str) -> None:
        """Look at a page as it is, and at the same address in Chinese on a telephone."""
        page.wait_for_load_state()
        self._judge(page, f"{name} in English")
        page.set_viewport_size({"width": NARROW, "height": 900})
        self._measure(page, f"{name} in English")
        self._picture(page, f"{name}-en-{NARROW}")
        page.set_viewport_size({"width": WIDE, "height": 900})
        self._picture(page, f"{name}-en-{WIDE}")
        other = self._other(page.context)
        other.goto(page.url)
        self._judge(other, f"{name} in Chinese")
        self._measure(other, f"{name} in Chinese")
        self._picture(other, f"{name}-zh-{NARROW}")
        if FOLDER:
            other.set_viewport_size({"width": WIDE, "height": 900})
            self._picture(other, f"{name}-zh-{WIDE}")
            other.set_viewport_size({"width": NARROW, "height": 900})
        other.goto("about:blank")  # what it had in hand is given up

    def _other(self, context: BrowserContext) -> Page:
        if context not in self._others:
            self._others[context] = self.sit("zh", NARROW)
        other = self._others[context]
        other.context.add_cookies(context.cookies())  # type: ignore[arg-type]  # one's own kind
        self._speak(other.context, "zh")
        return other

    def _speak(self, context: BrowserContext, language: str) -> None:
        context.add_cookies([{"name": LANGUAGE, "value": language, "url": self.base}])

    def _listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: (
                self.wrong.append(f"{page.url}: {said.text}")
                if said.type in {"error", "warning"}
                else None
            ),
        )

    def _judge(self, page: Page, name: str) -> None:
        for found in Axe().run(page).response["violations"]:
            self.wrong.append(f"{name}: {found['id']} at {found['nodes'][0]['target']}")
        language = page.evaluate("document.documentElement.lang")
        if (language == "en") != name.endswith("English"):
            self.wrong.append(f"{name}: it is in {language}")

    def _measure(self, page: Page, name: str) -> None:
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            self.wrong.append(f"{name}: {over} pixels wider than {NARROW}")

    def _picture(self, page: Page, name: str) -> None:
        if FOLDER:
            Path(FOLDER).mkdir(parents=True, exist_ok=True)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=Path(FOLDER) / f"{name}.png", full_page=True)


@contextmanager
def opened_eyes(base: str) -> Iterator[Eyes]:
    """Start a browser before the console at ``base``."""
    with opened_browser("--font-render-hinting=none") as browser:
        yield Eyes(browser, base)
