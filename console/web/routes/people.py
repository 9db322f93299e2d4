"""Accounts, as an admin sees and changes them; the same as ``markhound user`` does."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import get_args

from starlette.responses import Response

from console.web.pages import Entry, action, page
from console.web.proving import new_passphrase
from console.web.visits import Visit
from crawler.accounts import LONGEST_PASSPHRASE, SHORTEST_PASSPHRASE, Account, Role, parse_name
from crawler.errors import InputError, NotFoundError, StopError
from crawler.store.accounts import (
    end_tokens,
    find_account,
    find_accounts,
    find_admins,
    find_tokens,
    record_account,
    record_account_change,
)
from crawler.store.database import now, writing
from crawler.store.sign_ins import TRIES, find_tried_accounts, find_tried_addresses
from crawler.store.web_sessions import count_sessions, find_sessions

ADMIN: frozenset[Role] = frozenset({"admin"})
ENTRY = Entry(path="/people", words="people.menu", roles=ADMIN)


def show_people(visit: Visit) -> Response:
    """Show all accounts, and who has to wait after wrong passphrases."""
    return _all(visit)


def _all(visit: Visit, *, wrong: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    at = now()
    accounts = find_accounts(visit.db)
    return visit.render(
        "people.html",
        status=status,
        wrong=wrong,
        accounts=sorted(accounts, key=lambda account: account.disabled),
        names={account.id: account.name for account in accounts},
        sessions=count_sessions(visit.db, at=at),
        tried=find_tried_accounts(visit.db, at=at),
        addresses=find_tried_addresses(visit.db, at=at),
        most_tries=TRIES,
        roles=get_args(Role),
        **_lengths(),
    )


def show_person(visit: Visit) -> Response:
    """Show one account."""
    return _one(visit, _account(visit))


def _one(
    visit: Visit, account: Account, *, wrong: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    at = now()
    return visit.render(
        "person.html",
        status=status,
        wrong=wrong,
        person=account,
        sessions=find_sessions(visit.db, account.id, at=at),
        tokens=find_tokens(visit.db, account.id, at=at),
        tried=find_tried_accounts(visit.db, at=at).get(account.id),
        only_admin=[account.id] == [admin.id for admin in find_admins(visit.db)],
        roles=get_args(Role),
        **_lengths(),
    )


def _lengths() -> dict[str, int]:
    return {"shortest": SHORTEST_PASSPHRASE, "longest": LONGEST_PASSPHRASE}


def _account(visit: Visit) -> Account:
    account = find_account(visit.db, visit.part("account"))
    if account is None:
        raise NotFoundError(visit.say("people.nobody"))
    return account


def _role(visit: Visit) -> Role:
    roles: tuple[Role, ...] = get_args(Role)
    for role in roles:
        if role == visit.field("role"):
            return role
    raise InputError(f"expected one of {', '.join(roles)}, got {visit.field('role')!a:.40}")


def add_person(visit: Visit) -> Response:
    """Make an account."""
    try:
        name, role = parse_name(visit.field("name")), _role(visit)
        hashed = new_passphrase(visit, name)
        with writing(visit.db):
            record_account(visit.db, name, role, hashed, by=visit.actor.name, at=now())
    except InputError as error:
        return _all(visit, wrong=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return visit.redirect("/people", said="account_made")


def change_person(visit: Visit) -> Response:
    """Give an account another name, role, state or passphrase, or end what it has open."""
    account = _account(visit)
    by, at = visit.actor.name, now()
    try:
        match visit.field("what"):
            case "role":
                _change(visit, replace(account, role=_role(visit)))
            case "name":
                _change(visit, replace(account, name=parse_name(visit.field("name"))))
            case "disable":
                _change(visit, replace(account, disabled=True))
            case "enable":
                _change(visit, replace(account, disabled=False))
            case "passphrase":
                _change(visit, account, hashed=new_passphrase(visit, account.name))
            case "end":
                with writing(visit.db):
                    end_tokens(visit.db, account.id, by=by, at=at)
            case other:
                raise InputError(f"expected what is to change, got {other!a:.40}")
    except StopError as error:
        return _one(visit, account, wrong=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return visit.redirect(f"/people/{account.id}", said="saved")


def _change(visit: Visit, changed: Account, *, hashed: str | None = None) -> None:
    with writing(visit.db):
        record_account_change(visit.db, changed, by=visit.actor.name, at=now(), hashed=hashed)


ROUTES = (
    page("/people", show_people, roles=ADMIN),
    action("/people", add_person, roles=ADMIN),
    page("/people/{account}", show_person, roles=ADMIN),
    action("/people/{account}", change_person, roles=ADMIN),
)
