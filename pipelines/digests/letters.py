"""What is told, ready to go: as mail of text and HTML, as JSON, as a short message."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Any

from crawler.store.database import timestamp
from crawler.store.digests import DigestItem
from crawler.store.ledger import canonical
from pipelines.digests.audiences import Audience
from pipelines.takedown.message import Letterhead, ascii_domain, one_line


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A digest in words."""

    subject: str
    text: str
    html: str
    items: tuple[Mapping[str, Any], ...]
    """What is told, with its sentence under ``text``."""


Compose = Callable[[Audience, Sequence[DigestItem], datetime], Letter]
"""Puts what is told into the words of an audience."""


def letter_mail(
    letter: Letter, head: Letterhead, to: Audience, digest: str, at: datetime
) -> tuple[bytes, str]:
    """Return a digest as a mail with CRLF, plain text first, and the address that it goes to.

    It says that a program wrote it (RFC 3834, 5), so that no program answers.

    :raises InputError: when the address is none
    """
    recipient = ascii_domain(to.address)
    policy = (SMTP if recipient.isascii() else SMTPUTF8).clone(cte_type="7bit")
    message = EmailMessage(policy=policy)
    message["Date"] = format_datetime(at)
    message["From"] = Address(one_line(f"{head.name} (Markhound)"), addr_spec=head.address)
    local, _, domain = recipient.rpartition("@")
    message["To"] = Address(username=local, domain=domain)
    message["Subject"] = one_line(letter.subject)
    message["Message-ID"] = head.key.message_id(head.address, digest)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, charset="utf-8")
    message.add_alternative(letter.html, subtype="html", charset="utf-8")
    message["Content-Language"] = "zh-CN" if to.language == "zh" else "en"
    return message.as_bytes(), recipient


def letter_json(letter: Letter, to: Audience, digest: str, at: datetime) -> bytes:
    """Return what is posted to a webhook."""
    record = {
        "id": digest,
        "channel": to.name,
        "language": to.language,
        "at": timestamp(at),
        "subject": letter.subject,
        "text": letter.text,
        "items": list(letter.items),
    }
    return canonical(record)
