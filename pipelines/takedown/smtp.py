"""Sending a message to the organisation's relay, so that it is known what became of it.

A relay has taken a message when it answers the end of DATA with 250 (RFC 5321, 4.2.5 and 6.1). All
that fails before the end of DATA was sent is safe to repeat. When the connection is lost after
that, nobody knows: the outcome is ``uncertain``, and nothing is repeated.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from crawler.delivery import MailServer, find_secret
from crawler.errors import MachineError, StopError

Result = Literal["sent", "failed", "put_off", "uncertain"]
USUAL_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_LINE_WITH_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """What became of one message."""

    result: Result
    words: str
    """What the server said, or what happened."""


def tls_context(server: MailServer, folder: Path) -> ssl.SSLContext:
    """Return how certificates are checked: by the system's, or by those of ``ca_file`` alone.

    :raises MachineError: when that file cannot be used
    """
    if server.ca_file is None:
        return ssl.create_default_context()
    path = folder / server.ca_file
    try:
        return ssl.create_default_context(cafile=str(path))
    except (OSError, ssl.SSLError) as error:
        raise MachineError(f"ca_file {path}: {error.strerror or error}") from error


class Relay:
    """A session with the relay while the ``with`` block runs; opened anew when it was lost."""

    def __init__(self, server: MailServer, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._client: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def send(self, message: bytes, *, sender: str, recipient: str) -> Sending:
        """Hand one message over.

        :param message: with CRLF
        :param sender: of the envelope
        """
        try:
            client = self._ready()
            refusal = self._envelope(client, message, sender, recipient)
        except (OSError, smtplib.SMTPException, StopError) as error:
            self._close()
            return Sending(result="put_off", words=f"before the message was sent: {error}")
        if refusal is not None:
            self._reset()
            return refusal
        return self._data(client, message)

    def _envelope(
        self, client: smtplib.SMTP, message: bytes, sender: str, recipient: str
    ) -> Sending | None:
        """Say from whom and to whom; return why it goes no further, None when it does."""
        limit = client.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < len(message):
            words = f"the message has {len(message)} bytes, and the relay takes {limit}"
            return Sending(result="failed", words=words)
        options = [f"size={len(message)}"] if client.has_extn("size") else []
        if not (sender.isascii() and recipient.isascii()):
            if not client.has_extn("smtputf8"):
                words = f"the relay does not take the address {recipient} (it lacks SMTPUTF8)"
                return Sending(result="failed", words=words)
            options += ["SMTPUTF8", "BODY=8BITMIME"]
            client.command_encoding = "utf-8"
        steps: tuple[tuple[Callable[[], tuple[int, str | bytes]], tuple[int, ...]], ...] = (
            (lambda: client.mail(sender, options), (250,)),
            (lambda: client.rcpt(recipient), (250, 251)),
            (lambda: client.docmd("DATA"), (354,)),
        )
        for step, expected in steps:  # each after the answer to the one before
            code, said = step()
            if code not in expected:
                return _refused(code, said)
        return None

    def _data(self, client: smtplib.SMTP, message: bytes) -> Sending:
        """Send the message after the relay said 354."""
        quoted = _LINE_WITH_DOT.sub(b"..", message)
        end = b".\r\n" if quoted.endswith(b"\r\n") else b"\r\n.\r\n"
        try:
            client.send(quoted + end)
            code, words = client.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            said = str(error) or type(error).__name__
            return Sending(result="uncertain", words=f"lost while the message was sent: {said}")
        if code == 250:
            return Sending(result="sent", words=_said(code, words))
        if 400 <= code < 600:
            self._reset()
            return _refused(code, words)
        self._close()  # what is said next may be the answer to anything
        said = _said(code, words)
        return Sending(result="uncertain", words=f"an answer that says neither yes nor no: {said}")

    def _open(self) -> smtplib.SMTP:
        """Open the session.

        :raises MachineError: when the relay cannot be used as the settings say; nothing is weakened
        """
        server = self._server
        port = server.port or USUAL_PORTS[server.security]
        place = f"the relay {server.host}:{port}"
        context = None if server.security == "none" else tls_context(server, self._folder)
        try:
            if server.security == "tls":
                assert context is not None
                client: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.host, port, timeout=server.timeout, context=context
                )
            else:
                client = smtplib.SMTP(server.host, port, timeout=server.timeout)
        except ssl.SSLError as error:
            raise MachineError(f"{place}: TLS does not work: {error}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise MachineError(f"{place} does not answer: {error}") from error
        self._client = client
        try:
            self._secure(client, context, place)
        except ssl.SSLError as error:
            self._close()
            raise MachineError(f"{place}: TLS does not work: {error}") from error
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            raise MachineError(f"{place}: {error}") from error
        except StopError:
            self._close()
            raise
        return client

    def _secure(self, client: smtplib.SMTP, context: ssl.SSLContext | None, place: str) -> None:
        server = self._server
        client.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            if not client.has_extn("starttls"):
                raise MachineError(
                    f"{place} offers no STARTTLS, so nothing is sent in the clear;"
                    ' for a port that speaks TLS at once: security = "tls"'
                )
            client.starttls(context=context)
            client.ehlo()
        if server.user is not None:
            password = find_secret(
                server.password_env, server.password_file, self._folder, "delivery.smtp"
            )
            if not f"{server.user}{password}".isascii():
                raise MachineError(f"{place}: expected a user and a password in ASCII")
            client.login(server.user, password or "")

    def _ready(self) -> smtplib.SMTP:
        """Return the session, opened anew when the relay has ended it meanwhile."""
        client = self._client
        if client is not None:
            with suppress(OSError, smtplib.SMTPException):
                if client.noop()[0] == 250:
                    return client
            self._close()
        return self._open()

    def _reset(self) -> None:
        client = self._client
        if client is not None:
            try:
                client.rset()
            except (OSError, smtplib.SMTPException):
                self._close()

    def _close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(OSError, smtplib.SMTPException):
                client.quit()
            client.close()


def _refused(code: int, words: bytes | str) -> Sending:
    """Return that the server refused: for good with 5xx, else for now (RFC 5321, 4.2.1)."""
    return Sending(result="failed" if code >= 500 else "put_off", words=_said(code, words))


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    text = " ".join(text.split())
    return "".join(char for char in f"{code} {text}" if char.isprintable())[:500]
