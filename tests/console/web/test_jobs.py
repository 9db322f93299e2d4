"""Jobs: one at a time about a subject, told while they run, and asked to stop at the end."""

from __future__ import annotations

import threading

import pytest

from console.web.jobs import Job, Jobs
from crawler.errors import InputError, NotAllowedError


def ended(jobs: Jobs, subject: str) -> Job:
    job = jobs.find(subject)
    assert job is not None
    for _ in range(1000):
        if not job.runs:
            return job
        threading.Event().wait(0.005)
    raise AssertionError("it did not end")


def test_a_second_one_about_the_same_is_refused_while_the_first_runs() -> None:
    jobs, go = Jobs(), threading.Event()

    def work(job: Job) -> None:
        job.say("half")
        assert go.wait(10)

    jobs.begin("N-1", "check", "李伟", work)
    with pytest.raises(NotAllowedError, match="李伟 began something that still runs"):
        jobs.begin("N-1", "check", "王芳", work)
    go.set()
    assert ended(jobs, "N-1").lines == ["half"]
    jobs.begin("N-1", "check", "王芳", lambda _: None)
    assert ended(jobs, "N-1").by == "王芳"
    assert jobs.find("N-2") is None


def test_what_went_wrong_is_told(caplog: pytest.LogCaptureFixture) -> None:
    jobs = Jobs()

    def refuse(_: Job) -> None:
        raise InputError("expected an address, got none")

    def break_(_: Job) -> None:
        raise ZeroDivisionError("oh")

    jobs.begin("a", "check", "x", refuse)
    jobs.begin("b", "check", "x", break_)
    assert ended(jobs, "a").problem == "expected an address, got none"
    assert ended(jobs, "b").problem == "ZeroDivisionError: oh"
    assert "a job failed" in caplog.text


def test_the_end_asks_them_to_stop_and_waits() -> None:
    jobs, began = Jobs(), threading.Event()

    def work(job: Job) -> None:
        began.set()
        assert job.stopped.wait(10)
        job.say("stopped")

    job = jobs.begin("N-1", "check", "x", work)
    assert began.wait(10)
    jobs.close()
    assert (job.lines, job.runs) == (["stopped"], False)
