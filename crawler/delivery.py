"""How notices leave the house and how answers come in: ``[delivery]`` and ``[follow_up]``."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from crawler.errors import InputError
from crawler.model import TIDY

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, kw_only=True, slots=True)
class MailServer:
    """``[delivery.smtp]``: a mail server of the organisation's own."""

    __pydantic_config__: ClassVar[dict[str, Any]] = TIDY

    host: str
    port: int | None = None
    """None = the usual one of the protocol and the security."""
    security: Security = "starttls"
    """``none`` is for loopback only."""
    user: str | None = None
    """None = nobody logs in."""
    password_env: str | None = None
    """Name of the environment variable that holds the password."""
    password_file: str | None = None
    """Path of the file that holds it; taken from the workspace's folder."""
    ca_file: str | None = None
    """Certificates (PEM) that are trusted in place of the system's; from the same folder."""
    timeout: float = 60.0
    """Seconds that one answer of the server may take."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImapServer(MailServer):
    """``[delivery.imap]``: where answers arrive."""

    __pydantic_config__: ClassVar[dict[str, Any]] = TIDY

    mailbox: str = "INBOX"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryConfig:
    """``[delivery]``: how notices are sent, and how often it is tried."""

    __pydantic_config__: ClassVar[dict[str, Any]] = TIDY

    address: str | None = None
    """Stands in From, and with the notice's own mark in Reply-To; None = the sender's e-mail."""
    bounces: str | None = None
    """The envelope's sender, with that mark; None = ``address``."""
    cancel_minutes: float = 10.0
    """How long a queued notice can be cancelled before it is sent."""
    per_recipient_per_hour: int = 60
    """Notices that one recipient gets in an hour at the most."""
    attempts: int = 6
    """Times that a notice is offered to a server that puts it off."""
    retry_minutes: float = 5.0
    """Until the second attempt; each further one waits twice as long as the one before."""
    webhook_key_env: str | None = None
    """Name of the environment variable with the key that signs webhooks."""
    webhook_key_file: str | None = None
    """Path of the file that holds it; taken from the workspace's folder."""
    smtp: MailServer | None = None
    imap: ImapServer | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUpConfig:
    """``[follow_up]``: when noticed listings are looked at again."""

    __pydantic_config__: ClassVar[dict[str, Any]] = TIDY

    days: tuple[float, ...] = (1.0, 3.0, 7.0, 14.0, 30.0)
    """Days after sending."""
    then_every_days: float = 30.0
    """Days between two looks after these."""
    confirm_hours: float = 12.0
    """Hours between two looks that found a listing gone, until it is proven gone."""
    watch_days: float = 365.0
    """Days after sending for which is looked at all."""


def delivery_problems(
    delivery: DeliveryConfig, follow_up: FollowUpConfig
) -> Iterator[tuple[str, str]]:
    """Yield (key, what is wrong) of settings that nothing can be sent by."""
    yield from _sending_problems(delivery)
    for name in ("smtp", "imap"):
        server: MailServer | None = getattr(delivery, name)
        if server is not None:
            for key, message in _server_problems(server):
                yield f"delivery.{name}.{key}", message
    yield from _follow_up_problems(follow_up)


def _sending_problems(delivery: DeliveryConfig) -> Iterator[tuple[str, str]]:
    for name in ("address", "bounces"):
        value: str | None = getattr(delivery, name)
        if value is not None and (message := address_problem(value)):
            yield f"delivery.{name}", message
    for name, least in (("cancel_minutes", 0), ("retry_minutes", 0)):
        if getattr(delivery, name) < least:
            yield f"delivery.{name}", f"expected {least} or more, got {getattr(delivery, name)}"
    for name in ("per_recipient_per_hour", "attempts"):
        if getattr(delivery, name) < 1:
            yield f"delivery.{name}", f"expected 1 or more, got {getattr(delivery, name)}"


def _follow_up_problems(follow_up: FollowUpConfig) -> Iterator[tuple[str, str]]:
    if list(follow_up.days) != sorted(set(follow_up.days)) or any(d <= 0 for d in follow_up.days):
        yield "follow_up.days", f"expected rising days above 0, got {list(follow_up.days)}"
    for name in ("then_every_days", "watch_days"):
        if getattr(follow_up, name) <= 0:
            yield f"follow_up.{name}", f"expected more than 0, got {getattr(follow_up, name)}"
    if follow_up.confirm_hours < 0:
        yield "follow_up.confirm_hours", f"expected 0 or more, got {follow_up.confirm_hours}"


def _server_problems(server: MailServer) -> Iterator[tuple[str, str]]:
    if not re.fullmatch(r"[A-Za-z0-9._:-]+", server.host):
        yield "host", f"expected a host's name or address, got {server.host!r}"
    if server.port is not None and not 0 < server.port < 65536:
        yield "port", f"expected 1 to 65535, got {server.port}"
    if server.security == "none" and not is_loopback(server.host):
        yield "security", f'"none" is for loopback only, and {server.host} is not; use "starttls"'
    if server.timeout <= 0:
        yield "timeout", f"expected more than 0 seconds, got {server.timeout}"
    has_password = server.password_env is not None or server.password_file is not None
    if has_password != (server.user is not None):
        yield "user", "expected a user with password_env or password_file, or neither"


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine itself, by its address or as ``localhost``."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_secret_way(url: str) -> bool:
    """Tell whether nobody on the way can read what is sent to a URL: https, or this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    return (
        bool(host)
        and port != 0
        and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))
    )


_ADDRESS = re.compile(
    r"[^\s@<>(),;:\\\"\[\]\x00-\x1f\x7f]{1,64}@[^\s@<>(),;:\\\"\x00-\x1f\x7f]{3,253}"
)


def address_problem(address: str) -> str | None:
    """Say why a text is no e-mail address that we write to; None when it is one.

    Quoted local parts (RFC 5322) are refused: nobody who takes notices has one.
    """
    if _ADDRESS.fullmatch(address) is None or ".." in address or not address.isprintable():
        return f"expected an e-mail address, got {address!r}"
    return None


def find_secret(env: str | None, file: str | None, folder: Path, what: str) -> str | None:
    """Return a password or key from where the settings say; None when they name no place.

    :param folder: from which a relative path is taken
    :raises InputError: when nothing is there
    """
    if env is not None:
        value = os.environ.get(env)
        if not value:
            raise InputError(f"{what}: the environment variable {env} is not set, or empty")
        return value
    if file is not None:
        try:
            value = (folder / file).read_text(encoding="utf-8").strip("\r\n")
        except OSError as error:
            raise InputError(f"{what}: cannot read {folder / file}: {error.strerror}") from error
        if not value:
            raise InputError(f"{what}: {folder / file} is empty")
        return value
    return None
