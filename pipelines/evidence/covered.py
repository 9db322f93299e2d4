"""For which entries of a ledger somebody vouches."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(kw_only=True, slots=True)
class Covered:
    """Grows with each stamp that is whole and proven."""

    last_fault: int
    """Number of the last entry that does not hold; 0 when all do."""
    ranges: list[tuple[int, int, str]] = field(default_factory=list)
    """First and last entry under a stamp, and who stamped."""

    def add(self, first: int, last: int, by: str | None) -> None:
        """Take in what somebody vouches for."""
        self.ranges.append((first, last, by or "not named"))

    @property
    def last(self) -> int:
        """Number of the last entry that is covered; 0 when none is."""
        return max((last for _, last, _ in self.ranges), default=0)

    def by(self, number: int) -> str | None:
        """Return who vouches for an entry; None when nobody does.

        The head of a stamp covers what comes before it too, as far as the chain holds unbroken.
        """
        for first, last, by in self.ranges:
            if first <= number <= last or self.last_fault < number <= last:
                return by
        return None
