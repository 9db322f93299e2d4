from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from console.hit_parts import mark_spans, safe_link
from console.hits_labels import LABELS
from console.hits_page import render_hits_page
from console.hits_pictures import load_thumbnail
from crawler.model import Finding, Seller
from crawler.store.hits import StoredHit
from matchers.wording import Language
from tests.servers.stored_hits import MARK, NAME, PICTURE, WORK, a_hit, a_listing

NOW = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)


def page(*hits: StoredHit, language: Literal["en", "zh"] = "en") -> Any:
    text = render_hits_page(hits, title="Sweep of today", generated_at=NOW, language=language)
    return BeautifulSoup(text, "lxml")


def a_picture(path: Path, colour: str = "navy", size: tuple[int, int] = (640, 400)) -> Path:
    Image.new("RGB", size, colour).save(path)
    return path


def test_matched_span_is_marked_with_its_edits_and_form() -> None:
    doc = page(a_hit())
    assert [mark.text for mark in doc.select("h3 mark")] == ["Аurеliо"]
    assert doc.select("h3")[0].get_text() == "Аurеliо leather bag, new season"
    row = doc.select("tbody tr")[0].get_text()
    assert "Aurelio" in row
    assert "look-alike letters" in row


def test_spans_count_code_points() -> None:
    title = "😀😀 Aurelio"
    name = replace(NAME, span=(3, 10), text="Aurelio", edits=())
    doc = page(a_hit(listing=a_listing(title=title), findings=(name,)))
    assert [mark.text for mark in doc.select("h3 mark")] == ["Aurelio"]


def test_span_of_another_title_is_not_marked() -> None:
    doc = page(a_hit(listing=a_listing(title="Something else now")))
    assert doc.select("h3 mark") == []
    assert "Аurеliо" in doc.select("tbody tr")[0].get_text()


@given(
    st.text(max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=5)
)
def test_marking_keeps_the_text(text: str, spans: list[tuple[int, int]]) -> None:
    plain = mark_spans(text, [])
    assert mark_spans(text, spans).replace("<mark>", "").replace("</mark>", "") == plain


def test_overlapping_spans_share_a_mark_and_neighbours_do_not() -> None:
    assert mark_spans("abcdef", [(0, 3), (2, 4)]) == "<mark>abcd</mark>ef"
    assert mark_spans("abcdef", [(2, 4), (0, 2)]) == "<mark>ab</mark><mark>cd</mark>ef"
    assert mark_spans("a<b", [(1, 2)]) == "a<mark>&lt;</mark>b"


def test_match_in_the_description_is_shown_with_what_surrounds_it() -> None:
    text = "x" * 100 + "Aurelio" + "y" * 100
    found = replace(NAME, field="description", span=(100, 107), text="Aurelio", edits=())
    (quote,) = page(a_hit(listing=a_listing(description=text), findings=(found,))).select("q")
    assert quote.select("mark")[0].text == "Aurelio"
    assert quote.get_text() == "… " + "x" * 36 + "Aurelio" + "y" * 36 + " …"


def test_waterfall_runs_up_and_then_down() -> None:
    good = Finding(feature="goods", weight=1.0, text="Bags", form="bags")
    brand = Finding(feature="other_brand", weight=-4.0, text="Borealis")
    doc = page(a_hit(findings=(brand, good, NAME)))
    assert [td.text for td in doc.select("td.weight")] == ["+9.1", "+1.0", "−4.0"]
    assert [td.text for td in doc.select("td.total")] == ["+9.1", "+10.1", "+6.1"]
    assert [tr["class"] for tr in doc.select("tbody tr")] == [["for"], ["for"], ["against"]]


def test_bars_stay_inside_their_track() -> None:
    licence = Finding(feature="licensed_seller", weight=-40.0, form="Best Bags")
    for step in page(a_hit(findings=(NAME, licence))).select("i.step"):
        style = dict(part.split(":") for part in step.get("style").split(";"))
        left, width = (float(style[key].rstrip("%")) for key in ("left", "width"))
        assert 0 <= left <= left + width <= 100.01


