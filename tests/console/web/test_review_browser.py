"""Keys and the pages of reviewing in a real browser: pressed, read by axe, at any width."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from console.web.pages import LANGUAGE, SESSION
from crawler.accounts import Actor
from crawler.model import GenericWord, Licensee
from crawler.store.accounts import load_account
from crawler.store.database import now, writing
from crawler.store.lessons import record_lesson
from crawler.store.second_looks import find_answers
from crawler.workspace import Workspace, make_workspace
from tests.servers.browsers import opened_browser
from tests.servers.console import an_account, serving, session_of
from tests.servers.filled import fill
from tests.servers.reviewed import answer_looks, draw_looks, judge_hits


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as started:
        yield started


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace where people judged, looked again, disagreed and taught."""
    workspace = make_workspace(tmp_path_factory.mktemp("reviewed") / "w")
    ids = fill(workspace, 30)
    for name, role in (("Ada", "admin"), ("王芳", "analyst"), ("李伟", "analyst")):
        an_account(workspace, name, role)  # type: ignore[arg-type]  # these are roles
    judge_hits(workspace, ids[:12], "王芳")
    draw_looks(workspace)
    answer_looks(workspace, "李伟", ["unrelated", "infringing"])
    with workspace.store() as db, writing(db):
        actor = Actor(name="王芳", account=load_account(db, "王芳"))
        for value in (GenericWord(word="Aurelio", nice_class=30), Licensee(site="m.example")):
            record_lesson(db, "TM-0001", value, actor, reason="授权书已核", at=now())
    return workspace


@pytest.fixture(scope="module")
def address(reviewed: Workspace) -> Iterator[str]:
    with serving(reviewed) as base:
        yield base


def opened(
    browser: Browser,
    address: str,
    workspace: Workspace,
    name: str,
    width: int,
    dark: bool,
    zh: bool,
) -> Page:
    token = session_of(workspace, an_account(workspace, name))
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    cookies = {SESSION: token, LANGUAGE: "zh" if zh else "en"}
    context.add_cookies([{"name": n, "value": v, "url": address} for n, v in cookies.items()])
    return context.new_page()


@pytest.mark.parametrize(("width", "dark", "zh"), [(1440, False, False), (360, True, True)])
def test_every_page_is_accessible_and_fits(
    browser: Browser, address: str, reviewed: Workspace, width: int, *, dark: bool, zh: bool
) -> None:
    page = opened(browser, address, reviewed, "Ada", width, dark, zh)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    with reviewed.store() as db:
        account = load_account(db, "王芳").id
        hit = next(iter(db.query("SELECT id FROM hits ORDER BY rowid LIMIT 1")))["id"]
        lesson = next(iter(db.query("SELECT id FROM lessons")))["id"]
    for path in (
        "/account", "/second-looks", "/second-looks/agreement", "/lessons", f"/lessons/{lesson}",
        f"/lessons/new?kind=licensee&hit={hit}", "/people", f"/people/{account}", "/audit",
        f"/audit/{hit}",
    ):  # fmt: skip
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        found = Axe().run(page).response["violations"]
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == [], path
    assert wrong == []
    page.context.close()


def test_a_second_look_is_given_by_keys_alone(
    browser: Browser, address: str, reviewed: Workspace
) -> None:
    page = opened(browser, address, reviewed, "Ada", 1440, dark=False, zh=False)
    page.goto(f"{address}/second-looks")
    button = page.locator('[data-action="unrelated"]')
    assert button.get_attribute("aria-keyshortcuts") == "n"
    assert "n" in button.inner_text().split()
    reason = page.get_by_label("In your words")
    reason.fill("seen, and not ours")
    before = answers(reviewed)
    page.keyboard.press("n")  # typed into the field
    assert reason.input_value() == "seen, and not oursn"
    reason.blur()
    page.keyboard.press("6")  # a cause of that decision
    assert page.locator('[data-action="reason-6"]').is_checked()
    with page.expect_navigation():
        page.keyboard.press("N")  # as with Caps Lock
    assert page.get_by_text("Your second look is recorded.").is_visible()
    assert answers(reviewed) == before + 1
    page.context.close()


def answers(workspace: Workspace) -> int:
    with workspace.store() as db:
        return len(find_answers(db))


def test_the_list_of_keys_opens_and_keys_are_ones_own(
    browser: Browser, address: str, reviewed: Workspace
) -> None:
    page = opened(browser, address, reviewed, "李伟", 1440, dark=False, zh=False)
    page.goto(f"{address}/second-looks")
    dialog = page.locator("dialog#keys")
    for key, shown in (("?", True), ("?", False), ("？", True), ("Escape", False)):
        page.keyboard.press(key) if key.isascii() else page.evaluate(
            "key => document.body.dispatchEvent(new KeyboardEvent('keydown',"
            " {key, bubbles: true, cancelable: true}))",
            key,
        )
        assert dialog.is_visible() == shown, key
    page.get_by_role("button", name="Keys").click()
    assert dialog.get_by_text("Infringing").first.is_visible()
    assert not dialog.get_by_text("Undo", exact=True).is_visible()  # not on this page
    dialog.get_by_role("button", name="Close").click()

    page.goto(f"{address}/account")
    page.get_by_label("Show and hide this list").fill("h")
    page.get_by_label("Only together with Alt").check()
    page.get_by_role("button", name="Save keys").click()
    page.get_by_text("Saved.").wait_for()
    for key, shown in (("?", False), ("h", False), ("Alt+h", True)):
        page.keyboard.press(key)
        assert dialog.is_visible() == shown, key
    page.keyboard.press("Escape")
    page.get_by_label("Off").check()
    page.get_by_role("button", name="Save keys").click()
    page.get_by_text("Saved.").wait_for()
    assert dialog.count() == 0
    page.goto(f"{address}/second-looks")
    assert page.locator("kbd").count() == 0
    page.context.close()
