"""Sending what is due, so that a notice is never lost and never sent twice by itself.

Each sending is claimed in the store, on the disk, before anything of it goes out. What has been
claimed and has no end, since its program was killed, is ``uncertain``: a person looks into it.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from sqlite_utils import Database

from crawler.delivery import find_secret
from crawler.errors import InputError
from crawler.files import whole_file
from crawler.running import running
from crawler.store.database import now, timestamp, writing
from crawler.store.notice_events import record_notice_event
from crawler.store.outbox import (
    Outgoing,
    Step,
    count_sendings,
    find_standing,
    find_step,
    record_put_off,
    record_sending,
)
from crawler.workspace import Workspace
from pipelines.takedown.leaving import find_stop
from pipelines.takedown.message import Letterhead, ascii_domain, parts_of
from pipelines.takedown.outbox import BY_HAND, letterhead_of, load_message, outbox_folder
from pipelines.takedown.smtp import Relay, Result, Sending
from pipelines.takedown.webhook import send_webhook

HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """What became of one notice in a delivery."""

    notice: str
    result: Result | str
    """``sent``, ``failed``, ``put_off``, ``uncertain``, ``waits``, ``stopped`` or ``by_hand``."""
    destination: str
    words: str


def deliver_due(
    workspace: Workspace,
    on_each: Callable[[Delivered], None] = lambda _: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> list[Delivered]:
    """Send every queued notice that is due, one after the other, and return what became of each.

    :param on_each: called after each, when it is recorded
    :param is_stopped: asked before each; True ends the delivery, and the rest stays queued
    :raises StopError: the relay cannot be used as the settings say; what is queued stays so
    """
    worker = f"d-{secrets.token_hex(8)}"
    done: list[Delivered] = []
    with running(worker, outbox_folder(workspace)), workspace.store() as db, ExitStack() as stack:
        # a sending must be on the disk before it begins, and its end before the next begins
        db.execute("PRAGMA synchronous = FULL")
        round_ = _Round(workspace, db, worker, stack)
        for one in round_.all():
            done.append(one)
            on_each(one)
            if is_stopped():
                break
    return done


class _Round:
    """One delivery: its session with the relay is opened when it is first needed."""

    def __init__(self, workspace: Workspace, db: Database, worker: str, stack: ExitStack) -> None:
        self._workspace = workspace
        self._config = workspace.config.delivery
        self._db = db
        self._worker = worker
        self._stack = stack
        self._folder = outbox_folder(workspace)

    def all(self) -> Iterator[Delivered]:
        """Yield what became of each."""
        yield from self._end_lost()
        for outgoing, step in list(find_standing(self._db, "queued")):
            one = self._one(outgoing, step)
            if one is not None:
                yield one

    def _end_lost(self) -> Iterator[Delivered]:
        """End what a killed program left: nobody knows what became of it."""
        for outgoing, step in list(find_standing(self._db, "sending")):
            worker = str(step.record.get("worker", ""))
            if worker and _is_alive(worker, self._folder):
                continue
            words = (
                f"the program that sent it ended before it heard the answer; it began at"
                f" {timestamp(step.at)} and went to {outgoing.destination};"
                f" look for the Message-ID {outgoing.message_id} in the relay's log"
            )
            with writing(self._db):
                now_at = find_step(self._db, outgoing.notice)
                if now_at is None or now_at.event != "sending" or now_at.at != step.at:
                    continue
                record = {**step.record, "words": words}
                self._record(outgoing, "uncertain", record)
            yield _told(outgoing, "uncertain", words)

    def _one(self, outgoing: Outgoing, step: Step) -> Delivered | None:
        at = now()
        if step.not_before > at:
            return _told(outgoing, "waits", f"due at {timestamp(step.not_before)}")
        if reason := find_stop(self._workspace, self._db, outgoing.notice):
            words = f"{reason}; it stays queued: mend that, or take it back (notice cancel)"
            return _told(outgoing, "stopped", words)
        if outgoing.channel in BY_HAND:
            return self._lay_out(outgoing)
        try:
            message = load_message(self._folder, outgoing.sha256)
        except InputError as error:
            return self._end(outgoing, step, Sending(result="failed", words=str(error)))
        send = self._prepare(outgoing, message)
        try:
            with writing(self._db):
                if free_at := self._rate_ends(outgoing, at):
                    most = self._config.per_recipient_per_hour
                    words = f"{most} went there within an hour; goes on at {free_at}"
                    return _told(outgoing, "waits", words)
                record_sending(self._db, outgoing, step, self._worker, at)
        except sqlite3.IntegrityError as error:
            if find_step(self._db, outgoing.notice) == step:
                return _told(outgoing, "waits", str(error))  # by a rule of the store
            return None  # another program has it, or it was cancelled meanwhile
        return self._end(outgoing, step, send())

    def _prepare(self, outgoing: Outgoing, message: bytes) -> Callable[[], Sending]:
        """Return what sends; whatever the settings lack is told before the claim.

        :raises StopError: when it cannot be sent as the settings say
        """
        config = self._config
        if outgoing.channel == "webhook":
            key = find_secret(
                config.webhook_key_env,
                config.webhook_key_file,
                self._workspace.folder,
                "delivery.webhook_key",
            )
            return lambda: send_webhook(
                outgoing.destination, message, key=key, notice=outgoing.notice
            )
        relay, head = self._relay, self._head
        sender = head.key.address(head.bounces, "bounce", outgoing.notice)
        recipient = ascii_domain(outgoing.destination)
        return lambda: relay.send(message, sender=sender, recipient=recipient)

    @cached_property
    def _relay(self) -> Relay:
        server = self._config.smtp
        if server is None:
            raise InputError(
                "no relay to send by: expected [delivery.smtp] with host in markhound.toml"
            )
        return self._stack.enter_context(Relay(server, self._workspace.folder))

    @cached_property
    def _head(self) -> Letterhead:
        return letterhead_of(self._workspace)

    def _end(self, outgoing: Outgoing, step: Step, sending: Sending) -> Delivered:
        """Record what became of it: as often as the settings say, put off is queued again."""
        told = _told(outgoing, sending.result, sending.words)
        attempt: int = step.record["attempt"]
        with writing(self._db):
            if sending.result == "put_off" and attempt < self._config.attempts:
                wait = timedelta(minutes=self._config.retry_minutes * 2 ** (attempt - 1))
                record_put_off(self._db, outgoing, step, sending.words, wait=wait, at=now())
                return told
            event = "failed" if sending.result == "put_off" else sending.result
            record = {
                "channel": outgoing.channel,
                "destination": outgoing.destination,
                "sha256": outgoing.sha256,
                "message_id": outgoing.message_id,
                "attempt": attempt,
                "words": sending.words,
            }
            self._record(outgoing, event, record)
        return replace(told, result=event)

    def _record(self, outgoing: Outgoing, event: str, record: dict[str, object]) -> None:
        record_notice_event(self._db, outgoing.notice, event, record, by="markhound", at=now())

    def _rate_ends(self, outgoing: Outgoing, at: datetime) -> str | None:
        """Return when the recipient may get another notice; None = at once."""
        count, oldest = count_sendings(self._db, outgoing.destination, since=at - HOUR)
        return timestamp(oldest + HOUR) if count >= self._config.per_recipient_per_hour else None

    def _lay_out(self, outgoing: Outgoing) -> Delivered:
        """Write what a person hands over into a folder of its own."""
        folder = self._workspace.folder / "handover" / outgoing.notice
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in parts_of(load_message(self._folder, outgoing.sha256)):
            with whole_file(folder / Path(name).name) as file:
                file.write(content)
        words = (
            f"hand over what is in {folder}, then: markhound notice handed-over"
            f" {outgoing.notice} --ticket TEXT --by NAME"
        )
        return _told(outgoing, "by_hand", words)


def _is_alive(worker: str, folder: Path) -> bool:
    """Tell whether the program of that name still holds its lock."""
    try:
        with running(worker, folder):
            return False
    except InputError:
        return True


def _told(outgoing: Outgoing, result: str, words: str) -> Delivered:
    return Delivered(
        notice=outgoing.notice, result=result, destination=outgoing.destination, words=words
    )
