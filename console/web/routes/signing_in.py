"""Signing in and out, and the language that is spoken."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from starlette.responses import Response

from console.web.pages import EVERYBODY, LANGUAGE, action, open_page, session_cookie, session_token
from console.web.proving import prove
from console.web.visits import Visit
from console.web.words import LANGUAGES
from crawler.accounts import Account
from crawler.store.accounts import has_accounts
from crawler.store.database import now
from crawler.store.web_sessions import LONGEST, begin_session, end_session

YEAR = timedelta(days=365)


def show_sign_in(visit: Visit) -> Response:
    """Show the page for signing in."""
    if visit.account is not None:
        return visit.redirect("/")
    return _page(visit, "", HTTPStatus.OK)


def _page(visit: Visit, message: str, status: HTTPStatus) -> Response:
    return visit.render(
        "sign_in.html",
        status=status,
        message=message,
        to=own_path(visit.query.get("to", "") or visit.field("to")),
        name=visit.field("name"),
        without=not has_accounts(visit.db),
        folder=visit.workspace.folder.name,
    )


def do_sign_in(visit: Visit) -> Response:
    """Sign in: the passphrase is looked at, and a session begins."""
    name = visit.field("name")
    passphrase = visit.form.get("passphrase")
    account = prove(visit, name, passphrase if isinstance(passphrase, str) else "")
    if isinstance(account, str):
        return _page(visit, account, HTTPStatus.FORBIDDEN)
    return start_session(visit, account, own_path(visit.field("to")))


def start_session(visit: Visit, account: Account, to: str, *, said: str = "") -> Response:
    """Begin a session of somebody who proved to be the account, in this browser."""
    token = begin_session(visit.db, account, at=now())
    answer = visit.redirect(to, said=said)
    answer.set_cookie(
        session_cookie(visit.request),
        token,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=visit.request.url.scheme == "https",
    )
    return answer


def do_sign_out(visit: Visit) -> Response:
    """Sign out: the session ends on the server."""
    assert visit.account is not None
    end_session(visit.db, session_token(visit.request), account=visit.account, at=now())
    answer = visit.redirect("/sign-in")
    answer.delete_cookie(
        session_cookie(visit.request), secure=visit.request.url.scheme == "https", httponly=True
    )
    return answer


def choose_language(visit: Visit) -> Response:
    """Speak another language from now on, in this browser."""
    answer = visit.redirect(own_path(visit.field("to")))
    if (chosen := visit.field("language")) in LANGUAGES:
        answer.set_cookie(
            LANGUAGE, chosen, max_age=int(YEAR.total_seconds()), httponly=True, samesite="lax"
        )
    return answer


def own_path(text: str) -> str:
    """Return an address on this console, ``/`` where the text is none: never another server's."""
    plain = text.startswith("/") and text.isprintable() and text.isascii()
    return text if plain and not text.startswith("//") and "\\" not in text else "/"


ROUTES = (
    open_page("/sign-in", show_sign_in),
    open_page("/sign-in", do_sign_in, method="POST"),
    action("/sign-out", do_sign_out, roles=EVERYBODY),
    open_page("/language", choose_language, method="POST"),
)
