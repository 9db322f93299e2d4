"""``markhound demo``: the main job on the bundled sample shop."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from rich.console import Console

from console.commands.hits import print_hits, write_page
from console.compiling import tell_compiling
from console.context import Context, out, pass_context
from console.demo.case import open_sample_case
from console.demo.registry import write_registry
from console.demo.shop import DemoShop, expected_hits
from console.progress import sweep_progress
from console.sweep_text import print_report
from crawler.campaign import Campaign, Limits, OwnMatching, Politeness
from crawler.errors import WorkspaceError
from crawler.intake import import_registry
from crawler.registry import load_registry
from crawler.store.database import now
from crawler.store.hits import StoredHit, find_hits
from crawler.store.listings import find_listings
from crawler.sweep import run_sweep
from crawler.workspace import CONFIG_NAME, Workspace, make_workspace

PORT = 8767
"""Tried first, so that a second run meets the same listings."""


@click.command()
@pass_context
def demo(context: Context) -> None:
    """Sweep the bundled sample shop against the sample registry, and show what was found.

    It needs no internet: the shop runs on this machine while the command does. What was found
    stays in the workspace, which is made if there is none.
    """
    workspace = _workspace(context.folder)
    console = out()
    with tempfile.TemporaryDirectory() as folder:
        file = load_registry(write_registry(Path(folder)), now().date())
        with workspace.store() as db:
            import_registry(db, workspace.pictures, [file], now())
    console.print(f"Sample registry: {len(file.rights)} rights taken in.")
    tell_compiling()
    with DemoShop(PORT) as shop:
        console.print(f"Sample shop: serving on {shop.url}, sweeping it now.")
        with sweep_progress() as show:
            report = run_sweep(workspace, _campaign(shop.url), show)
        expected = expected_hits(shop.url)
    with workspace.store() as db:
        found = find_hits(db, workspace.pictures, sweep=report.sweep, flagged_only=True)
        seen = {stored.listing.url for stored in find_listings(db)}
    print_hits(found, below_too=False)
    print_report(console, report)
    _print_truth(console, found, expected, seen - expected.keys())
    page = workspace.folder / "hits.html"
    write_page(page, found, "en")
    console.print(f"See them with pictures: open {page}", markup=False, soft_wrap=True)
    console.print(
        f"Review them in the browser: markhound --workspace {context.folder} serve",
        markup=False,
        soft_wrap=True,
    )
    planted = {(url, right) for url, rights in expected.items() for right in rights}
    if case := open_sample_case(workspace, found, planted):
        console.print(
            f"A sample case is open: {case.id}, {case.seller} against {case.holder};"
            f" see it: markhound --workspace {context.folder} case show {case.id}",
            markup=False,
            soft_wrap=True,
        )
    console.print("Decide on one: markhound judge HIT --as infringing --by NAME --reason TEXT")
    if report.state != "finished":
        click.get_current_context().exit(3)


def _workspace(folder: Path) -> Workspace:
    if folder.is_dir() and any(folder.iterdir()) and not (folder / CONFIG_NAME).exists():
        raise WorkspaceError(
            f"{folder.resolve()} is no workspace, and it is not empty; name another folder"
            " (markhound --workspace DIR demo), or make it one (markhound init)"
        )
    return make_workspace(folder)


def _campaign(url: str) -> Campaign:
    return Campaign(
        name="demo",
        purpose="show what Markhound does",
        seeds=(url,),
        allow_private=True,  # the shop is on this machine
        limits=Limits(minutes=5),
        politeness=Politeness(delay=0, concurrency=8),  # it is our own
        matching=OwnMatching(words="off"),  # so that it prints the same with and without the extra
    )


def _print_truth(
    console: Console,
    found: Sequence[StoredHit],
    expected: Mapping[str, frozenset[str]],
    others: set[str],
) -> None:
    """Compare what was found with what was planted; both are counted, neither is assumed."""
    flagged = {(stored.hit.listing, stored.hit.right) for stored in found}
    planted = {(url, right) for url, rights in expected.items() for right in rights}
    wrongly = {url for url, _ in flagged - planted}
    console.print(
        f"[bold]{len(planted & flagged)} of {len(planted)} planted infringements found"
        f" (on {len(expected)} listings), {len(wrongly & others)} of {len(others)} other listings"
        " flagged.[/bold]"
    )
    for url, right in sorted(planted - flagged):
        console.print(f"  missed: {right} on {url}", markup=False, soft_wrap=True)
    for url in sorted(wrongly):
        console.print(f"  wrongly flagged: {url}", markup=False, soft_wrap=True)
