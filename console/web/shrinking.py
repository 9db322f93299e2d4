"""Pictures of others are read in a process of its own, see ``pipelines.sweep.worker``.

It is asked for a path and a side: 0 for the picture's size alone, which its head tells.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path

from console.hits_pictures import measure_picture, shrink_picture
from pipelines.sweep.worker import Answer, Worker, serve

SECONDS = 10.0
"""A picture that takes longer is given up, as in a sweep (an ordinary one takes about 0.02)."""
MEMORY = 1280 * 1024**2
"""Bytes of address space; the largest picture that is read (50 megapixels) takes about 400 MiB."""


class Shrinker(Worker):
    """Small pictures, made by a worker process that is started when first needed."""

    module = "console.web.shrinking"
    doing = "decoded"
    name = "decoder"

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        """Set the limits."""
        super().__init__([], seconds=seconds, memory=memory)

    def shrink(self, file: Path, side: int) -> Answer:
        """Return ``size`` (upright), with a side other than 0 ``data`` too; else ``problem``."""
        answer = self.ask([str(file.resolve()), str(side)])
        if "data" in answer:
            answer["data"] = base64.b64decode(answer["data"])
        return answer


def _answer(question: tuple[str, str]) -> Answer:
    file, side = Path(question[0]), int(question[1])
    if side == 0:
        return {"size": measure_picture(file)}
    small = shrink_picture(file, side)
    return {"size": small.original, "data": base64.b64encode(small.data).decode("ascii")}


if __name__ == "__main__":
    serve(int(sys.argv[1]), _answer)
