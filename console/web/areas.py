"""What the console is made of: each area has its routes, and perhaps an entry in the menu."""

from __future__ import annotations

from starlette.routing import BaseRoute

from console.web.pages import Entry
from console.web.routes import cases, notice_steps, notices, signing_in

ROUTES: tuple[BaseRoute, ...] = (
    *signing_in.ROUTES,
    *cases.ROUTES,
    *notice_steps.ROUTES,
    *notices.ROUTES,
)

MENU: tuple[Entry, ...] = (
    Entry(path="/cases", words="cases.title"),
    Entry(path="/notices", words="notices.title"),
)
"""In the order of a day's work; the first one is where ``/`` leads."""
