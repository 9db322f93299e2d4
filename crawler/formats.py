"""The file formats, read and written at the border.

Records are plain frozen dataclasses inside; here pydantic checks what comes from outside.
JSON Lines: one object per line, UTF-8; blank lines are passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from crawler.errors import InputError, Problem

Record = TypeVar("Record")


_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(kind: type[Record]) -> TypeAdapter[Record]:
    """Return the checker of a kind of record; building one costs milliseconds, so once."""
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def parse_record(kind: type[Record], data: object) -> Record:
    """Check ``data`` (parsed JSON) and return it as a record of ``kind``.

    :raises pydantic.ValidationError: with the path of every key that is wrong
    """
    record: Record = _adapter(kind).validator.validate_python(data)
    return record


def load_record(kind: type[Record], text: str | bytes) -> Record:
    """Return the record that ``dump_json`` wrote."""
    return _adapter(kind).validate_json(text)


def dump_record(record: object, *, keep_empty: bool = False) -> dict[str, Any]:
    """Return the record as JSON-ready values, leaving out optional keys that say nothing."""
    data: dict[str, Any] = _adapter(type(record)).dump_python(
        record, mode="json", exclude_defaults=not keep_empty
    )
    return data


def dump_json(record: object, *, keep_empty: bool = False, **more: object) -> str:
    """Return the record as one line of JSON, keys in the order of the record's fields.

    :param more: further keys, put in front
    """
    if not more:
        return dump_line(record, keep_empty=keep_empty).decode()
    data = {**more, **dump_record(record, keep_empty=keep_empty)}
    return orjson.dumps(data, option=orjson.OPT_UTC_Z).decode()


def dump_line(record: object, *, keep_empty: bool = False) -> bytes:
    """Return the same as UTF-8, for files with many records."""
    serializer = _adapter(type(record)).serializer
    return serializer.to_json(record, exclude_defaults=not keep_empty)


def problems_of(
    error: ValidationError, path: Path, line: int | None, expected: str
) -> Iterator[Problem]:
    """Turn a validation error into problems that say what was got and what was expected.

    :param expected: what the whole is (``a right``, ``a campaign``), for unknown keys
    """
    for item in error.errors(include_url=False):
        where = ".".join(str(part) for part in item["loc"])
        if item["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
            message = f"unknown key; {expected} has no such key"
        elif item["type"] in ("missing", "missing_argument"):
            message = "required key is missing"
        else:
            message = f"{item['msg']}; got {item['input']!r:.80}"
        yield Problem(path=path, line=line, where=where, message=message)


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any] | Problem]]:
    """Yield each line's number and its JSON object, or the problem with it.

    :raises InputError: when the file cannot be read
    """
    for number, raw in _raw_lines(path):
        yield number, _parse_line(path, number, raw)


def _raw_lines(
    path: Path, seen: Callable[[int], None] | None = None
) -> Iterator[tuple[int, bytes]]:
    try:
        source = path.open("rb")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    with source:
        for number, raw in enumerate(source, start=1):
            if seen is not None:
                seen(len(raw))
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            if not raw.isspace() and raw:
                yield number, raw


def _parse_line(path: Path, number: int, raw: bytes) -> dict[str, Any] | Problem:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = "expected UTF-8, got UTF-16; save the file as UTF-8"
        return Problem(path=path, line=number, where="", message=message)
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        message = f"not a JSON object: {error.msg} at column {error.colno}"
        return Problem(path=path, line=number, where="", message=message)
    if not isinstance(data, dict):
        message = f"expected a JSON object, got {type(data).__name__}"
        return Problem(path=path, line=number, where="", message=message)
    return data


def read_records(
    kind: type[Record], path: Path, expected: str, seen: Callable[[int], None] | None = None
) -> Iterator[tuple[int, Record | Problem]]:
    """Yield each line's number and its record, or each problem with it.

    :param expected: what a line is (``a right``, ``a listing``), for the messages
    :param seen: is told of the bytes that were read
    :raises InputError: when the file cannot be read
    """
    validate = _adapter(kind).validator.validate_json
    for number, raw in _raw_lines(path, seen):
        try:
            record: Record = validate(raw)
        except ValidationError:
            yield from _read_slowly(kind, path, expected, number, raw)
        else:
            yield number, record


def _read_slowly(
    kind: type[Record], path: Path, expected: str, number: int, raw: bytes
) -> Iterator[tuple[int, Record | Problem]]:
    """Read a line that pydantic refuses; what is wrong with it is told better in two steps."""
    data = _parse_line(path, number, raw)
    if isinstance(data, Problem):
        yield number, data
        return
    try:
        yield number, parse_record(kind, data)
    except ValidationError as error:
        for problem in problems_of(error, path, number, expected):
            yield number, problem
