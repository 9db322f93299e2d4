"""``markhound evidence capture``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import click

from console.authentication import authenticate
from console.context import Context, json_option, pass_context, people, print_json
from console.text import clean
from crawler.store.captures import Capture
from pipelines.evidence.capture import (
    Wanted,
    capture_all,
    find_browser,
    wanted_of_hit,
)

NOBODY = "markhound"
"""Who captures when nobody is named: the program by itself, as in a sweep."""


@click.command()
@click.argument("what", metavar="HIT | URL...", nargs=-1, required=True)
@click.option(
    "--by",
    default=NOBODY,
    show_default=True,
    help="Who captures; in a workspace with accounts, one of them, who proves it.",
)
@click.option("--purpose", default="on request", show_default=True, help="What it is for.")
@click.option("--allow-private", is_flag=True, help="Fetch loopback and private addresses too.")
@json_option
@pass_context
@click.pass_context
def capture(
    ctx: click.Context,
    context: Context,
    what: Sequence[str],
    by: str,
    purpose: str,
    *,
    allow_private: bool,
    as_json: bool,
) -> None:
    """Keep evidence of pages as they are now: of a hit's listing, or of URLs.

    Each becomes one WACZ in the workspace's evidence/captures/, which replayweb.page opens, with an
    entry of the ledger. A page is fetched as a sweep would (robots.txt, the guard, the user agent),
    and shown by a browser where there is one. A capture of a challenge, of an error, of an empty
    page, or of a page that does not show what the hit speaks of is kept, and is told to be no
    proof: exit status 1.
    """
    for name, value in (("--by", by), ("--purpose", purpose)):
        if not value.strip():
            raise click.UsageError(f"{name} is empty")
        if not value.isprintable():
            raise click.UsageError(f"{name}: expected text on one line, got {value!a}")
    workspace = context.workspace
    with workspace.store() as db:
        operator = by.strip() if by.strip() == NOBODY else authenticate(db, by).name
        wanted = [
            Wanted(url=one) if "://" in one else wanted_of_hit(db, workspace, one) for one in what
        ]
    if allow_private:
        wanted = [replace(one, allow_private=True) for one in wanted]
    captures = capture_all(
        workspace,
        wanted,
        purpose=purpose.strip(),
        operator=operator,
        browser=find_browser(workspace),
        on_capture=print_json if as_json else _tell,
    )
    if not all(made.proof for made in captures):
        ctx.exit(1)


def _tell(made: Capture) -> None:
    lines = [f"{made.id} {made.state.value} {made.url}", f"  {made.file}"]
    if not made.proof:
        lines.append(f"  no proof: {'; '.join(made.doubts)}")
    if why := made.record["not_rendered"]:
        lines.append(f"  not shown by a browser: {why}")
    lines += [f"  differs: {difference}" for difference in made.record["differences"]]
    for line in lines:
        people().print(clean(line), markup=False, soft_wrap=True)
