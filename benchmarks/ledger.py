"""What the ledger costs: appending, verifying, growth, stamping and proofs.

    python benchmarks/ledger.py [--entries N] [--batch N]

Records are as long as those of captures; ``--batch`` entries go into a transaction. The yardstick
of appending is a table of the same columns without chain and triggers in the same file system; that
of verifying is making the digests of the same entries from memory. Stamps are by openssl on
loopback, a stamp for each tenth of the entries. CPU time of one core; memory of the whole process.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from crawler.store.database import open_store, writing
from crawler.store.ledger import append_entry, canonical, find_entries
from crawler.store.stamps import find_stamps
from crawler.workspace import Workspace
from pipelines.evidence.proofs import prove
from pipelines.evidence.stamps import stamp_ledger
from pipelines.evidence.trust import load_trust
from pipelines.evidence.verify import check_workspace
from tests.servers.ledgers import workspace_with
from tests.servers.tsa import make_authority, serving

AT = datetime(2026, 11, 30, tzinfo=UTC)
STAMPS = 10
PROOFS = 200


class Span:
    """CPU and wall seconds of a block."""

    cpu = wall = 0.0


@contextmanager
def measured() -> Iterator[Span]:
    """Measure a block."""
    span, cpu, wall = Span(), time.process_time(), time.perf_counter()
    yield span
    span.cpu, span.wall = time.process_time() - cpu, time.perf_counter() - wall


def record_of(number: int) -> dict[str, object]:
    """Return the record of a capture."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return {
        "file": f"evidence/captures/c-{number:06}.wacz",
        "sha256": digest,
        "url": f"https://shop.example/商品/{number}",
        "purpose": "flagged",
    }


def append(db: Database, first: int, count: int, batch: int) -> None:
    """Append entries, ``batch`` in a transaction."""
    for start in range(first, first + count, batch):
        with writing(db):
            for number in range(start, min(start + batch, first + count)):
                append_entry(db, "judgement", f"h-{number:06}", record_of(number), by="安娜", at=AT)


def append_plainly(folder: Path, count: int, batch: int) -> float:
    """Return the CPU seconds of the yardstick: the same columns, nothing checked."""
    db = Database(folder / "plain.db")
    db.enable_wal()
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute(
        "CREATE TABLE plain (number INTEGER PRIMARY KEY, kind, subject, record, by, at, a, b)"
    )
    insert = "INSERT INTO plain VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    with measured() as span:
        for start in range(0, count, batch):
            with writing(db):
                for n in range(start, min(start + batch, count)):
                    text = canonical(record_of(n)).decode()
                    row = [n, "capture", f"c-{n:06}", text, "markhound", "2026", "0" * 64, "0" * 64]
                    db.execute(insert, row)
    db.close()
    return span.cpu


def hash_plainly(db: Database) -> float:
    """Return the CPU seconds of the yardstick: the digests of entries that lie in memory."""
    entries = list(find_entries(db))
    with measured() as span:
        for entry in entries:
            entry.digest_of_content()
    return span.cpu


def megabytes() -> float:
    """Return the most memory that the process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def size_of(workspace: Workspace) -> int:
    """Return the bytes of the database, with all that waits in its log taken in."""
    db = open_store(workspace.database)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return workspace.database.stat().st_size


def measure(folder: Path, count: int, batch: int) -> Iterator[str]:
    """Yield the lines of the report."""
    with serving(make_authority(folder / "tsa")) as authority:
        workspace = workspace_with(folder / "w", authority)
        empty = size_of(workspace)
        appended = stamped = 0.0
        for part in range(STAMPS):
            with workspace.store() as db, measured() as span:
                append(db, part * count // STAMPS, count // STAMPS, batch)
            appended += span.cpu
            with measured() as span:
                stamp_ledger(workspace)
            stamped += span.cpu
    plain = append_plainly(folder, count, batch)
    yield (
        f"append, {batch} in a transaction: {count / appended:,.0f} entries a CPU second,"
        f" {appended / plain:.1f} times the plain table"
    )
    each = (size_of(workspace) - empty) / count
    raw = sum(len(canonical(record_of(n))) for n in range(1000)) / 1000
    leaves = sum(p.stat().st_size for p in workspace.folder.glob("evidence/stamps/*/leaves.txt"))
    yield f"growth: {each:.0f} bytes an entry in the database, of which its record {raw:.0f}"
    yield f"        {leaves / count:.0f} bytes an entry beside the stamps (leaves.txt)"
    yield f"stamp: {stamped / STAMPS:.3f} CPU s for {count // STAMPS:,} entries, one request"
    yield from verify_and_prove(workspace)


def verify_and_prove(workspace: Workspace) -> Iterator[str]:
    """Yield the lines on reading."""
    before = megabytes()
    with measured() as span:
        states = [check.state for check in check_workspace(workspace, load_trust(workspace))]
    assert "broken" not in states
    after = megabytes()
    with workspace.store() as db:
        yardstick = hash_plainly(db)
        yield (
            f"verify --all: {span.cpu:.2f} CPU s, {span.wall:.2f} s;"
            f" {span.cpu / yardstick:.1f} times the digests alone;"
            f" memory {before:.0f} -> {after:.0f} MB"
        )
        stamps = find_stamps(db)
        with measured() as span:
            for number in range(PROOFS):
                stamp = stamps[number % len(stamps)]
                prove(db, stamp.first + number * 37 % (stamp.last - stamp.first + 1))
        size = stamps[0].last - stamps[0].first + 1
        each = 1000 * span.cpu / PROOFS
        yield f"proof: {each:.1f} CPU ms each, of {size:,} entries under a stamp"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--batch", type=int, nargs="*", default=[1, 100])
    given = parser.parse_args()
    print(f"{given.entries:,} entries, {STAMPS} stamps", flush=True)
    for batch in given.batch:
        with tempfile.TemporaryDirectory() as folder:
            for line in measure(Path(folder), given.entries, batch):
                print(line, flush=True)


if __name__ == "__main__":
    main()
