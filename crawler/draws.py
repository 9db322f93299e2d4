"""Draws by lot that anybody can repeat: a published seed, a list, and SHA-256 alone.

Each name's place is SHA-256(seed, a zero byte, name), seed and name in UTF-8; the smallest come
first. Who wanted to favour a name would have to find a seed for it, and the seed is not theirs to
choose: it is public, or its digest was recorded before.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crawler.errors import FileFormatError, InputError, Problem

ALGORITHM = "sha256(seed, 0x00, name), smallest first; inspectors by least load, then first"
"""As entries of the ledger name it: ``order_names`` and ``assign``. Another one gets another
name."""
LONGEST_NAME = 2083
LONGEST_SEED = 1000
MOST_PROBLEMS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """Why somebody is not to inspect something; known before the draw."""

    inspector: str
    target: str
    """``*``: whatever it is."""
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One target that was drawn, and who inspects it."""

    place: int
    """From 1: in the order of the draw."""
    target: str
    inspectors: tuple[str, ...]


def rank(seed: int | str, name: str) -> bytes:
    """Return a name's place in a draw: SHA-256 of seed, zero byte and name."""
    return hashlib.sha256(f"{seed}\0{name}".encode()).digest()


def order_names(names: Iterable[str], seed: int | str) -> list[str]:
    """Return the names in the order of the draw, whatever order they come in."""
    return sorted(names, key=lambda name: (rank(seed, name), name))


def digest_of_names(names: Iterable[str]) -> str:
    """Return the SHA-256 of the names, in the order of their code points, a line each (LF)."""
    whole = hashlib.sha256()
    for name in sorted(names):
        whole.update(f"{name}\n".encode())
    return whole.hexdigest()


def draw_turns(
    targets: Collection[str],
    inspectors: Collection[str],
    conflicts: Iterable[Conflict],
    *,
    count: int,
    each: int,
    seed: str,
) -> list[Turn]:
    """Draw ``count`` targets, and ``each`` inspectors for every one of them.

    Targets and inspectors are put in the order of the draw. Then each target in turn gets those
    inspectors who have no conflict with it and the fewest targets so far; of equal ones, the first.
    Fewer targets than inspectors therefore draw the inspectors, too.

    :raises InputError: when there are too few of either
    """
    if not 1 <= count <= len(targets):
        raise InputError(f"expected to draw 1 to {len(targets):,} targets, got {count:,}")
    if each < 1:
        raise InputError(f"expected 1 inspector or more for each target, got {each}")
    barred = _barred(conflicts)
    out = barred.get("*", set())
    ring = [name for name in order_names(inspectors, seed) if name not in out]
    if len(ring) < each:
        raise InputError(f"expected {each} inspectors or more without a conflict, got {len(ring)}")
    load = [(0, place) for place in range(len(ring))]
    turns = []
    for place, target in enumerate(order_names(targets, seed)[:count], start=1):
        chosen = _choose(load, ring, barred.get(target, set()), each)
        if len(chosen) < each:
            raise InputError(
                f"expected {each} inspectors without a conflict for {target!r}, got {len(chosen)}"
            )
        turns.append(Turn(place=place, target=target, inspectors=tuple(chosen)))
    return turns


def _barred(conflicts: Iterable[Conflict]) -> Mapping[str, set[str]]:
    barred: dict[str, set[str]] = {}
    for conflict in conflicts:
        barred.setdefault(conflict.target, set()).add(conflict.inspector)
    return barred


def _choose(
    load: list[tuple[int, int]], ring: Sequence[str], barred: Collection[str], each: int
) -> list[str]:
    """Take the next inspectors off the heap of (targets so far, place), and put them back."""
    chosen: list[tuple[int, int]] = []
    passed: list[tuple[int, int]] = []
    while load and len(chosen) < each:
        one = heapq.heappop(load)
        (passed if ring[one[1]] in barred else chosen).append(one)
    for one in passed:
        heapq.heappush(load, one)
    for has, place in chosen:
        heapq.heappush(load, (has + 1, place))
    return [ring[place] for _, place in chosen]


def load_names(path: Path) -> list[str]:
    """Read a list, a name on each line (UTF-8), in its order; blank lines are passed over.

    :raises FileFormatError: with each line that is no name, or stands there twice
    :raises InputError: when it cannot be read
    """
    problems: list[Problem] = []
    names: dict[str, int] = {}
    try:
        with path.open(encoding="utf-8-sig") as file:
            for line, text in enumerate(file, start=1):
                name = text.strip()
                if not name:
                    continue
                message = name_problem(name)
                if message is None and name in names:
                    message = f"{name!r:.80} stands in line {names[name]} already"
                if message is not None:
                    problems.append(Problem(path=path, line=line, where="", message=message))
                names.setdefault(name, line)
                if len(problems) == MOST_PROBLEMS:
                    break
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: expected text in UTF-8: {error}") from error
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    if not names and not problems:
        problems.append(Problem(path=path, line=None, where="", message="it holds no name"))
    if problems:
        raise FileFormatError(problems)
    return list(names)


def name_problem(name: str) -> str | None:
    """Say why a text cannot be drawn; None when it can: one line, of what can be seen."""
    if len(name) > LONGEST_NAME:
        return f"expected at most {LONGEST_NAME:,} characters, got {len(name):,}"
    if not name.isprintable():
        return f"expected one line of what can be seen, got {name!a:.80}"
    if name == "*":
        return "expected a name, got '*', which stands for all"
    return None


def parse_seed(text: str) -> str:
    """Return a seed as it counts: without spaces around it.

    :raises InputError: when it is empty, too long, or holds what cannot be seen
    """
    seed = text.strip()
    if not seed or len(seed) > LONGEST_SEED or not seed.isprintable():
        raise InputError(
            f"expected a seed of one line, 1 to {LONGEST_SEED} characters that can be seen,"
            f" got {seed!a:.80}"
        )
    return seed
