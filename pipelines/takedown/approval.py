"""Whether a notice may leave the house: the one place where delivery asks for it."""

from __future__ import annotations

from sqlite_utils import Database


def approval_problem(db: Database, notice: str) -> str | None:
    """Say why a notice must not be sent yet; None when it may.

    It needs an ``approved`` step by somebody else than who drafted it.
    """
    rows = db.query(
        "SELECT e.by, n.drafted_by FROM notices n JOIN notice_events e ON e.notice = n.id"
        " WHERE n.id = ? AND e.event = 'approved'",
        [notice],
    )
    approvers = [(row["by"], row["drafted_by"]) for row in rows]
    if not approvers:
        return "nobody has approved it"
    if all(by == author for by, author in approvers):
        return "only its author has approved it; somebody else has to"
    return None
