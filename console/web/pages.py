"""From a handler of one page to a route: who may come, in whose name, with which database."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal, get_args
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from console.web.stores import Stores
from console.web.visits import Visit
from console.web.words import LANGUAGES, parse_accepted
from crawler.accounts import MAY_WRITE, Role
from crawler.errors import (
    InputError,
    MissingFactsError,
    NotAllowedError,
    NotFoundError,
    StopError,
)
from crawler.store.database import now
from crawler.store.web_sessions import find_session_account
from crawler.workspace import Workspace
from matchers.wording import Language

SESSION = "markhound_session"
LANGUAGE = "markhound_language"
EVERYBODY: frozenset[Role] = frozenset(get_args(Role))

Handler = Callable[[Visit], Response]
Door = Literal["account", "stranger"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry of the menu."""

    path: str
    words: str
    """Key of its words."""
    roles: frozenset[Role] = EVERYBODY


class Way(Route):
    """A route that knows who may take it."""

    roles: frozenset[Role] = EVERYBODY


def page(path: str, handler: Handler, *, roles: Collection[Role] = EVERYBODY) -> Route:
    """Return the route of a page that is looked at."""
    return _route(path, handler, "GET", roles, "account")


def action(path: str, handler: Handler, *, roles: Collection[Role] = MAY_WRITE) -> Route:
    """Return the route of something that is done: a form that was sent."""
    return _route(path, handler, "POST", roles, "account")


def open_page(path: str, handler: Handler, *, method: Literal["GET", "POST"] = "GET") -> Route:
    """Return a route that strangers may take too."""
    return _route(path, handler, method, EVERYBODY, "stranger")


def _route(path: str, handler: Handler, method: str, roles: Collection[Role], door: Door) -> Way:
    allowed = frozenset(roles)

    async def answer(request: Request) -> Response:
        form = await request.form() if method == "POST" else FormData()
        try:
            return await run_in_threadpool(_answer, request, form, handler, allowed, door)
        finally:
            await form.close()

    way = Way(path, answer, methods=[method])
    way.roles = allowed
    return way


def _answer(
    request: Request, form: FormData, handler: Handler, allowed: frozenset[Role], door: Door
) -> Response:
    stores: Stores = request.app.state.stores
    workspace: Workspace = request.app.state.workspace
    with stores.borrow() as db:
        token = request.cookies.get(SESSION, "")
        account = find_session_account(db, token, at=now()) if token else None
        visit = Visit(
            request=request,
            workspace=workspace,
            db=db,
            account=account,
            language=language_of(request),
            form=form,
        )
        if account is None and door == "account":
            return _to_sign_in(visit)
        try:
            if account is not None and account.role not in allowed:
                raise NotAllowedError(
                    visit.say("problem.role", role=visit.say(f"role.{account.role}"))
                )
            return handler(visit)
        except StopError as error:
            return problem(visit, error)


def _to_sign_in(visit: Visit) -> Response:
    request = visit.request
    if visit.partial:  # htmx would put the page for signing in into a corner of this one
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Refresh": "true"})
    back = request.url.path if request.method == "GET" else "/"
    if request.method == "GET" and request.url.query:
        back += f"?{request.url.query}"
    return RedirectResponse(f"/sign-in?to={quote(back, safe='')}", HTTPStatus.SEE_OTHER)


_STATUS: tuple[tuple[type[StopError], HTTPStatus], ...] = (
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (NotAllowedError, HTTPStatus.FORBIDDEN),
    (InputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (MissingFactsError, HTTPStatus.UNPROCESSABLE_ENTITY),
)


def problem(visit: Visit, error: StopError) -> Response:
    """Return the page that says why something was not done."""
    status = next((s for kind, s in _STATUS if isinstance(error, kind)), HTTPStatus.CONFLICT)
    template = "problem_part.html" if visit.partial else "problem.html"
    return visit.render(template, status=status, message=str(error), code=int(status))


async def not_found(request: Request, error: Exception) -> Response:
    """Return the page for an address that no route has, or not for this method."""
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.NOT_FOUND

    def handler(visit: Visit) -> Response:
        key = "not_found" if status == HTTPStatus.NOT_FOUND else "not_so"
        message = visit.say(f"problem.{key}", path=request.url.path)
        return visit.render("problem.html", status=status, message=message, code=int(status))

    return await run_in_threadpool(_answer, request, FormData(), handler, EVERYBODY, "account")


def language_of(request: Request) -> Language:
    """Return the language that was chosen, else the one that the browser asks for."""
    chosen = request.cookies.get(LANGUAGE, "")
    for language in LANGUAGES:
        if chosen == language:
            return language
    return parse_accepted(request.headers.get("accept-language", ""))
