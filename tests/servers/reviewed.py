"""Hits that people put aside, drawn for second looks."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.accounts import Actor
from crawler.model import Judgement, JudgementKind
from crawler.store.accounts import load_account
from crawler.store.database import now, writing
from crawler.store.hits import load_hit, record_judgement
from crawler.store.second_looks import (
    Draw,
    count_looks,
    find_look,
    record_answer,
    record_draw,
)
from crawler.workspace import Workspace


def judge_hits(
    workspace: Workspace,
    hits: Sequence[str],
    by: str,
    decisions: Sequence[JudgementKind] = ("unrelated", "licensed"),
) -> None:
    """Judge the hits, with the decisions in turn."""
    with workspace.store() as db:
        for number, hit in enumerate(hits):
            stored = load_hit(db, workspace.pictures, hit)
            judgement = Judgement(
                id=f"j-{hit}-{by}",
                hit=hit,
                findings=stored.findings,
                decision=decisions[number % len(decisions)],
                by=by,
                authenticated=True,
                reason="no goods of the brand",
                judged_at=now(),
            )
            with writing(db):
                record_judgement(db, judgement)


def draw_looks(workspace: Workspace, share: float = 1.0, seed: int = 7) -> Draw | None:
    """Draw a sample of what was put aside."""
    with workspace.store() as db, writing(db):
        return record_draw(db, share=share, seed=seed, by="markhound", at=now())


def answer_looks(workspace: Workspace, by: str, decisions: Sequence[JudgementKind]) -> int:
    """Give second looks as the account of that name, with these decisions; return how many."""
    with workspace.store() as db:
        account = load_account(db, by)
        actor = Actor(name=by, account=account)
        for number, decision in enumerate(decisions):
            look = find_look(db, account)
            if look is None:
                return number
            with writing(db):
                record_answer(db, look, decision, actor, reason="seen anew", at=now())
        assert count_looks(db, account)[1] >= 0
    return len(decisions)
