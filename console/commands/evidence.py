"""``markhound evidence``."""

from __future__ import annotations

import click

from console.commands.capturing import capture


@click.group()
def evidence() -> None:
    """Evidence: what was seen, kept so that others can check it without us."""


evidence.add_command(capture)
