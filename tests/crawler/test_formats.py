from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crawler.errors import InputError, Problem
from crawler.formats import (
    dump_json,
    dump_line,
    dump_record,
    load_record,
    parse_record,
    read_records,
)
from crawler.model import Finding, Hit, Listing, Right, hit_id

TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)


@given(
    title=TEXTS,
    price=st.none() | st.decimals(min_value=0, max_value=10**9, places=2),
    attributes=st.dictionaries(TEXTS, TEXTS, max_size=3),
    images=st.lists(TEXTS, max_size=3).map(tuple),
)
def test_listing_survives_the_round_trip(
    title: str, price: Decimal | None, attributes: dict[str, str], images: tuple[str, ...]
) -> None:
    listing = Listing(
        url="https://shop.example/1",
        title=title,
        price=price,
        attributes=attributes,
        images=images,
    )
    assert load_record(Listing, dump_json(listing)) == listing


@given(score=st.floats(allow_nan=False), text=TEXTS, edits=st.lists(TEXTS, max_size=2).map(tuple))
def test_a_line_is_written_as_its_values_are(
    score: float, text: str, edits: tuple[str, ...]
) -> None:
    finding = Finding(feature="name", weight=score, text=text, edits=edits)
    for keep_empty in (False, True):
        data = dump_record(finding, keep_empty=keep_empty)
        assert dump_line(finding, keep_empty=keep_empty) == orjson.dumps(data)


@pytest.mark.parametrize(
    "price", ['"19.90"', "19.90", "1e3", "0", "-1", "NaN", '"NaN"', "true", "null", "[]", '" 7 "']
)
def test_a_line_is_read_as_its_values_are(tmp_path: Path, price: str) -> None:
    line = f'{{"url": "u", "title": "t", "price": {price}}}'
    file = tmp_path / "l.jsonl"
    file.write_text(line)
    [(_, read)] = read_records(Listing, file, "a listing")
    try:
        expected = parse_record(Listing, orjson.loads(line))
    except (ValidationError, orjson.JSONDecodeError):
        assert isinstance(read, Problem)
    else:
        assert read == expected


def test_listing_text_is_kept_as_given() -> None:
    read = parse_record(Listing, {"url": "https://x.example", "title": "  Aurelio\u200b "})
    assert read.title == "  Aurelio\u200b "


def test_right_text_is_tidied() -> None:
    read = parse_record(Right, {"id": " TM-1 ", "kind": "trademark", "name": " 奥雷利奥 "})
    assert (read.id, read.name) == ("TM-1", "奥雷利奥")


def test_contract_example_of_a_hit_is_read_and_written_alike() -> None:
    text = {
        "id": "h-1",
        "target": "listing",
        "listing": "https://shop.example/p/1",
        "right": "TM-0001",
        "score": 0.97,
        "flagged": False,
        "findings": [
            {"feature": "name", "weight": 9.1, "field": "title", "span": [0, 7]},
            {"feature": "picture", "weight": -1.0, "region": [12, 40, 300, 120]},
        ],
    }
    hit = parse_record(Hit, text)
    assert hit.findings[0] == Finding(feature="name", weight=9.1, field="title", span=(0, 7))
    assert dump_record(hit) == text


def test_hit_ids_are_stable_and_differ() -> None:
    first = hit_id("listing", "https://a.example/1", "TM-1")
    assert first == hit_id("listing", "https://a.example/1", "TM-1") == "h-9362f5e73b409304"
    assert first != hit_id("listing", "https://a.example/1T", "M-1")
    assert first != hit_id("page", "https://a.example/1", "TM-1")


def test_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError):
        parse_record(Listing, {"url": "u", "title": "t", "prise": "1"})


def test_every_wrong_line_is_told_with_its_number(tmp_path: Path) -> None:
    file = tmp_path / "rights.jsonl"
    lines = [
        '{"id": "1", "kind": "trademark", "name": "A"}',
        "",
        "{broken",
        "[]",
        '{"id": "2", "kind": "brand", "color": "red"}',
    ]
    file.write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
    read = list(read_records(Right, file, "a right"))
    problems = [item for _, item in read if isinstance(item, Problem)]
    assert [line for line, item in read if isinstance(item, Right)] == [1]
    assert [(p.line, p.where) for p in problems] == [(3, ""), (4, ""), (5, "kind"), (5, "color")]
    assert "got 'brand'" in problems[2].message
    assert "a right has no such key" in problems[3].message


def test_file_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*nothing\.jsonl: No such file"):
        list(read_records(Right, tmp_path / "nothing.jsonl", "a right"))


def test_bytes_that_are_no_utf8_are_a_problem_not_a_crash(tmp_path: Path) -> None:
    file = tmp_path / "l.jsonl"
    file.write_bytes(b'{"url": "\xff"}\n')
    [(line, problem)] = read_records(Listing, file, "a listing")
    assert line == 1
    assert isinstance(problem, Problem)


def test_json_puts_more_keys_in_front() -> None:
    listing = Listing(url="u", title="t")
    assert list(json.loads(dump_json(listing, id="l-1"))) == ["id", "url", "title"]
