"""Hostile redirects: in a circle, without end, to what is no page, to private addresses."""

from __future__ import annotations

from collections.abc import Iterator

from tests.servers.hostile import Answer, Case, Talk, head
from tests.servers.hostile_answers import BODY, PLAIN, raw


def moved(to: str, status: int = 302) -> Answer:
    async def answer(talk: Talk) -> None:
        place = to.replace("HERE", talk.site.url.removeprefix("http://"))
        await talk.send(head(status, {"Location": place, "Content-Length": 0}))

    return answer


async def chain(talk: Talk) -> None:
    number = int(talk.path.rpartition("/")[2]) if talk.path[-1].isdigit() else 0
    await talk.send(head(302, {"Location": f"/chain/{number + 1}", "Content-Length": 0}))


def redirects() -> Iterator[Case]:
    yield Case(
        name="redirect to itself", answer=moved("/hostile"), state="failed", reason="in a circle"
    )
    yield Case(
        name="redirects in a circle",
        answer=moved("/b"),
        routes={"/b": moved("/hostile")},
        state="failed",
        reason="in a circle",
    )
    yield Case(
        name="redirects without end", answer=chain, state="failed", reason="redirected more than"
    )
    for to in (
        "file:///etc/passwd",
        "ftp://127.0.0.1/a",
        "javascript:alert(1)",
        "data:text/html,a",
        "gopher://127.0.0.1/",
    ):
        yield Case(
            name=f"redirect to {to}",
            answer=moved(to),
            state="skipped",
            reason="redirected to no http address",
        )
    for host in (
        "2130706433",
        "0x7f.1",
        "127.1",
        "0177.0.0.1",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "localhost",
    ):
        yield Case(
            name=f"redirect to {host}",
            answer=moved(f"http://{host}:9/"),
            state="skipped",
            reason="redirected to another site",
        )
    good = {"/good2": raw(head(200, PLAIN), BODY)}
    yield Case(
        name="redirect with a password", answer=moved("http://user:word@HERE/good2"), routes=good
    )
    yield Case(
        name="redirect to no URL", answer=moved("http://[bad/"), state="failed", reason="no URL"
    )
    yield Case(
        name="redirect with control bytes",
        answer=moved("/a\x01\x7f\tb", 301),
        routes={"/a%01%7Fb": raw(head(200, PLAIN), BODY)},
        state=None,
    )
    yield Case(
        name="redirect without a place",
        answer=raw(head(302, {"Content-Length": 0})),
        state="failed",
        reason="HTTP 302",
    )
    refresh = (
        b"<html><head><meta http-equiv=refresh content='0;url=/hostile'><title>R</title></head>"
    )
    yield Case(name="refresh to itself", answer=raw(head(200, PLAIN), refresh + BODY), listing=True)
    other = refresh.replace(b"/hostile", b"file:///etc/passwd")
    yield Case(name="refresh to a file", answer=raw(head(200, PLAIN), other + BODY), listing=True)
