"""``markhound evidence``: what is kept as evidence, checked and handed over."""

from __future__ import annotations

from pathlib import Path

import click

from console.commands.handover import COMMANDS
from console.context import Context, json_option, out, pass_context, print_json
from console.text import clean
from crawler.errors import InputError, WorkspaceError
from crawler.store.handover import KnownKey, find_keys
from crawler.workspace import Workspace
from pipelines.evidence.bag_check import looks_like_bag
from pipelines.evidence.bundle_check import check_bundle


@click.group()
def evidence() -> None:
    """Check evidence, hand cases over, and take in those of others."""


for command in COMMANDS:
    evidence.add_command(command)


@evidence.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@json_option
@pass_context
@click.pass_context
def verify(ctx: click.Context, context: Context, path: Path, *, as_json: bool) -> None:
    """Say what is proven and by whom, what holds, what is not proven, and what is broken.

    It needs no workspace; with one, the keys that it trusts are known. Status 1 when anything is
    broken; what is intact and signed by a key that is not known is told, and no failure.
    """
    if not looks_like_bag(path):
        raise InputError(f"expected the folder of a bundle, with its bagit.txt, got {path}")
    checks = check_bundle(path, _keys(context))
    for check in checks:
        if as_json:
            print_json(check, keep_empty=True)
            continue
        by = f" (by {check.by})" if check.by else ""
        line = f"{check.state:8} {check.what}: {check.subject}{by}: {check.detail}"
        out().print(clean(line), markup=False, soft_wrap=True)
    if any(check.state == "broken" for check in checks):
        ctx.exit(1)


def _keys(context: Context) -> list[KnownKey]:
    workspace = _find_workspace(context)
    if workspace is None:
        return []
    with workspace.store() as db:
        return find_keys(db)


def _find_workspace(context: Context) -> Workspace | None:
    try:
        return context.workspace
    except WorkspaceError:
        return None
