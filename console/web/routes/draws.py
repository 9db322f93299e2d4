"""Inspections by lot: what was drawn, who inspects it, and what was found."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from console.web.pages import Entry, action, page
from console.web.routes.account import own
from console.web.visits import Visit
from crawler.accounts import MAY_WRITE
from crawler.errors import InputError
from crawler.store.database import now, writing
from crawler.store.disputes import is_name_of
from crawler.store.draws import (
    OUTCOMES,
    Draw,
    check_draw,
    find_draw_entry,
    find_draw_list,
    find_draws,
    find_inspections,
    load_draw,
    record_inspection,
)

PATH = "/draws"
ENTRY = Entry(path=PATH, words="draws.menu")
MOST_SHOWN = 100
MOST_TURNS = 500
MOST_CONFLICTS = 100


def show_draws(visit: Visit) -> Response:
    """Show the draws, newest first."""
    rows: list[tuple[Draw, int, int]] = []
    for draw in find_draws(visit.db):
        if len(rows) == MOST_SHOWN:
            break
        rows.append((draw, len(find_inspections(visit.db, draw.id)), len(draw.turns) * draw.each))
    return visit.render("draws.html", rows=rows)


def show_draw(visit: Visit) -> Response:
    """Show one draw, drawn again on the spot."""
    return _one(visit)


def _one(visit: Visit, *, wrong: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    draw = load_draw(visit.db, visit.part("draw"))
    account = own(visit)
    names = {name for turn in draw.turns for name in turn.inspectors}
    return visit.render(
        "draw.html",
        status=status,
        wrong=wrong,
        draw=draw,
        turns=draw.turns[:MOST_TURNS],
        left_out=max(0, len(draw.turns) - MOST_TURNS),
        found=find_inspections(visit.db, draw.id),
        conflicts=find_draw_list(visit.db, draw.id).conflicts[:MOST_CONFLICTS],
        problems=check_draw(visit.db, draw.id),
        entry=find_draw_entry(visit.db, draw.id),
        mine={name for name in names if is_name_of(visit.db, name, account)},
        outcomes=OUTCOMES,
    )


def do_record(visit: Visit) -> Response:
    """Record what the inspector who was drawn found."""
    draw, chosen = visit.part("draw"), visit.field("outcome")
    try:
        outcome = next((one for one in OUTCOMES if one == chosen), None)
        if outcome is None:
            raise InputError(f"expected one of {', '.join(OUTCOMES)}, got another outcome")
        with writing(visit.db):
            record_inspection(
                visit.db,
                draw,
                visit.field("target"),
                outcome,
                visit.actor,
                words=visit.field("words"),
                at=now(),
            )
    except InputError as error:
        return _one(visit, wrong=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return visit.redirect(f"{PATH}/{draw}", said="inspected")


ROUTES = (
    page(PATH, show_draws),
    page(f"{PATH}/{{draw}}", show_draw),
    action(f"{PATH}/{{draw}}/record", do_record, roles=MAY_WRITE),
)
