from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import Headers

from crawler.model import TargetState
from crawler.pace import JITTER, PAGE, PICTURE, Manners, Pace

SITE = "shop.example"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def pace(**manners: float) -> tuple[Pace, Clock, list[str]]:
    clock, warnings = Clock(), list[str]()
    made = Pace(Manners(**manners), warnings.append, clock, clock)  # type: ignore[arg-type]  # refusals are whole
    return made, clock, warnings


def answer(book: Pace, status: int, kind: str | None = PAGE, **headers: str) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    book.answered(SITE, kind, status, Headers(named))


def test_never_faster_than_the_campaign_says() -> None:
    book, clock, _ = pace(delay=2.0)
    for _ in range(50):
        book.sent(SITE)
        assert 2.0 <= book.wait_of(SITE) <= 2.0 * (1 + JITTER)
        clock.now += book.wait_of(SITE)
        assert book.wait_of(SITE) == 0
        answer(book, 200)
        book.read(SITE)


def test_a_wait_holds_the_whole_site_and_no_other() -> None:
    book, clock, _ = pace(delay=0)
    answer(book, 429, None, Retry_After="30")
    assert book.wait_of(SITE) == 30
    assert book.wait_of("other.example") == 0
    clock.now = 29.5
    answer(book, 200)
    assert book.wait_of(SITE) == 0.5


def test_pauses_grow_until_the_site_is_left_alone() -> None:
    book, clock, warnings = pace(delay=1.0, longest_wait=30.0)
    waits = []
    while book.find_left_alone(SITE, PAGE) is None:
        answer(book, 503)
        waits.append(book.wait_of(SITE))
        clock.now += waits[-1]
    assert waits == [5, 10, 20, 40]
    left = book.find_left_alone(SITE, PICTURE)
    assert left is not None
    assert left.state is TargetState.BLOCKED
    assert left.reason.startswith("4 times in a row it answered HTTP 503; it is waited 30 s")
    assert len(warnings) == 1


def test_a_pause_is_short_again_after_a_good_page() -> None:
    book, clock, _ = pace(delay=1.0)
    for _ in range(3):
        answer(book, 429)
        assert book.wait_of(SITE) == 5
        clock.now += 5
        book.read(SITE)


def test_refusals_in_a_row_are_counted_by_page_not_by_try() -> None:
    book, _, warnings = pace(refusals=3)
    for number in range(8):
        book.answered(SITE, PAGE, 403, Headers(), again=bool(number % 4))
    assert book.find_left_alone(SITE, PAGE) is None
    book.refused(SITE, PAGE, "captcha")
    left = book.find_left_alone(SITE, PAGE)
    assert left is not None
    assert left.reason == "left alone after 3 refusals in a row, the last: captcha"
    assert warnings == [f"{SITE} is not asked any more: {left.reason}"]


def test_refused_pictures_say_nothing_of_pages() -> None:
    book, _, _ = pace(refusals=2)
    for _ in range(5):
        answer(book, 403, PICTURE)
    assert book.find_left_alone(SITE, PICTURE) is not None
    assert book.find_left_alone(SITE, PAGE) is None
    book.read(SITE)


def test_failures_in_a_row_end_as_failed() -> None:
    book, _, _ = pace(refusals=2)
    book.failed(SITE, "no answer in time")
    answer(book, 404)
    book.failed(SITE, "no answer in time")
    assert book.find_left_alone(SITE, PAGE) is None
    book.failed(SITE, "connection refused")
    left = book.find_left_alone(SITE, PAGE)
    assert left is not None
    assert left.state is TargetState.FAILED


def test_a_crawl_delay_is_kept_up_to_the_longest() -> None:
    book, _, warnings = pace(delay=1.0, longest_delay=20.0)
    book.slow_down(SITE, 7, "Crawl-delay")
    assert (book.delay_of(SITE), warnings) == (7, [])
    for _ in range(3):
        book.slow_down(SITE, 3600, "Crawl-delay")
    assert book.delay_of(SITE) == 20
    assert len(warnings) == 1
    assert "wants 3,600 s between requests; it is asked every 20 s" in warnings[0]


def test_a_slow_site_is_asked_less_often() -> None:
    book, _, _ = pace(delay=1.0)
    for _ in range(30):
        book.took(SITE, 4.0)
    assert 3.9 < book.delay_of(SITE) < 4.1
    for _ in range(60):
        book.took(SITE, 400.0)
    assert book.delay_of(SITE) == 10
    for _ in range(60):
        book.took(SITE, 0.1)
    assert book.delay_of(SITE) == 1.0


@given(st.lists(st.tuples(st.sampled_from([200, 403, 404, 429, 500, 503]), st.integers(0, 90))))
def test_nothing_makes_a_site_be_asked_before_its_time(steps: list[tuple[int, int]]) -> None:
    book, clock, _ = pace(delay=1.0, longest_wait=1e9, refusals=1000)
    due = 0.0
    for status, seconds in steps:
        book.sent(SITE)
        answer(book, status, Retry_After=str(seconds))
        asked = seconds if status in (403, 429, 503) else 0
        due = max(due, clock.now + max(1.0, asked))
        assert clock.now + book.wait_of(SITE) >= due
        clock.now += book.wait_of(SITE)
