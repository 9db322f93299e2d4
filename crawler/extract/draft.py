"""A listing in the making: the first layer that gives a field keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crawler.model import Listing

Fields = Mapping[str, Any]
"""Some fields of a Listing, by name; None and empty ones count as not given."""


class Draft:
    """Collects the fields of one listing, and the layer that each came from."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.layers: dict[str, str] = {}

    def add(self, layer: str | None, fields: Fields) -> None:
        """Take every field that no earlier layer gave; None for what was not read from a page."""
        for name, value in fields.items():
            if value not in (None, "", (), {}) and name not in self.fields:
                self.fields[name] = value
                if layer is not None:
                    self.layers[name] = layer

    def replace(self, layer: str, fields: Fields) -> None:
        """Take fields in place of what an earlier layer gave."""
        for name in fields:
            self.fields.pop(name, None)
        self.add(layer, fields)

    def listing(self) -> Listing:
        """Return the record; ``url`` and ``title`` must have been given."""
        return Listing(**self.fields, layers=dict(self.layers))
