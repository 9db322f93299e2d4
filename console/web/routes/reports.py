"""Reports of a period as files, who is told what is new, and what they were told."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.responses import Response

from console.reports.files import MEDIA_TYPES, make_file
from console.web.campaigns import find_planned
from console.web.pages import page
from console.web.routes.registry import today_of
from console.web.visits import Visit
from crawler.errors import InputError
from crawler.store.digests import find_digests, load_digest
from matchers.wording import Language
from pipelines.digests.audiences import Audience, find_audiences
from pipelines.figures.gathering import gathered
from pipelines.figures.period import parse_period

PATH = "/reports"
MOST_LISTED = 50
CONTENT_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""For a report that a browser shows all the same: nothing of it runs."""
_MAKING = threading.Lock()
"""One report is made at a time: a long period takes a processor for seconds."""


def show_reports(visit: Visit) -> Response:
    """Show the form for a report, who is told, and the newest digests."""
    return _page(visit)


def _page(visit: Visit, *, wrong: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    last = today_of(visit).replace(day=1) - timedelta(days=1)
    planned, broken = find_planned(visit.workspace)
    audiences, wrongly = find_audiences(visit.workspace.config.tell, planned)
    return visit.render(
        "reports.html",
        status=status,
        wrong=wrong,
        first=visit.query.get("from") or last.replace(day=1).isoformat(),
        last=visit.query.get("to") or last.isoformat(),
        kinds=tuple(MEDIA_TYPES),
        told=[(one, destination(one)) for one in sorted_by_name(audiences)],
        broken=[*broken, *wrongly],
        digests=find_digests(visit.db, limit=MOST_LISTED),
    )


def sorted_by_name(audiences: Sequence[Audience]) -> list[Audience]:
    """Return who is told, in the order of their names."""
    return sorted(audiences, key=lambda one: one.name)


def destination(audience: Audience) -> str:
    """Return where an audience is, without what may be a secret: all but host or service."""
    if audience.kind == "mail":
        return audience.address
    parts = urlsplit(audience.address)
    if audience.kind == "apprise":
        return f"{parts.scheme}://…"
    return f"{parts.scheme}://{parts.hostname or ''}/…"


def send_report(visit: Visit) -> Response:
    """Send a report as a file."""
    kind, asked = visit.query.get("as", ""), visit.query.get("language", visit.language)
    if kind not in MEDIA_TYPES:
        raise InputError(visit.say("reports.no_kind", expected=", ".join(MEDIA_TYPES)))
    language: Language = "zh" if asked == "zh" else "en"
    first, last = visit.query.get("from", ""), visit.query.get("to", "")
    try:
        date.fromisoformat(first), date.fromisoformat(last)
        period = parse_period(first, last, visit.workspace.config.console.time_zone)
    except (ValueError, InputError):
        wrong = visit.say("reports.no_period")
        return _page(visit, wrong=wrong, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if not _MAKING.acquire(blocking=False):
        wrong = visit.say("reports.busy")
        return _page(visit, wrong=wrong, status=HTTPStatus.SERVICE_UNAVAILABLE)
    try:
        with gathered(visit.workspace, period) as (_, made):
            data = make_file(kind, made, language, visit.workspace.font)
    finally:
        _MAKING.release()
    name = f"markhound-{period.first}-{period.last}-{language}.{kind}"
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "content-security-policy": CONTENT_POLICY,
        "cache-control": "no-store",
    }
    return Response(data, media_type=MEDIA_TYPES[kind], headers=headers)


def show_digest(visit: Visit) -> Response:
    """Show one digest as it was told."""
    return visit.render("digest.html", digest=load_digest(visit.db, visit.part("digest")))


ROUTES = (
    page(PATH, show_reports),
    page(f"{PATH}/file", send_report),
    page(f"{PATH}/digests/{{digest}}", show_digest),
)
