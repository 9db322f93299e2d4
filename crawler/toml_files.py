"""Reading TOML files as records."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from crawler.errors import FileFormatError, InputError, Problem
from crawler.formats import parse_record, problems_of

Record = TypeVar("Record")


def load_toml(kind: type[Record], path: Path, expected: str) -> Record:
    """Read a TOML file as a record.

    :raises InputError: when it cannot be read
    :raises FileFormatError: with the path of every key that is wrong
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = Problem(path=path, line=None, where="", message=f"not TOML: {error}")
        raise FileFormatError([problem]) from error
    try:
        return parse_record(kind, data)
    except ValidationError as error:
        raise FileFormatError(list(problems_of(error, path, None, expected))) from error
