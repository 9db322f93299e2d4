"""Licensees that would license nobody, or everybody."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crawler.registry import check_registry
from crawler.sites import parse_site


def _found(folder: Path, licensee: dict[str, Any]) -> list[tuple[str, str, str]]:
    path = folder / "rights.jsonl"
    right = {"id": "TM-1", "kind": "trademark", "name": "Aurelio", "licensees": [licensee]}
    path.write_text(json.dumps(right) + "\n", encoding="utf-8")
    problems = check_registry(path, date(2026, 11, 22)).problems
    return [(problem.severity, problem.where, problem.message) for problem in problems]


@pytest.mark.parametrize("site", ["", "   ", "our own site", "ftp://shop.example", "https://", "?"])
def test_what_is_no_site_is_refused(tmp_path: Path, site: str) -> None:
    ((severity, where, message),) = _found(tmp_path, {"site": site, "seller": "Aurelio Store"})
    assert (severity, where) == ("error", "licensees.0.site")
    assert "expected a site such as shop.example" in message


@pytest.mark.parametrize(
    "licensee",
    [
        {"site": "https://www.shop.example/"},
        {"site": "outlet.shop.example"},
        {"site": "127.0.0.1:8000"},
        {"seller": "Aurelio Official Store"},
        {"seller": "LV", "site": "shop.example"},
        {"seller": "奥雷利奥官方旗舰店"},
    ],
)
def test_a_licensee_that_names_somebody_is_fine(tmp_path: Path, licensee: dict[str, Any]) -> None:
    assert _found(tmp_path, licensee) == []


@pytest.mark.parametrize("seller", ["LV", "店", "Official Store", "官方旗舰店", "THE SHOP"])
def test_a_name_that_anybody_may_bear_is_a_warning(tmp_path: Path, seller: str) -> None:
    ((severity, where, message),) = _found(tmp_path, {"seller": seller})
    assert (severity, where) == ("warning", "licensees.0")
    assert "licenses every seller of that name" in message


@pytest.mark.parametrize(
    ("text", "site"),
    [
        ("shop.example", "shop.example"),
        ("www.Shop.Example", "shop.example"),
        ("https://www.shop.example/bags?page=2", "shop.example"),
        ("seller.shop.co.uk", "shop.co.uk"),
        ("127.0.0.1:8000", "127.0.0.1:8000"),
        ("ftp://shop.example", ""),
        ("our own site", ""),
        ("", ""),
    ],
)
def test_a_site_is_read_from_whatever_people_type(text: str, site: str) -> None:
    assert parse_site(text) == site
