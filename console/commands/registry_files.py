"""``markhound registry import``, ``check`` and ``columns``: files of rights, ours and offices'."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
import orjson

from console.context import Context, json_option, pass_context, people, print_json
from console.progress import counting
from console.text import cell, print_rows
from crawler.errors import FileFormatError, InputError, Problem
from crawler.offices.mapping import (
    FIELDS,
    TableMapping,
    find_known_table,
    load_mapping,
    plain_head,
)
from crawler.offices.reading import Entry
from crawler.offices.sources import count_bytes
from crawler.problems import Tally
from crawler.registry import Ids, check_entries
from crawler.registry_entries import read_first_rows
from crawler.registry_table import COLUMNS
from crawler.staging import Staging, import_staged
from crawler.store.database import now
from crawler.store.rights import Change, StoredRight, each_right
from crawler.table_rows import TableError

MEGABYTE = 1_000_000
MOST_SHOWN = 10
"""Rights of a dry run that are shown."""
CHANGES: tuple[Change, ...] = ("added", "updated", "unchanged")
EXISTING = click.Path(path_type=Path, exists=True, dir_okay=False)

mapping_option = click.option(
    "--mapping", "mapping_file", type=EXISTING, help="Which column of a table is which field."
)


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=EXISTING)
@mapping_option
@click.option("--dry-run", is_flag=True, help="Show what would be read; take nothing in.")
@json_option
@pass_context
def import_(
    context: Context,
    files: Sequence[Path],
    mapping_file: Path | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take rights into the workspace, pictures included: registry files and offices' files.

    All files or none: every problem of every file is told, with its line. A right that is there
    already is updated by its id, and its history is kept.
    """
    mapping = None if mapping_file is None else load_mapping(mapping_file)
    chosen = list(dict.fromkeys(files))
    if dry_run:
        _show(chosen, mapping, as_json=as_json)
        return
    workspace = context.workspace
    with Staging(workspace.folder) as staging:
        with _reading(chosen) as seen:
            for path in chosen:
                staging.read(path, now().date(), mapping, seen)
        _refuse(staging.problems)
        _tell(staging.problems)
        with (
            workspace.store() as db,
            counting("recording", "rights", len(staging)) as show,
        ):
            changes = import_staged(db, workspace.pictures, staging, now(), show)
    _tell_changes(changes, staging.problems, as_json=as_json)


def _tell_changes(changes: Mapping[Change, int], problems: Tally, *, as_json: bool) -> None:
    total = sum(changes.values())
    if as_json:
        told = [
            {"kind": kind.kind, "count": kind.count, "first": [str(p) for p in kind.first]}
            for kind in problems.kinds
        ]
        counts = {str(change): changes[change] for change in CHANGES}
        click.echo(orjson.dumps({"rights": total, **counts, "warnings": told}))
    counted = ", ".join(f"{changes[change]} {change}" for change in CHANGES)
    warned = problems.count("warning")
    more = f"; {warned:,} warnings" if warned else ""
    people().print(f"{total} rights: {counted}{more}")