def test_sections_and_hits_are_ordered_by_score() -> None:
    low = a_hit(score=0.2, flagged=False)
    high = a_hit(score=0.9, listing=a_listing(url="https://shop.example/p/2"))
    top = a_hit(right=WORK, score=0.95, findings=(PICTURE,))
    doc = page(low, high, top)
    assert [h2.get_text() for h2 in doc.select("main h2")] == ["Heron at Dusk", "Aurelio"]
    assert [b.text for b in doc.select(".score b")] == ["0.95", "0.90", "0.20"]
    counts = [int(b.text) for b in doc.select(".counts b")]
    assert counts == [3, 2, 2, 1, 3]
    assert [a.get("href") for a in doc.select("nav a")] == ["#r1", "#r2"]


def test_score_is_never_rounded_up() -> None:
    assert page(a_hit(score=0.4999)).select(".score b")[0].text == "0.49"
    assert page(a_hit(score=0.999)).select(".score b")[0].text == "0.99"


def test_card_says_who_when_where_and_what_was_decided() -> None:
    hit = a_hit()
    text = " ".join(page(hit).select("article")[0].get_text().split())
    for fact in (
        "Best Bags 优品",
        "19.90 CNY",
        "shop.example",
        "first 2026-11-01 01:00, last 2026-11-20 01:30",
        hit.hit.id,
        "infringing, by wei (name not authenticated)",
        hit.listing.url,
    ):
        assert fact in text


def test_page_asks_for_nothing_from_outside() -> None:
    text = render_hits_page([a_hit()], title="t", generated_at=NOW)
    doc = BeautifulSoup(text, "lxml")
    (policy,) = doc.select("meta[http-equiv=Content-Security-Policy]")
    assert policy["content"] == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert doc.select("script") == []
    assert all(str(tag["src"]).startswith("data:") for tag in doc.select("[src]"))
    (link,) = doc.select("a[href^=http]")
    assert (link["rel"], link.text) == (["noreferrer", "noopener"], link["href"])


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//https://shop.example/",
        "data:text/html,<script>1</script>",
        "java\nscript:alert(1)",
        " https://shop.example/ ",
        "https://shop.example/\njavascript:1",
        "//shop.example/p/1",
    ],
)
def test_only_plain_web_addresses_become_links(url: str) -> None:
    assert safe_link(url) is None
    doc = page(a_hit(listing=a_listing(url=url)))
    assert doc.select("article a") == []
    assert doc.select(".address code")


def test_hostile_values_are_text() -> None:
    evil = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>\u202egnp.\x00\u200b"
    listing = a_listing(
        title=evil, brand=evil, site=evil, seller=Seller(name=evil), language=evil, currency=evil
    )
    right = replace(MARK, id="TM-<i>", name=evil, variants=(evil,), office=evil)
    finding = Finding(feature=evil, weight=1, detail=evil, field=evil)
    text = render_hits_page(
        [a_hit(right=right, listing=listing, findings=(finding,))], title=evil, generated_at=NOW
    )
    doc = BeautifulSoup(text, "lxml")
    assert doc.select("script, img, i:not([class]), [onerror], h3[lang]") == []
    assert "\u202e" not in text
    assert "\x00" not in text
    assert "[U+202E]gnp.[U+0000][U+200B]" in doc.select("h3")[0].get_text()


def test_language_of_the_title_is_told() -> None:
    doc = page(a_hit(listing=a_listing(language="zh-Hans-CN")), language="zh")
    assert doc.html["lang"] == "zh-CN"
    assert doc.select("h3")[0].get("lang") == "zh-Hans-CN"


