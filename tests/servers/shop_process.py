"""Building a real shop program in an environment of its own, and running it on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60
"""How long a shop may take until it answers."""
LOG_FORMAT = "%(m)s\t%({raw_uri}e)s\t%(s)s\t%(a)s"


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One line of a shop's access log."""

    method: str
    path: str
    """Path and query, as asked for."""
    status: int
    agent: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopProcess:
    """A shop that is running."""

    url: str
    """With a slash at the end."""
    log: Path

    def requests(self) -> list[Request]:
        """Return what was asked for so far; complete once the shop was stopped."""
        text = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
        return [_parse_request(line) for line in text.splitlines()]


def make_environment(folder: Path, lock: Path) -> Path:
    """Make a virtual environment from the lock file and return its Python."""
    run([sys.executable, "-m", "venv", str(folder)])
    python = folder / "bin" / "python"
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    run([str(python), "-m", "pip", "install", *quiet, "--require-hashes", "-r", str(lock)])
    return python


def run(
    command: list[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> str:
    """Run a command to its end and return what it printed.

    :raises RuntimeError: with the end of its output when it fails
    """
    done = subprocess.run(
        command,
        check=False,
        cwd=cwd,
        env=_environment(env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    if done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}:\n{done.stdout[-4000:]}")
    return done.stdout


def fetch(url: str) -> bytes:
    """Return what a URL of loopback answers; no proxy of the machine's stands between."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as response:
        body: bytes = response.read()
    return body


@contextmanager
def serve(python: Path, env: Mapping[str, str], folder: Path) -> Iterator[ShopProcess]:
    """Serve a Django site with gunicorn on a free port until the block ends.

    :param env: names the site's settings and where they are
    :param folder: takes the access log and the program's own messages
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    shop = ShopProcess(url=f"http://{address}/", log=folder / "access.log")
    command = [str(python), "-m", "gunicorn", "--bind", address, "--workers", "2", "--threads", "4"]
    command += ["--access-logfile", str(shop.log), "--access-logformat", LOG_FORMAT]
    command += ["--log-level", "warning", "django.core.wsgi:get_wsgi_application()"]
    messages = folder / "shop.log"
    with messages.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=_environment(env),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_until_ready(process, shop, messages)
            yield shop
        finally:
            _stop(process)


def _environment(additions: Mapping[str, str]) -> dict[str, str]:
    """Return our environment with the additions, without what leads Python to our own modules."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return {**ours, **additions}


def _wait_until_ready(process: subprocess.Popen[bytes], shop: ShopProcess, messages: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            fetch(f"{shop.url}robots.txt")
            break
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    else:
        raise RuntimeError(f"the shop did not start:\n{messages.read_text()[-4000:]}")
    # Our own question is no part of what a test looks at; the line is written after the answer.
    while not shop.requests() and time.monotonic() < end:
        time.sleep(0.02)
    os.truncate(shop.log, 0)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the program and its workers: politely, then by force."""
    for stop in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, stop)
            process.wait(timeout=10)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _parse_request(line: str) -> Request:
    method, path, status, agent = line.split("\t", 3)
    return Request(method=method, path=path, status=int(status), agent=agent)
