"""Draws by lot: the same for everybody who has seed and lists, and even in their load."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.draws import (
    Conflict,
    digest_of_names,
    draw_turns,
    load_names,
    order_names,
    parse_seed,
)
from crawler.errors import FileFormatError, InputError

SITES = tuple(f"店{number}.example" for number in range(40))
PEOPLE = ("李伟", "王芳", "Ann", "赵敏", "Ben")


def conflict(inspector: str, target: str = "*") -> Conflict:
    return Conflict(inspector=inspector, target=target, reason="cousin of the owner")


def test_a_place_is_what_the_docs_say() -> None:
    def place(name: str) -> str:
        return hashlib.sha256(b"seed" + b"\0" + name.encode()).hexdigest()

    assert order_names(SITES, "seed") == sorted(SITES, key=place)
    lines = "".join(f"{name}\n" for name in sorted(SITES)).encode()
    assert digest_of_names(SITES) == hashlib.sha256(lines).hexdigest()


@settings(max_examples=20)
@given(st.integers(1, 40), st.integers(1, 3), st.text(min_size=1), st.randoms())
def test_the_order_of_the_lists_changes_nothing(
    count: int, each: int, seed: str, order: Random
) -> None:
    turns = draw_turns(SITES, PEOPLE, (), count=count, each=each, seed=seed)
    sites, people = list(SITES), list(PEOPLE)
    order.shuffle(sites)
    order.shuffle(people)
    assert draw_turns(sites, people, (), count=count, each=each, seed=seed) == turns
    load = Counter(name for turn in turns for name in turn.inspectors)
    assert max(load.values()) - min(load[name] for name in PEOPLE) <= 1
    assert all(len({*turn.inspectors}) == each for turn in turns)
    assert [turn.target for turn in turns] == order_names(SITES, seed)[:count]


def test_every_pair_comes_about_as_often() -> None:
    seeds = range(600)
    drawn = Counter(
        (turn.target, turn.inspectors[0])
        for seed in seeds
        for turn in draw_turns(SITES[:4], PEOPLE[:3], (), count=2, each=1, seed=str(seed))
    )
    # 600 draws of 2 of 4 for one of 3: 100 each, with a standard deviation of about 9
    assert len(drawn) == 12
    assert all(60 < count < 140 for count in drawn.values())


def test_who_has_a_conflict_does_not_inspect() -> None:
    barred = [conflict("Ann"), *(conflict("李伟", site) for site in SITES[:20])]
    turns = draw_turns(SITES, PEOPLE, barred, count=40, each=2, seed="s")
    for turn in turns:
        assert "Ann" not in turn.inspectors
        assert turn.target not in SITES[:20] or "李伟" not in turn.inspectors
    load = Counter(name for turn in turns for name in turn.inspectors)
    assert max(load.values()) - min(load.values()) <= 2


@pytest.mark.parametrize(
    ("count", "each", "barred", "said"),
    [
        (41, 1, (), "expected to draw 1 to 40 targets, got 41"),
        (0, 1, (), "expected to draw 1 to 40 targets, got 0"),
        (1, 0, (), "expected 1 inspector or more"),
        (1, 6, (), "expected 6 inspectors or more without a conflict, got 5"),
        (1, 5, (conflict("Ann"),), "expected 5 inspectors or more without a conflict, got 4"),
        (40, 5, (conflict("Ann", SITES[7]),), "expected 5 inspectors without a conflict for"),
    ],
)
def test_too_few_are_told(count: int, each: int, barred: tuple[Conflict, ...], said: str) -> None:
    with pytest.raises(InputError, match=said):
        draw_turns(SITES, PEOPLE, barred, count=count, each=each, seed="s")


def test_a_list_is_read_in_its_order(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("\ufeffb.example\n\n  店.example \r\na.example", encoding="utf-8")
    assert load_names(file) == ["b.example", "店.example", "a.example"]
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="expected text in UTF-8"):
        load_names(file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it holds no name"),
        ("a\nb\na\n", ":3: error: 'a' stands in line 1 already"),
        ("a\n*\n", r":2: error: expected a name, got '\*'"),
        ("a\u202eb\n", ":1: error: expected one line of what can be seen"),
        ("x" * 3000, "expected at most 2,083 characters"),
    ],
)
def test_a_list_that_is_none_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "list.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FileFormatError, match=said):
        load_names(file)


def test_a_seed_is_one_line() -> None:
    assert parse_seed(" 上证指数 3,312.45 ") == "上证指数 3,312.45"
    for wrong in ("", " ", "a\nb", "a\0b", "x" * 1001):
        with pytest.raises(InputError, match="expected a seed of one line"):
            parse_seed(wrong)
