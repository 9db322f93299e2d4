"""The ``markhound`` command."""

from __future__ import annotations

import sqlite3
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from console.context import Context
from crawler.errors import BrokenOffError, StopError
from crawler.troubles import find_trouble, remedy_of

COMMANDS = {
    "init": "workspace",
    "demo": "demo",
    "registry": "registry",
    "campaign": "sweeping",
    "sweep": "sweeping",
    "match": "match",
    "extract": "extract",
    "hits": "hits",
    "explain": "explain",
    "rematch": "rematching",
    "judge": "judging",
    "second-looks": "second_looks",
    "schedule": "scheduling",
    "tip": "tips",
    "audit": "auditing",
    "evaluate": "evaluating",
    "report": "reporting",
    "serve": "serving",
    "user": "users",
    "case": "cases",
    "notice": "notices",
    "follow-up": "following",
    "recipient": "recipients",
    "evidence": "evidence",
    "listings": "stored",
    "pages": "stored",
    "sites": "stored",
    "sweeps": "stored",
    "deadlines": "deadlines",
    "digest": "digesting",
    "backup": "backing_up",
    "restore": "backing_up",
    "retention": "retaining",
    "doctor": "workspace",
}
"""Command -> module of console.commands, in the order in which people need them. A module is
loaded when its command is called: Scrapy alone takes longer to load than most commands to run."""

NAMED = {"follow-up": "follow_up_command", "second-looks": "second_looks"}
"""Command -> its name in its module, where that is another one."""

EXIT_WRONG = 2
EXIT_STOPPED = 3


class _Commands(click.Group):
    """Finds the commands, and turns errors into exit statuses."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"console.commands.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, NAMED.get(cmd_name, cmd_name))
        return command

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        try:
            return super().invoke(ctx)
        except StopError as error:
            _tell(ctx, str(error), error)
            ctx.exit(EXIT_STOPPED if isinstance(error, BrokenOffError) else EXIT_WRONG)
        except sqlite3.Error as error:
            _tell(ctx, f"the workspace's database: {error}", error)
            ctx.exit(EXIT_WRONG)
        except BrokenPipeError:
            raise  # click ends quietly when nobody reads on
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            _tell(ctx, f"{place}{error.strerror or error}", error)
            ctx.exit(EXIT_WRONG)
        except UnicodeEncodeError as error:
            click.echo(f"markhound: expected text, got {error.object!r:.80}", err=True)
            ctx.exit(EXIT_WRONG)
        except KeyboardInterrupt:
            click.echo("markhound: stopped", err=True)
            ctx.exit(EXIT_STOPPED)


def _tell(ctx: click.Context, message: str, error: BaseException) -> None:
    """Say what was in the way, and, where it is the disk or the database, how to mend it."""
    click.echo(f"markhound: {message}", err=True)
    place = _place_of(ctx, error)
    trouble = find_trouble(error, place)
    if trouble is not None and not (trouble == "disk" and isinstance(error, OSError)):
        click.echo(remedy_of(trouble, place), err=True)


def _place_of(ctx: click.Context, error: BaseException) -> Path:
    """Return the folder of the file that could not be written, else the workspace's."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.filename:
            return Path(str(cause.filename)).absolute().parent
        cause = cause.__cause__
    folder: Path = ctx.obj.folder if ctx.obj is not None else Path()
    return folder.absolute()


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


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # Chinese must print under any locale
            stream.reconfigure(encoding="utf-8", errors="replace")
    cli(prog_name="markhound")


if __name__ == "__main__":
    main()
