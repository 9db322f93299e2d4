"""Text in pictures is read in a process of its own, see ``pipelines.sweep.worker``."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from crawler.errors import InputError, PictureError
from crawler.pictures import WordsMode, words_can_be_read
from matchers.pictures.lines import Line
from pipelines.sweep.worker import Answer, Worker, serve

SECONDS = 20.0
"""A picture that takes longer is given up (an ordinary one takes about 0.3)."""
MEMORY = 2048 * 1024**2
"""Bytes of address space of the worker: about 650 MiB for libraries and models, and about 700 for
the largest picture that is read (50 megapixels with transparency)."""
REMEDY = "pip install 'markhound[ocr]'"
"""What brings them."""


def is_installed() -> bool:
    """Whether the packages that read text are there."""
    return words_can_be_read()


def check_installed(mode: WordsMode) -> None:
    """Refuse to go on without what reads text, where it must be read.

    :raises InputError: with the command that brings it
    """
    if mode == "on" and not is_installed():
        raise InputError(
            f"words in pictures are to be read, and what reads them is not installed: {REMEDY}"
        )


class LineReader(Worker):
    """Lines of text in picture files, read by a worker that is started when first needed."""

    module = "pipelines.sweep.words"
    doing = "read"
    name = "reader of words"

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        """Set the limits."""
        super().__init__([], seconds=seconds, memory=memory)

    def read(self, path: Path) -> tuple[Line, ...]:
        """Return the lines of text in a picture's file.

        :raises PictureError: when it cannot be read, or not within the limits
        """
        answer = self.ask(str(path.resolve()))
        if "lines" not in answer:
            raise PictureError(answer["problem"])
        return tuple(
            Line(text, (box[0], box[1], box[2], box[3]), confidence)
            for text, box, confidence in answer["lines"]
        )


def _answer(path: str | None) -> Answer:
    # Loaded here, in the worker alone: it takes a second, and is not always installed.
    ocr = import_module("matchers.pictures.ocr")
    assert path is not None
    return {"lines": ocr.read_lines(Path(path).read_bytes())}


if __name__ == "__main__":
    serve(int(sys.argv[1]), _answer)
