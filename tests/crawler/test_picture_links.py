"""Pictures at their largest size, by what the page names."""

from __future__ import annotations

import pytest
from parsel import Selector

from crawler.extract.picture_links import largest_named, largest_of, picture_link
from tests.crawler.test_extract_rules import changed

BASE = "https://shop.northgate.example/p/1"
SHOP = "https://shop.northgate.example"


@pytest.mark.parametrize(
    ("markup", "path"),
    [
        ('<img src="/s.jpg" srcset="/m.jpg 400w, /l.jpg 1200w, /s.jpg 200w">', "/l.jpg"),
        ('<img src="/s.jpg" srcset="/m.jpg 1x, /l.jpg 2x">', "/l.jpg"),
        ('<img src="/s.jpg" data-srcset="/m.jpg 400w">', "/m.jpg"),
        ('<img src="/blank.gif" data-src="/l.jpg">', "/l.jpg"),
        ('<img src="/s.jpg" data-large="/l.jpg">', "/l.jpg"),
        ('<img src="/s.jpg" srcset="/m.jpg 400w" data-zoom-image="/l.jpg">', "/l.jpg"),
        ('<img src="/s.jpg" data-original="/l.jpg">', "/l.jpg"),
        ('<a href="/full/l.jpg?v=2"><img src="/s.jpg" data-zoom="/m.jpg"></a>', "/full/l.jpg?v=2"),
        ('<a href="/p/2" data-zoom-image="/l.jpg"><img src="/s.jpg"></a>', "/l.jpg"),
        ('<a href="/p/2"><img src="/s.jpg"></a>', "/s.jpg"),
        (
            '<picture><source srcset="/m.webp 800w"><source data-srcset="/l.webp 1600w">'
            '<img src="/s.jpg" srcset="/x.jpg 3x"></picture>',
            "/l.webp",
        ),
    ],
)
def test_the_largest_that_an_element_names(markup: str, path: str) -> None:
    img = next(Selector(text=markup, type="html").root.iter("img"))
    assert largest_of(img, BASE) == f"{SHOP}{path}"


@pytest.mark.parametrize(
    ("asked", "link"),
    [
        ("/_next/image?url=%2Fimg%2Fjar.jpg&w=640&q=75", f"{SHOP}/img/jar.jpg"),
        ("/_next/image?url=https%3A%2F%2Fcdn.example%2Fj.jpg&w=64", "https://cdn.example/j.jpg"),
        ("/images?src=/assets/jar.png&w=300&q=80", f"{SHOP}/assets/jar.png"),
        ("/cdn-cgi/image/width=80,quality=75/img/jar.jpg", f"{SHOP}/img/jar.jpg"),
        ("/cdn-cgi/image/w=80/https://cdn.example/j.jpg", "https://cdn.example/j.jpg"),
        ("/images?src=/assets/jar.png", f"{SHOP}/images?src=/assets/jar.png"),
        ("/images?src=javascript:1&w=3", f"{SHOP}/images?src=javascript:1&w=3"),
        ("/search?url=/img/jar.jpg&w=3", f"{SHOP}/search?url=/img/jar.jpg&w=3"),
    ],
)
def test_what_an_image_proxy_shows(asked: str, link: str) -> None:
    assert picture_link(BASE, asked) == link


@pytest.mark.parametrize(
    ("shown", "source", "link"),
    [
        ("/u/jar-300x300.jpg", '<a href="/u/jar.jpg">', "/u/jar.jpg"),
        ("/u/jar-300x300.jpg", '<a href="/u/jar-600x600.jpg">', "/u/jar-300x300.jpg"),
        ("/f/jar_200x.jpg?v=1", '"//cdn.example/f/jar.jpg?v=1"', "/f/jar.jpg?v=1"),
        ("/f/jar_200x200_crop_center.jpg", "url(/f/jar.jpg)", "/f/jar.jpg"),
        ("/f/jar.jpg?v=1&width=200", '<img src="/f/jar.jpg?v=1">', "/f/jar.jpg?v=1"),
        (
            "/f/jar.jpg?v=1&width=200",
            '<img src="/f/jar.jpg?v=1&amp;width=80">',
            "/f/jar.jpg?v=1&width=200",
        ),
        ("/f/jar.jpg", '"/f/jar.jpg"', "/f/jar.jpg"),
    ],
)
def test_a_size_in_the_name_is_left_out_where_the_page_names_the_whole(
    shown: str, source: str, link: str
) -> None:
    assert largest_named(f"{SHOP}{shown}", source) == f"{SHOP}{link}"


def test_the_pictures_of_the_data_are_made_larger_too() -> None:
    small = ('"/img/jar.jpg"', '["/img/jar-300x300.jpg", "/_next/image?url=%2Fimg%2Fb.jpg&w=9"]')
    assert changed("auction", small).images == (f"{SHOP}/img/jar-300x300.jpg", f"{SHOP}/img/b.jpg")
    large = ("<button>", '<a href="/img/jar.jpg">Large</a><button>')
    assert changed("auction", small, large).images == (f"{SHOP}/img/jar.jpg", f"{SHOP}/img/b.jpg")
