"""``markhound user``: accounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import get_args

import click
from sqlite_utils import Database

from console.authentication import authenticate, read_passphrase
from console.context import Context, json_option, pass_context, people, print_json
from console.text import clean, print_rows
from crawler.accounts import Account, Actor, Role, hash_passphrase, parse_name
from crawler.store.accounts import (
    end_tokens,
    find_accounts,
    find_admins,
    load_account,
    record_account,
    record_account_change,
    record_token,
    sign_in,
)
from crawler.store.database import now, writing

LONGEST_TOKEN = 366
"""Days."""

BY = click.option(
    "--by", default="", help="The admin who does it; not needed while there is no admin."
)
PASSPHRASE_FILE = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Take the passphrase from the first line of this file.",
)
ROLE = click.Choice(get_args(Role))


@click.group()
def user() -> None:
    """Accounts: who may judge, draft and approve here."""


@user.command()
@click.argument("name")
@click.option("--role", type=ROLE, required=True, help="What the account may do.")
@BY
@PASSPHRASE_FILE
@json_option
@pass_context
def add(
    context: Context,
    name: str,
    role: Role,
    by: str,
    passphrase_file: Path | None,
    *,
    as_json: bool,
) -> None:
    """Make an account; from the first one on, judging, drafting and approving need one."""
    with context.workspace.store() as db:
        name = parse_name(name)
        admin = _admin(db, by)
        passphrase = read_passphrase(f"Passphrase of {name}", passphrase_file, twice=True)
        hashed = hash_passphrase(passphrase, name)
        with writing(db):
            maker = admin.name if admin else f"{name} (not authenticated)"
            account = record_account(db, name, role, hashed, by=maker, at=now())
        without_admin = not find_admins(db)
    if as_json:
        print_json(account, keep_empty=True)
    _tell(f"Account {account.name} made, role {role}")
    if without_admin:
        _tell(
            "There is no admin yet, so anyone who holds this workspace may make accounts:"
            " markhound user add NAME --role admin"
        )


@user.command("list")
@json_option
@pass_context
def list_users(context: Context, *, as_json: bool) -> None:
    """List the accounts."""
    with context.workspace.store() as db:
        accounts = find_accounts(db)
    if as_json:
        for account in accounts:
            print_json(account, keep_empty=True)
        return
    rows = [
        (a.name, a.role, "disabled" if a.disabled else "active", f"{a.made_at:%Y-%m-%d %H:%M}")
        for a in accounts
    ]
    print_rows(("name", "role", "state", "made"), rows, "No accounts yet: markhound user add NAME")


@user.command()
@click.argument("name")
@click.option("--role", type=ROLE, help="The role from now on.")
@click.option("--name", "new_name", help="The name from now on.")
@BY
@pass_context
def change(context: Context, name: str, role: Role | None, new_name: str | None, by: str) -> None:
    """Give an account another role or name; what it did stays its own."""
    if role is None and new_name is None:
        raise click.UsageError("nothing to change: expected --role or --name")
    with context.workspace.store() as db:
        account = load_account(db, name)
        changed = replace(
            account, role=role or account.role, name=parse_name(new_name or account.name)
        )
        _change(db, changed, by)
    _tell(f"Account {account.name}: now {changed.name}, role {changed.role}")


@user.command()
@click.argument("name")
@BY
@pass_context
def disable(context: Context, name: str, by: str) -> None:
    """End an account: it can do nothing from now on, and its tokens end; what it did stays."""
    with context.workspace.store() as db:
        account = load_account(db, name)
        _change(db, replace(account, disabled=True), by)
    _tell(f"Account {account.name} disabled")


@user.command()
@click.argument("name")
@BY
@pass_context
def enable(context: Context, name: str, by: str) -> None:
    """Let a disabled account act again, with the passphrase it had; its tokens have ended."""
    with context.workspace.store() as db:
        account = load_account(db, name)
        _change(db, replace(account, disabled=False), by)
    _tell(f"Account {account.name} enabled")


@user.command()
@click.argument("name")
@click.option("--by", default="", help="The admin who does it, when it is not the account itself.")
@PASSPHRASE_FILE
@pass_context
def passphrase(context: Context, name: str, by: str, passphrase_file: Path | None) -> None:
    """Give an account a new passphrase; its tokens end.

    The account itself gives its old one first; an admin (--by) does without.
    """
    with context.workspace.store() as db:
        account = load_account(db, name)
        actor = _own(db, account) if by.strip() in ("", account.name) else _admin(db, by)
        new = read_passphrase(f"New passphrase of {account.name}", passphrase_file, twice=True)
        hashed = hash_passphrase(new, account.name)
        with writing(db):
            record_account_change(db, account, by=_name_of(actor), at=now(), hashed=hashed)
    _tell(f"{account.name} has a new passphrase; tokens of before have ended")


@user.command()
@click.argument("name")
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST_TOKEN),
    default=90,
    show_default=True,
    help="How long it works.",
)
@click.option("--end", is_flag=True, help="End all tokens of the account instead.")
@PASSPHRASE_FILE
@pass_context
def token(
    context: Context, name: str, days: int, passphrase_file: Path | None, *, end: bool
) -> None:
    """Print a token for MARKHOUND_TOKEN, once; it needs the account's own passphrase."""
    with context.workspace.store() as db:
        account = load_account(db, name)
        given = read_passphrase(f"Passphrase of {account.name}", passphrase_file)
        sign_in(db, account.name, given, at=now())
        at = now()
        with writing(db):
            if end:
                count = end_tokens(db, account.id, by=account.name, at=at)
            else:
                expires_at = at + timedelta(days=days)
                made = record_token(db, account, expires_at=expires_at, by=account.name, at=at)
    if end:
        _tell(f"{count} tokens of {account.name} ended")
    else:
        click.echo(made)
        _tell(f"A token of {account.name} until {expires_at:%Y-%m-%d}; it is not shown again")


def _admin(db: Database, by: str) -> Actor | None:
    """Return the admin who acts; None while there is none and nobody is named."""
    if by.strip() or find_admins(db):
        return authenticate(db, by, roles={"admin"})
    return None


def _own(db: Database, account: Account) -> Actor:
    """Return the account once it gave its passphrase; a token, which may be lost, is not enough."""
    given = read_passphrase(f"Passphrase of {account.name}", None)
    return Actor(name=account.name, account=sign_in(db, account.name, given, at=now()))


def _change(db: Database, changed: Account, by: str) -> None:
    admin = _admin(db, by)
    with writing(db):
        record_account_change(db, changed, by=_name_of(admin), at=now())


def _name_of(actor: Actor | None) -> str:
    return actor.name if actor else "not authenticated"


def _tell(text: str) -> None:
    people().print(clean(text), markup=False, soft_wrap=True)
