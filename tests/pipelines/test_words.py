"""Which pictures are read for words, and how many."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from crawler.errors import PictureError
from crawler.model import Hit, Listing, Right, Seller, hit_id
from matchers.judge import Matcher
from matchers.pictures.lines import Line
from pipelines.sweep.words import LineReader
from pipelines.words import Rank, Wanted, WordSearch, open_word_search

RIGHT = Right(id="TM-1", kind="trademark", name="Aurelio", goods=("bags",))
MATCHER = Matcher([RIGHT])


class Noting(LineReader):
    """Returns the file's text as its one line, and notes what was read."""

    def __init__(self) -> None:
        super().__init__()
        self.read_so_far: list[str] = []

    def read(self, path: Path) -> tuple[Line, ...]:
        text = path.read_text()
        self.read_so_far.append(path.name)
        if text == "broken":
            raise PictureError("cannot be decoded")
        return (Line(text, (0, 0, 9, 9), 0.9),) if text else ()


def a_listing(title: str, seller: str | None = None) -> Listing:
    named = None if seller is None else Seller(name=seller)
    return Listing(url="https://s.example/1", title=title, seller=named)


def a_hit(score: float) -> Hit:
    url = "https://s.example/1"
    return Hit(
        id=hit_id("listing", url, "TM-1"),
        target="listing",
        listing=url,
        right="TM-1",
        score=score,
        flagged=score >= 0.5,
        findings=(),
    )


def write(folder: Path, *names: str) -> dict[str, Path]:
    for name in names:
        (folder / name).write_text(name)
    return {name: folder / name for name in names}


def no_problem(image: str, error: Exception) -> None:
    raise AssertionError(f"{image}: {error}")


def test_listings_that_promise_most_come_first() -> None:
    search = WordSearch(Noting(), MATCHER, 9)
    flagged = a_listing("Aurelio bag", "Best Bags")
    search.note(flagged, [a_hit(0.9)])
    assert search.rank(flagged, [a_hit(0.2), a_hit(0.9)]) is None
    assert search.rank(a_listing("lamp"), [a_hit(0.2)]) is Rank.WEAK_HIT
    assert search.rank(a_listing("lamp", "Best Bags"), []) is Rank.SELLER
    assert search.rank(a_listing("leather bag", "Others"), []) is Rank.GOODS
    assert search.rank(a_listing("lamp"), []) is Rank.OTHER


def test_the_budget_goes_to_the_likeliest_and_the_rest_is_counted(tmp_path: Path) -> None:
    reader = Noting()
    search = WordSearch(reader, MATCHER, 4)
    wanted = [
        Wanted(Rank.OTHER, 0.0, 0, write(tmp_path, "other")),
        Wanted(Rank.GOODS, 0.0, 1, write(tmp_path, "goods", "goods 2")),
        Wanted(Rank.WEAK_HIT, 0.1, 2, write(tmp_path, "weak", "weak 2")),
        Wanted(Rank.WEAK_HIT, 0.3, 3, write(tmp_path, "stronger")),
    ]
    found = search.read_batch(wanted, 4, no_problem)
    assert reader.read_so_far == ["stronger", "weak", "weak 2", "goods"]
    assert {place: [*lines] for place, lines in found.items()} == {
        3: ["stronger"], 2: ["weak", "weak 2"], 1: ["goods"],
    }  # fmt: skip
    assert (search.spent, search.unread) == (4, 2)
    assert "2 pictures of listings" in str(search.describe_unread())


def test_the_same_bytes_are_read_once_and_cost_nothing_again(tmp_path: Path) -> None:
    reader = Noting()
    search = WordSearch(reader, MATCHER, 1)
    files = write(tmp_path, "a")
    (tmp_path / "b").write_text("a")
    both = Wanted(Rank.OTHER, 0.0, 0, files | {"b": tmp_path / "b"})
    (lines,) = search.read_batch([both], 1, no_problem).values()
    assert [*lines] == ["a", "b"]
    assert (reader.read_so_far, search.unread) == (["a"], 0)


def test_one_that_cannot_be_read_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    search = WordSearch(Noting(), MATCHER, 9)
    (tmp_path / "x").write_text("broken")
    files = {"x": tmp_path / "x", "none": tmp_path / "none"} | write(tmp_path, "a")
    told: list[str] = []
    found = search.read_batch(
        [Wanted(Rank.OTHER, 0.0, 0, files)],
        9,
        lambda image, error: told.append(f"{image}: {error}"),
    )
    assert [*found[0]] == ["a"]
    assert told == ["x: cannot be decoded", "none: no such file"]


def test_nothing_is_opened_where_nothing_can_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_word_search("off", MATCHER, 9) is None
    assert open_word_search("on", MATCHER, 0) is None
    assert open_word_search("on", Matcher([Right(id="W", kind="work", images=("a",))]), 9) is None
    assert open_word_search("auto", MATCHER, 9) is not None
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert open_word_search("auto", MATCHER, 9) is None
