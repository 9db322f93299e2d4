"""Lessons: that a seller is licensed, or a word generic; taught, looked through and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from starlette.responses import Response

from console.web.pages import Entry, action, page
from console.web.routes.signing_in import own_path
from console.web.visits import Visit
from crawler.accounts import MAY_WRITE
from crawler.errors import InputError
from crawler.model import GenericWord, Licensee
from crawler.sellers import listing_site, seller_key, seller_name
from crawler.store.database import now, writing
from crawler.store.hits import StoredHit, load_hit
from crawler.store.lessons import (
    Taught,
    find_lessons,
    load_lesson,
    record_lesson,
    undo_lesson,
)
from crawler.store.rights import load_right
from pipelines.lessons import find_effect

PATH = "/lessons"
ENTRY = Entry(path=PATH, words="lessons.menu")
MOST_SHOWN = 200
_LONGEST = 200
"""Characters of a seller, site or word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What is about to be taught."""

    kind: str
    """``licensee`` or ``generic``."""
    right: str
    hit: str
    """From which it comes; empty where it comes from none."""
    seller: str
    seller_name: str
    """As the page shows it; empty where it comes from no hit."""
    site: str
    word: str
    nice_class: str
    words: tuple[str, ...]
    """Those of the hit that may be the word."""
    to: str


def show_lessons(visit: Visit) -> Response:
    """Show what was taught, the newest first."""
    right = visit.query.get("right", "").strip() or None
    found = find_lessons(visit.db, right=right, with_undone=True)[::-1]
    standing = [lesson for lesson in found if lesson.undone is None]
    undone = [lesson for lesson in found if lesson.undone is not None]
    return visit.render(
        "lessons.html",
        right=right,
        standing=standing[:MOST_SHOWN],
        undone=undone[:MOST_SHOWN],
        left_out=sum(max(0, len(lessons) - MOST_SHOWN) for lessons in (standing, undone)),
    )


def show_new(visit: Visit) -> Response:
    """Show what is about to be taught, and which hits it speaks of."""
    return _page(visit, _draft(visit))


def _page(
    visit: Visit, draft: Draft, *, wrong: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    right = load_right(visit.db, visit.workspace.pictures, draft.right)
    try:
        value = _value(visit, draft)
        effect = find_effect(visit.db, draft.right, value)
    except InputError as error:
        wrong, effect = wrong or str(error), None
    return visit.render(
        "lesson_new.html",
        status=status,
        draft=draft,
        registered=right.right,
        effect=effect,
        wrong=wrong,
        reason=visit.field("reason"),
    )


def _draft(visit: Visit) -> Draft:
    """Return what the address or the form says; what it leaves open is filled in from the hit."""
    given = visit.form if visit.request.method == "POST" else visit.query

    def said(name: str, default: str = "") -> str:
        value = given.get(name)
        return value.strip()[:_LONGEST] if isinstance(value, str) else default

    kind = "generic" if said("kind") == "generic" else "licensee"
    stored = load_hit(visit.db, visit.workspace.pictures, said("hit")) if said("hit") else None
    words = _words(stored) if stored else ()
    return Draft(
        kind=kind,
        right=stored.right.id if stored else said("right"),
        hit=stored.hit.id if stored else "",
        seller=said("seller", seller_key(stored.listing) if stored else ""),
        seller_name=seller_name(stored.listing) if stored else "",
        site=said("site", listing_site(stored.listing) if stored else ""),
        word=said("word", words[0] if words else ""),
        nice_class=said("nice_class"),
        words=words,
        to=own_path(said("to", PATH)),
    )


def _words(stored: StoredHit) -> tuple[str, ...]:
    """Return the names that were found, as they are registered."""
    named = (f.form for f in stored.hit.findings if f.feature == "name" and f.form)
    return tuple(dict.fromkeys(named))


def _value(visit: Visit, draft: Draft) -> Taught:
    if draft.kind == "licensee":
        if not (draft.seller or draft.site):
            raise InputError(visit.say("lessons.no_licensee"))
        return Licensee(seller=draft.seller or None, site=draft.site or None)
    if not draft.word:
        raise InputError(visit.say("lessons.no_word"))
    text = draft.nice_class
    if text and not (text.isascii() and text.isdecimal() and len(text) <= len("45")):
        raise InputError(visit.say("lessons.no_class", text=text[:20]))
    return GenericWord(word=draft.word, nice_class=int(text) if text else None)


def do_teach(visit: Visit) -> Response:
    """Record what is taught."""
    draft = _draft(visit)
    try:
        value = _value(visit, draft)
        with writing(visit.db):
            record_lesson(
                visit.db, draft.right, value, visit.actor, reason=visit.field("reason"), at=now()
            )
    except InputError as error:
        return _page(visit, draft, wrong=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return visit.redirect(draft.to, said="taught")


def show_lesson(visit: Visit) -> Response:
    """Show one lesson, to take it back."""
    return _one(visit)


def _one(visit: Visit, *, wrong: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    lesson = load_lesson(visit.db, visit.part("lesson"))
    return visit.render(
        "lesson.html",
        status=status,
        lesson=lesson,
        effect=find_effect(visit.db, lesson.right, lesson.value),
        wrong=wrong,
        may_undo=lesson.undone is None and visit.account and visit.account.role in MAY_WRITE,
    )


def do_undo(visit: Visit) -> Response:
    """Take a lesson back."""
    try:
        with writing(visit.db):
            reason = visit.field("reason")
            undo_lesson(visit.db, visit.part("lesson"), visit.actor, reason=reason, at=now())
    except InputError as error:
        return _one(visit, wrong=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return visit.redirect(PATH, said="taken_back")


ROUTES = (
    page(PATH, show_lessons),
    page(f"{PATH}/new", show_new, roles=MAY_WRITE),
    action(PATH, do_teach),
    page(f"{PATH}/{{lesson}}", show_lesson),
    action(f"{PATH}/{{lesson}}/undo", do_undo),
)
