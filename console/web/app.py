"""The console as one ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from console.web.areas import MENU, ROUTES
from console.web.desk_memory import DeskMemory
from console.web.jobs import Jobs
from console.web.metrics import Metrics, Timed
from console.web.pages import not_found, page
from console.web.proving import UnknownNames
from console.web.routes.tell import Turns
from console.web.security import Guarded
from console.web.stores import Stores
from console.web.thumbnails import Thumbnails
from console.web.visits import STATIC, Visit
from crawler.workspace import Workspace

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def make_app(workspace: Workspace, *, hosts: Collection[str] = ()) -> Starlette:
    """Return the console of a workspace.

    :param hosts: names under which it answers, beside those of this machine and of the settings
    """
    known = {host.lower() for host in (*LOCAL, *hosts, *workspace.config.console.hosts)}
    stores, jobs = Stores(workspace), Jobs()
    metrics = Metrics(workspace, stores)
    thumbnails = Thumbnails(workspace.pictures)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(jobs.close)
        stores.close()
        thumbnails.close()

    app = Starlette(
        routes=[
            page("/", _start),
            *metrics.routes,
            Mount("/static", StaticFiles(directory=STATIC), name="static"),
            *ROUTES,
        ],
        middleware=[
            Middleware(Timed, requests=metrics.requests),
            Middleware(Guarded, hosts=known),
        ],
        exception_handlers={
            HTTPStatus.NOT_FOUND: not_found,
            HTTPStatus.METHOD_NOT_ALLOWED: not_found,
        },
        lifespan=lifespan,
    )
    app.state.workspace = workspace
    app.state.stores = stores
    app.state.jobs = jobs
    app.state.thumbnails = thumbnails
    app.state.desk = DeskMemory()
    app.state.unknown_names = UnknownNames()
    app.state.turns = Turns()
    app.state.menu = MENU
    return app


def _start(visit: Visit) -> Response:
    """Lead to the first entry of the menu that the account may open."""
    assert visit.account is not None
    for entry in MENU:
        if visit.account.role in entry.roles:
            return visit.redirect(entry.path)
    return visit.render("start.html")
