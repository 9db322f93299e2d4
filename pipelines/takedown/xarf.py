"""Reports to hosts and registrars in XARF 4, the form that their systems read.

Valid against the schemas that come with the package ``xarf``; nothing is fetched. Each hit is a
report of its own: ``copyright/copyright`` for a work, ``content/brand_infringement`` for any other
right.
"""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from w3lib.url import safe_url_string

from crawler.errors import InputError
from crawler.formats import dump_record
from crawler.model import Finding
from crawler.store.hits import StoredHit
from crawler.store.ledger import canonical
from crawler.takedown import Notice, Sender
from pipelines.takedown.kinds.record import wording_of
from pipelines.takedown.layout import make_visible
from pipelines.takedown.wording import describe_finding, speaks_for

VERSION = "4.2.0"
MAX_EVIDENCE = 5 * 1024 * 1024
"""Bytes of one item, by the core schema."""
MAX_ITEMS = 50
PICTURES_BUDGET = 6 * 1024 * 1024
"""Bytes of pictures in all reports of a notice, so that they still go by mail (a third more in
base64). A picture beyond it is named with its digest, and not put in."""
_DOMAIN = re.compile(r"([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}")
_MAGIC = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
)


def xarf_reports(notice: Notice, hits: Sequence[StoredHit], sender: Sender) -> list[bytes]:
    """Return the notice as XARF reports, JSON; the same arguments give the same bytes.

    :param hits: those of the notice, in its order
    :raises InputError: when a report does not hold against its schema, with each reason
    """
    reports = []
    left = PICTURES_BUDGET
    for stored in hits:
        evidence = _evidence(stored, left)
        left -= sum(one["size"] for one in evidence[1:])
        core = _core(notice, stored, sender) | {"evidence": evidence}
        reports.append(_checked(core | _about(stored)))
    return reports


def _about(stored: StoredHit) -> dict[str, Any]:
    return _copyright(stored) if stored.right.kind == "work" else _brand(stored)


def _checked(report: dict[str, Any]) -> bytes:
    # Loaded when asked for: it takes longer than most commands.
    problems = import_module("xarf").parse(report).errors
    if problems:
        reasons = "; ".join(f"{one.field}: {one.message}" for one in problems)
        raise InputError(f"no valid XARF report can be made: {reasons}")
    return canonical(report)


def _core(notice: Notice, stored: StoredHit, sender: Sender) -> dict[str, Any]:
    us = _contact(sender.organisation or sender.name or "", sender.email or "")
    holder = stored.right.holder
    owner = _contact(holder.name, holder.email) if holder and holder.email else us
    language = wording_of(notice.language)
    reasons = dict.fromkeys(describe_finding(finding, language) for finding in _for(stored))
    seed = "\n".join([notice.id, notice.text, stored.hit.id])
    return {
        "xarf_version": VERSION,
        "report_id": str(uuid.UUID(bytes=hashlib.sha256(seed.encode()).digest()[:16], version=4)),
        "timestamp": _moment(stored.seen_at),
        "reporter": owner,
        "sender": us,
        "source_identifier": urlsplit(_uri(stored.listing.url)).hostname or stored.listing.url,
        "evidence_source": "crawler",
        "tags": [f"notice:{re.sub('[^a-z0-9_+-]', '-', notice.id.lower())}"],
        "confidence": round(stored.hit.score, 4),
        "description": _cut(make_visible(" ".join(reasons)), 1000),
    }


def _copyright(stored: StoredHit) -> dict[str, Any]:
    right = stored.right
    report: dict[str, Any] = {
        "category": "copyright",
        "type": "copyright",
        "infringing_url": _uri(stored.listing.url),
    }
    if right.name:
        report["work_title"] = _cut(right.name, 500)
    if right.holder:
        report["rights_holder"] = _cut(right.holder.name, 200)
        if right.holder.website:
            report["original_url"] = _uri(right.holder.website)
    return report


def _brand(stored: StoredHit) -> dict[str, Any]:
    right, url = stored.right, _uri(stored.listing.url)
    website = right.holder.website if right.holder else None
    details = {
        "registration_number": right.registration,
        "jurisdiction": ", ".join(right.jurisdictions),
        "category": list(right.classes),
    }
    report: dict[str, Any] = {
        "category": "content",
        "type": "brand_infringement",
        "url": url,
        "verified_at": _moment(stored.seen_at),
        "verification_method": "manual",
        "attack_vector": "brand_infringement",
        "infringement_type": "trademark_violation" if right.kind == "trademark" else "other",
        "legitimate_site": _uri(website) if website else "",
        "trademark_details": {key: value for key, value in details.items() if value},
        "infringing_elements": _elements(stored),
    }
    domain = urlsplit(url).hostname or ""
    if _DOMAIN.fullmatch(domain):  # the schema's pattern knows no internationalised names
        report["domain"] = domain
    if right.name:
        report["target_brand"] = right.name
    return report


def _elements(stored: StoredHit) -> list[str]:
    found = set()
    for finding in _for(stored):
        if finding.feature == "name":
            found.add("brand_name")
        elif finding.image is not None:
            found.add("logo" if finding.verdict == "logo" else "product_images")
        else:
            found.add("other")
    return sorted(found)


def _for(stored: StoredHit) -> list[Finding]:
    """Return the findings that speak for the hit."""
    return [finding for finding in stored.hit.findings if speaks_for(finding)]


def _evidence(stored: StoredHit, budget: int) -> list[dict[str, Any]]:
    """Return what was compared, then the listing's pictures that fit into the budget (bytes)."""
    images = dict.fromkeys(finding.image for finding in _for(stored) if finding.image)
    pictures = {image: _read(stored.picture_files.get(image)) for image in images}
    had = {image: data for image, data in pictures.items() if data is not None}
    record = {
        "hit": stored.hit.id,
        "url": stored.listing.url,
        "title": stored.listing.title,
        "right": stored.right.id,
        "first_seen_at": _moment(stored.first_seen_at),
        "seen_at": _moment(stored.seen_at),
        "findings": [dump_record(finding) for finding in _for(stored)],
        "pictures": {image: f"sha256:{_sha256(data)}" for image, data in had.items()},
    }
    items = [_item("application/json", canonical(record), f"What was compared, {stored.hit.id}")]
    for image, data in list(had.items())[: MAX_ITEMS - 1]:
        if len(data) <= min(budget, MAX_EVIDENCE):
            items.append(_item(_media_type(data), data, f"Picture of the listing, {image}"))
            budget -= len(data)
    return items


def _read(path: Path | None) -> bytes | None:
    return path.read_bytes() if path is not None and path.is_file() else None


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _item(media_type: str, data: bytes, description: str) -> dict[str, Any]:
    return {
        "content_type": media_type,
        "description": _cut(make_visible(description), 500),
        "payload": base64.b64encode(data).decode("ascii"),
        "hash": f"sha256:{_sha256(data)}",
        "size": len(data),
    }


def _media_type(data: bytes) -> str:
    known = (kind for magic, kind in _MAGIC if data.startswith(magic))
    return next(known, "application/octet-stream")


def _contact(organisation: str, email: str) -> dict[str, str]:
    return {
        "org": _cut(organisation, 200),
        "contact": email,
        "domain": email.rpartition("@")[2].lower(),
    }


def _uri(url: str) -> str:
    """Return the address in ASCII, as the schema wants it (RFC 3986)."""
    return str(safe_url_string(url))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
