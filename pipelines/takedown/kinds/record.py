"""What a kind of notice is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crawler.errors import InputError
from crawler.model import RightKind
from crawler.takedown import Recipient
from matchers.wording import Language
from pipelines.takedown.facts import ALL_RIGHTS, RequiredFact


@dataclass(frozen=True, kw_only=True, slots=True)
class Consideration:
    """An exception that a person must have thought of before a notice is approved."""

    question: str
    rights: frozenset[RightKind] = ALL_RIGHTS
    """The kinds of rights of which it is asked."""


_MARKS: frozenset[RightKind] = frozenset({"trademark"})
_INDICATIONS: frozenset[RightKind] = frozenset({"geographical_indication"})
_WORKS: frozenset[RightKind] = frozenset({"work"})

CONSIDERATIONS: Mapping[str, Consideration] = {
    "fair-use": Consideration(
        question="Is it fair use (17 USC 107), or otherwise allowed by law?", rights=_WORKS
    ),
    "exceptions": Consideration(
        question="Does an exception of copyright allow it: quotation, review, parody?",
        rights=_WORKS,
    ),
    "referential": Consideration(
        question="Does the mark only say what the goods are, fit or are compared with?",
        rights=_MARKS,
    ),
    "exhaustion": Consideration(
        question="Are these genuine goods that were first sold with the owner's consent?",
        rights=ALL_RIGHTS - _INDICATIONS,
    ),
    "origin": Consideration(
        question="May the goods come from the place, and be made to the specification?",
        rights=_INDICATIONS,
    ),
    "unjustified-threats": Consideration(
        question="Can the text be read as a threat of proceedings that has no ground?",
        rights=ALL_RIGHTS - _WORKS,
    ),
}
"""The exceptions by name, each as the question that is put to a person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Declaration:
    """A statement that the sender makes in every notice of a kind."""

    name: str
    basis: str
    """The provision that asks for it, or whose practice it is."""
    words: Mapping[str, str]
    """Language -> the words by which the text makes it."""


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
    subjects: Mapping[str, str]
    """Language (BCP 47) -> subject as one line of Jinja2. Each language has a template of its own;
    the first is used unless the recipient, or who drafts, asks for another."""
    required: tuple[RequiredFact, ...]
    declarations: tuple[Declaration, ...] = ()
    deadlines: tuple[str, ...] = ()
    """Rules of ``pipelines.takedown.deadlines`` that run after such a notice."""
    considerations: tuple[str, ...] = ()
    """Exceptions that a person must have considered before the notice is approved."""
    needs_legal: bool = False
    """Whether one of those who approve must have the legal role."""
    unconfirmed: tuple[str, ...] = ()
    """What counsel has still to confirm, because no primary text of it was read."""

    @property
    def languages(self) -> tuple[str, ...]:
        """BCP 47; the first is the usual one."""
        return tuple(self.subjects)

    def template(self, language: str) -> str:
        """Return the template's file name."""
        return f"{self.name}.{language}.txt"

    def language_for(self, recipient: Recipient, wanted: str | None = None) -> str:
        """Return the language wanted, else the recipient's where there is one, else the first.

        :param wanted: BCP 47; ``zh`` and ``zh-Hans`` find ``zh-CN``, ``en-GB`` finds ``en``
        :raises InputError: when the kind has no text in the language wanted
        """
        if wanted is not None:
            if found := self._find_language(wanted):
                return found
            known = ", ".join(self.languages)
            raise InputError(f"a {self.name} notice has texts in {known}; got {wanted!r}")
        return self._find_language(recipient.language or "") or self.languages[0]

    def considerations_for(self, rights: Iterable[RightKind]) -> tuple[str, ...]:
        """Return the considerations that these kinds of rights call for."""
        kinds = frozenset(rights)
        return tuple(
            name
            for name in self.considerations
            if not kinds.isdisjoint(CONSIDERATIONS[name].rights)
        )

    def _find_language(self, tag: str) -> str | None:
        if tag in self.languages:
            return tag
        primary = tag.lower().partition("-")[0]
        alike = (known for known in self.languages if known.lower().partition("-")[0] == primary)
        return next(alike, None)


def wording_of(language: str) -> Language:
    """Return in which language findings are described in a text of ``language``."""
    return "zh" if language.startswith("zh") else "en"
