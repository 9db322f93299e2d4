"""Words of the desk for what the store knows by short names: steps, states, kinds, rules."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from starlette.responses import HTMLResponse

from console.web.visits import Visit
from console.web.words import load_words


def name_of(visit: Visit, group: str, name: str) -> str:
    """Return the words of a short name, ``group_name`` of the phrases; the name where it has none.

    A name of a newer version, or of a bundle of others, is shown rather than lost.
    """
    key = f"{group}_{name.replace('-', '_').replace(' ', '_')}"
    return visit.say(key) if key in load_words() else name


def show(
    visit: Visit, template: str, *, status: int = HTTPStatus.OK, **values: object
) -> HTMLResponse:
    """Return a page of the desk; its template has ``word`` besides, as ``name_of`` gives it."""
    return visit.render(template, status=status, word=partial(name_of, visit), **values)
