"""Deciding on a hit, and taking it back."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from console.web.changes import find_changes
from console.web.deciding import DECISIONS, suggest_causes
from console.web.pages import action
from console.web.routes.hits import load_exact_hit
from console.web.routes.signing_in import own_path
from console.web.visits import Visit
from crawler.causes import CAUSES, Cause
from crawler.errors import ChangedError, InputError, LeasedError
from crawler.model import JudgementKind
from crawler.store.database import now
from crawler.store.decisions import Choice, record_decision, undo_judgement
from crawler.store.hits import StoredHit, find_judged_hit
from crawler.store.queue_views import keep_last_judgement


def parse_choice(visit: Visit, stored: StoredHit) -> Choice:
    """Return what the form says of a hit.

    :raises InputError: when a field is not what the form sends
    """
    decision = next((d for d in DECISIONS if d == visit.field("decision")), None)
    findings = visit.field("findings")
    if decision is None or not findings.isdecimal() or len(findings) > 15:
        raise InputError(visit.say("queue.bad_form"))
    known = visit.form.get("known")
    cause = parse_cause(visit, stored, decision)
    return Choice(
        hit=stored.hit.id,
        decision=decision,
        findings=int(findings),
        cause=cause.name,
        reason=visit.field("reason") or cause.words(visit.language),
        known=known if isinstance(known, str) else None,
    )


def parse_cause(visit: Visit, stored: StoredHit, decision: JudgementKind) -> Cause:
    """Return the cause that the form says, else the one on the button of the decision.

    :raises InputError: when it is no cause of the decision, or does not fit the right
    """
    name = visit.field("cause")
    if not name:
        return suggest_causes(stored)[decision]
    cause = CAUSES.get(name)
    if cause is None or stored.right.kind not in cause.kinds:
        raise InputError(visit.say("queue.bad_form"))
    if cause.decision != decision:
        raise InputError(
            visit.say(
                "queue.cause_of_other",
                cause=cause.words(visit.language),
                of=visit.say(f"decision.{cause.decision}"),
                decision=visit.say(f"decision.{decision}"),
            )
        )
    return cause


def judge(visit: Visit) -> Response:
    """Record a decision, unless something came in between: then say what."""
    assert visit.account is not None
    stored = load_exact_hit(visit, visit.part("hit"))
    to = own_path(visit.field("to") or f"/hits/{stored.hit.id}")
    choice = parse_choice(visit, stored)
    at = now()
    try:
        judgement = record_decision(visit.db, choice, visit.actor, at=at)
    except LeasedError as error:
        return stopped(visit, stored.hit.id, to, leased=error)
    except ChangedError as error:
        return stopped(visit, stored.hit.id, to, changed=error)
    keep_last_judgement(visit.db, visit.account, stored.hit.id, judgement.id, at=at)
    return visit.redirect(to, said=f"judged_{judgement.decision}")


def undo(visit: Visit) -> Response:
    """Take the newest judgement of a hit back."""
    assert visit.account is not None
    hit, at = visit.part("hit"), now()
    to = own_path(visit.field("to") or f"/hits/{hit}")
    reason = visit.field("reason") or visit.say("queue.undone_by_hand")
    judgement = visit.field("judgement")
    if find_judged_hit(visit.db, judgement) != hit:
        raise InputError(visit.say("queue.bad_form"))
    try:
        undo_judgement(visit.db, judgement, visit.actor, reason=reason, at=at)
    except LeasedError as error:
        return stopped(visit, hit, to, leased=error)
    keep_last_judgement(visit.db, visit.account, hit, None, at=at)
    return visit.redirect(to, said="undone")


def stopped(
    visit: Visit,
    hit: str,
    to: str,
    *,
    leased: LeasedError | None = None,
    changed: ChangedError | None = None,
) -> Response:
    """Return the page that says why nothing was decided, and what changed.

    :param hit: empty where it is about a whole group
    """
    changes = []
    if changed is not None and changed.seen is not None:
        changes = find_changes(visit, changed.seen, changed.current)
    stored = load_exact_hit(visit, hit) if hit else None
    return visit.render(
        "queue_stopped.html",
        status=HTTPStatus.CONFLICT,
        hit=hit,
        to=to,
        again=_again(to, hit) if hit else to,
        leased=leased,
        changed=changed,
        changes=changes,
        judgement=stored.judgement if stored else None,
        title_of_hit=stored.listing.title if stored else "",
    )


def _again(to: str, hit: str) -> str:
    """Return the address where the hit is looked at again."""
    path, _, query = to.partition("?")
    if not path.startswith("/queue/"):
        return f"/hits/{hit}"
    kept = [part for part in query.split("&") if part and not part.startswith(("after=", "hit="))]
    return f"{path}?{'&'.join([*kept, f'hit={hit}'])}"


ROUTES = (
    action("/hits/{hit}/judge", judge),
    action("/hits/{hit}/undo", undo),
)
