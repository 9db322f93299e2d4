"""A notice as a mail message: the plain text, then what is attached; always the same bytes."""

from __future__ import annotations

import email
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

import idna

from crawler.delivery import address_problem
from crawler.errors import InputError
from crawler.takedown import Notice
from pipelines.takedown.attachments import Attachment
from pipelines.takedown.mail_ids import MailKey, subject_tag


@dataclass(frozen=True, kw_only=True, slots=True)
class Letterhead:
    """Who writes: what stands in the headers of every notice."""

    name: str
    """The organisation, or the person."""
    address: str
    bounces: str
    key: MailKey


def compose(
    notice: Notice,
    head: Letterhead,
    destination: str,
    *,
    attachments: Sequence[Attachment] = (),
    at: datetime,
) -> bytes:
    """Return the message, RFC 5322, with CRLF; the same arguments give the same bytes.

    Headers are set through the standard library's policy, which refuses line breaks; texts in them
    are made one line first, so that no name or subject can add a header of its own.

    :raises InputError: when an address is none
    """
    recipient = ascii_domain(destination)
    policy = (SMTP if recipient.isascii() else SMTPUTF8).clone(cte_type="7bit")
    message = EmailMessage(policy=policy)
    message["Date"] = format_datetime(at)
    message["From"] = Address(one_line(head.name), addr_spec=head.address)
    message["To"] = _addressee(notice.recipient.name, recipient)
    message["Reply-To"] = Address(addr_spec=head.key.address(head.address, "reply", notice.id))
    message["Subject"] = one_line(f"{subject_tag(notice.id)} {notice.subject}")
    message["Message-ID"] = head.key.message_id(head.address, notice.id)
    message["Content-Language"] = one_line(notice.language)
    message.set_content(notice.text, charset="utf-8")
    for attachment in attachments:
        main, _, sub = attachment.media_type.partition("/")
        name = one_line(attachment.name)
        message.add_attachment(attachment.data, maintype=main, subtype=sub, filename=name)
    if message.is_multipart():
        message.set_boundary(f"=_{_digest(notice, attachments)}")
    return message.as_bytes()


def _addressee(name: str, address: str) -> Address | str:
    if address.isascii():
        return Address(one_line(name), addr_spec=address)
    local, _, domain = address.rpartition("@")
    return Address(one_line(name), username=local, domain=domain)


def _digest(notice: Notice, attachments: Sequence[Attachment]) -> str:
    """Return what no line of the parts can hold by chance: a digest of all of them."""
    whole = hashlib.sha256(notice.text.encode("utf-8", "surrogatepass"))
    for attachment in attachments:
        whole.update(hashlib.sha256(attachment.data).digest())
    return whole.hexdigest()[:40]


def one_line(text: str) -> str:
    """Return a text without line breaks and other control characters, as a header needs it."""
    spaced = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(spaced.split())


def ascii_domain(address: str) -> str:
    """Return an address with its domain in the form that name servers know (UTS #46).

    :raises InputError: when it is no address, or its domain no name
    """
    if message := address_problem(address):
        raise InputError(message)
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise InputError(f"expected an e-mail address, got {address!r}: {error}") from error


def parts_of(message: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of what a composed message holds: ``notice.txt``, then the rest."""
    parsed = email.message_from_bytes(message, policy=SMTP)
    for part in parsed.walk():
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)  # of a part that is no multipart
        if part.get_filename() is None:
            yield "notice.txt", content.replace(b"\r\n", b"\n")
        else:
            yield str(part.get_filename()), content
