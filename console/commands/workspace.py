"""``markhound init`` and ``doctor``."""

from __future__ import annotations

import click

from console.context import Context, json_option, out, pass_context, print_json
from console.doctor import examine
from crawler.workspace import make_workspace


@click.command()
@pass_context
def init(context: Context) -> None:
    """Make a workspace: one folder that holds settings, database, pictures and logs.

    Nothing that is there already is overwritten.
    """
    workspace = make_workspace(context.folder)
    out().print(f"Workspace ready: {workspace.folder}", soft_wrap=True)
    out().print(
        "Next: fill in markhound.toml, then `markhound registry import RIGHTS.jsonl`"
        " and `markhound sweep URL`."
    )


@click.command()
@json_option
@pass_context
@click.pass_context
def doctor(ctx: click.Context, context: Context, *, as_json: bool) -> None:
    """Say what this machine lacks, and the one command that gets it."""
    checks = examine(context.folder)
    for check in checks:
        if as_json:
            print_json(check, keep_empty=True)
        else:
            mark = "ok     " if check.ok else "MISSING" if check.required else "without"
            out().print(f"{mark}  {check.name}: {check.found}", markup=False, soft_wrap=True)
            if not check.ok:
                out().print(f"         needed for {check.needed_for}", markup=False)
                out().print(f"         get it: {check.remedy}", markup=False, soft_wrap=True)
    if any(check.required and not check.ok for check in checks):
        ctx.exit(1)
