"""``/metrics``: how the workspace stands, for Prometheus; off unless the settings say who may read.

The text is that of Prometheus 0.0.4. Names and labels are stable (docs/reference/metrics.md).
"""

from __future__ import annotations

import hmac
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from prometheus_client import CollectorRegistry, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector
from sqlite_utils import Database
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console import schedule_health
from console.web.stores import Stores
from crawler.delivery import find_secret, is_loopback
from crawler.errors import WorkspaceError
from crawler.store.database import now
from crawler.store.health import StoreHealth, find_health, find_notice_kinds
from crawler.workspace import Workspace
from pipelines.takedown.clocks import find_clocks_of

PATH = "/metrics"
ROUTE = "markhound.route"
"""Key of an ASGI scope: the path of the route, as it is written there."""
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds."""
CLOCKS_SECONDS = 300.0
"""For so long the deadlines are not counted again: each notice's own events are read for it."""

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each one

Labelled = Mapping[Any, float]
"""Values of the labels, in a tuple -> the figure."""


class Requests:
    """Measures how long the console takes to answer, by route."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "markhound_console_request_seconds",
            "Time until the console had answered, by route, method and status.",
            ["route", "method", "status"],
            buckets=BUCKETS,
            registry=registry,
        )

    def took(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._seconds.labels(route, method, f"{status // 100}xx").observe(seconds)


class Timed:
    """The application, with its requests measured."""

    def __init__(self, app: ASGIApp, *, requests: Requests) -> None:
        self._app, self._requests = app, requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and count it; a method that no page knows is not told apart."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), int(HTTPStatus.INTERNAL_SERVER_ERROR)

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_on)
        finally:
            method = scope["method"] if scope["method"] in {"GET", "HEAD", "POST"} else "other"
            route = scope.get(ROUTE, "other")
            self._requests.took(route, method, status, time.perf_counter() - began)


class WorkspaceMetrics(Collector):
    """Reads the workspace each time that it is asked."""

    def __init__(self, workspace: Workspace, stores: Stores) -> None:
        self._workspace, self._stores = workspace, stores
        self._lock = threading.Lock()
        self._overdue: tuple[float, int] | None = None

    def collect(self) -> Iterator[Metric]:
        """Yield every figure; where the database cannot be read, that, and those of the disk."""
        at = now()
        try:
            with self._stores.borrow() as db:
                health, overdue = find_health(db, at), self._count_overdue(db, at)
                schedule = schedule_health.find_health(db, self._workspace, at)
        except (sqlite3.Error, WorkspaceError):
            yield _one("store_up", "1 where the database can be read, else 0.", 0)
        else:
            yield _one("store_up", "1 where the database can be read, else 0.", 1)
            yield from _of_work(health, at)
            yield from _of_sweeps(health)
            yield from _of_evidence(health)
            yield from _of_schedule(schedule)
            yield _one("deadlines_overdue", "Clocks after notices whose day is past.", overdue)
        yield from self._of_disk()

    def _of_disk(self) -> Iterator[Metric]:
        usage = shutil.disk_usage(self._workspace.folder)
        database = self._workspace.database
        files = (database, database.with_name(f"{database.name}-wal"))
        size = sum(file.stat().st_size for file in files if file.exists())
        yield _one("disk_free_bytes", "Room on the disk of the workspace.", usage.free)
        yield _one("disk_size_bytes", "Size of that disk.", usage.total)
        yield _one("database_bytes", "Size of the database with its log.", size)

    def _count_overdue(self, db: Database, at: datetime) -> int:
        with self._lock:
            if self._overdue is not None and time.monotonic() < self._overdue[0]:
                return self._overdue[1]
        takedown, today = self._workspace.config.takedown, at.date()
        clocks = (
            clock
            for notice, kind in find_notice_kinds(db)
            for clock in find_clocks_of(db, notice, kind, takedown)
        )
        count = sum(clock.due is not None and clock.due < today for clock in clocks)
        with self._lock:
            self._overdue = (time.monotonic() + CLOCKS_SECONDS, count)
        return count


def _one(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"markhound_{name}", words, value=value)


def _by(name: str, words: str, labels: tuple[str, ...], values: Labelled) -> Metric:
    family = GaugeMetricFamily(f"markhound_{name}", words, labels=labels)
    for key in sorted(values):
        family.add_metric(key, values[key])
    return family


def _each(values: Mapping[str, int]) -> Labelled:
    return {(key,): value for key, value in values.items()}


def _of_work(health: StoreHealth, at: datetime) -> Iterator[Metric]:
    waited = 0.0 if health.oldest is None else max(0.0, (at - health.oldest).total_seconds())
    words = "Flagged hits that wait for a decision, by how long they have waited."
    yield _by("queue_waiting_hits", words, ("age",), _each(health.waiting))
    yield _one("queue_oldest_seconds", "How long the one waits that waits longest.", waited)
    hits = {("false",): health.hits - health.flagged, ("true",): health.flagged}
    yield _by("hits", "Hits as they stand now, flagged for review or not.", ("flagged",), hits)
    words = "Hits by their newest judgement."
    yield _by("judged_hits", words, ("decision",), _each(health.judged))
    yield _one("second_looks_waiting", "Second looks drawn and not answered.", health.second_looks)
    yield _one("disputed_hits", "Hits of which two people disagree.", health.disputes)
    steps = dict.fromkeys(("queued", "sending", "uncertain", "failed"), 0) | dict(health.outbox)
    yield _by("outbox_notices", "Notices by the step at which they stand.", ("step",), _each(steps))


def _of_schedule(schedule: schedule_health.Health) -> Iterator[Metric]:
    yield _one("schedule_campaigns", "Campaigns that have a schedule.", schedule.scheduled)
    yield _one("schedule_late_campaigns", "Those that are due and did not run.", len(schedule.late))
    failed = len(schedule.failed)
    yield _one("schedule_failed_campaigns", "Those whose last run did not end well.", failed)
    if schedule.last_sign is not None:
        said = "When the runner of the schedule gave its last sign of life."
        yield _one("schedule_beat_timestamp_seconds", said, schedule.last_sign.timestamp())


def _of_sweeps(health: StoreHealth) -> Iterator[Metric]:
    states = dict.fromkeys(("finished", "stopped", "failed", "unfinished"), 0)
    states |= dict(health.sweeps)
    yield _by("sweeps", "Sweeps by how they ended.", ("state",), _each(states))
    campaigns = health.campaigns
    began = {(name,): one.started_at.timestamp() for name, one in campaigns.items()}
    words = "When the last sweep of a campaign began (Unix time)."
    yield _by("sweep_started_timestamp_seconds", words, ("campaign",), began)
    ended = {
        (name,): one.ended_at.timestamp()
        for name, one in campaigns.items()
        if one.ended_at is not None
    }
    words = "When the last sweep of a campaign ended (Unix time); none while it runs."
    yield _by("sweep_ended_timestamp_seconds", words, ("campaign",), ended)
    last = {(n, one.state): 1 for n, one in campaigns.items()}
    words = "1 for how the last sweep of a campaign ended."
    yield _by("sweep_state", words, ("campaign", "state"), last)
    targets = {
        (name, state): count
        for name, one in campaigns.items()
        for state, count in one.targets.items()
    }
    words = "Targets of the last sweep of a campaign, by the state in which they ended."
    yield _by("sweep_targets", words, ("campaign", "state"), targets)
    alarms = {(n,): one.alarms for n, one in campaigns.items()}
    words = "Sites of the last sweep of a campaign that yield less than they used to."
    yield _by("sweep_alarms", words, ("campaign",), alarms)


def _of_evidence(health: StoreHealth) -> Iterator[Metric]:
    ledger = health.ledger
    yield _one("ledger_entries", "Entries of the ledger.", ledger.entries)
    yield _one("ledger_unstamped_entries", "Entries that no stamp covers.", ledger.unstamped)
    stamped = {(): ledger.stamped_at.timestamp()} if ledger.stamped_at else {}
    words = "Time that the last stamp vouches for (Unix time); none while there is none."
    yield _by("ledger_stamped_timestamp_seconds", words, (), stamped)
    backed = {(): health.backup.at.timestamp()} if health.backup else {}
    words = "When the last backup was made (Unix time); none while there is none."
    yield _by("backup_timestamp_seconds", words, (), backed)


class Metrics:
    """What is measured of a console, and who may read it."""

    def __init__(self, workspace: Workspace, stores: Stores) -> None:
        """Read the token.

        :raises InputError: when the settings name a place where none is
        """
        config = workspace.config.metrics
        self._loopback = config.loopback
        self._token = find_secret(
            config.token_env, config.token_file, workspace.folder, "the token of [metrics]"
        )
        self._registry = CollectorRegistry(auto_describe=False)
        self.requests = Requests(self._registry)
        self._registry.register(WorkspaceMetrics(workspace, stores))

    @property
    def routes(self) -> list[Route]:
        """The route, where anybody may read it."""
        return [Route(PATH, self._answer)] if self._loopback or self._token else []

    async def _answer(self, request: Request) -> Response:
        request.scope[ROUTE] = PATH
        if not self._may_read(request):
            text = "Expected the token of [metrics] (Authorization: Bearer TOKEN).\n"
            headers = {"www-authenticate": "Bearer"}
            return PlainTextResponse(text, HTTPStatus.UNAUTHORIZED, headers)
        body = await run_in_threadpool(self._text)
        return Response(body, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    def _text(self) -> bytes:
        return bytes(generate_latest(self._registry))

    def _may_read(self, request: Request) -> bool:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if self._token and kind.lower() == "bearer":
            given = token.strip().encode("latin-1")  # as the server decodes headers
            return hmac.compare_digest(given, self._token.encode())
        # what a proxy passes on comes from this machine too, and is not of it
        passed_on = "forwarded" in request.headers or "x-forwarded-for" in request.headers
        host = request.client.host if request.client else ""
        return self._loopback and not passed_on and is_loopback(host)
