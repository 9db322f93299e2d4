"""Charts: what is drawn has the size of the numbers, and the table has the same numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.web.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Series, bars, lines, scale

COUNTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=60)


def series(*values: float | None, tone: str = "one") -> Series:
    return Series(name=tone, tone=tone, values=values)


@given(COUNTS, st.data())
def test_bars_are_as_high_as_their_numbers(values: list[int], data: st.DataObject) -> None:
    more = data.draw(st.lists(st.integers(0, 99), min_size=len(values), max_size=len(values)))
    both = [series(*values), series(*more, tone="two")]
    chart = bars("t", [str(n) for n in range(len(values))], both)
    top = float(chart.heights[-1].text.replace(",", ""))
    room = HEIGHT - TOP - BOTTOM
    for one in both:
        boxes = iter([box for box in chart.boxes if box.tone == one.tone])
        for value in one.values:
            if value:
                assert next(boxes).height == pytest.approx(value / top * room, abs=0.02)
    assert all(b.x >= LEFT and b.x + b.width <= WIDTH - RIGHT + 1 for b in chart.boxes)
    assert all(b.y >= TOP - 0.01 for b in chart.boxes)
    assert [cells for _, cells in chart.rows()] == [
        [f"{value:,}", f"{extra:,}"] for value, extra in zip(values, more, strict=True)
    ]


@pytest.mark.parametrize(
    ("most", "top", "step"),
    [(0, 1, 1), (1, 1, 1), (4, 4, 1), (6, 6, 2), (9, 10, 5), (110, 150, 50)],
)
def test_an_axis_is_easy_to_read(most: float, top: float, step: float) -> None:
    assert scale(most) == (top, step)


@given(st.integers(1, 10**9))
def test_an_axis_reaches_over_what_it_shows_in_few_steps(most: int) -> None:
    top, step = scale(most)
    assert top >= most
    assert top - step < most
    assert step % 1 == 0
    assert 1 <= top / step <= 5


def test_what_is_missing_is_a_gap_and_no_zero() -> None:
    chart = lines("t", list("abcde"), [series(0, 50, None, 100, None)], most=100, suffix="%")
    assert [len(line.points) for line in chart.lines] == [2, 1]
    [[_, zero], [_, half]] = chart.lines[0].points
    assert (zero, half) == (HEIGHT - BOTTOM, TOP + (HEIGHT - BOTTOM - TOP) / 2)
    assert [cells for _, cells in chart.rows()] == [["0 %"], ["50 %"], ["–"], ["100 %"], ["–"]]


def test_words_below_do_not_run_into_each_other() -> None:
    chart = bars("t", [str(n) for n in range(45)], [series(*range(45))])
    assert len(chart.places) <= 8
    assert bars("t", [], []).boxes == ()
