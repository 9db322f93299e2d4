"""What the tutorial says of the console, done in a real browser on the demo's workspace.

The pictures of the tutorial are made by it:

    MARKHOUND_PICTURES=docs/pictures .venv/bin/pytest -m long tests/console/web/test_tutorial.py
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from crawler.store.database import now
from crawler.workspace import Workspace, open_workspace
from tests.servers.command import run
from tests.servers.console import an_account, serving
from tests.servers.eyes import FOLDER, opened_eyes

TUTORIAL = Path(__file__).resolve().parents[3] / "docs" / "tutorial.md"
LARGEST = 600_000
"""Bytes of all pictures of the tutorial together."""


def fill_in(workspace: Path, site: str) -> None:
    """Fill in the two files as the tutorial shows it."""
    sender, recipients = re.findall(
        r"^```toml\n(.*?)^```", TUTORIAL.read_text("utf-8"), re.M | re.S
    )
    settings = workspace / "markhound.toml"
    before = settings.read_text(encoding="utf-8")
    assert before.count("\n[sender]\n") == 1
    settings.write_text(before.replace("\n[sender]\n", f"\n{sender}"), encoding="utf-8")
    assert f'site = "{site}"' in recipients
    verified = re.sub(r"(?<=verified_at = )\S+", f"{now():%Y-%m-%d}", recipients)
    with (workspace / "recipients.toml").open("a", encoding="utf-8") as file:
        file.write(verified)


def keep(page: Page, name: str, height: int = 860) -> None:
    """Keep a picture for the tutorial: the upper part of the page, as WebP."""
    if not FOLDER:
        return
    page.wait_for_load_state("networkidle")
    taken = page.screenshot(clip={"x": 0, "y": 0, "width": 1200, "height": height})
    with Image.open(io.BytesIO(taken)) as image:
        image.save(Path(FOLDER) / f"{name}.webp", quality=80, method=6)


def opened(folder: Path) -> Workspace:
    run("demo", workspace=folder)
    with open_workspace(folder).store() as db:
        ((site,),) = db.execute("SELECT DISTINCT site FROM outcomes").fetchall()
    fill_in(folder, str(site))
    workspace = open_workspace(folder)
    an_account(workspace, "李伟", "admin")
    an_account(workspace, "王芳", "approver")
    return workspace


@pytest.mark.long
def test_what_the_tutorial_says_can_be_done(tmp_path: Path) -> None:
    workspace = opened(tmp_path / "w")
    with serving(workspace) as base, opened_eyes(base) as eyes:
        wei = eyes.sit(width=1200)
        eyes.sign_in(wei, "李伟")
        expect(wei.locator("h1")).to_have_text("Queue")
        keep(wei, "queue")
        wei.keyboard.press("j")
        wei.wait_for_url(re.compile("/queue/g-"))
        expect(wei.locator("h1")).to_contain_text("Lucky Star Trading")
        keep(wei, "hit")
        for _ in range(2):
            with wei.expect_navigation():
                wei.keyboard.press("y")
        expect(wei.locator("#done")).to_be_visible()

        wei.get_by_role("link", name="Cases").click()
        wei.get_by_role("link", name="New case").click()
        mine = wei.locator("section").filter(has_text="Kelvaron Montres SA")
        mine.get_by_role("button", name="Open the case").click()
        for box in wei.get_by_role("checkbox", name="Kelvaron").all():
            box.check()
        keep(wei, "case", 700)
        wei.get_by_role("button", name="Draft a notice of the ticked hits").click()
        wei.get_by_role("radio", name="E-commerce platform (China)").check()
        wei.get_by_role("button", name="What would it lack?").click()
        expect(wei.locator(".box.good")).to_contain_text("Nothing is missing")
        wei.get_by_role("button", name="Draft it").click()
        asked = wei.locator("#exceptions ~ ul > li").filter(has=wei.locator(".tag.warn"))
        for left in range(asked.count(), 0, -1):
            expect(asked).to_have_count(left)
            asked.first.get_by_label("What came of it").fill("a replica, as the title says")
            asked.first.get_by_role("button", name="Keep it").click()
        wei.get_by_role("button", name="Check by what is stored").click()
        expect(wei.get_by_text("every rule holds")).to_be_visible()
        expect(wei.get_by_text("You drafted this notice.")).to_be_visible()
        notice = wei.url.partition("?")[0]

        fang = eyes.sit(width=1200)
        eyes.sign_in(fang, "王芳")
        fang.goto("/notices?tray=approval")
        fang.get_by_role("link", name=notice.rpartition("/")[2]).click()
        fang.get_by_label("Why (ordinary approval)").fill("replica, and both listings are up")
        keep(fang, "approval")
        fang.get_by_role("button", name="Approve: ordinary approval").click()
        expect(fang.locator(".said")).to_contain_text("Approved; it may be sent.")
        keep(fang, "approved", 560)
        assert eyes.wrong == []


def test_the_pictures_of_the_tutorial_are_there_and_small() -> None:
    named = re.findall(r"!\[[^\]]+\]\((pictures/[\w-]+\.webp)\)", TUTORIAL.read_text("utf-8"))
    assert len(named) >= 4
    files = [TUTORIAL.parent / name for name in named]
    assert {*files} == {*(TUTORIAL.parent / "pictures").iterdir()}
    assert sum(file.stat().st_size for file in files) < LARGEST
    for file in files:
        with Image.open(file) as image:
            assert image.width == 1200
