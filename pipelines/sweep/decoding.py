"""Pictures are decoded in a process of its own, see ``pipelines.sweep.worker``."""

from __future__ import annotations

import base64
import sys
from functools import cached_property
from importlib import import_module
from pathlib import Path

from crawler.errors import MachineError, PictureError
from matchers.pictures.prints import Fingerprint, dump_fingerprint, parse_fingerprint
from pipelines.sweep.worker import Answer, Worker, serve

SECONDS = 10.0
"""A picture that takes longer is given up (an ordinary one takes about 0.02)."""
MEMORY = 1536 * 1024**2
"""Bytes of address space of the worker: about 400 MiB for the libraries, and about 700 for the
largest picture that is read (50 megapixels with transparency)."""


class Decoder(Worker):
    """Fingerprints of picture files, made by a worker process that is started when first needed."""

    module = "pipelines.sweep.decoding"
    doing = "decoded"
    name = "decoder"

    def __init__(
        self, *, seconds: float = SECONDS, memory: int = MEMORY, hashes_only: bool = False
    ) -> None:
        """Set the limits.

        :param hashes_only: whether local features, which take ten times as long, are left out
        """
        super().__init__([str(int(hashes_only))], seconds=seconds, memory=memory)

    def read(self, path: Path) -> Fingerprint:
        """Return the fingerprint of the picture in a file.

        :raises PictureError: when it cannot be compared, or not within the limits
        """
        answer = self.ask(str(path.resolve()))
        if "fingerprint" not in answer:
            raise PictureError(answer["problem"])
        return parse_fingerprint(base64.b85decode(answer["fingerprint"]))

    @cached_property
    def maker(self) -> str:
        """What makes the fingerprints: decoder and hash, with their versions."""
        answer = self.ask(None)
        if "maker" not in answer:
            raise MachineError(f"pictures cannot be decoded: {answer['problem']}")
        return str(answer["maker"])


def _answer(path: str | None, *, hashes_only: bool) -> Answer:
    # Loaded here, in the worker alone: what decodes pictures takes a quarter of a second.
    hashing = import_module("matchers.pictures.hashing")
    if path is None:
        return {"maker": hashing.find_maker(hashes_only=hashes_only)}
    made = hashing.fingerprint(Path(path).read_bytes(), hashes_only=hashes_only)
    return {"fingerprint": base64.b85encode(dump_fingerprint(made)).decode()}


if __name__ == "__main__":
    hashes_only = sys.argv[2] == "1"
    serve(int(sys.argv[1]), lambda path: _answer(path, hashes_only=hashes_only))
