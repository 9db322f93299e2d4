from __future__ import annotations

import itertools
import secrets
from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.sites import canonical_url
from crawler.traps import CALENDAR, FACETS, MOST_DATES, REPEATS, SESSION, Traps

SITE = "shop.example"
BASE = f"https://{SITE}"


def rules(paths: Iterable[str]) -> Counter[str | None]:
    traps = Traps()
    return Counter(traps.find(SITE, f"{BASE}{path}") for path in dict.fromkeys(paths))


@pytest.mark.parametrize(
    "form",
    [
        "/calendar/{year}/{month}/", "/events?year={year}&month={month}",
        "/agenda/{year}-{month:02}-01", "/kalender?date={year}-{month:02}-01&view=month",
    ],
)  # fmt: skip
def test_an_endless_calendar_is_left_after_years(form: str) -> None:
    months = itertools.product(range(2000, 2100), range(1, 13))
    got = rules(form.format(year=year, month=month) for year, month in months)
    assert got == {None: MOST_DATES, CALENDAR: 1200 - MOST_DATES}


def test_articles_with_a_date_in_their_address_are_no_calendar() -> None:
    got = rules(f"/{2000 + n // 12}/{n % 12 + 1:02}/bag-no-{n}" for n in range(2000))
    assert got == {None: 2000}


def test_paths_that_grow_by_themselves() -> None:
    got = rules(["/a/b" * n for n in range(1, 12)])
    assert got == {None: 3, REPEATS: 8}
    assert rules(["/" + "/".join("abcdefghijklmnopqrst")]) == {REPEATS: 1}


@pytest.mark.parametrize("form", ["/s/{token}/p/{n}", "/p/{n}?ref={token}", "/(S({token}))/p/{n}"])
def test_session_ids_are_learnt(form: str) -> None:
    visits = [secrets.token_hex(12) + "a1" for _ in range(60)]
    got = rules(form.format(token=token, n=n) for token in visits for n in range(30))
    assert got[SESSION] == 60 * 30 - got[None]
    assert got[None] < 100


def test_ids_of_goods_are_no_sessions() -> None:
    ids = [f"{secrets.token_hex(12)}a1" for _ in range(1500)]
    got = rules([f"/p/{i}" for i in ids] + [f"/item?uuid={i}" for i in ids])
    assert got == {None: 3000}
    assert rules(f"/{i}/{part}" for i in ids for part in ("", "reviews", "size")) == {None: 4500}


def test_combinations_of_filters_are_left_at_some_point() -> None:
    colours, sizes, brands = range(10), range(12), range(15)
    query = (f"/bags?brand={b}&color={c}&size={s}" for b in brands for c in colours for s in sizes)
    got = rules(query)
    assert 200 <= got[None] <= 400
    assert got[FACETS] == 1800 - got[None]
    path = (f"/bags/b-{b}/c-{c}/s-{s}" for b in brands for c in colours for s in sizes)
    assert rules(path)[FACETS] > 1000


def test_shops_with_all_pages_on_one_script_are_not_touched() -> None:
    goods = (
        f"/index.php?main_page=product_info&cPath={n % 40}&products_id={n}" for n in range(3000)
    )
    lists = (
        f"/index.php?main_page=index&cPath={c}&page={page}"
        for c in range(150)
        for page in range(20)
    )
    assert rules([*goods, *lists]) == {None: 6000}


def test_trees_of_categories_are_not_touched() -> None:
    got = rules(
        f"/shop/{a}/{b}/{b}-{n}.html" for a in "abcdef" for b in "ghijkl" for n in range(40)
    )
    assert got == {None: 1440}


@given(st.lists(st.text(alphabet="ab/?&=1%.é", max_size=40), max_size=50))
def test_any_url_is_answered(texts: list[str]) -> None:
    traps = Traps()
    for text in texts:
        url = canonical_url(f"{BASE}/{text}")
        if url is not None:
            assert traps.find(SITE, url) in {None, CALENDAR, FACETS, REPEATS, SESSION}


def test_sites_are_counted_for_themselves() -> None:
    traps = Traps()
    for site in range(200):
        assert traps.find(f"s{site}.example", "https://s.example/calendar/2026/01/") is None
