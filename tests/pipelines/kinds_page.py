"""docs/reference/notice-kinds.md, as it follows from the kinds and the rules themselves."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.territories import EU_CODES
from pipelines.takedown.deadlines import RULES, DeadlineRule
from pipelines.takedown.facts import ALL_RIGHTS, RequiredFact
from pipelines.takedown.kinds import KINDS, NoticeKind
from pipelines.takedown.kinds.record import CONSIDERATIONS

INTRODUCTION = """\
# Notice kinds

What each kind of notice stands on and asks for. This page is written from the kinds themselves
([how to add one](../how-to/add-a-notice-kind.md)); `markhound notice check` names what a notice
lacks. Not legal advice: a lawyer of the country approves a text before you use it, and what no
primary text was read for is listed as to be confirmed.

The plain text is the notice. With it go a PDF of the same text with the pictures that were
compared, and `listings.csv`, one row for each listing and right; a `host-abuse` report also brings
one XARF 4 file for each, valid against the published schemas, with digests of what it holds.
"""

CLOCKS = """\
## Deadlines

The clocks that run after a notice. Days are those of the place where they run. Working days are
those of the United States' federal government, or of China with its exchanged days; the days of a
year that China has not published are not guessed. Without an answer a notice is brought up again
after the days of `[takedown] answer_days`.
"""


def page() -> str:
    """Return the whole page."""
    parts = [INTRODUCTION, *(section(kind) for kind in KINDS), CLOCKS + clocks(), considerations()]
    return "\n".join(parts)


def section(kind: NoticeKind) -> str:
    """Return the section of one kind."""
    lines = [f"## `{kind.name}`", "", f"{kind.title}.", "", "| | |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in properties(kind)]
    lines += ["", "| required | what it is | asked for by |", "| --- | --- | --- |"]
    lines += [f"| {names(fact)} | {meaning(kind, fact)} | {fact.basis} |" for fact in kind.required]
    lines += ["", "| the sender declares | asked for by |", "| --- | --- |"]
    lines += [f"| {one.name} | {one.basis} |" for one in kind.declarations]
    return "\n".join(lines) + "\n"


def properties(kind: NoticeKind) -> Iterator[tuple[str, str]]:
    """Yield what is said of a kind in its first table."""
    yield "stands on", kind.legal_basis
    yield "for", "all kinds of rights" if kind.rights == ALL_RIGHTS else plain(kind.rights)
    if kind.territory is not None:
        where = "the Union or a member" if kind.territory == EU_CODES else plain(kind.territory)
        yield "a registered right must be in force in", where
    yield "the recipient must act", kind.deadline
    yield "texts", ", ".join(f"`{language}`" for language in kind.languages)
    if kind.deadlines:
        yield "clocks", ", ".join(f"`{name}`" for name in kind.deadlines)
    yield "to be considered first", ", ".join(f"`{name}`" for name in kind.considerations)
    if kind.needs_legal:
        yield "approved by", "somebody with the legal role"
    if kind.unconfirmed:
        yield "to be confirmed by counsel", "; ".join(kind.unconfirmed)


def plain(words: frozenset[str]) -> str:
    """Return the words in order, underscores as blanks."""
    return ", ".join(sorted(word.replace("_", " ") for word in words))


def names(fact: RequiredFact) -> str:
    """Return the field, and those that will do instead."""
    return " or ".join(f"`{fact.owner}.{field}`" for field in fact.fields)


def meaning(kind: NoticeKind, fact: RequiredFact) -> str:
    """Return what the fact is, and of whom or of which of the kind's rights it is asked."""
    asked = " (of agents)" if fact.agents_only else ""
    if not kind.rights <= fact.rights:
        asked += f" (of: {plain(kind.rights & fact.rights)})"
    return fact.meaning + asked


def clocks() -> str:
    """Return the table of deadlines."""
    lines = [
        "",
        "| rule | starts when | runs for | what to do | by |",
        "| --- | --- | --- | --- | --- |",
    ]
    for rule in RULES:
        note = f" {rule.note}" if rule.note else ""
        basis = rule.basis if rule.binding else f"{rule.basis} (information, no law)"
        lines.append(
            f"| `{rule.id}` | {rule.start} (`{rule.event}`) | {length(rule)} | {rule.action}.{note}"
            f" | {basis} |"
        )
    return "\n".join(lines) + "\n"


def length(rule: DeadlineRule) -> str:
    """Return how long a clock runs, in words."""
    if rule.length is None:
        return "for good"
    span = f"{rule.length}" if rule.latest is None else f"{rule.length} to {rule.latest}"
    calendar = f" ({rule.calendar})" if rule.unit == "working days" else ""
    return f"{span} {rule.unit}{calendar}"


def considerations() -> str:
    """Return the table of considerations."""
    lines = [
        "## Considerations",
        "",
        "What a person must have thought of before a notice is approved.",
    ]
    lines += ["", "| name | question | of |", "| --- | --- | --- |"]
    for name, one in CONSIDERATIONS.items():
        rights = "all" if one.rights == ALL_RIGHTS else plain(frozenset(one.rights))
        lines.append(f"| `{name}` | {one.question} | {rights} |")
    return "\n".join(lines) + "\n"
