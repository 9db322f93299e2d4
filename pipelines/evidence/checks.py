"""What one check of evidence found, and by whose word it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MOST_CHARACTERS = 500
"""Of a subject or a detail: files of others are quoted in them, and may hold one line of 200 MB."""

CheckState = Literal["proven", "holds", "unproven", "broken"]
"""``proven``: somebody else vouches for it (``by`` says who). ``holds``: it is intact, but only by
our own word. ``unproven``: nothing is known to be wrong, and nothing vouches for it (``detail``
says why). ``broken``: it is not what was recorded (``detail`` says what was got and expected)."""


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check; what it quotes is cut, and always text that can be written."""

    what: str
    """What was checked, in a few words: ``entries follow each other``."""
    state: CheckState
    subject: str
    """What it is about: an entry's number, a stamp's id, a file's path inside what was checked."""
    by: str | None = None
    """Who vouches: the name of a time-stamp authority, a signer's key; None when nobody does."""
    detail: str = ""
    """Why, with what was got and what was expected."""

    def __post_init__(self) -> None:
        for name in ("what", "subject", "by", "detail"):
            object.__setattr__(self, name, _quotable(getattr(self, name)))


def _quotable(text: str | None) -> str | None:
    if text is None:
        return None
    if len(text) > MOST_CHARACTERS:
        text = f"{text[:MOST_CHARACTERS]}... ({len(text):,} characters)"
    return text.encode("utf-8", "backslashreplace").decode()  # lone surrogates
