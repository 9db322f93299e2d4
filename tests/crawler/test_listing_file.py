from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import listing_file
from crawler.errors import FileFormatError, InputError
from crawler.listing_file import ListingFile, listing_problems
from crawler.model import Listing
from crawler.sites import canonical_url


def write(file: Path, *listings: dict[str, Any]) -> Path:
    file.write_text("".join(json.dumps(listing) + "\n" for listing in listings))
    return file


def listing(number: int, **changes: Any) -> dict[str, Any]:
    return {"url": f"https://s.example/{number}", "title": f"bag {number}", **changes}


@given(st.from_regex(listing_file._PLAIN_URL, fullmatch=True))
def test_a_plain_url_has_a_canonical_form(url: str) -> None:
    assert canonical_url(url) is not None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"url": "javascript:alert(1)"}, "expected an http(s) URL, got 'javascript:alert(1)'"),
        ({"url": "http://"}, "expected an http(s) URL"),
        ({"title": ""}, "the title is empty"),
        ({"title": " \u3000"}, "the title is empty"),
        ({"price": "-1"}, "expected a price of 0 or more, got -1"),
    ],
)
def test_each_problem_of_a_listing_is_told(
    tmp_path: Path, changes: dict[str, Any], expected: str
) -> None:
    file = ListingFile(write(tmp_path / "l.jsonl", listing(1), listing(2, **changes)))
    [problem] = file.problems
    assert (problem.line, problem.where) == (2, "")
    assert expected in problem.message


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1:8000/p?a=1", "https://bücher.example/", "http://h/"]
)
def test_urls_that_are_not_plain_are_good_too(url: str) -> None:
    assert list(listing_problems(Listing(url=url, title="bag"))) == []


def test_listings_of_a_small_file_are_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "l.jsonl", listing(1), listing(2))
    file = ListingFile(path)
    path.write_text("gone")
    assert [item.title for item in file] == [item.title for item in file] == ["bag 1", "bag 2"]


def test_a_large_file_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing_file, "KEPT", 10)
    path = write(tmp_path / "l.jsonl", listing(1), listing(2))
    file = ListingFile(path)
    assert [item.title for item in file] == ["bag 1", "bag 2"]
    write(path, listing(3), listing(4, title=""))
    with pytest.raises(FileFormatError, match=r"l\.jsonl:2: error: the title is empty"):
        list(file)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a regular file"):
        ListingFile(tmp_path)
