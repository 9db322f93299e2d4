"""Trees are those of RFC 9162, and a path leads to the root from its own leaf alone."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.evidence.merkle import (
    Tree,
    leaf_of,
    node_of,
    path_ranges,
    root_by_path,
    root_of,
)

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
LEAVES.append("606162636465666768696a6b6c6d6e6f")
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
"""Known answers that implementations of Certificate Transparency share."""


def by_the_book(leaves: list[bytes]) -> bytes:
    """Return the root as section 2.1.1 defines it."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_of(by_the_book(leaves[:split]), by_the_book(leaves[split:]))


@pytest.mark.parametrize("size", ROOTS)
def test_known_roots(size: int) -> None:
    leaves = [leaf_of(bytes.fromhex(leaf)) for leaf in LEAVES[:size]]
    assert root_of(leaves).hex() == ROOTS[size]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert Tree().root == hashlib.sha256().digest()


def test_every_leaf_of_small_trees_finds_the_root_and_no_other_does() -> None:
    for size in range(1, 35):
        leaves = [leaf_of(bytes([number])) for number in range(size)]
        root = by_the_book(leaves)
        assert root_of(leaves) == root
        for index in range(size):
            path = [root_of(leaves[r.start : r.stop]) for r in path_ranges(index, size)]
            assert root_by_path(leaves[index], index, size, path) == root
            assert root_by_path(leaf_of(b"other"), index, size, path) != root
            for place in range(len(path)):
                wrong = [*path[:place], leaf_of(b"other"), *path[place + 1 :]]
                assert root_by_path(leaves[index], index, size, wrong) != root


@given(st.integers(1, 10**12), st.data())
def test_each_leaf_but_the_own_lies_under_one_hash_of_the_path(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    ranges = path_ranges(index, size)
    assert sum(map(len, ranges)) == size - 1
    assert len(ranges) <= size.bit_length()
    assert not any(index in leaves for leaves in ranges)


@pytest.mark.parametrize(("index", "size", "hashes"), [(3, 3, 2), (-1, 3, 2), (0, 3, 1), (0, 0, 0)])
def test_a_path_that_no_tree_has_is_refused(index: int, size: int, hashes: int) -> None:
    with pytest.raises(ValueError, match=f"leaf {index} of {size}"):
        root_by_path(bytes(32), index, size, [bytes(32)] * hashes)


def test_a_leaf_is_no_node() -> None:
    assert leaf_of(bytes(64)) != node_of(bytes(32), bytes(32))
