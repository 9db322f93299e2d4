"""``markhound registry teach``, ``lessons`` and ``undo``: what people know beside the offices."""

from __future__ import annotations

import click

from console.authentication import authenticate
from console.context import Context, json_option, pass_context, people, print_json
from console.text import print_rows
from crawler.model import GenericWord, Licensee
from crawler.store.database import now, writing
from crawler.store.lessons import Lesson, Taught, find_lessons, record_lesson, undo_lesson
from crawler.store.rights import load_right

BY = click.option("--by", default="", metavar="NAME", help="Who says so.")
REASON = click.option("--reason", required=True, help="Why, in words that a colleague understands.")


@click.command()
@click.argument("right_id", metavar="ID")
@click.option("--seller", help="Name or id of a seller who may use the right.")
@click.option("--site", help="Where the seller may; alone: every seller there.")
@click.option("--word", help="Word of the right that others may use as a word.")
@click.option("--class", "nice_class", type=int, metavar="N", help="Nice class of --word's goods.")
@BY
@REASON
@pass_context
def teach(
    context: Context,
    right_id: str,
    seller: str | None,
    site: str | None,
    word: str | None,
    nice_class: int | None,
    by: str,
    reason: str,
) -> None:
    """Record a licensee, or a generic word, that the registry's files do not know.

    It stays through every import. From the next sweep on, the licensee's listings are no hits,
    and the word counts for nothing on goods of its class.
    """
    value = _read_value(seller, site, word, nice_class)
    with context.workspace.store() as db:
        actor = authenticate(db, by)
        load_right(db, context.workspace.pictures, right_id)  # told before anything is written
        with writing(db):
            lesson = record_lesson(db, right_id, value, actor, reason=reason.strip(), at=now())
    people().print(f"{lesson.id}: {describe(lesson)} ({right_id})", markup=False, soft_wrap=True)


def _read_value(
    seller: str | None, site: str | None, word: str | None, nice_class: int | None
) -> Taught:
    if (word is None) == (seller is None and site is None):
        raise click.UsageError("give --seller, --site or both, or else --word")
    if word is not None:
        return GenericWord(word=word, nice_class=nice_class)
    if nice_class is not None:
        raise click.UsageError("--class goes with --word")
    return Licensee(seller=seller, site=site)


@click.command()
@click.option("--right", metavar="ID", help="Only those of this right.")
@click.option("--undone", is_flag=True, help="Those too that were taken back.")
@json_option
@pass_context
def lessons(context: Context, right: str | None, *, undone: bool, as_json: bool) -> None:
    """List what people taught beside the registry's files."""
    with context.workspace.store() as db:
        if right is not None:
            load_right(db, context.workspace.pictures, right)  # a wrong name is no empty list
        found = find_lessons(db, right=right, with_undone=undone)
    if as_json:
        for lesson in found:
            print_json(lesson)
        return
    heads = ("id", "right", "what", "by", "on", "why")
    print_rows(heads, [_row(lesson) for lesson in found], "Nothing was taught.", whole=("id",))


def _row(lesson: Lesson) -> list[str]:
    why = lesson.reason
    if lesson.undone is not None:
        undone = lesson.undone
        why = f"{why} (taken back by {undone.by} on {undone.at:%Y-%m-%d}: {undone.reason})"
    by = lesson.by if lesson.authenticated else f"{lesson.by} (not authenticated)"
    return [lesson.id, lesson.right, describe(lesson), by, f"{lesson.at:%Y-%m-%d}", why]


def describe(lesson: Lesson) -> str:
    """Return what was taught, in words."""
    value = lesson.value
    if isinstance(value, Licensee):
        return f"licensee {value.seller or 'any'} on {value.site or 'any'}"
    goods = "any goods" if value.nice_class is None else f"goods of class {value.nice_class}"
    return f"generic word {value.word} for {goods}"


@click.command()
@click.argument("lesson_id", metavar="LESSON")
@BY
@REASON
@pass_context
def undo(context: Context, lesson_id: str, by: str, reason: str) -> None:
    """Take back what was taught; both stay on record."""
    with context.workspace.store() as db:
        actor = authenticate(db, by)
        with writing(db):
            lesson = undo_lesson(db, lesson_id, actor, reason=reason.strip(), at=now())
    people().print(f"Taken back: {describe(lesson)} ({lesson.right})", markup=False, soft_wrap=True)
