"""``markhound recipient``."""

from __future__ import annotations

import click

from console.context import Context, json_option, pass_context, people, print_json
from console.text import clean
from pipelines.rdap import BOOTSTRAP
from pipelines.takedown.recipients import add_recipients, as_toml, propose_recipients


@click.group()
def recipient() -> None:
    """Who receives notices about a site."""


@recipient.command()
@click.argument("site", metavar="SITE|URL")
@click.option("--rdap", default=BOOTSTRAP, help="Where RDAP's bootstrap files are.")
@click.option("--offline", is_flag=True, help="Ask nobody: only what the workspace knows.")
@click.option("--add", is_flag=True, help="Write them into recipients.toml, but for guesses.")
@json_option
@pass_context
def find(
    context: Context, site: str, rdap: str, *, offline: bool, add: bool, as_json: bool
) -> None:
    """Propose who may take a listing down: tables to paste into recipients.toml.

    From that file, the pages that sweeps read, and RDAP: of the network of the host and of the
    registrar of the name. Each says where it was found; a guess is marked so. A person verifies the
    address, and writes `verified_at`.
    """
    workspace = context.workspace
    with workspace.store() as db:
        bootstrap = None if offline else rdap
        found, problems = propose_recipients(workspace, db, site, bootstrap=bootstrap)
    for problem in problems:
        people().print(clean(f"warning: {problem}"), markup=False, soft_wrap=True)
    for proposal in found:
        if as_json:
            print_json(proposal)
        else:
            click.echo(as_toml(proposal))
    if add:
        new = add_recipients(workspace, [p for p in found if not p.guess])
        people().print(f"{len(new)} written to recipients.toml; verify them before you send")
