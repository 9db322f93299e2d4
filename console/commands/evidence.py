"""``markhound evidence``: stamping what was recorded, and verifying it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
from sqlite_utils import Database

from console.commands import capturing, handover
from console.context import Context, json_option, out, pass_context, people, print_json
from console.evidence_text import print_checks
from console.text import clean
from crawler.errors import WorkspaceError
from crawler.store.captures import find_file_of_entry, load_capture
from crawler.workspace import Workspace
from pipelines.evidence.checks import Check
from pipelines.evidence.proof_folders import write_proof
from pipelines.evidence.proofs import prove as prove_entry
from pipelines.evidence.stamps import Stamped, retry_stamps, stamp_ledger, words_of
from pipelines.evidence.statements import stamps_folder
from pipelines.evidence.trust import load_trust
from pipelines.evidence.verify import check_path, check_workspace

EXIT_BROKEN = 1


@click.group()
def evidence() -> None:
    """Have what was recorded stamped by others, prove it, verify it, hand it over."""


for command in (capturing.capture, *handover.COMMANDS):
    evidence.add_command(command)


@evidence.command()
@click.option("--retry", is_flag=True, help="Ask once more whoever failed, for earlier stamps too.")
@pass_context
@click.pass_context
def stamp(ctx: click.Context, context: Context, *, retry: bool) -> None:
    """Have all that is new in the ledger stamped by the authorities of markhound.toml.

    One asking of each covers everything since the last stamp. Status 1 when none of them stamped.
    """
    workspace = context.workspace
    if retry:
        made = list(_told(retry_stamps(workspace)))
        nothing = "Nothing to ask again: every authority that was asked has stamped."
    else:
        new = stamp_ledger(workspace)
        made = list(_told([new] if new else []))
        nothing = "Nothing is new in the ledger since the last stamp."
    if not made:
        people().print(nothing)
    if not all(stamped.granted for stamped in made):
        ctx.exit(EXIT_BROKEN)


def _told(made: Iterable[Stamped]) -> Iterator[Stamped]:
    """Say what happened with each stamp, as it happens."""
    for stamped in made:
        for line in words_of(stamped):
            out().print(clean(line), markup=False, soft_wrap=True)
        yield stamped


@evidence.command()
@click.argument("what", metavar="CAPTURE|ENTRY")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="A new folder for the proof.",
)
@pass_context
def prove(context: Context, what: str, output: Path) -> None:
    """Write a folder by which one capture, or one entry of the ledger, proves its place in a stamp.

    A capture's file is laid into it.
    Anybody can check it: `markhound evidence verify` without a workspace, or the commands of its
    VERIFY.txt with openssl and Python alone. An entry is named by its number.
    """
    workspace = context.workspace
    with workspace.store() as db:
        proof = prove_entry(db, _entry_of(db, what))
        about = find_file_of_entry(db, proof.entry.number)
    write_proof(proof, stamps_folder(workspace), output)
    if about is not None:
        _lay_beside(workspace.folder / about, output)
    people().print(
        clean(
            f"entry {proof.entry.number} ({proof.entry.kind} of {proof.entry.subject}): {output}"
        ),
        markup=False,
        soft_wrap=True,
    )


def _lay_beside(source: Path, folder: Path) -> None:
    """Copy the file of a capture; whether it is still the one recorded, ``verify`` tells."""
    try:
        shutil.copyfile(source, folder / source.name)
    except OSError as error:
        people().print(f"without the capture itself: {source}: {error.strerror}", markup=False)


def _entry_of(db: Database, what: str) -> int:
    """Return the number of the entry that a number, or a capture's id or its start, names."""
    if what.isascii() and what.isdigit() and len(what) < 19:
        return int(what)
    return load_capture(db, what).entry


@evidence.command()
@click.argument("path", metavar="[PATH]", required=False, type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="The whole workspace.")
@click.option(
    "--root",
    "roots",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="PEM file with the root of a time-stamp authority that you trust; may be repeated.",
)
@json_option
@pass_context
@click.pass_context
def verify(
    ctx: click.Context,
    context: Context,
    path: Path | None,
    roots: Sequence[Path],
    *,
    everything: bool,
    as_json: bool,
) -> None:
    """Say what is proven and by whom, what holds, what is not proven, and what is broken.

    With --all: the ledger entry by entry, every stamp, every row that names an entry, every file of
    a capture. With a path: what lies there, told by its content; that needs no workspace, and
    trusts the roots of --root and of the workspace's settings, if there is one. Status 1 when
    anything is broken; what is intact and not stamped yet is told, and no failure.
    """
    if everything == (path is not None):
        raise click.UsageError("expected either a path or --all")
    if path is None:
        checks = check_workspace(context.workspace, load_trust(context.workspace, roots))
    else:
        checks = check_path(path, load_trust(_find_workspace(context), roots))
    broken = _print_json(checks) if as_json else print_checks(out(), checks)
    if broken:
        ctx.exit(EXIT_BROKEN)


def _find_workspace(context: Context) -> Workspace | None:
    try:
        return context.workspace
    except WorkspaceError:
        return None


def _print_json(checks: Iterable[Check]) -> bool:
    """Print a line for each check; return whether anything is broken."""
    broken = False
    for check in checks:
        broken = broken or check.state == "broken"
        print_json(check, keep_empty=True)
    return broken
