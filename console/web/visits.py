"""One request of somebody who signed in, and the answers that a page may give."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlite_utils import Database
from starlette.datastructures import FormData, QueryParams, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console.web.keys import action_words, key_map
from console.web.templating import render
from console.web.words import load_words, say
from crawler.accounts import MAY_APPROVE, MAY_WRITE, Account, Actor
from crawler.errors import InputError
from crawler.store.preferences import Preferences, find_preferences
from crawler.workspace import Workspace
from matchers.wording import Language

STATIC = Path(__file__).parent / "static"
LONGEST_FIELD = 20_000
"""Characters of a field, unless its page says more: whatever is kept is shown on later pages."""
LONGEST_NUMBER = 15
"""Digits that are read as a number: the store's have at most 18, Python's own limit is 4,300."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Visit:
    """One request: who asks, in which language, for what, and with which database."""

    request: Request
    workspace: Workspace
    db: Database
    """Lent for the length of the request."""
    account: Account | None
    """None on the pages that strangers see."""
    language: Language
    form: FormData = field(default_factory=FormData)
    """Of a POST; empty otherwise."""

    @property
    def actor(self) -> Actor:
        """Who does what this request asks for, proved by the session."""
        assert self.account is not None
        return Actor(name=self.account.name, account=self.account)

    @property
    def query(self) -> QueryParams:
        """What stands behind the ``?``."""
        return self.request.query_params

    def part(self, name: str) -> str:
        """Return a part of the path, as the route names it."""
        return str(self.request.path_params[name])

    def field(self, name: str, default: str = "", *, most: int = LONGEST_FIELD) -> str:
        """Return a field of the form, without spaces around it; ``default`` where it is missing.

        :raises InputError: when it is longer than ``most`` characters
        """
        value = self.form.get(name)
        if not isinstance(value, str):
            return default
        if len(value) > most:
            got, expected = f"{len(value):,}", f"{most:,}"
            raise InputError(self.say("problem.too_long", name=name, got=got, most=expected))
        return value.strip()

    def fields(self, name: str) -> list[str]:
        """Return all values of a field of the form (boxes that are ticked)."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def number(self, name: str, default: int) -> int:
        """Return a whole number of the address; ``default`` where it is none."""
        return parse_number(self.query.get(name, ""), default)

    def file(self, name: str) -> UploadFile | None:
        """Return a file of the form; None where none was chosen."""
        value = self.form.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    @cached_property
    def partial(self) -> bool:
        """Whether htmx asks, which puts the answer into the page that is there."""
        return self.request.headers.get("hx-request") == "true"

    @cached_property
    def preferences(self) -> Preferences:
        """What the account prefers; how things come, for a stranger."""
        if self.account is None:
            return Preferences()
        return find_preferences(self.db, self.account.id)

    def say(self, key: str, **values: object) -> str:
        """Return the words of a key in the language of the visit."""
        return say(key, self.language, **values)

    def render(
        self, template: str, *, status: int = HTTPStatus.OK, **values: object
    ) -> HTMLResponse:
        """Return a page made from a template of ``console/web/templates``.

        Templates have ``t`` (words by key), ``visit``, ``account``, ``language``, ``may_write``
        and the filters of ``console.web.templating``.
        """
        said = self.query.get("said", "")
        context: dict[str, object] = {
            "visit": self,
            "account": self.account,
            "language": self.language,
            "t": self.say,
            "may_write": self.account is not None and self.account.role in MAY_WRITE,
            "may_approve": self.account is not None
            and any(self.account.role in roles for roles in MAY_APPROVE.values()),
            "said": self.say(f"said.{said}") if f"said.{said}" in load_words() else "",
            "read_only": self.request.app.state.stores.reads_copy,
            "path": self.request.url.path,
            "static": static_url,
            "zone": self.preferences.time_zone or self.workspace.config.console.time_zone,
            "keys": key_map(self.preferences) if self.account is not None else {},
            "action_words": action_words,
        }
        return HTMLResponse(render(template, context | values), status)

    def redirect(self, url: str, *, said: str = "", **query: str) -> Response:
        """Return the way to another page of the console, after something was done.

        :param said: key of ``phrases/said.toml`` that tells there what was done
        """
        query = ({"said": said} if said else {}) | query
        mark = "&" if "?" in url else "?"
        return RedirectResponse(
            f"{url}{mark}{urlencode(query)}" if query else url, HTTPStatus.SEE_OTHER
        )


def parse_number(text: str, default: int) -> int:
    """Return the whole number that the text is; ``default`` where it is none that can be stored."""
    plain = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if plain else default


def with_query(query: QueryParams, **changes: str | None) -> str:
    """Return ``?...`` with some parameters changed, or left out where they are None or empty."""
    kept: Mapping[str, Any] = {**dict(query), **changes}
    text = urlencode({name: value for name, value in kept.items() if value and name != "said"})
    return f"?{text}"


@cache
def static_url(name: str) -> str:
    """Return the address of a static file; it changes when the file does."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"
