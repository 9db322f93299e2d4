"""Asking a time-stamp authority over HTTP (RFC 3161, section 3.4), within limits.

No redirect is followed: who vouches stands in the settings. Proxies of the environment are used.
"""

from __future__ import annotations

import base64
import http.client
import queue
import threading
import time
from urllib.error import URLError
from urllib.request import (
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from crawler.errors import AnchorError

SECONDS = 30.0
"""How long an authority may take, from the look-up of its name to the last byte."""
MOST_BYTES = 1_000_000
"""Of an answer; those of real authorities have 1,000 to 20,000."""
ASKED, ANSWERED = "application/timestamp-query", "application/timestamp-reply"


def ask(
    url: str, request: bytes, *, credentials: bytes | None = None, seconds: float = SECONDS
) -> bytes:
    """Send a request and return the answer's bytes, whatever they are.

    :param credentials: ``user:password``
    :raises AnchorError: when no answer came in time, or one that says that it is no time-stamp
    """
    answers: queue.Queue[bytes | AnchorError] = queue.Queue()

    def work() -> None:
        try:
            answers.put(_asked(url, request, credentials, time.monotonic() + seconds))
        except AnchorError as error:
            answers.put(error)

    # A time-out of a socket is of one step: it bounds neither a name server nor a slow trickle.
    threading.Thread(target=work, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise AnchorError(f"no whole answer within {seconds:g} seconds") from None
    if isinstance(answer, AnchorError):
        raise answer
    return answer


def _asked(url: str, request: bytes, credentials: bytes | None, until: float) -> bytes:
    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler()):
        opener.add_handler(handler)
    headers = {"Content-Type": ASKED, "Accept": ANSWERED, "User-Agent": "Markhound"}
    if credentials is not None:
        word = base64.b64encode(credentials.strip()).decode()
        headers["Authorization"] = f"Basic {word}"
    left = max(0.1, until - time.monotonic())
    try:
        asked = Request(url, request, headers)  # noqa: S310 (the opener knows HTTP alone)
        answer = opener.open(asked, timeout=left)
        if answer is None:  # no handler takes the scheme
            raise AnchorError(f"expected an address of http or https, got {url}")
        with answer:
            return _body(answer, until)
    except (URLError, OSError, http.client.HTTPException, ValueError) as error:
        raise AnchorError(f"no answer: {getattr(error, 'reason', None) or error!r}") from error


def _body(answer: http.client.HTTPResponse, until: float) -> bytes:
    if answer.status != http.HTTPStatus.OK:
        raise AnchorError(f"expected status 200, got {answer.status} {answer.reason}")
    kind = answer.headers.get_content_type()
    if not kind.startswith("application/timestamp"):  # some call it -response
        raise AnchorError(f"expected {ANSWERED}, got {kind}")
    body = b""
    while piece := answer.read1(65536):
        body += piece
        if len(body) > MOST_BYTES:
            raise AnchorError(f"expected up to {MOST_BYTES:,} bytes, got more")
        if time.monotonic() > until:
            raise AnchorError("the answer came too slowly")
    return body
