"""What can be decided of a hit, and why: the choices that the form offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from crawler.accounts import Account
from crawler.causes import Cause, causes_for
from crawler.model import JudgementKind
from crawler.store.hits import StoredHit
from matchers.wording import Language

DECISIONS: tuple[JudgementKind, ...] = get_args(JudgementKind)
KEYS = 9
"""Causes that have a number key."""

_SUGGESTED: Mapping[str, str] = {
    "counterfeit_words": "counterfeit",
    "perhaps_counterfeit": "counterfeit",
    "sellers_excuse": "counterfeit",
    "low_price": "counterfeit",
    "evocation": "evocation",
    "licensed_seller": "licensee",
    "second_hand": "genuine-goods",
    "other_goods": "other-goods",
    "other_class": "other-goods",
}
"""Feature -> the cause that it speaks for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """A cause as the form offers it."""

    cause: Cause
    words: str
    number: int | None
    """Its number key, 1 to 9."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What the form for deciding offers."""

    causes: Mapping[JudgementKind, tuple[Offered, ...]]
    suggested: Mapping[JudgementKind, Cause]
    """What is recorded where no cause is chosen."""
    known: str
    """Id of the judgement that stands, empty where none does."""
    own: bool
    """Whether it is the visitor's own, who can undo it."""


def choices_of(stored: StoredHit, language: Language, account: Account | None) -> Choices:
    """Return what can be decided of a hit.

    :param account: whose form it is
    """
    judgement = stored.judgement
    return Choices(
        causes=offered_causes(stored, language),
        suggested=suggest_causes(stored),
        known=judgement.id if judgement else "",
        own=judgement is not None and account is not None and judgement.by == account.name,
    )


def offered_causes(
    stored: StoredHit, language: Language
) -> dict[JudgementKind, tuple[Offered, ...]]:
    """Return the causes that fit the right, by decision; the first nine have number keys."""
    offered = [
        Offered(
            cause=cause,
            words=cause.words(language),
            number=number if number <= KEYS else None,
        )
        for number, cause in enumerate(causes_for(stored.right.kind), start=1)
    ]
    return {d: tuple(one for one in offered if one.cause.decision == d) for d in DECISIONS}


def suggest_causes(stored: StoredHit) -> dict[JudgementKind, Cause]:
    """Return for each decision the cause that the findings speak for, else the plainest."""
    fitting = causes_for(stored.right.kind)
    found = [_SUGGESTED.get(finding.feature) for finding in stored.hit.findings]
    if any(finding.file for finding in stored.hit.findings):
        found.append("file-offered")
    plain = {"trademark": "mark-use"}.get(stored.right.kind)
    suggested = {}
    for decision in DECISIONS:
        causes = [cause for cause in fitting if cause.decision == decision]
        by_name = {cause.name: cause for cause in causes}
        names = [name for name in (*found, plain) if name in by_name]
        suggested[decision] = by_name[names[0]] if names else causes[0]
    return suggested
