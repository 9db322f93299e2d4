"""Second looks: one hit after the other, without what was decided; and how far people agree."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from console.web.cards import make_hit_card
from console.web.deciding import DECISIONS, offered_causes, suggest_causes
from console.web.pages import Entry, action, page
from console.web.routes.account import own
from console.web.routes.deciding import parse_cause
from console.web.visits import Visit
from crawler.accounts import MAY_WRITE
from crawler.errors import InputError, NotFoundError
from crawler.store.database import now, writing
from crawler.store.disputes import find_disputes
from crawler.store.hits import StoredHit, load_hit
from crawler.store.second_looks import (
    Look,
    count_looks,
    find_answers,
    find_look,
    load_look,
    record_answer,
    record_draw,
)
from pipelines.second_looks import measure_agreement

PATH = "/second-looks"
ENTRY = Entry(path=PATH, words="second_looks.menu")


def show_next(visit: Visit) -> Response:
    """Show the hit that this account should look at now, or what there is besides."""
    may_look = own(visit).role in MAY_WRITE
    look = find_look(visit.db, own(visit)) if may_look else None
    return _page(visit, look)


def _page(
    visit: Visit, look: Look | None, *, wrong: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    stored = _load(visit, look) if look else None
    waiting, mine = count_looks(visit.db, own(visit))
    return visit.render(
        "second_looks.html",
        status=status,
        wrong=wrong,
        look=look,
        card=make_hit_card(visit, stored, blind=True) if stored else None,
        causes=offered_causes(stored, visit.language) if stored else {},
        suggested=suggest_causes(stored) if stored else {},
        decisions=DECISIONS,
        waiting=waiting,
        mine=mine,
        disputes=find_disputes(visit.db),
        share=visit.workspace.config.console.second_look_share,
    )


def _load(visit: Visit, look: Look) -> StoredHit | None:
    """Return the hit as it stands; None where its listing as last seen is a hit no longer."""
    try:
        return load_hit(visit.db, visit.workspace.pictures, look.hit)
    except NotFoundError:
        return None


def do_answer(visit: Visit) -> Response:
    """Record what the second person says."""
    look = load_look(visit.db, visit.part("look"))
    decision = next((kind for kind in DECISIONS if kind == visit.field("decision")), None)
    if decision is None:
        raise InputError(f"expected one of {', '.join(DECISIONS)}, got a decision of another name")
    stored = _load(visit, look)
    try:
        cause = parse_cause(visit, stored, decision) if stored else None
        words = cause.words(visit.language) if cause else ""
        with writing(visit.db):
            record_answer(
                visit.db,
                look,
                decision,
                visit.actor,
                reason=visit.field("reason") or words,
                cause=cause.name if cause else None,
                seen=stored.findings if stored else None,
                at=now(),
            )
    except InputError as error:
        wrong = str(error) if stored else visit.say("second_looks.no_reason")
        return _page(visit, look, wrong=wrong, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    # Whether it agrees is told to nobody: who knows how the first ones decide is blind no longer.
    return visit.redirect(PATH, said="second_look")


def do_draw(visit: Visit) -> Response:
    """Draw a sample of what was put aside since the draw before."""
    share = visit.workspace.config.console.second_look_share
    with writing(visit.db):
        drawn = record_draw(visit.db, share=share, by=visit.actor.name, at=now())
    return visit.redirect(PATH, said="drawn" if drawn else "nothing_drawn")


def show_agreement(visit: Visit) -> Response:
    """Show how far second looks agree with the first ones."""
    report = measure_agreement(find_answers(visit.db))
    return visit.render(
        "agreement.html", report=report, decisions=DECISIONS, disputes=find_disputes(visit.db)
    )


ROUTES = (
    page(PATH, show_next),
    page(f"{PATH}/agreement", show_agreement),
    action(f"{PATH}/draw", do_draw),
    action(f"{PATH}/{{look}}", do_answer),
)
