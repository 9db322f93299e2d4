"""Draws by lot: recorded whole before anybody looks, and checked by drawing again."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlite_utils import Database

from crawler.accounts import Actor
from crawler.draws import (
    ALGORITHM,
    Conflict,
    Turn,
    digest_of_names,
    draw_turns,
    name_problem,
    parse_seed,
)
from crawler.errors import InputError, NotAllowedError, NotFoundError
from crawler.store.database import timestamp
from crawler.store.disputes import is_name_of
from crawler.store.ledger import Entry, append_entry, find_entries

Source = Literal["file", "sites", "campaign", "rejects"]
"""What the targets are."""
SeedFrom = Literal["given", "published", "drawn"]
"""Where the seed is from: it was given, and perhaps its digest was an entry before; or it was drawn
with the draw itself."""
InspectionOutcome = Literal["in_order", "infringement", "doubtful", "not_inspected"]
OUTCOMES: Final[tuple[InspectionOutcome, ...]] = get_args(InspectionOutcome)
LONGEST_WORDS = 4000


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw:
    """One draw, and what was drawn."""

    id: str
    source: Source
    purpose: str
    seed: str
    seed_from: SeedFrom
    targets: int
    """How many it was drawn from."""
    inspectors: int
    each: int
    """Inspectors for every target."""
    turns: tuple[Turn, ...]
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawList:
    """From what was drawn."""

    targets: tuple[str, ...]
    inspectors: tuple[str, ...]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspection:
    """What an inspector found; of several for one target and inspector the newest counts."""

    target: str
    inspector: str
    outcome: InspectionOutcome
    words: str
    at: datetime


def record_seed(db: Database, actor: Actor, *, at: datetime) -> tuple[str, str]:
    """Append the digest of a new random seed, and return both; inside the caller's transaction.

    The seed itself is not kept: who made it keeps it, until it is drawn by.
    """
    seed = secrets.token_hex(32)
    digest = hashlib.sha256(seed.encode()).hexdigest()
    entry = append_entry(db, "draw-seed", digest, {"sha256": digest}, by=actor.name, at=at)
    db.execute(
        "INSERT INTO draw_seeds (sha256, by, at, entry) VALUES (?, ?, ?, ?)",
        [digest, actor.name, timestamp(at), entry.number],
    )
    return seed, digest


def record_lots(
    db: Database,
    listed: DrawList,
    actor: Actor,
    *,
    source: Source,
    count: int,
    each: int = 1,
    seed: str | None = None,
    purpose: str = "",
    at: datetime,
) -> Draw:
    """Draw targets and inspectors, and append all of it; inside the caller's transaction.

    :param seed: a random one unless given
    :raises InputError: when a name, a conflict or the seed is none, or there are too few
    """
    if len(purpose) > LONGEST_WORDS or not purpose.isprintable():
        raise InputError(f"expected a purpose of one line, at most {LONGEST_WORDS:,} characters")
    _check(listed)
    chosen = secrets.token_hex(32) if seed is None else parse_seed(seed)
    turns = draw_turns(
        listed.targets, listed.inspectors, listed.conflicts, count=count, each=each, seed=chosen
    )
    draw = Draw(
        id=f"dr-{secrets.token_hex(8)}",
        source=source,
        purpose=purpose.strip(),
        seed=chosen,
        seed_from="drawn" if seed is None else _seed_from(db, chosen),
        targets=len(listed.targets),
        inspectors=len(listed.inspectors),
        each=each,
        turns=tuple(turns),
        by=actor.name,
        at=at,
    )
    entry = append_entry(db, "draw", draw.id, _told(draw, listed), by=actor.name, at=at)
    account = actor.account.id if actor.account else None
    db.execute(
        "INSERT INTO draws (id, source, purpose, seed, seed_from, size, each, by, account, at,"
        " entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            *(draw.id, source, draw.purpose, chosen, draw.seed_from, len(turns), each),
            *(actor.name, account, timestamp(at), entry.number),
        ],
    )
    names = [(draw.id, "target", name) for name in listed.targets]
    names += [(draw.id, "inspector", name) for name in listed.inspectors]
    db.conn.executemany("INSERT INTO draw_names (draw, role, name) VALUES (?, ?, ?)", names)
    db.conn.executemany(
        "INSERT INTO draw_conflicts (draw, inspector, target, reason) VALUES (?, ?, ?, ?)",
        [(draw.id, c.inspector, c.target, c.reason) for c in listed.conflicts],
    )
    db.conn.executemany(
        "INSERT INTO drawn (draw, place, target, inspector) VALUES (?, ?, ?, ?)",
        [(draw.id, turn.place, turn.target, name) for turn in turns for name in turn.inspectors],
    )
    return draw


def _check(listed: DrawList) -> None:
    for what, names in (("target", listed.targets), ("inspector", listed.inspectors)):
        if not names:
            raise InputError(f"expected at least one {what}, got none")
        if len(set(names)) < len(names):
            raise InputError(f"expected each {what} once, got one twice")
        for name in names:
            if problem := name_problem(name):
                raise InputError(f"{what}: {problem}")
    _check_conflicts(listed)


def _check_conflicts(listed: DrawList) -> None:
    known, targets = {*listed.inspectors}, {*listed.targets, "*"}
    pairs = [(conflict.inspector, conflict.target) for conflict in listed.conflicts]
    if len(set(pairs)) < len(pairs):
        raise InputError("expected each conflict once, got one twice")
    for conflict in listed.conflicts:
        for name, among in ((conflict.inspector, known), (conflict.target, targets)):
            if name not in among:
                raise InputError(f"conflict: {name!r:.80} is in no list of this draw")
        if not conflict.reason.strip() or not conflict.reason.isprintable():
            raise InputError(f"conflict of {conflict.inspector}: expected a reason of one line")


def _seed_from(db: Database, seed: str) -> SeedFrom:
    digest = hashlib.sha256(seed.encode()).hexdigest()
    known = any(db.query("SELECT 1 FROM draw_seeds WHERE sha256 = ?", [digest]))
    return "published" if known else "given"


def _told(draw: Draw, listed: DrawList) -> Mapping[str, Any]:
    """Return what the ledger is told: enough to draw again with the lists at hand."""
    return {
        "algorithm": ALGORITHM,
        "source": draw.source,
        "purpose": draw.purpose,
        "seed": draw.seed,
        "seed_from": draw.seed_from,
        "size": len(draw.turns),
        "each": draw.each,
        "targets": {"count": draw.targets, "sha256": digest_of_names(listed.targets)},
        "inspectors": {"count": draw.inspectors, "sha256": digest_of_names(listed.inspectors)},
        "conflicts": {
            "count": len(listed.conflicts),
            "sha256": digest_of_names(map(conflict_line, listed.conflicts)),
        },
        "drawn": [[turn.target, list(turn.inspectors)] for turn in draw.turns],
    }


def conflict_line(conflict: Conflict) -> str:
    """Return a conflict as one line: inspector, target and reason with tabs between."""
    return f"{conflict.inspector}\t{conflict.target}\t{conflict.reason}"


def load_draw(db: Database, draw: str) -> Draw:
    """Return one draw.

    :raises NotFoundError: when there is none of that id
    """
    for row in db.query(f"{_DRAWS} WHERE d.id = ?", [draw]):
        return _draw(db, row)
    raise NotFoundError(f"no draw has the id {draw!r:.80}; `markhound audit list` has all")


def find_draws(db: Database) -> Iterator[Draw]:
    """Yield the draws, newest first."""
    for row in list(db.query(f"{_DRAWS} ORDER BY d.rowid DESC")):
        yield _draw(db, row)


_DRAWS = (
    "SELECT d.*, (SELECT count(*) FROM draw_names WHERE draw = d.id AND role = 'target')"
    " AS targets, (SELECT count(*) FROM draw_names WHERE draw = d.id AND role = 'inspector')"
    " AS inspectors FROM draws d"
)


def _draw(db: Database, row: Mapping[str, Any]) -> Draw:
    turns: dict[tuple[int, str], list[str]] = {}
    drawn = "SELECT place, target, inspector FROM drawn WHERE draw = ? ORDER BY place, rowid"
    for place, target, inspector in db.execute(drawn, [row["id"]]):
        turns.setdefault((place, target), []).append(inspector)
    return Draw(
        id=row["id"],
        source=row["source"],
        purpose=row["purpose"],
        seed=row["seed"],
        seed_from=row["seed_from"],
        targets=row["targets"],
        inspectors=row["inspectors"],
        each=row["each"],
        turns=tuple(
            Turn(place=place, target=target, inspectors=tuple(names))
            for (place, target), names in turns.items()
        ),
        by=row["by"],
        at=datetime.fromisoformat(row["at"]),
    )


def find_draw_list(db: Database, draw: str) -> DrawList:
    """Return from what was drawn, names in the order of their code points."""

    def named(role: str) -> tuple[str, ...]:
        sql = "SELECT name FROM draw_names WHERE draw = ? AND role = ? ORDER BY name"
        return tuple(name for (name,) in db.execute(sql, [draw, role]))

    rows = db.query(
        "SELECT inspector, target, reason FROM draw_conflicts WHERE draw = ?"
        " ORDER BY inspector, target",
        [draw],
    )
    return DrawList(
        targets=named("target"),
        inspectors=named("inspector"),
        conflicts=tuple(Conflict(**row) for row in rows),
    )


def find_draw_entry(db: Database, draw: str) -> Entry:
    """Return the entry of the ledger that a draw is.

    :raises NotFoundError: when there is none
    """
    for entry in find_entries(db, subject=draw):
        if entry.kind == "draw":
            return entry
    raise NotFoundError(f"no entry of the ledger tells of the draw {draw!r:.80}")


def check_draw(db: Database, draw: str) -> list[str]:
    """Draw again from what is kept, and return in what it differs; empty when in nothing.

    :raises NotFoundError: when there is none of that id
    """
    kept, listed = load_draw(db, draw), find_draw_list(db, draw)
    entry = find_draw_entry(db, draw)
    if entry.digest_of_content() != entry.digest:
        return [f"its entry {entry.number} was changed afterwards"]
    told = json.loads(entry.record)
    if told.get("algorithm") != ALGORITHM:
        return [f"it was drawn by {told.get('algorithm')!r:.80}, which this version does not know"]
    problems = [
        f"{name}: kept are {now!r:.100}, its entry says {told.get(name)!r:.100}"
        for name, now in _told(kept, listed).items()
        if told.get(name) != now
    ]
    try:
        again = draw_turns(
            listed.targets,
            listed.inspectors,
            listed.conflicts,
            count=int(told["size"]),
            each=int(told["each"]),
            seed=str(told["seed"]),
        )
    except InputError as error:
        return [*problems, f"it cannot be drawn again: {error}"]
    if tuple(again) != kept.turns:
        place = next(
            (one.place for one, other in zip(again, kept.turns, strict=False) if one != other),
            len(again),
        )
        problems.append(f"drawn again, it gives another result from place {place} on")
    return problems


def record_inspection(
    db: Database,
    draw: str,
    target: str,
    outcome: InspectionOutcome,
    actor: Actor,
    *,
    words: str = "",
    at: datetime,
) -> Inspection:
    """Append what an inspector found; inside the caller's transaction, with its lock.

    :raises NotFoundError: when there is no such draw, or the target was not drawn
    :raises NotAllowedError: when somebody else was drawn for it
    :raises InputError: when the words are too long, or lack where they are needed
    """
    if len(words) > LONGEST_WORDS:
        raise InputError(f"expected at most {LONGEST_WORDS:,} characters, got {len(words):,}")
    if outcome == "not_inspected" and not words.strip():
        raise InputError("not_inspected needs the reason in --words; got none")
    turn = next((one for one in load_draw(db, draw).turns if one.target == target), None)
    if turn is None:
        raise NotFoundError(f"{target!r:.80} was not drawn in {draw}")
    inspector = next((name for name in turn.inspectors if _is(db, name, actor)), None)
    if inspector is None:
        drawn = ", ".join(turn.inspectors)
        raise NotAllowedError(f"{drawn} was drawn for {target}, and {actor.name} was not")
    record = {
        "target": target,
        "inspector": inspector,
        "outcome": outcome,
        "words": words.strip(),
    }
    entry = append_entry(db, "inspection", draw, record, by=actor.name, at=at)
    account = actor.account.id if actor.account else None
    db.execute(
        "INSERT INTO inspections (draw, target, inspector, outcome, words, by, account, at, entry)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [draw, *record.values(), actor.name, account, timestamp(at), entry.number],
    )
    return Inspection(**record, at=at)  # type: ignore[arg-type] # its values are of these types


def _is(db: Database, name: str, actor: Actor) -> bool:
    return name == actor.name or (actor.account is not None and is_name_of(db, name, actor.account))


def find_inspections(db: Database, draw: str) -> dict[tuple[str, str], Inspection]:
    """Return the inspections that count, by (target, inspector): the newest of each."""
    rows = db.query(
        "SELECT target, inspector, outcome, words, at FROM inspections WHERE draw = ? ORDER BY id",
        [draw],
    )
    return {
        (row["target"], row["inspector"]): Inspection(
            target=row["target"],
            inspector=row["inspector"],
            outcome=row["outcome"],
            words=row["words"],
            at=datetime.fromisoformat(row["at"]),
        )
        for row in rows
    }
