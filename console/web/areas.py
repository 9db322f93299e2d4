"""What the console is made of: each area has its routes, and perhaps an entry in the menu."""

from __future__ import annotations

from starlette.routing import BaseRoute

from console.web.pages import Entry
from console.web.routes import (
    overview,
    registry,
    registry_editing,
    registry_import,
    signing_in,
    sweeps,
)

ROUTES: tuple[BaseRoute, ...] = (
    *signing_in.ROUTES,
    *registry_import.ROUTES,
    *registry_editing.ROUTES,
    *registry.ROUTES,
    *sweeps.ROUTES,
    *overview.ROUTES,
)

MENU: tuple[Entry, ...] = (
    Entry(path="/registry", words="registry.menu"),
    Entry(path="/sweeps", words="sweeps.menu"),
    Entry(path="/overview", words="overview.menu"),
)
"""In the order of a day's work; the first one is where ``/`` leads."""
