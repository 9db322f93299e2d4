"""Which site a sweep takes up first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawler.site_order import SitePast, order_seeds

AT = datetime(2026, 11, 22, 1, tzinfo=UTC)


def past(hours: float, flagged: int, sweeps: int = 5) -> SitePast:
    return SitePast(looked_at=AT - timedelta(hours=hours), sweeps=sweeps, flagged=flagged)


def test_what_yields_most_and_was_not_seen_for_longest_goes_first() -> None:
    seeds = tuple(f"https://{name}.example/" for name in ("idle", "rich", "new", "old", "fresh"))
    known = {
        "idle.example": past(24, 0),
        "rich.example": past(24, 50),
        "old.example": past(24 * 30, 0),
        "fresh.example": past(0, 60),
    }
    names = [seed[8:].split(".")[0] for seed in order_seeds(seeds, known, AT)]
    assert names == ["new", "old", "rich", "idle", "fresh"]


def test_seeds_of_a_site_stay_together_and_in_their_order() -> None:
    seeds = ("https://a.example/2", "https://b.example/", "https://shop.a.example/1")
    known = {"a.example": past(2, 9), "b.example": past(2, 1)}
    assert order_seeds(seeds, known, AT) == (seeds[0], seeds[2], seeds[1])
    assert order_seeds(seeds, {}, AT) == (seeds[0], seeds[2], seeds[1])
    assert order_seeds((), known, AT) == ()
