"""Values in scripts: JSON, and what is written like it."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parsel import Selector

from crawler.extract.literals import LiteralReader, unquoted
from crawler.extract.scripts import find_trees, unflattened
from crawler.extract.state import parse_state


def read(text: str) -> Any:
    return LiteralReader().value_at(text)[0]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("{a: 1, 'b': \"x\", c: [1, 2,],}", {"a": 1, "b": "x", "c": [1, 2]}),
        (
            "{a: undefined, b: void 0, c: !0, d: !1, e: NaN}",
            {"a": None, "b": None, "c": True, "d": False, "e": None},
        ),
        ("{t: new Date(2026, 1, 2), n: 3}", {"t": None, "n": 3}),
        ("{f: function (a) { return {b: [a, '}']}; }, n: 3}", {"f": None, "n": 3}),
        ("{g: (a) => { return a }, n: 3}", {"g": None, "n": 3}),
        ("{u: decodeURIComponent('a,b'), n: +new Date, m: 3}", {"u": None, "n": None, "m": 3}),
        (r"{j: JSON.parse('{\"a\": [1]}'), n: 3}", {"j": {"a": [1]}, "n": 3}),
        ("{/* one */ a: 1, // two\n b: 2}", {"a": 1, "b": 2}),
        (
            "{p: 7.50, h: 0x10, e: 1e3, s: -.5}",
            {"p": Decimal("7.50"), "h": 16, "e": Decimal("1e3"), "s": Decimal("-.5")},
        ),
        ("{s: 'it\\'s \\u4e2d\\x41\\n', t: `tpl`}", {"s": "it's 中A\n", "t": "tpl"}),
        ('{"a": "line\nbreak"}', {"a": "line\nbreak"}),
        ('{"a": "[x,]", "b": "\\",}",}', {"a": "[x,]", "b": '",}'}),
        ("{a: b + 1, c: 'x' + y, d: 4}", {"a": None, "c": None, "d": 4}),
    ],
)
def test_what_is_written_like_json(written: str, value: object) -> None:
    assert read(f" {written} ; more()") == value


@pytest.mark.parametrize("written", ["{a", "{a: 1", "{a: 'x", "{return 1}", "", "}", "{a: (1}"])
def test_what_is_none_is_nothing(written: str) -> None:
    assert LiteralReader().value_at(written) == (None, 0)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_json_is_read_as_json_and_with_commas_at_its_ends_too(value: object) -> None:
    written = json.dumps(value)
    assert read(written) == value
    assert read(f"[{written},]") == [value]


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    read(text)
    read("{a: " + text)
    unquoted(f'"{text}"')


@given(st.text(alphabet="{[(\"'`:,\\a1}])/* ", max_size=60))
def test_no_brackets_break_it(text: str) -> None:
    root = Selector(text=f"<script>x = {{price{text}</script>", type="html").root
    list(find_trees(root))


def test_a_flat_list_in_which_places_are_shared_and_go_round() -> None:
    flat = [{"a": 1, "b": 2}, {"c": 2}, ["Ref", 3], {"d": 0, "e": -1}, "unreached"]
    made = unflattened(flat)
    assert made["a"] == {"c": made["b"]}
    assert made["b"] == {"d": None, "e": None}
    assert unflattened([{"_1": 2}, "name", "Jar"]) == {"name": "Jar"}


LAYERS = [dict.fromkeys(("price", "sale", "amount", "value", "offer"), n + 1) for n in range(40)]
HOSTILE = {
    "backticks": "<script>price = {a: b" + "\\`" * 100_000 + "</script>",
    "many objects": "<script>price;" + "x={a:" * 50_000 + "</script>",
    "many quotes": "<script>price = {a: f(" + "'" * 100_001 + "</script>",
    "pushed": "<script>" + 'self.__next_f.push([1,"1:[' * 20_000 + "</script>",
    "layers": '<script type="application/json" id="__NUXT_DATA__">'
    + json.dumps([{"name": 41, "variants": 1, "price": 1}, *LAYERS, 7, "Ossling Jar"])
    + "</script>",
    "references": "<script>x = "
    + json.dumps(
        {
            f"N:{n}": {"__typename": "T", "name": "Ossling Jar", "sku": n}
            | {f"k{i}": {"__ref": f"N:{n + 1}"} for i in range(50)}
            for n in range(40)
        }
    )
    + "</script>",
}


@pytest.mark.parametrize("page", HOSTILE.values(), ids=HOSTILE)
def test_what_is_made_to_hurt_is_left_in_time(page: str) -> None:
    root = Selector(text=page, type="html").root
    started = time.process_time()
    parse_state(root, {"ossling jar"})
    assert time.process_time() - started < 3
