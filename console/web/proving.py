"""Proving to be an account by its passphrase, for signing in and for what needs it once more."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime

from console.web.visits import Visit
from crawler.accounts import Account, hash_passphrase, is_passphrase, parse_name
from crawler.errors import InputError, NotAllowedError, NotFoundError
from crawler.store.accounts import load_account, sign_in, wait_after
from crawler.store.database import now
from crawler.store.sign_ins import begin_try, take_back

_AT_ONCE = threading.Semaphore(2)
"""Passphrases that are hashed at one time: each takes 64 MiB and a third of a second."""
_PATIENCE = 10.0
"""Seconds that one waits for those before it."""
_PLACES = threading.Semaphore(8)
"""How many may be at it or wait: each has one of the threads that all pages share."""
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$bm9ib2R5IGhhcyB0aGlz$"
    "PWCFxGAWoJPqUJIMMRtBzjuZXPRRHsq8Bp8S1bpQeeM"
)
"""A hash that is looked at where no account has the name, so that both take as long."""
_MOST_NAMES = 2000


class UnknownNames:
    """How often a passphrase was tried for names that no open account has, the last ones.

    These have to wait as accounts have; else who has to wait would tell that there is one.
    """

    def __init__(self) -> None:
        self._tried: OrderedDict[str, tuple[int, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def has_to_wait(self, name: str, at: datetime) -> bool:
        """Tell whether it is too early for a try, and count it where it is not."""
        with self._lock:
            tries, last = self._tried.get(name, (0, at))
            if at < last + wait_after(tries):
                return True
            self._tried[name] = (tries + 1, at)
            self._tried.move_to_end(name)
            while len(self._tried) > _MOST_NAMES:
                self._tried.popitem(last=False)
            return False


def prove(visit: Visit, name: str, passphrase: str) -> Account | str:
    """Return the account, or why it was not proved: the same words for all that is wrong."""
    client = visit.request.client
    try:
        number = begin_try(visit.db, client.host if client else "", at=now())
    except NotAllowedError:
        return visit.say("sign_in.held")
    if not _PLACES.acquire(blocking=False):
        take_back(visit.db, number)
        return visit.say("sign_in.busy")
    try:
        account = _in_turn(visit, name, passphrase)
    finally:
        _PLACES.release()
    if account is None:
        take_back(visit.db, number)
        return visit.say("sign_in.busy")
    if isinstance(account, Account):
        take_back(visit.db, number)
    return account


def _in_turn(visit: Visit, name: str, passphrase: str) -> Account | str | None:
    """Return what ``_look`` does when it is this one's turn; None when that takes too long."""
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        return None
    try:
        return _look(visit, name, passphrase)
    finally:
        _AT_ONCE.release()


def _look(visit: Visit, name: str, passphrase: str) -> Account | str:
    if not _is_open(visit, name):
        unknown: UnknownNames = visit.request.app.state.unknown_names
        if unknown.has_to_wait(name, now()):
            return visit.say("sign_in.wait")
        is_passphrase(_NOBODY, passphrase)
        return visit.say("sign_in.wrong")
    try:
        return sign_in(visit.db, name, passphrase, at=now())
    except NotAllowedError as error:
        waits = "wrong passphrases in a row" in str(error)
        return visit.say("sign_in.wait" if waits else "sign_in.wrong")


def _is_open(visit: Visit, name: str) -> bool:
    try:
        return not load_account(visit.db, parse_name(name)).disabled
    except (NotFoundError, InputError):
        return False


def new_passphrase(visit: Visit, name: str) -> str:
    """Return the hash of the passphrase that was typed twice into the form.

    :raises InputError: when both differ, or it is refused
    """
    new, again = visit.form.get("new"), visit.form.get("again")
    if not isinstance(new, str) or new != again:
        raise InputError(visit.say("account.differ"))
    with _AT_ONCE:
        return hash_passphrase(new, name)
