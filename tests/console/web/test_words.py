"""The words of the console: every key in both languages, and every key that is used is there."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from console.web.words import LANGUAGES, load_words, parse_accepted, say

WEB = Path(__file__).resolve().parents[3] / "console" / "web"
USED = re.compile(r"""\b(?:t|say)\(\s*["']([a-z_]+\.[a-z_.]+)["']\s*[,)]""")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_key_says_the_same_in_both_languages() -> None:
    wrong = [
        key
        for key, said in load_words().items()
        if set(said) != set(LANGUAGES)
        or not all(text.strip() for text in said.values())
        or len({frozenset(places(text)) for text in said.values()}) != 1
    ]
    assert wrong == []


def test_every_key_that_a_page_uses_is_there() -> None:
    sources = [*WEB.rglob("*.html"), *WEB.rglob("*.py")]
    used = {(key, path.name) for path in sources for key in USED.findall(path.read_text("utf-8"))}
    assert len(used) > 10
    assert [(key, name) for key, name in used if key not in load_words()] == []


def test_a_key_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("sign_in.nothing", "en")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en;q=0.4, zh;q=0.5", "zh"),
        ("fr, de", "en"),
        ("zh;q=none, en", "en"),
        ("ZH-Hant", "zh"),
    ],
)
def test_the_language_is_what_the_browser_asks_for(header: str, language: str) -> None:
    assert parse_accepted(header) == language
