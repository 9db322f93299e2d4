"""Public suffixes: ends of host names under which anybody may register a name (``co.uk``).

The list is publicsuffix.org's as the package tldextract ships it, never one from the network. It is
read here because that package loads an HTTP client first, which takes longer than all of this.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path


def find_registrable(host: str) -> str | None:
    """Return the registrable domain of a host; None when it is a public suffix, or has none.

    The prevailing rule is an exception, or else the longest (publicsuffix.org/list, algorithm);
    where no rule matches, the last label counts as the suffix. Private domains count too.

    :param host: lower case, ASCII, no trailing dot
    """
    labels = host.split(".")
    place = next(_suffixes(labels), len(labels) - 1)
    return ".".join(labels[place - 1 :]) if place else None


def _suffixes(labels: list[str]) -> Iterator[int]:
    """Yield where the suffixes begin that rules match, the longest first."""
    rules = _load_rules()
    for place in range(len(labels)):
        rest = ".".join(labels[place:])
        if f"!{rest}" in rules:
            yield place + 1
        elif rest in rules or f"*.{rest.partition('.')[2]}" in rules:
            yield place


@cache
def _load_rules() -> frozenset[str]:
    package = find_spec("tldextract")
    assert package is not None
    assert package.origin is not None
    text = Path(package.origin).with_name(".tld_set_snapshot").read_text(encoding="utf-8")
    lines = (line.partition(" ")[0] for line in text.splitlines())
    return frozenset(_to_ascii(line) for line in lines if line and not line.startswith("//"))


def _to_ascii(rule: str) -> str:
    if rule.isascii():
        return rule
    labels = (
        label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
        for label in rule.split(".")
    )
    return ".".join(labels)
