"""The registry: what is watched, what was found of each right, and what people decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from starlette.responses import Response

from console.web.pages import page
from console.web.visits import Visit, with_query
from crawler.accounts import Role
from crawler.model import Right
from crawler.right_changes import FieldChange, find_changes
from crawler.selection import KINDS
from crawler.store.database import now
from crawler.store.lessons import find_lessons
from crawler.store.right_facts import (
    RightFigures,
    RightFilter,
    count_right_ids,
    find_best_hits,
    find_last_judged,
    find_newest,
    find_offices,
    find_right_figures,
    find_right_ids,
)
from crawler.store.right_history import StoredVersion, find_authors, find_stored_versions
from crawler.store.rights import StoredRight, find_rights, load_right
from pipelines.intervals import Interval, wilson

MAY_EDIT: frozenset[Role] = frozenset({"admin", "legal", "approver"})
ON_A_PAGE = 50
MOST_HITS = 12
MOST_VERSIONS = 30
_NOTHING_FOUND = RightFigures()


@dataclass(frozen=True, kw_only=True, slots=True)
class Precision:
    """Of what people decided, how much was infringing."""

    infringing: int
    judged: int
    """Without those of which a person was unsure."""
    interval: Interval | None
    """Where the true share lies in 95 of 100 cases; None of nothing."""

    @property
    def share(self) -> float | None:
        """Infringing of judged; None of nothing."""
        return self.infringing / self.judged if self.judged else None


def precision_of(infringing: int, judged: int) -> Precision:
    """Return a share with its interval (Wilson, 95 %)."""
    return Precision(infringing=infringing, judged=judged, interval=wilson(infringing, judged))


@dataclass(frozen=True, kw_only=True, slots=True)
class RightLine:
    """A right in one line of the list."""

    stored: StoredRight
    figures: RightFigures
    precision: Precision
    lapse: str
    """Why it is not in force, in the visit's language; empty when it is."""


def today_of(visit: Visit) -> date:
    """Return the day in the zone of the console."""
    return now().astimezone(ZoneInfo(visit.workspace.config.console.time_zone)).date()


def lapse_of(visit: Visit, right: Right, today: date) -> str:
    """Say why a right is not in force; empty when it is."""
    if right.expires is not None and right.expires < today:
        return visit.say("registry.expired", day=right.expires.isoformat())
    if right.lapse(today):
        return visit.say("registry.status_is", status=right.status)
    return ""


def line_of(visit: Visit, stored: StoredRight, figures: RightFigures, today: date) -> RightLine:
    """Return what is told of a right."""
    return RightLine(
        stored=stored,
        figures=figures,
        precision=precision_of(figures.infringing, figures.judged),
        lapse=lapse_of(visit, stored.right, today),
    )


def filter_of(query: Mapping[str, str]) -> RightFilter:
    """Return which rights an address asks for; what it says that is none asks for nothing."""
    state, order, kind = (query.get(name, "") for name in ("state", "order", "kind"))
    return RightFilter(
        words=query.get("q", ""),
        kind=kind if kind in KINDS else "",
        office=query.get("office", ""),
        state="in-force" if state == "in-force" else "lapsed" if state == "lapsed" else "",
        order="hits" if order == "hits" else "id",
    )


def show_registry(visit: Visit) -> Response:
    """Show the rights, a page at a time."""
    wanted, today = filter_of(visit.query), today_of(visit)
    after = visit.query.get("after", "")
    ids = find_right_ids(visit.db, wanted, on=today, after=after, limit=ON_A_PAGE + 1)
    shown = ids[:ON_A_PAGE]
    found = {s.right.id: s for s in find_rights(visit.db, visit.workspace.pictures, shown)}
    figures = find_right_figures(visit.db, shown)
    lines = [line_of(visit, found[i], figures.get(i, _NOTHING_FOUND), today) for i in shown]
    more = len(ids) > ON_A_PAGE
    return visit.render(
        "registry.html",
        lines=lines,
        wanted=wanted,
        count=count_right_ids(visit.db, wanted, on=today),
        kinds=KINDS,
        offices=find_offices(visit.db),
        may_edit=may_edit(visit),
        first=f"/registry{with_query(visit.query, after=None)}" if after else "",
        next=f"/registry{with_query(visit.query, after=shown[-1])}" if more else "",
        asked=any((wanted.words, wanted.kind, wanted.office, wanted.state)),
    )


def may_edit(visit: Visit) -> bool:
    """Tell whether the account may change the registry."""
    return visit.account is not None and visit.account.role in MAY_EDIT


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionLine:
    """A version of a right, and what it changed."""

    number: int
    stored: StoredVersion
    by: str
    """Who edited or imported it in the console; empty where the command line did."""
    changes: list[FieldChange]
    """Against the version before; of the first, nothing."""


def show_right(visit: Visit) -> Response:
    """Show all that is known of a right."""
    right_id, today = visit.part("right"), today_of(visit)
    stored = load_right(visit.db, visit.workspace.pictures, right_id)
    [[registered, _, version]] = find_newest(visit.db, [right_id])
    figures = find_right_figures(visit.db, [right_id]).get(right_id, _NOTHING_FOUND)
    versions = list(_versions(visit, right_id))
    return visit.render(
        "right.html",
        line=line_of(visit, stored, figures, today),
        right=registered,
        version=version,
        lessons=find_lessons(visit.db, right=right_id, with_undone=True),
        hits=find_best_hits(visit.db, right_id, MOST_HITS),
        judged=find_last_judged(visit.db, right_id, MOST_HITS),
        versions=versions[:MOST_VERSIONS],
        older=max(0, len(versions) - MOST_VERSIONS),
        may_edit=may_edit(visit),
        moment=_moment,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _versions(visit: Visit, right_id: str) -> Iterator[VersionLine]:
    """Yield the versions, newest first."""
    found = find_stored_versions(visit.db, right_id)
    authors = find_authors(visit.db, right_id)
    for number in range(len(found), 0, -1):
        version = found[number - 1]
        before = found[number - 2] if number > 1 else None
        changes = (
            []
            if before is None
            else find_changes(before.right, version.right, before.pictures, version.pictures)
        )
        by = authors.get(version.id, "")
        yield VersionLine(number=number, stored=version, by=by, changes=changes)


ROUTES = (
    page("/registry", show_registry),
    page("/registry/{right:path}", show_right),
)
