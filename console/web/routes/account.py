"""What belongs to oneself: passphrase, keys, time zone, sessions and tokens."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import get_args
from zoneinfo import available_timezones

from starlette.responses import Response

from console.web.keys import ACTIONS, parse_keys
from console.web.pages import EVERYBODY, action, page, session_token
from console.web.proving import new_passphrase, prove
from console.web.routes.signing_in import start_session
from console.web.visits import Visit
from crawler.accounts import LONGEST_PASSPHRASE, SHORTEST_PASSPHRASE, Account
from crawler.errors import InputError, NotAllowedError
from crawler.store.accounts import end_token, find_tokens, record_account_change
from crawler.store.database import now, writing
from crawler.store.preferences import KeyMode, Preferences, record_preferences
from crawler.store.web_sessions import end_sessions, find_sessions, session_id

PATH = "/account"
_OFTEN = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Tokyo", "Europe/Rome", "UTC")
_ALL = tuple(ACTIONS)
_COLUMNS = (_ALL[: len(_ALL) // 2 + 1], _ALL[len(_ALL) // 2 + 1 :])


def own(visit: Visit) -> Account:
    """Return the account of the visit."""
    assert visit.account is not None
    return visit.account


def show_account(visit: Visit) -> Response:
    """Show what belongs to oneself."""
    return _page(visit)


def _page(
    visit: Visit, *, wrong: str = "", at: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """:param at: the part of the page to which ``wrong`` belongs"""
    preferences = visit.preferences
    typed = {name: visit.field(f"key-{name}") for name in ACTIONS} if at == "keys" else {}
    return visit.render(
        "account.html",
        status=status,
        wrong=wrong,
        wrong_at=at,
        columns=_COLUMNS,
        chosen=typed or {n: preferences.keys.get(n, key) for n, key in ACTIONS.items()},
        modes=get_args(KeyMode),
        zones=_OFTEN,
        shortest=SHORTEST_PASSPHRASE,
        sessions=find_sessions(visit.db, own(visit).id, at=now()),
        this=session_id(session_token(visit.request)),
        tokens=find_tokens(visit.db, own(visit).id, at=now()),
        longest=LONGEST_PASSPHRASE,
    )


def change_passphrase(visit: Visit) -> Response:
    """Change the own passphrase: the old one is asked for, and whatever was open ends."""
    account, old = own(visit), visit.form.get("old")
    proved = prove(visit, account.name, old if isinstance(old, str) else "")
    if isinstance(proved, str):
        words = visit.say("account.wrong") if proved == visit.say("sign_in.wrong") else proved
        return _page(visit, wrong=words, at="passphrase", status=HTTPStatus.FORBIDDEN)
    try:
        hashed = new_passphrase(visit, account.name)
    except InputError as error:
        return _refused(visit, error, "passphrase")
    with writing(visit.db):
        record_account_change(visit.db, account, by=account.name, at=now(), hashed=hashed)
    return start_session(visit, account, PATH, said="new_passphrase")


def change_keys(visit: Visit) -> Response:
    """Change the own keys, or how they work."""
    modes: tuple[KeyMode, ...] = get_args(KeyMode)
    mode = next((mode for mode in modes if mode == visit.field("mode")), None)
    if mode is None:
        raise InputError(f"expected one of {', '.join(modes)}, got {visit.field('mode')!a:.40}")
    given = {} if visit.field("reset") else {n: visit.field(f"key-{n}") for n in ACTIONS}
    try:
        keys = parse_keys(given, visit.language)
    except InputError as error:
        return _refused(visit, error, "keys")
    return _keep(visit, replace(visit.preferences, key_mode=mode, keys=keys))


def change_zone(visit: Visit) -> Response:
    """Change the time zone in which one sees times."""
    zone = visit.field("zone")
    if zone and zone not in available_timezones():
        error = InputError(visit.say("account.no_zone", zone=ascii(zone)[:60]))
        return _refused(visit, error, "zone")
    return _keep(visit, replace(visit.preferences, time_zone=zone))


def _keep(visit: Visit, preferences: Preferences) -> Response:
    record_preferences(visit.db, own(visit), preferences, at=now())
    return visit.redirect(PATH, said="saved")


def _refused(visit: Visit, error: InputError, at: str) -> Response:
    return _page(visit, wrong=str(error), at=at, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def end_own_sessions(visit: Visit) -> Response:
    """End one of the own sessions, or all but this one."""
    account, token = own(visit), session_token(visit.request)
    session = visit.field("session")
    if not session and visit.field("which") != "others":
        raise InputError(visit.say("account.which"))
    if session and session == session_id(token):
        raise NotAllowedError(visit.say("account.this_one"))
    end_sessions(visit.db, account, by=account.name, at=now(), session=session, keep=token)
    return visit.redirect(PATH, said="ended")


def end_own_token(visit: Visit) -> Response:
    """End one of the own tokens."""
    account = own(visit)
    with writing(visit.db):
        end_token(visit.db, account, visit.field("token"), by=account.name, at=now())
    return visit.redirect(PATH, said="ended")


ROUTES = (
    page(PATH, show_account),
    action("/account/passphrase", change_passphrase, roles=EVERYBODY),
    action("/account/keys", change_keys, roles=EVERYBODY),
    action("/account/zone", change_zone, roles=EVERYBODY),
    action("/account/sessions", end_own_sessions, roles=EVERYBODY),
    action("/account/tokens", end_own_token, roles=EVERYBODY),
)
