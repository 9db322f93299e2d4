"""The entries that a stamp covers, compared with those that stand in the ledger now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipelines.evidence.checks import Check
from pipelines.evidence.merkle import Tree, leaf_of, root_of
from pipelines.evidence.statements import LEAVES, Statement, read_leaves


class StampedRange:
    """Sees each entry of its range once, in order, and keeps the root and the first difference.

    The digests that were stamped lie beside the statement. They are believed only if they give the
    root of the statement; then the entry that differs can be named, else the range alone.
    """

    def __init__(self, stamp: str, statement: Statement, folder: Path) -> None:
        self.stamp = stamp
        self.statement = statement
        self.first, self.last = statement.first, statement.last
        self._folder = folder
        self._tree = Tree()
        self._leaves = read_leaves(folder / LEAVES)
        self._next = self.first
        self._difference = ""
        self._head = ""
        self._more = False
        """Whether more digests are kept than were stamped."""

    def see(self, number: int, digest: str) -> None:
        """Take the next entry of the range that the ledger has.

        :param digest: what its content gives, whatever digest is recorded of it
        """
        while self._next < number:
            self._take()
            self._note(f"entry {self._next - 1} was stamped and is gone")
        was = self._take()
        if was != digest:
            self._note(f"entry {number} is not the one that was stamped (its digest was {was:.80})")
        self._tree.add(_leaf(digest))
        self._head = digest
        if number == self.last:  # ends the file: there may be thousands of stamps
            self._more = next(self._leaves, None) is not None
            self._leaves.close()

    def _take(self) -> str:
        """Return the digest that was stamped of the next entry; empty when it is not kept."""
        self._next += 1
        return next(self._leaves, "")

    def _note(self, difference: str) -> None:
        self._difference = self._difference or difference

    @property
    def is_whole(self) -> bool:
        """Whether the ledger has the entries that were stamped."""
        return (
            self._tree.size == self.statement.size
            and self._tree.root.hex() == self.statement.root
            and self._head == self.statement.head
        )

    def checks(self) -> Iterator[Check]:
        """Yield what was found, once the ledger was read to its end."""
        if self._next <= self.last:
            self._note(f"entry {self._next} was stamped and is gone: the ledger ends before it")
        same = self.is_whole and not self._difference and not self._more
        kept = same or self._kept_root() == self.statement.root
        what = f"entries {self.first} to {self.last} are those that were stamped"
        if self.is_whole:
            yield Check(what, "holds", self.stamp, None, f"their root is {self.statement.root}")
        elif kept and self._difference:
            yield Check(what, "broken", self.stamp, None, self._difference)
        else:
            detail = (
                f"one of them or more is not: their root is {self._tree.root.hex()}, the root"
                f" stamped is {self.statement.root}"
            )
            yield Check(what, "broken", self.stamp, None, detail)
        if not kept:
            detail = f"{LEAVES} does not give the root {self.statement.root}"
            yield Check("the digests kept beside the statement", "broken", self.stamp, None, detail)

    def _kept_root(self) -> str:
        """Return the root of the digests that lie beside the statement."""
        return root_of(_leaf(line) for line in read_leaves(self._folder / LEAVES)).hex()


def _leaf(digest: str) -> bytes:
    try:
        return leaf_of(bytes.fromhex(digest))
    except ValueError:
        return leaf_of(digest.encode("utf-8", "replace"))
