"""From a handler of one page to a route: who may come, in whose name, with which database."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal, get_args
from urllib.parse import quote

from sqlite_utils import Database
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from console.web.faults import RETRY_AFTER, Fault, fault_of
from console.web.metrics import ROUTE
from console.web.stores import Stores
from console.web.visits import Visit
from console.web.words import LANGUAGES, parse_accepted
from crawler.accounts import MAY_WRITE, Account, Role
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
WITHOUT_WRITING = frozenset({"/sign-in", "/sign-out", "/language"})
"""What is done on a read-only disk too: it concerns the session alone."""
LARGEST_OF_STRANGERS = 64 * 2**10
"""Bytes of a form that somebody may send who is not signed in."""
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
        request.scope[ROUTE] = path
        return await _respond(request, handler, allowed, door, with_form=method == "POST")

    way = Way(path, answer, methods=[method])
    way.roles = allowed
    return way


async def _respond(
    request: Request, handler: Handler, allowed: frozenset[Role], door: Door, *, with_form: bool
) -> Response:
    """Answer a request; where the machine is in the way, by a page that says so."""
    try:
        form = await _read_form(request, allowed, door) if with_form else FormData()
        try:
            return await run_in_threadpool(_answer, request, form, handler, allowed, door)
        finally:
            await form.close()
    except ClientDisconnect:
        return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it
    except HTTPException as error:
        fault = Fault(words="form", status=HTTPStatus(error.status_code), why=error.detail)
    except Exception as error:  # noqa: BLE001 (whatever it is, a page tells it, the log keeps it)
        fault = fault_of(error)
    return await run_in_threadpool(_tell, request, fault)


async def _read_form(request: Request, allowed: frozenset[Role], door: Door) -> FormData:
    """Read the form of somebody who may send it; of others none, of strangers a small one.

    What is sent along is kept on the disk or in memory while it is read: for nobody that is a
    stranger here, or has another role.

    :raises HTTPException: when it is too large, or no form
    """
    if door == "stranger":
        if int(request.headers["content-length"]) > LARGEST_OF_STRANGERS:
            detail = f"expected at most {LARGEST_OF_STRANGERS} bytes"
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
    elif not await run_in_threadpool(_may_send, request, allowed):
        return FormData()
    try:
        form = await request.form()
        for name, value in form.multi_items():
            text = name + (value if isinstance(value, str) else value.filename or "")
            text.encode()  # a charset that no browser names makes letters that no file can hold
            if "\0" in text:
                raise UnicodeError
    except UnicodeError as error:
        detail = "expected text as a browser sends it"
        raise HTTPException(HTTPStatus.BAD_REQUEST, detail) from error
    return form


def _may_send(request: Request, allowed: frozenset[Role]) -> bool:
    stores: Stores = request.app.state.stores
    with stores.borrow() as db:
        account = _session_account(request, db)
    return account is not None and account.role in allowed


def _session_account(request: Request, db: Database) -> Account | None:
    token = session_token(request)
    return find_session_account(db, token, at=now()) if token else None


def session_cookie(request: Request) -> str:
    """Return the name of the session's cookie.

    Over TLS it begins with ``__Host-``: browsers then take it from this host alone, and never from
    a neighbour under the same domain or from plain HTTP (RFC 6265bis, 4.1.3.2).
    """
    return f"__Host-{SESSION}" if request.url.scheme == "https" else SESSION


def session_token(request: Request) -> str:
    """Return the token of the session that the browser sent; empty where it sent none."""
    return request.cookies.get(session_cookie(request), "")


def _tell(request: Request, fault: Fault) -> Response:
    """Return the page that tells a fault; it asks nothing of the database, which may be the one."""
    visit = Visit(
        request=request,
        workspace=request.app.state.workspace,
        db=Database(memory=True),
        account=None,
        language=language_of(request),
    )
    message = visit.say(f"problem.{fault.words}", why=fault.why)
    template = "problem_part.html" if visit.partial else "problem.html"
    answer = visit.render(template, status=fault.status, message=message, code=int(fault.status))
    visit.db.close()
    if fault.status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["retry-after"] = RETRY_AFTER
    return answer


def _answer(
    request: Request, form: FormData, handler: Handler, allowed: frozenset[Role], door: Door
) -> Response:
    stores: Stores = request.app.state.stores
    workspace: Workspace = request.app.state.workspace
    with stores.borrow() as db:
        account = _session_account(request, db)
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
            if request.method == "POST" and stores.reads_copy and not _stays(request):
                raise ReadOnlyError(visit.say("problem.read_only"))
            if account is not None and account.role not in allowed:
                raise NotAllowedError(
                    visit.say("problem.role", role=visit.say(f"role.{account.role}"))
                )
            return handler(visit)
        except StopError as error:
            return problem(visit, error)


def _stays(request: Request) -> bool:
    return request.scope[ROUTE] in WITHOUT_WRITING


def _to_sign_in(visit: Visit) -> Response:
    request = visit.request
    if visit.partial:  # htmx would put the page for signing in into a corner of this one
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Refresh": "true"})
    back = request.url.path if request.method == "GET" else "/"
    if request.method == "GET" and request.url.query:
        back += f"?{request.url.query}"
    return RedirectResponse(f"/sign-in?to={quote(back, safe='')}", HTTPStatus.SEE_OTHER)


class ReadOnlyError(StopError):
    """The workspace's disk is read-only: pages can be looked at, and nothing can be done."""


_STATUS: tuple[tuple[type[StopError], HTTPStatus], ...] = (
    (ReadOnlyError, HTTPStatus.INSUFFICIENT_STORAGE),
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

    return await _respond(request, handler, EVERYBODY, "account", with_form=False)


def language_of(request: Request) -> Language:
    """Return the language that was chosen, else the one that the browser asks for."""
    chosen = request.cookies.get(LANGUAGE, "")
    for language in LANGUAGES:
        if chosen == language:
            return language
    return parse_accepted(request.headers.get("accept-language", ""))
