"""The page of hits in a real browser: nothing asked for, nothing broken, nothing cut off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page

from console.hits_page import render_hits_page
from crawler.model import Finding
from crawler.store.hits import StoredHit
from tests.servers.browsers import opened_browser
from tests.servers.stored_hits import NAME, PICTURE, WORK, a_hit, a_listing

SHOP = "https://shop.example"
WIDTHS = [390, 1440]

UNREADABLE = """() => {
  const parse = colour => colour.match(/[\\d.]+/g).map(Number)
  const linear = x => (x /= 255) <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4
  const shade = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b)
  const ground = e => {
    for (; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor)
      if (colour.length === 3 || colour[3] === 1) return colour
    }
    return [255, 255, 255]
  }
  const contrast = e => {
    const pair = [shade(parse(getComputedStyle(e).color)), shade(ground(e))]
    return (Math.max(...pair) + .05) / (Math.min(...pair) + .05)
  }
  return [...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .filter(e => contrast(e) < 4.5)
    .map(e => `${e.tagName}.${e.className}: ${contrast(e)}`)
}"""
"""Elements with text whose contrast is under WCAG 2.2's 4.5 to 1 (level AA, 1.4.3)."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened_browser() as started:
        yield started


def a_picture(path: Path, colour: str) -> Path:
    image = Image.new("RGB", (900, 600), colour)
    ImageDraw.Draw(image).ellipse([200, 100, 600, 500], fill="white")
    image.save(path)
    return path


def sample_hits(folder: Path) -> list[StoredHit]:
    """Return hits with all that is hard to show: long words, regions, hidden characters."""
    reference = {"works/heron.png": a_picture(folder / "heron.png", "teal")}
    hits = []
    for number in range(12):
        image = f"{SHOP}/i/{number}.jpg"
        title = "Аurеliо " + ("奥雷利奥手提包" * 9 if number % 2 else "W" * 90) + "\u202eexe.gnp"
        hits.append(
            a_hit(
                right=WORK,
                score=0.9 - number / 20,
                listing=a_listing(
                    url=f"{SHOP}/p/{number}?" + "q" * 300, title=title, images=(image,)
                ),
                findings=(
                    NAME,
                    replace(PICTURE, image=image, region=(200, 100, 400, 400)),
                    Finding(feature="other_brand", weight=-4.0, text="B" * 60, form="Aurelio"),
                    Finding(feature="licensed_seller", weight=-40.0, text="x", form="y"),
                ),
                pictures={image: a_picture(folder / f"{number}.png", f"#{number * 20:02x}3060")},
                references=reference,
            )
        )
    return hits


def open_page(
    browser: Browser, folder: Path, *, width: int, language: Literal["en", "zh"] = "en"
) -> tuple[Page, list[str]]:
    """Open the sample as a file, scroll all of it into view, and note every complaint."""
    file = folder / "hits.html"
    now = datetime(2026, 11, 22, tzinfo=UTC)
    text = render_hits_page(
        sample_hits(folder), title="Hits of the sweep", generated_at=now, language=language
    )
    file.write_text(text, encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url:.80}"))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith("data:") or request.url == file.as_uri()
            else complaints.append(f"asked for: {request.url:.80}")
        ),
    )
    page.goto(file.as_uri())
    for card in page.locator("article").all():
        card.scroll_into_view_if_needed()
    return page, complaints


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_asked_for_and_nothing_complains(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    page, complaints = open_page(browser, tmp_path, width=width)
    assert complaints == []
    page.close()


def test_pictures_are_drawn(browser: Browser, tmp_path: Path) -> None:
    page, _ = open_page(browser, tmp_path, width=1440)
    page.evaluate("Promise.all([...document.images].map(i => i.decode()))")
    sizes = page.evaluate("[...document.images].map(i => [i.naturalWidth, i.naturalHeight])")
    assert sizes == [[480, 320]] * 24
    shared = page.evaluate("""async () => {
      const image = new Image()
      const style = getComputedStyle(document.querySelector('img.p0'))
      image.src = style.backgroundImage.slice(5, -2)
      await image.decode()
      return image.naturalWidth
    }""")
    assert shared == 480
    page.close()


def test_region_lies_on_the_picture(browser: Browser, tmp_path: Path) -> None:
    page, _ = open_page(browser, tmp_path, width=1440)
    picture = page.locator("article img").first.bounding_box()
    region = page.locator("article .region").first.bounding_box()
    assert picture is not None
    assert region is not None
    assert region["x"] - picture["x"] == pytest.approx(picture["width"] * 200 / 900, abs=1)
    assert region["height"] == pytest.approx(picture["height"] * 400 / 600, abs=1)
    assert picture["width"] / picture["height"] == pytest.approx(1.5, abs=0.02)
    page.close()


def test_mark_is_the_span(browser: Browser, tmp_path: Path) -> None:
    page, _ = open_page(browser, tmp_path, width=1440)
    assert set(page.locator("h3 mark").all_text_contents()) == {"Аurеliо"}
    assert "[U+202E]exe.gnp" in (page.locator("h3").first.text_content() or "")
    page.close()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overflows(
    browser: Browser, tmp_path: Path, width: int, language: Literal["en", "zh"]
) -> None:
    page, _ = open_page(browser, tmp_path, width=width, language=language)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    cut = page.evaluate("""[...document.querySelectorAll('article')]
      .filter(e => e.scrollWidth > e.clientWidth).map(e => e.id)""")
    assert cut == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable(
    browser: Browser, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    page, _ = open_page(browser, tmp_path, width=1440)
    page.emulate_media(color_scheme=scheme)
    assert page.evaluate(UNREADABLE) == []
    page.close()


def test_filters_work_without_script(browser: Browser, tmp_path: Path) -> None:
    page, _ = open_page(browser, tmp_path, width=1440)
    assert page.locator("article:visible").count() == 12
    page.check("#only-open")
    assert page.locator("article:visible").count() == 0
    page.close()


def test_page_prints(browser: Browser, tmp_path: Path) -> None:
    page, complaints = open_page(browser, tmp_path, width=1440)
    assert page.pdf(format="A4").startswith(b"%PDF")
    assert complaints == []
    page.close()
