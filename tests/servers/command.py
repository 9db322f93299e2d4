"""Runs the ``markhound`` command as people do: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from console.cli import cli
from tests.servers.forked import forked


@dataclass(frozen=True)
class Finished:
    """What a command left."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object of the output."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The JSON objects of the output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def start(
    *arguments: str | Path, workspace: Path | None = None, env: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start ``markhound ARGUMENTS...``."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "console.cli", *_words(arguments, workspace)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, **(env or {})},
    )


def run(
    *arguments: str | Path,
    workspace: Path | None = None,
    expect: int | None = 0,
    seconds: float = 240,
    env: Mapping[str, str] | None = None,
) -> Finished:
    """Run ``markhound ARGUMENTS...`` to its end, which must have the status ``expect``.

    In a process of its own, forked from one that has loaded everything.
    """
    environment = {**os.environ, **(env or {})}
    if (quick := forked()).fits(environment):
        words = _words(arguments, workspace)
        status, out, err = quick.run(words, environment, seconds)
    else:
        status, out, err = _run_alone(start(*arguments, workspace=workspace, env=env), seconds)
    assert status is not None, f"no end after {seconds} s\n{out}\n{err}"
    assert expect is None or status == expect, (status, out, err)
    return Finished(status, out, err)


def _run_alone(process: subprocess.Popen[str], seconds: float) -> tuple[int | None, str, str]:
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return None, *process.communicate()
    return process.returncode, out, err


def _words(arguments: Sequence[str | Path], workspace: Path | None) -> list[str]:
    chosen = () if workspace is None else ("--workspace", str(workspace))
    return [*chosen, *map(str, arguments)]


def invoke(
    *arguments: str | Path,
    workspace: Path,
    expect: int = 0,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
) -> Finished:
    """Run ``markhound ARGUMENTS...`` in this process: many times as fast as one of its own.

    For commands that start no crawl: a reactor runs once in a process.
    """
    words = ["--workspace", str(workspace), *map(str, arguments)]
    done = CliRunner().invoke(cli, words, env=dict(env or {}), input=stdin)
    problem = done.exception
    if problem is not None and not isinstance(problem, SystemExit):
        raise problem
    assert done.exit_code == expect, (done.exit_code, done.stdout, done.stderr)
    return Finished(done.exit_code, done.stdout, done.stderr)
