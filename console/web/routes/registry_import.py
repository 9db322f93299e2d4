"""Taking a registry file in: first what would change is shown, then exactly that is done."""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.responses import Response

from console.web.pages import action, page
from console.web.routes.registry import MAY_EDIT, today_of
from console.web.visits import Visit, parse_number
from crawler.errors import InputError, PictureError
from crawler.store.database import now, writing
from crawler.uploads import (
    RightChange,
    import_upload,
    keep_upload,
    load_upload,
    plain_name,
    preview_import,
)
from matchers.decoding import decode

MOST_SHOWN = 200
"""Rights of a preview, and its problems, that are shown; the rest is counted."""


def choose_file(visit: Visit) -> Response:
    """Show the form in which a file is chosen."""
    return visit.render("registry_import.html")


def do_upload(visit: Visit) -> Response:
    """Keep what was sent, and lead to what it would change."""
    sent = visit.file("file")
    if sent is None:
        raise InputError(visit.say("registry_import.no_file"))
    pictures = {}
    for picture in visit.form.getlist("pictures"):
        if isinstance(picture, UploadFile) and picture.filename:
            pictures[picture.filename] = read_picture(picture)
    upload = keep_upload(visit.workspace, sent.filename or "", sent.file.read(), pictures)
    return visit.redirect(f"/registry/-/import/{upload.digest}")


def read_picture(sent: UploadFile) -> bytes:
    """Return the bytes of a picture that was sent, which were read whole to see that they are one.

    :raises InputError: when they are none
    """
    data = sent.file.read()
    try:
        decode(data)
    except PictureError as error:
        raise InputError(f"{plain_name(sent.filename or '')}: {error}") from error
    return data


def show_preview(visit: Visit) -> Response:
    """Show what an import would change."""
    upload = load_upload(visit.workspace, visit.part("digest"))
    preview, _ = preview_import(visit.db, visit.workspace.pictures, upload, today_of(visit))
    changed = [one for one in preview.changes if one.change != "unchanged"]
    return visit.render(
        "registry_preview.html",
        preview=preview,
        shown=changed[:MOST_SHOWN],
        left=max(0, len(changed) - MOST_SHOWN),
        problems=preview.problems[:MOST_SHOWN],
        problems_left=max(0, len(preview.problems) - MOST_SHOWN),
        changed=len(changed),
        counted=[(change, preview.count(change)) for change in ("added", "updated", "unchanged")],
        heading=_heading,
    )


def _heading(one: RightChange) -> str:
    return one.right.name or one.right.id


def do_import(visit: Visit) -> Response:
    """Take in what was previewed."""
    upload = load_upload(visit.workspace, visit.part("digest"))
    expected = parse_number(visit.field("state"), -1)
    if expected < 0:
        raise InputError(visit.say("registry_import.no_state"))
    with writing(visit.db):
        import_upload(
            visit.db,
            visit.workspace.pictures,
            upload,
            visit.actor,
            expected=expected,
            today=today_of(visit),
            at=now(),
        )
    return visit.redirect("/registry", said="imported")


ROUTES = (
    page("/registry/-/import", choose_file, roles=MAY_EDIT),
    action("/registry/-/import", do_upload, roles=MAY_EDIT),
    page("/registry/-/import/{digest}", show_preview, roles=MAY_EDIT),
    action("/registry/-/import/{digest}", do_import, roles=MAY_EDIT),
)
