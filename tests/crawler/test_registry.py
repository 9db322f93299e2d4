from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crawler.errors import FileFormatError, InputError
from crawler.registry import check_registry, load_registry

TODAY = date(2026, 11, 22)


def write(folder: Path, *rights: dict[str, Any], name: str = "rights.jsonl") -> Path:
    file = folder / name
    file.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rights))
    return file


def mark(**changes: Any) -> dict[str, Any]:
    return {"id": "TM-1", "kind": "trademark", "name": "Aurelio", **changes}


@pytest.mark.parametrize(
    ("changes", "where", "message"),
    [
        ({"name": None}, "", "expected a name, an image or a text"),
        ({"name": "  "}, "", "expected a name, an image or a text"),
        ({"id": ""}, "id", "is empty"),
        ({"images": ["nothing.png"]}, "images", "no picture at"),
        ({"images": [""]}, "images", "no picture at"),
        ({"images": ["rights.jsonl"]}, "images", "expected a picture in one of the formats"),
        ({"classes": [25, 46]}, "classes", "got 46"),
        ({"variants": [""]}, "variants", "empty text"),
        ({"prices": {"€": "150"}}, "prices.€", "expected a currency in three capitals"),
        ({"prices": {"EUR": "0"}}, "prices.EUR", "expected a price above 0, got 0"),
        ({"prices": {"EUR": "1e999999"}}, "prices.EUR", "expected a price below 1,000,000,000,000"),
        ({"id": "a\0b"}, "id", "expected characters that can be seen, got"),
        ({"id": "a\u2028b"}, "id", "expected characters that can be seen"),
        ({"id": "a/../b"}, "id", "expected no part that is . or .., and no -/ at the start"),
        ({"id": "-/new"}, "id", "expected no part that is . or .., and no -/ at the start"),
        ({"prices": {"EUR": "cheap"}}, "prices.EUR", "got 'cheap'"),
        ({"licensees": [{}]}, "licensees.0", "expected a seller, a site or both"),
        ({"kind": "brand"}, "kind", "got 'brand'"),
        ({"expires": "soon"}, "expires", "got 'soon'"),
    ],
)
def test_each_problem_is_named(
    tmp_path: Path, changes: dict[str, Any], where: str, message: str
) -> None:
    file = check_registry(write(tmp_path, mark(), mark(id="TM-2") | changes), TODAY)
    assert [(p.line, p.where) for p in file.errors] == [(2, where)]
    assert message in file.errors[0].message


def test_all_problems_of_a_file_are_found_in_one_go(tmp_path: Path) -> None:
    path = write(tmp_path, mark(), mark(), mark(id="TM-2", name=""), mark(id="TM-3", colour="red"))
    with pytest.raises(FileFormatError) as caught:
        load_registry(path, TODAY)
    assert [(p.line, p.where) for p in caught.value.problems] == [(2, "id"), (3, ""), (4, "colour")]
    assert "first on line 1" in str(caught.value)


@pytest.mark.parametrize("changes", [{"expires": "2026-11-21"}, {"status": "pending"}])
def test_lapsed_right_is_a_warning(tmp_path: Path, changes: dict[str, Any]) -> None:
    file = load_registry(write(tmp_path, mark(**changes)), TODAY)
    assert len(file.rights) == 1
    assert "not matched" in file.warnings[0].message


def test_right_that_expires_today_is_in_force(tmp_path: Path) -> None:
    assert not load_registry(write(tmp_path, mark(expires="2026-11-22")), TODAY).problems


def test_empty_file_is_told(tmp_path: Path) -> None:
    file = load_registry(write(tmp_path), TODAY)
    assert "holds no right" in file.warnings[0].message


def test_other_formats_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected a JSON Lines registry .*got '\.docx'"):
        check_registry(tmp_path / "rights.docx", TODAY)
