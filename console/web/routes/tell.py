"""The page on which everybody can give a tip, without an account; off unless the settings say so.

It shows nothing of the workspace but who runs it. Whoever has the receipt of a tip is told what
came of it, in one sentence, once a person has said that it is told; until then nothing but that it
came. Else sellers could tell of their own pages, and see how far we are. How often it can be used
is limited by address, which is kept in memory alone, and in all.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from console.web.pages import open_page
from console.web.routes.tips import lead_of
from console.web.visits import Visit
from crawler.accounts import Actor
from crawler.errors import InputError, NotFoundError
from crawler.store.database import now, writing
from crawler.store.sign_ins import address_group
from crawler.store.tip_states import find_tip_status
from crawler.store.tips import count_by_form, load_tip, record_tip
from crawler.tips import KINDS, LONGEST_CONTACT, LONGEST_URL, LONGEST_WORDS
from pipelines.tips.words import kind_words, outcome_words

PATH = "/tell"
ANYBODY = Actor(name="-")
"""Who gives tips on this page, as records have it."""
HOUR = timedelta(hours=1)
LOOKS_AN_HOUR = 60
"""Receipts that one address may ask for."""
_MOST_ADDRESSES = 10_000


class Turns:
    """How often addresses did something within the last hour; the oldest are forgotten."""

    def __init__(self) -> None:
        self._taken: OrderedDict[tuple[str, str], deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, what: str, address: str, most: int, at: datetime) -> bool:
        """Count one more, and tell whether it is within ``most`` an hour."""
        with self._lock:
            taken = self._taken.setdefault((what, address), deque())
            self._taken.move_to_end((what, address))
            while len(self._taken) > _MOST_ADDRESSES:
                self._taken.popitem(last=False)
            while taken and taken[0] <= at - HOUR:
                taken.popleft()
            if len(taken) >= most:
                return False
            taken.append(at)
            return True


def show_form(visit: Visit) -> Response:
    """Show the form, where the settings have one."""
    return _closed(visit) or _page(visit)


def _closed(visit: Visit) -> Response | None:
    """Return what a stranger meets where there is no such page: the way to sign in."""
    if visit.workspace.config.tips.form:
        return None
    if visit.account is None:
        return RedirectResponse("/sign-in?to=%2F", HTTPStatus.SEE_OTHER)
    raise NotFoundError(visit.say("problem.not_found", path=visit.request.url.path))


def _page(visit: Visit, *, wrong: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    sender = visit.workspace.config.sender
    return visit.render(
        "tell.html",
        status=status,
        wrong=wrong,
        office=sender.organisation or sender.name or "",
        email=sender.email or "",
        kinds=KINDS,
        kind_words=kind_words,
        most=(LONGEST_URL, LONGEST_WORDS, LONGEST_CONTACT),
    )


def do_tell(visit: Visit) -> Response:
    """Take in what somebody tells; the answer leads to the page of its receipt."""
    if closed := _closed(visit):
        return closed
    config, at = visit.workspace.config.tips, now()
    try:
        lead = lead_of(visit)
        if not _take(visit, "tell", config.per_address_per_hour, at):
            return _page(visit, wrong=visit.say("tell.too_many"), status=_TOO_MANY)
        with writing(visit.db):
            full = count_by_form(visit.db, at - HOUR) >= config.per_hour
            tip = None if full else record_tip(visit.db, lead, ANYBODY, way="form", at=at)
    except InputError as error:
        return _page(visit, wrong=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if tip is None:
        return _page(visit, wrong=visit.say("tell.full"), status=_TOO_MANY)
    return RedirectResponse(f"{PATH}/{tip.id}", HTTPStatus.SEE_OTHER)


_TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS


def _take(visit: Visit, what: str, most: int, at: datetime) -> bool:
    turns: Turns = visit.request.app.state.turns
    client = visit.request.client
    return turns.take(what, address_group(client.host if client else ""), most, at)


def show_receipt(visit: Visit) -> Response:
    """Tell whoever has a receipt what became of the tip; nothing else of it, nor of others."""
    if closed := _closed(visit):
        return closed
    if not _take(visit, "look", LOOKS_AN_HOUR, now()):
        return _page(visit, wrong=visit.say("tell.too_many"), status=_TOO_MANY)
    try:
        tip = load_tip(visit.db, visit.part("receipt"))
    except NotFoundError:
        wrong = visit.say("tell.no_receipt")
        return _page(visit, wrong=wrong, status=HTTPStatus.NOT_FOUND)
    status = find_tip_status(visit.db, tip)
    told = visit.say("tell.in_work")
    if status.answered_state is not None:
        told = outcome_words(replace(status, state=status.answered_state), visit.language)
    return visit.render("told.html", tip=tip, told=told)


def ask_receipt(visit: Visit) -> Response:
    """Lead from the field for a receipt to its page."""
    receipt = visit.query.get("receipt", "").strip()
    plain = receipt.isascii() and receipt.replace("-", "").isalnum() and len(receipt) <= 40
    return RedirectResponse(f"{PATH}/{receipt if plain else 'none'}", HTTPStatus.SEE_OTHER)


ROUTES = (
    open_page(PATH, show_form),
    open_page(PATH, do_tell, method="POST"),
    open_page(f"{PATH}/receipt", ask_receipt),
    open_page(f"{PATH}/{{receipt}}", show_receipt),
)
