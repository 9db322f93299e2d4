"""Work that takes longer than a page may: done in a thread, told on the pages that wait for it.

What it does is kept in the store by the functions that do it; here stands only that it runs, and
what it said so far. A console that is stopped asks its jobs to stop, and waits for them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawler.errors import MarkhoundError, NotAllowedError
from crawler.store.database import now

logger = logging.getLogger(__name__)

TOLD_FOR = timedelta(hours=1)
"""How long what a job said is shown after its end."""
MOST_AT_ONCE = 2
"""Jobs that run at one time; others wait. Each may have a browser or a crawler of its own."""
MOST_LINES = 200
LONGEST_END = 30.0
"""Seconds that the end of the console waits for its jobs. What they do is whole or not done, as the
store has it; a sending that is cut short is uncertain, and says so."""


@dataclass
class Job:
    """One piece of work."""

    what: str
    """Key of its words: ``notices.job_...``."""
    by: str
    asked_at: datetime
    begun_at: datetime | None = None
    """None while it waits for others."""
    ended_at: datetime | None = None
    problem: str = ""
    """Why it ended without having done it."""
    lines: list[str] = field(default_factory=list)
    """What it said."""
    stopped: threading.Event = field(default_factory=threading.Event)

    def say(self, line: str) -> None:
        """Tell how far it is."""
        if len(self.lines) < MOST_LINES:
            self.lines.append(line)

    @property
    def runs(self) -> bool:
        """Whether it has still to end."""
        return self.ended_at is None

    @property
    def seconds(self) -> int:
        """How long it took, or has been taking."""
        began = self.begun_at or self.asked_at
        return int(((self.ended_at or now()) - began).total_seconds())


class Jobs:
    """The jobs of one console, by what they are about."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()
        self._places = threading.Semaphore(MOST_AT_ONCE)

    def begin(self, subject: str, what: str, by: str, work: Callable[[Job], None]) -> Job:
        """Begin a job about a subject.

        :raises NotAllowedError: one runs about it already
        """
        with self._lock:
            running = self._jobs.get(subject)
            if running is not None and running.runs:
                raise NotAllowedError(f"{subject}: {running.by} began something that still runs")
            job = self._jobs[subject] = Job(what=what, by=by, asked_at=now())
            thread = threading.Thread(target=self._run, args=(job, work), name=subject, daemon=True)
            self._threads[subject] = thread
        thread.start()
        return job

    def find(self, subject: str) -> Job | None:
        """Return the newest job about a subject; None when there is none that is still told."""
        with self._lock:
            job = self._jobs.get(subject)
            if job is not None and job.ended_at is not None and now() - job.ended_at > TOLD_FOR:
                del self._jobs[subject]
                return None
            return job

    def running(self) -> list[tuple[str, Job]]:
        """Return (subject, job) of those that have still to end."""
        with self._lock:
            return [(subject, job) for subject, job in self._jobs.items() if job.runs]

    def close(self, seconds: float = LONGEST_END) -> None:
        """Ask all to stop, and wait for them, but not for ever."""
        with self._lock:
            threads = list(self._threads.values())
            for job in self._jobs.values():
                job.stopped.set()
        until = time.monotonic() + seconds
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _run(self, job: Job, work: Callable[[Job], None]) -> None:
        with self._places:
            job.begun_at = now()
            try:
                if not job.stopped.is_set():
                    work(job)
            except MarkhoundError as error:
                job.problem = str(error)
            except Exception as error:  # whatever it is: the page tells it, the log keeps it
                logger.exception("a job failed")
                job.problem = f"{type(error).__name__}: {error}"
            finally:
                job.ended_at = now()
