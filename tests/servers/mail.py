"""A real SMTP server on loopback that keeps what it takes, and can be told to misbehave."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.certificates import make_certificate


@dataclass
class Taken:
    """One message that the server took."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def parsed(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class _Handler:
    taken: list[Taken] = field(default_factory=list)
    answer: Callable[[Envelope], str] = lambda _: "250 taken as 4711"
    to_recipient: Callable[[str], str] = lambda _: "250 OK"
    seconds: float = 0
    hang_up: bool = False
    """Close the connection in place of the answer to the message, which is taken."""

    async def handle_RCPT(  # noqa: N802 (aiosmtpd calls it so)
        self, _: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del session, options
        said = self.to_recipient(address)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(  # noqa: N802 (aiosmtpd calls it so)
        self, server: SMTP, _: Session, envelope: Envelope
    ) -> str:
        said = self.answer(envelope)
        if said.startswith("250"):
            content = envelope.original_content or b""
            self.taken.append(Taken(envelope.mail_from or "", list(envelope.rcpt_tos), content))
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if self.hang_up:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return said


class _OnAnyPort(Controller):
    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd has no types


class MailServer:
    """Runs while the ``with`` block does."""

    def __init__(self, folder: Path, security: str = "none", **options: Any) -> None:
        self.handler = _Handler()
        self.certificate = folder / "mail.pem"
        kind = {"ssl_context": None}
        if security != "none":
            make_certificate(self.certificate, options.pop("host", "127.0.0.1"))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            if security == "tls":
                kind["ssl_context"] = context  # type: ignore[assignment] # a mapping of plain values else
            else:
                options |= {"tls_context": context, "require_starttls": True}
        if users := options.pop("users", None):
            options |= {
                "authenticator": _authenticator(users),
                "auth_required": True,
                "auth_require_tls": security == "starttls",
            }
        self._controller = _OnAnyPort(self.handler, hostname="127.0.0.1", port=0, **kind, **options)

    @property
    def port(self) -> int:
        return self._controller.port

    @property
    def taken(self) -> list[Taken]:
        return self.handler.taken

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._controller.stop()


def _authenticator(users: dict[str, str]) -> Any:
    def check(*given: Any) -> AuthResult:
        data = given[-1]
        assert isinstance(data, LoginPassword)
        good = users.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=good, handled=False)

    return check


def use(workspace: Path, server: MailServer, security: str = "none", more: str = "") -> None:
    """Let a workspace send by the server."""
    file = workspace / "markhound.toml"
    file.write_text(
        file.read_text()
        + '\n[delivery]\naddress = "notices@harbour.example"\n'
        + f"per_recipient_per_hour = 10000\n{more}\n"
        + f'\n[delivery.smtp]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "{security}"\n'
        + "timeout = 20\n"
        + (f'ca_file = "{server.certificate}"\n' if security != "none" else "")
    )
