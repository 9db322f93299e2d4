"""How fast near hashes are found among many, against faiss's flat index in the same run.

    python benchmarks/search_hashes.py [--sizes N ...] [--flipped N ...]

Needs faiss, which nothing else does; it is the extra ``bench``, and ``make setup`` has it. The
hashes are drawn by chance; each of those that are looked for is one of them with 0 to 31 bits
changed, as many of each. Recall is the share of these that are found; faiss compares all and misses
none. One core; both are asked for all hashes within 31 bits.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import faiss
import numpy as np

from matchers.pictures.hamming import build_tables, find_near
from matchers.pictures.prints import Codes

SEED = 20261129
RADIUS = 31
WANTED = 2000


def plant(hashes: Codes, count: int, rng: np.random.Generator) -> tuple[Codes, list[int]]:
    """Return hashes with up to ``RADIUS`` bits changed, and of which they are."""
    rows = rng.integers(0, len(hashes), count)
    planted = hashes[rows].copy()
    for number, row in enumerate(planted):
        for bit in rng.choice(256, number % (RADIUS + 1), replace=False):
            row[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    return planted, rows.tolist()


def measure(size: int, flipped: list[int]) -> Iterator[str]:
    """Yield the lines of the report for one size."""
    rng = np.random.default_rng(SEED)
    hashes = rng.integers(0, 2**64, (size, 4), dtype=np.uint64)
    wanted, rows = plant(hashes, WANTED, rng)
    started = time.process_time()
    tables = build_tables(hashes)
    built = time.process_time() - started
    megabytes = (tables.starts.nbytes + tables.rows.nbytes) / 1e6
    flat = faiss.IndexBinaryFlat(256)
    flat.add(hashes.view(np.uint8).reshape(size, 32))
    few = wanted[: max(20, min(WANTED, 200_000_000 // size))]
    started = time.process_time()
    flat.range_search(few.view(np.uint8).reshape(len(few), 32), RADIUS + 1)
    slow = (time.process_time() - started) / len(few)
    yield (
        f"{size:,} hashes: built in {built:.2f} s, {megabytes:.0f} MB;"
        f" faiss flat {1 / slow:,.0f} a second"
    )
    for pieces in flipped:
        started = time.process_time()
        ours, theirs, _ = find_near(tables, wanted, RADIUS, pieces)
        fast = (time.process_time() - started) / WANTED
        found = set(zip(ours.tolist(), theirs.tolist(), strict=True))
        recall = sum(pair in found for pair in enumerate(rows)) / WANTED
        yield (
            f"  {pieces:>2} pieces with flips: {1 / fast:>9,.0f} a second,"
            f" {slow / fast:6.1f} times as fast, recall {recall:.4f}"
        )


def main() -> None:
    """Print the figures of each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument("--flipped", type=int, nargs="*", default=[0, 2, 4, 16])
    given = parser.parse_args()
    faiss.omp_set_num_threads(1)
    for size in given.sizes:
        for line in measure(size, given.flipped):
            print(line, flush=True)


if __name__ == "__main__":
    main()
