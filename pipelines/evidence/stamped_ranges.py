"""The entries that a stamp covers, compared with those that stand in the ledger now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crawler.store.ledger import Entry
from pipelines.evidence.checks import Check
from pipelines.evidence.merkle import Tree, leaf_of
from pipelines.evidence.statements import LEAVES, Statement, read_leaves


class StampedRange:
    """Sees each entry of its range once, in order, and keeps two roots and the first difference.

    The digests that were stamped lie beside the statement. They are believed only if they give the
    root of the statement; then the entry that differs can be named, else the range alone.
    """

    def __init__(self, stamp: str, statement: Statement, folder: Path) -> None:
        self.stamp = stamp
        self.statement = statement
        self.first, self.last = statement.first, statement.last
        self._now, self._then = Tree(), Tree()
        self._leaves = read_leaves(folder / LEAVES)
        self._next = self.first
        self._differs: str | None = None
        self._head: str | None = None

    def see(self, entry: Entry) -> None:
        """Take the next entry of the range that the ledger has."""
        while self._next < entry.number:
            self._take()
            self._note(f"entry {self._next - 1} was stamped and is gone")
        was = self._take()
        if was != entry.digest:
            self._note(
                f"entry {entry.number} is not the one that was stamped (its digest was {was})"
            )
        self._now.add(_leaf(entry.digest))
        self._head = entry.digest if entry.number == self.last else None

    def _take(self) -> str:
        """Return the digest that was stamped of the next entry; empty when it is not kept."""
        was = next(self._leaves, "")
        self._then.add(_leaf(was))
        self._next += 1
        return was

    def _note(self, difference: str) -> None:
        self._differs = self._differs or difference

    @property
    def is_whole(self) -> bool:
        """Whether the ledger has the entries that were stamped."""
        return (
            self._now.size == self.statement.size
            and self._now.root.hex() == self.statement.root
            and self._head == self.statement.head
        )

    def checks(self) -> Iterator[Check]:
        """Yield what was found, once the ledger was read to its end."""
        what = f"entries {self.first} to {self.last} are those that were stamped"
        while self._next <= self.last:
            self._take()
            self._note(f"entry {self._next - 1} was stamped and is gone: the ledger ends before it")
        if next(self._leaves, None) is not None:
            self._then.add(_leaf(""))  # more than was stamped
        kept = self._then.root.hex() == self.statement.root
        if self.is_whole:
            detail = f"their root is {self.statement.root}"
            yield Check(what, "holds", self.stamp, None, detail)
        else:
            detail = (
                f"{self._differs}"
                if kept and self._differs
                else f"one of them or more is not: their root is {self._now.root.hex()}, the root"
                f" stamped is {self.statement.root}"
            )
            yield Check(what, "broken", self.stamp, None, detail)
        if not kept:
            detail = f"{LEAVES} does not give the root {self.statement.root}"
            yield Check("the digests kept beside the statement", "broken", self.stamp, None, detail)


def _leaf(digest: str) -> bytes:
    try:
        return leaf_of(bytes.fromhex(digest))
    except ValueError:
        return leaf_of(digest.encode("utf-8", "replace"))
