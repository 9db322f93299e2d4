"""Pictures as the console shows them: ``/pictures/SHA256?side=480``."""

from __future__ import annotations

from http import HTTPStatus

from markupsafe import Markup
from starlette.responses import Response

from console.web.pages import page
from console.web.thumbnails import SIDES, Thumbnails
from console.web.visits import Visit
from crawler.errors import InputError, NotFoundError
from pipelines.takedown.layout import make_visible

CONTENT_POLICY = "sandbox; default-src 'none'"
"""What content of others may do: nothing, wherever it is opened."""
UNCHANGING = "private, max-age=31536000, immutable"
USUAL_SIDE = 480

_PLACEHOLDER = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 320" width="480" height="320">'
    '<rect width="480" height="320" fill="#eceeec"/>'
    '<path d="M180 60h120v90H180zM180 150l40-45 30 30 20-18 30 33" fill="none" stroke="#59626d"'
    ' stroke-width="3"/><path d="M170 165L310 45" stroke="#a8261b" stroke-width="4"/>'
    '<g font-family="system-ui,sans-serif" text-anchor="middle" fill="#1c2024">'
    '<text x="240" y="205" font-size="22">{said}</text>{lines}</g></svg>'
)
_LINE = Markup('<text x="240" y="{y}" font-size="15" fill="#59626d">{words}</text>')
_LONGEST_LINE, _MOST_LINES = 52, 3


def thumbnails_of(visit: Visit) -> Thumbnails:
    """Return the small pictures of the workspace."""
    found = visit.request.app.state.thumbnails
    assert isinstance(found, Thumbnails)
    return found


def show_picture(visit: Visit) -> Response:
    """Send a picture of the workspace, made anew and small."""
    sha256 = visit.part("sha256")
    side = visit.query.get("side", str(USUAL_SIDE))
    if side not in {str(known) for known in SIDES}:
        expected = ", ".join(map(str, SIDES))
        raise InputError(visit.say("files.side", got=side[:20], expected=expected))
    thumbnails = thumbnails_of(visit)
    if not thumbnails.has(sha256):
        raise NotFoundError(visit.say("files.no_picture"))
    headers = {"content-security-policy": CONTENT_POLICY}
    made = thumbnails.get(sha256, int(side))
    if made.problem:
        drawn = draw_problem(visit.say("card.broken"), made.problem)
        headers["cache-control"] = "no-store"  # it may have been a matter of time
        return Response(drawn, media_type="image/svg+xml", headers=headers)
    tag = f'"{sha256[:32]}-{side}"'
    headers |= {"cache-control": UNCHANGING, "etag": tag}
    if visit.request.headers.get("if-none-match") == tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(made.data, media_type="image/webp", headers=headers)


def draw_problem(said: str, problem: str) -> str:
    """Return the drawing that stands in the place of a picture, with why there is none."""
    shown = make_visible(problem)
    lines = [
        shown[start : start + _LONGEST_LINE]
        for start in range(0, min(len(shown), _LONGEST_LINE * _MOST_LINES), _LONGEST_LINE)
    ]
    told = Markup().join(
        _LINE.format(y=235 + 22 * number, words=line) for number, line in enumerate(lines)
    )
    return str(_PLACEHOLDER.format(said=said, lines=told))


ROUTES = (page("/pictures/{sha256}", show_picture),)
