"""The ``markhound`` command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from console.commands.demo import demo
from console.commands.hits import hits, judge
from console.commands.match import match
from console.commands.notices import notice
from console.commands.registry import registry
from console.commands.stored import listings, sites, sweeps
from console.commands.sweeping import campaign, sweep
from console.commands.workspace import doctor, init
from console.context import Context
from crawler.errors import StopError

EXIT_WRONG = 2
EXIT_STOPPED = 3


class _Commands(click.Group):
    """Keeps the order in which the commands are used, and turns errors into exit statuses."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        try:
            return super().invoke(ctx)
        except StopError as error:
            click.echo(f"markhound: {error}", err=True)
            ctx.exit(EXIT_WRONG)
        except KeyboardInterrupt:
            click.echo("markhound: stopped", err=True)
            ctx.exit(EXIT_STOPPED)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit status: 0 done, 1 a check does not hold, 2 wrong use or bad input,"
    " 3 stopped early with everything so far kept.",
)
@click.option(
    "--workspace",
    "-w",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    envvar="MARKHOUND_WORKSPACE",
    show_envvar=True,
    help="The workspace folder; the current folder unless given.",
)
@click.version_option(package_name="markhound")
@click.pass_context
def cli(ctx: click.Context, folder: Path) -> None:
    """Find infringements of intellectual property online, and prepare their takedown."""
    ctx.obj = Context(folder=folder)


for command in (
    init,
    demo,
    registry,
    campaign,
    sweep,
    match,
    hits,
    judge,
    notice,
    listings,
    sites,
    sweeps,
    doctor,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # Chinese must print under any locale
            stream.reconfigure(encoding="utf-8", errors="replace")
    cli(prog_name="markhound")


if __name__ == "__main__":
    main()
