"""``markhound serve``."""

from __future__ import annotations

import socket
import sys

import click
import uvicorn

from console.authentication import read_passphrase
from console.context import Context, pass_context, people
from console.web.app import make_app
from crawler.accounts import hash_passphrase, parse_name
from crawler.errors import InputError
from crawler.store.accounts import has_accounts, record_account
from crawler.store.database import can_write_beside, now, writing
from crawler.workspace import Workspace

PORT = 8787
_BACKLOG = 2048
"""Connections that wait to be taken, as uvicorn has it."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    default=PORT,
    type=click.IntRange(0, 65535),
    show_default=True,
    help="0 = any that is free.",
)
@pass_context
def serve(context: Context, host: str, port: int) -> None:
    """Open the review console in this workspace, until it is stopped (Ctrl-C).

    Others reach it through a reverse proxy that speaks TLS: docs/how-to/serve-the-console.md.
    """
    workspace = context.workspace
    listening = _listen(host, port)
    _tell_accounts(workspace)
    config = uvicorn.Config(
        make_app(workspace, hosts=[] if host in {"0.0.0.0", "::"} else [host]),  # noqa: S104 (compared, not bound)
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1",
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    at = f"{_shown(host)}:{listening.getsockname()[1]}"
    people().print(f"The console: http://{at}/  (Ctrl-C stops)", markup=False)
    _tell_read_only(workspace)
    server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    :raises InputError: where that cannot be
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        raise InputError(f"cannot listen at {_shown(host)}:{port}: {error}") from error


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _tell_read_only(workspace: Workspace) -> None:
    """Say at once where nothing can be done: SQLite needs files of its own beside the database."""
    if not can_write_beside(workspace.database):
        people().print(
            f"warning: nothing can be written in {workspace.folder}, so the console shows a copy:"
            " pages can be read, nothing can be done, and who signs in is recorded nowhere. Mount"
            " the disk for writing, or give the folder to the user who runs this: it then goes on"
            " by itself.",
            markup=False,
            soft_wrap=True,
        )


def _tell_accounts(workspace: Workspace) -> None:
    """Make the first account at a terminal; elsewhere say how, as nobody could sign in."""
    with workspace.store() as db:
        if has_accounts(db):
            return
        if not sys.stdin.isatty():
            people().print(
                "This workspace has no account, so nobody can sign in. Make the first one:"
                " markhound user add NAME --role admin",
                soft_wrap=True,
            )
            return
        people().print("This workspace has no account yet. The first one is an admin's.")
        name = parse_name(click.prompt("Your name", err=True))
        hashed = hash_passphrase(read_passphrase("A passphrase", None, twice=True), name)
        with writing(db):
            record_account(db, name, "admin", hashed, by=name, at=now())
