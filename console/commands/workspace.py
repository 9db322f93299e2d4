"""``markhound init`` and ``doctor``."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import click

from console.context import Context, json_option, out, pass_context, print_json
from console.doctor import Check, examine
from console.text import clean
from crawler.errors import StopError
from crawler.workspace import CONFIG_NAME, make_workspace


@click.command()
@pass_context
def init(context: Context) -> None:
    """Make a workspace: one folder that holds settings, database, pictures and logs.

    Nothing that is there already is overwritten.
    """
    workspace = make_workspace(context.folder)
    out().print(f"Workspace ready: {clean(str(workspace.folder))}", markup=False, soft_wrap=True)
    out().print(
        "Next: fill in markhound.toml, then `markhound registry import RIGHTS.jsonl`"
        " and `markhound sweep URL`."
    )


@click.command()
@click.option("--full", is_flag=True, help="Compare every index of the database with its table.")
@click.option("--offline", is_flag=True, help="Ask nobody on the network.")
@json_option
@pass_context
@click.pass_context
def doctor(
    ctx: click.Context, context: Context, *, full: bool, offline: bool, as_json: bool
) -> None:
    """Say what this machine lacks and how the workspace stands, and the command that mends it.

    In a workspace: whether its database is whole, the mail relay answers (no mail is sent), each
    time-stamp authority stamps, the clock is right, there is a new backup, and room for the next
    nights. Only what markhound.toml names is asked. Status 1 when something is wrong without which
    nothing works.
    """
    wrong = False
    for check in _checks(context, full=full, offline=offline):
        wrong = wrong or (check.required and not check.ok)
        if as_json:
            print_json(check, keep_empty=True)
        else:
            _tell(check)
    if wrong:
        ctx.exit(1)


def _checks(context: Context, *, full: bool, offline: bool) -> Iterator[Check]:
    yield from examine(context.folder)
    if not (context.folder / CONFIG_NAME).is_file():
        return
    try:
        workspace = context.workspace
    except StopError as error:
        yield Check(
            name="Settings",
            ok=False,
            required=True,
            found=str(error),
            needed_for="everything in the workspace",
            remedy=f"mend {context.folder / CONFIG_NAME} (docs/reference/settings.md)",
            area="workspace",
        )
        return
    # Loaded when asked for: it asks mail servers and authorities, which few machines need.
    module = import_module("console.doctor_workspace")
    yield from module.examine_workspace(workspace, full=full, offline=offline)


def _tell(check: Check) -> None:
    ours = check.area == "workspace"
    mark = "ok     " if check.ok else "MISSING" if check.required else "without"
    if ours and not check.ok:
        mark = "BROKEN " if check.required else "look at"
    out().print(f"{mark}  {check.name}: {check.found}", markup=False, soft_wrap=True)
    if not check.ok:
        out().print(f"         needed for {check.needed_for}", markup=False)
        get = "mend it" if ours else "get it"
        out().print(f"         {get}: {check.remedy}", markup=False, soft_wrap=True)
