"""The ``markhound`` command in processes that are forked from one which has loaded everything.

Loading takes most commands longer than what they do, and tests run some hundreds. Each still has a
process of its own, with its own arguments, environment, folder, output and exit status. Nothing is
saved where loading itself is tried: ``start`` and what sets variables of Python or of the locale.
"""

from __future__ import annotations

import array
import atexit
import gc
import json
import os
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from console.cli import COMMANDS, main

ROOT = Path(__file__).resolve().parents[2]
BESIDES = ("crawler.sweep", "spiders.structured", "pipelines.sweep.match", "pipelines.sweep.record")
"""What commands load by name while they run."""
LARGEST = 1 << 20
"""Bytes of one order."""
DIED = -signal.SIGKILL


class Forked:
    """A process that forks itself at each order; it ends with the one that started it."""

    def __init__(self) -> None:
        """Start it; the first command waits until it has loaded everything."""
        self._own, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-W", "error", "-m", __name__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
            )
        self._environment = fixed_part(os.environ)
        atexit.register(self.stop)

    def stop(self) -> None:
        """End it."""
        self._own.close()
        self._process.wait()

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Tell whether a process with such an environment would have loaded the same."""
        return fixed_part(environment) == self._environment

    def run(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        seconds: float,
        folder: Path | None = None,
    ) -> tuple[int | None, str, str]:
        """Run the command; return status, output and what it told people.

        :param folder: the one that is current for it; this process's unless given
        The status is None where it did not end in time and was killed, negative after a signal.
        """
        told, tells = os.pipe()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            order = json.dumps(
                [list(arguments), dict(environment), str(folder or Path.cwd())]
            ).encode()
            assert len(order) < LARGEST
            self._own.sendmsg(
                [order],
                [
                    (
                        socket.SOL_SOCKET,
                        socket.SCM_RIGHTS,
                        array.array("i", [out.fileno(), err.fileno(), tells]),
                    )
                ],
            )
            os.close(tells)
            with os.fdopen(told, "rb", buffering=0) as answers:
                status = _wait(answers.fileno(), seconds)
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read().decode("utf-8").replace("\r\n", "\n"))
        return status, texts[0], texts[1]


def fixed_part(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that count when Python starts or a library is loaded."""
    own = ("PYTHON", "LC_", "LANG", "TZ", "NUMBA", "OPENCV", "OMP", "OPENBLAS", "LD_")
    return {name: value for name, value in environment.items() if name.startswith(own)}


def _wait(told: int, seconds: float) -> int | None:
    """Return the exit status; kill the process when the time is over."""
    ends, said, killed = time.monotonic() + seconds, b"", False
    while True:
        ready, _, _ = select.select([told], [], [], max(0.0, ends - time.monotonic()))
        if not ready:
            os.kill(int(said.split()[0]), signal.SIGKILL)
            killed, ends = True, time.monotonic() + 60
            continue
        more = os.read(told, 64)
        said += more
        if not more:
            return None if killed else int(said.split()[1])


@cache
def forked() -> Forked:
    """Return the process of this one's tests."""
    return Forked()


def serve(channel: socket.socket) -> None:
    """Fork at each order, until nobody gives any."""
    for module in (*BESIDES, *(f"console.commands.{name}" for name in set(COMMANDS.values()))):
        import_module(module)
    assert "twisted.internet.reactor" not in sys.modules, "a reactor does not outlive a fork"
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    while True:
        order, ancillary, _, _ = channel.recvmsg(LARGEST, socket.CMSG_SPACE(3 * 4))
        if not order:
            return
        files = array.array("i")
        files.frombytes(ancillary[0][2])
        if os.fork() == 0:
            channel.close()
            _watch(json.loads(order), *files)
        for file in files:
            os.close(file)


def _watch(order: list[Any], out: int, err: int, tells: int) -> None:
    """Run the command in a process of its own, and tell its id and exit status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        os.close(tells)
        _become(order, out, err)
    os.write(tells, b"%d " % child)
    _, status = os.waitpid(child, 0)
    os.write(tells, b"%d" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(order: list[Any], out: int, err: int) -> None:
    """Be the command, from its arguments to its exit status."""
    arguments, environment, folder = order
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.path[0] = folder
    sys.argv = ["markhound", *arguments]
    sys.modules["__main__"] = sys.modules["console.cli"]  # what its workers load
    random.seed()
    status = 1
    try:
        main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 # what an interpreter does with it
        traceback.print_exc()
    finally:
        _end(status)


def _end(status: int) -> None:
    """End as an interpreter does: what is registered is run, what is written is flushed."""
    atexit._run_exitfuncs()  # os._exit would leave them out
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as given:
        serve(given)
