"""The audit log: who did what when, as the ledger has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.responses import Response

from console.web.links import path_of
from console.web.pages import Entry as MenuEntry
from console.web.pages import page
from console.web.routes.account import own
from console.web.visits import Visit, with_query
from console.web.words import load_words
from crawler.errors import InputError
from crawler.store.audit import LogFilter, find_kinds, find_ledger_state, find_log, find_people
from crawler.store.ledger import Entry

ENTRY = MenuEntry(path="/audit", words="audit.menu")
_TOLD = ("role", "state", "outcome", "name", "reason", "text", "problem")
"""Keys of a record that are told beside the words for its kind, where they are text."""
_LONGEST_NUMBER = 18


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One entry, in words."""

    entry: Entry
    at: datetime
    did: str
    decision: str
    """Key of the words of a decision; empty where none was made."""
    told: tuple[str, ...]
    record: Mapping[str, str]
    path: str | None
    """Where the page of the subject is."""
    is_whole: bool
    """Whether its digest is that of its content."""


def show_log(visit: Visit) -> Response:
    """Show the log, or what of it is asked for."""
    if subject := visit.query.get("subject", "").strip():
        return visit.redirect(f"/audit/{quote(subject, safe='')}")
    return _page(visit, _filter(visit))


def show_subject(visit: Visit) -> Response:
    """Show what was done to one thing."""
    return _page(visit, replace(_filter(visit), subject=visit.part("subject")))


def _filter(visit: Visit) -> LogFilter:
    query = visit.query
    day = _day(visit, query.get("day", ""))
    zone = ZoneInfo(visit.preferences.time_zone or visit.workspace.config.console.time_zone)
    since = None if day is None else datetime.combine(day, time(), zone)
    until = None if day is None else datetime.combine(day + timedelta(days=1), time(), zone)
    return LogFilter(
        kind=query.get("kind") or None, by=query.get("by") or None, since=since, until=until
    )


def _day(visit: Visit, text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InputError(visit.say("audit.no_day", text=ascii(text)[:40])) from error
    if not date(1970, 1, 2) <= day <= date(9000, 1, 1):
        raise InputError(visit.say("audit.no_day", text=text))
    return day


def _number(visit: Visit, name: str) -> int | None:
    text = visit.query.get(name, "")
    plain = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER
    return int(text) if plain else None


def _page(visit: Visit, wanted: LogFilter) -> Response:
    found = find_log(
        visit.db, wanted, before=_number(visit, "before"), after=_number(visit, "after")
    )
    lines = [_line(visit, entry) for entry in found.entries]
    ends = (lines[0].entry.number, lines[-1].entry.number) if lines else (0, 0)
    return visit.render(
        "audit.html",
        wanted=wanted,
        lines=lines,
        newer=with_query(visit.query, before=None, after=str(ends[0])) if found.newer else "",
        older=with_query(visit.query, after=None, before=str(ends[1])) if found.older else "",
        ledger=find_ledger_state(visit.db),
        kinds=sorted((_did(visit, kind), kind) for kind in find_kinds(visit.db)),
        people=find_people(visit.db),
        subject_path=lines[0].path if wanted.subject and lines else None,
    )


def _line(visit: Visit, entry: Entry) -> Line:
    record = _record(entry.record)
    decision = record.get("decision")
    told = tuple(
        _say(visit, key, str(record[key]))
        for key in _TOLD
        if isinstance(record.get(key), str) and record[key]
    )
    return Line(
        entry=entry,
        at=datetime.fromisoformat(entry.at),
        did=_did(visit, entry.kind),
        decision=f"keys.{decision}" if f"keys.{decision}" in load_words() else "",
        told=told,
        record={key: _value(value) for key, value in record.items()},
        path=_path(visit, entry),
        is_whole=_is_whole(entry),
    )


def _path(visit: Visit, entry: Entry) -> str | None:
    """Return where the subject's page is, if the visitor may open it."""
    path = path_of(entry.subject, kind=entry.kind)
    closed = path and path.startswith("/people/") and own(visit).role != "admin"
    return None if closed else path


def _did(visit: Visit, kind: str) -> str:
    """Return the words for a kind of entry; its name where there are none."""
    key = f"audit.did-{kind}"
    return visit.say(key) if key in load_words() else kind


def _say(visit: Visit, key: str, value: str) -> str:
    """Return a value that is told, a role in words."""
    words = f"role.{value}"
    return visit.say(words) if key == "role" and words in load_words() else value


def _record(text: str) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except ValueError:
        return {"?": text}
    return record if isinstance(record, dict) else {"?": record}


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_whole(entry: Entry) -> bool:
    try:
        return entry.digest_of_content() == entry.digest
    except (ValueError, TypeError):
        return False


ROUTES = (page("/audit", show_log), page("/audit/{subject:path}", show_subject))
