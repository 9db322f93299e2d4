"""Captures: what was kept of a page, its photograph and its text; never the page itself."""

from __future__ import annotations

from starlette.responses import FileResponse, Response

from console.hit_parts import safe_link
from console.web.pages import page
from console.web.routes.files import CONTENT_POLICY
from console.web.visits import Visit
from crawler.errors import NotFoundError, WorkspaceError
from crawler.store.captures import Capture, load_capture
from crawler.store.ledger import find_entries
from crawler.store.retention import find_erasures
from crawler.store.stamps import find_receipts, find_stamp_of
from pipelines.evidence.opening import OpenedCapture, View, open_capture, read_view, whole_file_of

_OTHERS = {"content-security-policy": CONTENT_POLICY}


def show_capture(visit: Visit) -> Response:
    """Show what a capture holds, and whether its file is the one that was recorded."""
    capture = _load(visit)
    opened: OpenedCapture | None = None
    problem = ""
    try:
        opened = open_capture(visit.workspace.folder, capture)
    except (NotFoundError, WorkspaceError) as error:
        problem = _erased(visit, capture) or str(error)
    stamp = find_stamp_of(visit.db, capture.entry)
    receipts = [] if stamp is None else list(find_receipts(visit.db, stamp.id))
    return visit.render(
        "capture.html",
        capture=capture,
        opened=opened,
        problem=problem,
        link=safe_link(capture.url),
        entry=next(find_entries(visit.db, first=capture.entry), None),
        stamp=stamp,
        receipts=[receipt for receipt in receipts if receipt.state == "granted"],
    )


def _erased(visit: Visit, capture: Capture) -> str:
    """Say by which rule the file of a capture was erased; empty where it was not."""
    for one in find_erasures(visit.db, file=capture.file):
        return visit.say(
            "captures.erased",
            days=one.days,
            by=one.by,
            at=f"{one.at:%Y-%m-%d %H:%M}",
            entry=one.entry,
        )
    return ""


def send_screenshot(visit: Visit) -> Response:
    """Send the photograph that our browser made of the page."""
    return _send(visit, "fullPage", "image/png")


def send_text(visit: Visit) -> Response:
    """Send the text that the browser showed, as text."""
    return _send(visit, "text", "text/plain; charset=utf-8")


def _send(visit: Visit, view: View, media_type: str) -> Response:
    data = read_view(visit.workspace.folder, _load(visit), view)
    return Response(data, media_type=media_type, headers=_OTHERS)


def send_file(visit: Visit) -> Response:
    """Send the capture's file (a WACZ), to be kept and not to be opened here."""
    capture = _load(visit)
    path = whole_file_of(visit.workspace.folder, capture)
    return FileResponse(
        path,
        media_type="application/octet-stream",
        filename=path.name,
        content_disposition_type="attachment",
        headers=_OTHERS,
    )


def _load(visit: Visit) -> Capture:
    try:
        return load_capture(visit.db, visit.part("capture"))
    except NotFoundError as error:
        raise NotFoundError(
            visit.say("captures.none", capture=visit.part("capture")[:80])
        ) from error


ROUTES = (
    page("/captures/{capture}", show_capture),
    page("/captures/{capture}/screenshot", send_screenshot),
    page("/captures/{capture}/text", send_text),
    page("/captures/{capture}/file", send_file),
)
