"""A listing in the making: the first layer that gives a field keeps it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from crawler.extract.contradictions import find_contradiction
from crawler.model import Listing

Fields = Mapping[str, Any]
"""Some fields of a Listing, by name; None and empty ones count as not given."""


_LEFT_OVER = re.compile(
    r"\$\{?[a-z_][\w.]*\}?|\{\{.*\}\}|\[\[.*\]\]|<%.*%>|%[a-z_]+%|undefined|null|none|nan"
    r"|\[object object\]",
    re.IGNORECASE,
)


def _says_something(value: object) -> bool:
    """Tell whether a value is one: neither empty nor left by a broken template (``{{ name }}``)."""
    if isinstance(value, str):
        return bool(value) and (len(value) > 60 or _LEFT_OVER.fullmatch(value) is None)
    return value not in (None, (), {})


class Draft:
    """Collects the fields of one listing, and the layer that each came from."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.layers: dict[str, str] = {}
        self.contradictions: list[str] = []
        """In words, what two layers say differently."""

    def add(self, layer: str | None, fields: Fields) -> None:
        """Take every field that no earlier layer gave; None for what was not read from a page."""
        for name, value in fields.items():
            if not _says_something(value):
                continue
            if name not in self.fields:
                self.fields[name] = value
                if layer is not None:
                    self.layers[name] = layer
            elif layer is not None and name in self.layers:
                self._compare(name, layer, value)

    def compare(self, layer: str, fields: Fields) -> None:
        """Note what fields contradict, and take nothing."""
        for name, value in fields.items():
            if name in self.layers and _says_something(value):
                self._compare(name, layer, value)

    def _compare(self, name: str, layer: str, value: object) -> None:
        known, known_layer = self.fields[name], self.layers[name]
        said = find_contradiction(name, known_layer, known, layer, value)
        if said is not None and layer != "assumed":
            self.contradictions.append(said)

    def replace(self, layer: str, fields: Fields) -> None:
        """Take fields in place of what an earlier layer gave otherwise."""
        for name, value in fields.items():
            if _says_something(value) and self.fields.get(name) != value:
                if name in self.layers:
                    self._compare(name, layer, value)
                self.fields.pop(name, None)
                self.add(layer, {name: value})

    def listing(self) -> Listing:
        """Return the record; ``url`` and ``title`` must have been given."""
        return Listing(**self.fields, layers=dict(self.layers))