def test_pictures_stand_side_by_side_and_each_file_is_there_once(tmp_path: Path) -> None:
    reference = {"works/heron.png": a_picture(tmp_path / "ref.png")}
    hits = []
    for number in range(3):
        own = a_picture(tmp_path / f"{number}.png", f"#{number}08040")
        url = f"https://shop.example/i/{number}.jpg"
        hits.append(
            a_hit(
                right=WORK,
                listing=a_listing(url=f"https://shop.example/p/{number}", images=(url,)),
                findings=(replace(PICTURE, image=url, region=(64, 40, 320, 200)),),
                pictures={url: own},
                references=reference,
            )
        )
    doc = page(*hits)
    assert len(doc.select("figure img")) == 6
    assert doc.select("style")[0].text.count("data:image/webp") == 1
    assert len(doc.select("img[src^='data:image/webp']")) == 3
    (region, *_) = doc.select(".region")
    assert region.get("style") == "left:10.0%;top:10.0%;width:50.0%;height:50.0%"
    assert "mirrored" in doc.select("figcaption")[0].get_text()


def test_missing_and_broken_pictures_are_said(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\xff\xd8\xff no picture")
    hits = [
        a_hit(right=WORK, findings=(PICTURE,), pictures={PICTURE.image or "": broken}),
        a_hit(listing=a_listing(images=())),
        a_hit(right=replace(MARK, id="TM-2", images=())),
    ]
    words = page(*hits).select("main")[0].get_text()
    for label in ("broken", "no_picture", "not_stored", "no_reference"):
        assert LABELS["en"][label] in words


def test_thumbnail_is_small_upright_and_opaque(tmp_path: Path) -> None:
    wide = Image.new("RGBA", (900, 300), (0, 0, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6
    wide.save(tmp_path / "wide.png", exif=exif)
    made = load_thumbnail(tmp_path / "wide.png", 480)
    assert made.problem is None
    assert (made.width, made.height, made.original) == (160, 480, (300, 900))
    assert load_thumbnail(tmp_path / "none.png", 480).problem == "no such file"


def test_pictures_that_were_not_found_alike_are_said_to_be(tmp_path: Path) -> None:
    own = {"https://shop.example/i/1.jpg": a_picture(tmp_path / "own.png")}
    logo = {"logos/aurelio.png": a_picture(tmp_path / "logo.png", "red")}
    doc = page(a_hit(pictures=own, references=logo))
    assert len(doc.select("figure img")) == 2
    assert "not matched" in doc.select("figcaption")[0].get_text()


def test_empty_page_says_so() -> None:
    assert "No hits." in page().select("main")[0].get_text()


def test_same_hits_give_the_same_page() -> None:
    hits = [a_hit(), a_hit(right=WORK, findings=(PICTURE,))]
    first = render_hits_page(hits, title="t", generated_at=NOW)
    assert first == render_hits_page(hits[::-1], title="t", generated_at=NOW)


def test_both_languages_have_the_same_labels() -> None:
    assert LABELS["en"].keys() == LABELS["zh"].keys()


def test_words_in_a_picture_are_outlined_and_quoted(tmp_path: Path) -> None:
    image = "https://shop.example/i/1.jpg"
    found = Finding(
        feature="name",
        weight=6.2,
        field="picture",
        span=(0, 7),
        text="AURELIO",
        form="Aurelio",
        image=image,
        line="AURELIO Milano",
        region=(64, 40, 320, 80),
    )
    files = {image: a_picture(tmp_path / "1.png")}
    logo = {"logos/aurelio.png": a_picture(tmp_path / "logo.png", "red")}
    listing = a_listing(images=(image,))
    said: dict[Language, str] = {"en": "text in the picture", "zh": "图片文字"}
    for language, words in said.items():
        hit = a_hit(listing=listing, findings=(found,), pictures=files, references=logo)
        doc = page(hit, language=language)
        (region,) = doc.select(".region")
        assert region["style"] == "left:10.0%;top:10.0%;width:50.0%;height:20.0%"
        assert len(doc.select("figure img")) == 2
        (quote,) = doc.select("tbody q")
        assert quote.get_text() == "AURELIO Milano"
        assert quote.select("mark")[0].text == "AURELIO"
        assert words in doc.select("tbody tr")[0].get_text()
