"""``markhound case``: one seller, one right holder, and everything about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import click
from sqlite_utils import Database

from console.authentication import authenticate
from console.context import Context, json_option, out, pass_context, people, print_json
from console.text import clean, print_rows
from crawler.accounts import Actor
from crawler.store.cases import find_case_id
from crawler.store.notices import find_cases
from crawler.workspace import Workspace
from pipelines.evidence.imported import HandedOver, find_handed_over
from pipelines.takedown.attaching import FOLDER, store_file
from pipelines.takedown.case_view import CaseView, gather_case
from pipelines.takedown.case_work import (
    assign_case,
    find_places,
    keep_file,
    note_case,
    state_outcome,
)
from pipelines.takedown.cases import check_one_case
from pipelines.takedown.drafting import open_case_of
from pipelines.takedown.outcomes import SAID, OutcomeState
from pipelines.takedown.situations import load_current_hits

CASE = click.argument("case_id", metavar="CASE")
BY = click.option("--by", default="", help="Who does it; else the sender of markhound.toml.")


@click.group()
def case() -> None:
    """Cases: the judged hits of one seller against one holder, and what became of them."""


@case.command("list")
@json_option
@pass_context
def list_cases(context: Context, *, as_json: bool) -> None:
    """List the cases, newest first."""
    with context.workspace.store() as db:
        apart = _apart(context)
        views = [gather_case(db, found.id, apart=apart) for found in find_cases(db)]
        others = {view.case.id: find_handed_over(db, view.case.id) for view in views}
    if as_json:
        for view in views:
            origins = [one.origin for one in others[view.case.id]]
            print_json(view.case, keep_empty=True, **_summary(view), imported=origins)
        return
    print_rows(
        ("id", "seller", "site", "holder", "listings", "notices", "assigned"),
        [
            (
                *(view.case.id, view.case.seller, view.case.site, view.case.holder),
                ", ".join(_listings(view, others[view.case.id])),
                _counted(notice.status for notice in view.notices),
                view.assigned or "",
            )
            for view in views
        ],
        "No cases yet: markhound case open HIT",
        whole=("id",),
    )


def _apart(context: Context) -> timedelta:
    return timedelta(hours=context.workspace.config.follow_up.confirm_hours)


def _listings(view: CaseView, others: Iterable[HandedOver]) -> Iterator[str]:
    """Yield how many listings of ours are in which state, and how many others told of."""
    if view.listings:
        yield _counted(listing.outcome.state for listing in view.listings)
    for one in others:
        yield f"{len({hit.url for hit in one.hits})} from {_sender(one)}"


def _sender(one: HandedOver) -> str:
    """Return who handed a case over; a key that nobody here knows proves no name."""
    said = one.origin.organisation or "others"
    return one.name or f"{said} (by their own word: key {one.origin.origin[:16]} is not known here)"


def _handed_over(one: HandedOver) -> Iterator[str]:
    origin = one.origin
    yield (
        f"from {_sender(one)}: handed over by {origin.exported_by} on"
        f" {origin.exported_at:%Y-%m-%d}, {origin.outcome}; bundle {origin.bundle}"
    )
    for hit in one.hits:
        judged = f"{hit.decision}, {hit.judged_by}: {hit.reason}" if hit.decision else "not judged"
        yield f"  theirs: {hit.hit} {hit.right} {hit.url}"
        yield f"    {judged}"


def _counted(states: Iterable[str]) -> str:
    return ", ".join(f"{count} {state}" for state, count in Counter(states).items())


def _outcomes(view: CaseView) -> dict[str, int]:
    return dict(Counter(listing.outcome.state for listing in view.listings))


def _summary(view: CaseView) -> dict[str, object]:
    return {
        "hits": [hit.id for listing in view.listings for hit in listing.hits],
        "outcomes": _outcomes(view),
        "notices": [notice.id for notice in view.notices],
        "relisted_at": [back.new for back in view.relistings if back.case == view.case.id],
        "assigned": view.assigned,
    }


@case.command()
@CASE
@json_option
@pass_context
def show(context: Context, case_id: str, *, as_json: bool) -> None:
    """Show a case: its listings and what became of each, its notices, its files, its timeline."""
    with context.workspace.store() as db:
        view = gather_case(db, find_case_id(db, case_id), apart=_apart(context))
        others = find_handed_over(db, view.case.id)
    if as_json:
        print_json(view, keep_empty=True, id=view.case.id, imported=others)
        return
    found = view.case
    lines = [f"{found.id}: {found.seller} on {found.site}, {found.holder}"]
    lines += [f"assigned to {view.assigned}"] if view.assigned else []
    for listing in view.listings:
        lines.append(f"{listing.outcome.state}: {listing.url} ({listing.outcome.reason})")
        lines += [f"  {h.id} {h.judgement or 'not judged'}, {h.by or ''}" for h in listing.hits]
    lines += [line for one in others for line in _handed_over(one)]
    lines += [f"{n.id} {n.status}: {n.kind} to {n.recipient}" for n in view.notices]
    for back in view.relistings:
        lines.append(f"relisted: {back.old} stands at {back.new} ({'; '.join(back.reasons)})")
        lines += [f"  noticed in {back.case}"] if back.case != found.id else []
        lines += [f"  {h.id} {h.judgement or 'not judged'}, {h.by or ''}" for h in back.hits]
    lines += [f"file {f.name}, {f.bytes} bytes, SHA-256 {f.sha256}" for f in view.files]
    lines += [f"{e.at[:16].replace('T', ' ')} {e.kind} {e.subject}, {e.by}" for e in view.timeline]
    for line in lines:
        out().print(clean(line), markup=False, soft_wrap=True)


@case.command("open")
@click.argument("hits", metavar="HIT...", nargs=-1, required=True)
@BY
@pass_context
def open_(context: Context, hits: Sequence[str], by: str) -> None:
    """Open the case of these hits, which were judged infringing, or add them to it."""
    workspace = context.workspace
    with workspace.store() as db:
        check_one_case(
            load_current_hits(workspace, db, hits)
        )  # before anybody is asked for a passphrase
        opened = open_case_of(workspace, db, hits, _actor(workspace, db, by))
    click.echo(opened.id)


@case.command()
@CASE
@click.argument("text")
@BY
@pass_context
def note(context: Context, case_id: str, text: str, by: str) -> None:
    """Add a note to a case."""
    if not text.strip():
        raise click.UsageError("the note is empty")
    with context.workspace.store() as db:
        found, actor = find_case_id(db, case_id), _actor(context.workspace, db, by)
        note_case(db, found, text, actor)
    _tell(f"{found}: noted by {actor.name}")


@case.command()
@CASE
@click.argument("name")
@BY
@pass_context
def assign(context: Context, case_id: str, name: str, by: str) -> None:
    """Say who has a case; in a workspace with accounts, one of them."""
    if not name.strip():
        raise click.UsageError("the name is empty")
    with context.workspace.store() as db:
        found, actor = find_case_id(db, case_id), _actor(context.workspace, db, by)
        assign_case(db, found, name, actor)
    _tell(f"{found}: assigned by {actor.name}")


@case.command()
@CASE
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@BY
@pass_context
def attach(context: Context, case_id: str, file: Path, by: str) -> None:
    """Keep a copy of a file with a case, under its SHA-256."""
    workspace = context.workspace
    with workspace.store() as db:
        found, actor = find_case_id(db, case_id), _actor(workspace, db, by)
        stored = store_file(workspace.folder, file)
        keep_file(db, found, stored, actor)
    _tell(f"{stored.name} kept in {FOLDER}/{stored.sha256}")


@case.command()
@click.argument("target", metavar="CASE|LISTING")
@click.option("--as", "state", type=click.Choice(SAID), required=True, help="What became of it.")
@click.option("--reason", required=True, help="How that is known.")
@BY
@pass_context
def outcome(context: Context, target: str, state: OutcomeState, reason: str, by: str) -> None:
    """State what became of a listing (its URL, its id or its hit), or of all of a case.

    What was seen later overrules it: a listing that is up again is restored.
    """
    if not reason.strip():
        raise click.UsageError("--reason is empty")
    workspace = context.workspace
    with workspace.store() as db:
        places = find_places(db, target)
        actor = _actor(workspace, db, by)
        state_outcome(db, places, state, reason, actor)
    _tell(f"{sum(map(len, places.values()))} listings in {', '.join(places)}: {state}")


def _actor(workspace: Workspace, db: Database, by: str) -> Actor:
    return authenticate(db, by, otherwise=workspace.config.sender.name or "")


def _tell(text: str) -> None:
    people().print(clean(text), markup=False, soft_wrap=True)
