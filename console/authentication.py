"""Who gives a command: an account that proves it, or a name as it is given.

An account proves itself by ``MARKHOUND_TOKEN`` or by its passphrase, which is asked for at the
terminal. A passphrase is never read from the environment or an option, where others can see it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from pathlib import Path

import click
from sqlite_utils import Database

from crawler.accounts import MAY_WRITE, Account, Actor, Role
from crawler.errors import InputError, NotAllowedError
from crawler.store.accounts import has_accounts, load_account, load_token_account, sign_in
from crawler.store.database import now
from crawler.workspace import Workspace

TOKEN = "MARKHOUND_TOKEN"  # noqa: S105 (the variable's name)


def authenticate(
    db: Database, name: str, *, roles: Collection[Role] = MAY_WRITE, otherwise: str = ""
) -> Actor:
    """Return who acts; before the command's own transaction.

    In a workspace without accounts the name is taken as given. Else it must be an account, which
    proves itself; with a token, ``name`` may be empty.

    :param otherwise: the name in a workspace without accounts where none was given
    :raises InputError: when there is no name
    :raises NotAllowedError: when it is not proved, or none of ``roles``
    """
    given = name.strip()
    if not has_accounts(db):
        given = given or otherwise
        if not given:
            raise InputError("expected the name of who does it (--by NAME), got none")
        return Actor(name=given)
    account = _prove(db, given)
    if account.role not in roles:
        allowed = ", ".join(sorted(roles))
        raise NotAllowedError(f"{account.name} is {account.role}; this needs one of: {allowed}")
    return Actor(name=account.name, account=account)


def named_actor(workspace: Workspace, db: Database, name: str) -> Actor:
    """Return who acts, as ``authenticate`` does; the sender of the settings where none is named."""
    return authenticate(db, name, otherwise=workspace.config.sender.name or "not named")


def _prove(db: Database, name: str) -> Account:
    token = os.environ.get(TOKEN, "").strip()
    if not token:
        if not name:
            raise InputError("this workspace has accounts; expected --by NAME, got none")
        account = load_account(db, name)
        if not sys.stdin.isatty():
            raise NotAllowedError(
                f"{account.name} is an account and must prove it: set {TOKEN}"
                f" (`markhound user token` makes one), or give the command at a terminal"
            )
        return sign_in(db, name, _ask(f"Passphrase of {account.name}"), at=now())
    account = load_token_account(db, token, at=now())
    if name and load_account(db, name).id != account.id:
        raise NotAllowedError(f"{TOKEN} is a token of {account.name}, not of {name}")
    return account


def read_passphrase(prompt: str, file: Path | None, *, twice: bool = False) -> str:
    """Return a passphrase: the first line of the file, from the terminal, or one line of stdin.

    :param twice: whether a terminal is asked twice, for a new one
    :raises InputError: when the file cannot be read, or there is no line
    """
    if file is not None:
        try:
            with file.open(encoding="utf-8") as lines:
                line = lines.readline()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"cannot read a passphrase from {file}: {error}") from error
    elif sys.stdin.isatty():
        return _ask(prompt, twice=twice)
    else:
        line = sys.stdin.readline()
    passphrase = line.rstrip("\r\n")
    if not passphrase:
        raise InputError("expected a passphrase on one line, got nothing")
    return passphrase


def _ask(prompt: str, *, twice: bool = False) -> str:
    asked: str = click.prompt(
        prompt, hide_input=True, confirmation_prompt="Once more" if twice else False, err=True
    )
    return asked
