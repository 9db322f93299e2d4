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
    draws,
    files,
    hits,
    lessons,
    notice_steps,
    notices,
    overview,
    people,
    queue,
    registry,
    registry_editing,
    registry_import,
    reports,
    second_looks,
    sellers,
    signing_in,
    sweeps,
    tell,
    tips,
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
    *second_looks.ROUTES,
    *cases.ROUTES,
    *notice_steps.ROUTES,
    *notices.ROUTES,
    *registry_import.ROUTES,
    *registry_editing.ROUTES,
    *registry.ROUTES,
    *sweeps.ROUTES,
    *overview.ROUTES,
    *reports.ROUTES,
    *lessons.ROUTES,
    *people.ROUTES,
    *audit.ROUTES,
    *account.ROUTES,
    *tips.ROUTES,
    *tell.ROUTES,
    *draws.ROUTES,
)

MENU: tuple[Entry, ...] = (
    queue.ENTRY,
    second_looks.ENTRY,
    tips.ENTRY,
    Entry(path="/cases", words="cases.title"),
    Entry(path="/notices", words="notices.title"),
    Entry(path="/registry", words="registry.menu"),
    Entry(path="/sweeps", words="sweeps.menu"),
    Entry(path="/overview", words="overview.menu"),
    draws.ENTRY,
    lessons.ENTRY,
    audit.ENTRY,
    people.ENTRY,
)
"""In the order of a day's work; the first one is where ``/`` leads."""
