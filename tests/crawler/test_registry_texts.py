"""Protected texts: in the registry's lines, and in files of their own."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crawler.registry import RegistryFile, check_registry
from crawler.texts import MAX_BYTES, is_text_file

TODAY = date(2026, 11, 30)


def check(folder: Path, *rights: dict[str, Any]) -> RegistryFile:
    file = folder / "rights.jsonl"
    file.write_text("".join(json.dumps(right) + "\n" for right in rights))
    return check_registry(file, TODAY)


def work(*texts: str, **more: Any) -> dict[str, Any]:
    return {"id": "W-1", "kind": "work", "texts": list(texts), **more}


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_text_may_stand_in_a_file(tmp_path: Path, charset: str) -> None:
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "盐灯记.txt").write_bytes("第一章\n灯亮着。".encode(charset))
    file = check(tmp_path, work("books/盐灯记.txt", "A line of its own."))
    assert file.problems == ()
    assert file.rights[0][1].texts == ("第一章\n灯亮着。", "A line of its own.")


def test_a_file_may_be_named_by_its_whole_path(tmp_path: Path) -> None:
    elsewhere = tmp_path / "x" / "a.TXT"
    elsewhere.parent.mkdir()
    elsewhere.write_text("words")
    assert check(tmp_path, work(str(elsewhere))).rights[0][1].texts == ("words",)


def test_what_cannot_be_read_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "binary.txt").write_bytes(b"\x00\xff\x00")
    with (tmp_path / "long.txt").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    (tmp_path / "empty.txt").write_bytes(b" \n")
    found = check(
        tmp_path,
        work("none.txt"),
        work("binary.txt", id="W-2"),
        work("long.txt", id="W-3"),
        work("empty.txt", id="W-4"),
        work("ok", id="W-5"),
    )
    told = [(problem.line, problem.message) for problem in found.errors]
    assert [line for line, _ in told] == [1, 1, 2, 2, 3, 3, 4]
    said = " ".join(message for _, message in told)
    for part in ("No such file", "UTF-8 or GB 18030", "20,971,520 bytes", "empty text"):
        assert part in said


def test_texts_of_marks_are_told_to_be_unmatched(tmp_path: Path) -> None:
    found = check(tmp_path, work("a text", kind="trademark", name="Aurelio"))
    assert [str(p.message) for p in found.warnings] == [
        "texts of a trademark are kept, but not matched"
    ]
    assert check(tmp_path, work("a text")).problems == ()


@pytest.mark.parametrize(
    ("text", "is_file"),
    [("a.txt", True), (" b/c.TXT ", True), ("a\nb.txt", False), ("a.text", False), ("", False)],
)
def test_a_path_is_one_line_that_ends_so(text: str, is_file: bool) -> None:
    assert is_text_file(text) is is_file
