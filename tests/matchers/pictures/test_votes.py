"""The index over local features against a comparison of all with all."""

from __future__ import annotations

import numpy as np
import pytest

from matchers.pictures.prints import NO_FEATURES, LocalFeatures
from matchers.pictures.votes import LIKE, PIECES, build_tables, count_bits, find_like


def _make(rng: np.random.Generator, count: int) -> LocalFeatures:
    codes = rng.integers(0, 2**63, (1, count, 4), dtype=np.uint64)
    return LocalFeatures(rng.random((count, 4), dtype=np.float32), codes)


def _altered(rng: np.random.Generator, codes: np.ndarray, bits: int) -> np.ndarray:
    flipped = codes.copy()
    for row in flipped:
        for bit in rng.choice(256, bits, replace=False):
            row[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    return flipped


def _piece(code: np.ndarray, piece: int) -> int:
    whole = sum(int(word) << 64 * place for place, word in enumerate(code))
    return whole >> 24 * piece & 0xFFFFFF


@pytest.mark.parametrize("bits", [0, 5, 20, 40, 60])
def test_finds_every_near_code_of_which_a_piece_is_equal(bits: int) -> None:
    rng = np.random.default_rng(bits)
    pictures = [_make(rng, count) for count in (30, 1, 0, 50)]
    tables = build_tables(pictures)
    ours = _altered(rng, tables.codes[::2], bits)
    expected = {
        (a, b)
        for a, one in enumerate(ours)
        for b, other in enumerate(tables.codes)
        if count_bits(one ^ other) <= LIKE
        and any(_piece(one, p) == _piece(other, p) for p in range(PIECES))
    }
    found = find_like(tables, ours)
    assert set(zip(found[0].tolist(), found[1].tolist(), strict=True)) == expected
    assert len(found[0]) == len(expected)
    assert tables.starts.tolist() == [0, 30, 31, 31, 81]
    assert len(expected) >= {0: 41, 5: 41, 20: 30}.get(bits, 0)
    if bits > LIKE:
        assert not expected


def test_finds_equal_pieces_that_are_anything_but_evenly_spread() -> None:
    rng = np.random.default_rng(7)
    codes = rng.choice(np.array([0, 1, 1 << 8, 3 << 40, 1 << 63], np.uint64), (4000, 4))
    tables = build_tables([LocalFeatures(np.zeros((4000, 4), np.float32), codes[None])])
    ours, theirs = find_like(tables, codes[:5])
    found = list(zip(ours.tolist(), theirs.tolist(), strict=True))
    expected = []
    for a in range(5):
        apart = count_bits(codes[a] ^ codes)
        crowds = [[_piece(code, p) == _piece(codes[a], p) for code in codes] for p in range(PIECES)]
        says = np.any([crowd for crowd in crowds if sum(crowd) <= 256], axis=0)
        expected += [(a, b) for b in np.flatnonzero(says & (apart <= LIKE)).tolist()]
    assert found == expected


def test_a_piece_that_too_many_points_have_says_nothing() -> None:
    rng = np.random.default_rng(3)
    for count, found in ((256, 256), (257, 0)):
        codes = rng.integers(0, 2**63, (1, count, 4), dtype=np.uint64)
        codes[..., 0] = 5  # the first two pieces and a part of the third
        ours = codes[0, :1].copy()
        ours[0, 1:] ^= np.uint64(0x111111111111)  # in every other piece a bit
        codes[0, :, 1:] = codes[0, 0, 1:]
        tables = build_tables([LocalFeatures(np.zeros((count, 4), np.float32), codes)])
        like, _ = find_like(tables, ours)
        assert len(like) == found


def test_works_without_points() -> None:
    rng = np.random.default_rng(1)
    for pictures in ([], [NO_FEATURES]):
        ours, theirs = find_like(build_tables(pictures), _make(rng, 5).codes[0])
        assert len(ours) == len(theirs) == 0
    assert len(find_like(build_tables([_make(rng, 5)]), NO_FEATURES.codes[0])[0]) == 0
