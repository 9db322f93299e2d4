"""USPTO's bulk files of trademark cases: ``trademark-applications-daily``, annual files alike.

Source: USPTO, Trademark Applications Documentation (TDXF) v2: ``case-file`` with its header,
statements, classifications and owners. A class has the status 6 while it is active; a statement
whose type begins with GS has goods, where ``[...]`` was struck off and ``*...*`` was amended.
Pictures come in files of their own, named by the serial number.
"""

from __future__ import annotations

import re

from crawler.offices.drafts import SUFFIXES, Draft, address_of
from crawler.offices.record import Record
from crawler.offices.xml_records import Element

ACTIVE = "6"
_STRUCK = re.compile(r"\[[^\[\]]*\]|\(\([^()]*\)\)")
_DRAWN = ("2", "3", "5")
"""First digit of a drawing code of which there is a picture."""


def draft_case_file(element: Element) -> Draft:
    """Read a ``case-file``."""
    record = Record(element)
    header = "case-file-header"
    number = record.text("registration-number")
    draft = Draft(
        line=element.sourceline or 0,
        office="US",
        application=record.text("serial-number"),
        registration="" if not number.strip("0") else number,
        names=record.texts(f"{header}/mark-identification"),
        status=record.text(f"{header}/status-code"),
    )
    _read_classes(record, draft)
    for statement in record.elements("case-file-statements/case-file-statement"):
        if record.elements("type-code", statement) and _is_goods(statement, record):
            text = record.text("text", statement)
            draft.goods.append(_STRUCK.sub(" ", text).replace("*", ""))
    _read_owner(record, draft)
    if record.text(f"{header}/mark-drawing-code")[:1] in _DRAWN:
        draft.sought = [f"{draft.application}{suffix}" for suffix in SUFFIXES]
    draft.left += record.left()
    return draft


def _is_goods(statement: Element, record: Record) -> bool:
    code = next(iter(record.elements("type-code", statement)), None)
    if code is None or not (code.text or "").strip().startswith("GS"):
        return False
    record.text("type-code", statement)
    return True


def _read_classes(record: Record, draft: Draft) -> None:
    active: list[str] = []
    every: list[str] = []
    for part in record.elements("classifications/classification"):
        codes = record.texts("international-code", part)
        every += codes
        if record.text("status-code", part) in ("", ACTIVE):
            active += codes
    draft.classes = active or every


def _read_owner(record: Record, draft: Draft) -> None:
    """Take the newest owner: party types grow with each change (10 applicant, 30 registrant)."""
    owners = record.elements("case-file-owners/case-file-owner")
    if not owners:
        return
    newest = max(owners, key=lambda owner: _party_type(record, owner))
    parts = ("address-1", "address-2", "city", "state", "postcode")
    state = record.text("state", newest) or record.text("nationality/state", newest)
    country = record.text("country", newest) or record.text("nationality/country", newest)
    draft.holder = {
        "name": record.text("party-name", newest),
        "address": address_of(record.text(part, newest) for part in parts),
        "country": country or ("US" if state else ""),
    }
    former = {name for owner in owners for name in record.texts("party-name", owner)}
    if former - {draft.holder["name"]}:
        draft.left.append("former or further owners")


def _party_type(record: Record, owner: Element) -> int:
    text = record.text("party-type", owner)
    return int(text) if text.isdecimal() and len(text) < 4 else 0
