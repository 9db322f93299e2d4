"""The sample registry: rights of invented holders, and the pictures deposited with them."""

from __future__ import annotations

from pathlib import Path

import orjson

from console.demo.pictures import encode_reference
from crawler.formats import parse_record
from crawler.model import Right

RIGHTS = Path(__file__).with_name("rights.jsonl")
"""The rights as data; the stem of each image path names a drawing."""


def load_rights() -> tuple[Right, ...]:
    """Return the sample rights, their image paths relative as in the file."""
    lines = RIGHTS.read_bytes().splitlines()
    return tuple(parse_record(Right, orjson.loads(line)) for line in lines)


def write_registry(folder: Path) -> Path:
    """Write ``rights.jsonl`` and the pictures beside it into ``folder``; return the file's path."""
    for name in {name for right in load_rights() for name in right.images}:
        picture = folder / name
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(encode_reference(picture.stem, picture.suffix))
    target = folder / RIGHTS.name
    target.write_bytes(RIGHTS.read_bytes())
    return target
