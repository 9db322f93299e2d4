"""Looking at the pages of tips at once, by a sweep of these alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlite_utils import Database

from crawler.campaign import Politeness
from crawler.errors import NotAllowedError
from crawler.store.tip_states import TipStatus, find_tip_status
from crawler.store.tips import Tip, find_unfetched, is_refused, load_tip
from crawler.sweep import Progress
from crawler.workspace import Workspace
from pipelines.takedown.looks import look_again

CAMPAIGN = "tips"
"""Name of the campaign of sweeps that look at tips alone."""


def fetch_tips(
    workspace: Workspace,
    ids: Sequence[str] = (),
    *,
    allow_private: bool = False,
    politeness: Politeness | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> list[tuple[Tip, TipStatus]]:
    """Look at the pages of tips, and return where each stands then; once in a process.

    :param ids: of the tips; none = all whose page nobody has had since they came
    :raises NotFoundError: there is no tip of that id
    :raises NotAllowedError: one is refused
    """
    with workspace.store() as db:
        tips = [_fetchable(db, tip) for tip in dict.fromkeys(ids)] if ids else find_unfetched(db)
    look_again(
        workspace,
        [tip.url for tip in tips if tip.url is not None],
        purpose="tips",
        name=CAMPAIGN,
        allow_private=allow_private,
        politeness=politeness,
        on_progress=on_progress,
    )
    with workspace.store() as db:
        return [(tip, find_tip_status(db, tip)) for tip in tips]


def _fetchable(db: Database, tip: str) -> Tip:
    """Return the tip, or the one that it repeats."""
    found = load_tip(db, tip)
    if found.duplicate_of is not None:
        found = load_tip(db, found.duplicate_of)
    if is_refused(db, found):
        raise NotAllowedError(f"{found.id} is refused, and its page is not looked at")
    return found
