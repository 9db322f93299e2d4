"""Facts that a law requires in a notice, and where each of them is supplied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from crawler.model import Right, RightKind
from crawler.store.hits import StoredHit
from crawler.takedown import Recipient, Sender

ALL_RIGHTS: frozenset[RightKind] = frozenset(get_args(RightKind))
REGISTERED: frozenset[RightKind] = ALL_RIGHTS - {"work"}
"""Rights that exist by an office's register, each in its own territory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RequiredFact:
    """One fact without which a notice of its kind is not drafted."""

    name: str
    """``sender.address``: whose fact, and which field of that record (dotted)."""
    meaning: str
    """What it is, in plain words."""
    basis: str
    """The provision that asks for it."""
    instead: tuple[str, ...] = ()
    """Other fields of the same record; any one of them will do."""
    agents_only: bool = False
    """Not asked of a sender whose role is ``owner``."""
    rights: frozenset[RightKind] = ALL_RIGHTS
    """The kinds of rights of which it is asked."""

    @property
    def owner(self) -> str:
        """Whose fact it is: ``sender``, ``recipient``, ``right``, ``listing`` or ``hit``."""
        return self.name.partition(".")[0]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of that record of which one must be there."""
        return (self.name.partition(".")[2], *self.instead)

    def find_missing(
        self, hits: Sequence[StoredHit], sender: Sender, recipient: Recipient | None
    ) -> Iterator[str]:
        """Yield one line for each record that lacks the fact: what it is, and where it belongs."""
        for record, place in self._records(hits, sender, recipient):
            if not any(_has(record, field) for field in self.fields):
                yield f"{self.name}: {self.meaning} ({place})"

    def _records(
        self, hits: Sequence[StoredHit], sender: Sender, recipient: Recipient | None
    ) -> Iterator[tuple[object, str]]:
        keys = " or ".join(self.fields)
        if self.owner == "sender":
            if not (self.agents_only and sender.role == "owner"):
                yield sender, f"markhound.toml, [sender] {keys}"
        elif self.owner == "recipient":
            if recipient is not None:
                yield recipient, f"recipients.toml, {keys} of the entry for {recipient.site!r}"
        elif self.owner == "right":
            for right in rights_of(hits):
                if right.kind in self.rights:
                    yield right, f"the registry's line of {right.id}, {keys}"
        else:
            for stored in hits:
                record = stored.hit if self.owner == "hit" else stored.listing
                yield record, f"as found by the sweep, {stored.hit.id}"


def rights_of(hits: Sequence[StoredHit]) -> tuple[Right, ...]:
    """Return the rights of the hits, each once, in the order of the hits."""
    return tuple({stored.right.id: stored.right for stored in hits}.values())


def _has(record: object, path: str) -> bool:
    """Tell whether the field is there and not blank; nothing is beyond a missing step."""
    value: object = record
    for step in path.split("."):
        if value is None:
            return False
        value = getattr(value, step)
    return bool(value.strip()) if isinstance(value, str) else bool(value)
