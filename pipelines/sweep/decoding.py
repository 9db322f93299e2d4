"""Pictures are decoded in a process of its own: a hostile one cannot hang, fatten or end the sweep.

The worker reads a path a line (or null, for what it is) and answers each with one line of JSON. It
is limited in memory; one that takes too long is killed, and the next picture gets a new one.
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
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Self

from crawler.errors import InputError, MachineError, PictureError
from matchers.pictures.prints import Fingerprint, dump_fingerprint, parse_fingerprint

SECONDS = 10.0
"""A picture that takes longer is given up (an ordinary one takes about 0.02)."""
MEMORY = 1536 * 1024**2
"""Bytes of address space of the worker: about 400 MiB for the libraries, and about 700 for the
largest picture that is read (50 megapixels with transparency)."""
MODEL_SECONDS, MODEL_MEMORY = 20.0, 768 * 1024**2
"""What a descriptor model gets besides. One of the size of ResNet-50 takes about 200 MiB; a small
one 0.1 s for a picture and its windows, that one 2 s."""


class Decoder:
    """Fingerprints of picture files, made by a worker process that is started when first needed.

    May be called from several threads; the worker answers one after the other.
    """

    def __init__(
        self,
        *,
        seconds: float = SECONDS,
        memory: int = MEMORY,
        hashes_only: bool = False,
        descriptor: str = "",
    ) -> None:
        """Set the limits.

        :param hashes_only: whether local features, which take ten times as long, are left out
        :param descriptor: absolute path of a descriptor model, or the name of one; empty = none. It
            gets ``MODEL_MEMORY`` and ``MODEL_SECONDS`` more
        """
        self._seconds = seconds + (MODEL_SECONDS if descriptor else 0)
        self._hashes_only = hashes_only
        self._descriptor = descriptor
        self._memory = memory + (MODEL_MEMORY if descriptor else 0)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, path: Path) -> Fingerprint:
        """Return the fingerprint of the picture in a file.

        :raises PictureError: when it cannot be compared, or not within the limits
        :raises StopError: when the descriptor model cannot be used
        """
        with self._lock:
            answer = self._ask(str(path.resolve()))
        _check_model(answer)
        if "fingerprint" not in answer:
            raise PictureError(answer["problem"])
        return parse_fingerprint(base64.b85decode(answer["fingerprint"]))

    @cached_property
    def maker(self) -> str:
        """What makes the fingerprints: decoder, hash and model, with their versions.

        :raises StopError: when the descriptor model cannot be used, or nothing can be decoded
        """
        with self._lock:
            answer = self._ask(None)
        _check_model(answer)
        if "maker" not in answer:
            raise MachineError(f"pictures cannot be decoded: {answer['problem']}")
        return answer["maker"]

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

    def _ask(self, path: str | None) -> dict[str, str]:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(path).encode() + b"\n")
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
                    *("-m", "pipelines.sweep.decoding"),
                    *(str(self._memory), str(int(self._hashes_only)), self._descriptor),
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


def _check_model(answer: dict[str, str]) -> None:
    if "wrong" in answer:
        raise InputError(answer["wrong"])
    if "lacking" in answer:
        raise MachineError(answer["lacking"])


def work(memory: int, *, hashes_only: bool, descriptor: str = "") -> None:
    """Answer paths on stdin until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the sweep's business
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        answer = _answer(json.loads(line), hashes_only=hashes_only, descriptor=descriptor)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _answer(path: str | None, *, hashes_only: bool, descriptor: str) -> dict[str, str]:
    # Loaded here, in the worker alone: what decodes pictures takes a quarter of a second.
    hashing = import_module("matchers.pictures.hashing")
    try:
        model = _load_model(descriptor) if descriptor else None
    except InputError as error:
        return {"wrong": str(error)}
    except MachineError as error:
        return {"lacking": str(error)}
    except MemoryError:
        return {"wrong": f"the descriptor model {descriptor} needs more memory than it gets"}
    how = {"hashes_only": hashes_only, "descriptor": model}
    if path is None:
        return {"maker": hashing.find_maker(**how)}
    try:
        made = hashing.fingerprint(Path(path).read_bytes(), **how)
        return {"fingerprint": base64.b85encode(dump_fingerprint(made)).decode()}
    except PictureError as error:
        return {"problem": str(error)}
    except OSError as error:
        return {"problem": f"cannot be read: {error.strerror}"}
    except MemoryError:
        return {"problem": "needs more memory than a picture gets"}


@cache
def _load_model(descriptor: str) -> object:
    return import_module("matchers.pictures.descriptor").Descriptor(descriptor)


if __name__ == "__main__":
    work(int(sys.argv[1]), hashes_only=sys.argv[2] == "1", descriptor=sys.argv[3])
