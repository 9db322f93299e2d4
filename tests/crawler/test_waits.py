from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import Headers

from crawler.waits import LATEST, find_wish, parse_retry_after

NOW = 1_780_000_000.0  # 2026-05-28 20:26:40 UTC


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120), (" 7 ", 7), ("0", 0), ("1.5", 1.5),
        ("Thu, 28 May 2026 20:27:40 GMT", 60),
        ("Thu, 28 May 2020 20:27:40 GMT", 0),
        ("99999999999999", LATEST), ("soon", None), ("-5", None), ("", None), ("Thu, 99", None),
    ],
)  # fmt: skip
def test_retry_after_is_a_number_or_a_date(text: str, seconds: float | None) -> None:
    assert parse_retry_after(text, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "headers", "wait", "spacing"),
    [
        (429, {"Retry-After": "30"}, 30, 0),
        (403, {"Retry-After": "30"}, 30, 0),
        (200, {"Retry-After": "30"}, None, 0),
        (200, {"RateLimit": '"default";r=0;t=40'}, 40, 0),
        (200, {"RateLimit": '"default";r=20;t=40, "day";r=5;t=60'}, None, 12),
        (200, {"RateLimit": "limit=100, remaining=0, reset=9"}, 9, 0),
        (200, {"RateLimit-Policy": '"default";q=30;w=60'}, None, 2),
        (200, {"RateLimit-Remaining": "4", "RateLimit-Reset": "20"}, None, 5),
        (200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 15)}, 15, 0),
        (
            200,
            {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{NOW * 1000 + 3000:.0f}"},
            3,
            0,
        ),
        (429, {"Retry-After": "5", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9"}, 9, 0),
        (200, {"X-RateLimit-Remaining": "0"}, None, 0),
        (200, {"RateLimit-Policy": '"default";q=0;w=60'}, None, 0),
        (200, {}, None, 0),
    ],
)
def test_what_headers_ask_for(
    status: int, headers: dict[str, str], wait: float | None, spacing: float
) -> None:
    wish = find_wish(status, Headers(headers), NOW)
    assert (wish.wait, wish.spacing) == (wait, spacing)


@given(st.text(max_size=60), st.sampled_from([200, 403, 429, 503]))
def test_nothing_that_stands_there_does_harm(text: str, status: int) -> None:
    names = ("Retry-After", "RateLimit", "RateLimit-Policy", "X-RateLimit-Remaining")
    wish = find_wish(status, Headers(dict.fromkeys((*names, "X-RateLimit-Reset"), text)), NOW)
    assert wish.wait is None or 0 <= wish.wait <= LATEST
    assert wish.spacing >= 0
