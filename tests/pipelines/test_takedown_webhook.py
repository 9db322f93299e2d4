"""Answers that never end: what was posted is told by the status, or nobody knows."""

from __future__ import annotations

import socket
import time
from threading import Thread

import pytest

from pipelines.takedown.smtp import Sending
from pipelines.takedown.webhook import send_webhook


def posted_to(answer: bytes) -> Sending:
    """Post to who answers so, and then sends a byte now and then as long as anybody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                try:
                    connection.sendall(answer)
                    while True:
                        time.sleep(0.05)
                        connection.sendall(b"x")
                except OSError:
                    return

        thread = Thread(target=drip)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        try:
            return send_webhook(url, b"{}", key=None, notice="nt-1")
        finally:
            thread.join()


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1500\r\n\r\n", "sent"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "sent"),
        (b"HTTP/1.1 500 No\r\nContent-Length: 1500\r\n\r\n", "uncertain"),
        (b"HTTP/1.1 20", "uncertain"),
    ],
)
def test_an_answer_that_drips_is_not_waited_for(
    answer: bytes, result: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.takedown.webhook.TIMEOUT", 0.4)
    began = time.monotonic()
    assert posted_to(answer).result == result
    assert time.monotonic() - began < 5
