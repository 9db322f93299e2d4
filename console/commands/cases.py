"""``markhound case``: one seller, one right holder, and everything about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click
from sqlite_utils import Database

from console.authentication import authenticate
from console.context import Context, json_option, out, pass_context, people, print_json
from console.text import clean, print_rows
from crawler.accounts import Actor
from crawler.errors import InputError, NotFoundError
from crawler.store.accounts import has_accounts, load_account
from crawler.store.cases import (
    find_case_hits,
    find_case_id,
    find_cases_of_url,
    open_case,
    record_case_event,
)
from crawler.store.database import now, writing
from crawler.store.hits import find_hit_id, find_hit_url
from crawler.store.listings import load_listing
from crawler.store.notices import find_cases
from crawler.workspace import Workspace
from pipelines.evidence.imported import HandedOver, find_handed_over
from pipelines.takedown.attaching import FOLDER, store_file
from pipelines.takedown.case_view import CaseView, gather_case
from pipelines.takedown.cases import draft_case
from pipelines.takedown.outcomes import SAID
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
        found = load_current_hits(workspace, db, hits)
        drafted = draft_case(found, opened_at=now())
        actor = _actor(workspace, db, by)
        with writing(db):
            ids = [stored.hit.id for stored in found]
            opened = open_case(db, drafted, ids, actor, at=now())
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
    _record(context, case_id, "noted", {"text": text.strip()}, by)


@case.command()
@CASE
@click.argument("name")
@BY
@pass_context
def assign(context: Context, case_id: str, name: str, by: str) -> None:
    """Say who has a case; in a workspace with accounts, one of them."""
    with context.workspace.store() as db:
        to = load_account(db, name).name if has_accounts(db) else name.strip()
    if not to:
        raise click.UsageError("the name is empty")
    _record(context, case_id, "assigned", {"to": to}, by)


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
        record = {"sha256": stored.sha256, "name": stored.name, "bytes": stored.bytes}
        with writing(db):
            record_case_event(db, found, "attached", record, actor, at=now())
    _tell(f"{stored.name} kept in {FOLDER}/{stored.sha256}")


@case.command()
@click.argument("target", metavar="CASE|LISTING")
@click.option("--as", "state", type=click.Choice(SAID), required=True, help="What became of it.")
@click.option("--reason", required=True, help="How that is known.")
@BY
@pass_context
def outcome(context: Context, target: str, state: str, reason: str, by: str) -> None:
    """State what became of a listing (its URL, its id or its hit), or of all of a case.

    What was seen later overrules it: a listing that is up again is restored.
    """
    if not reason.strip():
        raise click.UsageError("--reason is empty")
    workspace = context.workspace
    with workspace.store() as db:
        places = _places(db, target)
        actor = _actor(workspace, db, by)
        with writing(db):
            for found, urls in places.items():
                record = {"urls": urls, "state": state, "reason": reason.strip()}
                record_case_event(db, found, "outcome", record, actor, at=now())
    _tell(f"{sum(map(len, places.values()))} listings in {', '.join(places)}: {state}")


def _places(db: Database, target: str) -> dict[str, list[str]]:
    """Return case -> the addresses in it that are meant."""
    if target.startswith("c-"):
        found = find_case_id(db, target)
        urls = dict.fromkeys(find_hit_url(db, hit) for hit in find_case_hits(db, found))
        if not urls:
            raise InputError(f"{found} has no listings")
        return {found: [*urls]}
    is_hit = target.startswith("h-")
    url = (
        find_hit_url(db, find_hit_id(db, target))
        if is_hit
        else load_listing(db, target).listing.url
    )
    cases = find_cases_of_url(db, url)
    if not cases:
        raise NotFoundError(f"{url} is in no case; `markhound case open HIT` puts it into one")
    return {found: [url] for found in cases}


def _record(context: Context, case_id: str, event: str, record: dict[str, object], by: str) -> None:
    workspace = context.workspace
    with workspace.store() as db:
        found, actor = find_case_id(db, case_id), _actor(workspace, db, by)
        at: datetime = now()
        with writing(db):
            record_case_event(db, found, event, record, actor, at=at)
    _tell(f"{found}: {event} by {actor.name}")


def _actor(workspace: Workspace, db: Database, by: str) -> Actor:
    return authenticate(db, by, otherwise=workspace.config.sender.name or "")


def _tell(text: str) -> None:
    people().print(clean(text), markup=False, soft_wrap=True)
