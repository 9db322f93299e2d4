"""``markhound registry``: rights in, and what is there."""

from __future__ import annotations

from datetime import date

import click

from console.commands.registry_files import check, columns, import_
from console.commands.teaching import describe, lessons, teach, undo
from console.context import Context, json_option, out, pass_context, print_json
from console.text import cell, print_rows
from crawler.model import Right
from crawler.store.database import now
from crawler.store.rights import StoredRight, each_right, find_rights, find_versions, load_right


@click.group()
def registry() -> None:
    """Take rights in, and see what is there."""


for _command in (import_, check, columns, teach, lessons, undo):
    registry.add_command(_command)


@registry.command("list")
@json_option
@pass_context
def list_(context: Context, *, as_json: bool) -> None:
    """List all rights."""
    with context.workspace.store() as db:
        if as_json:
            for stored in each_right(db, context.workspace.pictures):
                print_json(stored.right)
            return
        rights = find_rights(db, context.workspace.pictures)
    heads = ("id", "kind", "name", "variants", "holder", "pictures", "licensees", "expires")
    today = now().date()
    rows = [_row(stored, today) for stored in rights]
    print_rows(heads, rows, "The registry is empty: markhound registry import FILE")


def _row(stored: StoredRight, today: date) -> list[str]:
    right = stored.right
    expires = right.expires.isoformat() if right.expires else ""
    if right.lapse(today):
        expires = f"{expires or right.status} (not matched)"
    return [
        right.id,
        right.kind.replace("_", " "),
        right.name or "",
        ", ".join(right.variants),
        right.holder.name if right.holder else "",
        str(len(right.images)),
        str(len(right.licensees)),
        expires,
    ]


@registry.command()
@click.argument("right_id", metavar="ID")
@json_option
@pass_context
def show(context: Context, right_id: str, *, as_json: bool) -> None:
    """Show one right with its history."""
    with context.workspace.store() as db:
        stored = load_right(db, context.workspace.pictures, right_id)
        versions = find_versions(db, right_id)
    if as_json:
        print_json(stored.right)
        return
    console = out()
    for key, value in _facts(stored.right):
        console.print(f"[bold]{key:<14}[/bold]{cell(value)}", soft_wrap=True)
    for image, path in stored.picture_files.items():
        console.print(f"[bold]{'picture':<14}[/bold]{cell(f'{image} ({path})')}", soft_wrap=True)
    for lesson in stored.lessons:
        told = f"{describe(lesson)}, by {lesson.by} on {lesson.at:%Y-%m-%d} ({lesson.id})"
        console.print(f"[bold]{'taught':<14}[/bold]{cell(told)}", soft_wrap=True)
    for number, (at, source, _) in enumerate(versions, start=1):
        line = f"version {number}, {at:%Y-%m-%d %H:%M} UTC, from {source}"
        console.print(f"[dim]{cell(line)}[/dim]", soft_wrap=True)


def _facts(right: Right) -> list[tuple[str, str]]:
    holder = right.holder
    contact = (holder.name, holder.country, holder.email, holder.phone) if holder else ()
    facts = [
        ("id", right.id),
        ("kind", right.kind.replace("_", " ")),
        ("name", right.name or ""),
        ("variants", ", ".join(right.variants)),
        ("holder", ", ".join(part for part in contact if part)),
        ("registration", " ".join(p for p in (right.office, right.registration) if p)),
        ("status", " ".join(p for p in (right.status, right.lapse(now().date())) if p)),
        ("expires", right.expires.isoformat() if right.expires else ""),
        ("in force in", ", ".join(right.jurisdictions)),
        ("classes", ", ".join(map(str, right.classes))),
        ("goods", ", ".join(right.goods)),
        ("origin", ", ".join(right.origin)),
        ("usual prices", "; ".join(f"{p} {currency}" for currency, p in right.prices.items())),
        (
            "licensees",
            "; ".join(f"{x.seller or 'any'} on {x.site or 'any'}" for x in right.licensees),
        ),
        ("tags", ", ".join(right.tags)),
    ]
    return [(key, value) for key, value in facts if value]
