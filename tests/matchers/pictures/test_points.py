"""What speaks for a reference, and how it is proposed to lie, against the plain definitions."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import numpy as np
import pytest

from matchers.pictures import geometry, points
from matchers.pictures.prints import Fingerprint, LocalFeatures, Look
from matchers.pictures.votes import build_tables, find_like


def _features(rng: np.random.Generator, words: np.ndarray, count: int) -> LocalFeatures:
    """Return points with few different codes, so that many references have each."""
    codes = words[rng.integers(0, len(words), (1, count))]
    return LocalFeatures(rng.random((count, 4), dtype=np.float32), codes)


@pytest.mark.parametrize("gone", [False, True])
def test_a_point_is_one_vote_that_its_references_share(*, gone: bool) -> None:
    rng = np.random.default_rng(4)
    words = rng.integers(0, 2**63, (12, 4), dtype=np.uint64)
    tables = build_tables([_features(rng, words, count) for count in (9, 0, 4, 30)])
    part = points.Part(tables, [[0], [1], [] if gone else [2], [3]])
    picture = Fingerprint(
        maker="m", size=(9, 9), look="rich", views=(), greys=(), local=_features(rng, words, 20)
    )
    votes = points._Votes(part, picture, 0)
    shared = defaultdict(set)
    for ours, theirs in zip(*find_like(tables, picture.local.codes[0]), strict=True):
        owner = int(np.searchsorted(tables.starts, theirs, "right")) - 1
        if part.entries[owner]:
            shared[int(ours)].add(owner)
    assert any(len(owners) > 1 for owners in shared.values())
    for owner in range(4):
        crowds = [len(owners) for owners in shared.values() if owner in owners]
        assert votes._counts[owner] == len(crowds)
        assert votes._votes[owner] == pytest.approx(sum(1 / crowd for crowd in crowds))


def _propose_plainly(one: np.ndarray, other: np.ndarray) -> int | None:
    """Return the pair whose similarity is proposed, by comparing every pair with every other."""
    count = len(one)
    agree = np.zeros((count, count), bool)
    for a, b in product(range(count), repeat=2):
        scale, turn = other[a, 2] / one[a, 2], other[a, 3] - one[a, 3]
        step = complex(*(one[b, :2] - one[a, :2])) * scale * np.exp(1j * turn)
        off = abs(complex(*other[a, :2]) + step - complex(*other[b, :2]))
        sizes = abs(np.log2(other[b, 2] / one[b, 2] / scale))
        turns = np.cos(other[b, 3] - one[b, 3] - turn)
        agree[a, b] = off < 0.05 and sizes < 0.7 and turns > 0.8
    for best in np.argsort(-agree.sum(axis=1), kind="stable")[:3]:
        spots = [
            {tuple(np.round(place / 0.012)) for place in side[agree[best], :2]}
            for side in (one, other)
        ]
        if min(map(len, spots)) >= geometry.LEAST:
            return int(best)
    return None


@pytest.mark.parametrize("alike", [0, 2, 3, 4, 5, 12])
@pytest.mark.parametrize("one_place", [False, True])
def test_what_is_proposed_is_what_most_pairs_agree_with(alike: int, *, one_place: bool) -> None:
    rng = np.random.default_rng(alike)
    one = (rng.random((20, 4)) + np.array([0, 0, 0.1, 0])).astype(np.float32)
    other = (rng.random((20, 4)) + np.array([0, 0, 0.1, 0])).astype(np.float32)
    if one_place:
        one[:alike, :2] = 0.3
    other[:alike] = one[:alike] * (0.5, 0.5, 0.5, 1) + (0.2, 0.1, 0, 0)
    start, best = geometry._propose(one, other), _propose_plainly(one, other)
    assert (start is None) == (best is None) == (alike < 4 or one_place)
    if start is not None:
        assert one[best, :2] @ start[:2] + start[2] == pytest.approx(other[best, :2])


@pytest.mark.parametrize(
    ("look", "rarity", "strength", "support", "verdict"),
    [
        ("plain", 0.05, 5.0, 12.0, "part"),
        ("plain", 0.05, 9.0, 12.0, "copy"),
        ("plain", 0.5, 5.0, 12.0, "copy"),
        ("rich", 0.1, 0.0, 12.0, "part"),
        ("rich", 0.1, 0.0, 22.0, "copy"),
        ("rich", 0.5, 0.0, 12.0, "copy"),
    ],
)
def test_a_few_strokes_many_times_must_be_surely_there(
    look: Look, rarity: float, strength: float, support: float, verdict: str
) -> None:
    """A part of one star of many points is like a part of another."""
    reference = Fingerprint(maker="m", size=(9, 9), look=look, views=(), greys=(), depth="work")
    seen = points._Seen(round(support / rarity), rarity, 1.0, 1.0)
    assert points._judge(reference, seen, strength, 1.0, 1.0) == verdict
