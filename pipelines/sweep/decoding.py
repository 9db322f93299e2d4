"""Pictures are decoded in a process of its own, see ``pipelines.sweep.worker``.

It is asked for a path (or null, for what it is) and a depth.
"""

from __future__ import annotations

import base64
import os
import sys
from functools import cache, partial
from importlib import import_module
from pathlib import Path

from crawler.errors import InputError, MachineError, PictureError
from matchers.pictures.prints import Depth, Fingerprint, dump_fingerprint, parse_fingerprint
from pipelines.sweep.worker import Answer, Worker, serve

SECONDS = 10.0
"""A picture that takes longer is given up (an ordinary one takes about 0.02)."""
MEMORY = 1536 * 1024**2
"""Bytes of address space of the worker: about 400 MiB for the libraries, and about 700 for the
largest picture that is read (50 megapixels with transparency)."""
MODEL_SECONDS, MODEL_MEMORY = 20.0, 768 * 1024**2
"""What a descriptor model gets besides. One of the size of ResNet-50 takes about 200 MiB; a small
one 0.1 s for a picture and its windows, that one 2 s."""


class Decoder(Worker):
    """Fingerprints of picture files, made by a worker process that is started when first needed."""

    module = "pipelines.sweep.decoding"
    doing = "decoded"
    name = "decoder"

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
        super().__init__(
            [descriptor],
            seconds=seconds + (MODEL_SECONDS if descriptor else 0),
            memory=memory + (MODEL_MEMORY if descriptor else 0),
        )
        self._hashes_only = hashes_only
        self._again = partial(
            Decoder,
            seconds=seconds,
            memory=memory,
            hashes_only=hashes_only,
            descriptor=descriptor,
        )
        self._makers: dict[Depth, str] = {}

    def again(self) -> Decoder:
        """Return another one with the same settings, and a worker of its own."""
        return self._again()

    def read(self, path: Path, depth: Depth = "points") -> Fingerprint:
        """Return the fingerprint of the picture in a file.

        :param depth: what is described besides hashes
        :raises PictureError: when it cannot be compared, or not within the limits
        :raises StopError: when the descriptor model cannot be used
        """
        answer = self._ask_at(os.path.abspath(path), depth)  # noqa: PTH100 (resolve() asks the disk)
        if "fingerprint" not in answer:
            raise PictureError(answer["problem"])
        return parse_fingerprint(base64.b64decode(answer["fingerprint"]))

    def find_maker(self, depth: Depth = "points") -> str:
        """Return what makes the fingerprints: decoder, hash and model, with their versions.

        :raises StopError: when the descriptor model cannot be used, or nothing can be decoded
        """
        if depth not in self._makers:
            answer = self._ask_at(None, depth)
            if "maker" not in answer:
                raise MachineError(f"pictures cannot be decoded: {answer['problem']}")
            self._makers[depth] = answer["maker"]
        return self._makers[depth]

    def _ask_at(self, path: str | None, depth: Depth) -> Answer:
        answer = self.ask([path, "hashes" if self._hashes_only else depth])
        if "wrong" in answer:
            raise InputError(answer["wrong"])
        if "lacking" in answer:
            raise MachineError(answer["lacking"])
        return answer


def _answer(question: tuple[str | None, Depth], descriptor: str = "") -> Answer:
    path, depth = question
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
    if path is None:
        return {"maker": hashing.find_maker(depth, model)}
    made = hashing.fingerprint(Path(path).read_bytes(), depth, model)
    return {"fingerprint": base64.b64encode(dump_fingerprint(made)).decode()}


@cache
def _load_model(descriptor: str) -> object:
    return import_module("matchers.pictures.descriptor").Descriptor(descriptor)


if __name__ == "__main__":
    serve(int(sys.argv[1]), partial(_answer, descriptor=sys.argv[2]))
