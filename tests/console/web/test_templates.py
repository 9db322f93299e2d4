"""The rules that all templates keep: nothing inline, nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[3] / "console" / "web"
TEMPLATES = sorted(WEB.rglob("*.html"))
FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "an inline style": re.compile(r"<style|\sstyle\s*=", re.I),
    "a handler": re.compile(r"\son[a-z]+\s*=|\shx-on", re.I),
    "a script in an address": re.compile(r"javascript:", re.I),
    "something from elsewhere": re.compile(r"(?:src|href|action)\s*=\s*[\"']?(?:https?:)?//", re.I),
    "text that is not escaped": re.compile(r"\|\s*safe\b|autoescape\s+false", re.I),
}


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_no_template_has(rule: str) -> None:
    assert len(TEMPLATES) >= 4
    found = [path.name for path in TEMPLATES if FORBIDDEN[rule].search(path.read_text("utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    ("rule", "markup"),
    [
        ("an inline script", "<script>alert(1)</script>"),
        ("an inline style", '<p style="x">'),
        ("a handler", '<a onclick="x()">'),
        ("a script in an address", '<a href="javascript:x()">'),
        ("something from elsewhere", '<img src="//cdn.example/a.png">'),
        ("text that is not escaped", "{{ title | safe }}"),
    ],
)
def test_the_rule_finds(rule: str, markup: str) -> None:
    assert FORBIDDEN[rule].search(markup)
