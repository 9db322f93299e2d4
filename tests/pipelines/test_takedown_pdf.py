"""PDFs: whole, the same every time, in Chinese as in English, and no markup of a seller's."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crawler import fonts
from crawler.errors import InputError
from crawler.store.hits import StoredHit
from pipelines.takedown import pdf
from pipelines.takedown.exhibits import exhibits_of
from pipelines.takedown.kinds import DSA, KINDS, NoticeKind
from pipelines.takedown.pdf import draw_pages, draw_pdf
from pipelines.typesetting import PaperFont, find_paper_font
from tests.pipelines.noticed import draft, hits_for, pictured
from tests.servers.pdfs import streams, text_of
from tests.servers.stored_hits import a_hit, a_listing


@pytest.fixture(scope="module")
def font() -> PaperFont:
    return find_paper_font()


def darkness(page: bytes) -> float:
    """Return the share of pixels that are not nearly white."""
    grey = np.asarray(Image.open(io.BytesIO(page)).convert("L"))
    return float((grey < 200).mean())


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_pdf_is_tagged_archival_and_carries_the_text(
    font: PaperFont, tmp_path: Path, language: str
) -> None:
    hits = pictured(hits_for(DSA), tmp_path)
    notice = draft(DSA, hits, language=language)
    drawn = draw_pdf(notice, exhibits_of(hits), font)
    inside = b"\n".join([drawn, *streams(drawn)])
    assert b"pdfuaid:part" in inside
    assert re.search(rb"pdfaid:part>3<", inside)
    assert notice.text.encode() in streams(drawn)
    assert inside.count(b"/FontFile3") >= 1
    assert set("奥雷利奥女士手提包爆款，") <= set(text_of(drawn))
    assert notice.language.partition("-")[0].encode() in inside


def test_pdf_is_the_same_in_another_process(font: PaperFont, tmp_path: Path) -> None:
    hits = pictured(hits_for(DSA), tmp_path)
    here = draw_pdf(draft(DSA, hits), exhibits_of(hits), font)
    program = (
        "import hashlib, pathlib, sys;"
        "from tests.pipelines.noticed import *; from pipelines.takedown.kinds import DSA;"
        "from pipelines.takedown.pdf import *; from pipelines.typesetting import *;"
        "from pipelines.takedown.exhibits import *;"
        "hits = pictured(hits_for(DSA), pathlib.Path(sys.argv[1]));"
        "pdf = draw_pdf(draft(DSA, hits), exhibits_of(hits), find_paper_font());"
        "print(hashlib.sha256(pdf).hexdigest())"
    )
    other = tmp_path / "other"
    other.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", program, str(other)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "7"},
    )
    assert done.stdout.strip() == hashlib.sha256(here).hexdigest()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_draws_pages_that_are_not_blank(font: PaperFont, kind: NoticeKind) -> None:
    for language in kind.languages:
        pages = draw_pages(draft(kind, hits_for(kind), language=language), (), font, ppi=40)
        assert len(pages) >= 2
        assert all(darkness(page) > 0.004 for page in pages)


def test_pictures_stand_side_by_side(font: PaperFont, tmp_path: Path) -> None:
    hits = pictured(hits_for(DSA), tmp_path)
    exhibits = exhibits_of(hits)
    assert [(one.listing, one.right) for one in exhibits] == [(1, 2)]
    notice = draft(DSA, hits)
    with_pictures = draw_pages(notice, exhibits, font, ppi=40)
    without = draw_pages(notice, (), font, ppi=40)
    assert sum(map(darkness, with_pictures)) > sum(map(darkness, without)) + 0.05
    lacking = [replace(exhibits[0], listing_file=None, right_file=tmp_path / "gone.png")]
    assert draw_pages(notice, lacking, font, ppi=40)


def test_pairs_beyond_the_most_are_told(
    font: PaperFont, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hits = pictured(hits_for(DSA), tmp_path)
    notice, exhibits = draft(DSA, hits, language="zh-CN"), exhibits_of(hits)
    assert "另" not in text_of(draw_pdf(notice, exhibits, font))
    monkeypatch.setattr(pdf, "MOST_PAIRS", 1)
    assert set("另有2组比对图片未") <= set(text_of(draw_pdf(notice, [*exhibits] * 3, font)))


def test_picture_that_hurts_is_told_and_not_shown(font: PaperFont, tmp_path: Path) -> None:
    hits = pictured(hits_for(DSA), tmp_path)
    (tmp_path / "listing.jpg").write_bytes(b"\xff\xd8\xff broken")
    (tmp_path / "right.png").write_text("<svg xmlns='x'/>")
    assert draw_pdf(draft(DSA, hits), exhibits_of(hits), font)


def many(count: int) -> Sequence[StoredHit]:
    return [
        a_hit(listing=a_listing(url=f"https://shop.example/p/{n}?{'k=v&' * n}#尾", title=f"包 {n}"))
        for n in range(count)
    ]


def test_sixty_listings_fit_in_their_pages(font: PaperFont) -> None:
    hits = many(60)
    pages = draw_pages(draft(DSA, hits), (), font, ppi=40)
    assert 8 <= len(pages) <= 25
    for page in pages:
        image = np.asarray(Image.open(io.BytesIO(page)).convert("L"))
        margin = image[:, -round(image.shape[1] * 0.085) :]
        assert (margin > 200).all()  # nothing runs out of its column


def test_what_a_seller_writes_is_no_markup(font: PaperFont) -> None:
    title = '#import "/etc/passwd" #read("/etc/passwd") *b* $x$ <l> @r \\ ` " } ] ) // /* 😀 ไทย'
    hits = [a_hit(listing=a_listing(title=title + "长a" * 5000 + "w" * 900))]
    notice = draft(DSA, hits)
    drawn = draw_pdf(notice, (), font)
    assert notice.text.encode() in streams(drawn)
    letters = text_of(drawn)
    assert set('#"$<@\\`}])/*+') <= set(letters)
    assert not set("😀ไ") & set(letters)  # shown by their codes instead
    images = draw_pages(notice, (), font, ppi=40)
    for page in images:
        image = np.asarray(Image.open(io.BytesIO(page)).convert("L"))
        assert (image[:, -round(image.shape[1] * 0.085) :] > 200).all()


def test_notice_without_blocks_is_refused(font: PaperFont) -> None:
    notice = replace(draft(DSA, hits_for(DSA)), paper=())
    with pytest.raises(InputError, match="n-0001 was drafted by an older version"):
        draw_pdf(notice, (), font)


def test_without_a_font_the_command_that_gets_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(fonts, "FONT_FOLDERS", (tmp_path,))
    with pytest.raises(InputError, match="font = PATH") as refused:
        find_paper_font()
    assert fonts.font_remedy() in str(refused.value)
    assert draft(DSA, hits_for(DSA)).text


def test_font_of_the_settings_is_taken(font: PaperFont, tmp_path: Path) -> None:
    assert find_paper_font(str(font.path)) == font
    with pytest.raises(InputError, match=r"no font file at .*none\.ttf"):
        find_paper_font(str(tmp_path / "none.ttf"))
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    with pytest.raises(InputError, match="no font that can be read"):
        find_paper_font(str(tmp_path / "broken.ttf"))
