"""What every answer carries, and which requests are not answered at all.

A page may load nothing but what this server has, run no script and use no style that stands in the
page itself, and stand in nobody's frame. What changes something must come from a page of this
console: browsers say so themselves (``Sec-Fetch-Site``, else ``Origin``; Fetch Metadata Request
Headers, W3C), so that no form needs a token.
"""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cache-control": "no-store",
}
"""Set unless the answer has its own."""

SAFE = frozenset({"GET", "HEAD"})
LARGEST_BODY = 64 * 2**20
"""Bytes of a request; the largest is a registry or an expert's opinion."""


class Guarded:
    """The application behind its rules."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        """:param hosts: names under which the console answers, in lower case"""
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        app = self._app if refusal is None else refusal
        await app(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if host_name(host) not in self._hosts:
            text = (
                f"This console does not answer under the name {host!a}. If it should, put the name"
                " into hosts of [console] in markhound.toml.\n"
            )
            return PlainTextResponse(text, HTTPStatus.MISDIRECTED_REQUEST)
        if scope["method"] in SAFE:
            return None
        if not is_own(headers, scope["scheme"], host):
            text = "This was not sent from a page of this console, and was not done.\n"
            return PlainTextResponse(text, HTTPStatus.FORBIDDEN)
        size = headers.get("content-length", "")
        told = size.isdecimal() and "transfer-encoding" not in headers
        if not told or int(size) > LARGEST_BODY:
            text = f"Expected a request of at most {LARGEST_BODY} bytes that says its length.\n"
            return PlainTextResponse(text, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return None


def host_name(host: str) -> str:
    """Return the name in a ``Host`` header, without its port; empty where there is none.

    What holds more than name and port has none: an address made of it would lead elsewhere.
    """
    if set(host) & set("/@?#\\"):
        return ""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def is_own(headers: Headers, scheme: str, host: str) -> bool:
    """Tell whether a page of this console sent the request, or the person at the browser did."""
    if site := headers.get("sec-fetch-site"):
        return site in {"same-origin", "none"}
    return headers.get("origin") == f"{scheme}://{host}"
