"""Reading a mail that anybody may have written: headers, text, delivery status; never an error.

Nothing in a mail is followed: no link is opened, no instruction obeyed, no attachment unpacked.
"""

from __future__ import annotations

import email
import email.header
import email.parser
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses, parsedate_to_datetime

import webencodings  # type: ignore[import-untyped]
from lxml import etree, html  # type: ignore[import-untyped]

MOST_READ = 10_000_000
"""Bytes of a mail that are read; all of it is kept."""
MOST_PARTS = 200
MOST_TEXT = 200_000
"""Characters."""
MOST_HEADER = 10_000
"""Characters of one header."""

_TO = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "resent-to")
_ADDRESS = re.compile(r"[^\s<>()\[\]\",;:@]{1,64}@[^\s<>()\[\]\",;:@]{1,255}")
_QUOTED = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|forwarded message|原始邮件|原邮件|转发邮件)\b.*"
    r"|(?:on .{4,200} wrote|.{0,60}于.{0,100}写道)\s*[:：]\s*|_{20,})$",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryStatus:
    """What a mail server reports of a mail (RFC 3464)."""

    action: str
    """``failed``, ``delayed``, ``delivered``, ``relayed`` or ``expanded``."""
    recipient: str = ""
    status: str = ""
    """As in RFC 3463: ``5.1.1``."""
    diagnostic: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """What is read of a mail."""

    sender: str
    """The address in From, lower case; empty when there is none."""
    recipients: tuple[str, ...]
    subject: str
    message_id: str | None
    thread: tuple[str, ...]
    """Message-IDs that it answers, or that a report returns."""
    date: datetime | None
    automatic: bool
    """Whether it says that no person wrote it (RFC 3834)."""
    text: str
    """What its writer says, without what is quoted."""
    statuses: tuple[DeliveryStatus, ...] = field(default=())


def read_mail(raw: bytes) -> Mail:
    """Read a mail as far as it can be read; one that is no mail in form, line by line."""
    raw = raw[:MOST_READ]
    try:
        return _read(raw)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError):
        return _read_lines(raw)  # what the library trips over; a mail stops no other one


def _read_lines(raw: bytes) -> Mail:
    """Read what can answer a notice without taking the mail apart; a person reads the rest."""
    text = decode(raw[:MOST_TEXT], None)
    head = re.sub(r"\r?\n[ \t]+", " ", re.split(r"\r?\n\r?\n", text, maxsplit=1)[0])
    headers: Headers = {}
    for line in head.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), []).append(value.strip()[:MOST_HEADER])
    sender = _ADDRESS.findall(_first(headers, "from"))
    return Mail(
        sender=sender[-1].lower() if sender else "",
        recipients=tuple(
            address.lower()
            for name in _TO
            for value in headers.get(name, ())
            for address in _ADDRESS.findall(value)[:100]
        ),
        subject=" ".join(_first(headers, "subject").split()),
        message_id=next(iter(_ids(headers.get("message-id", ()))), None),
        thread=tuple(
            dict.fromkeys(_ids([*headers.get("in-reply-to", ()), *headers.get("references", ())]))
        ),
        date=None,
        automatic=False,
        text=text,
    )


def _read(raw: bytes) -> Mail:
    message = _parse(raw)
    headers = _headers(message)
    parts = list(_parts(message))
    returned = [_headers(part) for part in parts if _type(part) in _RETURNED]
    returned += [_headers(_parse(_content(p))) for p in parts if _type(p) == "text/rfc822-headers"]
    thread = [
        *_ids(headers.get("in-reply-to", ())),
        *_ids(headers.get("references", ())),
        *(name for one in returned for name in _ids(one.get("message-id", ()))),
    ]
    return Mail(
        sender=next((a for a in _addresses(headers.get("from", ())) if a), ""),
        recipients=tuple(a for name in _TO for a in _addresses(headers.get(name, ()))),
        subject=" ".join(_first(headers, "subject").split()),
        message_id=next(iter(_ids(headers.get("message-id", ()))), None),
        thread=tuple(dict.fromkeys(thread)),
        date=_date(_first(headers, "date")),
        automatic=_is_automatic(headers),
        text=_own_words(_text(parts)),
        statuses=tuple(s for part in parts for s in _statuses(part)),
    )


_RETURNED = frozenset(("message/rfc822", "message/global"))
_STATUS = frozenset(("message/delivery-status", "message/global-delivery-status"))
Headers = dict[str, list[str]]


