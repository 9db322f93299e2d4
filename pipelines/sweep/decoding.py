"""Pictures are decoded in a process of its own: a hostile one cannot hang, fatten or end the sweep.

The worker reads a path (or null, for what it is) and a depth a line, and answers each with one line
of JSON. It is limited in memory; one that takes too long is killed, and the next picture gets a new
one.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import select
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Self

from crawler.errors import MachineError, PictureError
from matchers.pictures.prints import Depth, Fingerprint, dump_fingerprint, parse_fingerprint

SECONDS = 10.0
"""A picture that takes longer is given up (an ordinary one takes about 0.02)."""
MEMORY = 1536 * 1024**2
"""Bytes of address space of the worker: about 400 MiB for the libraries, and about 700 for the
largest picture that is read (50 megapixels with transparency)."""


class Decoder:
    """Fingerprints of picture files, made by a worker process that is started when first needed.

    May be called from several threads; the worker answers one after the other.
    """

    def __init__(
        self, *, seconds: float = SECONDS, memory: int = MEMORY, hashes_only: bool = False
    ) -> None:
        """Set the limits.

        :param hashes_only: whether local features, which take ten times as long, are left out
        """
        self._seconds = seconds
        self._hashes_only = hashes_only
        self._memory = memory
        self._makers: dict[Depth, str] = {}
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, path: Path, depth: Depth = "points") -> Fingerprint:
        """Return the fingerprint of the picture in a file.

        :param depth: what is described besides hashes

        :raises PictureError: when it cannot be compared, or not within the limits
        """
        with self._lock:
            answer = self._ask(str(path.resolve()), depth)
        if "fingerprint" not in answer:
            raise PictureError(answer["problem"])
        return parse_fingerprint(base64.b85decode(answer["fingerprint"]))

    def find_maker(self, depth: Depth = "points") -> str:
        """Return what makes the fingerprints: decoder and hash, with their versions."""
        with self._lock:
            if depth not in self._makers:
                answer = self._ask(None, depth)
                if "maker" not in answer:
                    raise MachineError(f"pictures cannot be decoded: {answer['problem']}")
                self._makers[depth] = answer["maker"]
            return self._makers[depth]

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

    def _ask(self, path: str | None, depth: Depth) -> dict[str, str]:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            question = [path, "hashes" if self._hashes_only else depth]
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], self._seconds)
            line = process.stdout.readline() if ready else None
        except BrokenPipeError:
            line = b""
        if line is None:
            self._stop()
            return {"problem": f"not decoded within {self._seconds:g} s"}
        if not line.endswith(b"\n"):
            status = self._stop()
            return {"problem": f"the decoder died on it (status {status})"}
        answer: dict[str, str] = json.loads(line)
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 (our own module)
                [
                    sys.executable,
                    *("-m", "pipelines.sweep.decoding", str(self._memory)),
                ],
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


def work(memory: int) -> None:
    """Answer paths on stdin until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the sweep's business
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(*json.loads(line))) + "\n")
        sys.stdout.flush()


def _answer(path: str | None, depth: Depth) -> dict[str, str]:
    # Loaded here, in the worker alone: what decodes pictures takes a quarter of a second.
    hashing = import_module("matchers.pictures.hashing")
    if path is None:
        return {"maker": hashing.find_maker(depth)}
    try:
        made = hashing.fingerprint(Path(path).read_bytes(), depth)
        return {"fingerprint": base64.b85encode(dump_fingerprint(made)).decode()}
    except PictureError as error:
        return {"problem": str(error)}
    except OSError as error:
        return {"problem": f"cannot be read: {error.strerror}"}
    except MemoryError:
        return {"problem": "needs more memory than a picture gets"}


if __name__ == "__main__":
    work(int(sys.argv[1]))
