"""What a kind of notice is."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.model import RightKind
from crawler.takedown import Recipient
from matchers.wording import Language
from pipelines.takedown.facts import RequiredFact


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeKind:
    """A kind of notice."""

    name: str
    """As given to ``--kind``."""
    title: str
    legal_basis: str
    rights: frozenset[RightKind]
    """The kinds of rights that the law covers."""
    territory: frozenset[str] | None
    """Where a registered right must be in force (codes of ``Right.jurisdictions``); None = any."""
    deadline: str
    """Within what time the recipient must act, in the law's terms."""
    languages: tuple[str, ...]
    """BCP 47; the first is used unless the recipient asks for another."""
    wording: Language
    """In which language findings are described."""
    subject: str
    """Jinja2, one line."""
    required: tuple[RequiredFact, ...]
    considerations: tuple[str, ...] = ()
    """Exceptions that a person must have considered before the notice is approved."""
    needs_legal: bool = False
    """Whether one of those who approve must have the legal role."""

    def template(self, language: str) -> str:
        """Return the template's file name."""
        return f"{self.name}.{language}.txt"

    def language_for(self, recipient: Recipient) -> str:
        """Return the recipient's language where there is a template in it, else the first."""
        return recipient.language if recipient.language in self.languages else self.languages[0]
