"""Second looks: drawn after each sweep, and how far people agree who know nothing of each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crawler.model import JudgementKind
from crawler.store.accounts import has_accounts
from crawler.store.database import now, writing
from crawler.store.second_looks import Answer, Draw, record_draw
from crawler.workspace import Workspace
from pipelines.intervals import Interval, wilson

Rating = tuple[JudgementKind, JudgementKind]


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """How often two looks at one hit said the same."""

    looks: int
    agreed: int
    kappa: float | None
    """Cohen's kappa; None where chance alone makes both agree always, or nothing was looked at."""

    @property
    def share(self) -> float | None:
        """Share of the looks that agreed; None of nothing."""
        return self.agreed / self.looks if self.looks else None

    @property
    def interval(self) -> Interval | None:
        """Where the true share lies in 95 of 100 cases (Wilson)."""
        return wilson(self.agreed, self.looks)


@dataclass(frozen=True, kw_only=True, slots=True)
class Missed:
    """What second looks found among the hits that were not flagged and nobody judged."""

    looks: int
    infringing: int

    @property
    def share(self) -> float | None:
        """Share of the looks that say infringing; None of nothing."""
        return self.infringing / self.looks if self.looks else None

    @property
    def interval(self) -> Interval | None:
        """Where the true share lies in 95 of 100 cases (Wilson)."""
        return wilson(self.infringing, self.looks)


@dataclass(frozen=True, kw_only=True, slots=True)
class AgreementReport:
    """Agreement over all, for each right and for each two people."""

    overall: Agreement
    rights: Mapping[str, Agreement]
    """By the right's id."""
    pairs: Mapping[tuple[str, str], Agreement]
    """By two names, in their order; whoever looked first."""
    table: Mapping[Rating, int]
    """(what the first said, what the second said) -> how often."""
    missed: Missed


def draw_after_sweep(workspace: Workspace, sweep: str) -> Draw | None:
    """Draw a sample of what was put aside since the draw before; None where none is drawn.

    In a workspace without accounts nobody could give a second look.
    """
    share = workspace.config.console.second_look_share
    with workspace.store() as db:
        if not share or not has_accounts(db):
            return None
        with writing(db):
            return record_draw(db, share=share, sweep=sweep, by="markhound", at=now())


def measure_agreement(answers: Iterable[Answer]) -> AgreementReport:
    """Return how far second looks agree with the first ones.

    First looks are judgements that put a hit aside, so the table has two rows of the four; kappa
    then is lower than the same people would have over all hits. Shares are not touched by that.
    """
    ratings: list[Rating] = []
    rights: dict[str, list[Rating]] = {}
    pairs: dict[tuple[str, str], list[Rating]] = {}
    dismissed: list[JudgementKind] = []
    for answer in answers:
        if answer.first is None or answer.first_by is None:
            dismissed.append(answer.second)
            continue
        ratings.append((answer.first, answer.second))
        rights.setdefault(answer.right, []).append((answer.first, answer.second))
        one, other = sorted((answer.first_by, answer.second_by))
        turned = answer.first_by != one
        rating = (answer.second, answer.first) if turned else (answer.first, answer.second)
        pairs.setdefault((one, other), []).append(rating)
    return AgreementReport(
        overall=agreement_of(ratings),
        rights={right: agreement_of(rights[right]) for right in sorted(rights)},
        pairs={pair: agreement_of(pairs[pair]) for pair in sorted(pairs)},
        table=Counter(ratings),
        missed=Missed(looks=len(dismissed), infringing=dismissed.count("infringing")),
    )


def agreement_of(ratings: Sequence[Rating]) -> Agreement:
    """Return the agreement of two raters, with kappa.

    J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological
    Measurement 20 (1960): (observed - by chance) / (1 - by chance), where chance is what the
    shares of each rater's own answers would give.
    """
    total = len(ratings)
    agreed = sum(one == other for one, other in ratings)
    ones, others = (Counter(rating[side] for rating in ratings) for side in (0, 1))
    by_chance = sum(ones[kind] * others[kind] for kind in ones)
    kappa = None
    if total and by_chance < total**2:
        kappa = (agreed / total - by_chance / total**2) / (1 - by_chance / total**2)
    return Agreement(looks=total, agreed=agreed, kappa=kappa)