@contextmanager
def _reading(files: Sequence[Path]) -> Iterator[Callable[[int], None]]:
    """Show how much of some files is read while the ``with`` block runs."""
    total = sum(count_bytes(path) for path in files)
    with counting("reading", "MB", -(-total // MEGABYTE)) as show:
        read = shown = 0

        def seen(size: int) -> None:
            nonlocal read, shown
            read += size
            if read // MEGABYTE > shown:
                shown = read // MEGABYTE
                show(shown)

        yield seen


def _read(files: Sequence[Path], mapping: TableMapping | None, problems: Tally) -> Iterator[Entry]:
    """Yield what files hold, checked; what is wrong is counted."""
    ids = Ids()
    with _reading(files) as seen:
        for path in files:
            before = len(ids)
            for read in check_entries(path, now().date(), mapping=mapping, seen=seen):
                if isinstance(read, Problem):
                    problems.add(read)
                    continue
                for problem in ids.add(read):
                    problems.add(problem)
                yield read
            if len(ids) == before and not problems.count("error"):
                message = "holds no right"
                problems.add(
                    Problem(path=path, line=None, where="", message=message, severity="warning")
                )


def _show(files: Sequence[Path], mapping: TableMapping | None, *, as_json: bool) -> None:
    problems = Tally()
    shown: list[Entry] = []
    count = 0
    for entry in _read(files, mapping, problems):
        count += 1
        if as_json:
            print_json(entry.right)
        elif len(shown) < MOST_SHOWN:
            shown.append(entry)
    if not as_json and shown:
        heads = ("id", "kind", "name", "holder", "classes", "status", "expires", "pictures")
        print_rows(heads, [_row(entry) for entry in shown], "")
    _refuse(problems)
    _tell(problems)
    people().print(f"{count} rights would be read; nothing was taken in")


def _row(entry: Entry) -> list[str]:
    right = entry.right
    return [
        right.id,
        right.kind.replace("_", " "),
        right.name or "",
        right.holder.name if right.holder else "",
        ", ".join(map(str, right.classes)),
        right.status or "",
        right.expires.isoformat() if right.expires else "",
        str(len(right.images)),
    ]


@click.command()
@click.argument("files", nargs=-1, type=EXISTING)
@mapping_option
@pass_context
@click.pass_context
def check(
    ctx: click.Context, context: Context, files: Sequence[Path], mapping_file: Path | None
) -> None:
    """Check files of rights, or without FILES the workspace's registry; 1 if anything is wrong.

    Lapsed rights count as wrong here: they are kept, but nothing is matched with them.
    """
    problems, count = Tally(), 0
    if files:
        mapping = None if mapping_file is None else load_mapping(mapping_file)
        count = sum(1 for _ in _read(list(dict.fromkeys(files)), mapping, problems))
    else:
        with context.workspace.store() as db:
            for stored in each_right(db, context.workspace.pictures):
                count += 1
                for problem in _stored_problems(stored, context.workspace.database):
                    problems.add(problem)
    _tell(problems)
    found = problems.count("error") + problems.count("warning")
    people().print(f"{count} rights checked, {found} problems")
    if found:
        ctx.exit(1)


def _stored_problems(stored: StoredRight, place: Path) -> Iterator[Problem]:
    right = stored.right
    if lapse := right.lapse(now().date()):
        message, kind = f"{right.id}: {lapse}; it is not matched", "is not in force"
        yield Problem(path=place, line=None, where="", message=message, kind=kind)
    for image in right.images:
        path = stored.picture_files.get(image)
        if path is None or not path.is_file():
            message = f"{right.id}: its picture {image} is not in the workspace; import again"
            kind = "picture is not in the workspace"
            yield Problem(path=place, line=None, where="", message=message, kind=kind)


@click.command()
@click.argument("file", type=EXISTING)
@mapping_option
@json_option
def columns(file: Path, mapping_file: Path | None, *, as_json: bool) -> None:
    """Show a table's columns, what stands in them first, and which field each would be."""
    mapping = None if mapping_file is None else load_mapping(mapping_file)
    try:
        heads, first = read_first_rows(file, mapping)
    except TableError as error:
        raise InputError(f"{file}: {error.message}") from error
    known = find_known_table(heads)
    fields = _fields_of(heads, mapping or (known.mapping if known else None))
    rows = []
    for number, head in enumerate(heads):
        value = next((row[number] for row in first if row[number:] and row[number].strip()), "")
        rows.append([head, value.strip(), fields[number]])
    if as_json:
        for head, value, name in rows:
            click.echo(orjson.dumps({"column": head, "first": value, "field": name or None}))
    else:
        shown = [[head, cell(value[:60]), name or "-"] for head, value, name in rows]
        print_rows(("column", "first value", "field"), shown, "The table has no column")
    form = known.name if known and mapping is None else "a mapping" if mapping else "no known table"
    people().print(f"Read as {form}. Fields: {', '.join(FIELDS)}", soft_wrap=True)


def _fields_of(heads: Sequence[str], mapping: TableMapping | None) -> list[str]:
    if mapping is None:
        return [head.strip().lower() if head.strip().lower() in COLUMNS else "" for head in heads]
    told = {plain_head(head): name for head, name in mapping.columns.items()}
    return [told.get(plain_head(head), "") for head in heads]


def _refuse(problems: Tally) -> None:
    """Refuse files with errors.

    :raises FileFormatError: with the first errors and warnings of each kind, and their counts
    """
    if problems.count("error"):
        raise FileFormatError(tuple(problems.problems()))


def _tell(problems: Tally) -> None:
    for problem in problems.problems():
        people().print(str(problem), markup=False, soft_wrap=True)
