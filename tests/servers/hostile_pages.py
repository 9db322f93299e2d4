"""Hostile pages and pictures: charsets, markup, data for machines, pictures."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from tests.pipelines.hostile import flat_png
from tests.servers.hostile import HTML, Answer, Case, Talk, head, shop_page
from tests.servers.hostile_answers import endless, raw
from tests.servers.hostile_redirects import moved

PAGE = shop_page("Kettle aus Köln 皮革")


def served(body: str | bytes, kind: str = HTML) -> Answer:
    async def answer(talk: Talk) -> None:
        await talk.page(body, kind=kind)

    return answer


async def missing(talk: Talk) -> None:
    await talk.page("no", status=404)


def within(part: str, place: str = "</body>") -> str:
    """Return an innocent listing with something in it."""
    return PAGE.replace(place, part + place)


def charsets() -> Iterator[Case]:
    for name in (
        "idna",
        "zlib",
        "punycode",
        "utf-7",
        "rot13",
        "bogus",
        "hz-gb-2312",
        "unicode_escape",
    ):
        yield Case(
            name=f"charset {name}", answer=served(PAGE, f"text/html; charset={name}"), listing=True
        )
    for name in ("utf-16-le", "utf-16-be"):
        yield Case(
            name=f"{name} unnamed", answer=served(PAGE.encode(name), "text/html"), listing=True
        )
    marked = codecs.BOM_UTF16_LE + PAGE.encode("utf-16-le")
    yield Case(
        name="utf-16 with BOM", answer=served(marked, "text/html; charset=latin1"), listing=True
    )
    meta = PAGE.replace("<head>", "<head><meta charset=punycode>")
    yield Case(name="charset in the page", answer=served(meta, "text/html"), listing=True)
    broken = PAGE.encode().replace(b"</body>", b"\xff\xfe\x80\xc3(\xf0\x28\x8c</body>")
    yield Case(name="broken bytes", answer=served(broken), listing=True)
    nuls = (
        PAGE.encode()
        .replace(b"<h1>", b"\0<h\x001>\0\0")
        .replace(b"</body>", b"\0" * 5000 + b"</body>")
    )
    yield Case(name="NULs", answer=served(nuls), listing=True)
    yield Case(name="only NULs", answer=served(bytes(5000)), state="failed", reason="is empty")
    yield Case(
        name="lone surrogates",
        answer=served(within("<p>&#xD800;&#xDFFF;&#x110000;&#0;</p>")),
        listing=True,
    )


def markup() -> Iterator[Case]:
    yield Case(name="deep nesting", answer=served(within("<div>" * 100_000)), listing=True)
    yield Case(
        name="attribute of 1 MB",
        answer=served(within(f"<p title='{'a' * 2**20}'>a</p>")),
        listing=True,
    )
    yield Case(
        name="100,000 attributes",
        answer=served(within("<p " + " ".join(f"a{n}=b" for n in range(100_000)) + ">a</p>")),
        state="skipped",
        reason="more than 5,000 attributes",
    )
    links = "".join(f"<a href=/x{n}>x</a>" for n in range(60_000))
    yield Case(
        name="many links",
        answer=missing,
        routes={"/hostile": served(f"<html><title>L</title><body>{links}")},
        warning="more than 5,000 links",
        state="failed",
        reason="over 50,000 elements",
        is_long=True,
    )
    yield Case(
        name="page of 100 MB",
        answer=endless(
            head(200, {"Content-Type": HTML, "Content-Length": 10**8}), b"<p>a</p>" * 8000
        ),
        state="skipped",
        reason="rule: an answer over the limit",
    )
    for part in ("<p>", "<b a=b>", "<table><tr><td>", "x ", "&lt;", "皮"):
        yield Case(
            name=f"7 MB of {part}",
            answer=served(
                "<html><title>T</title><body>" + part * (7_000_000 // len(part.encode()))
            ),
            state=None,
            is_long=True,
        )
    million = "".join(f"<a href=/x{n}>x</a>" for n in range(1_000_000))
    yield Case(
        name="a million links",
        answer=served(f"<html><title>L</title><body>{million}"),
        state="skipped",
        reason="rule: an answer over the limit",
        is_long=True,
    )
    strange = ["data:text/html,a", "javascript:alert(1)", "file:///etc/passwd", "ftp://a/"]
    strange += ["http://[", "//:0/", "mailto:a", "http://a:b@127.0.0.1:x/"]
    yield Case(
        name="strange links",
        answer=served(within("".join(f"<a href='{to}'>a</a>" for to in strange))),
        listing=True,
    )
    yield Case(
        name="a base that is no URL",
        answer=served(within("<base href='http://[x'>", "</head>")),
        listing=True,
    )
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
    xhtml = (
        f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "ha">{laughs}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>&l12;&f;</body></html>'
    )
    yield Case(name="billion laughs", answer=served(xhtml, "application/xhtml+xml"))
    yield Case(name="billion laughs as XML", answer=served(xhtml, "application/xml"))
    yield Case(
        name="picture for a page",
        answer=served(b"\x89PNG\r\n\x1a\n", "image/png"),
        state="skipped",
        reason="expected an HTML page, got image/png",
    )
    yield Case(name="page for a picture", answer=served(PAGE, "image/png"), listing=True)
    yield Case(
        name="error with 200", answer=served("<title>500</title><h1>Internal Server Error</h1>")
    )
    yield Case(
        name="no page",
        answer=served("{", "application/json"),
        state="skipped",
        reason="got application/json",
    )


def json_ld() -> Iterator[Case]:
    def data(text: str) -> str:
        return within(f'<script type="application/ld+json">{text}</script>', "</head>")

    yield Case(name="deep JSON-LD", answer=served(data("[" * 100_000)), listing=True)
    yield Case(
        name="deep JSON-LD that closes",
        answer=served(data('{"a":' * 50_000 + "1" + "}" * 50_000)),
        listing=True,
    )
    price = '{{"@type":"Product","name":"Kettle","offers":{{"@type":"Offer","price":{}}}}}'
    for number in ("NaN", "Infinity", "1e999", "9" * 5000, "-1"):
        yield Case(
            name=f"price {number[:9]}", answer=served(data(price.format(number))), listing=True
        )
    yield Case(
        name="JSON-LD of 50 MB",
        answer=served(data("[" + "1," * 25_000_000 + "1]")),
        state="skipped",
        reason="rule: an answer over the limit",
        is_long=True,
    )


def pictures() -> Iterator[Case]:
    def shown(name: str, answer: Answer, became: str, url: str = "/picture") -> Case:
        page = listing_with(url)
        return Case(
            name=name,
            answer=served(page),
            routes={"/picture": answer},
            listing=True,
            picture=became,
        )

    yield shown(
        "PNG of 13,000 x 13,000",
        served(flat_png(13_000, 13_000, depth=1), "image/png"),
        "not matched: ",
    )
    yield shown("GIF of many frames", served(gif(100_000), "image/gif"), "")
    yield shown(
        "SVG",
        served("<svg xmlns='http://www.w3.org/2000/svg'>" + "<g>" * 50_000, "image/svg+xml"),
        "not a picture",
    )
    yield shown("HTML for a picture", served(PAGE), "not a picture")
    yield shown(
        "endless picture",
        endless(head(200, {"Content-Type": "image/png", "Content-Length": 10**9}), bytes(60_000)),
        "rule: an answer over the limit",
    )
    yield shown(
        "slow picture",
        endless(head(200, {"Content-Type": "image/png"}), b"a", 0.2),
        "no answer in time",
    )
    yield shown("picture that is gone", raw(head(410, {"Content-Length": 0})), "gone: HTTP 410")
    yield shown("picture in a circle", moved("/picture"), "in a circle")
    yield shown("picture by file:", moved("file:///etc/passwd"), "no http address")
    yield shown("empty picture", raw(head(200, {"Content-Length": 0})), "empty answer")


def listing_with(picture: str) -> str:
    return PAGE.replace('"offers"', f'"image": "{picture}", "offers"', 1)


def gif(frames: int) -> bytes:
    """Return a GIF of that many frames of one pixel."""
    start = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff"
    return start + b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0" * frames + b";"


def page_cases() -> list[Case]:
    """Return the cases of this file."""
    return [*charsets(), *markup(), *json_ld(), *pictures()]
