"""What records say of themselves on Chinese pages: by its pattern, or as it stands."""

from __future__ import annotations

import re
import time
from itertools import product

import pytest
from scrapy.exceptions import CannotResolveHostError

from console.web.record_words import find_words, say_record
from crawler.errors import GoneError
from crawler.failures import outcome_of_failure, outcome_of_status, too_large, words_of_reason
from crawler.takedown import StandingLimits
from crawler.watch import HOME_FOR_ALL, NOT_FOUND, SUDDEN_SAMENESS, words_of_rule
from pipelines.takedown.kinds import KINDS
from pipelines.takedown.standing import Standing, find_danger
from tests.pipelines.test_takedown_outcomes import outcome

HAPPENINGS = ("seen", "sent", "gone", "+13 gone", "blocked", "changed", "failed", "withdrawn")


def test_whatever_becomes_of_a_listing_is_said_in_chinese() -> None:
    courses = [" ".join(words) for words in product(HAPPENINGS, repeat=3)]
    courses += ["sent bounced", "sent decided:refused", "sent decided:removed", "sent restored"]
    said = {outcome(course)[1] for course in courses}
    assert len(said) > 15
    assert [reason for reason in said if find_words(reason, "zh") is None] == []
    assert [reason for reason in said if "seen" in (find_words(reason, "zh") or "")] == []


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("N-2026-000001 was sent", "N-2026-000001 已发出"),
        ("the same seller: 名品折扣; 店 (by id, name)", "同一卖家：名品折扣; 店（依据：id, name）"),
        ("the same title: 'a was sent'", "标题相同：'a was sent'"),
        (
            "read from https://a.example/1: redirected to https://a.example/2",
            "读取自 https://a.example/1：被重定向到 https://a.example/2",
        ),
        (
            "seen last 2026-11-01 01:00, gone 2026-11-02 01:00 and 2026-11-03 01:00 (UTC); "
            "by whom is not known",
            "最后看到于 2026-11-01 01:00；2026-11-02 01:00 与 2026-11-03 01:00（UTC）两次查看均已"
            "下架；由谁下架不详",
        ),
        (words_of_rule("endless calendar"), "规则：陷阱，无尽的日历"),
        (too_large("max size (8000000)"), "规则：超过 8 MB 上限的应答不读取"),
        (words_of_reason("shutdown"), "被信号停止"),
        (outcome_of_failure(CannotResolveHostError("a.example"))[1], "主机名无法解析"),
        (
            "10.0.0.1 is not a public address; --allow-private would allow it",
            "10.0.0.1 不是公网地址；如需允许，请使用 --allow-private",
        ),
        *((str(GoneError(text)), None) for text in ("words of others", "")),
    ],
)
def test_a_sentence_is_said_by_its_pattern(sentence: str, words: str | None) -> None:
    assert find_words(sentence, "zh") == words
    assert find_words(sentence, "en") == sentence


@pytest.mark.parametrize("sentence", [HOME_FOR_ALL, NOT_FOUND, SUDDEN_SAMENESS])
def test_states_of_a_sweep_have_chinese_words(sentence: str) -> None:
    assert find_words(sentence, "zh")


@pytest.mark.parametrize(
    "sentence",
    [
        "2 pictures of shop.example not looked at: not matched: larger than 20 MB",
        "no listing found on shop.example (skipped: robots.txt forbids)",
        "blocked: HTTP 403",
    ],
)
def test_warnings_of_a_sweep_have_chinese_words(sentence: str) -> None:
    said = find_words(sentence, "zh")
    assert said is not None
    assert not {"pictures", "listing", "skipped", "blocked"} & set(re.findall("[a-z]+", said))


def test_what_endangers_the_standing_is_said_in_chinese() -> None:
    dangers = set()
    for accepted, countered in ((50, 0), (100, 40), (90, 5), (95, 0), (50, 50)):
        standing = Standing(
            recipient="r",
            limits=StandingLimits(),
            decided=100,
            accepted=accepted,
            countered=countered,
            withdrawn=0,
            pending=0,
        )
        dangers.add(find_danger(standing))
    assert None in dangers
    assert [told for told in dangers if told and find_words(told, "zh") is None] == []
    assert len(dangers) == 5


def test_what_is_not_known_stands_as_it_is_and_is_marked_as_english() -> None:
    assert say_record("<b>odd\u202e</b>", "zh").startswith('<bdi lang="en">&lt;b&gt;odd')
    assert say_record("nothing was sent about it", "zh") == "<bdi>尚未就此发出通知</bdi>"
    assert say_record(outcome_of_status(503)[1], "en") == "<bdi>HTTP 503</bdi>"


def test_no_text_makes_the_search_long() -> None:
    texts = [
        "not accepted: " + "1 of " * 390,
        "not accepted: " + "1 of 2, and " * 160,
        "the same seller: " + "(by " * 480,
        "seen last " + "gone " * 380,
        "; ".join(["seen again"] * 900),
        "it is not shown to us: " * 80,
        "x" * 1_000_000,
    ]
    began = time.process_time()
    for text in texts:
        find_words(text, "zh")
    assert time.process_time() - began < 5


def test_what_counsel_has_to_confirm_is_said_in_chinese() -> None:
    told = {text for kind in KINDS for text in kind.unconfirmed}
    assert len(told) > 5
    lines = [f"counsel has still to confirm: {text}" for text in told]
    assert [text for text in (*told, *lines) if not find_words(text, "zh")] == []
    assert [text for text in lines if re.search("confirm", find_words(text, "zh") or "")] == []
    few = "Shop, notice desk decided 0 notices in 90 days; below 20 that is too few to tell"
    assert "90 天内处理了 0 份通知" in (find_words(few, "zh") or "")
