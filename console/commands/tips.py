"""``markhound tip``: leads from outside."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from sqlite_utils import Database

from console.authentication import named_actor
from console.commands.tip_steps import BY, COMMANDS, TIP, say
from console.context import Context, json_option, out, pass_context, print_json
from console.progress import counting
from console.text import clean, print_rows
from crawler.errors import InputError
from crawler.store.database import now, writing
from crawler.store.tip_states import TipStatus, count_tips, find_tip_status, with_status
from crawler.store.tips import (
    Tip,
    find_duplicates,
    find_texts,
    find_tip_events,
    find_tips,
    load_tip,
    record_tip,
)
from crawler.tips import STATES, Lead, TipKind, find_refusal, parse_kind
from pipelines.tips.reading import check_tips, import_tips
from pipelines.tips.words import outcome_words, state_words, why_words

PRIVATE = click.option(
    "--allow-private", is_flag=True, help="Take loopback and private addresses too."
)


@click.group()
def tip() -> None:
    """Tips: leads from outside, looked at in the next sweep or at once, and answered."""


@tip.command()
@click.argument("url")
@click.option("--kind", default="", help="What is said to be infringed; other unless given.")
@click.option("--words", default="", help="What was said, in words.")
@click.option("--right", help="Id of the right that is said to be infringed.")
@click.option("--contact", default="", help="How whoever gave it can be answered.")
@BY
@PRIVATE
@json_option
@pass_context
def add(
    context: Context,
    url: str,
    kind: str,
    words: str,
    right: str | None,
    contact: str,
    by: str,
    *,
    allow_private: bool,
    as_json: bool,
) -> None:
    """Take in a lead: an address, and what is said of it.

    The next sweep of its site looks at it first; `tip fetch` does so at once. A further lead of the
    same address is kept as a duplicate of the first one.
    """
    if refusal := find_refusal(url, allow_private=allow_private):
        raise InputError(f"cannot look at {url!r:.200}: {_REFUSALS[refusal]}")
    lead = Lead(
        url=url,
        kind=parse_kind(kind),
        words=words.strip(),
        right=right,
        contact=contact.strip(),
    )
    with context.workspace.store() as db:
        actor = named_actor(context.workspace, db, by)
        with writing(db):
            taken = record_tip(
                db, lead, actor, way="command", allow_private=allow_private, at=now()
            )
        status = find_tip_status(db, taken)
    _print_one(taken, status, as_json=as_json)


_REFUSALS = {
    "no_address": "expected the address of a web page (https://... or http://...)",
    "private_address": "it lies in a private network; --allow-private would take it",
    "too_long": "it is longer than any page's address may be",
}


def _print_one(taken: Tip, status: TipStatus, *, as_json: bool) -> None:
    if as_json:
        print_json(status, keep_empty=True, **_fields(taken))
    else:
        out().print(taken.id)
    repeats = f"; it repeats {taken.duplicate_of}" if taken.duplicate_of else ""
    say(f"{taken.id}: {state_words(status.state, 'en')}{repeats}")


def _fields(taken: Tip) -> dict[str, object]:
    return {
        "id": taken.id,
        "url": taken.url,
        "site": taken.site,
        "kind": taken.kind,
        "right": taken.right,
        "way": taken.way,
        "duplicate_of": taken.duplicate_of,
        "by": taken.by,
        "at": taken.at,
    }


@tip.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@BY
@PRIVATE
@json_option
@pass_context
def import_(context: Context, file: Path, by: str, *, allow_private: bool, as_json: bool) -> None:
    """Take in a table (CSV) of leads: url, and kind, words, right, contact where there are any.

    All lines or none: what is no tip is named with its line, and refuses the file. A line whose
    address cannot be looked at was told all the same: it is kept as refused, and named.
    """
    with context.workspace.store() as db:
        actor = named_actor(context.workspace, db, by)
        total = check_tips(db, file)
        refused = repeated = 0
        with counting("taking in", "tips", total) as show:
            taken = import_tips(db, file, actor, allow_private=allow_private, on_progress=show)
            for one in taken:
                refused += one.tip.refused is not None
                repeated += one.tip.duplicate_of is not None
                if one.tip.refused is not None:
                    say(f"{file}:{one.line}: refused: {_REFUSALS[one.tip.refused]}")
                if as_json:
                    told = {**_fields(one.tip), "refused": one.tip.refused}
                    print_json({"line": one.line, **told})
    say(f"{total:,} tips taken in: {repeated:,} repeat others, {refused:,} are refused")


@tip.command("list")
@click.option("--state", type=click.Choice((*STATES, "answered", "unanswered")), help="Only these.")
@click.option("--kind", help="Only those of this kind.")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="From this day on (UTC).")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="Before this day (UTC).")
@click.option("--count", "counted", is_flag=True, help="How many of each kind, and how far.")
@json_option
@pass_context
def list_(
    context: Context,
    state: str | None,
    kind: str | None,
    since: datetime | None,
    until: datetime | None,
    *,
    counted: bool,
    as_json: bool,
) -> None:
    """List the tips, newest first, with how far each has come."""
    wanted = parse_kind(kind) if kind else None
    first, last = (day and day.replace(tzinfo=UTC) for day in (since, until))
    with context.workspace.store() as db:
        if counted:
            _print_counts(db, wanted, state, first, last, as_json=as_json)
            return
        rows = []
        for one, status in with_status(db, find_tips(db, since=first, until=last, kind=wanted)):
            if not _is_in(status, state):
                continue
            if as_json:
                print_json(status, keep_empty=True, **_fields(one))
            else:
                rows.append(_row(one, status))
    if not as_json:
        heads = ("id", "came", "kind", "state", "address")
        print_rows(heads, rows, "No tips: markhound tip add URL", whole=("id",))


def _is_in(status: TipStatus, state: str | None) -> bool:
    if state in ("answered", "unanswered"):
        return (status.answered_at is not None) == (state == "answered")
    return state is None or status.state == state


def _row(one: Tip, status: TipStatus) -> tuple[str, ...]:
    state: str = status.state
    if one.duplicate_of is not None:
        state += " (duplicate)"
    if status.answered_at is not None:
        state += ", answered"
    return (one.id, f"{one.at:%Y-%m-%d}", one.kind, state, one.url or "")


def _print_counts(
    db: Database,
    kind: TipKind | None,
    state: str | None,
    since: datetime | None,
    until: datetime | None,
    *,
    as_json: bool,
) -> None:
    if state is not None:
        raise click.UsageError("--count tells of every state; expected no --state with it")
    ends = (since or datetime(1970, 1, 1, tzinfo=UTC), until or datetime(9999, 1, 1, tzinfo=UTC))
    counts = [count for count in count_tips(db, *ends) if kind in (None, count.kind)]
    if as_json:
        for count in counts:
            print_json(count, keep_empty=True)
        return
    states = [state for state in STATES if any(count.states.get(state) for count in counts)]
    rows = [
        (
            *(count.kind, str(count.total)),
            *(str(count.states.get(state, 0)) for state in states),
            *(str(count.duplicates), str(count.answered)),
        )
        for count in counts
    ]
    heads = ("kind", "tips", *states, "of these duplicates", "answered")
    print_rows(heads, rows, "No tips in that time.")


@tip.command()
@TIP
@json_option
@pass_context
def show(context: Context, tip_id: str, *, as_json: bool) -> None:
    """Show a tip: what was told, by whom, what was found, and what was done."""
    with context.workspace.store() as db:
        found = load_tip(db, tip_id)
        status, texts = find_tip_status(db, found), find_texts(db, tip_id)
        events, again = find_tip_events(db, tip_id), find_duplicates(db, tip_id)
    if as_json:
        more = {"given": texts.given, "words": texts.words, "contact": texts.contact}
        done = [
            {"event": e.event, "record": dict(e.record), "by": e.by, "at": e.at} for e in events
        ]
        duplicates = [one.id for one in again]
        told = {**_fields(found), **more, "duplicates": duplicates, "events": done}
        print_json(status, keep_empty=True, **told)
        return
    lines = [
        f"{found.id} ({found.kind}), by {found.by} ({found.way}), {found.at:%Y-%m-%d %H:%M} UTC",
        f"address: {found.url or texts.given}",
        f"state: {status.state}: {why_words(status, 'en') or outcome_words(status, 'en')}",
    ]
    lines += [f"right: {found.right}"] if found.right else []
    lines += [f"repeats: {found.duplicate_of}"] if found.duplicate_of else []
    lines += [f"repeated by: {', '.join(one.id for one in again)}"] if again else []
    lines += [f"words: {texts.words}"] if texts.words else []
    lines += [f"contact: {texts.contact}"] if texts.contact else []
    if status.look is not None:
        why = f" ({status.look.reason})" if status.look.reason else ""
        lines.append(f"looked at: {status.look.state.value}{why}, sweep {status.look.sweep}")
    for hit in status.hits:
        judged = f", {hit.decision}" if hit.decision else ""
        below = "" if hit.flagged else ", below threshold"
        lines.append(f"hit: {hit.hit} {hit.right} {hit.score:.2f}{below}{judged}")
    for event in events:
        said = "; ".join(f"{key}: {value}" for key, value in event.record.items())
        lines.append(f"{event.at:%Y-%m-%d %H:%M} {event.event} by {event.by}: {said}")
    for line in lines:
        out().print(clean(line), markup=False, soft_wrap=True)


for command in COMMANDS:
    tip.add_command(command)