def _parse(raw: bytes) -> Message:
    try:
        return email.message_from_bytes(raw, policy=compat32)
    except RecursionError:  # nested without end: what stands above it is enough
        return email.parser.BytesHeaderParser(policy=compat32).parsebytes(raw)


def _headers(message: Message) -> Headers:
    """Return lower-case name -> values, decoded, whatever they are encoded in."""
    found: Headers = {}
    inner = message.get_payload() if _type(message) in _RETURNED else None
    if isinstance(inner, list) and inner and isinstance(inner[0], Message):
        message = inner[0]
    for name, value in message.raw_items():
        found.setdefault(name.lower(), []).append(_decode_header(str(value)[:MOST_HEADER]))
    return found


def _decode_header(value: str) -> str:
    plain = decode(value.encode("utf-8", "surrogateescape"), None)
    try:
        pieces = email.header.decode_header(plain)
    except (ValueError, email.errors.HeaderParseError):
        return plain
    return "".join(
        piece if isinstance(piece, str) else decode(piece, charset) for piece, charset in pieces
    )


def decode(data: bytes, label: str | None) -> str:
    """Return text in the encoding that is named, as browsers read it, else UTF-8, else GB 18030.

    GB 2312 and GBK are read as GB 18030, which holds them.
    """
    encoding = webencodings.lookup(label) if label else None
    names = [encoding.codec_info.name] if encoding else []
    for name in (*names, "utf-8", "gb18030"):
        try:
            return data.decode("gb18030" if name in ("gbk", "gb2312") else name)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode(names[0] if names else "utf-8", "replace")


def _parts(message: Message) -> Iterator[Message]:
    """Yield the parts, the outermost first; not those of mails that are attached."""
    waiting, count = [message], 0
    while waiting and count < MOST_PARTS:
        part = waiting.pop(0)
        count += 1
        yield part
        inner = part.get_payload()
        if _type(part).startswith("multipart/") and isinstance(inner, list):
            waiting += [one for one in inner if isinstance(one, Message)]


def _type(part: Message) -> str:
    return part.get_content_type()


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(parts: Sequence[Message]) -> str:
    """Return the plain text, or that of the HTML where there is no other."""
    plain = [_decoded(p) for p in parts if _type(p) == "text/plain" and not _is_file(p)]
    if any(text.strip() for text in plain):
        return "\n".join(plain)[:MOST_TEXT]
    pages = [_decoded(p) for p in parts if _type(p) == "text/html" and not _is_file(p)]
    return "\n".join(_words_of_page(page[:MOST_TEXT]) for page in pages)[:MOST_TEXT]


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _decoded(part: Message) -> str:
    label = part.get_param("charset")
    return decode(_content(part), label if isinstance(label, str) else None)


def _words_of_page(page: str) -> str:
    try:
        root = html.fromstring(
            page.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8")
        )
    except (etree.LxmlError, ValueError):
        return ""
    for gone in root.xpath("//script|//style|//blockquote|//head"):
        gone.drop_tree()
    return "\n".join(text.strip() for text in root.itertext() if text.strip())


def _own_words(text: str) -> str:
    """Leave out what is quoted: lines behind ``>``, and all below a line that says so."""
    text = text.replace("\r\n", "\n")
    if match := _QUOTED.search(text):
        text = text[: match.start()]
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))


def _ids(values: Sequence[str]) -> list[str]:
    return [name for value in values for name in re.findall(r"<[^<>\s]{1,500}>", value)][:50]


def _addresses(values: Sequence[str]) -> list[str]:
    return [address.strip().lower() for _, address in getaddresses(list(values))[:100] if address]


def _first(headers: Headers, name: str) -> str:
    return next(iter(headers.get(name, ())), "")


def _date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _is_automatic(headers: Headers) -> bool:
    said = _first(headers, "auto-submitted").partition(";")[0].strip().lower()
    return said not in ("", "no") or "x-autoreply" in headers or "x-autorespond" in headers


def _statuses(part: Message) -> Iterator[DeliveryStatus]:
    """Yield what a report says of each recipient."""
    inner = part.get_payload()
    if _type(part) not in _STATUS:
        return
    groups = inner if isinstance(inner, list) else [_parse(_content(part))]
    for group in groups[:MOST_PARTS]:
        if not isinstance(group, Message):
            continue
        fields = _headers(group)
        if action := _first(fields, "action").strip().lower():
            yield DeliveryStatus(
                action=action,
                recipient=_first(fields, "final-recipient").rpartition(";")[2].strip(),
                status=_first(fields, "status").strip(),
                diagnostic=" ".join(_first(fields, "diagnostic-code").split())[:500],
            )
