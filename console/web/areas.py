"""What the console is made of: each area has its routes, and perhaps an entry in the menu."""

from __future__ import annotations

from starlette.routing import BaseRoute

from console.web.pages import Entry
from console.web.routes import (
    account,
    bulk,
    captures,
    cases,
    deciding,
    files,
    hits,
    notice_steps,
    notices,
    people,
    queue,
    sellers,
    signing_in,
)

ROUTES: tuple[BaseRoute, ...] = (
    *signing_in.ROUTES,
    *queue.ROUTES,
    *bulk.ROUTES,
    *deciding.ROUTES,
    *files.ROUTES,
    *hits.ROUTES,
    *captures.ROUTES,
    *sellers.ROUTES,
    *cases.ROUTES,
    *notice_steps.ROUTES,
    *notices.ROUTES,
    *people.ROUTES,
    *account.ROUTES,
)

MENU: tuple[Entry, ...] = (
    queue.ENTRY,
    Entry(path="/cases", words="cases.title"),
    Entry(path="/notices", words="notices.title"),
    people.ENTRY,
)
"""In the order of a day's work; the first one is where ``/`` leads."""
