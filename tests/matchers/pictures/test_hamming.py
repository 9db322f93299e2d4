"""Multi-index hashing against a comparison of all with all: nothing is missing within its reach."""

from __future__ import annotations

import numpy as np
import pytest

from matchers.pictures.hamming import EXACT, PIECES, build_tables, find_near
from matchers.pictures.prints import Codes
from matchers.pictures.votes import count_bits


def _make(count: int, seed: int) -> Codes:
    """Return hashes in families, so that there are pairs at every distance."""
    rng = np.random.default_rng(seed)
    families = rng.integers(0, 2**64, (max(1, count // 20), 4), dtype=np.uint64)
    hashes = families[rng.integers(0, len(families), count)]
    for number, row in enumerate(hashes):
        for bit in rng.choice(256, number % 40, replace=False):
            row[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    return hashes


def _all_pairs(hashes: Codes, wanted: Codes, limit: int) -> dict[tuple[int, int], int]:
    distances = count_bits(wanted[:, None] ^ hashes[None])
    rows, columns = np.nonzero(distances <= limit)
    return {
        (a, b): int(distances[a, b]) for a, b in zip(rows.tolist(), columns.tolist(), strict=True)
    }


@pytest.mark.parametrize(("limit", "flipped"), [(EXACT[0], 0), (EXACT[1], PIECES)])
@pytest.mark.parametrize("count", [0, 1, 2, 3000])
def test_nothing_is_missing(count: int, limit: int, flipped: int) -> None:
    hashes, wanted = _make(count, 1), _make(700, 1)
    ours, theirs, distances = find_near(build_tables(hashes), wanted, limit, flipped)
    found = dict(
        zip(zip(ours.tolist(), theirs.tolist(), strict=True), distances.tolist(), strict=True)
    )
    expected = _all_pairs(hashes, wanted, limit)
    assert found == expected
    assert len(found) == len(ours)
    assert count < 3 or len(expected) > 1000


def test_beyond_its_reach_it_finds_most_and_nothing_else() -> None:
    hashes, wanted = _make(2000, 2), _make(300, 2)
    expected = _all_pairs(hashes, wanted, 40)
    shares = []
    for flipped in (0, 2, PIECES):
        ours, theirs, _ = find_near(build_tables(hashes), wanted, 40, flipped)
        found = set(zip(ours.tolist(), theirs.tolist(), strict=True))
        assert found <= expected.keys()
        shares.append(len(found) / len(expected))
    assert shares == sorted(shares)
    assert shares[-1] > 0.95
    assert len(find_near(build_tables(hashes), wanted[:0], 40)[0]) == 0
