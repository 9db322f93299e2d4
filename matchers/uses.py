"""Where a listing names a right: every use weighed, the strongest kept, and told in findings.

Weighing comes first and alone, as most candidates are forgotten for their score; sentences are only
made for those that are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from crawler.model import Finding
from matchers.candidate import Candidate
from matchers.explain import Level, also_named, find_level, name_finding
from matchers.marks import NameMatch
from matchers.reading import find_text
from matchers.standing import find_levels, tell_standing, weigh_standing
from matchers.weights import ALSO_NAMED

_MAX_FORMS = 3
"""Forms that are kept of one field, strongest first."""
_MAX_USES = 8
"""Places of one name in the title that are compared; the one that says most counts."""
_NOWHERE: Final[Mapping[str, str]] = {}


class Use(NamedTuple):
    """One place where a field names the right."""

    field: str
    match: NameMatch
    level: Level
    standing: Mapping[str, str]
    """How the name stands in the title: feature -> level."""
    total: float
    """Bits of all its findings."""
    also: bool = False
    """Whether a stronger form of the same right stands in the same field; then there is just one
    finding, of so many bits."""

    def tell(self) -> list[Finding]:
        """Return the findings: how the name is written, and how it stands in the title."""
        named = name_finding(self.field, self.match, self.level)
        if self.also:
            return [also_named(named, self.total)]
        return [named, *tell_standing(self.match, self.standing)]


def find_uses(candidate: Candidate) -> list[Use]:
    """Return the use that says most of each form in each field, the strongest of a field first.

    All but the first of a field count as "also", and those that would speak against are left out.
    """
    if len(candidate.names) == 1:  # as of most
        ((field, match),) = candidate.names
        return _weigh(candidate, field, [match])
    fields: dict[str, list[NameMatch]] = {}
    for field, match in candidate.names:
        fields.setdefault(field, []).append(match)
    found: list[Use] = []
    for field, matches in fields.items():
        uses = _weigh(candidate, field, matches)
        if len(uses) > 1:
            uses = _rank(uses)
        found += uses
    return found


def _weigh(candidate: Candidate, field: str, matches: list[NameMatch]) -> list[Use]:
    in_title = field == "title"
    text = candidate.listing.title if in_title else find_text(candidate.listing, field)
    levels = [(level, match) for match in matches if (level := find_level(field, text, match))]
    if len(levels) > 1:
        levels.sort(key=lambda use: (-use[0].weight, use[1].span))
        del levels[_MAX_USES:]
    uses = []
    for level, match in levels:
        standing = find_levels(candidate, match) if in_title else _NOWHERE
        total = level.weight + weigh_standing(standing) if standing else level.weight
        uses.append(Use(field, match, level, standing, total))
    return uses


def _rank(uses: list[Use]) -> list[Use]:
    """Return the best use of each form, at most ``_MAX_FORMS``, the first in full."""
    best: dict[str, Use] = {}
    for use in uses:
        known = best.get(use.match.form)
        if known is None or use.total > known.total:
            best[use.match.form] = use
    first, *others = sorted(best.values(), key=lambda use: (-use.total, use.match.span))
    kept = [use for use in others[: _MAX_FORMS - 1] if use.total > 0]
    return [first, *map(_make_further, kept)]


def _make_further(use: Use) -> Use:
    return use._replace(total=min(use.total, ALSO_NAMED), also=True)
