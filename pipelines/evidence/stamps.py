"""Stamping: what is new in the ledger is given to every authority, in one statement."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from anyascii import anyascii
from sqlite_utils import Database

from crawler.errors import AnchorError, MarkhoundError, NotAllowedError
from crawler.files import locked, sync_folder, whole_file
from crawler.store.database import now, writing
from crawler.store.ledger import find_digests
from crawler.store.stamps import (
    Stamp,
    StampReceipt,
    find_receipts,
    find_stamps,
    find_unstamped,
    record_receipt,
    record_stamp,
)
from crawler.workspace import Workspace
from pipelines.evidence.anchors import Anchor, find_anchors
from pipelines.evidence.merkle import Tree, leaf_of
from pipelines.evidence.statements import (
    LEAVES,
    STATEMENT,
    dump_statement,
    id_of,
    make_statement,
    stamps_folder,
)

Clock = Callable[[], datetime]

CLOCKS_APART = timedelta(minutes=5)
"""Beyond, one of the two clocks is wrong, and it is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamped:
    """A stamp, and what the authorities answered when they were asked now."""

    stamp: Stamp
    receipts: tuple[StampReceipt, ...]

    @property
    def granted(self) -> bool:
        """Whether at least one vouches."""
        return any(receipt.state == "granted" for receipt in self.receipts)


def stamp_ledger(workspace: Workspace, *, clock: Clock = now) -> Stamped | None:
    """Have all that is new in the ledger stamped; None when nothing is.

    The statement is recorded before anybody is asked, and each answer as it comes, so that what was
    begun and broke off can be taken up by ``retry_stamps``. One authority that fails does not keep
    the others.

    :raises NotAllowedError: when the settings name nobody who could stamp
    """
    anchors = _anchors(workspace)
    folder = stamps_folder(workspace)
    with locked(folder), workspace.store() as db:
        _make_durable(db)
        new = find_unstamped(db)
        if new is None:
            return None
        stamp = _begin(db, folder, *new, anchors, clock())
        receipts = [_ask(db, folder, stamp, anchor, clock) for anchor in anchors]
    return Stamped(stamp=stamp, receipts=tuple(receipts))


def retry_stamps(workspace: Workspace, *, clock: Clock = now) -> Iterator[Stamped]:
    """Ask, for every stamp, whoever failed or was not reached; yield those for which somebody was.

    Where nobody at all has stamped, whoever is named now is asked.

    :raises NotAllowedError: when the settings name nobody who could stamp
    """
    anchors = _anchors(workspace)
    folder = stamps_folder(workspace)
    with locked(folder), workspace.store() as db:
        _make_durable(db)
        for stamp in find_stamps(db):
            answers = find_receipts(db, stamp.id)
            granted = {answer.anchor for answer in answers if answer.state == "granted"}
            wanted = set(stamp.anchors) - granted
            again = [a for a in anchors if a.name in wanted or not granted]
            receipts = [_ask(db, folder, stamp, anchor, clock) for anchor in again]
            if receipts:
                yield Stamped(stamp=stamp, receipts=tuple(receipts))


def stamp_after_sweep(workspace: Workspace) -> list[str]:
    """Stamp what a sweep left, where the settings want it; return what people should know.

    It never raises what could make a sweep fail that was done well.
    """
    evidence = workspace.config.evidence
    if evidence.stamp == "off" or not (evidence.stamp_authorities or evidence.anchors):
        return []
    try:
        stamped = stamp_ledger(workspace)
    except (MarkhoundError, OSError, sqlite3.Error) as error:
        return [f"not stamped: {error}", "try again: markhound evidence stamp"]
    return [] if stamped is None else list(words_of(stamped))


