"""Telling: each digest is claimed with its items before it leaves, so that nothing is told twice.

What fails is told in the next run, on that channel alone. What a killed program left is
``uncertain``: it is not told again by itself, and the next digest says so.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sqlite_utils import Database

from crawler.delivery import find_secret
from crawler.errors import InputError, StopError
from crawler.running import is_running, running
from crawler.store.database import now, writing
from crawler.store.digests import (
    DigestEnd,
    DigestItem,
    Memory,
    StoredDigest,
    find_findings_before,
    find_unended,
    load_memory,
    new_digest_id,
    record_digest,
    record_digest_end,
)
from crawler.workspace import Workspace
from pipelines.digests.audiences import Audience
from pipelines.digests.gathering import Sources, gather
from pipelines.digests.letters import Compose, Letter, letter_json, letter_mail
from pipelines.digests.services import send_by_service
from pipelines.takedown.outbox import letterhead_of
from pipelines.takedown.smtp import Relay, Sending
from pipelines.takedown.webhook import fill_secrets, hide_secrets, send_webhook

FIRST = timedelta(days=7)
"""How far back the first digest of a channel looks."""

Result = Literal["sent", "failed", "uncertain", "quiet", "busy"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What became of telling one channel."""

    channel: str
    result: Result
    """``quiet``: there was nothing new; ``busy``: another program tells it just now."""
    items: int = 0
    digest: str | None = None
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """What is new for an audience."""

    audience: Audience
    items: Sequence[DigestItem]
    follows: str
    """The channel's digest before."""
    floor: datetime
    upto: int
    moment: datetime


def find_news(
    db: Database,
    workspace: Workspace,
    audience: Audience,
    sources: Sources,
    moment: datetime,
    since: datetime | None = None,
) -> News:
    """Return what is new for an audience; nothing is recorded.

    :param since: from when on everything counts as new; None = what it was not told yet
    """
    if since is None:
        memory = _by_this_clock(load_memory(db, audience.name, moment - FIRST), moment)
    else:
        upto = find_findings_before(db, since)
        memory = Memory(newest="", floor=since, upto=upto, at=since, told={})
    items, upto = gather(db, workspace, audience, memory, sources, moment)
    return News(
        audience=audience,
        items=items,
        follows=memory.newest,
        floor=memory.floor,
        upto=upto,
        moment=moment,
    )


def _by_this_clock(memory: Memory, moment: datetime) -> Memory:
    """Return what a channel knows where a clock that was wrong has dated it into the future."""
    return replace(memory, floor=min(memory.floor, moment - FIRST), at=min(memory.at, moment))


def tell(
    workspace: Workspace,
    audiences: Sequence[Audience],
    sources: Sources,
    compose: Compose,
    on_each: Callable[[Told], None] = lambda _: None,
) -> list[Told]:
    """Tell each audience what is new, and return what became of each.

    When a channel fails, the others are told of that at once.

    :param on_each: called after each, when it is recorded
    """
    worker = f"t-{secrets.token_hex(8)}"
    done: list[Told] = []

    def note(told: Told) -> None:
        done.append(told)
        on_each(told)

    with running(worker, workspace.logs), workspace.store() as db:
        # a claim must be on the disk before anything leaves, and its end before the next begins
        db.execute("PRAGMA synchronous = FULL")
        for lost in _end_lost(db, workspace):
            note(lost)
        teller = _Teller(workspace, db, sources, compose, worker)
        for audience in audiences:
            note(teller.tell(audience))
        failed = {told.channel for told in done if told.result == "failed"}
        for audience in audiences if failed else ():
            if audience.name not in failed:
                again = teller.tell(audience)
                if again.result != "quiet":
                    note(again)
    return done


def _end_lost(db: Database, workspace: Workspace) -> Iterator[Told]:
    """End what a killed program left: nobody knows what became of it."""
    for digest in find_unended(db):
        if digest.worker and is_running(digest.worker, workspace.logs):
            continue
        words = (
            "the program that sent it ended before it heard the answer; what it told:"
            f" markhound digest --show {digest.id}"
        )
        try:
            with writing(db):
                record_digest_end(db, digest.id, "uncertain", words, at=now())
        except sqlite3.IntegrityError:
            continue  # another program has ended it meanwhile
        yield Told(
            channel=digest.channel,
            result="uncertain",
            items=digest.items,
            digest=digest.id,
            words=words,
        )


class _Teller:
    def __init__(
        self,
        workspace: Workspace,
        db: Database,
        sources: Sources,
        compose: Compose,
        worker: str,
    ) -> None:
        self._workspace = workspace
        self._db = db
        self._sources = sources
        self._compose = compose
        self._worker = worker

    def tell(self, audience: Audience) -> Told:
        """Tell one audience what is new, and return what became of it."""
        if any(one.channel == audience.name for one in find_unended(self._db)):
            return _busy(audience)
        news = find_news(self._db, self._workspace, audience, self._sources, now())
        if not news.items:
            return Told(channel=audience.name, result="quiet")
        letter = self._compose(audience, news.items, news.moment)
        digest = new_digest_id()
        try:
            with writing(self._db):
                record_digest(self._db, self._claim(digest, news, letter), news.items)
        except sqlite3.IntegrityError:
            return _busy(audience)
        sending = self._send(audience, letter, digest, news.moment)
        words = hide_secrets(sending.words, audience.address)
        result: DigestEnd = "failed" if sending.result == "put_off" else sending.result
        with writing(self._db):
            record_digest_end(self._db, digest, result, words, at=now())
        return Told(
            channel=audience.name,
            result=result,
            items=len(news.items),
            digest=digest,
            words=words,
        )

    def _claim(self, digest: str, news: News, letter: Letter) -> StoredDigest:
        return StoredDigest(
            id=digest,
            channel=news.audience.name,
            follows=news.follows,
            kind=news.audience.kind,
            address=news.audience.address,
            language=news.audience.language,
            risk=news.audience.risk,
            floor=news.floor,
            upto=news.upto,
            items=len(news.items),
            subject=letter.subject,
            text=letter.text,
            at=news.moment,
            event="sending",
            words="",
            worker=self._worker,
        )

    def _send(self, audience: Audience, letter: Letter, digest: str, at: datetime) -> Sending:
        """Send a digest; whatever the settings lack shows before anything of it goes out."""
        try:
            if audience.kind == "mail":
                return self._mail(audience, letter, digest, at)
            url = fill_secrets(audience.address)
            if audience.kind == "apprise":
                return send_by_service(url, title=letter.subject, text=letter.text)
            config = self._workspace.config.delivery
            key = find_secret(
                config.webhook_key_env,
                config.webhook_key_file,
                self._workspace.folder,
                "delivery.webhook_key",
            )
            body = letter_json(letter, audience, digest, at)
            return send_webhook(url, body, key=key, notice=digest)
        except StopError as error:
            return Sending(result="failed", words=str(error))

    def _mail(self, audience: Audience, letter: Letter, digest: str, at: datetime) -> Sending:
        server = self._workspace.config.delivery.smtp
        if server is None:
            raise InputError(
                "no relay to send by: expected [delivery.smtp] with host in markhound.toml"
            )
        head = letterhead_of(self._workspace)
        message, recipient = letter_mail(letter, head, audience, digest, at.replace(microsecond=0))
        with Relay(server, self._workspace.folder) as relay:
            return relay.send(message, sender=head.bounces, recipient=recipient)


def _busy(audience: Audience) -> Told:
    words = "another program tells it just now; what is new then, the next digest tells"
    return Told(channel=audience.name, result="busy", words=words)
