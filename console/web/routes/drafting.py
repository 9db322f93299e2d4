"""Drafting a notice from hits of a case: on which law, in which language, to whom."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from console.web.desk_words import show
from console.web.visits import Visit
from crawler.errors import InputError, MissingFactsError, NotAllowedError
from crawler.store.cases import find_case_hits, find_case_id
from crawler.store.hits import StoredHit, find_hits
from crawler.store.notices import load_case
from pipelines.takedown.checking import CheckLine
from pipelines.takedown.drafting import check_hits, draft_and_keep
from pipelines.takedown.kinds import KINDS, NoticeKind

SHOWN_HITS = 100
"""That this form shows unless more are asked for."""
MOST_HITS = 900
"""Of one notice by this form: the most fields that a form may have are 1,000."""


def ask_draft(visit: Visit) -> Response:
    """Ask what the notice is to be; with ``check``, say what one of that kind would lack."""
    wanted = visit.query.getlist("hit")
    kind, lines = visit.query.get("kind", ""), list[CheckLine]()
    if visit.query.get("check") and wanted and kind:
        lines = check_hits(visit.workspace, visit.db, wanted, kind)
    checked = bool(visit.query.get("check"))
    return _form(visit, visit.query.get("case", ""), wanted, kind, lines, checked=checked)


def draft(visit: Visit) -> Response:
    """Draft the notice and keep it."""
    hits, kind = visit.fields("hit"), visit.field("kind")
    if not hits or not kind:
        raise InputError(visit.say("notices.draft_needs"))
    language = visit.field("language") or None
    try:
        made = draft_and_keep(visit.workspace, visit.db, hits, kind, visit.actor, language)
    except MissingFactsError as error:
        lines = [CheckLine(rule="missing", state="missing", text=fact) for fact in error.facts]
    except NotAllowedError as error:
        lines = [
            CheckLine(rule="not allowed", state="missing", text=line)
            for line in str(error).splitlines()
        ]
    else:
        return visit.redirect(f"/notices/{made.id}", said="notice_drafted")
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _form(visit, visit.field("case"), hits, kind, lines, checked=True, status=status)


def _form(
    visit: Visit,
    case_id: str,
    wanted: list[str],
    kind: str,
    lines: list[CheckLine],
    *,
    checked: bool,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    case = load_case(visit.db, find_case_id(visit.db, case_id))
    own = find_case_hits(visit.db, case.id)
    ids = [hit for hit in own if hit in set(wanted)] or own
    most = MOST_HITS if wanted or visit.query.get("all") else SHOWN_HITS
    hits = [
        stored
        for stored in find_hits(visit.db, visit.workspace.pictures, ids=ids[:most])
        if stored.judgement is not None and stored.judgement.decision == "infringing"
    ]
    kinds = {stored.right.kind for stored in hits}
    return show(
        visit,
        "draft.html",
        status=status,
        case=case,
        hits=hits,
        ticked=set(wanted) or {stored.hit.id for stored in hits},
        left_out=max(0, len(ids) - most),
        kind=kind,
        kinds=sorted(KINDS, key=lambda one: not _fits(one, hits)),
        fitting={one.name for one in KINDS if _fits(one, hits)},
        rights=kinds,
        recipient=visit.workspace.find_recipient(case.site),
        lines=lines,
        checked=checked,
        language_asked=visit.field("language") or visit.query.get("language", ""),
    )


def _fits(kind: NoticeKind, hits: list[StoredHit]) -> bool:
    """Tell whether the law of a kind covers every right of the hits."""
    return all(stored.right.kind in kind.rights for stored in hits)
