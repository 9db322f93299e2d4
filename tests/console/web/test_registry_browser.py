"""Registry, sweeps and overview in a real browser: for all people, by keyboard, without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from console.web.pages import LANGUAGE, SESSION
from crawler.accounts import Actor
from crawler.formats import dump_json
from crawler.model import Judgement, Licensee, PageWarning
from crawler.store.database import now, writing
from crawler.store.hits import load_hit, record_judgement
from crawler.store.lessons import record_lesson
from crawler.store.rights import find_versions
from crawler.store.sweep_figures import count_sweep, record_report
from crawler.uploads import keep_upload
from crawler.workspace import Workspace, make_workspace
from matchers.wording import Language
from tests.console.web.test_sweeps import a_sweep, write_campaign
from tests.servers.browsers import opened_browser
from tests.servers.console import an_account, serving, session_of
from tests.servers.filled import SWEEP, fill
from tests.servers.stored_hits import MARK

EVIL = "<img src=x onerror=alert(1)>\u202e" + "長" * 200


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as started:
        yield started


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with something on every page, much of it hostile."""
    opened = make_workspace(tmp_path_factory.mktemp("desk") / "w")
    ids = fill(opened, 24, rights=(MARK, replace(MARK, id="TM-0002", name=EVIL, status="lapsed")))
    admin = an_account(opened, "王芳", "admin")
    a_sweep(opened, "w-1", end="stopped")
    with opened.store() as db:
        for n, hit in enumerate(ids[:8]):
            stored = load_hit(db, opened.pictures, hit)
            judgement = Judgement(
                id=f"j-{n}",
                hit=hit,
                findings=stored.findings,
                decision="infringing" if n % 3 else "unsure",
                by="wei",
                authenticated=False,
                reason="r",
                judged_at=now() - timedelta(days=n),
            )
            record_judgement(db, judgement)
        with writing(db):
            actor = Actor(name="王芳", account=admin)
            shop = Licensee(seller="Lucky Star Trading")
            record_lesson(db, "TM-0001", shop, actor, reason=EVIL, at=now())
            drop = ("shop.example", "3 listings, usually 40")
            record_report(
                db, SWEEP, count_sweep(db, SWEEP), [drop], [PageWarning(url="", message=EVIL)]
            )
    text = 'name = "夜间"\nseeds = ["https://a.example/"]\nrights = ["none-*"]'
    write_campaign(opened, "night.toml", text)
    write_campaign(opened, "wrong.toml", 'name = "x"\nseeds = []')
    return opened


@pytest.fixture(scope="module")
def address(workspace: Workspace) -> Iterator[str]:
    with serving(workspace) as url:
        yield url


@contextmanager
def visiting(
    browser: Browser,
    workspace: Workspace,
    address: str,
    language: Language,
    scheme: Literal["light", "dark"] = "light",
    *,
    scripts: bool = True,
) -> Iterator[BrowserContext]:
    token = session_of(workspace, an_account(workspace, "王芳", "admin"))
    context = browser.new_context(color_scheme=scheme, java_script_enabled=scripts)
    context.set_default_timeout(10_000)
    context.add_cookies(
        [
            {"name": SESSION, "value": token, "url": address},
            {"name": LANGUAGE, "value": language, "url": address},
        ]
    )
    yield context
    context.close()


def pages(workspace: Workspace) -> list[str]:
    rights = [replace(MARK, variants=(EVIL,)), replace(MARK, id="TM-0003", images=("none.png",))]
    lines = "\n".join(dump_json(right) for right in rights)
    upload = keep_upload(workspace, "rights.jsonl", lines.encode(), {})
    return [
        "/registry",
        "/registry/TM-0001",
        "/registry/TM-0002",
        "/registry/-/new",
        "/registry/-/edit/TM-0001",
        "/registry/-/import",
        f"/registry/-/import/{upload.digest}",
        "/sweeps",
        f"/sweeps/{SWEEP}",
        "/sweeps/w-1",
        "/sweeps/-/campaign?file=campaigns/night.toml",
        "/overview?days=30",
    ]


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_everybody_can_use_each_page(
    browser: Browser,
    workspace: Workspace,
    address: str,
    language: Language,
    scheme: Literal["light", "dark"],
) -> None:
    refused: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            refused.append(message.text)

    with visiting(browser, workspace, address, language, scheme) as context:
        page = context.new_page()
        page.on("console", heard)
        for path in pages(workspace):
            answer = page.goto(address + path)
            assert answer is not None
            assert answer.status == 200, path
            page.set_viewport_size({"width": 360, "height": 740})
            wide = "document.documentElement.scrollWidth"
            assert page.evaluate(wide) <= 360, path
            page.set_viewport_size({"width": 1440, "height": 900})
            found = Axe().run(page)
            assert found.violations_count == 0, (path, found.generate_report())
            assert page.locator("h1").count() == 1, path
    assert refused == []


def test_a_right_is_found_and_edited_by_keyboard_alone_and_without_scripts(
    browser: Browser, workspace: Workspace, address: str
) -> None:
    with visiting(browser, workspace, address, "en", scripts=False) as context:
        page = context.new_page()
        page.goto(f"{address}/registry")
        press_until(page, "Search")
        page.keyboard.type("aurelio tm-0001")
        page.keyboard.press("Enter")
        page.wait_for_url("**/registry?q=*")
        press_until(page, "Aurelio", "a")
        page.keyboard.press("Enter")
        page.wait_for_url("**/registry/TM-0001")
        press_until(page, "Edit", "a")
        page.keyboard.press("Enter")
        page.wait_for_url("**/registry/-/edit/TM-0001")
        press_until(page, "Why it changes")
        page.keyboard.type("written by keyboard")
        press_until(page, "Save", "button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/registry/TM-0001?said=saved")
        assert page.get_by_role("status").first.inner_text() == "Saved."
    with workspace.store() as db:
        assert len(find_versions(db, "TM-0001")) == 1  # nothing was changed, so there is no version


def press_until(page: Page, name: str, tag: str = "input") -> None:
    """Press Tab until a control of that name has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        words = page.evaluate(
            "() => { const e = document.activeElement;"
            " return [e.tagName.toLowerCase(), (e.labels?.[0] ?? e).innerText.trim()] }"
        )
        if words[0] == tag and words[1].startswith(name):
            return
    raise AssertionError(f"Tab does not lead to {name!r}")
