"""What the console is made of: each area has its routes, and perhaps an entry in the menu."""

from __future__ import annotations

from starlette.routing import BaseRoute

from console.web.pages import Entry
from console.web.routes import (
    account,
    audit,
    bulk,
    captures,
    cases,
    deciding,
    files,
    hits,
    lessons,
    overview,
    people,
    queue,
    registry,
    registry_editing,
    registry_import,
    second_looks,
    sellers,
    signing_in,
    sweeps,
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
    *second_looks.ROUTES,
    *lessons.ROUTES,
    *registry_import.ROUTES,
    *registry_editing.ROUTES,
    *registry.ROUTES,
    *sweeps.ROUTES,
    *overview.ROUTES,
    *people.ROUTES,
    *audit.ROUTES,
    *account.ROUTES,
)

MENU: tuple[Entry, ...] = (
    queue.ENTRY,
    second_looks.ENTRY,
    Entry(path="/cases", words="cases.title"),
    Entry(path="/registry", words="registry.menu"),
    Entry(path="/sweeps", words="sweeps.menu"),
    Entry(path="/overview", words="overview.menu"),
    lessons.ENTRY,
    audit.ENTRY,
    people.ENTRY,
)
"""In the order of a day's work; the first one is where ``/`` leads."""
