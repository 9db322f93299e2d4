"""Whole sites that are hostile: traps, robots.txt, refusals, sites that want to be asked slowly."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Iterator

from tests.servers.hostile import Answer, Case, Talk, head, shop_page
from tests.servers.hostile_answers import endless, raw, then_reset
from tests.servers.hostile_pages import missing, served
from tests.servers.hostile_redirects import moved
from tests.servers.tiny_shop import links_page


def titled(title: str, *paths: str) -> str:
    body = links_page(*paths).body
    assert isinstance(body, str)
    return body.replace("<body>", f"<head><title>{title}</title></head><body><h1>{title}</h1>")


async def calendar(talk: Talk) -> None:
    months = [f"/calendar/{year}/{month}/" for year in range(2000, 2020) for month in range(1, 13)]
    await talk.page(titled(f"Events {talk.path}", *months))


async def sessions(talk: Talk) -> None:
    token = f"s{secrets.token_hex(12)}1"
    await talk.page(titled(f"Goods {talk.path[-4:]}", *(f"/{token}/list/{n}" for n in range(20))))


async def sessions_in_query(talk: Talk) -> None:
    token = f"s{secrets.token_hex(12)}1"
    await talk.page(
        titled(f"Goods {talk.path[:9]}", *(f"/list/{n}?ref={token}" for n in range(20)))
    )


async def facets(talk: Talk) -> None:
    kinds = itertools.product(range(8), range(9), range(9))
    links = [f"/bags?brand={a}&color={b}&size={c}" for a, b, c in kinds]
    await talk.page(titled(f"Bags {talk.path}", *links))


async def growing(talk: Talk) -> None:
    await talk.page(titled(f"Deep {len(talk.path)}", f"{talk.path.rstrip('/')}/a/b"))


async def home_for_all(talk: Talk) -> None:
    await talk.site._home(talk)


def goods(number: int = 20) -> list[str]:
    return [f"/goods/{n}" for n in range(number)]


async def numbered(talk: Talk) -> None:
    await talk.page(shop_page(f"Kettle {talk.path}"))


class Sudden:
    """Shows six pages, and from then on one page for everything."""

    def __init__(self) -> None:
        self.shown = 0

    async def __call__(self, talk: Talk) -> None:
        self.shown += 1
        if self.shown > 6:
            await talk.page(
                "<title>Welcome</title><h1>Dear guest</h1><p>Our office opens soon.</p>"
            )
        elif talk.path == "/":
            await talk.page(titled("Home", *goods()))
        else:
            await numbered(talk)


class Busy:
    """Refuses so many requests with a wish to wait, and answers then."""

    def __init__(self, refusals: int, status: int = 429, **headers: str) -> None:
        self.left = refusals
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    async def __call__(self, talk: Talk) -> None:
        self.left -= 1
        if self.left >= 0:
            await talk.send(head(self.status, {**self.headers, "Content-Length": 0}))
        else:
            await talk.page(shop_page("Patient kettle"))


def traps() -> Iterator[Case]:
    def trap(name: str, answer: Answer, rule: str, *links: str) -> Case:
        return Case(
            name=name,
            answer=answer,
            links=links or ("/hostile",),
            warning=f"has a trap: {rule}",
            state=None,
        )

    yield trap("endless calendar", calendar, "endless calendar")
    yield trap("session ids in the path", sessions, "session id")
    yield trap("session ids in the query", sessions_in_query, "session id")
    yield trap("facets", facets, "combinations of filters")
    yield trap("path that grows", growing, "a path that repeats itself")
    yield trap(
        "home page for all", home_for_all, "the home page for every unknown address", *goods()
    )
    page = "<title>Page not found</title><h1>Sorry, there is nothing here</h1><p>It is {}.</p>"

    async def clock(talk: Talk) -> None:
        await talk.page(page.format(secrets.randbelow(10**6)))

    yield Case(name="soft 404", answer=clock, state="gone", reason='own "not found" page')
    real = served("<title>Page not found?</title><h1>A band of that name</h1>")

    yield Case(name="not found by name only", answer=missing, routes={"/hostile": real})
    sudden = Sudden()
    yield Case(
        name="sudden sameness",
        answer=sudden,
        routes={"/": sudden},
        links=goods(),
        state=None,
        good="",
        warning="sudden sameness",
    )


def robots() -> Iterator[Case]:
    def rules(name: str, answer: Answer, state: str, reason: str) -> Case:
        return Case(
            name=f"robots.txt {name}",
            answer=numbered,
            routes={"/robots.txt": answer},
            state=None,
            home=state,
            good="",
            reason=reason,
        )

    yield rules("503", raw(head(503, {"Content-Length": 0})), "blocked", "robots.txt answered 503")
    yield rules(
        "429 for an hour",
        raw(head(429, {"Retry-After": 3600, "Content-Length": 0})),
        "blocked",
        "it asked to wait 3,600 s",
    )
    yield rules(
        "cut off",
        then_reset(b""),
        "failed",
        "robots.txt could not be asked: the connection was closed",
    )
    yield rules(
        "in a circle",
        moved("/robots.txt"),
        "failed",
        "robots.txt could not be asked: redirected in a circle",
    )
    yield rules(
        "without end",
        endless(
            head(200, {"Content-Type": "text/plain", "Content-Length": 10**9}), b"Allow: /\n" * 8000
        ),
        "failed",
        "robots.txt could not be asked: rule: an answer",
    )
    yield rules(
        "slow",
        endless(head(200, {"Content-Type": "text/plain"}), b"a", 0.2),
        "failed",
        "robots.txt could not be asked: no answer in time",
    )
    yield rules(
        "that forbids",
        served("User-agent: *\nDisallow: /", "text/plain"),
        "skipped",
        "robots.txt forbids",
    )
    yield Case(
        name="robots.txt 403",
        answer=numbered,
        routes={"/robots.txt": raw(head(403, {"Content-Length": 0}))},
        listing=True,
    )
    yield Case(
        name="robots.txt of noise",
        answer=numbered,
        routes={"/robots.txt": served(bytes(range(256)) * 40, "text/plain")},
        listing=True,
    )


def refusals() -> Iterator[Case]:
    yield Case(name="busy for 2 s", answer=Busy(1, Retry_After="2"), listing=True)
    yield Case(name="busy with 503", answer=Busy(1, 503, Retry_After="2"), listing=True)
    yield Case(
        name="busy for an hour",
        answer=Busy(99, Retry_After="3600"),
        state="blocked",
        reason="it asked to wait 3,600 s (HTTP 429)",
        good="",
        warning="is not asked any more",
    )
    yield Case(
        name="busy until 2099",
        answer=Busy(99, 503, Retry_After="Thu, 01 Jan 2099 00:00:00 GMT"),
        state="blocked",
        reason="it asked to wait",
        good="",
        warning="is not asked any more",
    )
    yield Case(name="used-up quota", answer=Busy(0), routes={"/good": quota}, state=None)
    forbidden = raw(head(403, {"Content-Length": 0}))
    yield Case(
        name="403 for all",
        answer=forbidden,
        links=goods(),
        state=None,
        good="",
        warning="left alone after 10 refusals in a row, the last: HTTP 403",
    )
    wall = served("<title>Just a moment...</title><h1>Checking your browser</h1>")
    yield Case(
        name="challenge for all",
        answer=wall,
        links=goods(),
        state=None,
        good="",
        warning="left alone after 10 refusals in a row, the last: cloudflare",
    )
    yield Case(
        name="reset for all",
        answer=then_reset(b""),
        links=goods(),
        state=None,
        good="",
        warning="left alone after 10 failures in a row",
    )
    delay = served(
        "User-agent: other\nCrawl-delay: 9\n\nUser-agent: *\nCrawl-delay: 1\n", "text/plain"
    )
    yield Case(
        name="crawl-delay",
        answer=numbered,
        routes={"/robots.txt": delay},
        links=goods(3),
        state=None,
    )


async def quota(talk: Talk) -> None:
    await asyncio.sleep(0)
    await talk.page(shop_page("Good kettle"), X_RateLimit_Remaining="0", X_RateLimit_Reset="2")


def site_cases() -> list[Case]:
    """Return the cases of this file."""
    return [*traps(), *robots(), *refusals()]
