"""Shops whose catalogue is asked for in GraphQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crawler.errors import ExtractionError
from spiders.platforms.catalogue import expected


def data_of(answer: object) -> Mapping[str, Any]:
    """Return ``data`` of a GraphQL answer.

    :raises ExtractionError: it is no such answer, or tells errors and no data
    """
    whole = expected(answer, dict, "an answer in GraphQL")
    data = whole.get("data")
    if isinstance(data, dict) and any(value is not None for value in data.values()):
        return data
    errors = whole.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    message = first.get("message") if isinstance(first, dict) else first
    raise ExtractionError(f"the interface refuses the query: {str(message or 'no data')[:200]}")


def part(data: Mapping[str, Any], *path: str) -> Any:  # noqa: ANN401 (JSON)
    """Return what stands at a path of nested objects; None when a part is missing."""
    found: Any = data
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found
