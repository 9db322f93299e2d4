"""The notices desk: what lies where, the page of each notice, and the files that go with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

from starlette.responses import Response

from console.web.desk_memory import DeskMemory
from console.web.desk_words import show
from console.web.jobs import Jobs
from console.web.notice_page import NoticePage, gather_notice, record_text, why_not_approve
from console.web.pages import page
from console.web.visits import Visit, with_query
from crawler.accounts import ApprovalKind
from crawler.errors import InputError, NotFoundError
from crawler.store.answers import find_answers, load_answer
from crawler.store.database import now
from crawler.store.looks import find_stored_relistings
from crawler.store.notice_list import (
    TRAYS,
    count_open_answers,
    count_relistings,
    find_notice_rows,
)
from crawler.store.notices import load_notice
from crawler.store.outbox import find_outgoing
from crawler.takedown import Notice
from pipelines.takedown.answers import Meaning
from pipelines.takedown.checking import EXCEPTIONS
from pipelines.takedown.kinds import KINDS
from pipelines.takedown.leaving import find_font, make_attachments
from pipelines.takedown.mail_reading import read_mail
from pipelines.takedown.message import parts_of
from pipelines.takedown.outbox import load_message, outbox_folder
from pipelines.takedown.retraction import Overturned

ROWS = 50
OUTBOX = "outbox"
"""Subject of the job that sends what is due."""
MAILBOX = "mailbox"
"""Subject of the job that fetches answers."""
SANDBOX = {"content-security-policy": "sandbox; default-src 'none'"}
URGENT = ("uncertain", "returned", "countered", "restored", "answers")
"""Trays in which nothing should lie for long."""


def jobs_of(visit: Visit) -> Jobs:
    """Return the jobs of this console."""
    jobs: Jobs = visit.request.app.state.jobs
    return jobs


def list_notices(visit: Visit) -> Response:
    """Show one tray of the desk, or all notices."""
    tray = visit.query.get("tray", "")
    desk: DeskMemory = visit.request.app.state.desk
    running = desk.clocks(visit.db, visit.workspace.config.takedown)
    counts: dict[str, int] = {
        **desk.count(visit.db),
        "answers": count_open_answers(visit.db),
        "deadlines": len(running),
        "back": count_relistings(visit.db),
    }
    values: tuple[Sequence[object], str]
    if tray == "answers":
        values = _paged(visit, list(find_answers(visit.db, open_only=True)))
    elif tray == "deadlines":
        values = _paged(visit, running)
    elif tray == "back":
        values = _paged(visit, find_stored_relistings(visit.db))
    else:
        values = _rows(visit, desk.find(visit.db, tray) if tray in TRAYS else None)
    jobs = jobs_of(visit)
    return show(
        visit,
        "notices.html",
        tray=tray if tray in (*TRAYS, "answers", "deadlines", "back") else "",
        trays=TRAYS,
        counts=counts,
        urgent=URGENT,
        now=now(),
        today=now().date(),
        kinds=[kind.name for kind in KINDS],
        jobs=[(name, job) for name in (OUTBOX, MAILBOX) if (job := jobs.find(name))],
        has_imap=visit.workspace.config.delivery.imap is not None,
        rows=values[0],
        more=values[1],
    )


def _paged(visit: Visit, found: Sequence[object]) -> tuple[Sequence[object], str]:
    number = max(1, visit.number("page", 1))
    start = (number - 1) * ROWS
    more = with_query(visit.query, page=str(number + 1)) if len(found) > start + ROWS else ""
    return found[start : start + ROWS], more


def _rows(visit: Visit, ids: Sequence[str] | None) -> tuple[Sequence[object], str]:
    found = find_notice_rows(
        visit.db,
        ids=ids,
        site=visit.query.get("site", ""),
        kind=visit.query.get("kind", ""),
        after=visit.query.get("after", ""),
        limit=ROWS + 1,
    )
    rows = found[:ROWS]
    more = with_query(visit.query, after=rows[-1].id) if len(found) > ROWS else ""
    return rows, more


def show_notice(visit: Visit) -> Response:
    """Show one notice."""
    return notice_answer(visit, load_notice(visit.db, visit.part("notice")).id)


def notice_answer(visit: Visit, notice: str, *, problem: str = "", status: int = 200) -> Response:
    """Return the page of a notice, with what was not done where something was not."""
    it = gather_notice(visit, notice)
    return show(
        visit,
        "notice.html",
        status=status,
        it=it,
        notice=it.notice,
        job=jobs_of(visit).find(notice),
        outbox_job=jobs_of(visit).find(OUTBOX),
        message=problem,
        refusals={kind: why_not_approve(visit, it, kind) for kind in get_args(ApprovalKind)},
        exceptions=EXCEPTIONS,
        meanings=get_args(Meaning),
        overturned=get_args(Overturned),
        record_text=record_text,
        steps=_steps(it),
        now=now(),
    )


def _steps(it: NoticePage) -> list[tuple[str, bool]]:
    """Return the way of a notice: each step, and whether it is behind it."""
    seen = {event.event for event in it.events}
    holds = it.check is not None and bool(it.check.record.get("holds"))
    answered = bool(seen & {"decided", "countered", "restored"})
    return [
        ("drafted", True),
        ("checked", holds or "approved" in seen),
        ("approved", "approved" in seen and not it.lacking),
        ("queued", "queued" in seen and it.status != "cancelled"),
        ("sent", "sent" in seen),
        ("answered", answered),
    ]


def show_progress(visit: Visit) -> Response:
    """Show how far a job is; the page that asks is loaded anew at its end."""
    subject = visit.part("subject")
    job = jobs_of(visit).find(subject)
    if job is None:
        raise NotFoundError(visit.say("notices.no_job"))
    answer = show(visit, "job.html", job=job, subject=subject)
    if not job.runs:
        answer.headers["HX-Refresh"] = "true"
    return answer


def send_file(visit: Visit) -> Response:
    """Give a file that goes with the notice; of one that was queued, out of the very message."""
    notice, name = load_notice(visit.db, visit.part("notice")), visit.part("name")
    for found, data in _files(visit, notice):
        if found == name:
            return _download(name, data)
    raise NotFoundError(visit.say("notices.no_such_file", name=name))


def _files(visit: Visit, notice: Notice) -> list[tuple[str, bytes]]:
    outgoing = find_outgoing(visit.db, notice.id)
    if outgoing is not None and outgoing.channel != "webhook":
        return list(parts_of(load_message(outbox_folder(visit.workspace), outgoing.sha256)))
    font, _ = find_font(visit.workspace)
    made = make_attachments(visit.workspace, visit.db, notice.id, font)
    return [("notice.txt", notice.text.encode()), *((one.name, one.data) for one in made)]


def send_message(visit: Visit) -> Response:
    """Give the exact bytes that are queued or were sent."""
    notice = load_notice(visit.db, visit.part("notice")).id
    outgoing = find_outgoing(visit.db, notice)
    if outgoing is None:
        raise InputError(visit.say("notices.never_queued", notice=notice))
    message = load_message(outbox_folder(visit.workspace), outgoing.sha256)
    return _download(f"{notice}.{'json' if outgoing.channel == 'webhook' else 'eml'}", message)


def _download(name: str, data: bytes) -> Response:
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    disposition = {"content-disposition": f'attachment; filename="{safe}"'}
    return Response(data, media_type="application/octet-stream", headers=SANDBOX | disposition)


def show_answer(visit: Visit) -> Response:
    """Show a mail that came in: what was read of it, as text alone."""
    answer = load_answer(visit.db, visit.part("answer"))
    path = visit.workspace.folder / answer.file
    mail = read_mail(path.read_bytes()) if path.is_file() else None
    suggested = answer.notice or visit.query.get("notice", "")
    return show(
        visit,
        "answer.html",
        answer=answer,
        mail=mail,
        suggested=suggested,
        meanings=get_args(Meaning),
    )


def send_answer(visit: Visit) -> Response:
    """Give a mail as it came."""
    answer = load_answer(visit.db, visit.part("answer"))
    path = visit.workspace.folder / answer.file
    if not path.is_file():
        raise NotFoundError(visit.say("notices.mail_is_not_there", file=answer.file))
    return _download(f"{answer.id[:12]}.eml", path.read_bytes())


ROUTES = (
    page("/notices", list_notices),
    page("/notices/progress/{subject}", show_progress),
    page("/notices/answers/{answer}", show_answer),
    page("/notices/answers/{answer}/mail", send_answer),
    page("/notices/{notice}", show_notice),
    page("/notices/{notice}/message", send_message),
    page("/notices/{notice}/files/{name}", send_file),
)
