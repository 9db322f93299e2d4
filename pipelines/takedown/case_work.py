"""What people put into a case: notes, files, who has it, and what became of its listings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.errors import InputError, NotFoundError
from crawler.store.accounts import has_accounts, load_account
from crawler.store.cases import (
    find_case_hits,
    find_case_id,
    find_cases_of_url,
    record_case_event,
)
from crawler.store.database import now, writing
from crawler.store.hits import find_hit_id, find_hit_url
from crawler.store.listings import load_listing
from pipelines.takedown.attaching import StoredFile
from pipelines.takedown.outcomes import OutcomeState


def note_case(db: Database, case: str, text: str, actor: Actor) -> None:
    """Add a note to a case.

    :raises InputError: when it is empty
    """
    if not text.strip():
        raise InputError("the note is empty")
    _record(db, find_case_id(db, case), "noted", {"text": text.strip()}, actor)


def assign_case(db: Database, case: str, name: str, actor: Actor) -> None:
    """Say who has a case; in a workspace with accounts, one of them.

    :raises InputError: when the name is empty
    :raises NotFoundError: when no account is called so
    """
    to = load_account(db, name).name if has_accounts(db) else name.strip()
    if not to:
        raise InputError("the name is empty")
    _record(db, find_case_id(db, case), "assigned", {"to": to}, actor)


def keep_file(db: Database, case: str, stored: StoredFile, actor: Actor) -> None:
    """Record that a file was put into a case, which ``attaching`` has stored."""
    record = {"sha256": stored.sha256, "name": stored.name, "bytes": stored.bytes}
    _record(db, find_case_id(db, case), "attached", record, actor)


def state_outcome(
    db: Database,
    places: Mapping[str, Sequence[str]],
    state: OutcomeState,
    reason: str,
    actor: Actor,
) -> None:
    """Record what a person says became of listings.

    :param places: case -> addresses in it
    :raises InputError: when the reason is empty
    """
    if not reason.strip():
        raise InputError("the reason is empty")
    with writing(db):
        for case, urls in places.items():
            record = {"urls": list(urls), "state": state, "reason": reason.strip()}
            record_case_event(db, case, "outcome", record, actor, at=now())


def find_places(db: Database, target: str) -> dict[str, list[str]]:
    """Return case -> the addresses in it that are meant.

    :param target: id of a case: all of its addresses; of a hit or listing, or a URL: that one
    :raises InputError: when the case has no listings
    :raises NotFoundError: when the address is in no case
    """
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


def _record(db: Database, case: str, event: str, record: Mapping[str, Any], actor: Actor) -> None:
    with writing(db):
        record_case_event(db, case, event, record, actor, at=now())
