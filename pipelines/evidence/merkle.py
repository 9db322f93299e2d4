"""Merkle trees over the entries of the ledger, as RFC 9162 (section 2.1) makes them.

A leaf is SHA-256(0x00, digest of an entry), a node SHA-256(0x01, left, right), so that no node can
be taken for a leaf. An entry's digest begins with 0x01 too, but it is only ever hashed as a leaf,
and what stands behind it is longer than a node: 32 bytes and JSON with six keys, over 32 bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

Hash = bytes
"""32 bytes."""


def leaf_of(digest: Hash) -> Hash:
    """Return the leaf of an entry's digest."""
    return hashlib.sha256(b"\x00" + digest).digest()


def node_of(left: Hash, right: Hash) -> Hash:
    """Return the node above two."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The root of leaves that come one by one: it keeps as many hashes as the tree is high."""

    def __init__(self) -> None:
        self.size = 0
        self._whole: list[Hash] = []
        """Roots of whole subtrees, the largest first: one for each bit that ``size`` has."""

    def add(self, leaf: Hash) -> None:
        """Put a leaf to the right of the others."""
        self.size += 1
        below = self.size
        while below % 2 == 0:
            leaf = node_of(self._whole.pop(), leaf)
            below //= 2
        self._whole.append(leaf)

    @property
    def root(self) -> Hash:
        """Hash of the whole tree; of nothing, where it has no leaf."""
        if not self._whole:
            return hashlib.sha256().digest()
        *left, root = self._whole
        for whole in reversed(left):
            root = node_of(whole, root)
        return root


def root_of(leaves: Iterable[Hash]) -> Hash:
    """Return the root of a tree (RFC 9162, section 2.1.1)."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root


def path_ranges(index: int, size: int) -> list[range]:
    """Return which leaves lie under each hash of a leaf's audit path, the lowest first.

    (RFC 9162, section 2.1.3.1.) So a path is made by reading each leaf once.

    :param index: of the leaf, from 0
    """
    start, stop, found = 0, size, list[range]()
    while stop - start > 1:
        middle = start + (1 << (stop - start - 1).bit_length() - 1)
        if index < middle:
            found.append(range(middle, stop))
            stop = middle
        else:
            found.append(range(start, middle))
            start = middle
    return found[::-1]


def root_by_path(leaf: Hash, index: int, size: int, path: Sequence[Hash]) -> Hash:
    """Return the root to which an audit path leads (RFC 9162, section 2.1.3.2).

    :raises ValueError: when no tree of that size has such a path
    """
    ranges = path_ranges(index, size)
    if not 0 <= index < size or len(path) != len(ranges):
        raise ValueError(
            f"expected {len(ranges)} hashes for leaf {index} of {size}, got {len(path)}"
        )
    for other, leaves in zip(path, ranges, strict=True):
        leaf = node_of(leaf, other) if leaves.start > index else node_of(other, leaf)
    return leaf
