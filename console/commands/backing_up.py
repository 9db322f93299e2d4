"""``markhound backup`` and ``restore``."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from console.context import Context, json_option, pass_context, people, print_json
from console.progress import counting
from console.text import clean
from crawler.backup import Backup, check_backup, restore_backup, size_of, write_backup
from crawler.store.database import now, writing
from crawler.store.ledger import append_entry

MIB = 2**20
EXISTING = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@pass_context
def backup(context: Context, file: Path, *, as_json: bool) -> None:
    """Write the whole workspace to one file, while it is in use.

    FILE holds the workspace's keys and the hashes of its passphrases: keep it as safe as the
    workspace. Indexes are left out; they are made again when needed.
    """
    workspace = context.workspace
    with workspace.store():
        pass  # a database that cannot be opened is told before anything is written
    with counting("backing up", "MiB", size_of(workspace) // MIB) as show:
        made = write_backup(workspace, file, at=now(), show=lambda done: show(done // MIB))
    with file.open("rb") as whole:
        digest = hashlib.file_digest(whole, "sha256").hexdigest()
    record = {
        "sha256": digest,
        "files": made.files,
        "bytes": made.size,
        "file": clean(str(file.resolve())),
    }
    with workspace.store() as db, writing(db):
        append_entry(db, "backup", "workspace", record, by="markhound", at=made.made_at)
    for problem in made.left_out:
        people().print(f"left out: {clean(problem)}", markup=False, soft_wrap=True)
    if as_json:
        print_json(made, keep_empty=True, sha256=digest)
    _tell(f"{_words(made)} written to {file.resolve()}, SHA-256 {digest}")


@click.command()
@click.argument("file", type=EXISTING)
@click.option("--check", is_flag=True, help="Compare every byte with the manifest; write nothing.")
@json_option
@pass_context
def restore(context: Context, file: Path, *, check: bool, as_json: bool) -> None:
    """Make the workspace of a backup again, in the folder that --workspace names.

    The folder must be empty, or not there yet. Every file is compared with the backup's manifest
    before the folder takes its place; when anything is wrong, nothing is left behind.
    """
    size = file.stat().st_size // MIB
    with counting("checking" if check else "restoring", "MiB packed", size) as show:
        if check:
            found = check_backup(file, show=lambda done: show(done // MIB))
        else:
            found = restore_backup(file, context.folder, show=lambda done: show(done // MIB))
    if as_json:
        print_json(found, keep_empty=True)
    if check:
        _tell(f"{file}: whole, {_words(found)}")
        return
    _tell(f"{_words(found)} restored to {context.folder.resolve()}")
    _tell(
        "What it holds as evidence is checked by"
        f" `markhound --workspace {context.folder} evidence verify --all`"
    )


def _words(made: Backup) -> str:
    return (
        f"{made.files:,} files, {made.size / MIB:,.1f} MiB,"
        f" of {made.made_at:%Y-%m-%d %H:%M} UTC by Markhound {clean(made.version)}"
    )


def _tell(text: str) -> None:
    people().print(text, markup=False, soft_wrap=True)
