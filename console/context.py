"""What every command has: the workspace, JSON on stdout, people's words on stderr."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crawler.formats import dump_json

if TYPE_CHECKING:
    from rich.console import Console

    from crawler.workspace import Workspace

PLAIN_WIDTH = 110
"""Columns when the output is no terminal."""


@dataclass(frozen=True)
class Context:
    """The global options."""

    folder: Path

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace, opened.

        :raises WorkspaceError: when the folder is none
        """
        # Loaded when asked for, as the commands are: its store takes longer than all of this.
        opened: Workspace = import_module("crawler.workspace").open_workspace(self.folder)
        return opened


pass_context = click.make_pass_decorator(Context)

json_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object per line on stdout."
)


def out() -> Console:
    """Return the console for what was asked for: stdout."""
    return _console(stderr=False)


def people() -> Console:
    """Return the console for words to people: stderr."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PLAIN_WIDTH
    # Loaded when asked for: commands that only write plain lines do without.
    console = import_module("rich.console").Console
    made: Console = console(stderr=stderr, width=width, highlight=False, emoji=False)
    return made


def print_json(record: object, *, keep_empty: bool = False, **more: object) -> None:
    """Write a record as one line of JSON on stdout, ``more`` keys in front of its own."""
    click.echo(dump_json(record, keep_empty=keep_empty, **more))
