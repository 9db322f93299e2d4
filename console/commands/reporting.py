"""``markhound report``: the figures of a period, as files, and the records behind each."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
from sqlite_utils import Database

from console.context import Context, json_option, out, pass_context, people, print_json
from console.progress import gathering
from console.reports.files import make_file
from console.reports.tables import show_sections
from console.reports.wording import meaning_of, name_of, notes_of, say, value_of
from console.text import clean, print_rows
from crawler.errors import InputError
from crawler.files import whole_file
from crawler.store.database import now
from crawler.store.period_records import FoundRecord, find_records
from matchers.wording import Language
from pipelines.figures.gathering import gathered
from pipelines.figures.numbers import Number, Report, Section
from pipelines.figures.period import parse_period

language_option = click.option(
    "--language", type=click.Choice(get_args(Language)), default="en", help="Of the words."
)
zone_option = click.option(
    "--zone", default="", help="IANA zone whose days are meant; [console] time_zone unless given."
)
as_of_option = click.option(
    "--as-of",
    "known",
    metavar="DATE",
    help="Last day of which what is known is taken in; the period's last unless given.",
)
html_option = click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Write one page."
)


@click.command()
@click.option("--from", "first", metavar="DATE", required=True, help="First day of the period.")
@click.option("--to", "last", metavar="DATE", required=True, help="Last day, which is of it.")
@as_of_option
@zone_option
@language_option
@html_option
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write a PDF.")
@click.option("--xlsx", type=click.Path(path_type=Path, dir_okay=False), help="Write a workbook.")
@click.option(
    "--csv", type=click.Path(path_type=Path, dir_okay=False), help="Write every number as a row."
)
@click.option("--explain", metavar="N", help="List the records behind the number of that id.")
@click.option("--of", "whole", is_flag=True, help="With --explain: what the number is a part of.")
@json_option
@pass_context
def report(
    context: Context,
    /,
    first: str,
    last: str,
    known: str | None,
    zone: str,
    language: Language,
    explain: str | None,
    *,
    whole: bool,
    as_json: bool,
    **files: Path | None,
) -> None:
    """Figures of a period: what was inspected, found, judged, noticed and taken down.

    Both days are of the period, and its days are those of the zone. The same records give the same
    bytes, whenever it is run. Without a file, and without --json, the figures are printed.
    """
    if whole and explain is None:
        raise click.UsageError("--of goes with --explain")
    workspace = context.workspace
    period = parse_period(first, last, zone or workspace.config.console.time_zone, known)
    if now() < period.known:  # told beside the report, which says the same whenever it is made
        told = say("not_over", language, known=period.known_on)
        people().print(told, markup=False, soft_wrap=True)
    with gathering("gathering the figures"), gathered(workspace, period) as (db, made):
        if explain is not None:
            number = find_number(made, explain)
            show_records(number, find_behind(db, number, whole=whole), language, as_json=as_json)
            return
    if as_json:
        print_numbers(made)
    written = write_files(made, language, workspace.font, files)
    if not (written or as_json):
        people().print("\n".join(notes_of(made, language)), markup=False, soft_wrap=True)
        print_sections(made.sections, language)


def find_number(made: Report, name: str) -> Number:
    """Return the number of that id.

    :raises InputError: when the report has none; names those that are like it
    """
    numbers = {number.id: number for number in made.numbers()}
    if name in numbers:
        return numbers[name]
    near = difflib.get_close_matches(name, numbers, n=3, cutoff=0.4)
    hint = f"; near it: {', '.join(near)}" if near else ""
    raise InputError(
        f"this report has no number {name!r}{hint}; `markhound report ... --json` lists all ids"
    )


def find_behind(db: Database, number: Number, *, whole: bool) -> Iterator[FoundRecord]:
    """Return the records that a number counts, or those that it is a part of.

    :raises InputError: when it is a part of nothing
    """
    records = number.of if whole else number.records
    if records is None:
        raise InputError(f"{number.id} is a part of nothing; leave --of out")
    return find_records(db, records)


def show_records(
    number: Number, found: Iterator[FoundRecord], language: Language, *, as_json: bool
) -> None:
    """Print what is behind a number, and on stderr what it is."""
    name, value = name_of(number.id, language), value_of(number, language)
    told = clean(f"{number.id}: {name} = {value}. {meaning_of(number.id, language)}")
    people().print(told, markup=False, soft_wrap=True)
    if as_json:
        for record in found:
            print_json(record, number=number.id)
        return
    rows = [(one.kind, one.id, f"{one.at:%Y-%m-%dT%H:%M:%SZ}", one.parent) for one in found]
    print_rows(("Kind", "Id", "Date", "Of"), rows, "No records.", whole=("Id", "Date"))


def print_numbers(made: Report) -> None:
    """Print every number as a line of JSON."""
    for number in made.numbers():
        low, high = number.interval or (None, None)
        record = {
            "id": number.id,
            "unit": number.unit,
            "value": number.value,
            "low": low,
            "high": high,
            "count": number.count,
            "of": number.total,
            "base": number.base,
            "estimated": number.estimated,
        }
        print_json(record, keep_empty=True)


def print_sections(sections: tuple[Section, ...], language: Language) -> None:
    """Print the tables of sections."""
    for section in show_sections(sections, language):
        for table in section.tables:
            out().print(f"\n{section.title}: {table.title}", markup=False)
            rows = [(row.label, *row.cells) for row in table.rows]
            print_rows(table.columns, rows, "")


def write_files(made: Report, language: Language, font: str, files: dict[str, Path | None]) -> bool:
    """Write the files that were asked for, each whole or not at all; return whether any was.

    What cannot be made is told before the first one is written.
    """
    chosen = [(kind, path) for kind, path in files.items() if path is not None]
    made_of = {kind: make_file(kind, made, language, font) for kind, _ in chosen}
    for kind, path in chosen:
        with whole_file(path) as file:
            file.write(made_of[kind])
        people().print(f"report written to {path.resolve()}", markup=False, soft_wrap=True)
    return bool(chosen)
