"""Whether somebody may use a right: looked at before anything else is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from markupsafe import Markup, escape
from rapidfuzz import fuzz

from console.web.visits import Visit
from crawler.model import GenericWord, Licensee, stable_id
from crawler.sellers import seller_id
from crawler.store.hits import StoredHit
from crawler.store.lessons import Lesson
from crawler.store.rights import StoredRight
from crawler.store.seller_hits import count_licensed
from matchers.licence import is_licensee
from matchers.tokens import joined_letters
from pipelines.takedown.layout import make_visible

ALIKE = 80.0
"""Of 100: how much a seller's name is like a licensee's before that is told."""

LONGEST = 300
"""Characters of a value of others that are shown."""

Level = Literal["bad", "warn", "clear"]


@dataclass(frozen=True, kw_only=True, slots=True)
class LicenceCheck:
    """One thing that was looked at, and how it came out."""

    level: Level
    """``bad``: it speaks against a decision for infringing; ``clear``: nothing was found."""
    words: Markup


def check_licences(
    visit: Visit, stored: StoredHit, right: StoredRight, on: date, *, blind: bool = False
) -> list[LicenceCheck]:
    """Return what speaks against acting on a hit, worst first; one line that says so if nothing.

    :param right: as it stands now, with what people taught
    :param blind: whether what others decided is left aside
    """
    found = [
        *_covered(visit, stored, right),
        *_generic(visit, stored, right),
        *_lapsed(visit, right, on),
        *_alike(visit, stored, right),
        *(() if blind else _judged(visit, stored)),
    ]
    if not any(check.level == "bad" for check in found):
        found += _found_before(visit, stored)
    if found:
        return sorted(found, key=lambda check: check.level != "bad")
    count = len(right.right.licensees)
    key = "licence.none_of" if count else "licence.none"
    return [LicenceCheck(level="clear", words=mark_values(visit.say(key), count=count))]


def _covered(visit: Visit, stored: StoredHit, right: StoredRight) -> Iterator[LicenceCheck]:
    taught = {lesson.value: lesson for lesson in right.lessons}
    for licensee in right.right.licensees:
        if is_licensee(licensee, stored.listing):
            lesson = taught.get(licensee)
            if lesson is None:
                key, values = "licence.registered", {}
            else:
                key, values = "licence.taught", _told(lesson)
            said = mark_values(visit.say(key), who=licensee_words(visit, licensee), **values)
            yield LicenceCheck(level="bad", words=said)


def _generic(visit: Visit, stored: StoredHit, right: StoredRight) -> Iterator[LicenceCheck]:
    words = {
        joined_letters(f.text or f.form or "") for f in stored.hit.findings if f.text or f.form
    }
    for lesson in right.lessons:
        value = lesson.value
        if isinstance(value, GenericWord) and joined_letters(value.word) in words:
            key = "licence.generic" if value.nice_class is None else "licence.generic_in"
            values = {"word": value.word, "nice": value.nice_class, **_told(lesson)}
            yield LicenceCheck(level="warn", words=mark_values(visit.say(key), **values))


def _lapsed(visit: Visit, right: StoredRight, on: date) -> Iterator[LicenceCheck]:
    if right.right.lapse(on) is None:
        return
    if right.right.expires is not None and right.right.expires < on:
        said = mark_values(visit.say("licence.expired"), day=right.right.expires)
    else:
        said = mark_values(visit.say("licence.status"), status=right.right.status)
    yield LicenceCheck(level="bad", words=said)


def _alike(visit: Visit, stored: StoredHit, right: StoredRight) -> Iterator[LicenceCheck]:
    """Tell licensees that the seller is not, but nearly is by name: a person has to look."""
    seller = stored.listing.seller
    names = [joined_letters(name) for name in (seller.name, seller.id) if name] if seller else []
    for licensee in right.right.licensees:
        wanted = joined_letters(licensee.seller or "")
        if not wanted or is_licensee(licensee, stored.listing):
            continue
        if any(name == wanted or fuzz.ratio(name, wanted) >= ALIKE for name in names):
            key = "licence.elsewhere" if wanted in names else "licence.alike"
            said = mark_values(visit.say(key), who=licensee_words(visit, licensee))
            yield LicenceCheck(level="warn", words=said)


def _judged(visit: Visit, stored: StoredHit) -> Iterator[LicenceCheck]:
    """Tell that other hits of the seller on the right were judged licensed."""
    group = stable_id("g", seller_id(stored.listing), stored.right.id)
    if count := count_licensed(visit.db, group, but=stored.hit.id):
        said = mark_values(visit.say("licence.judged"), count=count)
        yield LicenceCheck(level="warn", words=said)


def _found_before(visit: Visit, stored: StoredHit) -> Iterator[LicenceCheck]:
    """Tell a licence that the matcher saw and the registry does not name any more."""
    for finding in stored.hit.findings:
        if finding.feature == "licensed_seller" and finding.form:
            said = mark_values(visit.say("licence.found"), who=finding.form)
            yield LicenceCheck(level="warn", words=said)


def _told(lesson: Lesson) -> dict[str, object]:
    return {"by": lesson.by, "day": lesson.at.date(), "reason": lesson.reason}


def licensee_words(visit: Visit, licensee: Licensee) -> str:
    """Return who a licensee is, in words."""
    if licensee.seller and licensee.site:
        return visit.say("licence.on", seller=licensee.seller, site=licensee.site)
    return licensee.seller or visit.say("licence.whole_site", site=licensee.site or "")


def mark_values(words: str, **values: object) -> Markup:
    """Return words of ours with values of others in their places, each kept to itself."""
    shown = {
        name: Markup("<bdi>{}</bdi>").format(make_visible(str(value)[:LONGEST]))
        for name, value in values.items()
    }
    return Markup(escape(words)).format(**shown)  # noqa: S704 (ours, and escaped)
