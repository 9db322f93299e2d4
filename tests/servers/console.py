"""The console for tests: its accounts, a client that is signed in, and a server with a port."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import uvicorn
from starlette.testclient import TestClient

from console.web.app import make_app
from console.web.pages import LANGUAGE, SESSION
from crawler.accounts import Account, Role, hash_passphrase
from crawler.store.accounts import find_accounts, record_account
from crawler.store.database import now, writing
from crawler.store.web_sessions import begin_session
from crawler.workspace import Workspace
from matchers.wording import Language

PASSPHRASE = "seven green herons at dusk"
BASE = "http://127.0.0.1"


@cache
def _hashed() -> str:
    return hash_passphrase(PASSPHRASE, "nobody")


def an_account(workspace: Workspace, name: str, role: Role = "analyst") -> Account:
    """Return the account of that name, made if need be; its passphrase is ``PASSPHRASE``."""
    with workspace.store() as db:
        for account in find_accounts(db):
            if account.name == name:
                return account
        with writing(db):
            return record_account(db, name, role, _hashed(), by="admin", at=now())


def session_of(workspace: Workspace, account: Account) -> str:
    """Return the token of a new session, without asking for the passphrase."""
    with workspace.store() as db:
        return begin_session(db, account, at=now())


@contextmanager
def signed_in(
    workspace: Workspace,
    name: str = "李伟",
    role: Role = "analyst",
    language: Language = "en",
) -> Iterator[TestClient]:
    """Return a client of the console as a browser of that account's would be."""
    token = session_of(workspace, an_account(workspace, name, role))
    with TestClient(
        make_app(workspace),
        base_url=BASE,
        headers={"sec-fetch-site": "same-origin"},
        cookies={SESSION: token, LANGUAGE: language},
    ) as client:
        yield client


@contextmanager
def serving(workspace: Workspace) -> Iterator[str]:
    """Serve the console at a free port; return its address."""
    config = uvicorn.Config(make_app(workspace), port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the console did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
