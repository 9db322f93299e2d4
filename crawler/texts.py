"""Protected texts that stand in files of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from crawler.model import Right

SUFFIX = ".txt"
LONGEST_NAME = 1000
MAX_BYTES = 20 * 1024 * 1024
"""Larger files are refused; a long novel has a tenth of it."""
_CHARSETS = ("utf-8-sig", "gb18030")


def is_text_file(text: str) -> bool:
    """Tell whether an entry of ``Right.texts`` names a file: one line that ends in ``.txt``."""
    named = text.strip().lower().endswith(SUFFIX) and len(text) <= LONGEST_NAME
    return named and "\n" not in text.strip()


def load_texts(right: Right, folder: Path) -> tuple[Right, list[str]]:
    """Return a right with the texts that its files hold, and what is wrong with these.

    :param folder: where relative paths start
    """
    texts: list[str] = []
    problems: list[str] = []
    for text in right.texts:
        if not is_text_file(text):
            texts.append(text)
            continue
        try:
            texts.append(read_text_file(folder / text.strip()))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            problems.append(f"cannot read the text {text.strip()!r}: {reason}")
    return replace(right, texts=tuple(texts)), problems


def read_text_file(path: Path) -> str:
    """Return what a text file holds: UTF-8, or GB 18030 as Chinese texts often are.

    :raises OSError: when it cannot be read
    :raises ValueError: when it is too large, or in neither of these
    """
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"expected at most {MAX_BYTES:,} bytes, got more")
    for text in _decoded(data):
        return text
    raise ValueError("expected a text in UTF-8 or GB 18030")


def _decoded(data: bytes) -> Iterator[str]:
    for charset in _CHARSETS:
        try:
            text = data.decode(charset)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            yield text
