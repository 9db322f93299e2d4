"""Sending a notice to a recipient's own interface: one signed POST of JSON."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import os
import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Timer
from urllib.parse import quote, urlsplit

from w3lib.url import safe_url_string

from crawler.delivery import is_secret_way
from crawler.errors import InputError
from crawler.store.database import timestamp
from crawler.store.ledger import canonical
from crawler.takedown import Notice
from pipelines.takedown.attachments import Attachment
from pipelines.takedown.smtp import Sending

TIMEOUT = 60.0
"""Seconds that an answer may take."""
MOST_ANSWER = 2_000
"""Bytes of the answer that are kept."""
_SECRET = re.compile(r"\{env:([A-Za-z_][A-Za-z0-9_]*)\}")


def notice_json(notice: Notice, attachments: Sequence[Attachment]) -> bytes:
    """Return what is posted: the notice, and its attachments in base64; always the same bytes."""
    record = {
        "id": notice.id,
        "kind": notice.kind,
        "language": notice.language,
        "subject": notice.subject,
        "text": notice.text,
        "drafted_at": timestamp(notice.drafted_at),
        "attachments": [
            {
                "name": a.name,
                "media_type": a.media_type,
                "sha256": hashlib.sha256(a.data).hexdigest(),
                "data": base64.b64encode(a.data).decode(),
            }
            for a in attachments
        ],
    }
    return canonical(record)


def sign_webhook(key: bytes, moment: int, body: bytes) -> str:
    """Return ``t=SECONDS,v1=HEX``: HMAC-SHA256 of ``SECONDS.BODY``, so that a copy grows old."""
    digest = hmac.digest(key, b"%d." % moment + body, hashlib.sha256)
    return f"t={moment},v1={digest.hex()}"


def fill_secrets(url: str, env: Mapping[str, str] = os.environ) -> str:
    """Return a URL with the secrets that stand in it by name only: ``{env:SHOP_TOKEN}``.

    What is recorded, and handed over with a case, is the URL with the names.

    :raises InputError: when there is no such variable
    """

    def secret(match: re.Match[str]) -> str:
        value = env.get(match[1])
        if not value:
            raise InputError(f"webhook: expected a secret in the variable {match[1]}, got none")
        return quote(value, safe="")

    return _SECRET.sub(secret, url)


def hide_secrets(text: str, url: str, env: Mapping[str, str] = os.environ) -> str:
    """Return a text, such as what a server answered, with the secrets of a URL by name again.

    :param url: as ``fill_secrets`` takes it
    """
    for name in _SECRET.findall(url):
        value = env.get(name, "")
        for shown in (value, quote(value, safe=""), quote(value)):
            if shown:
                text = text.replace(shown, f"{{env:{name}}}")
    return text


def send_webhook(url: str, body: bytes, *, key: str | None, notice: str) -> Sending:
    """Post a notice once; redirects are not followed.

    2xx is sent, 4xx but 408, 425 and 429 failed, and these and 503 are put off. After the request
    went out, silence and other answers of 5xx say nothing of what was done: uncertain. The
    ``Idempotency-Key`` is the notice's id.

    :param url: with its secrets filled in
    :raises InputError: the URL is neither https nor on loopback
    """
    if not is_secret_way(url):
        raise InputError(f"webhook: expected https (http is for loopback only), got {url!r}")
    parts = urlsplit(safe_url_string(url))
    host, port = parts.hostname or "", parts.port
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Content-Type": "application/json", "Idempotency-Key": notice}
    if key is not None:
        headers["Markhound-Signature"] = sign_webhook(key.encode(), int(time.time()), body)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=context)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    try:
        return _post(connection, path, body, headers)
    finally:
        connection.close()


def _post(
    connection: http.client.HTTPConnection, path: str, body: bytes, headers: dict[str, str]
) -> Sending:
    try:
        connection.connect()
    except OSError as error:  # TLS and certificates among them
        return Sending(result="put_off", words=f"no connection: {error}")
    try:
        connection.request("POST", path, body=body, headers=headers)
        with _ended_after(TIMEOUT, connection.sock):
            response = connection.getresponse()
            text = _beginning(response).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        return Sending(result="uncertain", words=f"lost after the request went out: {error!r}")
    said = "".join(c for c in f"HTTP {response.status} {' '.join(text.split())}" if c.isprintable())
    return _judge(response.status, said[:500])


@contextmanager
def _ended_after(seconds: float, connected: socket.socket | None) -> Iterator[None]:
    """End a connection that lasts longer; one that sends a byte now and then never times out."""
    if connected is None:  # it was closed already
        yield
        return
    # of TLS too the plain socket: it only wakes up who reads
    timer = Timer(seconds, socket.socket.shutdown, (connected, socket.SHUT_RDWR))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _beginning(response: http.client.HTTPResponse) -> bytes:
    """Return how an answer begins; by now its status says what was done, whatever it lacks."""
    try:
        return response.read(MOST_ANSWER)
    except (OSError, http.client.HTTPException):
        return b""


def _judge(status: int, said: str) -> Sending:
    if 200 <= status < 300:
        return Sending(result="sent", words=said)
    if status in (408, 425, 429, 503):
        return Sending(result="put_off", words=said)
    if 300 <= status < 500:
        return Sending(result="failed", words=said)
    return Sending(result="uncertain", words=said)
