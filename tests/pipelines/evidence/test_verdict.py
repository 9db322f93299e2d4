"""What a capture is worth."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from scrapy.http import HtmlResponse, JsonResponse, Response

from crawler.browser.view import View
from crawler.model import TargetState
from pipelines.evidence.material import Claim
from pipelines.evidence.verdict import judge
from tests.servers import captured

CLAIM = Claim(title="奥雷利奥 包", price=Decimal("1299.00"))
SHELL = "<html><body><div id='app'></div><script src='/a.js'></script></body></html>"


def view(dom: str = captured.PAGE, **more: Any) -> View:
    text = HtmlResponse("http://x.example/", body=dom[:5000].encode(), encoding="utf-8")
    made = View(
        url=captured.URL, reached=captured.URL, status=200, begun_at=captured.AT,
        ended_at=captured.AT, browser="Chromium/1", title=text.css("title::text").get() or "",
        text=" ".join(text.xpath("//body//text()").getall()), dom=dom, photograph=b"",
        size=(1, 1), loaded=(), chain=(),
    )  # fmt: skip
    return replace(made, **more)


def test_a_page_that_shows_what_the_hit_speaks_of_is_proof() -> None:
    verdict = judge(captured.material(claim=CLAIM))
    assert (verdict.state, verdict.is_proof) == (TargetState.SEEN, True)


@pytest.mark.parametrize(
    "price", ["1,299.00", "1.299,00", "1299", "1 299.00", "42 1299.00", "￥1299.00元"]
)
def test_a_price_is_found_however_it_is_written(price: str) -> None:
    body = f"<title>奥雷利奥包</title><p>{price}</p>"
    assert judge(captured.material(page=body, claim=CLAIM)).doubts == ()


def test_width_case_and_spaces_of_a_title_make_no_difference() -> None:
    body = "<h1>ＺＯＲＶＥＸＡ  Bag</h1>"
    assert judge(captured.material(page=body, claim=Claim(title="zorvexa bag"))).is_proof


def test_heading_and_title_of_a_page_may_stand_apart() -> None:
    body = "<title>Heron Books</title><p>x</p><h1>苍鹭</h1>"
    assert judge(captured.material(page=body, claim=Claim(title="苍鹭 | Heron Books"))).is_proof
    assert not judge(captured.material(page=body, claim=Claim(title="苍鹭 | Crane Books"))).is_proof


def test_a_tag_without_end_is_not_parsed_and_its_text_counts() -> None:
    names = " ".join(f'a{n}="{n}"' for n in range(40_000))
    made = view(f"<p {names}>奥雷利奥 包 1299</p>", text="奥雷利奥 包 ¥1299")
    assert judge(captured.material(page=SHELL, claim=CLAIM, view=made)).is_proof


def test_another_title_or_price_is_named() -> None:
    body = "<title>奥雷利奥 鞋</title><p>¥ 12.99</p>"
    assert judge(captured.material(page=body, claim=CLAIM)).doubts == (
        "the title '奥雷利奥 包' is not on the page",
        "the price 1299.00 is not on the page",
    )


def test_what_only_a_browser_shows_is_proof_with_one_and_none_without() -> None:
    alone = judge(captured.material(page=SHELL, claim=CLAIM))
    assert alone.state is TargetState.FAILED
    assert alone.doubts == (
        "it does not show the page: the page is made by its scripts, and was not rendered",
    )
    both = judge(captured.material(page=SHELL, claim=CLAIM, view=view()))
    assert (both.state, both.doubts, both.differences) == (TargetState.SEEN, (), ())


def test_a_site_that_serves_the_browser_otherwise_is_told() -> None:
    refused = captured.material(claim=CLAIM, view=view(), state=TargetState.GONE, reason="HTTP 404")
    verdict = judge(refused)
    assert (verdict.state, verdict.is_proof) == (TargetState.SEEN, True)
    assert verdict.differences == ("without a browser it was gone (HTTP 404), with one seen",)
    other = judge(captured.material(view=view("<title>Welcome</title><p>News</p>")))
    assert any(
        "title is '奥雷利奥 包' without a browser, 'Welcome' with one" in d
        for d in other.differences
    )


def test_gone_is_said_only_when_both_say_so() -> None:
    gone = captured.material(page="no", state=TargetState.GONE, reason="HTTP 404")
    assert judge(gone).state is TargetState.GONE
    assert judge(replace(gone, view=view(status=404))).state is TargetState.GONE
    blocked = judge(replace(gone, view=view(status=403)))
    assert blocked.state is TargetState.BLOCKED
    assert not blocked.is_proof


def test_a_soft_404_is_gone() -> None:
    verdict = judge(captured.material(page="<title>404 Not Found</title><h1>页面不存在</h1>"))
    assert (verdict.state, verdict.is_proof) == (TargetState.GONE, False)


def test_what_is_no_page_is_looked_through_as_text() -> None:
    made = JsonResponse(captured.URL, body=rb'{"title": "\u5965\u96f7\u5229\u5965 \u5305"}')
    assert judge(replace(captured.material(claim=Claim(title=CLAIM.title)), page=made)).is_proof
    picture = Response(captured.URL, headers={"Content-Type": "image/png"}, body=b"\x89PNG")
    assert judge(replace(captured.material(), page=picture)).is_proof
    assert not judge(replace(captured.material(claim=CLAIM), page=picture)).is_proof