def words_of(stamped: Stamped) -> Iterator[str]:
    """Yield what happened, a line for each who was asked."""
    entries = f"entries {stamped.stamp.first} to {stamped.stamp.last} of the ledger"
    for receipt in stamped.receipts:
        if receipt.state == "failed":
            yield f"{receipt.anchor} did not stamp {entries}: {receipt.problem}"
        elif receipt.state == "unverified":
            yield (
                f"{receipt.anchor} answered, but that could not be verified and is kept as it is:"
                f" {receipt.problem}"
            )
        elif receipt.gen_time is None:
            yield f"{receipt.anchor} left a receipt for {entries}"
        else:
            yield f"{receipt.anchor} stamped {entries} at {receipt.gen_time:%Y-%m-%d %H:%M:%S} UTC"
        if note := clock_note(receipt):
            yield note
    if any(receipt.state == "failed" for receipt in stamped.receipts):
        yield "try again: markhound evidence stamp --retry"


def clock_note(receipt: StampReceipt) -> str:
    """Say when the authority's clock and ours were apart; empty when they were not."""
    if receipt.gen_time is None or abs(receipt.gen_time - receipt.at) <= CLOCKS_APART:
        return ""
    return (
        f"a clock is wrong: {receipt.anchor} says {receipt.gen_time:%Y-%m-%d %H:%M:%S} UTC,"
        f" this machine said {receipt.at:%Y-%m-%d %H:%M:%S} UTC"
    )


def _anchors(workspace: Workspace) -> list[Anchor]:
    anchors = list(find_anchors(workspace))
    if not anchors:
        raise NotAllowedError(
            "nobody is named who could stamp: markhound.toml has no"
            " [[evidence.stamp_authorities]] and no [[evidence.anchors]]"
        )
    return anchors


def _make_durable(db: Database) -> None:
    """Have each commit, with all before it, on the disk before it returns.

    Else entries could be stamped and then lost with the power: others would stand in their place.
    """
    db.execute("PRAGMA synchronous = FULL")


def _begin(
    db: Database, folder: Path, first: int, last: int, anchors: Sequence[Anchor], at: datetime
) -> Stamp:
    """Keep the statement about some entries, and record that it is to be stamped."""
    tree, head = Tree(), ""
    for head in find_digests(db, first, last):
        tree.add(leaf_of(bytes.fromhex(head)))
    statement = dump_statement(make_statement(first, last, tree.root, head, at))
    stamp = Stamp(
        id=id_of(statement),
        first=first,
        last=last,
        root=tree.root.hex(),
        statement=hashlib.sha256(statement).hexdigest(),
        anchors=tuple(anchor.name for anchor in anchors),
        at=at,
    )
    there = folder / stamp.id
    there.mkdir(exist_ok=True)
    with whole_file(there / LEAVES) as file:
        for digest in find_digests(db, first, last):
            file.write(f"{digest}\n".encode())
    with whole_file(there / STATEMENT) as file:
        file.write(statement)
    sync_folder(there)
    sync_folder(folder)
    with writing(db):
        return replace(stamp, entry=record_stamp(db, stamp))


def _ask(db: Database, folder: Path, stamp: Stamp, anchor: Anchor, clock: Clock) -> StampReceipt:
    """Ask one, keep what came, and record it."""
    number = 1 + sum(1 for _ in find_receipts(db, stamp.id))
    receipt = StampReceipt(
        stamp=stamp.id,
        number=number,
        anchor=anchor.name,
        kind=anchor.kind,
        state="failed",
        at=clock(),
    )
    try:
        answer = anchor.anchor(bytes.fromhex(stamp.statement))
    except AnchorError as error:
        receipt = replace(receipt, problem=str(error))
    else:
        stem = f"{number}-{_slug(anchor.name)}".rstrip("-")
        files = {f"{stem}.{ending}": data for ending, data in answer.files.items()}
        for name, data in files.items():
            with whole_file(folder / stamp.id / name) as file:
                file.write(data)
        sync_folder(folder / stamp.id)
        receipt = replace(
            receipt,
            state="granted" if answer.problem is None else "unverified",
            problem=answer.problem,
            gen_time=answer.gen_time,
            files={name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        )
    receipt = replace(receipt, at=clock())
    with writing(db):
        return replace(receipt, entry=record_receipt(db, receipt))


def _slug(name: str) -> str:
    """Return what a file is named after an anchor: its name in ASCII, the same on every system."""
    return re.sub(r"[^a-z0-9]+", "-", anyascii(name).lower())[:40].strip("-")
