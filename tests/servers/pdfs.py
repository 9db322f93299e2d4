"""Reads PDFs as far as tests need it."""

from __future__ import annotations

import re
import zlib


def streams(pdf: bytes) -> list[bytes]:
    """Return the streams of the file that are compressed as most are."""
    found = []
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(match[1]))
        except zlib.error:
            found.append(match[1])
    return found


def text_of(pdf: bytes) -> str:
    """Return the characters of all fonts' maps to Unicode: what can be copied from the file."""
    maps = [stream.decode("latin-1") for stream in streams(pdf) if b"beginbfchar" in stream]
    codes = re.findall(r"<[0-9A-Fa-f]+> <([0-9A-Fa-f]+)>", "".join(maps))
    return "".join(bytes.fromhex(code).decode("utf-16-be") for code in codes)
