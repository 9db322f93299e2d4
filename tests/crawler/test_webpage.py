"""Pages that are no listings: title, text, pictures."""

from __future__ import annotations

import pytest
from parsel import Selector

from crawler.extract.webpage import LONGEST_TEXT, MOST_PICTURES, find_page, text_page
from crawler.model import Listing

URL = "https://site.example/read/12.html"


def page(body: str, head: str = "<title>A page</title>", url: str = URL) -> Listing:
    return find_page(
        url, Selector(text=f"<html><head>{head}</head><body>{body}</body></html>").root
    )


def test_a_page_is_told_from_a_listing() -> None:
    found = page("<p>words</p>")
    assert (found.target, found.url, found.site, found.title) == (
        "page", URL, "site.example", "A page",
    )  # fmt: skip
    assert (found.price, found.images, found.files) == (None, (), ())


def test_the_text_has_a_line_for_each_block_and_no_menus() -> None:
    body = (
        "<nav><a href='/'>Home</a></nav><h1>第一章</h1><p>海风 <b>很</b>大，<br>灯亮着。</p>"
        "<div>One<div>two</div>three</div><script>var x</script><style>p{}</style>"
        "<!-- no --><p>a\n  b</p><pre>c\nd</pre><footer>Imprint</footer>"
    )
    assert (page(body).text or "").split("\n") == [
        "第一章", "海风 很大，", "灯亮着。", "One", "two", "three", "a b", "c", "d",
    ]  # fmt: skip


def test_text_inside_inline_tags_is_not_torn() -> None:
    assert page("<p>Lan<span>ter</span>ns</p>").text == "Lanterns"


def test_a_long_text_is_cut() -> None:
    found = page(f"<p>{'灯' * (LONGEST_TEXT + 10)}</p>")
    assert found.text == "灯" * LONGEST_TEXT
    assert text_page(URL, "灯" * (LONGEST_TEXT + 10)).text == found.text


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Salt | Site</title>", "<h1>Salt</h1>", "Salt | Site"),
        ("<title>Site</title>", "<h1>盐灯记</h1>", "盐灯记 | Site"),
        ("", "<h1>盐灯记</h1>", "盐灯记"),
        ("", "", "12.html"),
    ],
)
def test_the_title_says_what_the_page_is_about(head: str, body: str, title: str) -> None:
    assert page(body, head).title == title


def test_a_page_at_the_root_without_a_title_is_called_by_its_host() -> None:
    assert page("", "", "https://site.example/").title == "site.example"
    assert text_page("https://site.example/%E7%9B%90.txt", "x").title == "盐.txt"


def test_pictures_that_lead_to_other_pages_are_theirs() -> None:
    body = (
        '<a href="/other.html"><img src="/thumb.jpg"></a><a href="/big.jpg"><img src="/small.jpg">'
        '</a><a href="https://else.example/"><img src="/credit.jpg"></a><img src="/own.jpg">'
        f'<a href="{URL}"><img src="/self.jpg"></a><a href="/only.png">a picture</a>'
    )
    names = [link.rpartition("/")[2] for link in page(body).images]
    assert names == ["big.jpg", "credit.jpg", "own.jpg", "self.jpg", "only.png"]


def test_icons_are_left_out_and_pictures_by_style_and_meta_are_not() -> None:
    head = '<title>t</title><meta property="og:image" content="/og.jpg">'
    body = (
        '<img src="/i.png" width="40" height="40"><img class="logo" src="/l.png"><img src="/a.svg">'
        "<div style=\"background-image: url('/bg.jpg')\"></div><video poster='/poster.jpg'></video>"
        '<footer><img src="/foot.jpg"></footer><img data-src="/late.jpg" src="data:image/gif;x">'
    )
    names = [link.rpartition("/")[2] for link in page(body, head).images]
    assert sorted(names) == ["bg.jpg", "late.jpg", "og.jpg", "poster.jpg"]


def test_a_page_of_many_pictures_is_bounded() -> None:
    many = "".join(f'<img src="/{n}.jpg">' for n in range(MOST_PICTURES + 20))
    assert len(page(many).images) == MOST_PICTURES


def test_contacts_of_the_site_are_kept() -> None:
    seller = page('<a href="mailto:info@site.example">mail</a>').seller
    assert seller is not None
    assert seller.contacts == ("mailto:info@site.example",)


def test_the_language_is_that_of_the_page() -> None:
    root = Selector(text='<html lang="zh-CN"><body>灯</body></html>').root
    assert find_page(URL, root).language == "zh-CN"
