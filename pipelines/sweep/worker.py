"""A process of its own for what hostile pictures are fed to: it cannot hang, fatten or end a run.

The worker reads one line of JSON for each question and answers each with one line of JSON. It is
limited in memory; one that takes too long is killed, and the next question gets a new one.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from crawler.errors import MachineError, PictureError

Question = str | list[str | None] | None
"""What is asked: mostly the path of a picture."""
Answer = dict[str, Any]
"""What a question came to; ``problem`` says why there is nothing else."""


class Worker:
    """A worker process that is started when first needed, with what is asked of it.

    May be called from several threads; the worker answers one after the other. The classes that
    inherit from it name a module, whose ``__main__`` calls ``serve``.
    """

    module: ClassVar[str]
    """The module that is run; its first argument is the memory in bytes."""
    doing: ClassVar[str]
    """What the worker does with a picture, as a participle: "decoded"."""
    name: ClassVar[str]
    """What it is called when it died."""

    def __init__(self, arguments: Sequence[str], *, seconds: float, memory: int) -> None:
        """Set the limits.

        :param arguments: of the module, after the memory
        :param seconds: after which a question is given up
        :param memory: bytes of address space
        """
        self._arguments = (str(memory), *arguments)
        self._seconds = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            self._stop()

    def __enter__(self) -> Self:
        """Return itself; the worker ends with the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the worker."""
        self.close()

    def ask(self, question: Question) -> Answer:
        """Return the answer to a question."""
        with self._lock:
            return self._ask(question)

    def _ask(self, question: Question) -> Answer:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], self._seconds)
            line = process.stdout.readline() if ready else None
        except BrokenPipeError:
            line = b""
        if line is None:
            self._stop()
            return {"problem": f"not {self.doing} within {self._seconds:g} s"}
        if not line.endswith(b"\n"):
            status = self._stop()
            return {"problem": f"the {self.name} died on it (status {status})"}
        answer: Answer = json.loads(line)
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 (our own module)
                [sys.executable, "-m", self.module, *self._arguments],
                cwd=Path(__file__).parents[2],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # each thread of these would take address space, by the number of cores
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            )
        return self._process

    def _stop(self) -> int | None:
        """Kill the worker, which has nothing to lose, and return its exit status."""
        process, self._process = self._process, None
        if process is None:
            return None
        process.kill()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.close()
        with suppress(BrokenPipeError):  # what was not read yet has no reader any more
            process.stdin.close()
        return process.wait()


def serve(memory: int, answer: Callable[[Any], Answer]) -> None:
    """Answer the questions on stdin until it ends, within so many bytes of address space."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the sweep's business
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        try:
            found = answer(json.loads(line))
        except (PictureError, MachineError) as error:
            found = {"problem": str(error)}
        except OSError as error:
            found = {"problem": f"cannot be read: {error.strerror}"}
        except MemoryError:
            found = {"problem": "needs more memory than a picture gets"}
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
