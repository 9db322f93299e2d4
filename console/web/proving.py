"""Proving to be an account by its passphrase, for signing in and for what needs it once more."""

from __future__ import annotations

import threading

from console.web.visits import Visit
from crawler.accounts import Account, hash_passphrase, is_passphrase, parse_name
from crawler.errors import InputError, NotAllowedError, NotFoundError
from crawler.store.accounts import load_account, sign_in
from crawler.store.database import now
from crawler.store.sign_ins import begin_try, take_back

_AT_ONCE = threading.Semaphore(2)
"""Passphrases that are hashed at one time: each takes 64 MiB and a third of a second."""
_PATIENCE = 10.0
"""Seconds that one waits for those before it; the threads of all pages would wait with it."""
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$bm9ib2R5IGhhcyB0aGlz$"
    "PWCFxGAWoJPqUJIMMRtBzjuZXPRRHsq8Bp8S1bpQeeM"
)
"""A hash that is looked at where no account has the name, so that both take as long."""


def prove(visit: Visit, name: str, passphrase: str) -> Account | str:
    """Return the account, or why it was not proved: the same words for all that is wrong."""
    client = visit.request.client
    try:
        number = begin_try(visit.db, client.host if client else "", at=now())
    except NotAllowedError:
        return visit.say("sign_in.held")
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        return visit.say("sign_in.busy")
    try:
        account = _look(visit, name, passphrase)
    finally:
        _AT_ONCE.release()
    if isinstance(account, Account):
        take_back(visit.db, number)
    return account


def _look(visit: Visit, name: str, passphrase: str) -> Account | str:
    try:
        load_account(visit.db, parse_name(name))
    except (NotFoundError, InputError):
        is_passphrase(_NOBODY, passphrase)
        return visit.say("sign_in.wrong")
    try:
        return sign_in(visit.db, name, passphrase, at=now())
    except NotAllowedError as error:
        waits = "wrong passphrases in a row" in str(error)
        return visit.say("sign_in.wait" if waits else "sign_in.wrong")


def new_passphrase(visit: Visit, name: str) -> str:
    """Return the hash of the passphrase that was typed twice into the form.

    :raises InputError: when both differ, or it is refused
    """
    new, again = visit.form.get("new"), visit.form.get("again")
    if not isinstance(new, str) or new != again:
        raise InputError(visit.say("account.differ"))
    with _AT_ONCE:
        return hash_passphrase(new, name)
