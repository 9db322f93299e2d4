"""Pages fetched in a process of its own, so that it can be done again and again, whatever they do.

Scrapy's reactor runs once in a process; and a page that is made to hurt hurts nobody else there.
Asked by a JSON object on stdin, answered by one on stdout.
"""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from crawler.charsets import find_charset
from crawler.errors import InputError
from crawler.exchange import Exchange, dump_exchange, exchanges_of, parse_exchange
from crawler.failures import outcome_of_failure, outcome_of_status
from crawler.fetch import LOGS, fetch_pages
from crawler.model import TargetState

SECONDS = 180.0
"""A page with its robots.txt and its redirects that takes longer is given up."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """What came of one page."""

    url: str
    state: TargetState
    """By the answer's status alone, or why there was none; nobody has looked at the page yet."""
    reason: str | None
    response: Response | None
    """The answer, unpacked; None when there was none."""
    exchanges: tuple[Exchange, ...]
    """What went over the wire, redirects first; the last may be an answer that broke off."""


def fetch_apart(
    urls: Sequence[str], *, contact: str | None, allow_private: bool, seconds: float = SECONDS
) -> dict[str, Fetched]:
    """Fetch pages as ``fetch_page`` does, and return what came of each.

    :param seconds: for all of them; what is not there by then has failed
    :raises InputError: the contact cannot stand in a header
    """
    told = {"urls": list(urls), "contact": contact, "allow_private": allow_private}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "crawler.fetch_apart"],
            input=orjson.dumps(told),
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {url: _failed(url, f"no answer within {seconds:g} s") for url in urls}
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        reason = f"the process that fetched it ended: {last[0] if last else done.returncode}"
        return {url: _failed(url, reason) for url in urls}
    answer = orjson.loads(done.stdout)
    if wrong := answer.get("wrong"):
        raise InputError(wrong)
    pages = answer["pages"]
    return {
        url: _parsed(url, pages[url]) if url in pages else _failed(url, "stopped before an answer")
        for url in urls
    }


def _failed(url: str, reason: str) -> Fetched:
    return Fetched(url=url, state=TargetState.FAILED, reason=reason, response=None, exchanges=())


def _parsed(url: str, told: Mapping[str, Any]) -> Fetched:
    response = None
    if told["body"] is not None:
        body, kind = base64.b64decode(told["body"]), told["content_type"].encode("latin-1")
        headers = Headers({b"Content-Type": kind} if kind else {})
        found = responsetypes.from_args(headers=headers, url=told["reached"], body=body)
        response = found(told["reached"], status=told["status"], headers=headers, body=body)
        if hasattr(response, "encoding"):
            response = response.replace(encoding=find_charset(body, kind))
    return Fetched(
        url=url,
        state=TargetState(told["state"]),
        reason=told["reason"],
        response=response,
        exchanges=tuple(parse_exchange(one) for one in told["exchanges"]),
    )


def _told(came: Response | BaseException) -> dict[str, Any]:
    if isinstance(came, BaseException):
        state, reason = outcome_of_failure(came)
        exchanges = tuple(log.exchange() for log in getattr(came, LOGS, ()))
        told: dict[str, Any] = {"state": state.value, "reason": reason, "body": None}
    else:
        exchanges = exchanges_of(came)
        seen = 200 <= came.status < 300
        state, why = (TargetState.SEEN, None) if seen else outcome_of_status(came.status)
        told = {
            "state": state.value,
            "reason": why,
            "body": base64.b64encode(came.body).decode(),
            "content_type": (came.headers.get("Content-Type") or b"").decode("latin-1"),
            "reached": came.url,
            "status": came.status,
        }
    return {**told, "exchanges": [dump_exchange(exchange) for exchange in exchanges]}


def _answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    try:
        had = fetch_pages(
            asked["urls"], contact=asked["contact"], allow_private=asked["allow_private"]
        )
    except InputError as error:
        return {"wrong": str(error)}
    return {"pages": {url: _told(came) for url, came in had.items()}}


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(_answer(orjson.loads(sys.stdin.buffer.read()))))
