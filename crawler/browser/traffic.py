"""What a browser asked for while it showed a page, and what it got."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from crawler.browser.cdp import BrowserGoneError, CommandError, Session
from crawler.browser.proxy import MARK, Gate
from crawler.browser.view import Loaded

MOST_LOADED = 2_000
"""Answers of one page that are kept."""
_BODY_SECONDS = 10.0
_NEVER_AT_REST = frozenset(("EventSource", "WebSocket", "Ping", "Media"))


class Traffic:
    """Follows a tab's requests by the events of Chromium's domain Network."""

    def __init__(self, session: Session, gate: Gate, *, most_bytes: int) -> None:
        self._session = session
        self._gate = gate
        self._most_bytes = most_bytes
        self._kept: list[dict[str, Any]] = []
        self._current: dict[str, dict[str, Any]] = {}
        self._in_flight: set[str] = set()
        self._bodies: list[asyncio.Task[None]] = []
        self._left_out = 0
        self.stirred = time.monotonic()
        """When something was last asked for, or came."""
        self.document: dict[str, Any] | None = None
        """The first answer that is the page's own document."""
        self.refused_document: str | None = None
        """Its URL, where the gate let nobody answer."""

    def begin(self) -> Iterator[Awaitable[dict[str, Any]]]:
        """Listen; yield the commands that are to be awaited."""
        on = self._session.on
        on("Network.requestWillBeSent", self._sent)
        on("Network.requestWillBeSentExtraInfo", self._sent_in_full)
        on("Network.responseReceived", self._answered)
        on("Network.loadingFinished", self._finished)
        on("Network.loadingFailed", self._failed)
        yield self._session.send(
            "Network.enable",
            maxTotalBufferSize=self._most_bytes * 2,
            maxResourceBufferSize=self._most_bytes,
        )

    def is_quiet(self, since: float) -> bool:
        """Tell whether nothing is under way, and nothing stirred since then (monotonic)."""
        return not self._in_flight and self.stirred <= since

    async def complete(self) -> None:
        """Wait for the bodies that are still being handed over."""
        if self._bodies:
            await asyncio.wait(self._bodies, timeout=_BODY_SECONDS)

    def loaded(self) -> tuple[Loaded, ...]:
        """Return the answers in the order in which they were asked for."""
        return tuple(self._one(kept) for kept in self._kept if kept["status"] is not None)

    @property
    def notes(self) -> Iterator[str]:
        """What is incomplete, in words."""
        if self._left_out:
            yield f"{self._left_out} more answers were loaded and are not kept"
        unanswered = sum(kept["status"] is None for kept in self._kept)
        if unanswered:
            yield f"{unanswered} of what it asked for was not had"
        lacking = sum(k["status"] is not None and k["lacks_body"] for k in self._kept)
        if lacking:
            yield f"{lacking} answers are kept without their bodies, which the browser had no more"

    def _one(self, kept: dict[str, Any]) -> Loaded:
        return Loaded(
            url=kept["url"],
            kind=kept["kind"],
            method=kept["method"],
            at=kept["at"],
            request_headers=_pairs(kept["request_headers"]),
            status=kept["status"],
            status_text=kept["status_text"],
            headers=_pairs(kept["headers"]),
            body=kept["body"],
            address=self._gate.connected.get(urlsplit(kept["url"]).hostname or ""),
        )

    def _sent(self, event: dict[str, Any]) -> None:
        self.stirred = time.monotonic()
        name, request = event["requestId"], event["request"]
        if "redirectResponse" in event and (before := self._current.get(name)):
            self._take_answer(before, event["redirectResponse"])
            before["body"] = b""
        if urlsplit(request["url"]).scheme not in ("http", "https"):
            return
        if event.get("type") not in _NEVER_AT_REST:
            self._in_flight.add(name)
        if len(self._kept) >= MOST_LOADED:
            self._left_out += 1
            self._current.pop(name, None)
            return
        kept: dict[str, Any] = {
            "url": request["url"],
            "kind": event.get("type", "Other"),
            "method": request["method"],
            "at": datetime.fromtimestamp(event["wallTime"], UTC),
            "request_headers": request["headers"],
            "status": None,
            "body": None,
            "lacks_body": False,
        }
        self._current[name] = kept
        self._kept.append(kept)

    def _sent_in_full(self, event: dict[str, Any]) -> None:
        if kept := self._current.get(event["requestId"]):
            kept["request_headers"] = event["headers"]

    def _answered(self, event: dict[str, Any]) -> None:
        self.stirred = time.monotonic()
        if kept := self._current.get(event["requestId"]):
            kept["kind"] = event.get("type", kept["kind"])
            if self._is_by_gate(event["response"]):
                if kept["kind"] == "Document" and self.document is None:
                    self.refused_document = kept["url"]
                return
            self._take_answer(kept, event["response"])
            kept["lacks_body"] = True
            if kept["kind"] == "Document" and self.document is None:
                self.document = kept

    def _is_by_gate(self, response: Mapping[str, Any]) -> bool:
        """Tell whether the gate answered, and no site."""
        headers = {name.lower(): value for name, value in response.get("headers", {}).items()}
        return headers.get(MARK.lower()) == self._gate.mark

    def _take_answer(self, kept: dict[str, Any], response: Mapping[str, Any]) -> None:
        kept["status"] = response["status"]
        kept["status_text"] = response.get("statusText", "")
        kept["headers"] = response.get("headers", {})

    def _finished(self, event: dict[str, Any]) -> None:
        name = event["requestId"]
        self._rest(name)
        kept = self._current.get(name)
        if kept is not None and kept["status"] is not None:
            self._bodies.append(asyncio.ensure_future(self._body(name, kept)))

    def _failed(self, event: dict[str, Any]) -> None:
        self._rest(event["requestId"])

    def _rest(self, name: str) -> None:
        self.stirred = time.monotonic()
        self._in_flight.discard(name)

    async def _body(self, name: str, kept: dict[str, Any]) -> None:
        try:
            got = await self._session.send("Network.getResponseBody", requestId=name)
        except (CommandError, BrowserGoneError):
            return  # told by the note on bodies
        text = got["body"]
        kept["body"] = base64.b64decode(text) if got["base64Encoded"] else text.encode()
        kept["lacks_body"] = False


def _pairs(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return headers one by one; Chromium joins those of one name by line feeds."""
    return tuple((name, one) for name, value in headers.items() for one in value.split("\n"))
