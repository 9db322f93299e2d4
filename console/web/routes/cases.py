"""Cases: a list to look through, the page of each, and what people put into one."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from dataclasses import fields
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from console.web.case_page import gather_page
from console.web.desk_words import show
from console.web.pages import action, page
from console.web.visits import Visit, with_query
from crawler.errors import InputError, MachineError, NotFoundError
from crawler.sellers import listing_site, seller_name
from crawler.store.accounts import find_accounts
from crawler.store.case_list import (
    CASE_STATES,
    WAITING,
    CaseFilter,
    LooseHit,
    find_case_parties,
    find_case_rows,
    find_loose_hits,
)
from crawler.store.cases import find_case_events, find_case_hits, find_case_id, is_case
from crawler.store.database import now
from crawler.store.hits import find_hit_url
from pipelines.evidence.bundle import export_case
from pipelines.takedown.attaching import FOLDER, plain_name, store_stream
from pipelines.takedown.case_work import assign_case, keep_file, note_case, state_outcome
from pipelines.takedown.cases import case_id_between
from pipelines.takedown.drafting import open_case_of
from pipelines.takedown.outcomes import SAID

ROWS = 50
LOOSE = 200
"""Hits that are looked through for new cases at one time."""
SANDBOX = {"content-security-policy": "sandbox; default-src 'none'"}
"""What others wrote: a browser that shows it all the same runs and loads nothing."""


def list_cases(visit: Visit) -> Response:
    """List the cases that the filters in the address leave."""
    names = [field.name for field in fields(CaseFilter)]
    wanted = CaseFilter(**{name: visit.query.get(name, "").strip() for name in names})
    found = find_case_rows(visit.db, wanted, after=visit.query.get("after", ""), limit=ROWS + 1)
    rows = found[:ROWS]
    more = with_query(visit.query, after=rows[-1].key) if len(found) > ROWS else ""
    sites, holders = find_case_parties(visit.db)
    return show(
        visit,
        "cases.html",
        rows=rows,
        more=more,
        first=with_query(visit.query, after=None) if visit.query.get("after") else "",
        wanted=wanted,
        is_filtered=wanted != CaseFilter(),
        states=CASE_STATES,
        waiting=tuple(WAITING),
        sites=sites,
        holders=holders,
        people=[account.name for account in find_accounts(visit.db) if not account.disabled],
    )


def show_case(visit: Visit) -> Response:
    """Show one case."""
    case = find_case_id(visit.db, visit.part("case"))
    shown = gather_page(visit, case, visit.number("page", 1))
    return show(
        visit,
        "case.html",
        it=shown,
        case=shown.row.case,
        outcomes=SAID,
        people=[account.name for account in find_accounts(visit.db) if not account.disabled],
        page_of=lambda wanted: with_query(visit.query, page=str(wanted)),
    )


def show_new(visit: Visit) -> Response:
    """Show the hits that were judged infringing and are in no case, as the cases they make."""
    number = visit.number("before", 0)
    found = find_loose_hits(visit.db, before=number, limit=LOOSE + 1)
    more = with_query(visit.query, before=str(found[LOOSE - 1].key)) if len(found) > LOOSE else ""
    groups: dict[str, list[LooseHit]] = {}
    for loose in found[:LOOSE]:
        groups.setdefault(case_id_between(loose.listing, loose.holder), []).append(loose)
    known = {group for group in groups if is_case(visit.db, group)}
    return show(
        visit,
        "case_new.html",
        groups=[(group, group in known, hits) for group, hits in groups.items()],
        seller_name=seller_name,
        site_of=listing_site,
        more=more,
        count=min(len(found), LOOSE),
    )


def open_case(visit: Visit) -> Response:
    """Open the case of the hits that were ticked, or add them to it."""
    hits = visit.fields("hit")
    if not hits:
        raise InputError(visit.say("cases.no_hit"))
    opened = open_case_of(visit.workspace, visit.db, hits, visit.actor)
    return visit.redirect(f"/cases/{opened.id}", said="case_opened")


def _case(visit: Visit) -> str:
    return find_case_id(visit.db, visit.part("case"))


def add_note(visit: Visit) -> Response:
    """Add a note."""
    case = _case(visit)
    note_case(visit.db, case, visit.field("text"), visit.actor)
    return visit.redirect(f"/cases/{case}", said="case_noted")


def assign(visit: Visit) -> Response:
    """Say who has the case."""
    case = _case(visit)
    assign_case(visit.db, case, visit.field("to"), visit.actor)
    return visit.redirect(f"/cases/{case}", said="case_assigned")


def attach(visit: Visit) -> Response:
    """Keep a file with the case."""
    case, sent = _case(visit), visit.file("file")
    if sent is None or not sent.size:
        raise InputError(visit.say("cases.no_file"))
    stored = store_stream(visit.workspace.folder, sent.file, plain_name(sent.filename or ""))
    keep_file(visit.db, case, stored, visit.actor)
    return visit.redirect(f"/cases/{case}", said="case_attached")


def download(visit: Visit) -> Response:
    """Give a file of the case back, as it came: to be kept, never to be shown by the browser."""
    case, digest = _case(visit), visit.part("sha256")
    for event in find_case_events(visit.db, case):
        if event.event == "attached" and event.record["sha256"] == digest:
            return FileResponse(
                visit.workspace.folder / FOLDER / digest,
                media_type="application/octet-stream",
                filename=plain_name(event.record["name"]),
                content_disposition_type="attachment",
                headers=SANDBOX,
            )
    raise NotFoundError(visit.say("cases.no_such_file", sha256=digest))


def say_outcome(visit: Visit) -> Response:
    """Record what became of the listings that were ticked."""
    case, state = _case(visit), visit.field("state")
    own = set(find_case_hits(visit.db, case))
    hits = [hit for hit in visit.fields("hit") if hit in own]
    urls = list(dict.fromkeys(find_hit_url(visit.db, hit) for hit in hits))
    if not urls:
        raise InputError(visit.say("cases.no_listing"))
    chosen = next((one for one in SAID if one == state), None)
    if chosen is None:
        raise InputError(visit.say("cases.no_outcome"))
    state_outcome(visit.db, {case: urls}, chosen, visit.field("reason"), visit.actor)
    return visit.redirect(f"/cases/{case}", said="case_outcome")


def export(visit: Visit) -> Response:
    """Hand the case over: its bundle, in one file."""
    case, at = _case(visit), now()
    room = Path(tempfile.mkdtemp(prefix="markhound-export-"))
    name = f"{case}-{at:%Y%m%dT%H%M%SZ}"
    try:
        done = export_case(visit.db, visit.workspace, case, room / name, by=visit.actor.name, at=at)
        packed = room / f"{name}.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for file in sorted(done.path.rglob("*")):
                archive.write(file, file.relative_to(room))
    except OSError as error:
        shutil.rmtree(room)
        raise MachineError(f"the bundle could not be written: {error}") from error
    except BaseException:
        shutil.rmtree(room)
        raise
    return FileResponse(
        packed,
        media_type="application/zip",
        filename=packed.name,
        content_disposition_type="attachment",
        headers=SANDBOX,
        background=BackgroundTask(shutil.rmtree, room),
    )


ROUTES = (
    page("/cases", list_cases),
    action("/cases", open_case),
    page("/cases/new", show_new),
    page("/cases/{case}", show_case),
    action("/cases/{case}/note", add_note),
    action("/cases/{case}/assign", assign),
    action("/cases/{case}/files", attach),
    page("/cases/{case}/files/{sha256}", download),
    action("/cases/{case}/outcome", say_outcome),
    action("/cases/{case}/export", export),
)
