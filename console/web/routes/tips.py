"""Tips: what was told from outside, how far each has come, and what was told back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from starlette.responses import Response

from console.web.pages import Entry, action, page
from console.web.visits import Visit, with_query
from crawler.accounts import MAY_WRITE
from crawler.errors import InputError, MachineError, MissingFactsError, NotFoundError
from crawler.store.database import flush_erased, now, writing
from crawler.store.tip_states import TipStatus, find_tip_status, with_status
from crawler.store.tips import (
    Tip,
    count_kinds,
    erase_texts,
    find_duplicates,
    find_texts,
    find_tip_events,
    find_tips,
    load_tip,
    record_tip,
    refuse_tip,
)
from crawler.tips import (
    KINDS,
    LONGEST_CONTACT,
    LONGEST_URL,
    LONGEST_WORDS,
    STATES,
    Lead,
    find_refusal,
    parse_kind,
)
from pipelines.takedown.message import one_line
from pipelines.tips.answering import answer_text, find_mail_bar, record_answer, send_answer
from pipelines.tips.words import kind_words, outcome_words, state_words, why_words

PATH = "/tips"
ENTRY = Entry(path=PATH, words="tips.menu")
ON_A_PAGE = 50
MOST_READ = 2000
"""Tips that are read to find those of a state: it is worked out for each."""
COUNTED = timedelta(days=365)


@dataclass(frozen=True, kw_only=True, slots=True)
class TipPage:
    """Some tips, newest first."""

    rows: Sequence[tuple[Tip, TipStatus]]
    last: str
    """Id of the last one that was read."""
    more: bool
    """Whether there may be older ones."""


def show_tips(visit: Visit) -> Response:
    """Show the tips, newest first, and how many of each kind came within a year."""
    state, kind = visit.query.get("state", ""), visit.query.get("kind", "")
    found = _find(visit, state, kind)
    return visit.render(
        "tips.html",
        found=found,
        state=state,
        kind=kind,
        states=STATES,
        kinds=KINDS,
        counts=count_kinds(visit.db, now() - COUNTED),
        state_words=state_words,
        kind_words=kind_words,
        first=f"{PATH}{with_query(visit.query, before=None)}" if visit.query.get("before") else "",
        next=f"{PATH}{with_query(visit.query, before=found.last)}" if found.more else "",
        form_open=visit.workspace.config.tips.form,
    )


def _find(visit: Visit, state: str, kind: str) -> TipPage:
    wanted = next((one for one in KINDS if one == kind), None)
    asked = next((one for one in STATES if one == state), None)
    before = visit.query.get("before") or None
    read = list(find_tips(visit.db, kind=wanted, before=before, limit=MOST_READ + 1))
    rows: list[tuple[Tip, TipStatus]] = []
    last = 0
    while last < min(len(read), MOST_READ) and len(rows) < ON_A_PAGE:
        rows += with_status(visit.db, [read[last]], asked)
        last += 1
    ended = read[last - 1].id if last else ""
    return TipPage(rows=rows, last=ended, more=len(read) > last)


def show_new(visit: Visit) -> Response:
    """Show the form for a tip that somebody gave by telephone, letter or at the counter."""
    return _form(visit)


def _form(visit: Visit, *, wrong: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    return visit.render(
        "tip_new.html",
        status=status,
        wrong=wrong,
        kinds=KINDS,
        kind_words=kind_words,
        most=(LONGEST_URL, LONGEST_WORDS, LONGEST_CONTACT),
    )


def lead_of(visit: Visit, *, right: str | None = None) -> Lead:
    """Return what the form says.

    :raises InputError: when its address cannot be looked at, or its kind is none
    """
    url = visit.field("url")
    if refusal := find_refusal(url, allow_private=False):
        raise InputError(visit.say(f"tips.no_{refusal}"))
    return Lead(
        url=url,
        kind=parse_kind(visit.field("kind")),
        words=visit.field("words").replace("\r\n", "\n"),
        right=right,
        contact=visit.field("contact"),
    )


def do_add(visit: Visit) -> Response:
    """Take a tip in."""
    try:
        lead = lead_of(visit, right=visit.field("right") or None)
        with writing(visit.db):
            tip = record_tip(visit.db, lead, visit.actor, way="console", at=now())
    except (InputError, NotFoundError) as error:
        return _form(visit, wrong=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return visit.redirect(f"{PATH}/{tip.id}", said="tip_added")


def show_tip(visit: Visit) -> Response:
    """Show all that is known of a tip."""
    return _one(visit)


def _one(visit: Visit, *, wrong: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    tip = load_tip(visit.db, visit.part("tip"))
    stands = find_tip_status(visit.db, tip)
    return visit.render(
        "tip.html",
        status=status,
        wrong=wrong,
        tip=tip,
        stands=stands,
        texts=find_texts(visit.db, tip.id),
        events=find_tip_events(visit.db, tip.id),
        duplicates=find_duplicates(visit.db, tip.id),
        why=why_words(stands, visit.language),
        outcome=outcome_words(stands, visit.language),
        mail=answer_text(tip, stands, _office(visit)),
        bar=find_mail_bar(visit.workspace, visit.db, tip, stands),
        state_words=state_words,
        kind_words=kind_words,
    )


def _office(visit: Visit) -> str:
    """Return who answers, as the mail names it."""
    sender, address = visit.workspace.config.sender, visit.workspace.config.delivery.address
    return one_line(sender.organisation or sender.name or address or sender.email or "")


def do_refuse(visit: Visit) -> Response:
    """Do not take a tip up."""
    try:
        with writing(visit.db):
            refuse_tip(
                visit.db, visit.part("tip"), visit.actor, reason=visit.field("reason"), at=now()
            )
    except InputError as error:
        return _one(visit, wrong=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return visit.redirect(f"{PATH}/{visit.part('tip')}", said="tip_refused")


def do_answer(visit: Visit) -> Response:
    """Record that a person told the outcome, and how."""
    try:
        record_answer(visit.db, visit.part("tip"), visit.actor, way=visit.field("way"))
    except InputError as error:
        return _one(visit, wrong=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return visit.redirect(f"{PATH}/{visit.part('tip')}", said="tip_answered")


def do_mail(visit: Visit) -> Response:
    """Tell the contact of a tip by mail what came of it."""
    tip = visit.part("tip")
    try:
        again = visit.field("again") == "yes"
        sending = send_answer(visit.workspace, tip, visit.actor, again=again)
    except (InputError, MissingFactsError, MachineError) as error:
        return _one(visit, wrong=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if sending.result == "sent":
        return visit.redirect(f"{PATH}/{tip}", said="tip_mailed")
    key = "mail_unknown" if sending.result == "uncertain" else "mail_not_taken"
    wrong = visit.say(f"tips.{key}", words=sending.words)
    return _one(visit, wrong=wrong, status=HTTPStatus.BAD_GATEWAY)


def do_erase(visit: Visit) -> Response:
    """Erase who gave a tip, or all that was told in words."""
    tip, everything = visit.part("tip"), visit.field("what") == "texts"
    try:
        with writing(visit.db):
            erase_texts(
                visit.db,
                tip,
                visit.actor,
                everything=everything,
                reason=visit.field("reason"),
                at=now(),
            )
    except InputError as error:
        return _one(visit, wrong=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    flush_erased(visit.db)
    return visit.redirect(f"{PATH}/{tip}", said="tip_erased")


ROUTES = (
    page(PATH, show_tips),
    page(f"{PATH}/new", show_new, roles=MAY_WRITE),
    action(PATH, do_add),
    page(f"{PATH}/{{tip}}", show_tip),
    action(f"{PATH}/{{tip}}/refuse", do_refuse),
    action(f"{PATH}/{{tip}}/answer", do_answer),
    action(f"{PATH}/{{tip}}/mail", do_mail),
    action(f"{PATH}/{{tip}}/erase", do_erase),
)
