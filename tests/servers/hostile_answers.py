"""Hostile HTTP: heads, lengths, encodings, statuses, connections, redirects."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Iterator

import brotli  # type: ignore[import-untyped]
from backports import zstd

from tests.servers.hostile import HTML, Answer, Case, Talk, head, shop_page

PLAIN = {"Content-Type": HTML}
BODY = shop_page().encode()


def raw(*pieces: bytes, seconds: float = 0) -> Answer:
    async def answer(talk: Talk) -> None:
        for piece in pieces:
            await talk.send(piece)
            await asyncio.sleep(seconds)

    return answer


def endless(start: bytes, piece: bytes, seconds: float = 0) -> Answer:
    async def answer(talk: Talk) -> None:
        await talk.send(start)
        while True:
            await talk.send(piece)
            await asyncio.sleep(seconds)

    return answer


def then_reset(start: bytes) -> Answer:
    async def answer(talk: Talk) -> None:
        await talk.send(start)
        await asyncio.sleep(0.05)
        talk.reset()

    return answer


def packed(kind: str, body: bytes) -> Answer:
    return raw(head(200, {**PLAIN, "Content-Encoding": kind, "Content-Length": len(body)}), body)


def gzip_bomb(megabytes: int, layers: int = 1) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    start = packer.compress(b"<html><title>Bomb</title>")
    body = (
        start + b"".join(packer.compress(bytes(2**20)) for _ in range(megabytes)) + packer.flush()
    )
    for _ in range(layers - 1):
        body = gzip.compress(body)
    return body


def heads() -> Iterator[Case]:
    long_head = "head of an answer of more than 256 KB"
    start = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    yield Case(
        name="slow head",
        answer=endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"a", 0.2),
        state="failed",
        reason="no answer in time",
    )
    yield Case(
        name="endless headers",
        answer=endless(start, b"X-A: " + b"a" * 4000 + b"\r\n"),
        state="skipped",
        reason=long_head,
    )
    yield Case(
        name="one huge header",
        answer=raw(start + b"X-A: " + b"a" * 2**20 + b"\r\n\r\n", BODY),
        state="skipped",
        reason=long_head,
    )
    yield Case(
        name="cookie of 1 MB",
        answer=raw(start + b"Set-Cookie: a=" + b"a" * 2**20 + b"\r\n\r\n", BODY),
        state="skipped",
        reason=long_head,
    )
    yield Case(
        name="many cookies",
        answer=raw(
            start
            + b"".join(b"Set-Cookie: c%d=%s\r\n" % (n, b"x" * 40) for n in range(2000))
            + b"\r\n",
            BODY,
        ),
        listing=True,
    )
    yield Case(
        name="flood of 1xx",
        answer=endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100),
        state="skipped",
        reason=long_head,
    )
    yield Case(
        name="some 1xx",
        answer=raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + head(200, PLAIN), BODY),
        listing=True,
    )
    yield Case(
        name="header with a lone CR",
        answer=raw(start + b"X-A: a\rSet-Cookie: b\r\n\r\n", BODY),
        listing=True,
    )
    yield Case(
        name="header of strange bytes",
        answer=raw(start + "X-É: 皮\r\n\r\n".encode(), BODY),
        listing=True,
    )
    yield Case(
        name="header without colon", answer=raw(start + b"nonsense\r\n\r\n", BODY), listing=True
    )
    yield Case(
        name="two content types",
        answer=raw(
            b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Type: text/html\r\n\r\n", BODY
        ),
        listing=True,
    )
    yield Case(name="HTTP/0.9", answer=raw(BODY), state="failed", reason="closed")
    yield Case(
        name="HTTP/2",
        answer=raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"),
        state="failed",
        reason="no HTTP",
    )
    yield Case(
        name="TLS", answer=raw(b"\x15\x03\x01\x00\x02\x02\x46"), state="failed", reason="closed"
    )
    yield Case(name="noise", answer=raw(bytes(range(256)) * 40), state="failed", reason="no HTTP")


def lengths() -> Iterator[Case]:
    cut = "broke off before its end"
    yield Case(
        name="slow body",
        answer=endless(head(200, PLAIN), b"<", 0.2),
        state="failed",
        reason="no answer in time",
    )
    yield Case(
        name="endless body",
        answer=endless(head(200, PLAIN), b"<p>more</p>" * 6000),
        state="skipped",
        reason="rule: an answer over the limit",
    )
    yield Case(
        name="endless chunks",
        answer=endless(
            head(200, {**PLAIN, "Transfer-Encoding": "chunked"}),
            b"8000\r\n" + b"a" * 0x8000 + b"\r\n",
        ),
        state="skipped",
        reason="rule: an answer over the limit",
    )
    yield Case(
        name="length too long",
        answer=raw(head(200, {**PLAIN, "Content-Length": len(BODY) + 50}), BODY),
        state="failed",
        reason=cut,
    )
    yield Case(
        name="length too short", answer=raw(head(200, {**PLAIN, "Content-Length": 30}), BODY)
    )
    yield Case(
        name="length below zero",
        answer=raw(head(200, {**PLAIN, "Content-Length": -5}), BODY),
        state="failed",
        reason="no HTTP",
    )
    yield Case(
        name="length that is no number",
        answer=raw(head(200, {**PLAIN, "Content-Length": "many"}), BODY),
        state="failed",
        reason="no HTTP",
    )
    yield Case(
        name="two lengths",
        answer=raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 90\r\n\r\n", BODY),
        state="failed",
        reason="no HTTP",
    )
    yield Case(
        name="length of 500 MB",
        answer=raw(head(200, {**PLAIN, "Content-Length": 500_000_000}), BODY),
        state="skipped",
        reason="rule: an answer over the limit",
    )
    yield Case(
        name="garbage for chunks",
        answer=raw(head(200, {**PLAIN, "Transfer-Encoding": "chunked"}), b"zz\r\nnonsense\r\n" * 9),
        state="failed",
        reason="chunks are broken",
    )
    yield Case(
        name="chunk that never ends",
        answer=raw(head(200, {**PLAIN, "Transfer-Encoding": "chunked"}), b"ffffff\r\n<p>a"),
        state="failed",
        reason=cut,
    )
    yield Case(
        name="strange transfer encoding",
        answer=raw(head(200, {**PLAIN, "Transfer-Encoding": "rot13"}), BODY),
        state="failed",
        reason="no HTTP",
    )


def packings() -> Iterator[Case]:
    bomb = "rule: an answer over the limit"
    megabytes = 40
    flat = bytes(megabytes * 2**20)
    yield Case(
        name="gzip bomb", answer=packed("gzip", gzip_bomb(megabytes)), state="skipped", reason=bomb
    )
    yield Case(
        name="double gzip bomb",
        answer=packed("gzip, gzip", gzip_bomb(megabytes, 2)),
        state="skipped",
        reason=bomb,
    )
    yield Case(
        name="br bomb",
        answer=packed("br", brotli.compress(flat, quality=5)),
        state="skipped",
        reason=bomb,
    )
    yield Case(
        name="zstd bomb", answer=packed("zstd", zstd.compress(flat)), state="skipped", reason=bomb
    )
    yield Case(
        name="deflate bomb",
        answer=packed("deflate", zlib.compress(flat)),
        state="skipped",
        reason=bomb,
    )
    yield Case(
        name="gzip cut off", answer=packed("gzip", gzip.compress(BODY * 3)[:-60]), state=None
    )
    yield Case(
        name="gzip that is none",
        answer=packed("gzip", BODY),
        state="failed",
        reason="cannot be unpacked",
    )
    yield Case(
        name="br that is none",
        answer=packed("br", BODY),
        state="failed",
        reason="cannot be unpacked",
    )
    yield Case(
        name="zstd that is none",
        answer=packed("zstd", BODY),
        state="failed",
        reason="cannot be unpacked",
    )
    yield Case(name="unknown packing", answer=packed("rot13", BODY), listing=True)
    yield Case(
        name="a hundred packings",
        answer=packed(", ".join(["gzip"] * 100), gzip.compress(BODY)),
        state="failed",
        reason="cannot be unpacked",
    )


def statuses() -> Iterator[Case]:
    for status, state, reason in (
        ("000", "failed", "HTTP 0"),
        ("600", "failed", "HTTP 600"),
        ("999", "blocked", "HTTP 999"),
        ("abc", "failed", "no HTTP"),
        ("-200", "failed", "HTTP -200"),
        ("410", "gone", "HTTP 410"),
        ("206", "failed", "only a part"),
        ("451", "blocked", "HTTP 451"),
        ("500", "failed", "HTTP 500"),
    ):
        yield Case(
            name=f"status {status}",
            answer=raw(head(status, {**PLAIN, "Content-Length": len(BODY)}), BODY),
            state=state,
            reason=reason,
        )
    for empty in (204, 205):
        yield Case(
            name=f"status {empty}",
            answer=raw(head(empty, {**PLAIN, "Content-Length": 0}), BODY),
            state="failed",
            reason=f"is empty (HTTP {empty})",
        )
    yield Case(
        name="empty 200",
        answer=raw(head(200, {**PLAIN, "Content-Length": 0})),
        state="failed",
        reason="is empty (HTTP 200)",
    )
    yield Case(
        name="reset at once",
        answer=then_reset(b""),
        state="failed",
        reason="closed without an answer",
    )
    yield Case(
        name="reset in the head",
        answer=then_reset(b"HTTP/1.1 200 OK\r\nX-A:"),
        state="failed",
        reason="closed",
    )
    yield Case(
        name="reset in the body",
        answer=then_reset(head(200, {**PLAIN, "Content-Length": 9999}) + b"<p>"),
        state="failed",
        reason=cut_off(),
    )


def cut_off() -> str:
    return "broke off before its end"


def answer_cases() -> list[Case]:
    """Return the cases of this file."""
    return [*heads(), *lengths(), *packings(), *statuses()]
