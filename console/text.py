"""Text of others, safe to print: what steers a terminal is made visible."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence

import click
from rich.markup import escape
from rich.table import Table

from console.context import out

MOST_IN_TABLE = 500
"""Rows. Laying out a table takes longer than reading the database, so more are plain lines."""


def clean(text: str) -> str:
    """Return text that cannot steer the terminal: control and direction characters made visible."""
    return "".join(visible(character) for character in text)


def visible(character: str) -> str:
    """Return the character, or its code point where it would not be seen."""
    if character in ("\n", "\t"):
        return " "
    if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs", "Co"):
        return f"<{ord(character):04X}>"
    return character


def cell(text: str) -> str:
    """Return text for a cell or a line with rich's mark-up: clean, and taken literally."""
    return escape(clean(text))


def print_rows(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    nothing: str,
    *,
    whole: Collection[str] = (),
) -> None:
    """Print rows as a table, many of them as lines set apart by tabs, none as ``nothing``.

    :param whole: heads of columns that are never broken into lines: ids that are copied
    """
    if not rows:
        out().print(nothing, markup=False)
    elif len(rows) > MOST_IN_TABLE:
        for row in rows:
            click.echo("\t".join(map(clean, row)))
    else:
        table = Table()
        for head in heads:
            table.add_column(head, no_wrap=head in whole)
        for row in rows:
            table.add_row(*map(cell, row))
        out().print(table)
